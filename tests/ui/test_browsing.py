"""Looking around: topics, search, filter, sort, details, and where the cursor is.

Marks: set at once everywhere, in bulk, and undone.
"""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.app_driver import AppDriver, run_app
from tests.fakes import START
from tui_pod.core.library.library import Library
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.core.selection.queue import Queue
from tui_pod.ui.widgets.lines import KeyLine

BASICS = ListQuery(entry=1)
"""The topic of the five plain episodes."""

pytestmark = pytest.mark.app(query=BASICS)


async def test_start_with_unfinished_episodes_has_the_cursor_on_the_last_one_heard(library: Library) -> None:
    progress = {
        "two": Progress(START, position=20.0, listened=START - timedelta(hours=1)),
        "four": Progress(START, position=20.0, listened=START),
        "five": Progress(START, position=5.0, listened=START - timedelta(hours=2)),
    }
    async with run_app(library, query=BASICS, progress=progress) as driver:
        assert driver.current == "four"


async def test_topic_at_the_cursor_of_the_tree_is_listed_at_once_and_right_goes_to_its_episodes(
    driver: AppDriver,
) -> None:
    await driver.press("tab", "j")
    assert driver.title == "Numbers · 2 episodes · 5 m · newest first"
    assert driver.shown == ["one", "two"]
    assert driver.header.left.endswith("All Topics › Basics › Numbers")
    assert driver.focus == "tree"
    await driver.press("l")
    assert (driver.focus, driver.shown) == ("list", ["one", "two"])


async def test_search_typed_narrows_and_counts_at_each_letter(driver: AppDriver) -> None:
    await driver.press("slash")
    for text, found in (("f", 5), ("fi", 4), ("fiv", 4), ("five", 4)):
        await driver.press(text[-1])
        assert len(driver.shown) == found
        assert driver.title.startswith(f"Basics · {found} episode")
        assert driver.narrowing == f"/ {text}  {found} of 5"


@pytest.mark.app
async def test_search_without_a_match_says_how_to_go_on_and_shows_it_letter_for_letter(driver: AppDriver) -> None:
    await driver.press("slash", *"qqq")
    assert driver.shown == []
    assert "0 episodes" in driver.title
    assert "Nothing matches." in driver.text
    assert "ctrl+f searches everywhere, esc clears." in driver.text
    await driver.press("enter", "enter", "m", "i", "v", "j", "G", "n")
    assert driver.playback.episode is None
    await driver.press("escape", "slash")
    await driver.write("[/]")  # markup
    assert driver.narrowing.startswith("/ [/]  ")
    assert "hostile-closing-tag" in driver.shown


@pytest.mark.app
async def test_view_changed_is_remembered(driver: AppDriver) -> None:
    await driver.press("s", "s", "escape", "f", "f", "escape", "tab", "j", "enter")
    assert driver.writer.setting("sorts") == ["course All Topics"]
    assert driver.writer.setting("filter") == "unplayed"
    assert driver.writer.setting("topic") == "Basics"


@pytest.mark.skipif(sys.platform != "linux", reason="the desktop's program is another one")
async def test_links_are_opened_by_the_desktop(
    library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program, opened = tmp_path / "xdg-open", tmp_path / "opened"
    os.mkfifo(opened)
    program.write_text(f'#!/bin/sh\nprintf "%s" "$#:$1" > {opened}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("DISPLAY", ":9")
    async with run_app(library, query=BASICS) as driver:
        driver.services.notes["one"] = EpisodeNotes("See http://y.example/.", "", "https://x.example/1")
        await driver.press("i")
        await driver.until(lambda: "Links" in driver.text, "the links are shown")
        await driver.press("j", "enter")
        assert await asyncio.to_thread(opened.read_text) == "1:https://x.example/1"
        await driver.until(lambda: driver.notices, "it is told")
        assert driver.notices == ["Opened: https://x.example/1"]


async def test_details_without_an_episode_at_the_cursor_do_nothing(driver: AppDriver) -> None:
    await driver.press("2", "i")
    assert not driver.shows_details


async def test_double_click_on_a_row_plays_it_and_a_click_on_a_topic_lists_it(driver: AppDriver) -> None:
    await driver.click(driver.episodes, 5, 7, times=2)
    assert driver.playback.episode == "three"
    row = next(number for number, text in enumerate(driver.rows_of(driver.tree)) if "Numbers" in text)
    await driver.click(driver.tree, 5, row + 1)
    assert (driver.shown, driver.focus) == (["one", "two"], "tree")
    await driver.click(driver.tree, 5, row + 1, times=2)
    assert driver.focus == "list"


async def test_key_line_names_what_can_be_done_at_the_moment(library: Library) -> None:
    async with run_app(library, query=BASICS, queue=Queue(("two", "one"))) as driver:

        def words() -> set[str]:
            return {word for _, word, _ in driver.main.query_one("#keys", KeyLine).hints}

        assert words().isdisjoint({"Pause", "Resume", "Seek", "Remove", "Move"})
        await driver.press("enter")
        assert {"Pause", "Seek"} <= words()
        await driver.press("space")
        assert "Resume" in words()
        await driver.press("v")
        assert {"Played", "Queue", "Clear"} <= words()
        assert driver.narrowing == "1 selected"
        await driver.press("escape", "2")
        assert {"Move", "Remove"} <= words()
        assert not driver.narrowing
        await driver.press("t")
        assert "Transcript" not in words()
        assert "Close" in words()


UNFINISHED = {
    "two": Progress(START, position=20.0, listened=START - timedelta(hours=1)),
    "three": Progress(START, position=100.0, listened=START),
}


async def test_mark_shows_at_once_in_list_tree_and_header(driver: AppDriver) -> None:
    await driver.press("m")
    assert driver.row(0).startswith("✓ One")
    assert driver.row(1).startswith("○ Two")
    assert driver.header.right == "1/29 played · 32 m left"
    assert any("Basics" in row and "╌" in row for row in driver.rows_of(driver.tree))


async def test_mark_of_a_selection_marks_all_and_moves_the_cursor_nowhere(driver: AppDriver) -> None:
    await driver.press("v", "v", "g")
    assert [driver.rows_of(driver.episodes)[line][:2] for line in (0, 3, 5)] == ["▌○", "▌○", " ○"]
    await driver.press("m")
    assert driver.header.right.startswith("2/29 played")
    assert driver.current == "one"
    assert "▌" not in driver.text.replace("▌ ", "")


async def test_mark_on_a_topic_marks_all_its_episodes_and_undo_takes_all_back(library: Library) -> None:
    async with run_app(library, progress=dict(UNFINISHED)) as driver:
        await driver.press("tab", "j", "m")
        assert driver.header.right.startswith("5/29 played")
        assert driver.notices == ["5 episodes marked played. Press u to undo."]
        await driver.press("u")
        assert driver.header.right.startswith("0/29 played")
        assert driver.notices == ["Undid: 5 episodes marked played."]  # and no offer to undo it
        assert driver.progress_index.get("three").position == 100.0  # type: ignore[union-attr]  # it was there before
        await driver.press("ctrl+r")
        assert driver.header.right.startswith("5/29 played")
        assert driver.notices == ["Redid: 5 episodes marked played."]


async def test_episode_that_is_dismissed_or_marked_leaves_continue(library: Library) -> None:
    async with run_app(library, progress=dict(UNFINISHED)) as driver:
        await driver.press("tab", "home", "enter")
        assert driver.shown == ["three", "two"]
        await driver.press("g", "x")
        assert driver.shown == ["two"]
        assert driver.progress_index.status("three") is Status.STARTED
        await driver.press("u")
        assert driver.shown == ["three", "two"]
        assert driver.notices == ["Undid: “Three” taken off Continue."]
        await driver.press("g", "m")
        assert driver.shown == ["two"]
        assert ("Continue", 1) in driver.tree_rows()
        assert driver.title == "Continue · 1 episode · 3 m left"
