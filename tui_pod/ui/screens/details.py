"""The dialog with all that is known of an episode."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.playback.snapshot import Chapter
from tui_pod.core.progress.progress import Status
from tui_pod.core.text.clean import clock, counted, length, span
from tui_pod.services.services import Services
from tui_pod.ui.screens.dialog import Dialog, DialogBody

if TYPE_CHECKING:
    from textual.widgets import OptionList


class DetailsScreen(Dialog):
    """Details of one episode: from the library at once, show notes and chapters soon after."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("i", "dismiss", show=False, id="view.details")]

    def __init__(self, services: Services, index: int) -> None:
        super().__init__()
        self._services = services
        self._controller = services.controller
        self._episode = self._controller.library.episode(index)
        self._left = self._controller.progress_index.remaining(index)
        self._chapters: tuple[Chapter, ...] = ()

    def compose(self) -> ComposeResult:
        """Show title, facts, summary and progress."""
        dialog = DialogBody()
        dialog.border_title = "Details"
        dialog.border_subtitle = "esc closes"
        with dialog:
            yield Static(self._content(EpisodeNotes()), id="about")

    def on_mount(self) -> None:
        """Look up show notes and chapters, which may come from the network."""
        self.run_worker(self._look_up())

    async def _look_up(self) -> None:
        notes = await self._services.read_notes(self._episode)
        for about in self.query("#about").results(Static):  # none: it was closed meanwhile
            about.update(self._content(notes))
        playback = self._controller.playback
        is_playing = playback.episode == self._episode.id
        chapters = playback.chapters if is_playing else ()
        self._chapters = chapters or await self._services.read_chapters(self._episode)
        for dialog in self.query(DialogBody):
            if self._chapters:
                await self._show_chapters(dialog, playback.position if is_playing else None)

    async def _show_chapters(self, dialog: DialogBody, position: float | None) -> None:
        """List the chapters below; Enter plays from the highlighted one."""
        from textual.widgets import OptionList
        from textual.widgets.option_list import Option

        rows = [Option(Content(f"{clock(mark.start):>8}  {mark.title or 'Chapter'}")) for mark in self._chapters]
        chapters = OptionList(*rows, id="chapters", compact=True)
        dialog.border_subtitle = "tab to the chapters, enter plays from there · esc closes"
        await dialog.mount(Static(Content("Chapters").stylize("bold")), chapters)
        if position is not None:
            chapters.highlighted = sum(mark.start <= position for mark in self._chapters) - 1

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Play from a chapter."""
        self.dismiss()
        start = self._chapters[event.option_index].start
        if self._controller.playback.episode == self._episode.id:
            self._controller.seek_to(start)
        else:
            self._controller.play_from(self._episode.id, start)

    def _content(self, notes: EpisodeNotes) -> Content:
        episode = self._episode
        progress = self._controller.progress_index.get(episode.id)
        duration = (progress.duration if progress else None) or episode.duration
        if episode.audio is None:
            audio = "narrated from its transcript" if episode.transcript else "narrated from title and summary"
        else:
            audio = episode.audio
        facts = [
            ("Length", f"{length(duration)} minutes" if duration else "unknown"),
            ("Progress", self._progress_text()),
            ("Published", f"{episode.published:%-d %B %Y}" if episode.published else "unknown"),
            ("Podcast", notes.podcast),
            ("Topics", " · ".join(episode.tags) or "none"),
            ("Page", notes.page),
            ("Audio", f"{audio} (downloaded)" if notes.is_downloaded else audio),
            ("Id", episode.id),
        ]
        text = notes.text or episode.summary
        parts = [Content(episode.title).stylize("bold"), Content("\n\n"), Content(text), Content("\n\n")]
        for name, value in facts:
            if value:
                parts += [Content(f"{name:<10}").stylize("dim"), Content(f"{value}\n")]
        return Content("").join(parts)

    def _progress_text(self) -> str:
        ident, progress_index = self._episode.id, self._controller.progress_index
        progress, status = progress_index.get(ident), progress_index.status(ident)
        times = f", played {counted(progress.plays, 'time')}" if progress and progress.plays else ""
        if progress and status is Status.STARTED:
            return f"at {clock(progress.position)}, {span(self._left)} left{times}"
        return f"{status}{times}"
