"""The queue and the listener's own lists on the screen: filled, ordered, emptied, made smart, edited, removed."""

import pytest

from tests.app_driver import AppDriver, run_app
from tui_pod.core.library.library import Library
from tui_pod.core.selection.list_query import Filter
from tui_pod.core.selection.queue import Queue


def topics(driver: AppDriver) -> tuple[str, ...]:
    return driver.controller.library.topics.names


def shown(driver: AppDriver) -> list[str]:
    model = driver.main.model
    return [model.ident(index) for index in model.indexes]


async def make_list(driver: AppDriver) -> None:
    """Put one to three on a list, and open it."""
    await driver.press("V", "j", "j", "A", "enter", *"Mine", "enter")
    driver.main.listing.open_entry(topics(driver).index("Mine"))
    await driver.settle()


async def test_list_by_hand_is_ordered_emptied_and_removed_and_each_step_is_undone(driver: AppDriver) -> None:
    await make_list(driver)
    assert shown(driver) == ["one", "two", "three"]
    await driver.press("J", "J", "K")
    assert (shown(driver), driver.current) == (["two", "one", "three"], "one")
    await driver.press("x")
    assert shown(driver) == ["two", "three"]
    await driver.press("u")
    assert shown(driver) == ["two", "one", "three"]
    await driver.press("s", "s", "escape", "J")  # in another order than its own
    assert driver.controller.lists.by_hand[0].episodes == ("two", "one", "three")
    assert "not in your own order" in driver.notices[-1]
    await driver.press("tab", "x")
    assert "Mine" not in topics(driver)
    await driver.press("u")
    assert "Mine" in topics(driver)


async def test_title_of_a_narrow_list_keeps_or_leaves_out_its_order_whole(library: Library) -> None:
    async with run_app(library, size=(40, 12)) as driver:
        await make_list(driver)
        assert driver.title == "Mine · 3 episodes · your order"


async def test_second_list_is_chosen_among_those_there_are_and_a_bad_name_is_refused(driver: AppDriver) -> None:
    await make_list(driver)
    driver.main.listing.open_entry(0)
    await driver.press("G", "A", *"min", "enter")
    assert len(driver.controller.lists.by_hand[0].episodes) == 4
    await driver.press("A", *"Basics", "enter")
    assert "there is a topic “Basics” already" in driver.notices[-1].replace("There", "there")


async def test_what_is_listed_becomes_a_rule_that_is_edited_and_renamed(driver: AppDriver) -> None:
    await driver.press("/", *"five", "enter", "f", "j", "enter")
    driver.main.dialogs.save_list()
    await driver.settle()
    await driver.press(*"Short", "enter")
    made = driver.controller.lists.named("Short")
    assert made is not None
    assert (made.words, made.status) == ("five", "unplayed")
    assert driver.main.model.name(driver.main.model.query.entry) == "Short"
    assert (driver.main.model.query.filter, shown(driver)) == (Filter.ALL, ["one", "two", "three", "five"])
    await driver.press("m")
    assert shown(driver) == ["two", "three", "five"]
    await driver.press("P", "down", "down", "down", "down", "down", *"4m", "enter")
    assert shown(driver) == ["two", "five"]
    await driver.press("P", "end", *"er", "enter")
    assert (shown(driver), "Shorter" in topics(driver), "Short" in topics(driver)) == (["two", "five"], True, False)
    await driver.press("u")
    assert ("Shorter" in topics(driver), "Short" in topics(driver)) == (False, True)


@pytest.mark.usefixtures("utc")
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


@pytest.mark.usefixtures("utc")
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
