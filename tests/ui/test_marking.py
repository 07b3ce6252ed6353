"""Marks: set at once everywhere, in bulk, and taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes import START
from tests.stage import on_stage
from tui_pod.core.library.library import Library
from tui_pod.core.playback.snapshot import PlayerStatus
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.selection.list_query import Filter, Special, View
from tui_pod.core.selection.queue import Queue

BASICS = View(place=1)

UNFINISHED = {
    "two": Progress(START, position=20.0, listened=START - timedelta(hours=1)),
    "three": Progress(START, position=100.0, listened=START),
}


async def test_mark_shows_at_once_in_list_tree_and_header(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("m")
        rows = stage.rows_of(stage.episodes)
        assert rows[0].strip().startswith("✓ One")
        assert rows[3].strip().startswith("○ Two")
        assert stage.header.right == "1/29 played · 32 m left"
        assert any("Basics" in row and "▁" in row for row in stage.rows_of(stage.tree))


async def test_mark_of_a_selection_marks_all_and_moves_the_cursor_nowhere(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("v", "v", "g")
        assert [row[:2] for row in stage.rows_of(stage.episodes)[:9:3]] == ["▌○", "▌○", " ○"]
        await stage.press("m")
        assert stage.header.right.startswith("2/29 played")
        assert stage.current == "one"
        assert "▌" not in stage.text.replace("▌ ", "")


async def test_range_grows_and_shrinks_with_the_cursor(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("j", "V", "j", "j", "k")
        assert stage.episodes.chosen == ["two", "three"]
        await stage.press("k", "k")
        assert stage.episodes.chosen == ["one", "two"]


async def test_two_ranges_are_chosen_together(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("V", "j", "V", "j", "j", "v")
        assert stage.episodes.chosen == ["one", "two", "four"]


async def test_selection_stays_when_the_list_changes_under_it(library: Library) -> None:
    async with on_stage(library, view=View(place=1, filter=Filter.UNPLAYED)) as stage:
        await stage.press("j", "v", "v", "g")
        assert stage.episodes.chosen == ["two", "three"]
        await stage.press("enter")
        await stage.play(5)
        assert "one" not in stage.shown
        assert stage.episodes.chosen == ["two", "three"]
        await stage.press("s")
        assert stage.episodes.chosen == ["three", "two"]
        await stage.press("s", "s", "s", "s", "f")
        assert stage.shown == ["one"]
        assert stage.episodes.chosen == ["one"]


async def test_range_in_the_queue_stays_on_its_episodes_when_the_queue_goes_on(library: Library) -> None:
    async with on_stage(library, view=BASICS, queue=Queue(("one", "two", "three", "four"))) as stage:
        await stage.press("2", "j", "V", "j")
        stage.listening.unqueue(["one"])
        await stage.settle()
        assert stage.episodes.chosen == ["two", "three"]


@pytest.mark.parametrize("key", ["v", "V"])
async def test_selection_in_an_empty_list_selects_nothing(key: str, library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("2", key, key, "m", key, "x", "e", "1")
        assert stage.app.is_running
        assert stage.episodes.chosen == ["one"]


async def test_escape_forgets_the_selection(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("V", "j", "escape")
        assert stage.episodes.chosen == ["two"]


async def test_selection_of_played_and_unplayed_ones_is_marked_played(library: Library) -> None:
    async with on_stage(library, view=BASICS, progress={"one": Progress(START, played=True)}) as stage:
        await stage.press("g", "V", "j", "m")
        assert stage.header.right.startswith("2/29 played")
        await stage.press("g", "V", "j", "m")
        assert stage.header.right.startswith("0/29 played")


async def test_mark_on_a_topic_marks_all_its_episodes_and_undo_takes_all_back(library: Library) -> None:
    async with on_stage(library, progress=dict(UNFINISHED)) as stage:
        await stage.press("tab", "j", "m")
        assert stage.header.right.startswith("5/29 played")
        assert stage.notices == ["5 episodes marked played. Press u to take it back."]
        await stage.press("u")
        assert stage.header.right.startswith("0/29 played")
        assert stage.notices[-1] == "Taken back: 5 episodes marked played"
        assert stage.book.get("three").position == 100.0  # type: ignore[union-attr]  # it was there before
        await stage.press("ctrl+r")
        assert stage.header.right.startswith("5/29 played")
        assert stage.notices[-1] == "Done again: 5 episodes marked played"


async def test_mark_on_a_topic_tells_how_many_it_changed_as_undo_does(library: Library) -> None:
    async with on_stage(library, progress={"one": Progress(START, played=True)}) as stage:
        await stage.press("tab", "j", "m", "u")
        assert stage.notices == [
            "4 episodes marked played. Press u to take it back.",
            "Taken back: 4 episodes marked played",
        ]


async def test_mark_on_the_playing_episode_goes_on_playing_it(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter")
        await stage.play(10)
        await stage.press("m")
        await stage.play(10)
        assert stage.status() is PlayerStatus.PLAYING
        assert stage.book.status("one") is Status.PLAYED
        assert stage.header.right.startswith("1/29 played")


async def test_marked_episode_leaves_continue(library: Library) -> None:
    async with on_stage(library, progress=dict(UNFINISHED)) as stage:
        await stage.press("tab", "home", "enter")
        assert stage.shown == ["three", "two"]
        await stage.press("m")
        assert stage.shown == ["two"]
        assert ("Continue", 1) in stage.tree_rows()
        assert stage.title == "Continue · 1 episode · 3 m left"


async def test_entry_of_continue_dismissed_is_kept_and_can_be_brought_back(library: Library) -> None:
    async with on_stage(library, view=View(place=Special.CONTINUE), progress=dict(UNFINISHED)) as stage:
        await stage.press("g", "x")
        assert stage.shown == ["two"]
        assert stage.book.status("three") is Status.STARTED
        await stage.press("u")
        assert stage.shown == ["three", "two"]
        assert stage.notices == ["Taken back: 1 episode taken off Continue"]


async def test_entry_of_continue_dismissed_and_played_again_is_back(library: Library) -> None:
    async with on_stage(library, view=View(place=Special.CONTINUE), progress=dict(UNFINISHED)) as stage:
        await stage.press("g", "x", "1", "j", "enter")
        await stage.play(5)
        assert stage.playback.episode == "three"
        assert ("Continue", 2) in stage.tree_rows()


async def test_undo_with_nothing_done_says_so(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("u", "ctrl+r")
        assert stage.notices == ["Nothing to take back.", "Nothing to do again."]


async def test_undo_goes_back_a_hundred_steps_in_order(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        for _ in range(34):
            stage.listening.toggle_played(["one"])
            stage.listening.queue_last(["two"])
            stage.listening.unqueue(["two"])
        await stage.press(*["u"] * 102)
        assert stage.book.status("one") is Status.UNPLAYED
        assert stage.listening.queue.entries == ()
        await stage.press("u")
        assert stage.notices[-1] == "Nothing to take back."


async def test_remove_in_a_topic_takes_downloads_away(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("x")
        assert stage.start.asked_feeds.wishes == [("remove_downloads", "one")]


async def test_remove_of_a_topic_that_is_no_feed_says_what_can_be_removed(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("h", "x")
        assert stage.start.asked_feeds.wishes == []
        assert "x takes podcasts, downloads" in stage.notices[0]
