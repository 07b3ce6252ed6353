from datetime import datetime, timedelta

import pytest

from tests.fakes import START
from tui_pod.core.progress.cards import Card
from tui_pod.recall.schedule import Rating, due_cards, intervals, rated

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


def test_card_forgotten_comes_sooner_and_is_harder() -> None:
    known = rated(rated(NEW, Rating.GOOD, START), Rating.GOOD, START + 3 * DAY)
    forgotten = rated(known, Rating.AGAIN, known.due)
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
