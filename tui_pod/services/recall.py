"""Recall in the running app: makes cards, finds those that are due, and records answers. Called on the event loop."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from tui_pod.core.errors import UserError
from tui_pod.core.library.transcript import Transcript
from tui_pod.core.outcome import Outcome
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.progress.bookmarks import BookmarkKey
from tui_pod.core.progress.cards import OF_EPISODE, Card
from tui_pod.core.selection.list_query import CyclicEnum
from tui_pod.core.text.clean import counted, span
from tui_pod.integrations.broadcast import Follower
from tui_pod.recall.aloud import AloudQuiz
from tui_pod.recall.questions import (
    Question,
    Rating,
    due_cards,
    first_due,
    is_askable,
    question_of,
    question_of_episode,
    rated,
)
from tui_pod.runtime.log import log
from tui_pod.services.frontend import Job

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tui_pod.audio.excerpt import ExcerptPlayer
    from tui_pod.core.playback.editable_records import EditableRecords
    from tui_pod.core.player.snapshot import Playback
    from tui_pod.core.progress.bookmarks import Bookmark
    from tui_pod.core.selection.session_planner import Plan, SessionRequest
    from tui_pod.services.context import Context
    from tui_pod.services.episode_reader import EpisodeReader
    from tui_pod.services.narration import EpisodeVoice

LEAD = 8.0
"""Seconds before a bookmark that are played as context for its question."""

QUESTIONS = 3
"""How many questions come before a session at most."""

QUESTION_TIME = 75.0
"""Seconds that a question may take, with the time to think; then the session begins."""

LONG = 30 * 60.0
"""Seconds of the shortest session that begins with questions."""

OFFERED, NOT_OFFERED = "Questions are offered after episodes.", "Questions are no longer offered after episodes."
FORBIDDEN = "The settings turn questions off: questions in [recall]."


class Asking(CyclicEnum):
    """How due questions are asked before a session."""

    NOT = "no"
    SCREEN = "on the screen"
    ALOUD = "aloud"


class RecallService(Follower):
    """Asks cards that are due: on request, and before a session if the settings say so."""

    def __init__(
        self,
        context: Context,
        reader: EpisodeReader,
        excerpts: ExcerptPlayer,
        voice: EpisodeVoice,
        offers_questions: bool = True,
    ) -> None:
        """Ask nothing yet; `offers_questions` is False if the listener has turned the offers off in the app."""
        self._context = context
        self._reader = reader
        self._excerpts = excerpts
        self._voice = voice
        self._round: asyncio.Task[object] | None = None  # asks cards aloud
        self._until: datetime | None = None  # when a session should begin
        self._with_context: Card | None = None  # whose excerpt plays, or is looked for
        self._cards = context.controller.bookmarks.cards
        self._offers_questions = offers_questions

    def due(self) -> list[Card]:
        """Return the cards that are due now, without those whose bookmark or episode is gone."""
        controller, settings = self._context.controller, self._context.settings.recall
        cards = (card for card in self._cards if is_askable(card, controller.library, controller.bookmarks.get))
        return due_cards(cards, controller.now(), settings.per_day)

    @property
    def usual(self) -> Asking:
        """How the settings want due questions to be asked."""
        return Asking.ALOUD if self._context.settings.recall.aloud else Asking.SCREEN

    @property
    def before_sessions(self) -> Asking:
        """The same before a session."""
        return self.usual if self._context.settings.recall.enabled else Asking.NOT

    def due_before(self, request: SessionRequest) -> list[Card]:
        """Return the cards that can be asked before a session: none before a short one."""
        return self.due()[:QUESTIONS] if request.budget >= LONG else []

    def ask(self) -> None:
        """Ask the cards that are due, or end the round that is being asked aloud."""
        frontend = self._context.frontend
        if self._round is not None:
            self._round.cancel()
            frontend.tell("Recall is over.")
        elif due := self.due():
            go_on = self._hold() if self.usual is Asking.ALOUD else None
            self._ask(due, partial(self._end, go_on), self.usual)
        else:
            frontend.tell("Nothing is due to be recalled.")

    def start_session(self, request: SessionRequest, asking: Asking | None = None) -> Plan:
        """Ask the cards that are due, then start a session in the time that is left; nothing happens if nothing fits.

        What plays waits meanwhile. The questions are asked as the settings say unless `asking` says how. Returns what
        the session would be without questions.
        """
        controller, plan = self._context.controller, self._context.controller.sessions.plan(request)
        asking = self.before_sessions if asking is None else asking
        cards = self.due_before(request) if plan.indexes and asking is not Asking.NOT else []
        if not cards:
            controller.sessions.start(request, plan)
            return plan
        go_on, since, longest = self._hold(), controller.now(), timedelta(seconds=len(cards) * QUESTION_TIME)

        def start() -> None:
            spent = min(longest, controller.now() - since)
            topic = plan.library.topics.found_in(controller.library.topics, request.topic)
            left = replace(request, topic=topic, budget=request.budget - spent.total_seconds())
            planned = controller.sessions.plan(left)
            if planned.indexes:
                controller.sessions.start(left, planned)
                self._context.frontend.tell(f"The session: {counted(len(planned.indexes))}, {span(planned.total)}.")
            else:
                go_on()

        self._ask(cards, start, asking)
        self._until = since + longest
        return plan

    def _end(self, go_on: Callable[[], None] | None) -> None:
        self._context.frontend.tell("That is all for now.")
        if go_on is not None:
            go_on()

    def _ask(self, cards: list[Card], then: Callable[[], None], asking: Asking) -> None:
        """Ask cards, and call `then` unless the listener plays something else meanwhile."""
        frontend, missing, self._until = self._context.frontend, self._voice.missing_voice, None
        if self._round is not None:
            self._round.cancel()
        if asking is Asking.ALOUD and not missing:
            self._ask_aloud(cards, then)
            return
        if asking is Asking.ALOUD:
            frontend.tell(f"Not asked aloud: {missing}")
        frontend.ask_recall(cards, then)

    def _ask_aloud(self, cards: list[Card], then: Callable[[], None]) -> None:
        controller, tasks, frontend = self._context.controller, self._context.tasks, self._context.frontend
        sounds = self._excerpts

        def show(text: str) -> None:
            tasks.show("recall", Job(text) if text else None)

        quiz = AloudQuiz(cards, self.question, self._mark, self._speak, self._voice.chime, sounds, show, frontend.tell)
        controller.interlude = quiz

        async def ask() -> None:
            try:
                refused, reason = await quiz.run()
            finally:
                show("")
                if controller.interlude is quiz:
                    controller.interlude = None
                if self._round is asyncio.current_task():
                    self._round = None
            if refused:
                frontend.tell(f"Not asked aloud: {reason}")
                frontend.ask_recall(refused, then)
            else:
                then()

        self._round = tasks.run(ask())

    async def _speak(self, card: Card, text: str) -> str:
        return await self._voice.speak(text, self._context.controller.library.find(card.episode))

    def _mark(self, card: Card, is_known: bool) -> None:
        self.answer(card, Rating.GOOD if is_known else Rating.FORGOT)

    def playback_changed(self, playback: Playback) -> None:
        """End a round that is asked aloud when the listener plays something else."""
        controller = self._context.controller
        is_playing = playback.is_active and not controller.is_paused
        if self._round is not None and (is_playing or controller.interlude is None):
            self._round.cancel()

    async def play_context(self, card: Card) -> None:
        """Play the seconds before a bookmark, unless something is playing."""
        self._with_context = card
        controller = self._context.controller
        episode, bookmark = controller.library.find(card.episode), controller.bookmarks.get(card.key)
        if episode is not None and bookmark is not None and not self._is_playing:
            from tui_pod.services.versions import find_moves  # only bookmarks in recordings need it

            try:
                moves = await find_moves(self._context.podcasts, episode, [bookmark.version])
            except (UserError, OSError) as error:
                log(f"no excerpt of {episode.id}: {error}")
                return
            if self._with_context is not card or self._is_playing:  # answered, or playing began, meanwhile
                return
            if bookmark.version not in moves:
                self._context.frontend.tell("What was said before it was not found in this version.")
                return
            end = bookmark.start + moves[bookmark.version]
            if (start := max(0.0, end - LEAD)) < end:
                await self._excerpts.play(episode, start, end)

    def stop_context(self) -> None:
        """Stop what `play_context` plays."""
        self._with_context = None
        self._excerpts.stop()

    @property
    def _is_playing(self) -> bool:
        return self._context.controller.playback.status is PlayerStatus.PLAYING

    async def question(self, card: Card) -> Question | None:
        """Return the question of a card; None if its bookmark or episode is gone, or the time for questions is over."""
        controller = self._context.controller
        if self._until is not None and controller.now() >= self._until:
            return None
        episode = None if card.start == OF_EPISODE else controller.library.find(card.episode)
        transcript = Transcript() if episode is None else await self._reader.transcript(episode)
        return question_of(card, controller.library, controller.bookmarks.get(card.key), transcript)

    def answer(self, card: Card, rating: Rating) -> None:
        """Record how well a card was remembered; can be undone."""
        record_answer(self._cards, card, rating)

    def toggle(self, bookmark: Bookmark) -> str:
        """Turn a bookmark into a card, or stop asking about it; return a sentence that says which."""
        if self._cards.get(bookmark.key) is not None:
            self.forget(bookmark.key)
            return "It will not be asked again."
        if not bookmark.label:
            return "There is nothing to ask. Give it a note first."
        self._add(bookmark.key)
        return "It will be asked from tomorrow on, at growing intervals."

    def has_card(self, key: BookmarkKey) -> bool:
        """Return whether a bookmark is a card."""
        return self._cards.get(key) is not None

    def offer(self, episode: str) -> None:
        """Offer the question of an episode that has ended, unless its card was removed or is due later.

        If recall is enabled, it becomes a card, which is due from the next day on.
        """
        library, settings = self._context.controller.library, self._context.settings
        question, playing = (
            question_of_episode(library.find(episode)),
            library.index(self._context.controller.playback.episode),
        )
        key = BookmarkKey(episode, OF_EPISODE)
        is_first = self._cards.get(key) is None
        if question is None or (is_first and self._cards.is_known(key)):
            return
        if settings.recall.enabled and is_first:
            self._add(key)
        now = self._cards.stamp(key)
        card = self._cards.get(key) or Card(episode, OF_EPISODE, first_due(now), now)
        is_among_others = playing is not None and library.feed_of(playing) is not None  # it would be out of place
        if self.offers_questions and (is_first or card.due <= now) and not is_among_others:
            self._context.frontend.offer_question(card, question)

    @property
    def offers_questions(self) -> bool:
        """Whether the question of an episode is offered when it ends."""
        return self._offers_questions and self._context.settings.recall.questions

    def toggle_offers(self) -> Outcome:
        """Turn the offers of questions off or on, for good."""
        self._offers_questions = not self.offers_questions
        self._context.controller.remember("recall", "questions", "yes" if self._offers_questions else "no")
        is_forbidden = self._offers_questions and not self.offers_questions
        return Outcome(FORBIDDEN if is_forbidden else OFFERED if self._offers_questions else NOT_OFFERED)

    def ask_offered(self, card: Card) -> None:
        """Ask a question that was offered; what plays waits until it is closed."""
        self._ask([card], self._hold(), self.usual)

    def _hold(self) -> Callable[[], None]:
        """Pause playback; return a function that resumes it if it was playing."""
        controller = self._context.controller
        is_waiting = controller.playback.is_loaded and not controller.is_paused
        controller.set_paused(True)

        def go_on() -> None:
            if is_waiting:
                controller.set_paused(False)

        return go_on

    def forget(self, key: BookmarkKey) -> None:
        """Remove a card, or refuse a question that is none yet, so that it is not offered again; can be undone."""
        now = self._cards.stamp(key)
        card = self._cards.get(key) or Card(key.episode, key.start, now, now)
        self._cards.change("the end of a card", {key: card.removed(now)})

    def now(self) -> datetime:
        """Return the time (UTC)."""
        return self._context.controller.now()

    def _add(self, key: BookmarkKey) -> None:
        now = self._cards.stamp(key)
        self._cards.change("a card", {key: Card(key.episode, key.start, first_due(now), now)})


def record_answer(cards: EditableRecords[Card], card: Card, rating: Rating) -> None:
    """Record how well a card was remembered; can be undone."""
    cards.change("an answer", {card.key: rated(card, rating, cards.stamp(card.key))})
