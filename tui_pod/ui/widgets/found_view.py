"""The results of a search everywhere, by episode, with matches highlighted in their sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from textual.binding import Binding, BindingType

from tui_pod.core.actions import BY_ID
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.progress.bookmarks import BY_MACHINE, Bookmark
from tui_pod.core.text.clean import clock, length
from tui_pod.search.lookup import NEAREST, Found, Hit, MatchKind
from tui_pod.search.query import excerpt, parse_query
from tui_pod.services.search import SearchAnswer, SearchService
from tui_pod.ui.keys import bindings
from tui_pod.ui.look.cells import MARKS, fit, split_title, wrap
from tui_pod.ui.look.parts import HEAD, PLAIN, QUIET, TextLine, lit_parts
from tui_pod.ui.widgets.lines_view import MAX_WIDTH, TIME, ChoiceLines

ROOM_FOR_TOPIC = 60
"""From this width on, the topic is shown beside the title (cells)."""


_NEXT: list[BindingType] = [
    Binding(BY_ID[ident].keys, f"move({by})", id=ident) for ident, by in (("search.next", 1), ("search.previous", -1))
]
"""The keys of a search go through what was found, too."""

_WITHOUT_MATCH = dict.fromkeys(("found.play", "found.queue", "found.bookmark"), "")
"""Words in the key line that an episode without a match does not have."""


class FoundView(ChoiceLines):
    """Episodes and their matches; the match at the cursor shows its whole sentence."""

    BINDINGS = bindings("found", "move") + _NEXT
    DEFAULT_CSS = "FoundView { border: none; }"

    def __init__(
        self,
        controller: PlaybackController,
        search: SearchService,
        edit: Callable[[Bookmark], None],
        leave: Callable[[], None],
        open_podcast: Callable[[str], object],
    ) -> None:
        """Show nothing yet; `edit` edits a bookmark, `leave` goes to the field above."""
        super().__init__("found")
        self._controller, self._search = controller, search
        self._edit = edit
        self._leave, self._open_podcast = leave, open_podcast
        self._answer = SearchAnswer()
        self._matches: list[tuple[Found, Hit]] = []
        self._time = TIME  # the width of what stands at the left of the matches
        self.hint_words = _WITHOUT_MATCH

    def show(self, answer: SearchAnswer, keeps_cursor: bool = False) -> None:
        """Show the results; the cursor goes to the first match, or stays on its match."""
        former = [(found.id, hit) for found, hit in self._matches[self.cursor :][:1]]
        self._answer = answer
        self._matches = [(found, hit) for found in (*answer.podcasts, *answer.results.found) for hit in found.hits]
        self._time = max([TIME, *(2 + len(_label(hit)) for _, hit in self._matches)])
        self.hint_words = {} if self._matches else _WITHOUT_MATCH
        rows = (row for row, (found, hit) in enumerate(self._matches) if (found.id, hit) in former)
        self.go(next(rows, self.cursor) if keeps_cursor else 0)

    @property
    def episode(self) -> str | None:
        """The episode of the match at the cursor."""
        found = self._at_cursor
        return found[0].id if found is not None else None

    @property
    def _at_cursor(self) -> tuple[Found, Hit] | None:
        """The match at the cursor; None if there is none, or it is a podcast."""
        found = self._matches[self.cursor] if self._matches else None
        return found if found is not None and found[1].kind is not MatchKind.PODCAST else None

    def wait(self, typed: str) -> None:
        """Say that the search is under way, if nothing is shown; what is found takes its place."""
        if not self._matches:
            self.show(SearchAnswer(parse_query(typed, is_typing=True), is_searching=True))

    def count(self) -> int:
        """Return the number of matches."""
        return len(self._matches)

    def show_cursor(self, former: int) -> None:
        """Redraw all lines: only the match at the cursor is shown whole."""
        self.show_lines(list(self._make_lines(self.room)) if self.room > self._time else [])

    # -- drawing ---------------------------------------------------------------------------------------

    def _make_lines(self, width: int) -> Iterator[TextLine]:
        match = 0
        if self._answer.results.is_nearest:
            yield TextLine([(fit(NEAREST, width).rstrip(), QUIET)])
        for found in (*self._answer.podcasts, *self._answer.results.found):
            has_title = any(hit.kind in (MatchKind.TITLE, MatchKind.PODCAST) for hit in found.hits)
            spans = self._answer.query.spans(found.title) if has_title else []
            head = split_title(found.title)[0]
            title = [
                *lit_parts(head, spans, HEAD),
                *lit_parts(found.title[len(head) :], _moved(spans, len(head)), QUIET),
            ]
            parts = self.spread(title, [(self._about(found, width), QUIET)])
            yield TextLine(parts, match if has_title else None)
            for hit in found.hits:
                if hit.kind not in (MatchKind.TITLE, MatchKind.PODCAST):
                    yield from self._lines_of(match, hit, width - self._time)
                match += 1
        if self._answer.query.wanted and not match and (self._answer.is_searching or not self._answer.notice):
            yield TextLine([("Searching…" if self._answer.is_searching else "Nothing matches.", QUIET)])

    def _about(self, found: Found, width: int) -> str:
        """Return the text at the right of an episode's title."""
        library, progress_index = self._controller.library, self._controller.progress_index
        index = library.index(found.id)
        if found.hits[0].kind is MatchKind.PODCAST:
            return "podcast"
        if index is None:
            return "no longer in the library"
        more = f"{found.more} more" if found.more else ""
        made_by = BY_MACHINE if any(hit.is_recognised for hit in found.hits) else ""
        topic = library.episode(index).tags[:1] if width >= ROOM_FOR_TOPIC else ()
        return " · ".join(filter(None, (more, made_by, *topic, length(progress_index.length(index)))))

    def _lines_of(self, match: int, hit: Hit, room: int) -> Iterator[TextLine]:
        query = self._answer.query
        time = (f"{_label(hit):>{self._time - 2}}  ", QUIET)
        if match != self.cursor:
            text = excerpt(query, hit.text, room)
            yield TextLine([time, *lit_parts(fit(text, room).rstrip(), query.spans(text), QUIET)], match)
            return
        spans, place = query.spans(hit.text), 0
        for text in wrap(hit.text, min(room, MAX_WIDTH - self._time)):
            place = max(0, hit.text.find(text, place))
            yield TextLine([time, *lit_parts(text, _moved(spans, place), PLAIN)], match)
            place, time = place + len(text), (" " * self._time, QUIET)

    # -- events and actions ----------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Wrap the lines again."""
        self.go(self.cursor)

    def action_move(self, by: int) -> None:
        """Go to another match; up from the first one, to the field."""
        if self.cursor + by < 0:
            self._leave()
        else:
            super().action_move(by)

    async def action_choose(self) -> None:
        """Play from the match."""
        if (found := self._at_cursor) is not None:
            await self._search.play(*found)
        elif self._matches:
            self._open_podcast(self._matches[self.cursor][0].id)

    def action_queue(self) -> None:
        """Queue the episode last."""
        if (found := self._at_cursor) is not None:
            outcome = self._controller.queue_last([found[0].id])
            self.notify(outcome.sentence, timeout=4, markup=False)

    async def action_bookmark(self) -> None:
        """Bookmark the sentence; pressed again, edit its note."""
        if (found := self._at_cursor) is not None:
            await self._search.add_bookmark(*found, self._edit)

    def action_search(self) -> None:
        """Go to the field."""
        self._leave()


def _label(hit: Hit) -> str:
    """Return the label to the left of a match: its time or, without one, the kind of text it is in."""
    at = "" if hit.kind is MatchKind.WORDS else str(hit.kind)
    if hit.start is not None:
        at = f"{'≈' * hit.is_estimated}{clock(hit.start)}"
    return f"{MARKS['bookmark']} {at}" if hit.kind is MatchKind.BOOKMARK else at


def _moved(spans: Iterable[tuple[int, int]], by: int) -> list[tuple[int, int]]:
    """Return spans relative to a text that starts `by` characters later."""
    return [(max(0, start - by), end - by) for start, end in spans if end > by]
