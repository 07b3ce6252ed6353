"""Any size of terminal, at any moment: nothing crashes, nothing is lost, and what fits is shown."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tests.stage import Stage, embedded_library, on_stage
from tui_pod.core.library.library import Library
from tui_pod.core.playback.snapshot import PlayerStatus
from tui_pod.core.selection.list_query import View
from tui_pod.ui.screens.statistics import StatisticsScreen

GENERATIVE_AI = View(place=1)

WIDTHS = (1, 2, 3, 5, 10, 20, 39, 40, 41, 63, 64, 80, 99, 100, 120, 139, 140, 200)
HEIGHTS = (1, 2, 3, 4, 5, 8, 11, 12, 13, 24, 29, 30, 40, 60)

DIALOGS = {
    "details": ("i",), "help": ("question_mark",), "plan": ("S",), "sleep": ("z",), "statistics": ("3",),
    "palette": ("ctrl+p",), "search": ("slash", "a"), "transcript": ("t",),
}  # fmt: skip


def check_fits(stage: Stage, width: int, height: int) -> None:
    """Fail when something is drawn outside the terminal."""
    lines = stage.text.rstrip("\n").split("\n")
    assert len(lines) <= height
    assert all(cell_len(line) <= width for line in lines)


@pytest.mark.parametrize("width", WIDTHS)
async def test_every_size_while_playing_keeps_the_place_and_the_bar(width: int) -> None:
    async with on_stage(embedded_library(), view=GENERATIVE_AI) as stage:
        await stage.press(*["j"] * 5, "enter", "j", "j", "v", "k")
        await stage.play(30)
        current, title = stage.current, stage.playback.title
        for height in HEIGHTS:
            await stage.resize(width, height)
            await stage.play(1)
            check_fits(stage, width, height)
            assert stage.current == current
            assert stage.status() is PlayerStatus.PLAYING
            if width >= 20 and height >= 2:
                assert title[:10] in stage.text  # what comes next must not push it out
                assert "0:" in stage.text
        await stage.resize(120, 40)
        assert stage.current == current
        assert stage.focus == "list"
        assert stage.library.titles[stage.episodes.index or 0][:20] in stage.text
        assert len(stage.episodes.chosen) == 1
        await stage.press("j")
        assert stage.current != current


@pytest.mark.parametrize("name", DIALOGS)
async def test_every_size_with_a_dialog_open_crashes_nothing(name: str) -> None:
    async with on_stage(embedded_library(), view=GENERATIVE_AI) as stage:
        await stage.press("enter", *DIALOGS[name])
        if name == "statistics":
            await stage.until(lambda: stage.shows(StatisticsScreen), "the statistics are shown")
        for width in (1, 9, 40, 80, 200):
            for height in (1, 3, 12, 24, 60):
                await stage.resize(width, height)
                await stage.press("down")
                check_fits(stage, width, height)
        await stage.resize(120, 40)
        await stage.press("escape", "escape", "2", "1")
        assert stage.app.is_running
        assert stage.focus == "list"


async def test_terminal_grown_again_from_nothing_can_be_used_at_once(library: Library) -> None:
    async with on_stage(library) as stage:
        for focus, keys in (("list", ()), ("tree", ("tab",))):
            await stage.press(*keys)
            await stage.resize(30, 8)
            await stage.press("space", "space")
            await stage.resize(120, 40)
            assert stage.focus == focus
            place = (stage.tree.cursor, stage.episodes.cursor)
            await stage.press("j")
            assert place != (stage.tree.cursor, stage.episodes.cursor)


async def test_smallest_terminal_shows_the_bar_alone_and_obeys_the_keys(library: Library) -> None:
    async with on_stage(library, size=(30, 4)) as stage:
        await stage.press("space")
        assert stage.playback.episode == "one"
        lines = stage.text.rstrip("\n").split("\n")
        assert lines[0].startswith(" ▶ One")
        assert len(lines) == 2
        await stage.press("full_stop", "space")
        assert stage.status() is PlayerStatus.PAUSED
        assert stage.playback.position == 30.0
        await stage.press("q")
        assert not stage.app.is_running


async def test_narrow_terminal_shows_one_pane_and_tab_the_other(library: Library) -> None:
    async with on_stage(library, size=(40, 12)) as stage:
        assert stage.episodes.display
        assert not stage.tree.display
        await stage.press("tab")
        assert stage.tree.display
        assert not stage.episodes.display
        assert ("All Topics", len(library)) in stage.tree_rows()
        await stage.press("j", "enter")
        assert stage.episodes.display
        assert stage.shown == ["one", "two", "three", "four", "five"]


async def test_focus_of_the_tree_in_a_narrow_terminal_stays_when_it_widens(library: Library) -> None:
    async with on_stage(library, size=(40, 12)) as stage:
        await stage.press("tab")
        await stage.resize(120, 40)
        assert stage.focus == "tree"
        assert stage.episodes.display
        await stage.press("tab")
        await stage.resize(40, 12)
        assert stage.focus == "list"
        assert stage.episodes.display


async def test_tree_focused_in_a_wide_terminal_is_what_a_narrow_one_shows(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("tab")
        await stage.resize(40, 12)
        assert stage.focus == "tree"
        assert stage.tree.display
        await stage.press("j")
        assert stage.place == 1


async def test_rows_have_two_lines_in_a_small_terminal_and_three_in_a_large_one(library: Library) -> None:
    async with on_stage(library) as stage:
        for size, lines in (((120, 40), 3), ((80, 24), 2), ((40, 12), 2), ((100, 30), 3), ((99, 30), 2)):
            await stage.resize(*size)
            rows = stage.rows_of(stage.episodes)
            assert rows[0].strip().startswith("○ One")
            assert rows[lines].strip().startswith("○ Two")
