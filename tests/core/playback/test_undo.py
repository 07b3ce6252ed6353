from collections.abc import Callable
from datetime import timedelta
from functools import cache

import pytest

from tests.fakes import START
from tui_pod.core.playback.undo import DEPTH, Change, UndoHistory, seek_label


def nothing() -> None: ...


positions: list[float] = []
"""Where undoing and redoing seeks led."""


def change(number: int) -> Change:
    return Change(str(number), nothing, nothing)


@cache
def going_to(position: float) -> Callable[[], None]:
    return lambda: positions.append(position)


def seek(before: float, after: float, at: float, episode: str = "one") -> Change:
    at_time, jump = START + timedelta(seconds=at), (before, after)
    return Change(seek_label(jump), going_to(before), going_to(after), episode, at_time, jump)


def history(*changes: Change) -> UndoHistory:
    made = UndoHistory()
    for one in changes:
        made.add(one)
    return made


def test_undo_nothing_done_is_none() -> None:
    assert history().undo() is None
    assert history().redo() is None


def test_undo_and_redo_hundred_changes_come_back_in_order() -> None:
    made = history(*(change(number) for number in range(100)))
    undone = [made.undo() for _ in range(100)]
    assert undone == [change(number) for number in reversed(range(100))]
    assert made.undo() is None
    assert [made.redo() for _ in range(100)] == [change(number) for number in range(100)]
    assert made.redo() is None


def test_add_beyond_the_depth_forgets_the_oldest() -> None:
    made = history(*(change(number) for number in range(DEPTH + 3)))
    undone = [made.undo() for _ in range(DEPTH)]
    assert (undone[-1], made.undo()) == (change(3), None)


def test_add_after_undo_ends_redoing() -> None:
    made = history(change(1))
    made.undo()
    made.add(change(2))
    assert made.redo() is None


def test_add_seeks_of_a_held_key_are_one_change() -> None:
    made = history(seek(0, 30, at=0), seek(30, 60, at=0.5), seek(60, 90, at=2.4))
    undone = made.undo()
    assert undone is not None
    positions.clear()
    undone.undo()
    undone.redo()
    assert (positions, undone.label) == ([0, 90], "seek from 0:00 to 1:30")
    assert made.undo() is None


@pytest.mark.parametrize(
    ("changes", "last", "before"),
    [
        ((seek(0, 30, at=0), seek(30, 60, at=2)), seek(30, 60, at=2), seek(0, 30, at=0)),
        ((seek(0, 30, at=0), seek(0, 30, 0.5, "two")), seek(0, 30, 0.5, "two"), seek(0, 30, at=0)),
        ((seek(0, 30, at=0), seek(30, 60, at=-3600)), seek(30, 60, at=-3600), seek(0, 30, at=0)),
        ((seek(0, 30, at=0), change(1), seek(30, 60, at=0.5)), seek(30, 60, at=0.5), change(1)),
    ],
    ids=["apart", "two episodes", "the clock set back", "after another change"],
)
def test_add_other_seeks_are_changes_of_their_own(changes: tuple[Change, ...], last: Change, before: Change) -> None:
    made = history(*changes)
    assert (made.undo(), made.undo()) == (last, before)


def test_changes_since_another_are_joined_and_come_back_in_order() -> None:
    history, steps = UndoHistory(), list[str]()

    def noted(name: str) -> Change:
        return Change(name, lambda: steps.append(f"undo {name}"), lambda: steps.append(f"redo {name}"))

    history.add(noted("a"))
    last = history.last
    history.join(last, "nothing")
    assert history.last is last
    for name in "bc":
        history.add(noted(name))
    history.join(last, "both")
    joined = history.undo()
    assert joined is not None
    joined.undo()
    joined.redo()
    assert (joined.label, steps) == ("both", ["undo c", "undo b", "redo b", "redo c"])
    assert history.undo() is last


def test_changes_since_one_that_is_gone_stay_apart() -> None:
    history = UndoHistory()
    for number in range(3):
        history.add(change(number))
    gone = history.undo()
    history.join(gone, "all")
    assert history.last == change(1)
