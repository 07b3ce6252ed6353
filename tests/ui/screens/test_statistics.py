"""View 3 tells what was heard, to the second, and how far each topic is."""

import re
from itertools import pairwise

import pytest

from tests.app_driver import AppDriver, run_app
from tests.rooms import EPISODES, TOPICS
from tests.scenes import SCENES, play_scene, run_scene
from tui_pod.config.settings import Settings, StatsSettings
from tui_pod.core.library.episode import Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.ui.screens.statistics import StatisticsView

BASICS = ListQuery(entry=1)

pytestmark = [pytest.mark.usefixtures("utc"), pytest.mark.app(query=BASICS)]


async def open_statistics(driver: AppDriver) -> None:
    """Open view 3."""
    await driver.press("3")
    await driver.until(lambda: driver.focus == "statistics", "the statistics are shown")
    await driver.settle()


def lines(driver: AppDriver) -> list[str]:
    """Return the lines of the view."""
    return [line.strip() for line in driver.rows_of(driver.main.query_one("#statistics"))]


def numbers(driver: AppDriver) -> dict[str, str]:
    """Return the numbers by their labels, where they are one line high."""
    rows = driver.rows_of(driver.main.query_one("#statistics"))
    found = {}
    for above, below in pairwise(rows):
        for label in re.finditer(r"(today|finished|saved|days in a row|this week|in all)(?!\w)", below):
            found[label[1]] = above[label.start() : label.start() + 14].strip()
    return found


async def test_statistics_of_nothing_heard_say_so_and_ask_for_nothing(library: Library) -> None:
    async with run_app(library, (60, 40)) as driver:
        await open_statistics(driver)
        assert numbers(driver) == {"today": "0 s", "finished": "0"}
        assert "Nothing played yet. Your listening time is counted here." in " ".join(lines(driver))
        await driver.press("j", "k", "g", "G", "pagedown", "enter")
        assert driver.focus == "statistics"
        assert "Open" not in driver.key_words


async def test_statistics_count_days_in_a_row_only_when_asked(library: Library) -> None:
    async with run_app(library, (60, 40), settings=Settings(stats=StatsSettings(streak=True))) as driver:
        await driver.press("enter")
        await driver.play(5)
        await open_statistics(driver)
        assert numbers(driver)["days in a row"] == "1"


async def test_statistics_show_the_topics_above_others_on_demand(library: Library) -> None:
    async with run_app(library, (100, 40)) as driver:
        for ident in ("two", "three", "hostile-token"):
            driver.controller.play(ident)
            await driver.settle()
            await driver.play(40)
        await open_statistics(driver)
        await driver.press("G", "k", "k", "k", "k", "enter")
        assert "▎ Show 1 topic above these" in lines(driver)
        await driver.press("enter")
        names = [line.strip("▎ ").split()[0] for line in lines(driver) if "left" in line]
        assert names == ["Numbers", "Hostile", "Basics"]
        assert "▎ Above these" in lines(driver)


async def test_statistics_topic_opens_with_enter_with_a_click_and_in_a_library_that_was_replaced(
    driver: AppDriver,
) -> None:
    await driver.press("enter")
    await driver.play(30)
    for is_click in (False, True):
        await open_statistics(driver)
        row = next(number for number, line in enumerate(lines(driver)) if line.strip("▎ ").startswith("Numbers"))
        if is_click:
            await driver.click(driver.main.query_one("#statistics"), 6, row + 1)
        else:
            await driver.press("enter")
        assert driver.library.topics.names[driver.listed] == "Numbers"
        assert driver.focus == "list"
        assert driver.episodes.display
    await open_statistics(driver)
    later = build_library((Topic("Added"), *TOPICS), EPISODES)
    driver.app.frontend.library_changed(later, ProgressIndex(later, {}))
    await driver.press("enter")
    assert later.topics.names[driver.listed] == "Numbers"


async def test_statistics_hide_what_keys_of_the_list_would_change_and_are_left_for_it(driver: AppDriver) -> None:
    await open_statistics(driver)
    before = driver.main.model.query
    await driver.press("f", "s", "i", "t", "n")
    assert driver.focus == "statistics"
    assert driver.main.model.query == before
    await driver.press("escape")
    for key in ("escape", "1", "h", "tab"):
        await open_statistics(driver)
        await driver.press(key)
        assert driver.focus == ("tree" if key == "tab" else "list")
        assert driver.episodes.display
        assert not driver.main.query("#statistics")


async def test_statistics_asked_twice_open_once_and_let_podcasts_be_refreshed(driver: AppDriver) -> None:
    await driver.press("3", "3", "3")
    await driver.until(lambda: driver.focus == "statistics", "the statistics are shown")
    assert len(driver.main.query("#statistics")) == 1
    await driver.press("r", "R")
    assert driver.services.asked_feeds.wishes == [("refresh", None)]


async def test_statistics_turn_at_midnight(library: Library) -> None:
    async with run_app(library, (60, 40), query=BASICS) as driver:
        await driver.press("j", "j", "enter")
        await driver.play(20)
        await driver.press("space")
        await open_statistics(driver)
        view = driver.main.query_one("#statistics", StatisticsView)
        assert numbers(driver)["today"] == "20 s"
        driver.clock.go(86_400)
        await view.turn()
        await driver.settle()
        assert (numbers(driver)["today"], numbers(driver)["this week"]) == ("0 s", "20 s")


async def test_cursor_of_the_topics_is_scrolled_to_and_beyond_the_ends_the_view_scrolls(library: Library) -> None:
    async with run_app(library, (60, 12), query=BASICS) as driver:
        await driver.press("enter")
        await driver.play(30)
        await open_statistics(driver)
        view = driver.main.query_one(StatisticsView)
        view.action_move_to(0)
        await driver.settle()
        view.action_move(-1)
        await driver.settle()
        assert view.scroll_offset.y == 0
        view.action_move_to(-1)
        await driver.settle()
        assert view.scroll_offset.y == view.max_scroll_y > 0
        end = view.line
        view.action_move(-1)
        await driver.settle()
        assert 0 <= view.line < view.scrollable_content_region.height
        assert view.line != end
        view.action_move_to(0)
        view.action_move_page(1)
        await driver.settle()
        assert view.scroll_offset.y == min(view.size.height, view.max_scroll_y)


async def test_cursor_does_not_reach_into_the_column_of_sessions() -> None:
    scene = SCENES["statistics"]
    async with run_scene(scene, (200, 50)) as driver:
        await play_scene(driver, scene)
        await driver.press("G")  # below the last session
        view = driver.main.query_one(StatisticsView)
        styles = [segment.style for segment in view.render_line(view.line)]
        assert len({style and style.bgcolor for style in (styles[0], styles[-1])}) == 2


def history(driver: AppDriver) -> list[str]:
    """Return the lines of the history."""
    return lines(driver)[[*map(str.strip, lines(driver))].index("History") :]


async def test_history_is_opened_from_the_palette_and_plays_what_was_heard(library: Library) -> None:
    async with run_app(library, (100, 40)) as driver:
        for ident in ("two", "three"):
            driver.controller.play(ident)
            await driver.settle()
            await driver.play(40)
        await driver.main.action_run("view.history")
        await driver.until(lambda: driver.focus == "statistics", "the statistics are shown")
        await driver.settle()
        assert any(line.startswith("▎") and "Two" in line for line in lines(driver))
        await driver.press("slash", *"three", "enter")
        assert any(line.startswith("▎") and "Three" in line for line in lines(driver))
        assert not any("Two" in line for line in history(driver))
        await driver.press("slash", *"xyz", "enter")
        assert any("Nothing that you heard" in line for line in history(driver))
        await driver.press("slash", "enter")
        assert any("Three" in line for line in history(driver))
        driver.controller.play("three")
        await driver.press("slash", *"two", "enter", "enter")
        assert driver.controller.playback.episode == "two"
