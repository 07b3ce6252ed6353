from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes import START
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.progress.bookmarks import Bookmark, Stretch, find_same, just_said
from tui_pod.core.progress.cards import newest_of

WORDS = Transcript((Cue("First.", 2.0, 6.0), Cue("Second.", 6.0, 9.5), Cue("Third.", 60.0, 64.0)))

MARK = Bookmark("one", 10.0, 15.0, START, START, "Words.")
LATER = START + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("position", "said"),
    [(4.0, "First."), (7.0, "First."), (8.0, "Second."), (12.0, "Second."), (39.0, "Second."), (2.5, "First.")],
)
def test_just_said_is_the_sentence_that_the_listener_has_heard(position: float, said: str) -> None:
    assert just_said(WORDS, position).text == said


def test_just_said_at_twice_the_speed_looks_back_twice_as_far() -> None:
    assert just_said(WORDS, 8.5, speed=2.0).text == "First."


@pytest.mark.parametrize(
    ("transcript", "position", "stretch"),
    [
        (Transcript(), 100.0, (70.0, 100.0)),
        (Transcript(), 12.0, (0.0, 12.0)),
        (Transcript(), 0.0, (0.0, 1.0)),
        (Transcript((Cue("No times."),)), 100.0, (70.0, 100.0)),
        (WORDS, 45.0, (15.0, 45.0)),
        (WORDS, 0.1, (0.0, 1.0)),
    ],
)
def test_just_said_without_words_is_the_last_half_minute(
    transcript: Transcript, position: float, stretch: tuple[float, float]
) -> None:
    assert just_said(transcript, position) == Stretch(*stretch)


def test_just_said_by_machine_says_so() -> None:
    assert just_said(replace(WORDS, is_recognised=True), 8.0).is_recognised
    assert not just_said(replace(WORDS, is_recognised=True), 45.0).is_recognised, "it has no words"


@pytest.mark.parametrize(
    ("stretch", "is_same"),
    [((10.0, 15.0), True), ((10.0, 40.0), True), ((11.0, 16.0), True), ((14.0, 19.0), False), ((0.0, 30.0), False)],
)
def test_bookmark_of_mostly_the_same_stretch_is_the_same(stretch: tuple[float, float], is_same: bool) -> None:
    assert (find_same([MARK], Stretch(*stretch)) is MARK) is is_same


def test_newer_of_two_values_wins_whichever_comes_first() -> None:
    removed = MARK.removed(LATER)
    assert newest_of(MARK, removed) == newest_of(removed, MARK) == removed


def test_of_two_values_of_one_moment_the_same_wins_whichever_comes_first() -> None:
    noted = MARK._replace(note="A note.")
    assert newest_of(MARK, noted) == newest_of(noted, MARK)
