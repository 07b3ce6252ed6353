"""What a card asks, and when: an episode's own question, or what follows the sentences before a bookmark.

FSRS says when it is asked next: after more days each time it is known, and after fewer when it is not. Source:
https://github.com/open-spaced-repetition/free-spaced-repetition-scheduler
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library
from tui_pod.core.library.transcript import Transcript
from tui_pod.core.progress.bookmarks import Bookmark, BookmarkKey
from tui_pod.core.progress.cards import OF_EPISODE, Card
from tui_pod.core.selection.bookmark_groups import title_of
from tui_pod.core.text.clean import clock
from tui_pod.core.wall_time import local_date

if TYPE_CHECKING:
    import fsrs


CONTEXT = 2
"""Sentences before a bookmark that lead to it."""


class Question(NamedTuple):
    """A question with its answer."""

    source: str
    """The episode's title and, for a bookmark, its position."""
    text: str
    answer: str


def is_askable(card: Card, library: Library, find: Callable[[BookmarkKey], Bookmark | None]) -> bool:
    """Return True if a card's episode or bookmark still exists; `find` looks up a bookmark."""
    if card.start != OF_EPISODE:
        return find(card.key) is not None
    return question_of_episode(library.find(card.episode)) is not None


def question_of(card: Card, library: Library, bookmark: Bookmark | None, transcript: Transcript) -> Question | None:
    """Return the question of a card, for an episode or a bookmark; None if it no longer exists."""
    if card.start == OF_EPISODE:
        return question_of_episode(library.find(card.episode), is_reworded(card))
    return None if bookmark is None else question_of_bookmark(bookmark, title_of(library, bookmark), transcript)


def is_reworded(card: Card) -> bool:
    """Return whether a card is asked in other words than at first: whenever it was last asked on an even day."""
    return card.reviewed is not None and card.reviewed.toordinal() % 2 == 0


def question_of_episode(episode: Episode | None, is_reworded: bool = False) -> Question | None:
    """Return an episode's own question, in other words if wanted and there are any; None if it has none."""
    if episode is None or not (episode.question and episode.answer):
        return None
    return Question(episode.title, (is_reworded and episode.rewording) or episode.question, episode.answer)


def question_of_bookmark(bookmark: Bookmark, title: str, transcript: Transcript) -> Question | None:
    """Return a question whose answer is the bookmark's text or note; None if the bookmark has only a position."""
    if not bookmark.label:
        return None
    source = f"{title} · {clock(bookmark.start)}"
    context = _before(bookmark, transcript)
    if context and bookmark.text:
        return Question(source, f"{context} …", "\n".join(filter(None, (bookmark.text, bookmark.note))))
    if bookmark.text and bookmark.note:
        return Question(source, bookmark.note, bookmark.text)
    return Question(source, "What did you bookmark here?", bookmark.label)


def _before(bookmark: Bookmark, transcript: Transcript) -> str:
    """Return the sentences before a bookmark, found by its text because another recording has other times."""
    cues = transcript.cues
    found = (row for row, cue in enumerate(cues) if cue.text == bookmark.text)
    nearest = min(found, key=lambda row: abs((cues[row].start or 0.0) - bookmark.start), default=None)
    row = transcript.active(bookmark.start + 0.01) if nearest is None else nearest
    return "" if row is None else " ".join(cue.text for cue in cues[max(0, row - CONTEXT) : row])


FIRST_AFTER = timedelta(hours=12)
"""Shortest time until a new card is first asked; asked at once, it would still be in memory."""


def first_due(now: datetime) -> datetime:
    """Return when a card made at `now` is first asked: on the next local day, and not before `FIRST_AFTER`."""
    return max(now + FIRST_AFTER, datetime.combine(local_date(now) + timedelta(days=1), time.min).astimezone(UTC))


class Rating(IntEnum):
    """How well the listener knew the answer."""

    FORGOT = 1
    HARD = 2
    GOOD = 3
    EASY = 4


def rated(card: Card, rating: Rating, now: datetime) -> Card:
    """Return a card as it is after an answer at `now`; one before it is first due is no review."""
    if card.stability is None and now < card.due:
        return card._replace(updated=now)
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
