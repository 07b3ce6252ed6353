"""The lines around the panes of the library screen: header, title of the list, bar and key line."""

from functools import partial

import pytest

from tests.app_driver import AppDriver, run_app
from tests.fakes import START
from tests.present import present
from tui_pod.config.settings import InterfaceSettings, Settings
from tui_pod.core.library.library import Library
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import ListQuery, SmartList
from tui_pod.services.frontend import Job
from tui_pod.ui.look.cells import MARKS

STARTED = {"one": Progress(START, position=50.0, listened=START)}

pytestmark = pytest.mark.app(query=ListQuery(entry=1))


def bookmark(episode: str, start: float, is_removed: bool = False) -> Bookmark:
    return Bookmark(episode, start, start + 5.0, START, START, is_removed=is_removed)


KEPT = Notebook((bookmark("one", 10.0), bookmark("one", 20.0, is_removed=True), bookmark("two", 30.0)))
"""Two bookmarks of what was played last, one of them removed, and one of another episode."""


def tab_size(driver: AppDriver, name: str) -> int:
    return next(tab.size for tab in driver.header.tabs if tab.name == name)


def has_view(driver: AppDriver, is_open: bool) -> bool:
    return driver.main.views.is_open is is_open


def tree_row(driver: AppDriver, name: str) -> str:
    return next(row for row in driver.rows_of(driver.tree) if f" {name} " in row)


async def test_bookmarks_of_what_was_played_last_are_in_the_bar_and_all_are_counted(library: Library) -> None:
    async with run_app(library, progress=STARTED, notebook=KEPT) as driver:
        assert driver.bar.bookmarks == (10.0,)
        assert driver.bar.facts.topic == "Numbers"
        assert tab_size(driver, "Bookmarks") == 2


async def test_bookmarks_in_the_bar_are_those_of_what_plays(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=1), notebook=KEPT) as driver:
        assert not driver.bar.bookmarks
        await driver.press("j", "enter")
        assert driver.bar.bookmarks == (30.0,)
        await driver.press("k", "enter")
        assert driver.bar.bookmarks == (10.0,)


async def test_dialog_has_its_own_keys_and_those_of_the_pane_come_back(driver: AppDriver) -> None:
    words = driver.key_words
    assert "Play" in words
    await driver.press("question_mark")
    assert driver.key_words == []
    await driver.press("escape")
    assert driver.key_words == words


async def test_stop_is_offered_while_there_is_work_that_can_be_stopped(driver: AppDriver) -> None:
    show = driver.app.frontend.work_changed
    assert "Stop" not in driver.key_words
    show({"state": Job("offline")})
    assert "Stop" not in driver.key_words
    show({"state": Job("offline"), "work": Job("refreshing", 0.5, lambda: None)})
    assert "Stop" in driver.key_words
    assert driver.header.work == "offline, refreshing ━━━╌╌╌"
    show({"state": Job("offline")})
    assert "Stop" not in driver.key_words
    show({})
    assert driver.header.work == ""


@pytest.mark.parametrize(("width", "text"), [(60, "refreshing"), (61, "refreshing ━━━╌╌╌")])
async def test_work_has_a_bar_where_there_is_room(width: int, text: str, library: Library) -> None:
    async with run_app(library, (width, 24)) as driver:
        driver.main.status.show_work({"work": Job("refreshing", 0.5)})
        assert driver.header.work == text


async def test_tab_of_what_is_shown_is_the_current_one_and_a_view_has_no_path(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=2)) as driver:
        seen = [(driver.header.current, driver.header.left)]
        for key in "2341":
            await driver.press(key)
            await driver.until(partial(has_view, driver, key in "34"), "it is shown")
            seen.append((driver.header.current, driver.header.left))
        path = "All Topics › Basics › Numbers"
        assert seen == [(0, path), (1, ""), (2, ""), (3, ""), (0, path)]


async def test_title_fills_its_room_and_no_more(library: Library) -> None:
    """Six cells of its row are not the title's: corners, lines and blanks."""
    async with run_app(library, (100, 24), query=ListQuery(entry=1)) as driver:
        whole = driver.title
        narrowest = len(whole) + 6
        for width, is_whole in ((narrowest, True), (narrowest - 1, False)):
            driver.episodes.styles.width = driver.episodes.styles.max_width = width
            await driver.settle()
            driver.main.status.show_title()
            assert (driver.title == whole) is is_whole


async def test_size_of_the_selection_stands_out(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=1, query="o")) as driver:
        subtitle = present(driver.episodes._border_subtitle)
        assert [str(span.style) for span in subtitle.spans] == ["bold $text-primary"], "what hides something stands out"
        await driver.press("V", "j")
        subtitle = present(driver.episodes._border_subtitle)
        (_, span) = subtitle.spans
        assert subtitle.plain[span.start : span.end].strip() == "2 selected"
        assert "reverse" in str(span.style)


async def test_counts_follow_progress_and_queue(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=1), progress=STARTED) as driver:
        assert tree_row(driver, "Continue").endswith("1")
        await driver.press("j", "e")
        assert tab_size(driver, "Queue") == 1
        assert tree_row(driver, "Queue").endswith("1")
        await driver.press("k", "m")
        assert driver.header.right.startswith("1/")


async def test_bar_without_an_episode_says_how_to_begin(library: Library) -> None:
    async with run_app(library, playback=Playback()) as driver:
        assert driver.bar.hint == "Press enter to play, ? for all keys"


@pytest.mark.parametrize(("follows_cursor", "is_shown"), [(False, True), (True, False)])
async def test_played_ranges_are_not_read_aloud_while_they_grow(
    follows_cursor: bool, is_shown: bool, library: Library
) -> None:
    settings = Settings(ui=InterfaceSettings(cursor=follows_cursor))
    async with run_app(library, query=ListQuery(entry=1), settings=settings) as driver:
        await driver.press("enter")
        await driver.play(20)
        await driver.press("space")
        driver.main.status.show_session()
        assert bool(driver.bar.facts.heard) is is_shown
        assert driver.bar.facts.topic == "Numbers"


async def test_topic_of_what_plays_is_marked_until_nothing_does(driver: AppDriver) -> None:
    marks = MARKS["playing"], MARKS["paused"]

    def marked() -> tuple[bool, bool]:
        row = tree_row(driver, "Numbers")
        return marks[0] in row, marks[1] in row

    assert marked() == (False, False)
    await driver.press("enter")
    assert marked() == (True, False)
    await driver.press("space")
    assert marked() == (False, True)
    driver.controller.stop()
    await driver.settle()
    assert marked() == (False, False)


async def test_title_of_the_queue_follows_what_plays(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=SmartList.QUEUE)) as driver:
        driver.controller.queue_last(["one", "two"])
        await driver.settle()
        assert driver.title.startswith("Queue · 2 episodes · 5 m · plays until ")
        await driver.press("enter")
        assert "· 3 m · plays until" in driver.title
        assert driver.episodes.ends
