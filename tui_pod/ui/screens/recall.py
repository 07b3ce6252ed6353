"""The dialog that asks recall cards, and how well each was known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tui_pod.core.progress.cards import Card
from tui_pod.core.text.clean import counted
from tui_pod.recall.questions import Question, Rating, intervals
from tui_pod.services.recall import RecallService
from tui_pod.ui.screens.dialog import Dialog, DialogBody

ASKING = "enter Answer · x Remove card"
ANSWERING = "1-4 Rate · x Remove card"

FRAME = 4
"""Cells around the text on a small screen."""


class RecallScreen(Dialog):
    """Asks one card after another."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "show"),
        *(Binding(str(int(rating)), f"rate({int(rating)})") for rating in Rating),
        Binding("x", "forget"),
    ]

    def __init__(self, recall: RecallService, cards: Sequence[Card], then: Callable[[], None]) -> None:
        """Ask nothing yet; `then` is called when the dialog closes."""
        super().__init__()
        self._then = then
        self._recall = recall
        self._cards = list(cards)
        self._count = len(self._cards)
        self._question: Question | None = None
        self._is_shown = False

    def compose(self) -> ComposeResult:
        """Show the question."""
        with DialogBody():
            yield Static("", id="question")

    def on_mount(self) -> None:
        """Ask the first one."""
        self._ask()

    def on_unmount(self) -> None:
        """Stop the excerpt that is playing."""
        self._recall.stop_context()

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close, and call `then`."""
        was_open = self.is_on_top
        closing = super().dismiss(result)
        if was_open:
            self._then()
        return closing

    @work(exclusive=True)
    async def _ask(self) -> None:
        """Ask the next card that can be asked; close if there is none."""
        self._is_shown, self._question = False, None
        while self._cards and (question := await self._recall.question(self._cards[0])) is None:
            del self._cards[0]
        if self._cards:
            self._question = question
            self._draw()
            await self._recall.play_context(self._cards[0])
        elif self.is_current:
            self.dismiss()

    def _draw(self) -> None:
        question, card = self._question, self._cards[0]
        if question is None or not self.query("#question"):  # closed in the meantime
            return
        body = self.query_one(DialogBody)
        body.border_title = f"Recall · {self._count - len(self._cards) + 1} of {self._count}"
        body.keys = ANSWERING if self._is_shown else ASKING
        lines = [Content.styled(question.source, "$text-muted"), Content(""), Content(question.text), Content("")]
        if self._is_shown:
            lines += [Content.styled(question.answer, "bold"), Content("")]
            days = intervals(card, self._recall.now())
            said = [f"{int(rating)} {rating.name.lower()}: in {counted(days[rating], 'day')}" for rating in Rating]
            first, second = " · ".join(said[:2]), " · ".join(said[2:])
            gap = " · " if len(f"{first} · {second}") <= self.app.size.width - FRAME else "\n"
            lines.append(Content.styled(f"{first}{gap}{second}", "$text-muted"))
        self.query_one("#question", Static).update(Content("\n").join(lines))

    def action_show(self) -> None:
        """Show the answer."""
        self._is_shown = self._question is not None
        self._draw()

    def action_rate(self, rating: int) -> None:
        """Record how well it was known, and ask the next card; only once the answer is shown."""
        if self._is_shown:
            self._leave(partial(self._recall.answer, self._cards[0], Rating(rating)))

    def action_forget(self) -> None:
        """Remove this card."""
        if self._question is not None:
            self._leave(partial(self._recall.forget, self._cards[0].key))

    def _leave(self, change: partial[None]) -> None:
        change()
        self._recall.stop_context()
        del self._cards[0]
        self._ask()
