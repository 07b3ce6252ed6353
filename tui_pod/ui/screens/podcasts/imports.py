"""The dialog that shows what would be imported from another player's export."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from tui_pod.services.podcasts.imports import ImportService, Preview
from tui_pod.ui.screens.dialog import ChoiceDialog

SHOWN = 300
"""How many podcasts are listed."""


class ImportScreen(ChoiceDialog):
    """Shows a summary of an export, what cannot be imported, and the new podcasts; enter imports."""

    def __init__(self, preview: Preview, imports: ImportService) -> None:
        title, about, rows = f"Import from {preview.origin}", "\n".join(preview.lines), list(_rows(preview))
        super().__init__(title, rows, lambda _: imports.take(preview), about, "find", "enter Import")


def _rows(preview: Preview) -> Iterator[Content]:
    new = preview.taking.new
    for entry in new[:SHOWN]:
        folders = ", ".join("/".join(folder) for folder in entry.folders)
        yield Content.assemble((entry.title or entry.address, "bold"), (f"  {folders}", "$text-muted"))
    if len(new) > SHOWN:
        yield Content(f"… and {len(new) - SHOWN:,} more")
    if not new:
        yield Content("It has no new podcasts." if preview.imported.entries else "It has no podcasts.")
