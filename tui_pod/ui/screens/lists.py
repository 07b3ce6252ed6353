"""The dialog that asks for the name of a new list."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tui_pod.ui.screens.form import FormDialog, FormField


class NameScreen(FormDialog):
    """Asks for a name."""

    keys = "enter Make it"

    def __init__(self, take: Callable[[str], object]) -> None:
        """Ask; `take` is called with what was typed, if anything was."""
        super().__init__(
            "A new list", [FormField("name", "Name", "It is listed under this name", usual="such as Morning")]
        )
        self._take = take

    def save(self, values: Mapping[str, str]) -> None:
        """Close, and take the name."""
        if name := values["name"].strip():
            self.dismiss()
            self._take(name)
