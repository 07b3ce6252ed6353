"""The dialog with the newest notices, whole: on the screen each has one line."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from tui_pod.ui.screens.dialog import Dialog, DialogBody


class NoticesScreen(Dialog):
    """What was told, the newest first."""

    def __init__(self, told: Sequence[str]) -> None:
        super().__init__()
        self._told = told

    def compose(self) -> ComposeResult:
        """Show the notices."""
        with DialogBody("Notices", "esc closes"):
            yield Static(Content("\n\n").join(map(Content, reversed(self._told))))
