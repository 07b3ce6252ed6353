"""The dialog that asks for the name of a new list."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from tui_pod.ui.screens.dialog import DialogBody, InputDialog


class NameScreen(InputDialog):
    """Asks for a name."""

    def __init__(self, take: Callable[[str], object]) -> None:
        """Ask; `take` is called with what was typed, if anything was."""
        super().__init__()
        self._take = take

    def compose(self) -> ComposeResult:
        """Show a field."""
        with DialogBody("A new list", "enter Make · esc Close"):
            yield Input(placeholder="its name, such as Morning", id="list-name")

    @on(Input.Submitted)
    def _on_typed(self, event: Input.Submitted) -> None:
        if name := event.value.strip():
            self.dismiss()
            self._take(name)
