"""The dialog that asks for a podcast's address."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from tui_pod.ui.screens.dialog import DialogBody, InputDialog


class AddFeedScreen(InputDialog):
    """Asks for the address of a feed, or of a page that names one."""

    def __init__(self, add: Callable[[str], None]) -> None:
        super().__init__()
        self._add = add

    def compose(self) -> ComposeResult:
        """Show a field and what to type."""
        dialog = DialogBody()
        dialog.border_title = "Add a podcast"
        dialog.border_subtitle = "enter adds · esc closes"
        with dialog:
            yield Input(placeholder="https://…", id="feed-address")
            yield Static("The address of a feed (RSS, Atom, JSON Feed) or of the podcast's page.", markup=False)

    @on(Input.Submitted)
    def _on_typed(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss()
            self._add(event.value.strip())
