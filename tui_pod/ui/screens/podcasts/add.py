"""The dialogs that ask for the address of a podcast, and show what an export of another player would bring."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from tui_pod.core.actions import BY_ID
from tui_pod.core.text.clean import enumerated, fold
from tui_pod.net.file_address import is_path
from tui_pod.services.podcasts.directories import is_words
from tui_pod.services.podcasts.imports import ImportService, Preview
from tui_pod.services.services import Services
from tui_pod.ui.screens.dialog import ChoiceDialog, Dialog, DialogBody, InputDialog, SearchDialog
from tui_pod.ui.screens.podcasts.find import FindScreen
from tui_pod.ui.screens.podcasts.login import subscribe
from tui_pod.ui.widgets.fields import PathInput

HINT = (
    "The address of a feed (RSS, Atom, JSON Feed) or of a podcast's page;\n"
    "a folder, a text, an e-book or a file exported by a player (tab completes);\n"
    "“read:” and the address of a page, to have the page itself read aloud;\n"
    "or words to search for in {}."
)

KEY_LINE, LEAST = 1, 8
"""Height of the key line of a dialog, and lines above the bar below which the preview may cover the header."""

SHOWN = 300
"""How many podcasts of an export are listed."""


class AddFeedScreen(InputDialog):
    """Asks for the address of a feed, or of a page that links to one, and subscribes."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("down", "top")]

    def __init__(self, services: Services, open_feed: Callable[[str], None], typed: str = "") -> None:
        """Ask for an address; `typed` is the initial text, `open_feed` opens the added podcast."""
        super().__init__()
        self._typed = typed
        self._services = services
        self._feeds = services.feeds
        self._open_feed = open_feed

    def compose(self) -> ComposeResult:
        """Show a field, and what may be typed."""
        with DialogBody("Add a podcast", f"enter Add{' · ↓ Top podcasts' * bool(self._feeds.directories.charts)}"):
            yield PathInput(self._typed, "https://…", name="feed-address")
            asked = enumerated(self._feeds.directories.names) or "no directory ([find] in the settings)"
            yield Static(HINT.format(asked), id="outcome", markup=False)

    @on(Input.Submitted)
    def _on_typed(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        if typed and is_words(typed) and self._feeds.directories.names:
            again = partial(AddFeedScreen, self._services, self._open_feed, typed)
            title, directories = f"Podcasts for “{typed}”", self._feeds.directories
            find = partial(directories.find, typed)
            found = FindScreen(title, directories.names, find, self._services, self._open_feed, again)
            self.app.switch_screen(found)
        elif typed and not self.is_waiting:
            self.wait_for(self._add(typed), "Looking for the podcast …")

    def action_top(self) -> None:
        """Offer the charts."""
        if self._feeds.directories.charts and not self.is_waiting:
            self.app.switch_screen(TopScreen(self._services, self._open_feed))

    async def _add(self, typed: str) -> None:
        found = await self._feeds.imports.read(typed) if is_path(typed) else None
        if found is None:
            await subscribe(self, self._feeds, typed, False, self._open_feed)
        elif self.is_current:
            self.app.switch_screen(ImportScreen(found, self._feeds.imports))


class TopScreen(SearchDialog):
    """Lists the categories of the charts; typing narrows them, and two letters are another country."""

    def __init__(self, services: Services, open_feed: Callable[[str], None], country: str = "") -> None:
        """Offer the charts of a country; empty for the listener's own. `open_feed` opens a subscribed podcast."""
        super().__init__()
        self._services, self._open_feed = services, open_feed
        self._country = country or services.feeds.directories.country
        self._shown: list[tuple[str, Callable[[], Dialog]]] = []

    def compose(self) -> ComposeResult:
        """Show a field over the categories."""
        field = Input(placeholder="a category, or a country, such as AT", id="category")
        return self.compose_in(DialogBody(f"Top podcasts in {self._country}", "enter Show"), field)

    def show_rows(self, typed: str) -> None:
        """Show the categories that have all words in their names, and the country that two letters are."""
        words = fold(typed).split()
        names = self._services.feeds.directories.charts
        found = [name for name in names if all(word in fold(name) for word in words)]
        self._shown = [(name, partial(self._chart, name)) for name in found]
        if not words:
            self._shown.insert(0, ("All categories", partial(self._chart, "")))
        elif re.fullmatch("[A-Za-z]{2}", typed.strip()):
            country = typed.strip().upper()
            again = partial(TopScreen, self._services, self._open_feed, country)
            self._shown.append((f"Country {country}", again))
        choices = self.query_one(OptionList)
        choices.set_options(Content(row) for row, _ in self._shown)
        choices.highlighted = 0 if self._shown else None

    def choose(self, number: int) -> None:
        """Show a chart, or the categories of another country."""
        self.app.switch_screen(self._shown[number][1]())

    def _chart(self, category: str) -> Dialog:
        title = ", ".join(filter(None, (f"Top podcasts in {self._country}", category)))
        find = partial(self._services.feeds.directories.top, f"{category} {self._country}")
        again = partial(TopScreen, self._services, self._open_feed, self._country)
        return FindScreen(title, ["iTunes"], find, self._services, self._open_feed, again)


class ImportScreen(ChoiceDialog):
    """Shows a summary of an export, what cannot be imported, and the new podcasts, to untick some; enter imports."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding(BY_ID["select.one"].keys, "tick", id="select.one")]

    def __init__(self, preview: Preview, imports: ImportService) -> None:
        title, about = f"Import from {preview.origin}", "\n".join(preview.lines)
        self._preview, self._unticked = preview, set[int]()
        super().__init__(
            title, list(_rows(preview, ())), lambda _: imports.take(preview.without(self._unticked)), about, "import",
            "enter Import · v Untick" if preview.taking.new else "enter Import",
        )  # fmt: skip

    def on_resize(self) -> None:
        """Leave room for the header, the bar, and what is said of the export."""
        self.call_after_refresh(self._fit_rows)

    def _fit_rows(self) -> None:
        body, said = self.query_one(DialogBody), self.query_one("#outcome")
        end = next((bar.region.y for bar in self.app.screen_stack[0].query("#bar")), 0) or self.size.height
        top = bool(end > LEAST)
        body.styles.margin = (top, 0, max(0, self.size.height - KEY_LINE - end), 0)
        around = body.gutter.height + said.outer_size.height + said.styles.margin.height
        self.query_one(OptionList).styles.max_height = max(3, end - top - around)

    def action_tick(self) -> None:
        """Leave out the podcast at the cursor, or take it again; and move on."""
        rows = self.query_one(OptionList)
        number = rows.highlighted
        if number is not None and number < len(self._preview.taking.new[:SHOWN]):
            self._unticked ^= {number}
            rows.replace_option_prompt_at_index(number, list(_rows(self._preview, self._unticked))[number])
            rows.action_cursor_down()


def _rows(preview: Preview, unticked: Collection[int]) -> Iterator[Content]:
    new = preview.taking.new
    for number, entry in enumerate(new[:SHOWN]):
        folders, is_in = ", ".join("/".join(folder) for folder in entry.folders), number not in unticked
        name = (entry.title or entry.address, "bold" if is_in else "$text-muted")
        yield Content.assemble("✓ " if is_in else "  ", name, (f"  {folders}", "$text-muted"))
    if len(new) > SHOWN:
        yield Content(f"… and {len(new) - SHOWN:,} more")
    if not new:
        yield Content("It has no new podcasts." if preview.imported.entries else "It has no podcasts.")
