"""Asks cards aloud: a chime, the question, time to think, the answer. Knows neither player nor voice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from tui_pod.core.actions import key_of
from tui_pod.core.errors import UserError
from tui_pod.core.progress.cards import OF_EPISODE, Card
from tui_pod.recall.questions import Question

THINKING, RATING = 0.35, 10.0
"""Seconds to think for each word of a question, and seconds to wait for the listener's rating after the answer."""

SHORTEST = 5.0
"""Seconds to think about the shortest question."""

UNANSWERED = 2
"""A round ends after this many questions in a row without an answer."""

KEYS = f"Press {key_of('queue.next')} if you know it, {key_of('queue.previous')} if not."


class Sounds(Protocol):
    """Plays sounds while the loaded episode waits."""

    def play_file(self, path: str, is_paused: bool, ended: Callable[[str | None], None]) -> None:
        """Play a whole file, and then call `ended` on the event loop with what went wrong, or None."""

    def set_paused(self, is_paused: bool) -> None:
        """Pause or go on."""

    def stop(self) -> None:
        """Stop playing; nothing more is reported."""


@dataclass(eq=False, repr=False)
class AloudQuiz:
    """One round of questions. An `Interlude`."""

    _cards: Sequence[Card]
    _find: Callable[[Card], Awaitable[Question | None]]
    """Returns the question of a card; None if it no longer has one."""
    _rate: Callable[[Card, bool], None]
    """Records whether a card was known."""
    _speak: Callable[[Card, str], Awaitable[str]]
    """Returns the path of a text about a card, spoken. Raises UserError if that cannot be done."""
    _chime: Callable[[], Awaitable[str | None]]
    """Returns the path of the sound that comes first; None if there is none."""
    _sounds: Sounds
    _show: Callable[[str], None]
    _tell: Callable[[str], None]
    _number: int = field(default=0, init=False)
    _known: bool | None = field(default=None, init=False)  # the listener's answer
    _is_heard: bool = field(default=False, init=False)
    _fault: str | None = field(default=None, init=False)
    is_paused: bool = field(default=False, init=False)
    """Whether the listener has stopped it for a while."""
    _changed: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def set_paused(self, is_paused: bool) -> None:
        """Stop the sounds or go on; the time to think waits too."""
        self.is_paused = is_paused
        self._sounds.set_paused(is_paused)
        self._show_number()
        self._changed.set()

    def answer(self, is_known: bool) -> None:
        """Take the listener's word for it, and go on. The answer is not read out if they know it."""
        self._known = is_known
        if self.is_paused:
            self.set_paused(False)
        self._changed.set()

    async def run(self) -> tuple[list[Card], str]:
        """Ask all; return the cards that cannot be asked aloud, and why."""
        refused, reason, unanswered = list[Card](), "", 0
        try:
            for number, card in enumerate(self._cards, 1):
                self._number = number
                question = await self._find(card)
                if question is None:
                    continue
                self._show_number()
                try:
                    is_known = await self._ask(card, question)
                except UserError as error:
                    refused.append(card)
                    reason = str(error)
                    continue
                if is_known is not None:
                    self._rate(card, is_known)
                unanswered = unanswered + 1 if is_known is None else 0
                if unanswered == UNANSWERED:
                    break
        finally:
            self._sounds.stop()
        return refused, reason

    async def _ask(self, card: Card, question: Question) -> bool | None:
        """Ask about one card; return whether it was known, or None if the listener does not answer."""
        self._known, asked = None, spoken(card, question)
        await self._speak(card, asked)
        await self._speak(card, question.answer)  # render both first, so that a fault cannot come between them
        self._tell(f"{question.text} {KEYS}")
        if chime := await self._chime():
            await self._hear(chime, lambda: self._known is not None)
        await self._hear(await self._speak(card, asked), lambda: self._known is not None)
        await self._wait(max(SHORTEST, THINKING * len(question.text.split())))
        if self._known is not True:
            self._tell(question.answer)
            await self._hear(await self._speak(card, question.answer), lambda: self._known is True)
            await self._wait(RATING)
        return self._known

    async def _hear(self, sound: str, is_enough: Callable[[], bool]) -> None:
        """Play a sound to its end, or until it is enough. Raises UserError if it cannot be played."""
        if is_enough():
            return
        self._is_heard, self._fault = False, None
        self._sounds.play_file(sound, self.is_paused, self._heard)
        while not (self._is_heard or is_enough()):
            self._changed.clear()
            await self._changed.wait()
        self._sounds.stop()
        if self._fault is not None:
            raise UserError(self._fault)

    def _heard(self, fault: str | None) -> None:
        self._is_heard, self._fault = True, fault
        self._changed.set()

    async def _wait(self, seconds: float) -> None:
        """Wait until the listener answers, at most these seconds; those of a pause do not count."""
        loop, left = asyncio.get_running_loop(), seconds
        while (left > 0 or self.is_paused) and self._known is None:
            since, was_paused = loop.time(), self.is_paused
            self._changed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), None if was_paused else left)
            if not was_paused:
                left -= loop.time() - since

    def _show_number(self) -> None:
        self._show(f"recall {self._number} of {len(self._cards)}{', paused' if self.is_paused else ''}")


def spoken(card: Card, question: Question) -> str:
    """Return a question as it is spoken; that of a bookmark names the episode."""
    if card.start == OF_EPISODE:
        return question.text
    return f"{question.source.rpartition(' · ')[0]}. {question.text}"
