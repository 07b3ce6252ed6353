"""Dialogs with all that is known of an episode, a topic or a podcast."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tui_pod.core.library.show_notes import EpisodeNotes, PodcastFacts
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.progress.progress import Status
from tui_pod.core.text.clean import clock, counted, length, span
from tui_pod.services.services import Services
from tui_pod.ui.links import open_link
from tui_pod.ui.screens.dialog import Dialog, DialogBody

if TYPE_CHECKING:
    from textual.widgets import OptionList

MAX_LINKS = 40
"""Links that are listed."""

_LINK = re.compile(r"https?://[^\s<>\"”’]{1,2000}")

Fact = tuple[str, str]
"""A name and a value; without a value it is not shown."""


class AboutScreen(Dialog):
    """A title, a text, facts, and below them what Enter plays or opens."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("i", "dismiss", show=False, id="view.details")]
    hint = "esc closes"

    def __init__(self) -> None:
        super().__init__()
        self._choices: list[Callable[[], None]] = []

    def compose(self) -> ComposeResult:
        """Show what is known at once."""
        with DialogBody("Details", self.hint):
            yield Static(self.content(), id="about")

    def on_mount(self) -> None:
        """Look up the rest, which may come from disk or network."""
        self.run_worker(self.look_up())

    def content(self) -> Content:
        """Return title, text and facts."""
        raise NotImplementedError

    async def look_up(self) -> None:
        """Look up what is not known at once."""

    def update(self) -> None:
        """Show the content anew, unless the dialog was closed meanwhile."""
        for about in self.query("#about").results(Static):
            about.update(self.content())

    async def list_choices(self, chapters: Iterable[Chapter], links: Iterable[str], position: float | None) -> None:
        """List chapters and links below; the chapter at a position (None: it does not play) is highlighted."""
        from textual.widgets import OptionList
        from textual.widgets.option_list import Option

        rows: list[Option | None] = []
        chapters, links = list(chapters), list(dict.fromkeys(links))[:MAX_LINKS]
        for mark in chapters:
            rows.append(Option(Content(f"{clock(mark.start):>8}  {mark.title or 'Chapter'}")))
            self._choices.append(partial(self.play_from, mark.start))
        for link in links:
            rows.append(Option(Content(link)))
            self._choices.append(partial(self._open, link))
        for dialog in self.query(DialogBody):
            if rows:
                head = "Chapters and links" if chapters and links else "Chapters" if chapters else "Links"
                options = OptionList(*rows, id="choices", compact=True)
                dialog.border_subtitle = f"tab, enter {'plays or opens' if chapters else 'opens'} · {self.hint}"
                await dialog.mount(Static(Content(f"\n{head}").stylize("bold")), options)
                if position is not None and chapters:
                    options.highlighted = max(0, sum(mark.start <= position for mark in chapters) - 1)

    def _open(self, link: str) -> None:
        self.app.run_worker(open_link(self.app, link))

    def play_from(self, start: float) -> None:
        """Play from a chapter."""

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Play from a chapter, or open a link."""
        self.dismiss()
        self._choices[event.option_index]()


class DetailsScreen(AboutScreen):
    """Details of one episode: from the library at once, show notes, links and chapters soon after."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("a", "answer", show=False)]

    def __init__(self, services: Services, index: int) -> None:
        super().__init__()
        self._services = services
        self._controller = services.controller
        self._episode = self._controller.library.episode(index)
        self._left = self._controller.progress_index.remaining(index)
        self._notes = EpisodeNotes()
        self._shows_answer = False
        if self._episode.answer:
            self.hint = "a answers · esc closes"

    async def look_up(self) -> None:
        """Look up show notes and chapters."""
        self._notes = await self._services.read_notes(self._episode)
        self.update()
        playback = self._controller.playback
        is_playing = playback.episode == self._episode.id
        chapters = playback.chapters if is_playing else ()
        chapters = chapters or await self._services.read_chapters(self._episode)
        links = [found.rstrip(".,;:!?)]") for found in _LINK.findall(self._notes.text)]
        links = [self._notes.page, *links] if self._notes.page.startswith("http") else links
        await self.list_choices(chapters, links, playback.position if is_playing else None)

    def play_from(self, start: float) -> None:
        """See `AboutScreen.play_from`."""
        if self._controller.playback.episode == self._episode.id:
            self._controller.seek_to(start)
        else:
            self._controller.play_from(self._episode.id, start)

    def action_answer(self) -> None:
        """Show or fold the answer."""
        self._shows_answer = not self._shows_answer
        self.update()

    def content(self) -> Content:
        """See `AboutScreen.content`."""
        episode, notes = self._episode, self._notes
        progress = self._controller.progress_index.get(episode.id)
        duration = (progress.duration if progress else None) or episode.duration
        if episode.audio is None:
            audio = "narrated from its transcript" if episode.transcript else "narrated from title and summary"
        else:
            audio = episode.audio
        answer = episode.answer if self._shows_answer else "think first; a shows it" if episode.answer else ""
        facts = [
            ("Question", episode.question),
            ("Answer", answer if episode.question else ""),
            ("Length", f"{length(duration)} minutes" if duration else "unknown"),
            ("Progress", self._progress_text()),
            ("Published", f"{episode.published:%-d %B %Y}" if episode.published else "unknown"),
            ("Podcast", notes.podcast),
            ("Topics", " · ".join(episode.tags) or "none"),
            ("Page", notes.page),
            ("Audio", f"{audio} (downloaded)" if notes.is_downloaded else audio),
            ("Id", episode.id),
        ]
        return _about(episode.title, notes.text or episode.summary, facts)

    def _progress_text(self) -> str:
        ident, progress_index = self._episode.id, self._controller.progress_index
        progress, status = progress_index.get(ident), progress_index.status(ident)
        times = f", played {counted(progress.plays, 'time')}" if progress and progress.plays else ""
        if progress and status is Status.STARTED:
            return f"at {clock(progress.position)}, {span(self._left)} left{times}"
        return f"{status}{times}"


class TopicScreen(AboutScreen):
    """Details of a topic; of a podcast also where it comes from, and how its last refresh went."""

    def __init__(self, services: Services, topic: int) -> None:
        super().__init__()
        self._services = services
        self._topic = topic
        library, self._stats = services.controller.library, services.controller.progress_index.topic_stats[topic]
        self._topics = library.topics
        self._podcast: PodcastFacts | None = None

    async def look_up(self) -> None:
        """Look up the podcast."""
        feed_id = self._topics.feed(self._topic) if self._topic else None
        if feed_id is not None and (podcast := await self._services.feeds.describe(feed_id)) is not None:
            self._podcast = podcast
            self.update()
            await self.list_choices((), [podcast.page] if podcast.page else (), None)

    def content(self) -> Content:
        """See `AboutScreen.content`."""
        topics, topic, stats, podcast = self._topics, self._topic, self._stats, self._podcast
        facts = [
            ("Episodes", f"{len(topics.members[topic])}, {stats.played} played, {stats.started} started"),
            ("Length", f"{span(topics.seconds[topic])}, {span(stats.left)} left"),
        ]
        if podcast is not None:
            facts += [
                ("Address", podcast.address),
                ("Page", podcast.page),
                ("Refreshed", f"{podcast.refreshed:%-d %B %Y %H:%M}" if podcast.refreshed else "never"),
                ("Last error", podcast.error),
            ]
        text = (podcast.summary if podcast else "") or topics.summaries.get(topic, "")
        return _about(topics.names[topic], text, facts)


def _about(title: str, text: str, facts: Iterable[Fact]) -> Content:
    parts = [Content(title).stylize("bold")]
    if text:
        parts += [Content(""), Content(text)]
    parts.append(Content(""))
    parts += [Content.assemble((f"{name:<11}", "dim"), value) for name, value in facts if value]
    return Content("\n").join(parts)
