"""What the list of the library screen shows, and where its cursor goes."""

import pytest

from tests.app_driver import AppDriver, run_app
from tests.fakes import START
from tui_pod.core.library.library import Library
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import Filter, ListQuery, SmartList, Sort


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
