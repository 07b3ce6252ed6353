"""Every key of the table does what the table says, in the pane that it belongs to and nowhere it would harm."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual.widgets import Input

from tests.stage import Stage, on_stage
from tui_pod.core.actions import ACTIONS, BY_ID
from tui_pod.core.library.library import Library
from tui_pod.core.playback.snapshot import PlayerStatus
from tui_pod.core.progress.progress import Status
from tui_pod.core.selection.list_query import Filter, Sort, Special
from tui_pod.ui.screens.details import DetailsScreen, HelpScreen
from tui_pod.ui.screens.main import MainScreen
from tui_pod.ui.screens.session import PlanScreen, SleepScreen
from tui_pod.ui.screens.statistics import StatisticsScreen

Exercise = Callable[[Stage, str], Awaitable[None]]

EXERCISES: dict[str, Exercise] = {}
"""What shows that a key did its work, by the id of its action."""


def exercises(ident: str) -> Callable[[Exercise], Exercise]:
    """Make a function the exercise of an action; it is given a fresh stage and one of the action's keys."""

    def register(exercise: Exercise) -> Exercise:
        EXERCISES[ident] = exercise
        return exercise

    return register


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_action_of_the_table_has_an_exercise(action: object) -> None:
    assert getattr(action, "id", "") in EXERCISES, "write what its key does into EXERCISES"


@pytest.mark.parametrize(
    ("ident", "key"),
    [pytest.param(action.id, key, id=f"{action.id}-{key}") for action in ACTIONS for key in action.keys.split(",")],
)
async def test_key_pressed_does_its_action(ident: str, key: str, library: Library) -> None:
    async with on_stage(library) as stage:
        await EXERCISES[ident](stage, key)


# -- playing -------------------------------------------------------------------------------------------


@exercises("playback.toggle")
async def _(stage: Stage, key: str) -> None:
    await stage.press("enter", key)
    assert stage.status() is PlayerStatus.PAUSED
    await stage.press(key)
    assert stage.status() is PlayerStatus.PLAYING


@exercises("episode.play")
async def _(stage: Stage, key: str) -> None:
    await stage.press("j", key)
    assert (stage.playback.episode, stage.status()) == ("two", PlayerStatus.PLAYING)


@exercises("episode.restart")
async def _(stage: Stage, key: str) -> None:
    await stage.press("enter")
    await stage.play(30)
    await stage.press(key)
    assert (stage.playback.episode, stage.playback.position) == ("one", 0.0)


@exercises("playback.back")
async def _(stage: Stage, key: str) -> None:
    await stage.press("enter")
    await stage.play(30)
    await stage.press(key)
    assert stage.playback.position == 20.0


@exercises("playback.forward")
async def _(stage: Stage, key: str) -> None:
    await stage.press("enter", key)
    assert stage.playback.position == 30.0


@exercises("playback.back_small")
async def _(stage: Stage, key: str) -> None:
    await stage.press("enter")
    await stage.play(30)
    await stage.press(key)
    assert stage.playback.position == 25.0


@exercises("playback.forward_small")
async def _(stage: Stage, key: str) -> None:
    await stage.press("enter", key)
    assert stage.playback.position == 5.0


@exercises("playback.previous_mark")
async def _(stage: Stage, key: str) -> None:
    await stage.press("enter")
    await stage.play(30)
    await stage.press(key)
    assert stage.playback.position == 20.0


@exercises("playback.next_mark")
async def _(stage: Stage, key: str) -> None:
    await stage.press("enter", key)
    assert stage.playback.position == 20.0


@exercises("queue.previous")
async def _(stage: Stage, key: str) -> None:
    await stage.press("j", "enter", key)
    assert stage.playback.episode == "one"


@exercises("queue.next")
async def _(stage: Stage, key: str) -> None:
    await stage.press("enter", key)
    assert stage.playback.episode == "two"


@exercises("playback.slower")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.player.speed == stage.playback.speed == 0.9


@exercises("playback.faster")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.player.speed == stage.playback.speed == 1.1


@exercises("playback.normal_speed")
async def _(stage: Stage, key: str) -> None:
    await stage.press("right_square_bracket", "right_square_bracket", key)
    assert stage.player.speed == stage.playback.speed == 1.0


@exercises("playback.quieter")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.playback.volume == 75
    assert ("volume", 75) in stage.player.calls


@exercises("playback.louder")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.playback.volume == 85
    assert ("volume", 85) in stage.player.calls


@exercises("playback.mute")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.playback.is_muted
    assert ("mute", True) in stage.player.calls


@exercises("sleep.timer")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.shows(SleepScreen)
    await stage.press("enter")
    assert stage.listening.sleep is not None
    assert stage.listening.sleep.seconds == 300.0
    await stage.press(key, key)
    assert stage.listening.sleep.seconds == 600.0


# -- moving --------------------------------------------------------------------------------------------


@exercises("move.down")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.current == "two"
    await stage.press("tab", "home")
    place = stage.tree.place
    await stage.press(key)
    assert stage.tree.place != place


@exercises("move.up")
async def _(stage: Stage, key: str) -> None:
    await stage.press("j", "j", key)
    assert stage.current == "two"


@exercises("move.top")
async def _(stage: Stage, key: str) -> None:
    await stage.press("j", "j", key)
    assert stage.episodes.cursor == 0


@exercises("move.bottom")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.episodes.cursor == len(stage.library) - 1


@exercises("move.page_down")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.episodes.cursor == 11  # of 34 lines in the list, three a row


@exercises("move.page_up")
async def _(stage: Stage, key: str) -> None:
    await stage.press("G", key)
    assert stage.episodes.cursor == len(stage.library) - 1 - 11


@exercises("move.half_down")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.episodes.cursor == 5


@exercises("move.half_up")
async def _(stage: Stage, key: str) -> None:
    await stage.press("G", key)
    assert stage.episodes.cursor == len(stage.library) - 1 - 5


# -- panes ---------------------------------------------------------------------------------------------


@exercises("focus.next")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.focus == "tree"
    await stage.press(key)
    assert stage.focus == "list"


@exercises("focus.previous")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.focus == "tree"
    await stage.press(key)
    assert stage.focus == "list"


@exercises("focus.left")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.focus == "tree"


@exercises("focus.right")
async def _(stage: Stage, key: str) -> None:
    await stage.press("tab", "home", key)
    assert stage.focus == "list"


@exercises("topic.open")
async def _(stage: Stage, key: str) -> None:
    await stage.press("tab", "j", key)
    assert stage.focus == "list"
    assert stage.library.topics.names[stage.place] == "Basics"
    assert stage.shown == ["one", "two", "three", "four", "five"]


@exercises("topic.fold")
async def _(stage: Stage, key: str) -> None:
    await stage.press("tab", "j", key)
    assert "Numbers" not in dict(stage.tree_rows())


@exercises("topic.unfold")
async def _(stage: Stage, key: str) -> None:
    await stage.press("tab", "j", "left", key)
    assert "Numbers" in dict(stage.tree_rows())


# -- marking and the queue -----------------------------------------------------------------------------


@exercises("episode.toggle_played")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.book.status("one") is Status.PLAYED
    assert stage.current == "two"
    await stage.press("k", key)
    assert stage.book.status("one") is Status.UNPLAYED


@exercises("select.one")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key, "j", key, "m")
    assert [stage.book.status(ident) for ident in ("one", "two", "three")] == [
        Status.PLAYED, Status.UNPLAYED, Status.PLAYED,
    ]  # fmt: skip


@exercises("select.range")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key, "j", "j", "m")
    assert [stage.book.status(ident) for ident in ("one", "two", "three", "four")] == [
        Status.PLAYED, Status.PLAYED, Status.PLAYED, Status.UNPLAYED,
    ]  # fmt: skip


@exercises("queue.add_last")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key, key)
    assert stage.listening.queue.entries == ("one", "two")


@exercises("queue.add_next")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key, key)
    assert stage.listening.queue.entries == ("two", "one")


@exercises("queue.move_down")
async def _(stage: Stage, key: str) -> None:
    await stage.press("e", "e", "e", "2", key)
    assert stage.listening.queue.entries == ("two", "one", "three")
    assert stage.current == "one"


@exercises("queue.move_up")
async def _(stage: Stage, key: str) -> None:
    await stage.press("e", "e", "e", "2", "G", key)
    assert stage.listening.queue.entries == ("one", "three", "two")
    assert stage.current == "three"


@exercises("list.remove")
async def _(stage: Stage, key: str) -> None:
    await stage.press("e", "e", "2", key)
    assert stage.listening.queue.entries == ("two",)


@exercises("feed.add")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key, "a", "full_stop", *"org", "enter")
    assert stage.start.asked_feeds.wishes == [("add", "a.org")]


@exercises("feed.refresh")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.notices == ["This topic is no podcast. Press R to refresh all of them, a to add one."]


@exercises("feed.refresh_all")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.start.asked_feeds.wishes == [("refresh", None)]


@exercises("download.start")
async def _(stage: Stage, key: str) -> None:
    await stage.press("v", "v", key)
    assert stage.start.asked_feeds.wishes == [("download", "one", "two")]


@exercises("undo")
async def _(stage: Stage, key: str) -> None:
    await stage.press("m", key)
    assert stage.book.status("one") is Status.UNPLAYED


@exercises("redo")
async def _(stage: Stage, key: str) -> None:
    await stage.press("m", "u", key)
    assert stage.book.status("one") is Status.PLAYED


# -- looking -------------------------------------------------------------------------------------------


@exercises("search.start")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    await stage.write("three")
    assert stage.focus == "search"
    assert stage.shown == ["three"]


@exercises("search.next")
async def _(stage: Stage, key: str) -> None:
    await stage.press("slash", *"of five".replace(" ", ""), "enter")
    await stage.press("slash", *"the", "enter", key)
    assert stage.current == "two"


@exercises("search.previous")
async def _(stage: Stage, key: str) -> None:
    await stage.press("slash", *"the", "enter", "j", key)
    assert stage.current == "one"


@exercises("search.clear")
async def _(stage: Stage, key: str) -> None:
    await stage.press("slash", *"three", "enter", key)
    assert len(stage.shown) == len(stage.library)
    assert stage.current == "three"


@exercises("list.filter")
async def _(stage: Stage, key: str) -> None:
    seen = []
    for _ in Filter:
        await stage.press(key)
        seen.append(stage.main.view.filter)
    assert seen == [Filter.UNPLAYED, Filter.STARTED, Filter.PLAYED, Filter.ALL]


@exercises("list.sort")
async def _(stage: Stage, key: str) -> None:
    seen = []
    for _ in Sort:
        await stage.press(key)
        seen.append(stage.main.view.sort)
    assert seen == [Sort.COURSE, Sort.SHORTEST, Sort.LONGEST, Sort.TITLE, Sort.NEWEST]


@exercises("list.go_to_playing")
async def _(stage: Stage, key: str) -> None:
    await stage.press("j", "enter", "G", key)
    assert stage.current == "two"


@exercises("view.details")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.shows(DetailsScreen)
    await stage.press(key)
    assert stage.shows(MainScreen)


@exercises("view.transcript")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.focus == "transcript"
    await stage.press(key)
    assert stage.focus == "list"


@exercises("transcript.seek")
async def _(stage: Stage, key: str) -> None:
    await stage.press("enter", "t", "j", key)
    assert stage.playback.position == 20.0


@exercises("transcript.follow")
async def _(stage: Stage, key: str) -> None:
    await stage.press("enter", "t", "j")
    assert not stage.transcript.is_following
    await stage.press(key)
    assert stage.transcript.is_following


@exercises("transcript.copy")
async def _(stage: Stage, key: str) -> None:
    await stage.press("enter", "t", "j", key)
    assert stage.app.clipboard == "Two."


@exercises("session.plan")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.shows(PlanScreen)


@exercises("view.library")
async def _(stage: Stage, key: str) -> None:
    await stage.press("2", key)
    assert stage.place == 0
    await stage.press("3")
    await stage.until(lambda: stage.shows(StatisticsScreen), "the statistics are shown")
    await stage.press(key)
    assert stage.shows(MainScreen)


@exercises("view.session")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.place == Special.QUEUE


@exercises("view.statistics")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    await stage.until(lambda: stage.shows(StatisticsScreen), "the statistics are shown")


# -- the app -------------------------------------------------------------------------------------------


@exercises("app.palette")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert "CommandPalette" in type(stage.app.screen).__name__


@exercises("app.help")
async def _(stage: Stage, key: str) -> None:
    await stage.press(key)
    assert stage.shows(HelpScreen)


@exercises("app.quit")
async def _(stage: Stage, key: str) -> None:
    await stage.press("enter")
    await stage.play(3)
    await stage.pilot.press(key)
    assert not stage.app.is_running
    assert stage.recorder.progress("one")[-1] == 3.0


@exercises("app.suspend")
async def _(stage: Stage, key: str) -> None:
    asked = []
    stage.app.action_suspend_process = lambda: asked.append(key)  # type: ignore[method-assign]  # no terminal to leave
    await stage.press(key)
    assert asked == [key]


# -- where a key works ---------------------------------------------------------------------------------

DIALOGS = {
    "details": ("i",), "help": ("question_mark",), "plan": ("S",), "sleep": ("z",), "statistics": ("3",),
    "palette": ("ctrl+p",),
}  # fmt: skip
"""Keys that open each dialog."""

PANES = {"list": (), "tree": ("tab",), "transcript": ("t",), "queue": ("2",)}
"""Keys that give each pane the focus."""


@pytest.mark.parametrize("where", ["help", "plan", "palette"])
async def test_dialog_with_a_text_field_can_be_typed_in_at_once(where: str, library: Library) -> None:
    async with on_stage(library) as stage:
        await _open(stage, *DIALOGS[where])
        await stage.press("7")
        field = stage.app.screen.focused
        assert isinstance(field, Input)
        assert field.value.endswith("7")


async def _open(stage: Stage, *keys: str) -> None:
    await stage.press(*keys)
    if keys == ("3",):
        await stage.until(lambda: stage.shows(StatisticsScreen), "the statistics are shown")


@pytest.mark.parametrize("where", [*PANES, *DIALOGS])
async def test_space_anywhere_but_in_a_text_field_pauses(where: str, library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("enter")
        await _open(stage, *{**PANES, **DIALOGS}[where])
        is_field = isinstance(stage.app.screen.focused, Input)
        await stage.press("space")
        assert (stage.status() is PlayerStatus.PLAYING) == is_field
        await stage.press("p")
        assert stage.status() is PlayerStatus.PLAYING


@pytest.mark.parametrize("where", [*PANES, *DIALOGS])
async def test_q_anywhere_but_in_a_text_field_quits(where: str, library: Library) -> None:
    async with on_stage(library) as stage:
        await _open(stage, *{**PANES, **DIALOGS}[where])
        field = stage.app.screen.focused
        await stage.pilot.press("q")
        if isinstance(field, Input):
            assert stage.app.is_running
            assert field.value.endswith("q")
            await stage.pilot.press("ctrl+q")
        assert not stage.app.is_running


@pytest.mark.parametrize("where", [*PANES, *DIALOGS])
async def test_escape_pressed_often_never_quits(where: str, library: Library) -> None:
    async with on_stage(library) as stage:
        await _open(stage, *{**PANES, **DIALOGS}[where])
        await stage.press("escape", "escape", "escape")
        assert stage.app.is_running
        assert stage.shows(MainScreen)


async def test_q_in_the_search_field_is_a_letter(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("slash", "q", "space", "p")
        assert stage.app.is_running
        assert stage.app.screen.query_one("#search", Input).value == "q p"


@pytest.mark.parametrize("where", [*PANES, *(name for name in DIALOGS if name not in ("help", "plan", "palette"))])
async def test_comma_and_full_stop_seek_in_every_view_without_a_text_field(where: str, library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("enter")
        await _open(stage, *{**PANES, **DIALOGS}[where])
        await stage.press("full_stop")
        assert stage.playback.position == 30.0
        await stage.press("comma")
        assert stage.playback.position == 20.0


async def test_arrows_in_the_tree_fold_and_do_not_seek(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("enter", "tab", "j", "left", "right")
        assert stage.playback.position == 0.0
        assert "Numbers" in dict(stage.tree_rows())


@pytest.mark.parametrize("where", ["list", "transcript", "queue"])
async def test_arrows_outside_the_tree_seek(where: str, library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("enter")
        await _open(stage, *PANES[where])
        await stage.press("right", "left")
        assert stage.playback.position == 20.0


async def test_space_with_nothing_loaded_plays_what_the_cursor_is_on(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("j", "space")
        assert stage.playback.episode == "two"


async def test_hints_of_the_key_line_are_those_of_the_pane(library: Library) -> None:
    async with on_stage(library) as stage:
        last = stage.text.rstrip("\n").split("\n")[-1]
        assert "enter Play" in last
        await stage.press("tab")
        last = stage.text.rstrip("\n").split("\n")[-1]
        assert "enter Open" in last
        assert "enter Play" not in last


@pytest.mark.parametrize(
    ("word", "ident"),
    [(action.hint, action.id) for action in ACTIONS if action.hint and action.where != "transcript"],
)
async def test_hint_of_the_key_line_clicked_does_what_its_key_does(word: str, ident: str, library: Library) -> None:
    async with on_stage(library) as stage:
        if BY_ID[ident].where == "tree":
            await stage.press("tab", "j")
        await stage.press("enter") if word in ("Pause", "Seek") else None
        line = stage.main.query_one("#keys")
        column = stage.rows_of(line)[0].index(f" {word}") + 1
        before = stage.text
        await stage.pilot.click(line, offset=(column, 0))
        assert not stage.app.is_running or stage.text != before
