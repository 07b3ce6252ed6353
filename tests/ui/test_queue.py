"""The queue: filled, ordered, emptied, played, and what it says about time."""

from __future__ import annotations

from tests.fakes import START
from tests.stage import Stage, on_stage
from tui_pod.core.library.library import Library
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import Special, View
from tui_pod.core.selection.queue import Queue

BASICS = View(place=1)
THREE = Queue(("one", "two", "three"))


def entries(stage: Stage) -> tuple[str, ...]:
    """Return what is queued."""
    return stage.listening.queue.entries


async def test_queue_shows_when_each_entry_and_the_whole_would_end(library: Library) -> None:
    async with on_stage(library, queue=THREE) as stage:
        await stage.press("2")
        assert stage.title == "Queue · 3 episodes · 10 m · plays until 13:10"
        rows = stage.rows_of(stage.episodes)
        assert [rows[line].split()[-1] for line in (0, 3, 6)] == ["13:01", "13:05", "13:10"]


async def test_queue_at_another_speed_ends_sooner(library: Library) -> None:
    async with on_stage(library, queue=THREE) as stage:
        await stage.press("2", *["right_square_bracket"] * 10)
        assert stage.title == "Queue · 3 episodes · 5 m · plays until 13:05"


async def test_queue_empty_says_how_to_fill_it(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("2")
        assert stage.title.startswith("Queue · 0 episodes")
        assert "The queue is empty. Press e on an episode to add it, E to hear it next." in stage.text


async def test_topic_queued_from_the_tree_is_queued_whole_in_the_order_shown(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("s", "tab", "j", "e")
        assert entries(stage) == ("five", "four", "three", "two", "one")
        assert ("Queue", 5) in stage.tree_rows()


async def test_range_queued_next_keeps_its_order_before_what_waits(library: Library) -> None:
    async with on_stage(library, view=BASICS, queue=Queue(("five",))) as stage:
        await stage.press("V", "j", "E")
        assert entries(stage) == ("one", "two", "five")


async def test_queued_episode_queued_again_keeps_its_place(library: Library) -> None:
    async with on_stage(library, view=BASICS, queue=THREE) as stage:
        await stage.press("e")
        assert entries(stage) == ("one", "two", "three")


async def test_queue_plays_in_its_order_and_then_the_list(library: Library) -> None:
    async with on_stage(library, view=BASICS, queue=Queue(("three", "five"))) as stage:
        await stage.press("enter")
        played = [stage.playback.episode]
        for seconds in (100, 300, 10):
            await stage.play(seconds)
            played.append(stage.playback.episode)
        assert played == ["one", "three", "five", "two"]
        assert ("Queue", 0) in stage.tree_rows()


async def test_entry_chosen_in_the_queue_plays_and_the_rest_follows(library: Library) -> None:
    async with on_stage(library, queue=THREE) as stage:
        await stage.press("2", "j", "enter")
        assert stage.playback.episode == "two"
        assert ("Queue", 1) in stage.tree_rows()
        await stage.play(200)
        assert stage.playback.episode == "three"


async def test_next_and_previous_go_through_the_queue(library: Library) -> None:
    async with on_stage(library, queue=THREE) as stage:
        await stage.press("2", "g", "enter", ">", ">")
        assert stage.playback.episode == "three"
        await stage.press("<")
        assert stage.playback.episode == "two"


async def test_next_with_nothing_after_it_says_how_to_queue(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("G", "enter", ">")
        assert stage.notices == ["Nothing comes next. Press e on an episode to queue it."]
        assert stage.playback.episode == "five"


async def test_next_leaves_the_former_where_it_was(library: Library) -> None:
    async with on_stage(library, queue=THREE) as stage:
        await stage.press("2", "g", "enter")
        await stage.play(42)
        await stage.press(">")
        progress = stage.book.get("one")
        assert progress is not None
        assert progress.position == 42.0
        assert not progress.played


async def test_queue_changed_is_kept_for_the_next_start(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("e", "e", "2", "J")
        assert stage.recorder.setting("entries") == ["two", "one"]
        await stage.press("g", "enter")
        assert stage.recorder.setting("cursor") == 1


async def test_moves_stop_at_the_ends(library: Library) -> None:
    async with on_stage(library, queue=THREE) as stage:
        await stage.press("2", "g", "K")
        assert entries(stage) == ("one", "two", "three")
        await stage.press("G", "J")
        assert entries(stage) == ("one", "two", "three")
        await stage.press("K", "K")
        assert entries(stage) == ("three", "one", "two")
        assert stage.current == "three"


async def test_range_removed_from_the_queue_is_brought_back_by_undo(library: Library) -> None:
    async with on_stage(library, queue=THREE) as stage:
        await stage.press("2", "g", "V", "j", "x")
        assert entries(stage) == ("three",)
        assert stage.shown == ["three"]
        await stage.press("u")
        assert entries(stage) == ("one", "two", "three")
        assert stage.notices == ["Taken back: 2 episodes taken out of the queue"]


async def test_whole_queue_can_be_cleared_from_the_keyboard(library: Library) -> None:
    async with on_stage(library, queue=THREE) as stage:
        await stage.press("2", "g", "V", "G", "x")
        assert entries(stage) == ()


# -- entries whose episode is gone ---------------------------------------------------------------------

GONE = Queue(("gone [/]", "one", "lost", "two"))


async def test_entry_gone_from_the_library_is_shown_as_missing(library: Library) -> None:
    async with on_stage(library, queue=GONE) as stage:
        await stage.press("2")
        rows = stage.rows_of(stage.episodes)
        assert rows[0].strip().startswith("✗ gone [/]")
        assert "No longer in the library; it is skipped. Press x to remove it." in rows[1]
        assert rows[6].strip().startswith("✗ lost")
        assert stage.title == "Queue · 4 episodes · 5 m · plays until 13:05"


async def test_entry_gone_is_skipped_when_its_turn_comes(library: Library) -> None:
    async with on_stage(library, queue=GONE) as stage:
        await stage.press("2", "j", "enter")
        assert stage.playback.episode == "one"
        await stage.play(100)
        assert stage.playback.episode == "two"


async def test_entry_gone_chosen_says_so_and_plays_nothing(library: Library) -> None:
    async with on_stage(library, queue=GONE) as stage:
        await stage.press("2", "g", "enter")
        assert stage.notices == ["That episode is no longer in the library."]
        assert not stage.playback.is_loaded


async def test_entry_gone_has_no_details_no_words_and_can_be_marked_by_nobody(library: Library) -> None:
    async with on_stage(library, queue=GONE) as stage:
        await stage.press("2", "g", "i", "t", "t", "m", "circumflex_accent", "slash", "o", "escape", "n", "f", "s")
        assert stage.app.is_running


async def test_entry_gone_removed_shows_the_next_one_that_is_gone(library: Library) -> None:
    async with on_stage(library, queue=Queue(("gone", "lost"))) as stage:
        await stage.press("2", "g", "x")
        assert entries(stage) == ("lost",)
        assert stage.rows_of(stage.episodes)[0].strip().startswith("✗ lost")


async def test_entry_gone_moved_takes_the_cursor_with_it(library: Library) -> None:
    async with on_stage(library, queue=Queue(("gone", "one", "two"))) as stage:
        await stage.press("2", "g", "J", "J")
        assert entries(stage) == ("one", "two", "gone")


async def test_queue_of_played_ones_counts_them_whole(library: Library) -> None:
    async with on_stage(library, queue=THREE, progress={"one": Progress(START, played=True)}) as stage:
        await stage.press("2")
        assert stage.title == "Queue · 3 episodes · 10 m · plays until 13:10"
        assert stage.place == Special.QUEUE
