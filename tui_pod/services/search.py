"""Full-text search in the running app: updates the index, queries it, and plays what was found.

Called on the event loop. A process of its own fills the index, at low priority: in the app, it would take time from the
interpreter, and memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.core.errors import UserError
from tui_pod.core.library.transcript import READING_SPEED, Cue
from tui_pod.core.progress.bookmarks import Bookmark, Stretch
from tui_pod.core.selection.bookmark_groups import titled
from tui_pod.core.text.clean import counted
from tui_pod.runtime.threads import CancelToken, in_thread
from tui_pod.search.lookup import EPISODES, Found, Hit, MatchKind, Results, look_up
from tui_pod.search.query import NOTHING, Query, parse_query
from tui_pod.search.store import IndexFile, IndexMissing, SearchError

if TYPE_CHECKING:
    from tui_pod.services.bookmarks import BookmarkService
    from tui_pod.services.context import Context
    from tui_pod.services.episode_reader import EpisodeReader

FIRST_WAIT = 3.0
"""Seconds from the start of the app to the first update of the index, which would slow the start down."""

NO_TIMES = "This transcript has no times"

NOT_SAID = "Only what is said can be bookmarked; this is in the title, summary or notes."

Update = Callable[[], Awaitable[None]]
"""Updates the index if it is outdated. Raises UserError if it cannot be written."""

PODCASTS = 5
"""How many podcasts are listed by their names."""


class SearchAnswer(NamedTuple):
    """What a search found, and a notice to show with it."""

    query: Query = Query()
    """What the results match: `Query.nearest` if they are the nearest ones."""
    results: Results = Results()
    notice: str = ""
    is_searching: bool = False
    """Whether more may be found soon, because the index is being updated."""
    podcasts: tuple[Found, ...] = ()
    """Those that have the words in their names, by address."""


class SearchService:
    """Queries the index, and keeps it up to date."""

    def __init__(
        self, context: Context, reader: EpisodeReader, bookmarks: BookmarkService, index: IndexFile, update: Update
    ) -> None:
        self._context = context
        self._reader = reader
        self._bookmarks = bookmarks
        self._index = index
        self._update = update
        self._tasks = context.tasks
        self._filling: asyncio.Task[object] | None = None
        self._is_stale = False  # whether to update the index once more after the update in progress
        self._fault = ""
        self._narrated: dict[str, tuple[Cue, ...]] = {}  # sentences by episode; empty if it is not narrated yet
        self.typed = ""
        """The last search, as it was typed."""
        self.on_filled: Callable[[], None] = lambda: None
        """Called after each update of the index."""

    def start(self) -> None:
        """Update the index soon."""
        self._tasks.later("the index", FIRST_WAIT, self.refresh)

    def refresh(self) -> None:
        """Update the index, after transcripts or podcasts have changed."""
        self._is_stale = True
        self._narrated.clear()
        if self._filling is None or self._filling.done():
            self._filling = self._tasks.run(self._fill())

    async def search(self, typed: str) -> SearchAnswer:
        """Return what matches; a cancelled search stops within two milliseconds."""
        self.typed = typed
        query = parse_query(typed, is_typing=True)
        if not query.wanted:
            return SearchAnswer(query, notice=query.notice or (NOTHING if typed.strip() else ""))
        controller = self._context.controller
        library, nudges = controller.library, dict(self._reader.nudges)
        is_searching = self._is_filling  # before it is asked, since the update may end meanwhile
        kept = titled(library, controller.bookmarks)

        def ask(stop: CancelToken) -> SearchAnswer:
            with self._index.reading() as db:
                results = look_up(
                    db,
                    query,
                    EPISODES,
                    kept,
                    lambda ident: library.index(ident) is not None,
                    lambda: stop.is_set,
                    self._context.controller.progress_index.narrated_length,
                )
                left = db.execute("SELECT value FROM about WHERE name = 'left'").fetchone()
            said = self._said(query, results.why_nothing, int(left[0]) if left else 0)
            matching = query.nearest() if results.is_nearest else query
            return SearchAnswer(matching, results.moved(nudges), said, is_searching)

        try:
            answer = await in_thread(ask)
            results = await self._with_exact_times(answer.results)
            return answer._replace(results=results, podcasts=tuple(self._podcasts(query)))
        except IndexMissing as missing:
            if not self._fault:  # else updating has failed before
                self.refresh()
            said = self._fault or f"{missing} What it finds will be shown."
            return SearchAnswer(query, notice=said, is_searching=not self._fault)
        except SearchError as error:
            return SearchAnswer(query, notice=str(error))

    def _podcasts(self, query: Query) -> list[Found]:
        """Return the podcasts whose names have all words."""
        topics = self._context.controller.library.topics
        named = ((topics.feed(topic), topics.names[topic]) for topic in range(1, len(topics.names)))
        found = {feed: name for feed, name in named if feed is not None and query.matches(name)}
        return [Found(feed, name, (Hit(MatchKind.PODCAST, name),)) for feed, name in islice(found.items(), PODCASTS)]

    async def play(self, found: Found, hit: Hit) -> None:
        """Play an episode from where a match is said, or from its position."""
        controller, hit = self._context.controller, await self._timed(found, hit)
        if hit.start is None:
            if hit.kind is MatchKind.WORDS:
                self._context.frontend.tell(f"{NO_TIMES}: it plays from your position.")
            controller.play(found.id)
        else:
            controller.play_from(found.id, hit.start, sentence=hit.text if hit.is_estimated else None)

    async def add_bookmark(self, found: Found, hit: Hit, edit: Callable[[Bookmark], None]) -> None:
        """Bookmark the sentence of a match; pass a bookmark that is there already to `edit`."""
        start = (await self._timed(found, hit)).start
        if start is None:
            self._context.frontend.tell(f"{NO_TIMES}." if hit.kind is MatchKind.WORDS else NOT_SAID)
            return
        stretch = Stretch(round(start, 2), round(start + len(hit.text) / READING_SPEED, 2), hit.text, hit.is_recognised)
        self._bookmarks.add_stretch(found.id, found.title, stretch, edit)

    async def _with_exact_times(self, results: Results) -> Results:
        """Replace the estimated times of texts that are narrated."""
        controller, found = self._context.controller, []
        for each in results.found:
            index = controller.library.index(each.id)
            if index is not None and any(hit.is_estimated for hit in each.hits):
                if each.id not in self._narrated:
                    cues = (await self._reader.transcript(controller.library.episode(index))).cues
                    self._narrated[each.id] = cues if cues and cues[0].start is not None else ()
                cues = self._narrated[each.id]
                each = each._replace(hits=tuple(hit.timed(cues) for hit in each.hits))
            found.append(each)
        return results._replace(found=tuple(found))

    async def _timed(self, found: Found, hit: Hit) -> Hit:
        """Return a match with the time of its sentence: exact or estimated; without one if it is unknown."""
        controller = self._context.controller
        index = controller.library.index(found.id)
        if index is None or not hit.wants_time:
            return hit
        return hit.timed((await self._reader.transcript(controller.library.episode(index))).cues)

    def _said(self, query: Query, why: str | None, left: int) -> str:
        reading = f"{counted(left)} are still being indexed." if left and self._is_filling else ""
        return " ".join(filter(None, (query.notice, self._fault, reading, why)))

    @property
    def _is_filling(self) -> bool:
        return self._filling is not None and not self._filling.done()

    async def _fill(self) -> None:
        while self._is_stale:
            self._is_stale = False
            try:
                await self._update()
                self._fault = ""
            except UserError as error:
                self._fault = f"{error} Only what was indexed before is found."
            self.on_filled()
