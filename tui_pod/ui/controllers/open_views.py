"""What is open over the list, in the order in which escape closes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Protocol

    class OpenView(Protocol):
        """Something that escape closes."""

        def escape(self) -> bool:
            """Close it; return False to leave the key to what is below."""


class OpenViews:
    """A stack of open views, the newest on top."""

    def __init__(self) -> None:
        self._views: list[OpenView] = []

    def set_open(self, view: OpenView, is_open: bool) -> None:
        """Put a view on top of the stack, or take it off."""
        if view in self._views:
            self._views.remove(view)
        if is_open:
            self._views.append(view)

    def escape(self) -> bool:
        """Close the topmost view that takes the key; return False if none did."""
        return any(view.escape() for view in reversed(self._views.copy()))
