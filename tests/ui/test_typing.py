"""Keys that come all at once, as over a slow line: each finds what the one before it has done."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from tests.rooms import BASICS
from tests.stage import Stage, on_stage
from tui_pod.core.library.library import Library
from tui_pod.core.playback.snapshot import PlayerStatus
from tui_pod.core.progress.progress import Status
from tui_pod.core.selection.list_query import Special, View

VIEW = View(place=1)


def played(stage: Stage) -> set[str]:
    """Return the episodes that are marked."""
    book = stage.listening.book
    return {ident for ident, _ in book if book.status(ident) is Status.PLAYED}


async def test_search_typed_at_once_loses_no_letter_and_does_nothing_else(library: Library) -> None:
    async with on_stage(library, view=VIEW) as stage:
        await stage.press_at_once(*"/quip /-x2m")
        assert stage.app.is_running
        assert stage.main.query_one("#search", Input).value == "quip /-x2m"
        assert (stage.status(), played(stage), len(stage.app.screen_stack)) == (PlayerStatus.STOPPED, set(), 1)


async def test_search_and_enter_at_once_narrows_and_gives_the_keys_back(library: Library) -> None:
    async with on_stage(library, view=VIEW) as stage:
        await stage.press_at_once(*"/two", "enter", "m")
        assert played(stage) == {"two"}


@pytest.mark.parametrize("key", ["a", "S", "?"])
async def test_text_typed_right_behind_a_dialogs_key_is_in_its_field(library: Library, key: str) -> None:
    async with on_stage(library, view=VIEW) as stage:
        await stage.press_at_once(key, *"qx p")
        assert stage.app.screen.query_one(Input).value == "qx p"
        assert (stage.status(), len(stage.app.screen_stack)) == (PlayerStatus.STOPPED, 2)


async def test_marks_are_kept_when_the_program_is_quit_right_behind_them(library: Library) -> None:
    async with on_stage(library, view=VIEW) as stage:
        await stage.press_at_once(*"mjm", "q")
        assert played(stage) == {"one", "three"}
        assert stage.start.recorder.progress("three")


async def test_undo_right_behind_a_mark_takes_it_back(library: Library) -> None:
    async with on_stage(library, view=VIEW) as stage:
        await stage.press_at_once(*"mu")
        assert played(stage) == set()
        assert stage.notices[-1] == "Taken back: 1 episode marked played"


async def test_keys_right_behind_a_change_of_pane_are_for_that_pane(library: Library) -> None:
    async with on_stage(library, view=VIEW) as stage:
        await stage.press_at_once("j", "tab", "g", "j", "tab", "j")
        assert stage.main.view.place == Special.QUEUE
        await stage.press_at_once("1", "h", "l", "j", "m")
        assert played(stage) == {library.ids[BASICS[1]]}


async def test_keys_of_the_transcript_right_behind_its_own(library: Library) -> None:
    async with on_stage(library, view=VIEW) as stage:
        await stage.press_at_once("t", "j", "enter")
        await stage.until(lambda: stage.playback.episode == "one", "its second sentence is heard")
