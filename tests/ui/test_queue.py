"""The queue: filled, ordered, emptied, played, and what it says about time."""

import pytest

from tests.app_driver import AppDriver
from tui_pod.core.selection.queue import Queue

pytestmark = pytest.mark.usefixtures("utc")


@pytest.mark.app(queue=Queue(("one", "two", "three")))
async def test_queue_at_another_speed_ends_sooner(driver: AppDriver) -> None:
    await driver.press("2", *["right_square_bracket"] * 10)
    assert driver.title == "Queue · 3 episodes · 5 m · plays until 13:05"


async def test_topic_queued_from_the_tree_is_queued_whole_in_the_order_shown(driver: AppDriver) -> None:
    await driver.press("tab", "j", "s", "s", "enter", "e")
    assert driver.controller.queue.entries == ("five", "four", "three", "two", "one")
    assert ("Queue", 5) in driver.tree_rows()


async def test_entry_taken_out_and_a_range_marked_are_told(driver: AppDriver) -> None:
    await driver.press("e", "2", "x")
    assert driver.notices == ["“One” taken out of the queue. Press u to undo."]
    await driver.press("u", "escape", "1", "m")
    assert driver.notices == []
    await driver.press("g", "V", "j", "j", "m")
    assert driver.notices == ["2 episodes marked played. Press u to undo."]  # the first one was


@pytest.mark.app(queue=Queue(("gone [/]", "one", "lost", "two")))
async def test_entry_gone_from_the_library_is_shown_as_missing_and_is_of_no_use(driver: AppDriver) -> None:
    await driver.press("2")
    rows = driver.rows_of(driver.episodes)
    assert rows[0].lstrip("▎ ").startswith("✗ gone [/]")
    assert "No longer in the library; it is skipped. Press x to remove it." in rows[1]
    assert rows[4].lstrip("▎ ").startswith("✗ lost")
    assert driver.title == "Queue · 4 episodes · 5 m · plays until 13:05"
    await driver.press("g", "enter")
    assert driver.notices == ["That episode is no longer in the library."]
    assert not driver.playback.is_loaded
    await driver.press("i", "t", "t", "m", "circumflex_accent", "slash", "o", "escape", "n", "f", "s")
    assert driver.app.is_running
