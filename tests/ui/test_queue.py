"""The queue: filled, ordered, emptied, played, and what it says about time."""

from __future__ import annotations

import pytest

from tests.app_driver import AppDriver, run_app
from tests.fakes import START
from tui_pod.core.library.library import Library
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import ListQuery, SmartList
from tui_pod.core.selection.queue import Queue

BASICS = ListQuery(entry=1)
THREE = Queue(("one", "two", "three"))

pytestmark = [pytest.mark.usefixtures("utc"), pytest.mark.app(queue=THREE)]


def entries(driver: AppDriver) -> tuple[str, ...]:
    """Return what is queued."""
    return driver.controller.queue.entries


async def test_queue_shows_when_each_entry_and_the_whole_would_end(driver: AppDriver) -> None:
    await driver.press("2")
    assert driver.title == "Queue · 3 episodes · 10 m · plays until 13:10"
    rows = driver.rows_of(driver.episodes)
    assert [rows[line].split()[-1] for line in (0, 4, 6)] == ["13:01", "13:05", "13:10"]


async def test_queue_at_another_speed_ends_sooner(driver: AppDriver) -> None:
    await driver.press("2", *["right_square_bracket"] * 10)
    assert driver.title == "Queue · 3 episodes · 5 m · plays until 13:05"


async def test_queue_empty_says_how_to_fill_it(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press("2")
        assert driver.title.startswith("Queue · 0 episodes")
        assert "Press e on an episode to add it, E to play it next." in driver.text


async def test_topic_queued_from_the_tree_is_queued_whole_in_the_order_shown(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press("tab", "j", "s", "e")
        assert entries(driver) == ("five", "four", "three", "two", "one")
        assert ("Queue", 5) in driver.tree_rows()


async def test_range_queued_next_keeps_its_order_before_what_waits(library: Library) -> None:
    async with run_app(library, query=BASICS, queue=Queue(("five",))) as driver:
        await driver.press("V", "j", "E")
        assert entries(driver) == ("one", "two", "five")


async def test_queued_episode_queued_again_keeps_its_place(library: Library) -> None:
    async with run_app(library, query=BASICS, queue=THREE) as driver:
        await driver.press("e")
        assert entries(driver) == ("one", "two", "three")


async def test_queue_plays_in_its_order_and_then_the_list(library: Library) -> None:
    async with run_app(library, query=BASICS, queue=Queue(("three", "five"))) as driver:
        await driver.press("enter")
        played = [driver.playback.episode]
        for seconds in (100, 300, 10):
            await driver.play(seconds)
            played.append(driver.playback.episode)
        assert played == ["one", "three", "five", "two"]
        assert ("Queue", 0) in driver.tree_rows()


async def test_entry_chosen_in_the_queue_plays_and_all_others_follow(driver: AppDriver) -> None:
    await driver.press("2", "j", "enter")
    assert driver.playback.episode == "two"
    assert ("Queue", 3) in driver.tree_rows()
    await driver.play(200)
    assert driver.playback.episode == "one"
    await driver.play(100)
    assert driver.playback.episode == "three"


async def test_next_and_previous_go_through_the_queue(driver: AppDriver) -> None:
    await driver.press("2", "g", "enter", ">", ">")
    assert driver.playback.episode == "three"
    await driver.press("<")
    assert driver.playback.episode == "two"


async def test_next_with_nothing_after_it_says_how_to_queue(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("G", "enter", ">")
        assert driver.notices == ["Nothing comes next. Press e on an episode to queue it."]
        assert driver.playback.episode == "five"


async def test_next_leaves_the_former_where_it_was(driver: AppDriver) -> None:
    await driver.press("2", "g", "enter")
    await driver.play(42)
    await driver.press(">")
    progress = driver.progress_index.get("one")
    assert progress is not None
    assert progress.position == 42.0
    assert not progress.played


async def test_queue_changed_is_kept_for_the_next_start(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("e", "e", "2", "J")
        assert driver.writer.setting("entries") == ["two", "one"]
        await driver.press("g", "enter")
        await driver.play(200)
        assert driver.writer.setting("cursor") == 1


async def test_moves_stop_at_the_ends(driver: AppDriver) -> None:
    await driver.press("2", "g", "K")
    assert entries(driver) == ("one", "two", "three")
    await driver.press("G", "J")
    assert entries(driver) == ("one", "two", "three")
    await driver.press("K", "K")
    assert entries(driver) == ("three", "one", "two")
    assert driver.current == "three"


async def test_move_of_what_is_not_queued_says_where_it_works(library: Library) -> None:
    async with run_app(library, query=BASICS, queue=Queue(("five",))) as driver:
        await driver.press("J")
        assert driver.notices == ["Only upcoming episodes of the queue can be moved. Press 2 for the queue."]


async def test_range_removed_from_the_queue_is_brought_back_by_undo(driver: AppDriver) -> None:
    await driver.press("2", "g", "V", "j", "x")
    assert entries(driver) == ("three",)
    assert driver.shown == ["three"]
    await driver.press("u")
    assert entries(driver) == ("one", "two", "three")
    assert driver.notices == ["Undid: 2 episodes taken out of the queue"]


async def test_entry_taken_out_and_a_range_marked_are_told(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("e", "2", "x")
        assert driver.notices == ["“One” taken out of the queue. Press u to undo."]
        await driver.press("u", "escape", "1", "m")
        assert driver.notices == []
        await driver.press("g", "V", "j", "j", "m")
        assert driver.notices == ["2 episodes marked played. Press u to undo."]  # the first one was


async def test_whole_queue_can_be_cleared_from_the_keyboard(driver: AppDriver) -> None:
    await driver.press("2", "g", "V", "G", "x")
    assert entries(driver) == ()


# -- entries whose episode is gone ---------------------------------------------------------------------

GONE = Queue(("gone [/]", "one", "lost", "two"))


async def test_entry_gone_from_the_library_is_shown_as_missing(library: Library) -> None:
    async with run_app(library, queue=GONE) as driver:
        await driver.press("2")
        rows = driver.rows_of(driver.episodes)
        assert rows[0].lstrip("▎ ").startswith("✗ gone [/]")
        assert "No longer in the library; it is skipped. Press x to remove it." in rows[1]
        assert rows[6].lstrip("▎ ").startswith("✗ lost")
        assert driver.title == "Queue · 4 episodes · 5 m · plays until 13:05"


async def test_entry_gone_is_skipped_when_its_turn_comes(library: Library) -> None:
    async with run_app(library, queue=GONE) as driver:
        await driver.press("2", "j", "enter")
        assert driver.playback.episode == "one"
        await driver.play(100)
        assert driver.playback.episode == "two"


async def test_entry_gone_chosen_says_so_and_plays_nothing(library: Library) -> None:
    async with run_app(library, queue=GONE) as driver:
        await driver.press("2", "g", "enter")
        assert driver.notices == ["That episode is no longer in the library."]
        assert not driver.playback.is_loaded


async def test_entry_gone_has_no_details_no_words_and_can_be_marked_by_nobody(library: Library) -> None:
    async with run_app(library, queue=GONE) as driver:
        await driver.press("2", "g", "i", "t", "t", "m", "circumflex_accent", "slash", "o", "escape", "n", "f", "s")
        assert driver.app.is_running


async def test_entry_gone_removed_shows_the_next_one_that_is_gone(library: Library) -> None:
    async with run_app(library, queue=Queue(("gone", "lost"))) as driver:
        await driver.press("2", "g", "x")
        assert entries(driver) == ("lost",)
        assert driver.rows_of(driver.episodes)[0].lstrip("▎ ").startswith("✗ lost")


async def test_entry_gone_moved_takes_the_cursor_with_it(library: Library) -> None:
    async with run_app(library, queue=Queue(("gone", "one", "two"))) as driver:
        await driver.press("2", "g", "J", "J")
        assert entries(driver) == ("one", "two", "gone")


async def test_queue_of_played_ones_counts_them_whole(library: Library) -> None:
    async with run_app(library, queue=THREE, progress={"one": Progress(START, played=True)}) as driver:
        await driver.press("2")
        assert driver.title == "Queue · 3 episodes · 10 m · plays until 13:10"
        assert driver.listed == SmartList.QUEUE
