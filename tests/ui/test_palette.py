"""The command palette offers what the keys do, and does it where the key would have done it."""

from __future__ import annotations

import pytest

from tests.stage import Stage, on_stage
from tui_pod.core.actions import ACTIONS, BY_ID
from tui_pod.core.library.library import Library
from tui_pod.core.playback.snapshot import PlayerStatus
from tui_pod.core.progress.progress import Status
from tui_pod.core.selection.list_query import Special
from tui_pod.core.selection.queue import Queue
from tui_pod.ui.screens.main import MainScreen
from tui_pod.ui.screens.session import SleepScreen

MOVES = {action.id for action in ACTIONS if action.where == "move"}
"""What is no use by name: steps of the cursor, and from pane to pane."""


def offered(stage: Stage) -> set[str]:
    """Return the ids of the actions that the palette offers now."""
    by_label = {action.label: action.id for action in ACTIONS}
    titles = [command.title for command in stage.app.get_system_commands(stage.app.screen)]
    return {by_label[title] for title in titles if title in by_label}


async def choose(stage: Stage, ident: str) -> None:
    """Find an action in the palette by its name, and have it done."""
    title = BY_ID[ident].label
    await stage.press("ctrl+p")
    await stage.write(title)
    await stage.until(lambda: stage.text.count(title) > 1, "the palette has found it")
    await stage.press("enter")
    await stage.until(lambda: "CommandPalette" not in type(stage.app.screen).__name__, "the palette is closed")
    await stage.settle()


async def test_palette_with_all_panes_in_use_offers_all_actions_but_moves(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("t", "h")
        assert stage.focus == "tree"
        assert offered(stage) == {action.id for action in ACTIONS} - MOVES - {"app.palette"}


async def test_palette_in_the_list_offers_nothing_of_panes_without_the_focus(library: Library) -> None:
    async with on_stage(library) as stage:
        elsewhere = {action.id for action in ACTIONS if action.where in ("tree", "transcript")}
        assert offered(stage) == {action.id for action in ACTIONS} - MOVES - elsewhere - {"app.palette"}
        await stage.press("t")
        assert offered(stage) >= {"transcript.seek", "transcript.follow", "transcript.copy"}
        await stage.press("t")
        assert not offered(stage) & {"transcript.seek", "transcript.follow", "transcript.copy"}


async def test_palette_plays_the_episode_at_the_cursor(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("j")
        await choose(stage, "episode.play")
        assert (stage.playback.episode, stage.status()) == ("two", PlayerStatus.PLAYING)
        await stage.play(20)
        await choose(stage, "episode.restart")
        assert (stage.playback.episode, stage.playback.position) == ("two", 0.0)


async def test_palette_marks_and_queues_what_is_selected_in_the_list(library: Library) -> None:
    async with on_stage(library) as stage:
        await choose(stage, "select.one")
        await choose(stage, "select.one")
        assert stage.episodes.chosen == ["one", "two"]
        await choose(stage, "episode.toggle_played")
        assert stage.book.status("one") is Status.PLAYED
        assert stage.book.status("two") is Status.PLAYED
        await choose(stage, "queue.add_last")
        assert stage.listening.queue.upcoming == ("three",)


async def test_palette_moves_and_removes_in_the_queue(library: Library) -> None:
    async with on_stage(library, queue=Queue(("one", "two"))) as stage:
        await stage.press("2")
        await choose(stage, "queue.move_down")
        assert stage.listening.queue.upcoming == ("two", "one")
        await choose(stage, "list.remove")
        assert len(stage.listening.queue.upcoming) == 1
        assert stage.place == Special.QUEUE


async def test_palette_in_the_tree_acts_on_the_topic_as_the_key_does(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("tab")
        members = library.topics.members[stage.tree.place]
        await choose(stage, "episode.toggle_played")
        assert all(stage.book.status(library.ids[index]) is Status.PLAYED for index in members)
        assert stage.focus == "tree"
        rows = len(stage.tree_rows())
        await choose(stage, "topic.fold")
        assert len(stage.tree_rows()) < rows
        await choose(stage, "topic.open")
        assert stage.focus == "list"


async def test_palette_in_the_tree_brings_the_list_into_sight_for_what_is_done_there(library: Library) -> None:
    async with on_stage(library, (40, 12)) as stage:
        await stage.press("tab")
        await choose(stage, "select.range")
        assert stage.focus == "list"
        await stage.press("j")
        assert len(stage.episodes.chosen) == 2


async def test_palette_with_the_transcript_open_seeks_in_it(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("enter", "t", "j")
        assert not stage.transcript.is_following
        await choose(stage, "transcript.follow")
        assert stage.transcript.is_following
        await stage.press("G")
        await choose(stage, "transcript.seek")
        assert stage.playback.position > 0


@pytest.mark.parametrize(("ident", "what"), [("list.go_to_playing", "list"), ("search.start", "search")])
async def test_palette_over_a_dialog_closes_it_for_what_is_done_in_the_library(
    ident: str, what: str, library: Library
) -> None:
    async with on_stage(library) as stage:
        await stage.press("enter", "i")
        await choose(stage, ident)
        assert stage.shows(MainScreen)
        assert stage.focus == what


async def test_palette_over_a_dialog_leaves_it_open_for_what_works_anywhere(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("enter", "z")
        await choose(stage, "playback.toggle")
        assert stage.shows(SleepScreen)
        assert stage.status() is PlayerStatus.PAUSED
