"""Recall in the running app: makes cards, finds those that are due, and records answers. Called on the event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tui_pod.core.library.transcript import Transcript
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.progress.bookmarks import BookmarkKey
from tui_pod.core.progress.cards import OF_EPISODE, Card
from tui_pod.recall.questions import Question, is_askable, question_of, question_of_episode
from tui_pod.recall.schedule import FIRST_AFTER, Rating, due_cards, rated

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tui_pod.core.library.episode import Episode
    from tui_pod.core.player.snapshot import Playback
    from tui_pod.core.progress.bookmarks import Bookmark
    from tui_pod.services.context import Context
    from tui_pod.services.episode_reader import EpisodeReader

LEAD = 8.0
"""Seconds before a bookmark that are played as context for its question."""

ASKS, ASKS_NOT = "Questions are offered after episodes.", "Questions are no longer offered after episodes."
FORBIDDEN = "The settings turn questions off: questions in [recall]."


class Excerpts(Protocol):
    """Plays short parts of episodes without touching the loaded episode."""

    async def play(self, episode: Episode, start: float, end: float, like: Playback) -> None:
        """Play an episode between two positions in seconds, at the volume of `like`; nothing if it has no audio."""

    def stop(self) -> None:
        """Stop playing."""


class RecallService:
    """Asks cards that are due: on request, and before a session if the settings say so."""

    def __init__(
        self, context: Context, reader: EpisodeReader, excerpts: Excerpts, offers_questions: bool = True
    ) -> None:
        """Ask nothing yet; `offers_questions` is False if the listener has turned the offers off in the app."""
        self._context = context
        self._reader = reader
        self._excerpts = excerpts
        self._cards = context.controller.bookmarks.cards
        self._offers_questions = offers_questions

    def due(self) -> list[Card]:
        """Return the cards that are due now, without those whose bookmark or episode is gone."""
        controller, settings = self._context.controller, self._context.settings.recall
        cards = (card for card in self._cards if is_askable(card, controller.library, controller.bookmarks.get))
        return due_cards(cards, controller.now(), settings.per_day)

    def ask(self) -> None:
        """Ask the cards that are due."""
        frontend = self._context.frontend
        if due := self.due():
            frontend.ask_recall(due, lambda: frontend.tell("That is all for now."))
        else:
            frontend.tell("Nothing is due to be recalled.")

    def before(self, start: Callable[[], None]) -> None:
        """Ask the cards that are due, if the settings say so, and then start a session."""
        due = self.due() if self._context.settings.recall.enabled else []
        if due:
            self._context.frontend.ask_recall(due, start)
        else:
            start()

    async def play_context(self, card: Card) -> None:
        """Play the seconds before a bookmark, unless something is playing."""
        controller = self._context.controller
        episode, bookmark = controller.library.find(card.episode), controller.bookmarks.get(card.key)
        if episode is not None and bookmark is not None and controller.playback.status is not PlayerStatus.PLAYING:
            start, end = max(0.0, bookmark.start - LEAD), bookmark.start
            if start < end:
                await self._excerpts.play(episode, start, end, controller.playback)

    def stop_context(self) -> None:
        """Stop what `play_context` plays."""
        self._excerpts.stop()

    async def question(self, card: Card) -> Question | None:
        """Return the question of a card; None if its bookmark or episode is gone."""
        controller = self._context.controller
        episode = None if card.start == OF_EPISODE else controller.library.find(card.episode)
        transcript = Transcript() if episode is None else await self._reader.transcript(episode)
        return question_of(card, controller.library, controller.bookmarks.get(card.key), transcript)

    def answer(self, card: Card, rating: Rating) -> None:
        """Record how well a card was remembered; can be undone."""
        self._cards.change("an answer", {card.key: rated(card, rating, self._cards.stamp(card.key))})

    def toggle(self, bookmark: Bookmark) -> str:
        """Turn a bookmark into a card, or stop asking about it; return a sentence that says which."""
        if self._cards.get(bookmark.key) is not None:
            self.forget(bookmark.key)
            return "It will not be asked again."
        if not bookmark.label:
            return "There is nothing to ask. Give it a note first."
        self._add(bookmark.key, is_later=True)
        return "It will be asked from tomorrow on, at growing intervals."

    def has_card(self, key: BookmarkKey) -> bool:
        """Return whether a bookmark is a card."""
        return self._cards.get(key) is not None

    def offer(self, episode: str) -> None:
        """Offer the question of an episode that has ended, unless its card was removed or is due later.

        If recall is enabled, it becomes a card.
        """
        question, settings = question_of_episode(self._context.controller.library.find(episode)), self._context.settings
        key = BookmarkKey(episode, OF_EPISODE)
        if question is None or (self._cards.get(key) is None and self._cards.is_known(key)):
            return
        if settings.recall.enabled and self._cards.get(key) is None:
            self._add(key, is_later=False)
        now = self._cards.stamp(key)
        card = self._cards.get(key) or Card(episode, OF_EPISODE, now, now)
        if self.offers_questions and card.due <= now:
            self._context.frontend.offer_question(card, question)

    @property
    def offers_questions(self) -> bool:
        """Whether the question of an episode is offered when it ends."""
        return self._offers_questions and self._context.settings.recall.questions

    def toggle_offers(self) -> None:
        """Turn the offers of questions off or on, for good, and say which."""
        self._offers_questions = not self.offers_questions
        self._context.controller.remember("recall", "questions", "yes" if self._offers_questions else "no")
        is_forbidden = self._offers_questions and not self.offers_questions
        self._context.frontend.tell(FORBIDDEN if is_forbidden else ASKS if self._offers_questions else ASKS_NOT)

    def ask_offered(self, card: Card) -> None:
        """Ask a question that was offered; what plays waits until it is closed."""
        controller = self._context.controller
        is_waiting = controller.playback.is_loaded and not controller.is_paused
        controller.set_paused(True)

        def go_on() -> None:
            if is_waiting:
                controller.set_paused(False)

        self._context.frontend.ask_recall([card], go_on)

    def forget(self, key: BookmarkKey) -> None:
        """Remove a card, or refuse a question that is none yet, so that it is not offered again; can be undone."""
        now = self._cards.stamp(key)
        card = self._cards.get(key) or Card(key.episode, key.start, now, now)
        self._cards.change("the end of a card", {key: card.removed(now)})

    def now(self) -> datetime:
        """Return the local time."""
        return self._context.controller.now()

    def _add(self, key: BookmarkKey, is_later: bool) -> None:
        now = self._cards.stamp(key)
        card = Card(key.episode, key.start, now + FIRST_AFTER if is_later else now, now)
        self._cards.change("a card", {key: card})
