"""The dialogs that ask for the address of a podcast, and show what an export of another player would bring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from tui_pod.core.text.clean import enumerated
from tui_pod.net.file_address import is_path
from tui_pod.services.podcasts.directories import is_words
from tui_pod.services.podcasts.imports import ImportService, Preview
from tui_pod.services.services import Services
from tui_pod.ui.screens.dialog import ChoiceDialog, DialogBody, InputDialog
from tui_pod.ui.screens.podcasts.find import FindScreen
from tui_pod.ui.screens.podcasts.login import subscribe
from tui_pod.ui.widgets.fields import PathInput

HINT = (
    "The address of a feed (RSS, Atom, JSON Feed) or of a podcast's page;\n"
    "a folder, a text or an e-book, or a file exported by a player (tab completes it);\n"
    "read: and the address of a page, to add the page itself;\n"
    "or words to search for in {}."
)

SHOWN = 300
"""How many podcasts of an export are listed."""


class AddFeedScreen(InputDialog):
    """Asks for the address of a feed, or of a page that links to one, and subscribes."""

    def __init__(self, services: Services, open_feed: Callable[[str], None], typed: str = "") -> None:
        """Ask for an address; `typed` is the initial text, `open_feed` opens the added podcast."""
        super().__init__()
        self._typed = typed
        self._services = services
        self._feeds = services.feeds
        self._open_feed = open_feed

    def compose(self) -> ComposeResult:
        """Show a field, and what may be typed."""
        with DialogBody("Add a podcast", "enter Add"):
            yield PathInput(self._typed, "https://…", name="feed-address")
            asked = enumerated(self._feeds.directories.names) or "no directory ([find] in the settings)"
            yield Static(HINT.format(asked), id="outcome", markup=False)

    @on(Input.Submitted)
    def _on_typed(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        if typed and is_words(typed) and self._feeds.directories.names:
            again = partial(AddFeedScreen, self._services, self._open_feed, typed)
            self.app.switch_screen(FindScreen(typed, self._services, self._open_feed, again))
        elif typed and not self.is_waiting:
            self.wait_for(self._add(typed), "Looking for the podcast …")

    async def _add(self, typed: str) -> None:
        found = await self._feeds.imports.read(typed) if is_path(typed) else None
        if found is None:
            await subscribe(self, self._feeds, typed, False, self._open_feed)
        elif self.is_current:
            self.app.switch_screen(ImportScreen(found, self._feeds.imports))


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
