"""The results of a search everywhere: their lines, their cursor, and what keys do with them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.app_driver import AppDriver, run_app
from tui_pod.core.library.library import Library
from tui_pod.core.progress.bookmarks import BY_MACHINE
from tui_pod.search.lookup import NEAREST, Found, Hit, MatchKind, Results
from tui_pod.search.query import parse_query
from tui_pod.services.search import SearchAnswer
from tui_pod.ui.look.cells import MARKS
from tui_pod.ui.widgets.found_view import ROOM_FOR_TOPIC, FoundView

SAID = Hit(MatchKind.WORDS, "A lighthouse stands at the end of the pier.", 30.0)
ONE = Found("one", "One — the first", (SAID,))


@asynccontextmanager
async def shown(
    library: Library, *found: Found, words: str = "lighthouse"
) -> AsyncIterator[tuple[AppDriver, FoundView]]:
    """Show these results."""
    async with run_app(library) as driver:
        await driver.press("ctrl+f")
        await driver.until(lambda: driver.app.screen.query(FoundView), "the view is open")
        view = driver.app.screen.query_one(FoundView)
        view.show(SearchAnswer(parse_query(words), Results(found)))
        driver.main.set_focus(view)
        await driver.settle()
        yield driver, view


def rows(driver: AppDriver, view: FoundView) -> list[str]:
    """Return the lines that are not blank, the cursor's rail as `>`."""
    lines = (row.replace(MARKS["cursor"], ">").strip() for row in driver.rows_of(view))
    return [line for line in lines if line]


async def test_match_stands_below_its_episode_with_its_time(library: Library) -> None:
    kinds = (
        SAID,
        SAID._replace(start=90.0, is_estimated=True),
        SAID._replace(start=None),
        Hit(MatchKind.BOOKMARK, "A lighthouse.", 60.0),
        Hit(MatchKind.NOTES, "A lighthouse.", None),
    )
    async with shown(library, ONE._replace(hits=kinds)) as (driver, view):
        lines = rows(driver, view)
        assert lines[0].startswith("One — the first")
        assert [line.strip("> ").partition("  ")[0] for line in lines[1:]] == [
            "0:30",
            "≈1:30",
            SAID.text,
            f"{MARKS['bookmark']} 1:00",
            str(MatchKind.NOTES),
        ]
        assert view.count() == 5


async def test_matches_stand_in_one_column_whatever_is_beside_them(library: Library) -> None:
    kinds = SAID, SAID._replace(start=3661.0, is_estimated=True), Hit(MatchKind.SUMMARY, SAID.text * 9, None)
    async with shown(library, ONE._replace(hits=kinds)) as (driver, view):
        view.go(2)
        await driver.settle()
        lines = [row for row in driver.rows_of(view) if "lighthouse" in row or "stands" in row]
        assert len({row.index(row.split("  ")[-1].split()[0]) for row in lines if row}) == 1


async def test_match_at_the_cursor_has_its_whole_sentence(library: Library) -> None:
    long = SAID._replace(text="word " * 60 + "lighthouse")
    async with shown(library, ONE._replace(hits=(long, long))) as (driver, view):
        assert len(rows(driver, view)) > 4
        assert rows(driver, view)[-1].startswith("0:30  …")
        view.go(1)
        await driver.settle()
        assert rows(driver, view)[1].startswith("0:30  …")
        assert rows(driver, view)[-1].endswith("lighthouse")


async def test_right_side_says_what_the_episode_is(library: Library) -> None:
    made = ONE._replace(more=4, hits=(SAID._replace(is_recognised=True),))
    async with shown(library, made, ONE._replace(id="lost")) as (driver, view):
        lines = rows(driver, view)
        assert lines[0].endswith(f"4 more · {BY_MACHINE} · Numbers · 1:40")
        assert lines[2].endswith("no longer in the library")
        assert "more" not in lines[2]


async def test_topic_is_left_out_in_a_narrow_view(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    async with shown(library, ONE) as (driver, view):
        for width, is_there in ((ROOM_FOR_TOPIC, True), (ROOM_FOR_TOPIC - 1, False)):
            monkeypatch.setattr(FoundView, "room", width)
            view.go(0)
            await driver.settle()
            assert ("Numbers" in rows(driver, view)[0]) is is_there


async def test_match_in_a_title_is_chosen_by_the_title_itself(library: Library) -> None:
    titled = ONE._replace(hits=(Hit(MatchKind.TITLE, "One — the first", None), SAID))
    async with shown(library, titled, words="one") as (driver, view):
        assert rows(driver, view)[0].startswith(">")
        assert len(rows(driver, view)) == 2
        view.go(1)
        await driver.settle()
        assert rows(driver, view)[1].startswith(">")


async def test_nearest_results_have_a_heading(library: Library) -> None:
    async with shown(library) as (driver, view):
        view.show(SearchAnswer(parse_query("why lighthouse"), Results((ONE,), is_nearest=True)))
        await driver.settle()
        assert rows(driver, view)[0] == NEAREST


async def test_empty_view_says_why(library: Library) -> None:
    async with shown(library) as (driver, view):
        assert rows(driver, view) == ["Nothing matches."]
        for answer, said in (
            (SearchAnswer(parse_query("sea"), is_searching=True), ["Searching…"]),
            (SearchAnswer(parse_query("sea"), notice="It is being read."), []),
            (SearchAnswer(parse_query("")), []),
        ):
            view.show(answer)
            await driver.settle()
            assert rows(driver, view) == said


async def test_search_under_way_leaves_what_is_shown(library: Library) -> None:
    async with shown(library, ONE) as (driver, view):
        view.wait("sea")
        await driver.settle()
        assert rows(driver, view)[0].startswith("One")
    async with shown(library) as (driver, view):
        view.wait("sea")
        await driver.settle()
        assert rows(driver, view) == ["Searching…"]


async def test_keys_are_offered_only_where_something_was_found(library: Library) -> None:
    async with shown(library, ONE) as (_, view):
        assert view.hint_words == {}
        view.show(SearchAnswer())
        assert set(view.hint_words) == {"found.play", "found.queue", "found.bookmark"}
        view.action_queue()
        await view.action_choose()
        await view.action_bookmark()


async def test_new_results_begin_at_the_first_match(library: Library) -> None:
    async with shown(library, ONE, ONE._replace(id="two")) as (_, view):
        view.go(1)
        view.show(SearchAnswer(parse_query("sea"), Results((ONE, ONE._replace(id="three")))))
        assert view.cursor == 0


async def test_up_from_the_first_match_leads_to_the_field(library: Library) -> None:
    async with shown(library, ONE._replace(hits=(SAID, SAID))) as (driver, view):
        await driver.press("down")
        assert (driver.focus, view.cursor) == ("found", 1)
        await driver.press("up")
        assert (driver.focus, view.cursor) == ("found", 0)
        await driver.press("up")
        assert driver.focus == "everywhere"
