from datetime import datetime, timedelta

import pytest

from tests.fakes import START
from tests.present import present
from tests.rooms import make_room
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import OF_EPISODE, Card
from tui_pod.recall.questions import (
    Question,
    Rating,
    due_cards,
    first_due,
    intervals,
    is_askable,
    question_of,
    question_of_bookmark,
    question_of_episode,
    rated,
)

NEW = Card("one", 5.0, START, START)
DAY = timedelta(days=1)


def days(card: Card) -> float:
    assert card.reviewed is not None
    return (card.due - card.reviewed) / DAY


def test_card_known_well_comes_after_days_that_grow() -> None:
    card, gaps = NEW, []
    for _ in range(4):
        card = rated(card, Rating.GOOD, card.due)
        gaps.append(days(card))
    assert gaps == sorted(gaps)
    assert 1 <= gaps[0] <= 5
    assert gaps[-1] > 20


@pytest.mark.parametrize("rating", Rating)
def test_card_is_never_asked_twice_a_day(rating: Rating) -> None:
    assert days(rated(NEW, rating, START)) >= 1
    assert days(rated(rated(NEW, Rating.GOOD, START), rating, START + 3 * DAY)) >= 1


@pytest.mark.parametrize("rating", Rating)
def test_answer_before_a_card_is_first_due_is_no_review(rating: Rating) -> None:
    card = NEW._replace(due=START + DAY)
    later = START + timedelta(hours=1)
    assert rated(card, rating, later) == card._replace(updated=later)
    assert rated(card, rating, card.due).reviewed == card.due


@pytest.mark.parametrize(("hour", "wait"), [(1, 23), (8, 16), (12, 12), (20, 12), (23, 12)])
def test_card_is_first_asked_on_the_next_local_day_and_not_too_soon(hour: int, wait: int, zone: str) -> None:
    made = datetime(2026, 6, 10, hour).astimezone()
    assert first_due(made) - made == timedelta(hours=wait)


def test_card_forgotten_comes_sooner_and_is_harder() -> None:
    known = rated(rated(NEW, Rating.GOOD, START), Rating.GOOD, START + 3 * DAY)
    forgotten = rated(known, Rating.FORGOT, known.due)
    assert days(forgotten) < days(known)
    assert (forgotten.difficulty or 0) > (known.difficulty or 0)


def test_answer_leaves_what_it_is_of_and_when_it_was_given() -> None:
    card = rated(NEW, Rating.EASY, START + DAY)
    assert (card.key, card.reviewed, card.updated) == (NEW.key, START + DAY, START + DAY)


def test_intervals_grow_with_the_rating(zone: str) -> None:
    found = list(intervals(NEW, START.astimezone()).values())
    assert found == sorted(found)
    assert found[0] < found[-1]


def test_due_are_the_longest_due_up_to_the_most_of_a_day() -> None:
    cards = [NEW._replace(start=float(hours), due=START - timedelta(hours=hours)) for hours in (1, 3, 0, 2, -1)]
    assert [card.start for card in due_cards(cards, START, 10)] == [3.0, 2.0, 1.0, 0.0]
    assert [card.start for card in due_cards(cards, START, 2)] == [3.0, 2.0]


def test_what_was_asked_today_counts_by_the_local_day(zone: str) -> None:
    midnight = datetime(2026, 3, 30).astimezone()
    due = NEW._replace(due=START - 365 * DAY)
    asked = NEW._replace(start=9.0, reviewed=midnight - timedelta(hours=22, minutes=30), due=midnight + DAY)
    assert due_cards([due, asked], midnight - timedelta(hours=1), 1) == []
    assert due_cards([due, asked], midnight, 1) == [due]


WORDS = Transcript(tuple(Cue(f"Sentence {n}.", n * 10.0, n * 10.0 + 9) for n in range(5)))
UNTIMED = Transcript(tuple(Cue(cue.text) for cue in WORDS.cues))

MARK = Bookmark("one", 30.0, 39.0, START, START, "Sentence 3.", "Mine.")


def test_bookmark_is_asked_by_the_words_before_it() -> None:
    for transcript in (WORDS, UNTIMED):
        assert question_of_bookmark(MARK, "One", transcript) == Question(
            "One · 0:30", "Sentence 1. Sentence 2. …", "Sentence 3.\nMine."
        )


def test_words_that_were_edited_are_found_by_their_time() -> None:
    question = question_of_bookmark(MARK._replace(text="Shorter."), "One", WORDS)
    assert question is not None
    assert (question.text, question.answer) == ("Sentence 1. Sentence 2. …", "Shorter.\nMine.")


def test_bookmark_without_words_around_it_is_asked_by_its_note() -> None:
    assert question_of_bookmark(MARK, "One", Transcript()) == Question("One · 0:30", "Mine.", "Sentence 3.")
    bare = question_of_bookmark(MARK._replace(note=""), "One", Transcript())
    assert bare == Question("One · 0:30", "What did you bookmark here?", "Sentence 3.")


def test_bookmark_of_a_place_alone_asks_nothing() -> None:
    assert question_of_bookmark(MARK._replace(text="", note=""), "One", WORDS) is None


def test_episode_asks_its_own_question() -> None:
    assert question_of_episode(Episode("a", "A", question="Why?", answer="So.")) == Question("A", "Why?", "So.")
    assert question_of_episode(Episode("a", "A", question="Why?")) is None


def test_question_is_reworded_in_turn() -> None:
    library = build_library((), [Episode("a", "A", question="Why?", answer="So.", rewording="For what reason?")])
    card = Card("a", OF_EPISODE, START, START)
    days = [None, *(START + timedelta(days=days) for days in range(2))]
    asked = {present(question_of(card._replace(reviewed=day), library, None, WORDS)).text for day in days[1:]}
    assert asked == {"Why?", "For what reason?"}
    assert present(question_of(card, library, None, WORDS)).text == "Why?"
    assert question_of_episode(Episode("a", "A", question="Why?", answer="So."), True) == Question("A", "Why?", "So.")


def test_card_is_askable_while_its_bookmark_or_question_is_there() -> None:
    library = build_library((), [Episode("a", "A", question="Why?", answer="So."), Episode("b", "B")])
    own, other, gone = (Card(ident, OF_EPISODE, START, START) for ident in ("a", "b", "c"))
    assert [is_askable(card, library, lambda _: None) for card in (own, other, gone)] == [True, False, False]
    card = Card("one", 30.0, START, START)
    assert is_askable(card, make_room().library, lambda _: MARK)
    assert not is_askable(card, make_room().library, lambda _: None)
