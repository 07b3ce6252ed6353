"""Recall in the running app: what becomes a card, what is due, and what is answered. Called on the event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tui_pod.core.actions import key_of
from tui_pod.core.library.transcript import Transcript
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.progress.bookmarks import BookmarkKey
from tui_pod.core.progress.cards import OF_EPISODE, Card
from tui_pod.core.text.clean import clean
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
"""Seconds before a bookmark that are played before it is asked."""

HOW_TO = f"To answer: {key_of('view.bookmarks')}, then {key_of('recall.start')}."


class Excerpts(Protocol):
    """Plays short parts of episodes, apart from what the listener has loaded."""

    async def play(self, episode: Episode, start: float, end: float, like: Playback) -> None:
        """Play what is between two seconds of an episode, as loud as `like`; nothing if its audio cannot be had."""

    def stop(self) -> None:
        """Stop playing."""


class RecallService:
    """Asks what is due; only when asked to, or where the settings say so."""

    def __init__(self, context: Context, reader: EpisodeReader, excerpts: Excerpts) -> None:
        self._context = context
        self._reader = reader
        self._excerpts = excerpts
        self._cards = context.controller.bookmarks.cards

    def due(self) -> list[Card]:
        """Return what is to be asked now, without what is no longer kept."""
        controller, settings = self._context.controller, self._context.settings.recall
        cards = (card for card in self._cards if is_askable(card, controller.library, controller.bookmarks.get))
        return due_cards(cards, controller.now(), settings.per_day)

    def ask(self) -> None:
        """Ask what is due."""
        frontend = self._context.frontend
        if due := self.due():
            frontend.ask_recall(due, lambda: frontend.tell("That is all for now."))
        else:
            frontend.tell("Nothing is due to be recalled.")

    def before(self, start: Callable[[], None]) -> None:
        """Ask what is due, where the settings say so, and then start a session."""
        due = self.due() if self._context.settings.recall.enabled else []
        if due:
            self._context.frontend.ask_recall(due, start)
        else:
            start()

    async def play_context(self, card: Card) -> None:
        """Play the seconds that lead to a bookmark, where its audio can be had and nothing else sounds."""
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
        """Return what a card asks; None when that is no longer known."""
        controller = self._context.controller
        episode = None if card.start == OF_EPISODE else controller.library.find(card.episode)
        transcript = Transcript() if episode is None else await self._reader.transcript(episode)
        return question_of(card, controller.library, controller.bookmarks.get(card.key), transcript)

    def answer(self, card: Card, rating: Rating) -> None:
        """Note how well something was known, which can be undone."""
        self._cards.change("an answer", {card.key: rated(card, rating, self._cards.stamp(card.key))})

    def toggle(self, bookmark: Bookmark) -> str:
        """Make a bookmark a card, or no longer; return what was done."""
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
        """Make the question of an episode that was heard to its end a card, and say so; only when recall is on."""
        question = question_of_episode(self._context.controller.library.find(episode))
        if not self._context.settings.recall.enabled or question is None:
            return
        key = BookmarkKey(episode, OF_EPISODE)
        if self._cards.is_known(key):  # also when the listener did not want it
            return
        self._add(key, is_later=False)
        self._context.frontend.tell(f"{clean(question.text, 200)} {HOW_TO}")

    def forget(self, key: BookmarkKey) -> None:
        """Stop asking about a card, which can be undone."""
        self._cards.remove_all([key], "the end of a card")

    def now(self) -> datetime:
        """Return the local time."""
        return self._context.controller.now()

    def _add(self, key: BookmarkKey, is_later: bool) -> None:
        now = self._cards.stamp(key)
        card = Card(key.episode, key.start, now + FIRST_AFTER if is_later else now, now)
        self._cards.change("a card", {key: card})
