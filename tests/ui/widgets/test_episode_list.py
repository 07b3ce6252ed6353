"""The rows of the list: what each line shows, and what keys and the mouse do with rows and selections."""

from datetime import date

import pytest

from tests.app_driver import AppDriver, run_app
from tests.rooms import make_podcast
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.row_states import WHOLE, DownloadState
from tui_pod.core.selection.list_query import Filter, ListQuery, SmartList
from tui_pod.core.selection.queue import Queue
from tui_pod.ui.look.cells import MARKS
from tui_pod.ui.widgets.episode_list import ROOM_FOR_DATE, EpisodeList

BASICS = ListQuery(entry=1)
QUEUE = ListQuery(entry=SmartList.QUEUE)

pytestmark = pytest.mark.app(query=BASICS)


def row(driver: AppDriver, number: int) -> list[str]:
    """Return the lines of a row, as they are drawn now, without its rail."""
    return [line.text[1:].strip() for line in driver.episodes.draw_row(number)]


def chosen(driver: AppDriver, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """Return the list in which the commands that the pane posts will be."""
    found: list[tuple[str, list[str]]] = []
    post = EpisodeList.post_message

    def keep(pane: EpisodeList, message: object) -> bool:
        if isinstance(message, EpisodeList.CommandChosen):
            found.append((message.ident, message.episodes))
            return True
        return post(pane, message)  # type: ignore[arg-type]

    monkeypatch.setattr(EpisodeList, "post_message", keep)
    return found


async def test_row_has_two_lines_and_that_at_the_cursor_has_more(driver: AppDriver) -> None:
    driver.episodes.go(1)
    driver.episodes.set_cursor_height(4)
    title, summary = row(driver, 0)
    assert (title[:5], title[-4:], summary) == (f"{MARKS['unplayed']} One", "1:40", "The first of five.")
    assert row(driver, 1)[1:] == ["The second of five.", "Numbers · 4 Feb 2026"]
    driver.episodes.set_cursor_height(3)
    assert row(driver, 1)[1:] == ["The second of five."]


async def test_rows_without_anything_below_the_title_have_one_line() -> None:
    library = build_library([], [Episode("one", "One"), Episode("two", "Two")])
    async with run_app(library) as driver:
        pane = driver.episodes
        assert (pane.row_height, pane.cursor_height) == (1, 1)
        pane.set_cursor_height(4)
        assert (pane.row_height, pane.cursor_height) == (1, 1)
        assert len(row(driver, 0)) == 1
    library = build_library([], [Episode("one", "One"), Episode("two", "Two", "More.")])
    async with run_app(library) as driver:
        assert driver.episodes.row_height == 2


async def test_date_stands_below_the_time_of_a_podcast_where_there_is_room() -> None:
    library = make_podcast({})
    for width, is_shown in ((ROOM_FOR_DATE, True), (ROOM_FOR_DATE - 1, False)):
        async with run_app(library, (80, 20), query=BASICS) as driver:
            pane = driver.episodes
            pane.styles.width = pane.outer_size.width - pane.text_width + width
            await driver.settle()
            assert pane.text_width == width
            assert ("4 Feb 2026" in row(driver, 1)[1]) is is_shown


async def test_empty_list_shows_its_hint_from_the_second_line_on(library: Library) -> None:
    async with run_app(library, query=QUEUE) as driver:
        driver.episodes.empty_text = "word " * 40
        drawn = [driver.episodes.draw_blank(line).text[1:-1].strip() for line in range(4)]
        assert drawn[0] == ""
        assert f"{drawn[1]} {drawn[2]} {drawn[3]}".strip() == ("word " * 40).strip()


@pytest.mark.usefixtures("utc")
async def test_queued_episode_has_its_number_except_in_the_queue_itself(library: Library) -> None:
    async with run_app(library, queue=Queue(("two", "one")), query=BASICS) as driver:
        assert f"{MARKS['queued']}2" in row(driver, 0)[0].replace(" ", "")
    async with run_app(library, queue=Queue(("two", "one")), query=QUEUE) as driver:
        assert MARKS["queued"] not in row(driver, 0)[0]
        assert row(driver, 0)[0].endswith("until 13:03")


async def test_topics_of_a_row_leave_out_what_the_list_implies(library: Library) -> None:
    library = build_library(
        [Topic("All"), Topic("Basics", "All"), Topic("Numbers", "Basics")],
        [Episode(name, name, "x", tags=tags) for name, tags in (("a", ("All",)), ("b", ("All", "Basics", "Numbers")))],
    )
    for entry, said in ((0, "Basics · Numbers"), (2, "Numbers"), (3, "")):
        async with run_app(library, query=ListQuery(entry=entry)) as driver:
            driver.episodes.set_cursor_height(4)
            driver.episodes.go(driver.shown.index("b"))
            about = (*row(driver, driver.episodes.cursor)[2:], "")[0]
            assert about == said


async def test_search_shows_the_part_of_the_summary_that_matches() -> None:
    library = build_library([], [Episode(name, "Title", "word " * 60 + "needle") for name in "ab"])
    async with run_app(library, query=ListQuery(query="needle")) as driver:
        assert row(driver, 1)[1].startswith("…")
        assert "needle" in row(driver, 1)[1]
    async with run_app(library) as driver:
        assert row(driver, 1)[1].startswith("word word")


async def test_download_is_offered_until_the_episode_is_there(driver: AppDriver) -> None:
    pane = driver.episodes
    assert pane.hint_words == {}
    for state, hidden in ((DownloadState(), {}), (WHOLE, {"download.start": ""}), (None, {})):
        pane.show_downloads({"one": state})
        assert pane.hint_words == hidden


@pytest.mark.parametrize(
    ("command", "cursor"),
    [
        ("episode.toggle_played", 1),
        ("queue.add_last", 1),
        ("queue.add_next", 1),
        ("episode.play", 0),
        ("list.remove", 0),
    ],
)
async def test_some_commands_move_on_to_the_next_row(
    command: str, cursor: int, driver: AppDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = chosen(driver, monkeypatch)
    driver.episodes.action_run(command)
    assert found == [(command, ["one"])]
    assert driver.episodes.cursor == cursor


async def test_commands_are_for_the_selection_except_those_for_one_episode(
    driver: AppDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = chosen(driver, monkeypatch)
    pane, model = driver.episodes, driver.main.model
    pane.go(1)
    model.selected = {2, 3}
    for command in ("episode.play", "episode.restart", "queue.add_last", "download.start"):
        pane.action_run(command)
    assert found == [
        ("episode.play", ["two"]),
        ("episode.restart", ["two"]),
        ("queue.add_last", ["three", "four"]),
        ("download.start", ["two"]),
    ]
    assert model.selected == set()
    assert pane.cursor == 1


async def test_nothing_can_be_done_with_an_empty_list(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    async with run_app(library, query=QUEUE) as driver:
        found = chosen(driver, monkeypatch)
        pane = driver.episodes
        told = list[str]()
        monkeypatch.setattr(driver.app, "notify", lambda said, **_: told.append(said))
        pane.action_run("episode.play")
        pane.action_select_one()
        pane.action_select_range()
        assert found == []
        assert len(told) == 3
        assert len(set(told)) == 1
        assert not driver.main.model.has_selection


async def test_selecting_moves_on_or_deselects_and_a_range_is_drawn_as_the_cursor_moves(driver: AppDriver) -> None:
    pane, model = driver.episodes, driver.main.model
    pane.action_select_one()
    pane.action_select_one()
    assert (model.selected, pane.cursor) == ({0, 1}, 2)
    pane.go(0)
    pane.action_select_one()
    assert (model.selected, pane.cursor) == ({1}, 1)
    assert [pane.draw_row(number)[0].text[0] for number in range(3)] == [" ", MARKS["selected"], " "]
    await driver.press("escape", "g")
    pane.action_select_range()
    await driver.press("j", "j")
    marked = [line.startswith(MARKS["selected"]) for line in driver.rows_of(pane)]
    assert sum(marked) == 2 + 2 + pane.cursor_height
    assert "3 selected" in driver.narrowing


async def test_title_of_the_list_sorts_and_its_lower_border_filters(driver: AppDriver) -> None:
    pane = driver.episodes
    former = driver.main.model.query
    await driver.click(pane, 5, 1)
    await driver.click(pane, 5, pane.outer_size.height - 1)  # nothing stands there yet
    assert driver.main.model.query == former
    assert driver.app.screen is driver.main
    await driver.click(pane, 5, 0)
    await driver.press("j", "enter")
    assert driver.main.model.query.sort != former.sort
    await driver.press("f", "f", "escape")
    await driver.click(pane, 5, pane.outer_size.height - 2)
    assert driver.main.model.query.filter is Filter.UNPLAYED
    await driver.click(pane, 5, pane.outer_size.height - 1)
    await driver.press("k", "enter")
    assert driver.narrowing == ""


async def test_new_library_keeps_a_list_at_its_top_and_else_the_line_of_the_cursor(library: Library) -> None:
    async with run_app(library, (80, 16), query=ListQuery()) as driver:
        pane = driver.episodes
        pane.adopt(3)
        assert pane.scroll_offset.y == 0
        pane.go(10)
        await driver.settle()
        pane.adopt(2)
        await driver.settle()
        assert pane.line == 2


async def test_long_summary_at_the_cursor_leaves_a_line_for_the_date() -> None:
    long = Episode("one", "One", "word " * 200, published=date(2026, 2, 5))
    async with run_app(build_library([], [long])) as driver:
        for height, about in ((5, ["5 Feb 2026"]), (3, [])):
            driver.episodes.set_cursor_height(height)
            lines = row(driver, 0)
            assert (len(lines), lines[height - len(about) :]) == (height, about)
            assert all(line.startswith("word") for line in lines[1 : height - len(about)])


async def test_only_the_first_lines_of_the_rows_in_sight_are_drawn_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with run_app(library, (80, 16)) as driver:
        pane, drawn = driver.episodes, list[tuple[int, int | None]]()

        def refresh(pane: EpisodeList, number: int, lines: int | None = None) -> None:
            drawn.append((number, lines))

        monkeypatch.setattr(EpisodeList, "refresh_row", refresh)
        shown = driver.shown
        last = pane.row_at(pane.size.height)
        pane.refresh_episodes(frozenset((shown[1], shown[last], shown[last + 1])))
        assert drawn == [(1, 1), (last, 1)]
