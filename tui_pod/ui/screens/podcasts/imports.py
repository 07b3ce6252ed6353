"""The dialog that shows what would be taken of another player's export."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui_pod.services.podcasts.imports import ImportService, Preview
from tui_pod.ui.screens.dialog import ChoiceList, Dialog, DialogBody

SHOWN = 300
"""Podcasts that are listed."""


class ImportScreen(Dialog):
    """Shows what is new in an export; Enter takes it."""

    AUTO_FOCUS = "OptionList"

    def __init__(self, preview: Preview, imports: ImportService) -> None:
        super().__init__()
        self._preview = preview
        self._imports = imports

    def compose(self) -> ComposeResult:
        """Show a summary, what cannot be taken, and the podcasts that are new."""
        with DialogBody(f"Import from {self._preview.origin}", "enter takes this · esc closes", ident="find"):
            yield Static(Content("\n".join(self._preview.lines)), id="outcome")
            yield ChoiceList(*map(Option, self._rows()))

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
