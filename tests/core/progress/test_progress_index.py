from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes import START
from tui_pod.core.library.library import Library
from tui_pod.core.progress import progress_index as book_module
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.progress_index import ProgressBook, Tally

PLAYED = Progress(START, played=True)
ALL, BASICS, NUMBERS = 0, 1, 2


def started(position: float, minutes: float = 0.0, is_dismissed: bool = False) -> Progress:
    when = START + timedelta(minutes=minutes)
    return Progress(when, position=position, listened=when, is_dismissed=is_dismissed)


def counted(library: Library, book: ProgressBook, topic: int) -> tuple[int, int, float]:
    """Count a topic the slow way."""
    statuses = [book.status(library.ids[index]) for index in library.topics.members[topic]]
    return statuses.count(Status.PLAYED), statuses.count(Status.STARTED), book.left_in(library.topics.members[topic])


def test_book_of_nothing_has_all_left(library: Library) -> None:
    book = ProgressBook(library, {})
    assert book.tallies[BASICS] == Tally(left=610.0)
    assert book.status("one") is Status.UNPLAYED
    assert book.get("one") is None


def test_book_made_from_progress_counts_it_in_every_topic_above(library: Library) -> None:
    book = ProgressBook(library, {"one": PLAYED, "two": started(50.0)})
    assert book.tallies[NUMBERS] == Tally(1, 1, 150.0)
    assert book.tallies[BASICS] == Tally(1, 1, 460.0)


def test_put_keeps_every_count_right_through_any_changes(library: Library) -> None:
    random.seed(11)
    book = ProgressBook(library, {})
    values = [None, PLAYED, started(0.0), started(5.0), started(900.0), Progress(START, position=5.0, duration=99.0)]
    values.append(started(5.0, is_dismissed=True))
    for _ in range(500):
        book.put(random.choice(library.ids), random.choice(values))
        continuing = [ident for ident, p in book if p.status is Status.STARTED and not p.is_dismissed]
        assert book.unfinished_count == len(book.unfinished()) == len(continuing)
    for topic in range(len(library.topics.names)):
        tally = book.tallies[topic]
        assert (tally.played, tally.started, round(tally.left, 6)) == counted(library, book, topic)
    assert {library.ids[i] for i in book.indexes[Status.PLAYED]} == {i for i, p in book if p.status is Status.PLAYED}


@pytest.mark.parametrize("few", [0, 10_000])
def test_book_made_from_much_progress_counts_as_one_filled_by_and_by(
    library: Library, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(book_module, "FEW", few)
    random.seed(12)
    values = [PLAYED, started(0.0), started(5.0), started(900.0), Progress(START, position=5.0, duration=99.0)]
    progress = {ident: random.choice(values) for ident in (*library.ids, "gone")}
    filled = ProgressBook(library, {})
    for ident, value in progress.items():
        filled.put(ident, value)
    made = ProgressBook(library, progress)
    assert [replace(tally, left=round(tally.left, 6)) for tally in made.tallies] == [
        replace(tally, left=round(tally.left, 6)) for tally in filled.tallies
    ]
    assert (made.indexes, dict(made)) == (filled.indexes, dict(filled))


def test_put_episode_that_the_library_has_not_is_kept_and_not_counted(library: Library) -> None:
    book = ProgressBook(library, {"gone": PLAYED})
    assert book.get("gone") == PLAYED
    assert book.tallies[ALL].played == 0


def test_put_none_is_as_if_never_touched(library: Library) -> None:
    book = ProgressBook(library, {"one": started(5.0)})
    book.put("one", None)
    assert dict(book) == {}
    assert book.tallies[ALL].started == 0


def test_put_measured_length_counts_in_what_is_left(library: Library) -> None:
    book = ProgressBook(library, {})
    book.put("four", Progress(START, position=10.0, duration=400.0))
    assert book.tallies[BASICS].left == 1000.0


def test_unfinished_most_recently_heard_comes_first(library: Library) -> None:
    book = ProgressBook(
        library, {"one": started(5.0, 1), "two": started(5.0, 3), "three": started(5.0, 2), "five": PLAYED}
    )
    assert [library.ids[index] for index in book.unfinished()] == ["two", "three", "one"]


def test_unfinished_dismissed_one_is_not_there(library: Library) -> None:
    book = ProgressBook(library, {"one": started(5.0), "two": started(5.0, is_dismissed=True)})
    assert [library.ids[index] for index in book.unfinished()] == ["one"]
    assert book.unfinished_count == 1


def test_unfinished_heard_at_once_are_in_catalogue_order(library: Library) -> None:
    book = ProgressBook(library, {"two": started(5.0), "one": started(5.0)})
    assert [library.ids[index] for index in book.unfinished()] == ["one", "two"]


def test_unfinished_goes_by_listening_not_by_the_last_change(library: Library) -> None:
    changed_late = replace(started(5.0, 1), updated=START + timedelta(days=1))
    book = ProgressBook(library, {"one": changed_late, "two": started(5.0, 2)})
    assert [library.ids[index] for index in book.unfinished()] == ["two", "one"]


def test_started_in_returns_those_of_the_topic(library: Library) -> None:
    book = ProgressBook(library, {"one": started(5.0), "three": started(5.0)})
    assert book.started_in(library.topics.members[NUMBERS]) == [0]


def test_playing_time_of_a_played_one_is_its_whole_length(library: Library) -> None:
    book = ProgressBook(library, {"one": PLAYED, "two": started(50.0)})
    assert [book.playing_time(index) for index in (0, 1, 2, 3)] == [100.0, 150.0, 300.0, 0.0]
