"""The dialog with the podcasts that directories found, and the episodes of one of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui_pod.core.text.clean import counted, enumerated, length
from tui_pod.services.podcasts.directories import DirectorySearch
from tui_pod.services.services import Services
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.sources.directories import FoundPodcast
from tui_pod.ui.screens.dialog import ChoiceList, Dialog, DialogBody, TitledRow
from tui_pod.ui.screens.podcasts.login import subscribe
from tui_pod.ui.widgets.cover import Cover, are_covers_drawn

SHOWN = 300
"""How many episodes of a podcast are shown before subscribing."""

PAUSE = 0.3
"""How long the cursor rests on a podcast before its cover is fetched (seconds)."""

SUMMARY = 400
"""How many characters of a summary are shown."""


class FindScreen(Dialog):
    """Shows podcasts and episodes: enter shows a podcast's episodes, or plays an episode; `a` subscribes."""

    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", id="dialog.close"),
        Binding("a", "subscribe", id="feed.add"),
    ]

    def __init__(
        self,
        title: str,
        directories: Sequence[str],
        find: Callable[[], Awaitable[DirectorySearch]],
        services: Services,
        open_feed: Callable[[str], None],
        ask_again: Callable[[], Dialog],
    ) -> None:
        """Ask the directories of these names by calling `find`; without any, look into the podcast that it returns.

        `open_feed` opens the subscribed podcast, `ask_again` returns a dialog to search again.
        """
        super().__init__()
        self._ask_again = ask_again
        self._services = services
        self._title, self._directories, self._search = title, directories, find
        self._feeds = services.feeds
        self._open_feed = open_feed
        self._found: DirectorySearch | None = None
        self._chosen: FoundPodcast | None = None
        self._feed: Published | None = None  # of the chosen podcast
        self._place = 0

    def compose(self) -> ComposeResult:
        """Show the search."""
        with DialogBody(self._title, ident="find"):
            with Horizontal(id="found"):
                yield Cover()
                yield Static(id="outcome")
            yield ChoiceList()

    def on_mount(self) -> None:
        """Start the search."""
        self.wait_for(self._find(), f"Asking {enumerated(self._directories) or 'for it'} …", "Close")

    @property
    def _list(self) -> OptionList:
        return self.query_one(OptionList)

    @property
    def keys_again(self) -> str:
        """The keys of what is listed."""
        if self._chosen is not None:
            return "enter Play · a Subscribe · esc Back"
        if not self._rows:
            return "esc Back"
        has_episodes = self._found is not None and bool(self._found.finding.episodes)
        return f"enter Episodes{' / Play' if has_episodes else ''} · a Subscribe"

    @property
    def _rows(self) -> tuple[FoundPodcast, ...]:
        """The podcasts found, then the episodes."""
        return (*self._found.finding.podcasts, *self._found.finding.episodes) if self._found is not None else ()

    def action_back(self) -> None:
        """Go back from the episodes to the podcasts, from these to the library, or from no results to the search."""
        if self._chosen is None and not self.is_waiting and not self._list.option_count:
            self.app.switch_screen(self._ask_again())
        elif self._chosen is None:
            self.dismiss()
        else:
            self.workers.cancel_node(self)
            self._chosen, self.is_waiting = None, False
            self._show_podcasts()

    @on(OptionList.OptionSelected)
    def _on_chosen(self, event: OptionList.OptionSelected) -> None:
        if self.is_waiting:
            return
        if self._chosen is None:
            self._place = event.option_index
            self._chosen = self._rows[event.option_index]
            said = "Fetching its episodes …" if not self._chosen.episode else "Fetching the episode …"
            self.wait_for(self._preview(self._chosen), said, "Back")
        elif self._feed is not None and event.option_index < len(self._feed.items[:SHOWN]):
            item = self._feed.items[event.option_index]
            self.wait_for(self._play(self._chosen.address, self._feed, item), f"Opening “{item.title}” …", "Back")

    def action_subscribe(self) -> None:
        """Subscribe to the podcast whose episodes are shown, or to the one at the cursor."""
        row = self._list.highlighted
        podcast = self._chosen or (self._rows[row] if row is not None else None)
        if self.is_waiting or podcast is None:
            return
        work = subscribe(self, self._feeds, podcast.address, True, self._open_feed)
        self.wait_for(work, "Subscribing …")

    @on(OptionList.OptionHighlighted)
    def _on_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if self._chosen is None and are_covers_drawn(self.app, self._services.first):
            self._draw(self._rows[event.option_index].cover)

    @work(group="cover", exclusive=True)
    async def _draw(self, address: str) -> None:
        """Show the cover of the podcast at the cursor once the cursor rests."""
        await asyncio.sleep(PAUSE)
        picture = await self._services.covers.picture(address) if address else None
        for cover in self.query(Cover):  # none if the dialog has been closed meanwhile
            cover.picture = picture

    async def _find(self) -> None:
        self._found = await self._search()
        self._show_podcasts()
        if not self._directories:
            self._chosen = self._rows[0]
            await self._preview(self._chosen)

    def _show_podcasts(self) -> None:
        assert self._found is not None
        finding, known = self._found
        podcasts = finding.podcasts
        said, names = list[str](), finding.answered(self._directories)
        if names:
            found = f"{counted(len(podcasts), 'podcast')} from" if podcasts else "No podcast found in"
            said.append(f"{found} {enumerated(names)}")
        if finding.episodes:
            said.append(f"{counted(len(finding.episodes))} below")
        if finding.without_feed:
            said.append(f"{finding.without_feed} left out (no feed)")
        text = "\n".join([*[" · ".join(said) + "."] * bool(said), *finding.faults])
        self.say(text, self.keys_again, is_fault=not said)
        self._list.set_options(Option(_podcast_row(each, each.address in known)) for each in self._rows)
        self._list.highlighted = self._place

    async def _preview(self, podcast: FoundPodcast) -> None:
        try:
            feed = await self._feeds.look_into(podcast.address, podcast.episode)
        except BaseException:  # also if it was stopped
            self._chosen = None
            raise
        if feed is None:
            self.dismiss()
            return
        self._feed = feed
        title = feed.title or podcast.title
        summary = feed.summary or podcast.summary
        about = " · ".join(filter(None, (podcast.publisher, counted(len(feed.items)), feed.language)))
        lines = [title, about, podcast.address, "", summary[:SUMMARY] + ("…" if len(summary) > SUMMARY else "")]
        self.say("\n".join(lines).rstrip(), self.keys_again)
        self._list.set_options(map(Option, _episode_rows(feed)))
        self._list.highlighted = 0

    async def _play(self, address: str, feed: Published, item: PublishedItem) -> None:
        """Play an episode without subscribing, and close."""
        await self._feeds.play_preview(address, feed, item)
        self.dismiss()


def _podcast_row(podcast: FoundPodcast, is_subscribed: bool) -> TitledRow:
    return TitledRow(podcast.name, " · ".join((*podcast.details, *(("subscribed",) if is_subscribed else ()))))


def _episode_rows(feed: Published) -> Iterator[Content]:
    for item in feed.items[:SHOWN]:
        lasts = f"  {length(item.duration)}" if item.duration else ""
        yield Content.assemble((_when(item), "$text-muted"), item.title, (lasts, "$text-muted"))
    if len(feed.items) > SHOWN:
        yield Content(f"… and {len(feed.items) - SHOWN:,} more")
    if not feed.items:
        yield Content("There are no episodes yet.")


def _when(item: PublishedItem) -> str:
    with contextlib.suppress(OverflowError, ValueError, OSError):
        if item.published is not None:
            return f"{f'{datetime.fromtimestamp(item.published, UTC):%-d %b %Y}':<13}"
    return ""
