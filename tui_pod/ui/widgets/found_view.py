"""What was found everywhere, by episode, each match lit in its sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from textual import events
from textual.geometry import Size
from textual.strip import Strip

from tui_pod.core.progress.bookmarks import BY_MACHINE
from tui_pod.core.text.clean import clock, length
from tui_pod.search.lookup import Found, Hit, Kind
from tui_pod.search.query import excerpt
from tui_pod.services.search import Answer
from tui_pod.ui.actions import bindings
from tui_pod.ui.look.cells import MARKS, fit, split_title, wrap
from tui_pod.ui.look.parts import HEAD, MATCH, PLAIN, QUIET, Part, spread_parts
from tui_pod.ui.widgets.lines_view import LinesView

if TYPE_CHECKING:
    from tui_pod.core.progress.bookmarks import Bookmark
    from tui_pod.services.services import Services

MARGIN, TIME = 2, 9
"""Blank cells at the left, and those of the time beside a sentence."""

Span = tuple[int, int]
"""The first letter of what is lit in a text, and the one behind the last."""

ROOM_FOR_TOPIC = 60
"""Least cells of a line for the topic beside the title."""

MAX_WIDTH = 100
"""Cells of a line beyond which it is hard to read."""


class Line(NamedTuple):
    """A line of the view, and the match that it belongs to; None: none can be chosen here."""

    parts: list[Part]
    match: int | None = None


class FoundView(LinesView):
    """Episodes and their matches; the one at the cursor shows its whole sentence."""

    BINDINGS = bindings("found", "move")
    DEFAULT_CSS = "FoundView { border: none; }"

    def __init__(self, services: Services, edit: Callable[[Bookmark], None], leave: Callable[[], None]) -> None:
        """Show nothing yet; `edit` asks for a bookmark's note, `leave` goes to the field above."""
        super().__init__(id="found")
        self._services = services
        self._edit = edit
        self._leave = leave
        self._answer = Answer()
        self._matches: list[tuple[Found, Hit]] = []
        self._lines: list[Line] = []
        self._cursor = 0

    def show(self, answer: Answer, keeps_cursor: bool = False) -> None:
        """Show what was found."""
        self._answer = answer
        self._matches = [(found, hit) for found in answer.results.found for hit in found.hits]
        self._cursor = min(self._cursor, max(0, len(self._matches) - 1)) if keeps_cursor else 0
        self.hint_words = {} if self._matches else dict.fromkeys(("Hear", "Queue", "Bookmark"), "")
        self._lay_out()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not self._matches

    # -- drawing ---------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        width = min(MAX_WIDTH, self.scrollable_content_region.width - MARGIN - 1)
        self._lines = list(self._make_lines(width)) if width > TIME else []
        self.virtual_size = Size(0, len(self._lines))
        own = [number for number, line in enumerate(self._lines) if line.match == self._cursor]
        if own:
            first = own[0] - 1 if own[0] and self._lines[own[0] - 1].match is None else own[0]
            top, height = self.scroll_offset.y, self.size.height
            if first < top or own[-1] >= top + height:
                self.scroll_to(y=max(0, min(first, own[-1] - height + 1) if first >= top else first), animate=False)
        self.refresh()

    def _make_lines(self, width: int) -> Iterator[Line]:
        match = 0
        for found in self._answer.results.found:
            has_title = any(hit.kind is Kind.TITLE for hit in found.hits)
            spans = self._answer.query.spans(found.title) if has_title else []
            head = split_title(found.title)[0]
            title = [*_lit(head, spans, HEAD), *_lit(found.title[len(head) :], _moved(spans, len(head)), QUIET)]
            parts = spread_parts(title, [(self._about(found, width), QUIET)], width)
            yield Line(parts, match if has_title else None)
            for hit in found.hits:
                if hit.kind is not Kind.TITLE:
                    yield from self._lines_of(match, hit, width - TIME)
                match += 1
        if self._answer.query.wanted and not match and not self._answer.notice:
            yield Line([("Nothing matches.", QUIET)])

    def _about(self, found: Found, width: int) -> str:
        """Return what stands at the right of an episode's title."""
        library, progress_index = self._services.controller.library, self._services.controller.progress_index
        index = library.index(found.id)
        if index is None:
            return "no longer in the library"
        more = f"{found.more} more" if found.more else ""
        made_by = BY_MACHINE if any(hit.is_recognised for hit in found.hits) else ""
        topic = library.episode(index).tags[:1] if width >= ROOM_FOR_TOPIC else ()
        return " · ".join(filter(None, (more, made_by, *topic, length(progress_index.length(index)))))

    def _lines_of(self, match: int, hit: Hit, room: int) -> Iterator[Line]:
        query = self._answer.query
        at = clock(hit.start) if hit.start is not None else "" if hit.kind is Kind.WORDS else str(hit.kind)
        mark = MARKS["bookmark"] if hit.kind is Kind.BOOKMARK else ""
        time = (f"{f'{mark} {at}':>{TIME - 2}}  ", QUIET)
        if match != self._cursor:
            text = excerpt(query, hit.text, room)
            yield Line([time, *_lit(fit(text, room).rstrip(), query.spans(text), QUIET)], match)
            return
        spans, place = query.spans(hit.text), 0
        for text in wrap(hit.text, room):
            place = max(0, hit.text.find(text, place))
            yield Line([time, *_lit(text, _moved(spans, place), PLAIN)], match)
            place, time = place + len(text), (" " * TIME, QUIET)

    def render_line(self, y: int) -> Strip:
        """Return one screen line."""
        number = y + self.scroll_offset.y
        line = self._lines[number] if number < len(self._lines) else Line([])
        return self.draw(line.parts, line.match == self._cursor and self.has_focus)

    # -- events and actions ----------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._lay_out()

    async def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse points; a second click does what Enter does."""
        number = self.clicked(event, self._lines)
        if number is not None and (match := self._lines[number].match) is not None:
            self._cursor = match
            self._lay_out()
            if event.chain == 2:
                await self.action_choose()

    def action_move(self, by: int) -> None:
        """Go to another match; from the first one up to the field."""
        if self._cursor + by < 0:
            self._leave()
            return
        self._cursor = max(0, min(self._cursor + by, len(self._matches) - 1))
        self._lay_out()

    def action_move_to(self, place: int) -> None:
        """Go to the first match; -1: to the last."""
        self._cursor = 0 if place == 0 else max(0, len(self._matches) - 1)
        self._lay_out()

    def action_move_page(self, pages: float) -> None:
        """Go on by pages or parts of one."""
        self.action_move(max(int(pages * self.size.height), -self._cursor))

    async def action_choose(self) -> None:
        """Play from the match."""
        if self._matches:
            await self._services.search.play(*self._matches[self._cursor])

    def action_queue(self) -> None:
        """Queue the episode last."""
        if self._matches:
            found, _ = self._matches[self._cursor]
            self._services.controller.queue_last([found.id])
            self.notify(f"“{found.title}” is queued.", timeout=4, markup=False)

    async def action_bookmark(self) -> None:
        """Keep the sentence; pressed again, note something about it."""
        if self._matches:
            await self._services.search.keep(*self._matches[self._cursor], self._edit)

    def action_search(self) -> None:
        """Go to the field."""
        self._leave()


def _moved(spans: Iterable[Span], by: int) -> list[Span]:
    """Return where spans stand in what begins so many letters later."""
    return [(max(0, start - by), end - by) for start, end in spans if end > by]


def _lit(text: str, spans: Iterable[Span], name: str) -> list[Part]:
    """Return a text in parts: those at the spans are lit, the others have a look."""
    parts, place = list[Part](), 0
    for start, end in spans:
        parts += [(text[place:start], name), (text[start:end], MATCH)]
        place = end
    return [part for part in (*parts, (text[place:], name)) if part[0]]
