from collections.abc import Callable

import pytest

from tui_pod.core.selection.queue import Queue, spread

HEARD_TWO = Queue(("a", "b", "c", "d"), 2)
"""a and b have had their turn, c and d are upcoming."""


def test_queue_made_with_doubles_and_a_wild_cursor_is_put_in_order() -> None:
    """A state file may say anything."""
    assert Queue(("a", "b", "a"), 99) == Queue(("a", "b"), 2)
    assert Queue(("a",), -5) == Queue(("a",), 0)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({}, HEARD_TWO),
        ({"c": "x", "other": "a"}, Queue(("a", "b", "x", "d"), 2)),
        ({"b": "a"}, Queue(("a", "c", "d"), 1)),
        ({"c": "a"}, Queue(("a", "b", "d"), 2)),
    ],
)
def test_renamed_entries_keep_their_places_and_doubles_become_one(names: dict[str, str], expected: Queue) -> None:
    assert HEARD_TWO.renamed(names) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (HEARD_TWO.add_last(["x", "y", "x"]), Queue(("a", "b", "c", "d", "x", "y"), 2)),
        (HEARD_TWO.add_last(["c"]), HEARD_TWO),
        (HEARD_TWO.add_last(["a"]), Queue(("b", "c", "d", "a"), 1)),
        (HEARD_TWO.add_next(["x", "y"]), Queue(("a", "b", "x", "y", "c", "d"), 2)),
        (HEARD_TWO.add_next(["d"]), Queue(("a", "b", "d", "c"), 2)),
        (HEARD_TWO.add_next(["a"]), Queue(("b", "a", "c", "d"), 1)),
        (HEARD_TWO.remove(["a", "d", "nothing"]), Queue(("b", "c"), 1)),
        (HEARD_TWO.move("a", 1), HEARD_TWO),
        (HEARD_TWO.move("nothing", 1), HEARD_TWO),
        (HEARD_TWO.started("c"), HEARD_TWO),
        (HEARD_TWO.started("d"), Queue(("a", "b", "d", "c"), 2)),
        (HEARD_TWO.started("a"), Queue(("a", "b", "c", "d"), 0)),
        (HEARD_TWO.started("nothing"), HEARD_TWO),
        (HEARD_TWO.finished("c"), Queue(("a", "b", "c", "d"), 3)),
        (HEARD_TWO.finished("d"), Queue(("a", "b", "d", "c"), 3)),
        (HEARD_TWO.finished("a"), HEARD_TWO),
        (HEARD_TWO.finished("nothing"), HEARD_TWO),
    ],
)
def test_change_keeps_what_was_heard_and_the_order_of_the_others(changed: Queue, expected: Queue) -> None:
    assert changed == expected


@pytest.mark.parametrize(("by", "upcoming"), [(1, ("d", "c")), (9, ("d", "c")), (-1, ("c", "d")), (-9, ("c", "d"))])
def test_move_stays_within_what_is_upcoming(by: int, upcoming: tuple[str, ...]) -> None:
    moved = HEARD_TWO.move("c", by)
    assert (moved.upcoming, moved.entries[:2]) == (upcoming, ("a", "b"))


CHANGES: list[Callable[[Queue], Queue]] = [
    lambda queue: queue.add_last(["x", "c"]),
    lambda queue: queue.add_next(["x", "d"]),
    lambda queue: queue.add_last(["a"]),
    lambda queue: queue.add_next(["b"]),
    lambda queue: queue.remove(["a", "c"]),
    lambda queue: queue.move("c", 2),
    lambda queue: queue.move("e", -2),
]


@pytest.mark.parametrize("change", CHANGES)
def test_change_undone_at_once_gives_the_former_queue(change: Callable[[Queue], Queue]) -> None:
    before = Queue(("a", "b", "c", "d", "e"), 2)
    after = change(before)
    assert after.changed_as(after, before) == before
    assert before.changed_as(before, after) == after


@pytest.mark.parametrize("change", CHANGES)
def test_change_undone_later_leaves_what_came_and_went_since(change: Callable[[Queue], Queue]) -> None:
    before = Queue(("a", "b", "c", "d", "e"), 2)
    after = change(before)
    present = after.add_last(["y"]).finished(after.upcoming[0])
    undone = present.changed_as(after, before)
    expected = [ident for ident in before.upcoming if ident != after.upcoming[0]]
    assert undone.upcoming == (*expected, "y")
    assert after.upcoming[0] in undone.entries[: undone.cursor]
    again = undone.changed_as(before, after)
    assert {*again.upcoming, after.upcoming[0]} == {*after.upcoming, "y"}


def test_move_undone_moves_only_what_it_moved() -> None:
    before = Queue(("a", "b", "c"), 0)
    after = before.move("c", -2)
    present = after.add_next(["x"]).add_last(["y"])
    assert present.changed_as(after, before).upcoming == ("x", "a", "b", "c", "y")


def test_change_of_a_queue_of_a_hundred_thousand_undone_later_takes_no_time_to_speak_of() -> None:
    ids = [f"e{number}" for number in range(100_000)]
    before = Queue(tuple(ids[:50_000]))
    after = before.add_last(ids).remove(ids[:10_000])
    undone = after.finished(ids[10_000]).changed_as(after, before)
    assert undone.upcoming == (*ids[:10_000], *ids[10_001:50_000])
    assert undone.changed_as(before, after).upcoming == after.upcoming[1:]


def test_groups_are_spread_evenly_and_each_keeps_its_order() -> None:
    groups = dict.fromkeys(("a1", "a2", "a3", "a4"), "a") | dict.fromkeys(("b1", "b2"), "b") | {"c1": "c"}
    queue = Queue(["done", *groups], 1).ordered(spread(groups).__getitem__)
    assert (" ".join(queue.upcoming), queue.cursor) == ("a1 b1 a2 c1 a3 b2 a4", 1)
