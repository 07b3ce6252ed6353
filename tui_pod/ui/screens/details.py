"""Dialogs that show text: all about an episode, and the keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui_pod.core.keys import Action, shown_keys
from tui_pod.core.listening import Listening
from tui_pod.core.progress import Status
from tui_pod.core.text import clock, fold, length, span
from tui_pod.ui.actions import bindings


class Card(VerticalScroll):
    """The box of a dialog; long text scrolls in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
    ]


class CardScreen(ModalScreen[None]):
    """A dialog that esc closes. What plays is at hand in it too: the app's keys work where no text is typed."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", id="dialog.close"),
        *bindings("app"),
    ]


class DetailsScreen(CardScreen):
    """All about one episode."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("i", "dismiss", "Close", show=False)]

    def __init__(self, listening: Listening, index: int) -> None:
        super().__init__()
        self._listening = listening
        self._index = index

    def compose(self) -> ComposeResult:
        """Show title, facts, summary and the place in it."""
        card = Card()
        card.border_title = "Details"
        card.border_subtitle = "esc closes"
        with card:
            yield Static(self._content())

    def _content(self) -> Content:
        library, book = self._listening.library, self._listening.book
        episode = library.episode(self._index)
        progress = book.get(episode.id)
        duration = (progress.duration if progress else None) or episode.duration
        if episode.audio is None:
            audio = "narrated from its transcript" if episode.transcript else "narrated from title and summary"
        else:
            audio = episode.audio
        facts = [
            ("Length", f"{length(duration)} minutes" if duration else "unknown"),
            ("Progress", self._progress_text()),
            ("Published", f"{episode.published:%-d %B %Y}" if episode.published else "unknown"),
            ("Topics", " · ".join(episode.tags) or "none"),
            ("Audio", audio),
            ("Id", episode.id),
        ]
        parts = [Content(episode.title).stylize("bold"), Content("\n\n"), Content(episode.summary), Content("\n\n")]
        for name, value in facts:
            parts += [Content(f"{name:<10}").stylize("dim"), Content(f"{value}\n")]
        return Content("").join(parts)

    def _progress_text(self) -> str:
        library, book = self._listening.library, self._listening.book
        progress = book.get(library.ids[self._index])
        status = book.status(library.ids[self._index])
        times = f", played {progress.plays} time{'s' * (progress.plays != 1)}" if progress and progress.plays else ""
        if progress and status is Status.STARTED:
            return f"at {clock(progress.position)}, {span(book.remaining(self._index))} left{times}"
        return f"{status}{times}"


class HelpScreen(CardScreen):
    """All keys, narrowed by what is typed."""

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark", "dismiss", "Close", show=False)]

    def __init__(self, actions: Sequence[Action]) -> None:
        super().__init__()
        self._actions = actions

    def compose(self) -> ComposeResult:
        """Show a search field over the table of keys."""
        card = Card()
        card.border_title = "Keys"
        card.border_subtitle = "type to search · esc closes"
        with card:
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
