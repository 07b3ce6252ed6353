"""Marks: set at once everywhere, in bulk, and undone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.app_driver import AppDriver, run_app
from tests.fakes import START
from tui_pod.core.library.library import Library
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.selection.list_query import Filter, ListQuery, SmartList
from tui_pod.core.selection.queue import Queue

BASICS = ListQuery(entry=1)

UNFINISHED = {
    "two": Progress(START, position=20.0, listened=START - timedelta(hours=1)),
    "three": Progress(START, position=100.0, listened=START),
}

pytestmark = pytest.mark.app(query=BASICS)


async def test_mark_shows_at_once_in_list_tree_and_header(driver: AppDriver) -> None:
    await driver.press("m")
    assert driver.row(0).startswith("✓ One")
    assert driver.row(1).startswith("○ Two")
    assert driver.header.right == "1/29 played · 32 m left"
    assert any("Basics" in row and "╌" in row for row in driver.rows_of(driver.tree))


async def test_mark_of_a_selection_marks_all_and_moves_the_cursor_nowhere(driver: AppDriver) -> None:
    await driver.press("v", "v", "g")
    assert [driver.rows_of(driver.episodes)[line][:2] for line in (0, 4, 6)] == ["▌○", "▌○", " ○"]
    await driver.press("m")
    assert driver.header.right.startswith("2/29 played")
    assert driver.current == "one"
    assert "▌" not in driver.text.replace("▌ ", "")


async def test_range_grows_and_shrinks_with_the_cursor(driver: AppDriver) -> None:
    await driver.press("j", "V", "j", "j", "k")
    assert driver.main.model.chosen == ["two", "three"]
    await driver.press("k", "k")
    assert driver.main.model.chosen == ["one", "two"]


async def test_two_ranges_are_chosen_together(driver: AppDriver) -> None:
    await driver.press("V", "j", "V", "j", "j", "v")
    assert driver.main.model.chosen == ["one", "two", "four"]


async def test_selection_stays_when_the_list_changes_under_it(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=1, filter=Filter.UNPLAYED)) as driver:
        await driver.press("j", "v", "v", "g")
        assert driver.main.model.chosen == ["two", "three"]
        await driver.press("enter")
        await driver.play(5)
        assert "one" not in driver.shown
        assert driver.main.model.chosen == ["two", "three"]
        await driver.press("s")
        assert driver.main.model.chosen == ["three", "two"]
        await driver.press("s", "s", "s", "s", "f")
        assert driver.shown == ["one"]
        assert driver.main.model.chosen == ["one"]


async def test_range_in_the_queue_stays_on_its_episodes_when_the_queue_goes_on(library: Library) -> None:
    async with run_app(library, query=BASICS, queue=Queue(("one", "two", "three", "four"))) as driver:
        await driver.press("2", "j", "V", "j")
        driver.controller.unqueue(["one"])
        await driver.settle()
        assert driver.main.model.chosen == ["two", "three"]


@pytest.mark.parametrize("key", ["v", "V"])
async def test_selection_in_an_empty_list_selects_nothing(key: str, driver: AppDriver) -> None:
    await driver.press("2", key, key, "m", key, "x", "e", "1")
    assert driver.app.is_running
    assert driver.main.model.chosen == ["one"]


async def test_escape_forgets_the_selection(driver: AppDriver) -> None:
    await driver.press("V", "j", "escape")
    assert driver.main.model.chosen == ["two"]


async def test_selection_of_played_and_unplayed_ones_is_marked_played(library: Library) -> None:
    async with run_app(library, query=BASICS, progress={"one": Progress(START, played=True)}) as driver:
        await driver.press("g", "V", "j", "m")
        assert driver.header.right.startswith("2/29 played")
        await driver.press("g", "V", "j", "m")
        assert driver.header.right.startswith("0/29 played")


async def test_mark_on_a_topic_marks_all_its_episodes_and_undo_takes_all_back(library: Library) -> None:
    async with run_app(library, progress=dict(UNFINISHED)) as driver:
        await driver.press("tab", "j", "m")
        assert driver.header.right.startswith("5/29 played")
        assert driver.notices == ["5 episodes marked played. Press u to undo."]
        await driver.press("u")
        assert driver.header.right.startswith("0/29 played")
        assert driver.notices[-1] == "Undid: 5 episodes marked played"
        assert driver.progress_index.get("three").position == 100.0  # type: ignore[union-attr]  # it was there before
        await driver.press("ctrl+r")
        assert driver.header.right.startswith("5/29 played")
        assert driver.notices[-1] == "Redid: 5 episodes marked played"


async def test_mark_on_a_topic_tells_how_many_it_changed_as_undo_does(library: Library) -> None:
    async with run_app(library, progress={"one": Progress(START, played=True)}) as driver:
        await driver.press("tab", "j", "m")
        assert driver.notices == ["4 episodes marked played. Press u to undo."]
        await driver.press("u")
        assert driver.notices == ["Undid: 4 episodes marked played"]


async def test_mark_on_the_playing_episode_goes_on_playing_it(driver: AppDriver) -> None:
    await driver.press("enter")
    await driver.play(10)
    await driver.press("m")
    await driver.play(10)
    assert driver.status() is PlayerStatus.PLAYING
    assert driver.progress_index.status("one") is Status.PLAYED
    assert driver.header.right.startswith("1/29 played")


async def test_marked_episode_leaves_continue(library: Library) -> None:
    async with run_app(library, progress=dict(UNFINISHED)) as driver:
        await driver.press("tab", "home", "enter")
        assert driver.shown == ["three", "two"]
        await driver.press("m")
        assert driver.shown == ["two"]
        assert ("Continue", 1) in driver.tree_rows()
        assert driver.title == "Continue · 1 episode · 3 m left"


async def test_entry_of_continue_dismissed_is_kept_and_can_be_brought_back(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=SmartList.CONTINUE), progress=dict(UNFINISHED)) as driver:
        await driver.press("g", "x")
        assert driver.shown == ["two"]
        assert driver.progress_index.status("three") is Status.STARTED
        await driver.press("u")
        assert driver.shown == ["three", "two"]
        assert driver.notices == ["Undid: “Three” taken off Continue"]


async def test_entry_of_continue_dismissed_and_played_again_is_back(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=SmartList.CONTINUE), progress=dict(UNFINISHED)) as driver:
        await driver.press("g", "x", "1", "j", "enter")
        await driver.play(5)
        assert driver.playback.episode == "three"
        assert ("Continue", 2) in driver.tree_rows()


async def test_undo_with_nothing_done_says_so(driver: AppDriver) -> None:
    await driver.press("u", "ctrl+r")
    assert driver.notices == ["Nothing to redo."]


async def test_undo_goes_back_a_hundred_steps_in_order(driver: AppDriver) -> None:
    for _ in range(34):
        driver.controller.editor.toggle_played(["one"])
        driver.controller.queue_last(["two"])
        driver.controller.unqueue(["two"])
    await driver.press_at_once(*["u"] * 102)
    assert driver.progress_index.status("one") is Status.UNPLAYED
    assert driver.controller.queue.entries == ()
    await driver.press("u")
    assert driver.notices[-1] == "Nothing to undo."


async def test_remove_in_a_topic_takes_downloads_away(driver: AppDriver) -> None:
    await driver.press("x")
    assert driver.services.asked_feeds.wishes == [("remove_downloads", "one")]


async def test_remove_of_a_topic_that_is_no_feed_says_what_can_be_removed(driver: AppDriver) -> None:
    await driver.press("h", "x")
    assert driver.services.asked_feeds.wishes == []
    assert "x removes podcasts, downloads" in driver.notices[0]
