"""Dialogs that show text: details of an episode, and the keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui_pod.core.actions import Action, shown_keys
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.playback.snapshot import Chapter
from tui_pod.core.progress.progress import Status
from tui_pod.core.text.clean import clock, counted, fold, length, span
from tui_pod.services.services import Services
from tui_pod.ui.actions import bindings

if TYPE_CHECKING:
    from textual.widgets import OptionList


class DialogBody(VerticalScroll):
    """The box of a dialog; long text scrolls in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False, id="move.down"),
        Binding("k", "scroll_up", show=False, id="move.up"),
    ]


class Dialog(ModalScreen[None]):
    """A dialog that esc closes. The app's keys work in it where no text is typed."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", id="dialog.close"),
        *bindings("app"),
    ]


class InputDialog(Dialog):
    """A dialog with a text field that has the focus from the start."""

    def on_mount(self) -> None:
        """Focus the field now; after the first paint would lose keys typed meanwhile."""
        self.set_focus(self.query_one(Input))


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


class HelpScreen(InputDialog):
    """All keys, narrowed by what is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark", "dismiss", show=False, id="app.help")]

    def __init__(self, actions: Sequence[Action]) -> None:
        super().__init__()
        self._actions = actions

    def compose(self) -> ComposeResult:
        """Show a search field over the table of keys."""
        dialog = DialogBody()
        dialog.border_title = "Keys"
        dialog.border_subtitle = "type to search · esc closes"
        with dialog:
            yield Input(placeholder="search the keys", id="key-search")
            yield Static(self._table(""), id="keys")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the keys that match."""
        self.query_one("#keys", Static).update(self._table(event.value))

    def _table(self, query: str) -> Content:
        words = fold(query).split()
        lines = []
        for action in self._actions:
            keys = " ".join(shown_keys(action))
            if all(word in fold(f"{action.label} {keys} {action.id}") for word in words):
                lines.append(Content.assemble((f"{keys:<16}", "bold"), action.label, (f"   {action.id}", "dim")))
        return Content("\n").join(lines) if lines else Content("No key does that.")
