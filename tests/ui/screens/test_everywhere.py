"""Search everywhere, as the listener uses it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual import events
from textual.widgets import Input

from tests.app_driver import AppDriver, run_app
from tests.ui.test_feeds import CAST
from tests.ui.test_feeds import LIBRARY as PODCASTS
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.search.lookup import Found, Hit, MatchKind, Results
from tui_pod.services.search import SearchAnswer, SearchService
from tui_pod.ui.controllers.views import SEARCH
from tui_pod.ui.screens.everywhere import HOW, SHORT, EverywhereView
from tui_pod.ui.widgets.found_view import FoundView

SHIPS = Transcript(
    (
        Cue("The harbour sleeps.", 5.0, 9.0),
        Cue("A lighthouse stands at the end of the pier.", 30.0, 36.0, speaker="Ada"),
        Cue("Nobody keeps it.", 40.0, 44.0),
    )
)


@asynccontextmanager
async def searching(library: Library, *keys: str) -> AsyncIterator[AppDriver]:
    """Run the app, search everywhere for what the keys type, and wait for what is found."""
    async with run_app(library, query=ListQuery()) as driver:
        driver.services.transcripts["three"] = SHIPS
        await driver.press("ctrl+f", *keys)
        yield driver


async def found(driver: AppDriver, text: str) -> None:
    await driver.until(lambda: text in driver.text, f"“{text}” is found")


async def test_matches_are_gone_through_with_the_keys_of_a_search(library: Library) -> None:
    async with searching(library, *"a") as driver:
        await found(driver, "A lighthouse stands")
        await driver.press("enter", "n")
        view = driver.main.query_one(FoundView)
        assert (view.cursor, driver.notices) == (1, [])
        await driver.press("N")
        assert view.cursor == 0


async def test_key_to_the_results_is_named_only_if_there_are_some(library: Library) -> None:
    async with searching(library) as driver:
        assert "Results" not in driver.text
        await driver.press(*"pier")
        await found(driver, "enter Results")
        await driver.press(*"zz")
        await found(driver, "Nothing matches.")
        assert "Results" not in driver.text


async def test_cursor_stays_on_its_match_when_more_is_found_meanwhile(library: Library) -> None:
    one, two = (Found(ident, ident.title(), (Hit(MatchKind.WORDS, "Said.", 5.0),)) for ident in ("one", "two"))
    async with searching(library, *"zebra") as driver:
        await found(driver, "Nothing matches.")
        view = driver.app.screen.query_one(FoundView)
        view.show(SearchAnswer(results=Results((one,))))
        view.show(SearchAnswer(results=Results((two, one))), keeps_cursor=True)
        await view.action_choose()
        assert driver.services.controller.playback.episode == "one"
        view.show(SearchAnswer(results=Results((two,))), keeps_cursor=True)
        await view.action_choose()
        assert driver.services.controller.playback.episode == "two"


async def test_enter_before_anything_is_found_goes_to_the_results(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    found_now = asyncio.Event()

    async def search(*_: object) -> SearchAnswer:
        await found_now.wait()
        return SearchAnswer(results=Results((Found("one", "One", (Hit(MatchKind.WORDS, "Said.", 5.0),)),)))

    monkeypatch.setattr(SearchService, "search", search)
    async with searching(library, "a", "enter") as driver:
        found_now.set()
        await driver.until(lambda: driver.app.screen.query_one(FoundView).has_focus, "it goes on")


async def test_late_answer_leaves_the_cursor_on_its_match(library: Library) -> None:
    async with searching(library, *"the") as driver:
        await found(driver, "The harbour sleeps.")
        view = driver.app.screen.query_one(FoundView)
        await driver.press("enter", "down")
        driver.app.screen.query_one(EverywhereView).search_again()
        await driver.settle()
        assert view.cursor == 1


@pytest.mark.parametrize(("width", "how"), [(len(HOW) + 7, HOW), (len(HOW) + 6, SHORT)])
async def test_empty_field_says_what_is_searched_as_far_as_there_is_room(
    width: int, how: str, library: Library
) -> None:
    async with run_app(library, (width, 20)) as driver:
        await driver.press("ctrl+f")
        assert how in driver.text


async def test_search_that_is_under_way_says_so_until_it_knows(driver: AppDriver) -> None:
    started, ended = asyncio.Event(), asyncio.Event()
    service = driver.services.search
    search = service.search

    async def slow(typed: str) -> SearchAnswer:
        started.set()
        await ended.wait()
        return await search(typed)

    service.search = slow  # type: ignore[method-assign]
    await driver.press("ctrl+f")
    await driver.until(lambda: driver.app.screen.query(FoundView), "the view is open")
    await driver.press(*"zebra")
    await started.wait()
    await found(driver, "Searching…")
    assert "Nothing matches." not in driver.text
    ended.set()
    await found(driver, "Nothing matches.")
    assert "Searching…" not in driver.text


async def test_list_that_finds_nothing_offers_everywhere_with_what_was_typed(driver: AppDriver) -> None:
    driver.services.transcripts["three"] = SHIPS
    await driver.press("slash", *"harbour")
    assert "ctrl+f searches everywhere" in driver.text
    await driver.press("ctrl+f")
    await found(driver, "The harbour sleeps.")


async def test_escape_leaves_and_the_search_is_kept(library: Library) -> None:
    async with searching(library, *"pier") as driver:
        await found(driver, "end of the pier.")
        await driver.press("escape")
        assert not driver.app.screen.query(FoundView)
        assert driver.app.focused is driver.episodes
        await driver.press("ctrl+f")
        assert driver.app.screen.query_one("#everywhere", Input).value == "pier"
        await found(driver, "end of the pier.")


async def test_nothing_found_says_so(library: Library) -> None:
    async with searching(library, *"zebra") as driver:
        await found(driver, "Nothing matches.")
        await driver.press("enter")
        assert isinstance(driver.app.focused, Input)
    async with searching(library, *"++") as driver:
        await found(driver, "no letter or digit")


async def test_long_text_that_is_pasted_is_searched_as_far_as_it_is_looked_at(library: Library) -> None:
    async with searching(library) as driver:
        driver.app.post_message(events.Paste('lighthouse " ( ' * 800))
        await found(driver, "the pier.")
        assert "Only the first 2,000 characters are read." in driver.text


async def test_what_is_found_is_lit_and_can_be_read(library: Library) -> None:
    async with searching(library, *"lighthouse") as driver:
        await found(driver, "end of the pier.")
        view = driver.app.screen.query_one(FoundView)
        drawn = [segment for y in range(view.size.height) for segment in view.render_line(y)]
        lit = [segment for segment in drawn if segment.style and segment.style.reverse]
        assert [segment.text for segment in lit] == ["lighthouse"]
        assert all(segment.style and segment.style.color != segment.style.bgcolor for segment in lit)


async def test_title_cut_before_what_was_found_is_not_lit_beyond_its_end() -> None:
    title = "A title so long that its end is cut where the topic and the length stand — about the lighthouse"
    async with searching(build_library((), [Episode("long", title, "", 60)], [()]), *"lighthouse") as driver:
        await driver.resize(60, 20)
        await found(driver, "A title so long")
        view = driver.app.screen.query_one(FoundView)
        drawn = [segment for y in range(view.size.height) for segment in view.render_line(y)]
        assert not [segment for segment in drawn if segment.style and segment.style.reverse]


async def test_search_without_full_text_search_says_what_to_do(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.search.store.has_fts5", lambda: False)
    async with searching(library, *"lightho") as driver:
        await found(driver, "run tui-pod with another Python")


async def test_search_is_repeated_once_the_index_knows_more(driver: AppDriver) -> None:
    await driver.press("ctrl+f", *"lighthouse")
    await found(driver, "Nothing matches.")
    driver.services.transcripts["three"] = SHIPS
    driver.services.search.refresh()
    await found(driver, "A lighthouse stands at the end of the pier.")


async def test_search_that_is_left_while_it_opens_is_not_left_on_the_screen(driver: AppDriver) -> None:
    for turns in range(3, 60, 3):
        driver.main.views.open(SEARCH)
        for _ in range(turns):
            await asyncio.sleep(0)
        driver.main.show_pane()
        await driver.settle()
        assert not driver.main.query(".view")


async def test_keys_that_follow_at_once_are_typed_into_the_search(driver: AppDriver) -> None:
    await driver.press_at_once("ctrl+f", "q", "l")
    await driver.until(lambda: bool(driver.main.query("#everywhere")), "the search is open")
    assert driver.main.query_one("#everywhere", Input).value == "ql"


async def test_podcast_of_that_name_is_found_and_opened_but_neither_queued_nor_bookmarked() -> None:
    async with searching(PODCASTS, *"cast") as driver:
        await found(driver, "podcast")
        assert [line for line in driver.text.splitlines() if "podcast" in line and "Cast" in line]
        await driver.press("enter", "e", "b")
        assert (driver.controller.queue.upcoming, len(driver.controller.bookmarks)) == ((), 0)
        await driver.press("enter")
        topics = driver.library.topics
        assert (topics.feed(driver.listed), driver.focus) == (CAST, "list")
