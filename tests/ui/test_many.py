"""A library of 100,000 episodes: exact at both ends, wherever the cursor goes, searched and filtered."""

from __future__ import annotations

import asyncio
import threading
from array import array

import pytest

from tests.stage import on_stage
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.progress.progress import Status
from tui_pod.core.selection.list_query import Sort, View

COUNT = 100_000

SIZES = [(120, 40), (80, 24), (40, 12)]


class Many:
    """Episodes that are made when they are looked at."""

    def episode(self, index: int) -> Episode:
        """Return the episode at an index: number 1 is the newest."""
        return Episode(f"e{index}", f"Number {index + 1:06}", f"It is {index}.", 60.0 + index % 7, tags=("Most", "All"))

    def folded(self) -> list[str]:
        """Return each episode's search text."""
        return [f"number {index + 1:06} it is {index}. most all" for index in range(COUNT)]


@pytest.fixture(scope="module")
def many() -> Library:
    """A library of 100,000 episodes."""
    table = build_library([Topic("All"), Topic("Most")], [Many().episode(0)]).topics
    members = array("I", range(COUNT))
    durations = array("d", (60.0 + index % 7 for index in range(COUNT)))
    total = sum(durations)
    table = type(table)(
        table.names, table.parents, tuple(members for _ in table.names), tuple(total for _ in table.names)
    )
    return Library(
        [f"e{index}" for index in range(COUNT)],
        [f"Number {index + 1:06}" for index in range(COUNT)],
        durations, table, Many(),
    )  # fmt: skip


def numbers(rows: list[str]) -> list[int]:
    """Return the numbers of the episodes whose first lines are in these rows."""
    return [int(row.split("Number ")[1][:6]) for row in rows if "Number " in row]


@pytest.mark.parametrize("size", SIZES)
async def test_list_of_many_is_exact_at_both_ends(size: tuple[int, int], many: Library) -> None:
    async with on_stage(many, size=size, max_standstill=None) as stage:
        rows = numbers(stage.rows_of(stage.episodes))
        assert rows == list(range(1, len(rows) + 1))
        await stage.press("G")
        rows = numbers(stage.rows_of(stage.episodes))
        assert rows[-1] == COUNT
        assert rows == list(range(rows[0], COUNT + 1))
        assert stage.current == f"e{COUNT - 1}"
        await stage.press("j", "pagedown")
        assert stage.current == f"e{COUNT - 1}"
        await stage.press("g")
        assert numbers(stage.rows_of(stage.episodes))[0] == 1


@pytest.mark.parametrize("size", SIZES)
async def test_cursor_among_many_is_where_it_was_put_and_in_sight(size: tuple[int, int], many: Library) -> None:
    async with on_stage(many, size=size, max_standstill=None) as stage:
        for place in (33_333, 0, COUNT - 1, 12_345, 12_346, 99_990):
            stage.episodes.go(place)
            await stage.settle()
            rows = numbers(stage.rows_of(stage.episodes))
            assert place + 1 in rows
            assert rows == list(range(rows[0], rows[0] + len(rows)))
        stage.episodes.go(50_000)
        await stage.press("pagedown", "pageup", "ctrl+d", "ctrl+u", "j", "k")
        assert stage.episodes.cursor == 50_000


async def test_many_played_from_anywhere_play_on_and_count(many: Library) -> None:
    async with on_stage(many, max_standstill=None) as stage:
        stage.episodes.go(70_000)
        await stage.press("enter")
        await stage.play(70)
        assert stage.playback.episode == "e70001"
        assert stage.book.status("e70000") is Status.PLAYED
        assert stage.header.right.startswith("1/100000 played")
        await stage.press("g", "c")
        assert stage.current == "e70001"


async def test_search_among_many_finds_just_the_right_ones(many: Library) -> None:
    async with on_stage(many, max_standstill=None) as stage:
        await stage.press("slash")
        await stage.write("number 09999")
        assert stage.shown == ["e9998", *(f"e{index}" for index in range(99_989, 99_999))]
        await stage.write("8")
        assert stage.shown == ["e99997"]
        await stage.press("enter", "escape")
        assert len(stage.shown) == COUNT
        assert stage.current == "e99997"
        assert 99_998 in numbers(stage.rows_of(stage.episodes))


async def test_filter_and_sort_of_many_are_right(many: Library) -> None:
    async with on_stage(many, view=View(sort=Sort.COURSE), max_standstill=None) as stage:
        assert numbers(stage.rows_of(stage.episodes))[0] == COUNT
        await stage.press("m", "m", "f", "f", "f")
        assert stage.shown == [f"e{COUNT - 1}", f"e{COUNT - 2}"]
        await stage.press("f", "s")
        assert len(stage.shown) == COUNT
        lengths = [many.durations[index] for index in stage.episodes.indexes]
        assert lengths == sorted(lengths)


async def test_range_over_many_marks_them_all_and_undo_takes_them_back(many: Library) -> None:
    async with on_stage(many, max_standstill=None) as stage:
        await stage.press("V")
        stage.episodes.go(4_999)
        await stage.press("m")
        assert stage.header.right.startswith("5000/100000 played")
        await stage.press("u")
        assert stage.header.right.startswith("0/100000 played")
        assert stage.notices == ["Taken back: 5000 episodes marked played"]


class Slow(Many):
    """A shelf that reads the search texts no sooner than it is told to."""

    def __init__(self) -> None:
        self.is_due = threading.Event()
        self.readers: list[threading.Thread] = []

    def folded(self) -> list[str]:
        """See `Many.folded`."""
        self.readers.append(threading.current_thread())
        assert self.is_due.wait(10)
        return super().folded()


async def test_search_texts_are_read_beside_the_loop_and_what_is_typed_meanwhile_counts(many: Library) -> None:
    shelf = Slow()
    library = Library(many.ids, many.titles, many.durations, many.topics, shelf)
    async with on_stage(library, max_standstill=None) as stage:
        await stage.press("slash")
        typing = asyncio.create_task(stage.press("7", "7", "7"))
        await asyncio.sleep(0.1)
        assert len(stage.episodes.indexes) == COUNT
        shelf.is_due.set()
        await typing
        assert list(stage.episodes.indexes) == [place for place, text in enumerate(library.folded) if "777" in text]
        assert len(shelf.readers) == 1
        assert shelf.readers[0] is not threading.main_thread()
