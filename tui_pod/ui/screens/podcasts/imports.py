"""The dialog that shows what would be taken of another player's export."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui_pod.services.podcasts.imports import ImportService, Preview
from tui_pod.ui.screens.dialog import Dialog, DialogBody

SHOWN = 300
"""Podcasts that are listed."""


class ImportScreen(Dialog):
    """Shows what is new in an export; Enter takes it."""

    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "list('cursor_down')", show=False, id="move.down"),
        Binding("k", "list('cursor_up')", show=False, id="move.up"),
    ]

    def __init__(self, preview: Preview, imports: ImportService) -> None:
        super().__init__()
        self._preview = preview
        self._imports = imports

    def compose(self) -> ComposeResult:
        """Show a summary, what cannot be taken, and the podcasts that are new."""
        imported, taking = self._preview
        dialog = DialogBody(id="find")
        dialog.border_title = Content(f"Import from {self._preview.origin}")
        dialog.border_subtitle = "enter takes this · esc closes"
        known = len(imported.entries) - len(taking.new)
        lines = [f"{taking.summary()}; {known} already here.", *imported.faults[:5]]
        with dialog:
            yield Static(Content("\n".join(lines)), id="outcome")
            yield OptionList(*map(Option, self._rows()), compact=True)

    def _rows(self) -> Iterator[Content]:
        new = self._preview.taking.new
        for entry in new[:SHOWN]:
            folders = ", ".join("/".join(folder) for folder in entry.folders)
            yield Content.assemble((entry.title or entry.address, "bold"), (f"  {folders}", "$text-muted"))
        if len(new) > SHOWN:
            yield Content(f"… and {len(new) - SHOWN:,} more")
        if not new:
            yield Content(
                "No podcast in it is new." if self._preview.imported.entries else "There are no podcasts in it."
            )

    @on(OptionList.OptionSelected)
    def _on_chosen(self) -> None:
        self.dismiss()
        self._imports.take(self._preview)

    def action_list(self, name: str) -> None:
        """Move in the list."""
        getattr(self.query_one(OptionList), f"action_{name}")()
