"""The search field: what it searches, what it holds when it is opened again, and how it is left."""

import asyncio
from typing import Any

import pytest
from textual.widgets import Input

from tests.app_driver import AppDriver, run_app
from tests.rooms import EPISODES, TOPICS
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.runtime import threads

ALL = ListQuery(entry=1)

pytestmark = pytest.mark.app(query=ALL)


def field(driver: AppDriver) -> Input:
    return driver.main.query_one("#search", Input)


def is_shown(driver: AppDriver) -> bool:
    return bool(driver.main.query("#search.-shown"))


async def test_field_is_made_once_holds_the_words_of_the_list_and_is_left_by_escape(driver: AppDriver) -> None:
    assert not driver.main.query("#search")
    await driver.press("slash", *"two")
    assert (driver.focus, driver.shown) == ("search", ["two"])
    await driver.press("enter")
    assert (is_shown(driver), driver.focus, driver.shown) == (False, "list", ["two"])
    await driver.press("slash")
    assert (field(driver).value, is_shown(driver), driver.focus) == ("two", True, "search")
    assert len(driver.main.query("#search")) == 1
    assert "transcript" not in field(driver).placeholder
    await driver.press(*"first")  # typed over the former words, which are selected
    assert driver.shown == ["one"]
    await driver.press("enter", "t")
    assert driver.main.transcript.is_open
    await driver.press("escape")  # leaves the transcript, and not the search
    assert (driver.main.transcript.is_open, driver.shown) == (False, ["one"])
    await driver.press("slash", "escape")
    assert (is_shown(driver), driver.focus, len(driver.shown)) == (False, "list", 5)


async def test_words_in_a_transcript_leave_the_list_alone(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=1, query="o")) as driver:
        await driver.press("t", "slash")
        assert (field(driver).value, field(driver).placeholder) == ("", "words in this transcript")
        await driver.press(*"Three")
        assert driver.main.model.query.query == "o"
        await driver.press("enter")
        assert (driver.focus, is_shown(driver)) == ("transcript", False)
        assert "“Three”" in driver.transcript.search_text
        await driver.press("escape")
        assert (driver.transcript.search_text, driver.main.transcript.is_open) == ("", True)
        await driver.press("escape")
        assert not driver.main.transcript.is_open
        await driver.press("slash")
        assert field(driver).value == "o"


@pytest.mark.parametrize(("keys", "episode"), [("n", "two"), ("nn", "one"), ("N", "two"), ("nN", "one")])
async def test_matches_are_gone_through_around_the_end(keys: str, episode: str) -> None:
    async with run_app(build_library(TOPICS, EPISODES[:2]), query=ListQuery(entry=1, query="five")) as driver:
        assert driver.current == "one"
        await driver.press(*keys)
        assert driver.current == episode


async def test_next_match_without_a_search_or_a_match_says_why(driver: AppDriver) -> None:
    await driver.press("n")
    assert driver.notices[-1].startswith("No search yet")
    driver.main.listing.change_query(ListQuery(entry=1, query="  "))
    await driver.press("n")
    assert driver.notices[-1].startswith("No search yet")
    driver.main.listing.change_query(ListQuery(entry=1, query="nowhere"))
    await driver.press("n")
    assert driver.notices[-1].startswith("Nothing here matches")


async def test_next_match_in_the_transcript_leaves_the_list_alone(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=1, query="five")) as driver:
        await driver.press("t", "slash", *"e", "enter", "n")
        assert driver.current == "one"
        assert driver.focus == "transcript"


class Gate:
    """Holds back the folding of the text until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opened = asyncio.Event()
        self.asked = 0
        monkeypatch.setattr(threads, "in_thread", self.hold)

    async def hold(self, work: Any) -> object:
        self.asked += 1
        await self.opened.wait()
        return work(None)


async def test_words_typed_while_the_text_is_prepared_are_searched_once_it_is(
    driver: AppDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    await driver.press("slash", *"tw")
    assert len(driver.shown) == 5
    await driver.press("o")
    gate.opened.set()
    await driver.until(lambda: driver.shown == ["two"], "the last words are searched")
    await driver.press("backspace", "backspace", "backspace")
    assert (len(driver.shown), gate.asked) == (5, 1)


async def test_search_that_is_left_while_the_text_is_prepared_is_not_shown(
    driver: AppDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    await driver.press("slash", *"two", "escape")
    gate.opened.set()
    await driver.settle()
    assert (len(driver.shown), driver.main.model.query.query) == (5, "")


async def test_search_of_a_transcript_prepares_no_text_of_the_list(
    driver: AppDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    await driver.press("t", "slash")
    assert gate.asked == 0
