"""What plays, or while nothing plays the row at the cursor: cover, summary, chapters, and the sentence being said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Center, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library
from tui_pod.core.library.transcript import Transcript
from tui_pod.core.player.snapshot import Chapter, Playback, PlayerStatus
from tui_pod.core.text.clean import clock, length
from tui_pod.services.services import Services
from tui_pod.ui.look.cells import split_title
from tui_pod.ui.look.drawn_cover import MOST, draw_cover
from tui_pod.ui.widgets.cover import Cover

PAUSE = 0.15
"""Seconds that the cursor rests before the pane follows it."""

CHAPTERS = 9
"""Chapters that are listed, those around the one that plays."""


class EpisodePane(VerticalScroll, can_focus=False):
    """A column beside the list, or over it."""

    DEFAULT_CSS = """
    EpisodePane {
        display: none;
        width: 1fr; min-width: 40; max-width: 52;
        border: round $foreground 25%;
        background: $background;
        border-title-color: $text-muted;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        & Center { height: auto; }
        & Cover { margin-top: 1; }
        & #about-episode { width: 1fr; padding: 1 0; }
    }
    .-wide EpisodePane, .-with-episode EpisodePane { display: block; }
    .-with-episode EpisodePane { layer: above; dock: right; width: 60%; max-width: 56; }
    .-with-episode.-narrow EpisodePane { width: 100%; max-width: 100%; }
    .-wide.-with-episode EpisodePane { layer: default; dock: none; width: 1fr; max-width: 52; }
    .-wide.-without-episode EpisodePane, .-reading EpisodePane { display: none; }
    """  # here and not in the stylesheet: the first screen does without, and each rule costs it
    SCOPED_CSS = False  # the classes are the screen's
    ALLOW_SELECT: ClassVar[bool] = False

    def __init__(self, services: Services, chosen: Callable[[], int | None], has_colours: bool) -> None:
        """Show nothing yet.

        Args:
            services: what tells about episodes.
            chosen: returns the library index of the row at the cursor.
            has_colours: whether covers can be drawn.
        """
        super().__init__(id="episode")
        self._services = services
        self._chosen = chosen
        self._has_colours = has_colours
        self._playback = Playback()
        self._shown: tuple[str, bool] = ("", False)  # episode, and whether it was looked up while it played
        self._transcript = Transcript()
        self._timer: Timer | None = None
        self._picture, self._about = Cover(), Static(id="about-episode")

    def compose(self) -> ComposeResult:
        """Make the picture and the text."""
        with Center():
            yield self._picture
        yield self._about

    def follow(self, playback: Playback) -> None:
        """Follow what plays."""
        self._playback = playback
        if self.display:
            self.update()

    def cursor_moved(self) -> None:
        """Follow the cursor, once it rests."""
        if self.display:
            if self._timer is not None:
                self._timer.stop()
            self._timer = self.set_timer(PAUSE, self.update)

    def update(self) -> None:
        """Show the episode that is to be shown now."""
        index, is_playing = self._subject()
        if index is None:
            return
        episode = self._services.controller.library.episode(index)
        if self._shown != (episode.id, is_playing):
            self._shown = episode.id, is_playing
            self._transcript = Transcript()
            self.border_title = "Now playing" if is_playing else "Episode"
            self.scroll_home(animate=False)
            self.run_worker(self._look_up(episode, index, is_playing), group="episode", exclusive=True)
        self._show(episode, is_playing)

    def _subject(self) -> tuple[int | None, bool]:
        """Return the library index of what to show, and whether it plays."""
        library, playback = self._services.controller.library, self._playback
        playing = library.index(playback.episode) if playback.episode and _is_heard(playback) else None
        return (self._chosen(), False) if playing is None else (playing, True)

    async def _look_up(self, episode: Episode, index: int, is_playing: bool) -> None:
        if self._has_colours and episode.audio is None:
            self._picture.picture = draw_cover(*_seeds(self._services.controller.library, index))
        elif self._has_colours:
            self._picture.picture = await self._services.read_cover(episode)
        if is_playing:
            self._transcript = await self._services.read_transcript(episode)
            self.update()

    def _show(self, episode: Episode, is_playing: bool) -> None:
        name, rest = split_title(episode.title)
        facts = [*episode.tags[:1], f"{episode.published:%-d %b %Y}" if episode.published else "",
                 length(episode.duration) if episode.duration else ""]  # fmt: skip
        below = [*filter(None, (rest,)), " · ".join(filter(None, facts))]
        lines = [Content(name).stylize("bold"), *(Content(line).stylize("$text-muted") for line in below)]
        if is_playing and (said := self._said()):
            lines += [Content(""), Content(f"“{said.strip('“”')}”").stylize("$text-accent")]
        lines += [Content(""), Content(episode.summary)]
        chapters = self._playback.chapters if is_playing else ()
        if chapters:
            lines += [Content(""), Content("Chapters").stylize("bold"), *self._chapter_lines(chapters)]
        self._about.update(Content("\n").join(lines))

    def _said(self) -> str:
        active = self._transcript.active(self._playback.position) if self._transcript.is_timed else None
        return "" if active is None else self._transcript.cues[active].text

    def _chapter_lines(self, chapters: Sequence[Chapter]) -> list[Content]:
        here = max(0, sum(chapter.start <= self._playback.position + 0.05 for chapter in chapters) - 1)
        first = max(0, min(here - CHAPTERS // 2, len(chapters) - CHAPTERS))
        return [
            Content(f"{clock(chapter.start):>8}  {chapter.title}").stylize(
                "bold $text-accent" if number == here else ""
            )
            for number, chapter in enumerate(chapters[first : first + CHAPTERS], first)
        ]


def _is_heard(playback: Playback) -> bool:
    return playback.status in (PlayerStatus.PLAYING, PlayerStatus.LOADING)


def _seeds(library: Library, index: int) -> tuple[list[int], int]:
    """Return the topic's number of each episode of the course that an episode is in, and which of them it is."""
    topics = library.topics
    paths = [topic for topic, path in topics.paths.items() if index in path]
    if paths:
        whole = max(paths, key=lambda topic: len(topics.paths[topic]))
        order = list(topics.paths[whole])
        acts = [topic for topic in topics.paths if topics.parents[topic] == whole]
        group = {episode: number for number, act in enumerate(acts) for episode in topics.paths[act]}
    else:
        first = max(0, min(index - MOST // 2, len(library) - MOST))
        order = list(range(first, min(len(library), first + MOST)))
        names: dict[str, int] = {}
        group = {i: names.setdefault((library.episode(i).tags or ("",))[0], len(names)) for i in order}
    return [group.get(episode, 0) for episode in order], order.index(index)
