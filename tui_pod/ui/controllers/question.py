"""The question of an episode that has ended: offered in the key line, and shown by a key of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.timer import Timer

from tui_pod.core.actions import BY_ID, key_of
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.progress.cards import Card
from tui_pod.ui.look.cells import fit

if TYPE_CHECKING:
    from tui_pod.recall.questions import Question
    from tui_pod.ui.screens.main import MainScreen

LAPSE = 60.0
"""Seconds for which a question is offered after the next episode has loaded, unless the cursor moves first."""

ROOM_FOR_KEYS, MIN_ROOM = 56, 24
"""Cells of the key line for other keys, the pause among them, and the least for the question."""


class QuestionController:
    """Owns the offer."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._services = screen.services
        self._card: Card | None = None
        self._text = ""
        self._load = 0  # what played when it was offered
        self._timer: Timer | None = None

    @property
    def is_offered(self) -> bool:
        """Whether there is a question to show."""
        return self._card is not None

    def hints(self, width: int) -> tuple[tuple[str, str, str], ...]:
        """Return key, word and action of the hints for the key line; `width` is that of the line."""
        if self._card is None:
            return ()
        text = fit(f"Question: {self._text}", max(MIN_ROOM, width - ROOM_FOR_KEYS)).rstrip()
        key, later = (self._services.first.with_keys(key_of(ident)) for ident in ("question.show", "search.clear"))
        return (key, text, BY_ID["question.show"].action), (later, "Later", BY_ID["search.clear"].action)

    def offer(self, card: Card, question: Question) -> None:
        """Offer a question until it is shown or dismissed, the cursor moves, or another episode begins."""
        self._end()
        self._card, self._text, self._load = card, question.text, self._services.controller.playback.load
        self.follow(self._services.controller.playback)
        self._screen.open_views.set_open(self, True)
        self._screen.status.show_keys()

    def show(self) -> None:
        """Show the question in a dialog; what plays waits."""
        card = self._card
        if card is not None:
            self.lapse()
            self._services.recall.ask_offered(card)

    def lapse(self) -> None:
        """Take the offer back."""
        if self._card is not None:
            self._end()
            self._screen.status.show_keys()

    def escape(self) -> bool:
        """Take the offer back; always closes it."""
        self.lapse()
        return True

    def follow(self, playback: Playback) -> None:
        """Take the offer back once another episode begins; what is drawn late is of the one before.

        Its time runs from when the next episode has loaded: making a narration may take long.
        """
        if playback.load > self._load:
            self.lapse()
        elif self.is_offered and self._timer is None and playback.status is not PlayerStatus.LOADING:
            self._timer = self._screen.set_timer(LAPSE, self.lapse)

    def _end(self) -> None:
        self._card = None
        self._screen.open_views.set_open(self, False)
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
