"""A library of 100,000 episodes: exact at both ends, wherever the cursor goes, searched and filtered."""

import asyncio
import threading
from array import array

import pytest

from tests.app_driver import AppDriver, run_app
from tests.patience import PATIENCE
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library

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
def library() -> Library:
    """A library of 100,000 episodes."""
    table = build_library([Topic("All"), Topic("Most")], [Many().episode(0)]).topics
    members = array("I", range(COUNT))
    durations = array("d", (60.0 + index % 7 for index in range(COUNT)))
    total = sum(durations)
    table = table._replace(members=tuple(members for _ in table.names), seconds=tuple(total for _ in table.names))
    return Library(
        [f"e{index}" for index in range(COUNT)],
        [f"Number {index + 1:06}" for index in range(COUNT)],
        durations, table, Many().episode, Many().folded,
    )  # fmt: skip


def numbers(rows: list[str]) -> list[int]:
    """Return the numbers of the episodes whose first lines are in these rows."""
    return [int(row.split("Number ")[1][:6]) for row in rows if "Number " in row]


@pytest.mark.parametrize("size", SIZES)
async def test_list_of_many_is_exact_at_both_ends(size: tuple[int, int], library: Library) -> None:
    async with run_app(library, size=size) as driver:
        rows = numbers(driver.rows_of(driver.episodes))
        assert rows == list(range(1, len(rows) + 1))
        await driver.press("G")
        rows = numbers(driver.rows_of(driver.episodes))
        assert rows[-1] == COUNT
        assert rows == list(range(rows[0], COUNT + 1))
        assert driver.current == f"e{COUNT - 1}"
        await driver.press("j", "pagedown")
        assert driver.current == f"e{COUNT - 1}"
        await driver.press("g")
        assert numbers(driver.rows_of(driver.episodes))[0] == 1


@pytest.mark.parametrize("size", SIZES)
async def test_cursor_among_many_is_where_it_was_put_and_in_sight(size: tuple[int, int], library: Library) -> None:
    async with run_app(library, size=size) as driver:
        for place in (33_333, 0, COUNT - 1, 12_345, 12_346, 99_990):
            driver.episodes.go(place)
            await driver.settle()
            rows = numbers(driver.rows_of(driver.episodes))
            assert place + 1 in rows
            assert rows == list(range(rows[0], rows[0] + len(rows)))
        driver.episodes.go(50_000)
        await driver.press("pagedown", "pageup", "ctrl+d", "ctrl+u", "j", "k")
        assert driver.episodes.cursor == 50_000


async def test_search_among_many_finds_just_the_right_ones(driver: AppDriver, library: Library) -> None:
    await driver.press("slash")
    await driver.write("number 09999")
    assert driver.shown == ["e9998", *(f"e{index}" for index in range(99_989, 99_999))]
    await driver.write("8")
    assert driver.shown == ["e99997"]
    await driver.press("enter", "escape")
    assert len(driver.shown) == COUNT
    assert driver.current == "e99997"
    assert 99_998 in numbers(driver.rows_of(driver.episodes))


async def test_range_over_many_marks_them_all_and_undo_takes_them_back(driver: AppDriver, library: Library) -> None:
    await driver.press("V")
    driver.episodes.go(4_999)
    await driver.press("m")
    assert driver.header.right.startswith("5000/100000 played")
    await driver.press("u")
    assert driver.header.right.startswith("0/100000 played")
    assert driver.notices == ["Undid: 5000 episodes marked played."]


class Slow(Many):
    """A shelf that reads the search texts no sooner than it is told to."""

    def __init__(self) -> None:
        self.is_due = threading.Event()
        self.readers: list[threading.Thread] = []

    def folded(self) -> list[str]:
        """See `Many.folded`."""
        self.readers.append(threading.current_thread())
        assert self.is_due.wait(PATIENCE)
        return super().folded()


async def test_search_texts_are_read_beside_the_loop_and_what_is_typed_meanwhile_counts(library: Library) -> None:
    store = Slow()
    library = Library(library.ids, library.titles, library.durations, library.topics, store.episode, store.folded)
    async with run_app(library) as driver:
        await driver.press("slash")
        typing = asyncio.create_task(driver.press("7", "7", "7"))
        await driver.until(lambda: store.readers, "a thread reads the texts")
        assert len(driver.main.model.indexes) == COUNT
        store.is_due.set()
        await typing
        found = [place for place, text in enumerate(Many.folded(store)) if "777" in text]
        await driver.until(lambda: list(driver.main.model.indexes) == found, "all that was typed is searched for")
        assert len(store.readers) == 1
        assert store.readers[0] is not threading.main_thread()


@pytest.mark.parametrize("key", ["ctrl+c", "escape"])
async def test_search_that_waits_for_the_texts_is_said_and_stopped(library: Library, key: str) -> None:
    store = Slow()
    library = Library(library.ids, library.titles, library.durations, library.topics, store.episode, store.folded)
    async with run_app(library) as driver:
        await driver.press("slash")
        typing = asyncio.create_task(driver.press("7"))
        await driver.until(lambda: "(searching)" in driver.text, "it is said")
        await driver.press(key)
        store.is_due.set()
        await typing
        await driver.until(lambda: "(searching)" not in driver.text, "it is over")
        assert len(driver.main.model.indexes) == COUNT
        await driver.press("slash", "7", "7", "7", "7", "7")
        await driver.until(lambda: len(driver.main.model.indexes) == 2, "it is searched for again")
