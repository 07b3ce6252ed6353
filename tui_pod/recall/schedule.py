"""When a card is asked next, by FSRS: after more days each time it is known, and after fewer when it is not.

Source: https://github.com/open-spaced-repetition/free-spaced-repetition-scheduler
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING

from tui_pod.core.progress.cards import Card
from tui_pod.core.wall_time import local_date

if TYPE_CHECKING:
    import fsrs

FIRST_AFTER = timedelta(hours=12)
"""Time until a new card is first asked; asked at once, it would still be in memory."""


class Rating(IntEnum):
    """How well the listener knew the answer."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


def rated(card: Card, rating: Rating, now: datetime) -> Card:
    """Return a card as it is after an answer at `now`."""
    import fsrs  # 40 ms, when something is asked

    is_new = card.stability is None
    before = fsrs.Card(
        card_id=1,
        state=fsrs.State.Learning if is_new else fsrs.State.Review,
        step=0 if is_new else None,
        stability=card.stability,
        difficulty=card.difficulty,
        due=card.due,
        last_review=card.reviewed,
    )
    after, _ = _scheduler().review_card(before, fsrs.Rating(rating), now.astimezone(UTC))  # it takes no other
    known = (None if value is None else round(value, 4) for value in (after.stability, after.difficulty))
    stability, difficulty = known
    return card._replace(due=after.due, stability=stability, difficulty=difficulty, reviewed=now, updated=now)


def intervals(card: Card, now: datetime) -> dict[Rating, int]:
    """Return the days until a card is asked again, for each rating it may get now."""
    return {rating: max(1, round((rated(card, rating, now).due - now) / timedelta(days=1))) for rating in Rating}


def due_cards(cards: Iterable[Card], now: datetime, per_day: int) -> list[Card]:
    """Return the cards due at `now`, longest overdue first, at most `per_day` in one local day."""
    cards = list(cards)
    today = local_date(now)
    asked = sum(card.reviewed is not None and local_date(card.reviewed) == today for card in cards)
    due = sorted((card for card in cards if card.due <= now), key=lambda card: (card.due, card.key))
    return due[: max(0, per_day - asked)]


@cache
def _scheduler() -> fsrs.Scheduler:
    """Return a scheduler without steps of minutes: cards are asked once a day."""
    import fsrs  # as above

    return fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
