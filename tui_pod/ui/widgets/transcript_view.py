"""The transcript of an episode in paragraphs, with the sentence being spoken highlighted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from math import inf

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive, var
from textual.strip import Strip

from tui_pod.core.actions import BY_ID, key_of
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.player.snapshot import Chapter, Playback
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.passages import Passage, find_passage
from tui_pod.core.text.clean import clock
from tui_pod.services.services import Services
from tui_pod.ui.keys import bindings
from tui_pod.ui.look.cells import MARKS, find_words, wrap
from tui_pod.ui.look.parts import ACCENT, HEAD, NOW, PLAIN, QUIET, lit_parts, message
from tui_pod.ui.widgets.episode_list import EpisodeList
from tui_pod.ui.widgets.lines_view import MARGIN, LinesView
from tui_pod.ui.widgets.transcript_lines import BETWEEN, TranscriptLine, WordMatches, lay_out

GUTTER, MIN_WIDTH = 8, 50
"""Width of the times, and the width of the pane from which on they are shown, in cells."""

MAX_WIDTH = 76
"""Maximum width of a readable line, in cells."""

GLIDE = 0.4
"""How long scrolling to the next sentence takes (seconds)."""

NO_TIMES = "This transcript has no times, so it cannot be played from a sentence."


class TranscriptView(LinesView):
    """Paragraphs of sentences. It follows playback until the reader moves, and again on `f`."""

    BINDINGS = bindings("transcript", "move")
    DEFAULT_CSS = """
    TranscriptView {
        display: none;
        width: 2fr;
        max-width: 96;
        border: round $frame;
        border-title-color: $text-muted;
        &:focus { border: round $primary; border-title-color: $text-primary; }
        &.-open { display: block; }
    }
    """

    playback: reactive[Playback] = reactive(Playback(), repaint=False)
    bookmarks: reactive[tuple[Bookmark, ...]] = reactive(())
    """The bookmarks of the episode."""
    passages: reactive[tuple[Passage, ...]] = reactive(())
    """What of the episode was heard before: its sentences are dim."""
    is_following = var(True)

    def __init__(
        self,
        services: Services,
        show_playing: Callable[[], None],
        keep: Callable[[str, str, Cue | None, bool], None],
        recognise: Callable[[str], bool],
    ) -> None:
        """Show nothing yet.

        `keep` bookmarks a sentence of the episode with this id and title; `recognise` recognises a transcript or its
        times, and returns whether there is a recording.
        """
        super().__init__(id="transcript")
        self._services = services
        self._show_playing = show_playing
        self._keep = keep
        self._recognise = recognise
        self._note = ""
        self._hint_words = dict[str, str]()
        self._title = ""
        self._left_at = dict[str, int]()  # the sentence at which each text was left, by episode
        self._kept, self._recurring = set[int](), set[int]()  # sentences
        self.episode: str | None = None
        """The episode whose words are shown."""
        self._transcript = Transcript()
        self._chapters: Sequence[Chapter] = ()
        self._lines: list[TranscriptLine] = []
        self._first_line: list[int] = []
        self._active: int | None = None
        self._heard = 0  # sentences before this one were played
        self._heard_until = 0.0
        self._selected_from: int | None = None  # the sentence at which a selection begins, which the cursor ends
        self._matches = WordMatches()
        self._empty_text = ""
        self._answer: list[str] = []  # about a word, below the sentences

    def show(
        self,
        episode: Episode,
        transcript: Transcript,
        empty_text: str,
        chapters: Sequence[Chapter] = (),
        heard_until: float = inf,
        note: str = "",
        recognises: bool = False,
    ) -> None:
        """Show the transcript of an episode, or `empty_text` if it has no sentences; the border has the note.

        The chapters are those of an episode that the player has not loaded. Sentences after `heard_until` seconds are
        dim until it plays. With `recognises`, enter starts recognition if sentences or times are missing.
        """
        is_new = episode.id != self.episode
        if is_new:
            if self.episode is not None and not self.is_following:
                self._left_at[self.episode] = self.cursor
            self.cursor = self._left_at.pop(episode.id, 0)
            self.is_following = not self.cursor or self.playback.episode == episode.id
            self._matches.query, self._selected_from = "", None
        self.episode, self._title, self._note = episode.id, episode.title, note
        if is_new:
            self.set_reactive(TranscriptView.passages, self.playback.passages if self._is_playing else ())
        self._transcript, self._empty_text = transcript, empty_text
        self._chapters, self._heard_until = chapters, heard_until
        self.cursor = max(0, min(self.cursor, len(transcript.cues) - 1))
        self._hint_words = {"transcript.seek": "Recognise" if recognises else "", "transcript.follow": ""}
        if transcript.is_timed:
            self._hint_words = {}
        elif not transcript.cues:
            self._hint_words |= {"transcript.copy": "", "search.start": ""}
        self._matches.adopt(transcript.cues)
        self.watch_bookmarks()
        self.watch_passages()
        self._lay_out()
        if is_new and not self.is_following:
            self._scroll_to_cue(self.cursor)
        self._show_state()

    def search(self, query: str) -> None:
        """Highlight the sentences that contain all words of `query`, and go to the first from the cursor on."""
        self._matches.search(query)
        self.refresh()
        self.go_to_match(1, includes_cursor=True)
        self._show_state()

    @property
    def search_text(self) -> str:
        """The state of the search, such as `2/7 “attention”`; empty without a search."""
        return self._matches.said(self.cursor)

    def go_to_match(self, by: int, includes_cursor: bool = False) -> bool:
        """Jump to the next (1) or previous (-1) match, wrapping around; return whether there is one."""
        found = self._matches.beside(self.cursor, by, includes_cursor)
        if found is not None:
            self.go(found)
        return found is not None

    # -- drawing ---------------------------------------------------------------------------------------

    @property
    def _gutter(self) -> int:
        if not self._transcript.is_timed or self.size.width < MIN_WIDTH:
            return 0
        return max(GUTTER, 2 + len(clock(self._transcript.cues[-1].start or 0.0)))

    def render_line(self, y: int) -> Strip:
        """Return one screen line."""
        if (place := y - self.size.height + len(self._answer)) >= 0:
            return self.draw([(self._answer[place], PLAIN)])
        number = y + self.scroll_offset.y
        if number >= len(self._lines):
            said = message(self._empty_text, self.size.width - 2 * MARGIN) if not self._lines else []
            return self.draw(said[number - 1] if 0 < number <= len(said) else [])
        line = self._lines[number]
        in_line = {run.cue for run in line.runs}
        is_reader = not self.is_following and self.has_focus
        lit = self.cursor if is_reader else self._active
        mark = MARKS["cursor"] if lit in in_line else MARKS["playing"] if self._active in in_line else " "
        is_kept = number in map(self._first_line.__getitem__, in_line & self._kept)
        mark += MARKS["bookmark"] if is_kept else " "
        segments = [Segment(mark, self.style_of(ACCENT))]
        if gutter := self._gutter:
            segments.append(Segment(f"{line.time:>{gutter - 2}}  ", self.style_of(QUIET)))
        if line.head:
            segments.append(Segment(line.head, self.style_of(HEAD)))
        for cue, text in line.runs:
            is_lit = cue == lit or (self._selected_from is not None and cue in self._selected)
            is_quiet = cue >= self._heard or cue in self._recurring
            is_quiet = is_quiet or bool(self._matches.words)  # matches stand out from the rest
            name = NOW if cue == self._active else HEAD if is_lit else QUIET if is_quiet else PLAIN
            spans = find_words(text, self._matches.words) if self._matches.has(cue) else ()
            segments += [Segment(piece, self.style_of(kind, is_lit)) for piece, kind in lit_parts(text, spans, name)]
        return Strip(segments).adjust_cell_length(self.scrollable_content_region.width, self.rich_style)

    def _lay_out(self) -> None:
        self._answer = []
        width = self.scrollable_content_region.width - 2 * MARGIN - self._gutter
        own = self.playback.chapters if self._is_playing else ()
        known = own or self._chapters  # those of the player are exact
        chapters = known if self._transcript.is_timed else ()
        self._lines, self._first_line = lay_out(self._transcript.cues, chapters, min(MAX_WIDTH, max(10, width)))
        self.virtual_size = Size(0, len(self._lines))
        self._heard = -1  # forces a scroll to the current sentence
        self.refresh()
        self._follow(is_gliding=False)

    def watch_bookmarks(self) -> None:
        """Mark the bookmarked sentences."""
        cues = (self._transcript.active((each.start + each.end) / 2) for each in self.bookmarks if each.text)
        self._kept = {cue for cue in cues if cue is not None}

    def watch_passages(self) -> None:
        """Find the sentences that were heard before, by their middle."""
        times = ((n, cue.start, cue.end) for n, cue in enumerate(self._transcript.cues) if self.passages)
        self._recurring = {
            number
            for number, start, end in times
            if start is not None and find_passage(self.passages, (start + (end or start)) / 2)
        }

    # -- what was looked up ----------------------------------------------------------------------------

    @property
    def has_answer(self) -> bool:
        """Whether an answer is shown."""
        return bool(self._answer)

    def show_answer(self, answer: str) -> None:
        """Show lines about a word in the lower half, until the cursor moves; none if empty."""
        width = min(MAX_WIDTH, max(10, self.scrollable_content_region.width - 2 * MARGIN))
        lines = [line for each in answer.splitlines() for line in wrap(each, width)]
        self._answer = ["", *lines[: max(1, self.size.height // 2 - 1)]] if lines else []
        self.refresh()

    # -- following -------------------------------------------------------------------------------------

    @property
    def _is_playing(self) -> bool:
        return self.playback.is_loaded and self.playback.episode == self.episode

    def watch_playback(self, former: Playback, playback: Playback) -> None:
        """Highlight the sentence being spoken; a text that begins to play is followed."""
        if former.episode != playback.episode and self._is_playing:
            self.is_following = True
        if self._is_playing:
            self.passages = playback.passages
        if former.marks != playback.marks:
            self._lay_out()
        else:
            self._follow()
        self._show_state()

    def _follow(self, is_gliding: bool = True) -> None:
        active = self._transcript.active(self.playback.position) if self._is_playing else None
        heard = self._count_heard(active)
        if (active, heard) == (self._active, self._heard):
            return
        self._active, self._heard = active, heard
        self.refresh()
        if self.is_following and self.count():
            has_stopped = not self._is_playing and heard < self.count()  # else it was not begun
            self.cursor = active if active is not None else max(0, heard - 1) if has_stopped else 0
            self._scroll_to_cue(self.cursor, is_gliding)

    def _scroll_to_cue(self, cue: int, is_gliding: bool = False) -> None:
        """Scroll to a sentence, with the next ones visible below it."""
        line = self._first_line[cue] - self.size.height // 3
        self.scroll_to(y=line, animate=is_gliding, duration=GLIDE, force=True)

    def _count_heard(self, active: int | None) -> int:
        """Return how many sentences were played; all of them if that is unknown."""
        if not self._transcript.is_timed or (not self._is_playing and self._heard_until == inf):
            return self.count()
        last = active if self._is_playing else self._transcript.active(self._heard_until)
        return 0 if last is None else last + (not self._is_playing)

    def count(self) -> int:
        """Return the number of sentences."""
        return len(self._transcript.cues)

    @property
    def line(self) -> int:
        """The first line of the sentence at the cursor, from the top of the pane."""
        return (*self._first_line[self.cursor : self.cursor + 1], 0)[0] - self.scroll_offset.y

    def show_cursor(self, former: int) -> None:
        """Redraw the sentences that the cursor left and reached; the view stops following playback."""
        if not self._transcript.cues:
            return
        self.is_following, self._answer = False, []
        first = self._first_line[self.cursor]
        following = (*self._first_line[self.cursor + 1 : self.cursor + 2], len(self._lines) - 1)[0]
        top, height = self.scroll_offset.y, self.size.height
        if first < top or following >= top + height:
            self._scroll_to_cue(self.cursor)
        self.refresh()
        self._show_state()

    def _show_state(self) -> None:
        if not self._transcript.cues:
            text = ""
        elif self._matches.query:
            text = self.search_text
        elif not self._transcript.is_timed:
            text = "no times"
        else:
            hint = self._services.first.with_keys(f"{key_of('transcript.follow')} follows again")
            is_followed = self._is_playing and self.is_following
            text = "following" if is_followed else hint if self.playback.is_loaded else ""
        is_other = self.playback.is_loaded and not self._is_playing
        self.border_title = Content(f"Not playing: {self._title}" if is_other else self._title)
        self.border_subtitle = Content(" · ".join(filter(None, (text, self._note))))
        is_with_voice = self._is_playing and self.is_following
        self.hint_words = {**self._hint_words, "transcript.follow": ""} if is_with_voice else self._hint_words

    # -- events and actions ----------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Wrap the lines again."""
        self._lay_out()

    def on_mouse_scroll_down(self) -> None:
        """Stop following: the reader scrolls."""
        self.is_following = False
        self._show_state()

    on_mouse_scroll_up = on_mouse_scroll_down

    def on_click(self, event: events.Click) -> None:
        """Play from the clicked sentence."""
        line, offset = self.clicked(event, self._lines), event.get_content_offset(self)
        if line is None or offset is None:
            return
        end = MARGIN + self._gutter
        for cue, text in self._lines[line].runs:
            end += cell_len(text)
            if offset.x < end:
                if cue != BETWEEN:
                    self.cursor = cue
                    self.action_choose()
                return

    def action_move_page(self, pages: float) -> None:
        """Move by pages or fractions of one."""
        if not self._lines:
            return
        line = self._first_line[self.cursor] + int(pages * self.size.height)
        cue = bisect_left(self._first_line, line)
        self.go(cue if pages < 0 else max(cue, self.cursor + 1))

    def action_choose(self) -> None:
        """Play from the sentence at the cursor; if sentences or times are missing, start recognition."""
        if self.episode is None:
            return
        if self._transcript.is_partial and self.cursor >= self.count() - 1:
            self._recognise(self.episode)
        if not self._transcript.is_timed:
            if not self._recognise(self.episode) and self._transcript.cues:
                self.notify(NO_TIMES, markup=False)
            return
        self.is_following = True
        self._show_state()
        start = self._transcript.cues[self.cursor].start or 0.0
        self._services.controller.play_from(self.episode, start)

    def action_follow(self) -> None:
        """Follow playback again, even if another episode plays by now."""
        self.is_following = True
        if self.playback.is_loaded and not self._is_playing:
            self._show_playing()
        self._heard = -1
        self._follow()
        self._show_state()

    def has_times(self) -> bool:
        """Return whether the transcript has times; if not, say so."""
        if not self._transcript.is_timed:
            self.notify(NO_TIMES, markup=False)
        return self._transcript.is_timed

    @property
    def _selected(self) -> range:
        """The sentences from where the selection begins to the cursor."""
        first = self.cursor if self._selected_from is None else self._selected_from
        return range(min(first, self.cursor), max(first, self.cursor) + 1)

    def action_select(self) -> None:
        """Begin a selection of sentences at the cursor, or drop it."""
        self._selected_from = self.cursor if self._selected_from is None else None
        self.show_cursor(self.cursor)

    def action_bookmark(self) -> None:
        """Bookmark the sentence at the cursor, or those that are selected."""
        if self._is_playing and self.episode is not None and not self._transcript.is_timed:
            self._keep(self.episode, self._title, None, False)
        elif self.has_times() and self.episode is not None:
            cues = [self._transcript.cues[number] for number in self._selected]
            is_moved, self._selected_from = not self.is_following or self._selected_from is not None, None
            said = Cue(" ".join(c.text for c in cues), cues[0].start, cues[-1].end)
            self._keep(self.episode, self._title, said, is_moved)
            self.refresh()

    def action_repeat(self) -> None:
        """Repeat the sentence at the cursor; if it is repeated, something larger."""
        if self._is_playing and self._transcript.is_timed:
            start = self._transcript.cues[self.cursor].start
            self.is_following, outcome = True, self._services.repeat.turn(start)
            self.notify(outcome.text, markup=False) if outcome.text else None
        else:
            self.action_run("playback.repeat")

    def action_copy(self) -> None:
        """Copy the sentence at the cursor."""
        if self._transcript.cues:
            label = f" ({self._transcript.note})" if self._transcript.note else ""
            self.app.copy_to_clipboard(f"{self._transcript.cues[self.cursor].text}{label}")
            self.notify("Copied.", timeout=2, markup=False)

    def action_run(self, ident: str) -> None:
        """Request an action on the episode, by its id."""
        if self.episode is not None:
            self.post_message(EpisodeList.CommandChosen(ident, [self.episode]))

    async def action_left(self) -> None:
        """Go to the tree."""
        await self.run_action(BY_ID["focus.next"].action)

    async def action_right(self) -> None:
        """Go to the list."""
        await self.run_action("screen.focus_list")
