"""View 3 tells what was heard, to the second, and how far each topic is."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.app_driver import AppDriver, FakeServices, run_app
from tests.fakes import START
from tests.rooms import EPISODES, TOPICS
from tui_pod.config.settings import Settings, StatsSettings
from tui_pod.core.library.episode import Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.records import HeardRecord
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
        assert numbers(driver) == {"today": "0 s", "this week": "0 s", "in all": "0 s", "finished": "0"}
        assert "Nothing played yet. Your listening time is counted here." in " ".join(lines(driver))
        await driver.press("j", "k", "g", "G", "pagedown", "enter")
        assert driver.focus == "statistics"
        assert "Open" not in driver.key_words


async def test_statistics_count_what_was_heard_and_no_jumps(library: Library) -> None:
    async with run_app(library, (60, 40), query=BASICS) as driver:
        await driver.press("j", "j", "enter")
        await driver.play(20)
        await driver.press("full_stop", "full_stop")
        await driver.play(22)
        await driver.press("comma", "space")
        await driver.play(1000)
        await open_statistics(driver)
        assert numbers(driver) == {"today": "42 s", "this week": "42 s", "in all": "42 s", "finished": "0"}


async def test_statistics_count_as_finished_what_was_heard_to_its_end_and_no_marks(library: Library) -> None:
    async with run_app(library, (60, 40), query=BASICS) as driver:
        await driver.press("m", "m")
        await open_statistics(driver)
        assert numbers(driver)["finished"] == "0"
        await driver.press("1", "G", "enter")
        await driver.play(10)
        await driver.press("u", "G", "m", "m")
        await open_statistics(driver)
        assert numbers(driver)["finished"] == "1"


async def test_statistics_at_double_speed_tell_what_was_saved(library: Library) -> None:
    async with run_app(library, (60, 40), query=BASICS) as driver:
        await driver.press("j", "j", "enter", *["]"] * 10)
        await driver.play(120)
        await open_statistics(driver)
        assert (numbers(driver)["today"], numbers(driver)["saved"]) == ("4 m", "2 m")


async def test_statistics_count_days_in_a_row_only_when_asked(library: Library) -> None:
    def prepare(services: FakeServices) -> None:
        services.first = services.first._replace(settings=Settings(stats=StatsSettings(streak=True)))

    async with run_app(library, (60, 40), prepare=prepare, query=BASICS) as driver:
        await driver.press("enter")
        await driver.play(5)
        await open_statistics(driver)
        assert numbers(driver)["days in a row"] == "1"


async def test_statistics_have_large_numbers_where_there_is_room(driver: AppDriver) -> None:
    await driver.press("enter")
    await driver.play(42)
    await open_statistics(driver)
    assert lines(driver)[2].startswith("  ╵╰─╴ s".strip())


async def test_statistics_list_the_sittings_apart(driver: AppDriver) -> None:
    await driver.press("enter")
    await driver.play(100)
    await driver.play(80)
    await driver.press("space")
    driver.clock.go(3600)
    await driver.press("space")
    await driver.play(60)
    await open_statistics(driver)
    rows = [" ".join(line.split()) for line in lines(driver)]
    assert "Tue 24 Nov 14:03–14:04 1 m Two" in rows
    assert "Tue 24 Nov 13:00–13:03 3 m One · Two" in rows


async def test_statistics_over_midnight_count_each_day_its_own(library: Library) -> None:
    async with run_app(library, (60, 40), query=BASICS) as driver:
        driver.clock.now = START.replace(hour=23, minute=59, second=30)
        await driver.press("j", "j", "enter")
        for _ in range(60):
            await driver.play(1)
        await open_statistics(driver)
        assert numbers(driver)["today"] in ("30 s", "31 s")
        assert numbers(driver)["this week"] == "1 m"


async def test_statistics_tell_the_hours_of_the_day(driver: AppDriver) -> None:
    await driver.press("enter")
    await driver.play(60)
    await open_statistics(driver)
    hours = next(line for line in lines(driver) if line.startswith("Hours"))
    assert hours.split()[1] == "▁▁" * 13 + "██" + "▁▁" * 10


async def test_statistics_of_topics_are_those_heard_then_the_ones_above_them(library: Library) -> None:
    progress = {"one": Progress(START, played=True), "five": Progress(START, played=True)}
    async with run_app(library, progress=progress) as driver:
        driver.controller.play("two")
        await driver.settle()
        await driver.play(60)
        await open_statistics(driver)
        assert "Open" in driver.key_words
        heard, above = (line.strip("▎ ") for line in lines(driver) if "left" in line)
        assert heard.startswith("Numbers  ")
        assert "1 m" in heard
        assert "Above these" in lines(driver)
        assert above.startswith("Basics  ")


async def test_statistics_show_the_topics_above_others_on_demand(library: Library) -> None:
    async with run_app(library, (100, 24)) as driver:
        driver.controller.play("two")
        await driver.settle()
        await driver.play(60)
        await open_statistics(driver)
        await driver.press("G", "enter")
        await driver.resize(100, 40)
        names = [line.strip("▎ ").split()[0] for line in lines(driver) if "left" in line]
        assert names == ["Numbers", "Basics"]
        assert "▎ Above these" in lines(driver)
        await driver.press("enter")
        assert "▎ Show 1 topic above these" in lines(driver)


async def test_statistics_topic_opens_with_enter_and_with_a_click(driver: AppDriver) -> None:
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


async def test_statistics_topic_of_a_library_that_was_replaced_is_found_again(driver: AppDriver) -> None:
    await driver.press("enter")
    await driver.play(30)
    await open_statistics(driver)
    later = build_library((Topic("Added"), *TOPICS), EPISODES)
    driver.app.frontend.library_changed(later, ProgressIndex(later, {}))
    await driver.press("enter")
    assert later.topics.names[driver.listed] == "Numbers"


@pytest.mark.parametrize("key", ["slash", "f", "s", "i", "t", "n"])
async def test_statistics_hide_what_the_keys_of_the_list_would_change(key: str, driver: AppDriver) -> None:
    await open_statistics(driver)
    before = driver.main.model.query
    await driver.press(key)
    assert driver.focus == "statistics"
    assert driver.main.model.query == before


@pytest.mark.parametrize(
    ("days", "months"), [(0, "Nov"), (1, "Nov"), (40, "Oct   Nov"), (400, "Dec       Jan     Feb     Mar")]
)
async def test_map_of_the_year_begins_with_the_first_day_of_listening(days: int, months: str, library: Library) -> None:
    def prepare(services: FakeServices) -> None:
        heard = HeardRecord("one", "one", START - timedelta(days=days), 0, 60.0, 60.0)
        services.writer.records.append(heard)

    async with run_app(library, (120, 40), prepare=prepare) as driver:
        await open_statistics(driver)
        rows = driver.rows_of(driver.main.query_one("#statistics"))
        monday = next(number for number, row in enumerate(rows) if "Mon" in row)
        assert rows[monday - 1].strip().startswith(months)
        cells = sum(len(row[6:].replace("◂", " ").split()) for row in rows[monday : monday + 7])
        assert cells == min(days, 52 * 7 + START.weekday()) + 1


async def test_statistics_show_a_full_day_of_the_year_as_a_fuller_cell(driver: AppDriver) -> None:
    await driver.press("enter")
    await driver.play(20)
    await open_statistics(driver)
    (today,) = (line for line in lines(driver) if "▪" in line)
    assert today.endswith("▪ ◂")
    assert lines(driver).index(today) - next(n for n, line in enumerate(lines(driver)) if "Mon" in line) == 1


async def test_statistics_in_ascii_have_no_other_characters(library: Library) -> None:
    async with run_app(library, query=BASICS, is_ascii=True) as driver:
        await driver.press("enter")
        await driver.play(50)
        await open_statistics(driver)
        assert "".join(lines(driver)).isascii()


@pytest.mark.parametrize("key", ["escape", "1", "tab", "h"])
async def test_statistics_are_left_for_the_library(key: str, driver: AppDriver) -> None:
    await open_statistics(driver)
    await driver.press(key)
    assert driver.focus == ("tree" if key == "tab" else "list")
    assert driver.episodes.display
    assert not driver.main.query("#statistics")


async def test_statistics_asked_twice_open_once(driver: AppDriver) -> None:
    await driver.press("3", "3", "3")
    await driver.until(lambda: driver.focus == "statistics", "the statistics are shown")
    assert len(driver.main.query("#statistics")) == 1
    await driver.press("escape")
    assert driver.focus == "list"


async def test_sessions_stand_beside_the_rest_where_there_is_room(library: Library) -> None:
    async with run_app(library, (200, 50)) as driver:
        driver.controller.play("two")
        await driver.settle()
        await driver.play(60)
        await open_statistics(driver)
        assert lines(driver)[0].endswith("Recent sessions")
        (row,) = [line for line in lines(driver) if "Two" in line]
        assert row.index("Two") > 116


async def test_all_podcasts_can_be_refreshed_from_a_view(driver: AppDriver) -> None:
    await driver.press("3", "r", "R")
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
        assert (numbers(driver)["today"], numbers(driver)["in all"]) == ("0 s", "20 s")


async def test_cursor_of_the_topics_is_scrolled_to_and_beyond_the_ends_the_view_scrolls(library: Library) -> None:
    async with run_app(library, (60, 16), query=BASICS) as driver:
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
