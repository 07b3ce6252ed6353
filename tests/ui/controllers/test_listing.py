"""What the list of the library screen shows, and where its cursor goes.

The views over the panes: opened with current data, one at a time, and left from the newest on.
"""

import asyncio

import pytest
from textual.widget import Widget

from tests.app_driver import AppDriver, FakeServices, run_app
from tests.fakes import START
from tui_pod.core.library.library import Library
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.history import Day
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.statistics import Statistics, compute_statistics
from tui_pod.core.selection.list_query import Filter, ListQuery, SmartList, Sort
from tui_pod.ui.controllers.views import SEARCH, OpenViews
from tui_pod.ui.screens.bookmarks import BookmarksView
from tui_pod.ui.screens.everywhere import EverywhereView
from tui_pod.ui.screens.statistics import StatisticsView


@pytest.mark.parametrize("keeps_cursor", [False, True])
async def test_cursor_goes_to_the_top_of_another_list_unless_it_is_kept(keeps_cursor: bool, library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=0)) as driver:
        await driver.press("j", "j")
        model = driver.main.model
        chosen = model.episode
        given = {"keeps_cursor": True} if keeps_cursor else {}
        driver.main.listing.change_query(model.query._replace(sort=Sort.TITLE), **given)
        assert (model.episode == chosen) is keeps_cursor
        assert keeps_cursor or model.cursor == 0


async def test_clearing_clears_the_search_before_the_selection(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=0, query="o")) as driver:
        await driver.press("v")
        driver.main.listing.clear()
        assert (driver.main.model.query.query, driver.main.model.has_selection) == ("", True)
        driver.main.listing.clear()
        assert not driver.main.model.has_selection


async def test_going_to_what_plays_says_so_where_nothing_does(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=2)) as driver:
        driver.main.listing.go_to_playing()
        await driver.settle()
        assert driver.notices == ["Nothing is playing."]
        await driver.press("enter")
        driver.main.listing.change_query(ListQuery(entry=3))
        driver.main.listing.go_to_playing()
        assert driver.current == driver.playback.episode
        assert len(driver.notices) == 1


async def test_cursor_follows_the_samples_and_keys_act_on_them(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=0)) as driver:
        await driver.press("ctrl+g")
        first, second, third = driver.shown[:3]
        await driver.until(lambda: driver.services.excerpts, "a sample plays")
        assert driver.current == first
        await driver.press("e")
        await driver.until(lambda: driver.current == second, "the cursor is at the next sample")
        await driver.press("x")
        await driver.until(lambda: driver.current == third, "the cursor is at the one after it")
        assert driver.services.controller.queue.upcoming == (first,)
        await driver.press("ctrl+g")
        await driver.until(lambda: driver.services.controller.interlude is None, "the samples are over")
        await driver.press("u")
        assert not driver.services.controller.queue.upcoming


async def test_keys_that_need_an_episode_say_why_there_is_none(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=0, query="xyz")) as driver:
        for key in ("m", "e", "enter", "i", "x"):
            driver.app.clear_notifications()
            await driver.press(key)
            (notice,) = driver.notices
            assert notice.startswith("Nothing matches.")


async def test_another_topic_is_opened_without_the_search(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=0, query="one")) as driver:
        driver.main.listing.open_entry(1)
        await driver.settle()
        assert driver.main.model.query == ListQuery(entry=1)
        assert driver.focus == "list"
        assert len(driver.shown) == 5


@pytest.mark.parametrize(("status", "is_updated"), [(Filter.UNPLAYED, True), (Filter.ALL, False)])
async def test_list_loses_an_episode_whose_status_its_filter_excludes(
    status: Filter, is_updated: bool, library: Library
) -> None:
    async with run_app(library, query=ListQuery(entry=1, filter=status)) as driver:
        driver.progress_index.put("one", Progress(START, played=True))
        driver.main.listing.progress_changed(frozenset({"one"}))
        assert ("one" in driver.shown) is not is_updated
        assert ("4 episodes" in driver.title) is is_updated


async def test_list_of_what_was_begun_is_updated_whenever_progress_changes(library: Library) -> None:
    begun = {"one": Progress(START, position=50.0, listened=START)}
    async with run_app(library, query=ListQuery(entry=SmartList.CONTINUE), progress=begun) as driver:
        assert "50 s left" in driver.title
        for position in (60.0, 70.0):
            driver.progress_index.put("one", Progress(START, position=position, listened=START))
            driver.main.listing.progress_changed(frozenset({"one"}))
            assert f"{100 - position:.0f} s left" in driver.title


@pytest.mark.app(query=ListQuery(entry=SmartList.QUEUE))
async def test_queue_that_is_listed_follows_its_changes(driver: AppDriver) -> None:
    driver.controller.play("one")
    for queue, entries in ((driver.controller.queue_last, "two"), (driver.controller.queue_next, "three")):
        queue([entries])
        await driver.settle()
        assert driver.current == "two"
        assert driver.episodes.virtual_size.height > len(driver.shown)
        assert driver.bar.facts.following.lower() == driver.shown[0] == entries
        assert entries.title() in driver.rows_of(driver.episodes)[0]


KINDS: dict[int, type[Widget]] = {3: StatisticsView, 4: BookmarksView, SEARCH: EverywhereView}


KEPT = Notebook((Bookmark("one", 10.0, 15.0, START, START, text="The lamp is lit."),))


async def open_view(driver: AppDriver, number: int) -> None:
    driver.main.views.open(number)
    await driver.until(lambda: driver.main.query(KINDS[number]) and driver.main.views.is_open, "the view is open")


async def test_view_is_over_the_panes_until_it_is_left(driver: AppDriver) -> None:
    views = driver.main.views
    for number, kind in KINDS.items():
        assert (views.is_open, driver.main.has_class("-view"), len(driver.main.query(".view"))) == (False, False, 0)
        await open_view(driver, number)
        assert driver.main.has_class("-view")
        assert isinstance(driver.main.query_one(".view"), kind)
        assert driver.focus in ("statistics", "bookmarks", "everywhere")
        views.leave()
        await driver.settle()
    assert (views.is_open, driver.main.has_class("-view"), len(driver.main.query(".view"))) == (False, False, 0)


async def test_view_replaces_another_and_escape_shows_the_panes_again(driver: AppDriver) -> None:
    for number in (3, 4, 3, SEARCH, 4, SEARCH):
        await open_view(driver, number)
        assert [type(view) for view in driver.main.query(".view")] == [KINDS[number]]
    await driver.press("escape")
    assert (driver.main.views.is_open, driver.focus) == (False, "list")


async def test_search_everywhere_that_is_open_is_not_opened_again(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=1, query="lamp")) as driver:
        await open_view(driver, SEARCH)
        view = driver.main.query_one(".view")
        assert "lamp" in driver.text
        driver.main.views.open(SEARCH)
        await driver.settle()
        assert driver.main.query_one(".view") is view
        driver.main.views.leave()
        await open_view(driver, SEARCH)
        assert driver.main.query_one(".view") is not view


async def test_search_field_is_closed_by_a_view(driver: AppDriver) -> None:
    await driver.press("slash", "o")
    await open_view(driver, 4)
    assert not driver.main.query("#search.-shown")


@pytest.mark.app(notebook=KEPT)
async def test_grouping_of_bookmarks_stays_while_other_views_are_open(driver: AppDriver) -> None:
    await open_view(driver, 4)
    usual = driver.main.query_one(BookmarksView).grouping
    await driver.press("s")
    chosen = driver.main.query_one(BookmarksView).grouping
    assert chosen != usual
    await open_view(driver, 3)
    await open_view(driver, 4)
    assert driver.main.query_one(BookmarksView).grouping == chosen
    driver.main.views.leave()
    await open_view(driver, 4)
    assert driver.main.query_one(BookmarksView).grouping == chosen


@pytest.mark.app(notebook=KEPT)
async def test_bookmarks_that_change_are_shown_in_the_open_view(driver: AppDriver) -> None:
    driver.main.views.show_bookmarks()  # nothing is open
    await open_view(driver, 4)
    assert "The lamp is lit." in driver.text
    (kept,) = driver.controller.bookmarks.of("one")
    driver.controller.bookmarks.remove([kept.key])
    await driver.settle()
    assert "The lamp is lit." not in driver.text


class Held:
    """Statistics that are computed once they may."""

    def __init__(self) -> None:
        self.may = asyncio.Event()

    def prepare(self, services: FakeServices) -> None:
        async def compute() -> tuple[Statistics, list[Day]]:
            await self.may.wait()
            return compute_statistics([], services.library), []

        services.compute_statistics = compute  # type: ignore[method-assign]


@pytest.mark.parametrize("wanted", [None, 3, 4])
async def test_statistics_that_are_computed_leave_the_panes_open_and_are_shown_if_still_wanted(
    wanted: int | None, library: Library
) -> None:
    held = Held()
    async with run_app(library, prepare=held.prepare) as driver:
        driver.main.views.open(3)
        await driver.settle()
        assert not driver.main.views.is_open
        if wanted is None:
            driver.main.views.leave()
        elif wanted == 4:
            await open_view(driver, 4)
        held.may.set()
        await driver.until(lambda: driver.main.views.is_open is (wanted is not None), "what is wanted is shown")
        assert bool(driver.main.query(StatisticsView)) is (wanted == 3)


class View:
    """Notes that it was asked to close; `takes` is whether it did."""

    def __init__(self, takes: bool = True) -> None:
        self.takes = takes
        self.asked = 0

    def escape(self) -> bool:
        """Count, and close if it can."""
        self.asked += 1
        return self.takes


def test_view_opened_again_is_the_newest_and_stands_once_in_the_stack() -> None:
    views, old, new = OpenViews(), View(takes=False), View(takes=False)
    assert not views.escape()
    for view in (old, new, old):
        views.set_open(view, True)
    assert not views.escape()
    assert (old.asked, new.asked) == (1, 1)
    old.takes = True
    assert views.escape()
    assert (old.asked, new.asked) == (2, 1)


def test_key_that_a_view_does_not_take_goes_to_the_one_below() -> None:
    views, below, above = OpenViews(), View(), View(takes=False)
    views.set_open(below, True)
    views.set_open(above, True)
    assert views.escape()
    assert (below.asked, above.asked) == (1, 1)


def test_closed_view_is_not_asked() -> None:
    views, view = OpenViews(), View()
    views.set_open(view, True)
    views.set_open(view, False)
    assert not views.escape()
    assert view.asked == 0


async def test_escape_closes_one_thing_a_time_from_the_newest_on(library: Library) -> None:
    async with run_app(library, (80, 24), query=ListQuery(entry=0, query="o")) as driver:
        await driver.press("t", "4")
        assert driver.main.views.is_open
        await driver.press("t")  # does nothing in a view
        await driver.press("escape")
        assert not driver.main.views.is_open
        assert driver.main.model.query.query == "o"
        await driver.press("escape")
        assert driver.main.model.query.query == ""
