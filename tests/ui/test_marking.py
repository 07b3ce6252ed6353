"""Marks: set at once everywhere, in bulk, and undone."""

from datetime import timedelta

import pytest

from tests.app_driver import AppDriver, run_app
from tests.fakes import START
from tui_pod.core.library.library import Library
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.selection.list_query import ListQuery

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
    assert [driver.rows_of(driver.episodes)[line][:2] for line in (0, 3, 5)] == ["▌○", "▌○", " ○"]
    await driver.press("m")
    assert driver.header.right.startswith("2/29 played")
    assert driver.current == "one"
    assert "▌" not in driver.text.replace("▌ ", "")


async def test_mark_on_a_topic_marks_all_its_episodes_and_undo_takes_all_back(library: Library) -> None:
    async with run_app(library, progress=dict(UNFINISHED)) as driver:
        await driver.press("tab", "j", "m")
        assert driver.header.right.startswith("5/29 played")
        assert driver.notices == ["5 episodes marked played. Press u to undo."]
        await driver.press("u")
        assert driver.header.right.startswith("0/29 played")
        assert driver.notices == ["Undid: 5 episodes marked played."]  # and no offer to undo it
        assert driver.progress_index.get("three").position == 100.0  # type: ignore[union-attr]  # it was there before
        await driver.press("ctrl+r")
        assert driver.header.right.startswith("5/29 played")
        assert driver.notices == ["Redid: 5 episodes marked played."]


async def test_episode_that_is_dismissed_or_marked_leaves_continue(library: Library) -> None:
    async with run_app(library, progress=dict(UNFINISHED)) as driver:
        await driver.press("tab", "home", "enter")
        assert driver.shown == ["three", "two"]
        await driver.press("g", "x")
        assert driver.shown == ["two"]
        assert driver.progress_index.status("three") is Status.STARTED
        await driver.press("u")
        assert driver.shown == ["three", "two"]
        assert driver.notices == ["Undid: “Three” taken off Continue."]
        await driver.press("g", "m")
        assert driver.shown == ["two"]
        assert ("Continue", 1) in driver.tree_rows()
        assert driver.title == "Continue · 1 episode · 3 m left"
