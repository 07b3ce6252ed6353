"""The episode's pane: a preview of the playing or selected episode, or the details of an episode or topic."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.app import App, ComposeResult
from textual.containers import Center, Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from tui_pod.core.actions import BY_ID, key_of
from tui_pod.core.library.course import place_text
from tui_pod.core.library.episode import Episode, date_text
from tui_pod.core.library.recap import Story
from tui_pod.core.library.show_notes import EpisodeNotes, PodcastFacts
from tui_pod.core.library.topics import TopicTable
from tui_pod.core.library.transcript import Transcript
from tui_pod.core.player.snapshot import Chapter, Playback, chapter_at
from tui_pod.core.progress.passages import Passage
from tui_pod.core.text.clean import span
from tui_pod.runtime.threads import in_thread
from tui_pod.services.podcasts.troubles import HELPS
from tui_pod.services.services import Services
from tui_pod.ui.keys import bindings
from tui_pod.ui.look.about import (
    ASIDE,
    About,
    AboutChoice,
    about_episode,
    about_topic,
    lay_out,
    with_choices,
    with_story,
)
from tui_pod.ui.look.cells import split_title
from tui_pod.ui.look.drawn_cover import draw_cover, find_seeds
from tui_pod.ui.look.parts import CURSOR, HEAD, TextLine, look
from tui_pod.ui.widgets.cover import Cover
from tui_pod.ui.widgets.episode_list import EpisodeList
from tui_pod.ui.widgets.lines_view import LinesView
from tui_pod.ui.widgets.topic_tree import TopicTree

PAUSE = 0.15
"""How long the cursor rests before the pane follows it (seconds)."""

CHAPTERS = 9
"""How many chapters a preview lists, around the playing one."""

MOVES = f"{key_of('move.down')} {key_of('move.up')}"
"""The keys that go from one choice to the next."""


class AboutText(Widget):
    """Lines of text; the choice at the cursor is highlighted."""

    DEFAULT_CSS = "AboutText { height: auto; margin: 1 1 1 0; }"

    def __init__(self, cover: Cover) -> None:
        """Show nothing yet; where `cover` is beside the text, the lines there are shorter."""
        super().__init__(id="about-episode")
        self._picture = cover
        self.about = About("")
        self.cursor: int | None = None
        """The highlighted choice, if any."""
        self._lines: list[TextLine] = []
        self._room = 0, (0, 0)  # width, and columns and lines of the cover

    def on_mount(self) -> None:
        """Make room for a picture that comes, and use that of one that goes."""
        self.watch(self._picture, "picture", self._lay_out_anew, init=False)

    def _lay_out_anew(self) -> None:
        self.refresh(layout=True)  # Textual caches the height, which depends on the picture

    def show(self, about: About) -> None:
        """Show something else."""
        self.about = about
        former = len(self._lines)
        self._lines = lay_out(about, *self._room) if self._room[0] else []
        self.refresh(layout=former != len(self._lines))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of lines at a width."""
        frame, columns, lines = self._picture.parent, self._picture.styles.width, self._picture.styles.height
        assert isinstance(frame, Widget)
        assert columns is not None
        assert lines is not None
        is_beside = self._picture.display and frame.styles.is_docked
        cover = (int(columns.value) + 2, int(lines.value)) if is_beside else (0, 0)
        if (width, cover) != self._room:
            self._room = width, cover
            self._lines = lay_out(self.about, width, cover)
        return len(self._lines)

    def region_of(self, choice: int) -> Region:
        """Return the region of a choice, in the coordinates of the scrolled pane."""
        rows = [number for number, line in enumerate(self._lines) if line.choice == choice]
        return Region(0, self.virtual_region.y + rows[0], 1, len(rows)) if rows else Region()

    def choice_at(self, row: int) -> int | None:
        """Return the choice that a line belongs to, if any."""
        return self._lines[row].choice if 0 <= row < len(self._lines) else None

    def render_line(self, y: int) -> Strip:
        """Return one line."""
        width = self.size.width
        if y >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        parts, choice, aside = self._lines[y]
        is_lit = choice is not None and choice == self.cursor
        base, behind = self.rich_style, CURSOR if is_lit else ""
        segments = [Segment(text, base + look(self.app, name, behind)) for text, name in parts]
        beside = ASIDE if aside else 0
        line = Strip(segments).adjust_cell_length(width - beside, base + look(self.app, HEAD, behind))
        column = Strip(Segment(text, base + look(self.app, name)) for text, name in aside)
        return Strip.join((line, column.adjust_cell_length(beside, base)))


class EpisodePane(VerticalScroll, can_focus=True, inherit_bindings=False):
    """A column beside the list, or in its place; only details can have the focus."""

    BINDINGS = bindings("details", "move", "episodes")
    DEFAULT_CSS = """
    EpisodePane {
        display: none;
        width: 3fr; min-width: 40; max-width: 52;
        border: round $frame;
        background: $background;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        &:focus { border: round $primary; border-title-color: $text-primary; background-tint: transparent; }
        & Vertical { height: auto; layers: below above; }
        & Center { height: auto; layer: below; }
        & AboutText { layer: below; }
        & Cover { margin-top: 1; }
    }
    .-low AboutText { margin: 0 1 0 0; }
    .-details EpisodeList { display: none; }
    .-details EpisodePane { display: block; width: 7fr; max-width: 100%; }
    .-tall Cover { width: 36; height: 18; }
    .-details Cover { display: none; width: 24; height: 12; }
    .-details EpisodePane Center { dock: right; layer: above; width: auto; margin-right: 1; }
    .-low Cover { width: 16; height: 8; margin-top: 0; }
    .-narrow EpisodePane { width: 100%; max-width: 100%; }
    .-wide EpisodeList { display: block; }
    .-wide EpisodePane { display: block; width: 3fr; max-width: 52; }
    .-wide EpisodePane Center { dock: none; layer: below; width: 100%; margin-right: 0; }
    .-wide Cover.-shown { display: block; }
    .-reading EpisodePane { display: none; }
    .-wide.-details EpisodePane { display: block; }
    .-narrow Cover.-shown { display: none; }
    """  # not in the stylesheet: each rule there slows the first screen, which does not need these
    SCOPED_CSS = False  # the classes are the screen's

    ALLOW_SELECT: ClassVar[bool] = False

    def __init__(
        self,
        services: Services,
        chosen: Callable[[], int | None],
        has_colours: bool,
        look_into: Callable[[str, str], None],
    ) -> None:
        """Show nothing yet.

        `chosen` returns the library index of the row at the cursor; `look_into` shows a podcast of a title and address.
        """
        super().__init__(id="details")
        self._services = services
        self._chosen, self._look_into = chosen, look_into
        self._has_colours = has_colours
        self.is_detailed = False
        """Whether details are shown instead of a preview."""
        self._topic: tuple[TopicTable, int] | None = None
        self._playback = Playback()
        self._shown: tuple[object, ...] = ()  # the subject that was looked up, with what its text depends on
        self._episode: Episode | None = None  # None: a topic is shown
        self._transcript = Transcript()
        self._notes, self._podcast, self._chapters, self._passages = EpisodeNotes(), None, (), ()
        self._story, self._has_story_first = Story(), False
        self._shows_answer = self._is_read = False
        self._timer: Timer | None = None
        self._picture = Cover()
        self._about = AboutText(self._picture)

    _podcast: PodcastFacts | None
    _chapters: Sequence[Chapter]
    _passages: Sequence[Passage]

    def compose(self) -> ComposeResult:
        """Compose the picture and the text."""
        with Vertical():
            with Center():
                yield self._picture
            yield self._about

    @property
    def hint_words(self) -> dict[str, str]:
        """Other words in the key line: enter opens a topic or a link."""
        return {"details.choose": "Open"} if self._episode is None or isinstance(self._target, str) else {}

    @property
    def _target(self) -> float | str | None:
        """What is chosen at the cursor; None for nothing."""
        choices, cursor = self._about.about.choices, self._about.cursor
        return choices[cursor].target if cursor is not None and cursor < len(choices) else None

    def allow_focus(self) -> bool:
        """Return whether it can have the focus."""
        return self.is_detailed

    # -- what it follows -------------------------------------------------------------------------------

    def show_details(self, is_detailed: bool, topic: int | None = None, has_story_first: bool = False) -> None:
        """Show the details of a topic, or of the row at the cursor if None; or the preview if not `is_detailed`."""
        self.is_detailed, self._has_story_first = is_detailed, has_story_first
        self._topic = (self._services.controller.library.topics, topic) if topic is not None else None
        self.border_subtitle = ""
        self._shown = ()
        self.update()

    def follow(self, playback: Playback) -> None:
        """Follow what plays."""
        former = self._playback
        is_same = playback._replace(position=former.position) == former
        self._playback = playback
        if self.display and not (self.is_detailed and is_same):  # the position changes little in the details
            self.update()

    def cursor_moved(self, topic: int | None = None) -> None:
        """Follow the cursor once it rests; `topic` is the topic it moved to in the tree."""
        if self.display:
            self._topic = (self._services.controller.library.topics, topic) if topic is not None else None
            if self._timer is not None:
                self._timer.stop()
            self._timer = self.set_timer(PAUSE, self.update)

    def update(self) -> None:
        """Show the current episode or topic."""
        if self.is_detailed and self._topic is not None:
            subject: tuple[object, ...] = self._topic
            self._episode = None
        else:
            library, playback = self._services.controller.library, self._playback
            playing = library.index(playback.episode) if playback.is_going and not self.is_detailed else None
            index = self._chosen() if playing is None else playing
            if index is None and self.is_detailed:
                return
            self._episode = library.episode(index) if index is not None else None
            subject = (self._episode and self._episode.id, playing is not None, self.is_detailed)
        if self._shown != subject:
            self._shown = subject
            self._transcript, self._notes, self._podcast = Transcript(), EpisodeNotes(), None
            self._chapters, self._passages, self._story = (), (), Story()
            self._shows_answer, self._about.cursor, self._is_read = False, None, False
            self.border_title = "Details" if self.is_detailed else "Now playing" if subject[1] else "At the cursor"
            self.scroll_home(animate=False)
            self.run_worker(self._look_up, group="episode", exclusive=True)  # type: ignore[arg-type]  # its result is not used
        self._show()

    async def _look_up(self) -> None:
        await self._read()
        self._is_read = True
        self._show()

    async def _read(self) -> None:
        services, library, episode = self._services, self._services.controller.library, self._episode
        if episode is None:
            self._picture.picture = None
            topics, topic = self._topic or (library.topics, 0)
            if (feed := topics.feed(topic)) is not None:
                self._podcast = await services.feeds.describe(feed)
                self._show()
            return
        if self._has_colours and episode.audio is not None:
            self._picture.picture = await services.covers.picture(episode)
        elif self._has_colours and (index := library.index(episode.id)) is not None:
            seeds = find_seeds(library, index)
            self._picture.picture = await in_thread(lambda _: draw_cover(*seeds))  # it takes up to 15 ms
        if self.is_detailed:
            self._notes = await services.reader.notes(episode)
            self._show()
            self._chapters = await services.reader.chapters(episode)
            self._passages = await services.passages.of(episode, [chapter.start for chapter in self._chapters])
            if services.recap.position(episode):
                self._has_story_first = self._has_story_first or services.recap.is_away(episode)
                self._story = await services.recap.story(episode)
            self._show()
            here = next((number for number, choice in enumerate(self._about.about.choices) if choice.is_now), 0)
            if here and self._about.cursor is None and not (self._has_story_first and self._story.met):
                self.call_after_refresh(self._light, here)  # once there is room for the chapters to scroll in
        elif self._shown[1]:
            self._transcript = await services.reader.transcript(episode)
            self._show()

    # -- what it shows ---------------------------------------------------------------------------------

    def _show(self) -> None:
        self._about.show(self._all() if self.is_detailed else self._preview())
        if self.is_detailed:
            answers = "a Answer · " if self._episode is not None and self._episode.answer else ""
            about = self._about.about
            choices = f"{MOVES} {about.heading(about.choices[0])} · " if about.choices else ""
            self.border_subtitle = Content(self._services.first.with_keys(f"{choices}{answers}esc Close"))

    def _all(self) -> About:
        library, progress_index = self._services.controller.library, self._services.controller.progress_index
        episode = self._episode
        if episode is None:
            topics, topic = self._topic or (library.topics, 0)
            stats = progress_index.topic_stats[topics.found_in(library.topics, topic)]
            about = about_topic(topics, topic, stats, self._podcast)
            if self._podcast is not None and self._podcast.error:
                about = about._replace(facts=(*about.facts, ("What helps", self._services.first.with_keys(HELPS))))
            return about._replace(is_read=self._is_read or topics.feed(topic) is None)
        index = library.index(episode.id)
        left = progress_index.remaining(index) if index is not None else 0.0
        progress, status = progress_index.get(episode.id), progress_index.status(episode.id)
        error = self._services.feeds.downloads.errors.get(episode.id, "")
        place = place_text(library.topics, index) if index is not None else ""
        is_loaded = self._playback.episode == episode.id
        passages = (self._playback.passages if is_loaded else ()) or self._passages
        elsewhere = self._services.controller.handover.elsewhere(episode.id)
        about = about_episode(
            episode, self._notes, progress, status, left, self._shows_answer, error, place, passages, elsewhere
        )
        chapters = (self._playback.chapters if is_loaded else ()) or self._chapters
        here = chapter_at(chapters, self._playback.position) - 1 if is_loaded else None
        bookmarks = self._services.controller.bookmarks.of(episode.id)
        about = with_choices(about, self._notes, chapters, here, bookmarks)
        about = with_story(about, self._story, self._has_story_first)
        return about._replace(is_read=self._is_read or episode.audio is None)

    def _preview(self) -> About:
        episode = self._episode
        if episode is None:
            return About("", ("No episode is selected.",))
        is_playing = self._shown[1]
        name, rest = split_title(episode.title)
        facts = (date_text(episode), span(episode.duration, is_exact=True) if episode.duration else "")
        library = self._services.controller.library
        index = library.index(episode.id)
        place = place_text(library.topics, index) if index is not None else ""
        below = (rest, *([place] if place else episode.tags[:1]), " · ".join(filter(None, facts)))
        chapters = self._playback.chapters if is_playing else ()
        here = chapter_at(chapters, self._playback.position) - 1
        first = max(0, min(here - CHAPTERS // 2, len(chapters) - CHAPTERS))
        choices = [
            AboutChoice(chapter.title, chapter.start, number == here)
            for number, chapter in enumerate(chapters[first : first + CHAPTERS], first)
        ]
        active = self._transcript.active(self._playback.position) if is_playing and self._transcript.is_timed else None
        said = "" if active is None else self._transcript.cues[active].text
        return About(name, below, said, episode.summary, head="Chapters", choices=choices)

    # -- events and actions ----------------------------------------------------------------------------

    @property
    def line(self) -> int:
        """The visible line of the choice at the cursor; the first one if there is none."""
        cursor = self._about.cursor
        return self._about.region_of(cursor).y - self.scroll_offset.y if cursor is not None else 0

    async def on_click(self, event: events.Click) -> None:
        """Play or open what was clicked on."""
        offset = event.get_content_offset(self._about) if self.is_detailed else None
        if offset is not None and (choice := self._about.choice_at(offset.y)) is not None:
            self._light(choice)
            await self.action_choose()

    def _light(self, choice: int | None) -> None:
        self._about.cursor = choice
        self._about.refresh()
        self.post_message(LinesView.HintsChanged())
        if choice is not None:
            self.scroll_to_region(self._about.region_of(choice), animate=False, force=True)

    def action_move(self, by: int) -> None:
        """Go to the next choice if it is visible; otherwise scroll."""
        window = Region(0, self.scroll_offset.y, 1, self.scrollable_content_region.height)
        count, cursor = len(self._about.about.choices), self._about.cursor
        start = cursor + by if cursor is not None else 0 if by > 0 else -1
        rest = range(start, count) if by > 0 else range(start, -1, -1)
        found = next((choice for choice in rest if window.contains_region(self._about.region_of(choice))), None)
        if found is not None:
            self._light(found)
        else:
            self.scroll_relative(y=by, animate=False)

    def action_move_to(self, place: int) -> None:
        """Go to the top (0), or to the end and the last choice (-1)."""
        count = len(self._about.about.choices)
        self._light(count - 1 if place and count else None)
        self.scroll_to(y=self.max_scroll_y if place else 0, animate=False)

    def action_move_page(self, pages: float) -> None:
        """Scroll by pages or fractions of one."""
        self.scroll_relative(y=int(pages * self.size.height), animate=False)

    async def action_left(self) -> None:
        """Go back to the list or the tree."""
        await self.run_action(BY_ID["view.details"].action)

    def action_right(self) -> None:
        """Do nothing: there is no pane to the right."""

    async def action_choose(self) -> None:
        """Play, open or look into what is at the cursor; without anything, play the episode or list the topic."""
        target, choices = self._target, self._about.about.choices
        met = choices[self._about.cursor or 0].met if target is not None else None
        if met is not None and self._episode is not None:
            self._services.recap.hear(self._episode, met)
        elif isinstance(target, str) and choices[self._about.cursor or 0].is_podcast:
            self._look_into(choices[self._about.cursor or 0].text, target)
        elif isinstance(target, str):
            self.app.run_worker(open_link(self.app, target))
        elif target is not None and self._episode is not None:
            self._services.controller.play_from(self._episode.id, target)
        else:
            self.action_run("topic.open" if self._episode is None else "episode.play")

    def action_run(self, ident: str) -> None:
        """Run an action of the list on the episode, or of the tree on the topic."""
        if self._episode is not None:
            self.post_message(EpisodeList.CommandChosen(ident, [self._episode.id]))
        elif self._topic is not None:
            topics, topic = self._topic
            self.post_message(TopicTree.TopicCommandChosen(topic, topics, ident))

    def action_copy(self) -> None:
        """Copy the link at the cursor."""
        if isinstance(target := self._target, str):
            self.app.copy_to_clipboard(target)
            self.app.notify(f"Copied: {target}")
        else:
            self.app.notify("Move to a link first; y copies its address.")

    def action_answer(self) -> None:
        """Show or hide the answer."""
        self._shows_answer = not self._shows_answer
        self._show()


async def open_link(app: App[None], address: str) -> None:
    """Open an http(s) address with the desktop's program; without one, copy it to the terminal's clipboard."""
    command = "open" if sys.platform == "darwin" else "xdg-open"
    has_desktop = sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    program = shutil.which(command) if has_desktop and address.startswith(("http://", "https://")) else None
    if program is not None:
        with contextlib.suppress(OSError):
            await asyncio.create_subprocess_exec(
                program, address, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True
            )
            app.notify(f"Opened: {address}", markup=False)
            return
    app.copy_to_clipboard(address)
    app.notify(f"Copied: {address}", markup=False)
