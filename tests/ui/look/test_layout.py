"""Any size of terminal, at any moment: nothing crashes, nothing is lost, and what fits is shown."""

import pytest
from rich.cells import cell_len

from tests.app_driver import AppDriver, embedded_library, run_app
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.player.snapshot import Chapter, PlayerStatus
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.ui.screens.dialog import DialogBody

GENERATIVE_AI = ListQuery(entry=1)

WIDTHS = (1, 2, 3, 5, 10, 20, 39, 40, 41, 63, 64, 80, 99, 100, 120, 139, 140, 200)
HEIGHTS = (1, 2, 3, 4, 5, 8, 11, 12, 13, 24, 29, 30, 40, 60)

DIALOGS = {
    "details": ("i",), "help": ("question_mark",), "plan": ("S",), "sleep": ("z",), "statistics": ("3",),
    "palette": ("ctrl+p",), "search": ("slash", "a"), "transcript": ("t",),
}  # fmt: skip


def check_fits(driver: AppDriver, width: int, height: int) -> str:
    """Fail when something is drawn outside the terminal; return what is on it."""
    text = driver.text
    lines = text.rstrip("\n").split("\n")
    assert len(lines) <= height
    assert all(cell_len(line) <= width for line in lines)
    return text


@pytest.mark.parametrize("width", WIDTHS)
async def test_every_size_while_playing_keeps_the_place_and_the_bar(width: int) -> None:
    async with run_app(embedded_library(), query=GENERATIVE_AI) as driver:
        await driver.press(*["j"] * 5, "enter", "j", "j", "v", "k")
        await driver.play(30)
        current, title = driver.current, driver.playback.title
        for height in HEIGHTS:
            await driver.resize(width, height)
            await driver.play(1)
            text = check_fits(driver, width, height)
            assert driver.current == current
            assert driver.status() is PlayerStatus.PLAYING
            if width >= 20 and height >= 2:
                assert title[:10] in text  # what comes next must not push it out
                assert "0:" in text
        await driver.resize(120, 40)
        assert driver.current == current
        await driver.until(lambda: driver.focus == "list", "the list has the focus again")
        assert driver.library.titles[driver.main.model.index or 0].partition(" — ")[0] in driver.text
        assert len(driver.main.model.chosen) == 1
        await driver.press("j")
        assert driver.current != current


@pytest.mark.parametrize("name", DIALOGS)
async def test_every_size_with_a_dialog_open_crashes_nothing(name: str) -> None:
    async with run_app(embedded_library(), query=GENERATIVE_AI) as driver:
        await driver.press("enter", *DIALOGS[name])
        if name == "statistics":
            await driver.until(lambda: driver.focus == "statistics", "the statistics are shown")
        for width in (1, 9, 40, 80, 200):
            for height in (1, 12, 60):
                await driver.resize(width, height)
                await driver.press("down")
                check_fits(driver, width, height)
        await driver.resize(120, 40)
        await driver.press("escape", "escape", "2", "1")
        assert driver.app.is_running
        assert driver.focus == "list"


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_first_paint_of_a_dialog_fits(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    widths: list[int] = []
    monkeypatch.setattr(DialogBody, "on_resize", lambda _, event: widths.append(event.size.width), raising=False)
    async with run_app(embedded_library(), size) as driver:
        await driver.press("a")
        await driver.until(lambda: widths, "the dialog is laid out")
        assert max(widths) <= size[0]


async def test_terminal_grown_again_from_nothing_can_be_used_at_once(driver: AppDriver) -> None:
    for focus, keys in (("list", ()), ("tree", ("tab",))):
        await driver.press(*keys)
        await driver.resize(30, 8)
        await driver.press("space", "space")
        await driver.resize(120, 40)
        assert driver.focus == focus
        place = (driver.tree.cursor, driver.episodes.cursor)
        await driver.press("j")
        assert place != (driver.tree.cursor, driver.episodes.cursor)


@pytest.mark.parametrize(
    ("key", "focus"),
    [("i", "details"), ("t", "transcript"), ("3", "statistics"), ("4", "bookmarks"), ("ctrl+f", "everywhere")],
)
async def test_terminal_grown_again_from_nothing_shows_what_was_open(key: str, focus: str, driver: AppDriver) -> None:
    await driver.press(key)
    await driver.until(lambda: driver.focus == focus, "it is open")
    await driver.resize(30, 8)
    await driver.resize(120, 40)
    assert driver.focus == focus


async def test_smallest_terminal_shows_the_bar_alone_and_obeys_the_keys(library: Library) -> None:
    async with run_app(library, size=(30, 4)) as driver:
        await driver.press("space")
        assert driver.playback.episode == "one"
        lines = driver.text.rstrip("\n").split("\n")
        assert lines[0].startswith(" ▶ One")
        assert len(lines) == 2
        await driver.press("full_stop", "space")
        assert driver.status() is PlayerStatus.PAUSED
        assert driver.playback.position == 30.0
        await driver.press("q")
        assert not driver.app.is_running


async def test_narrow_terminal_shows_one_pane_and_tab_the_other(library: Library) -> None:
    async with run_app(library, size=(40, 12)) as driver:
        assert driver.episodes.display
        assert not driver.tree.display
        await driver.press("tab")
        assert driver.tree.display
        assert not driver.episodes.display
        assert ("All Topics", len(library)) in driver.tree_rows()
        await driver.press("j", "enter")
        assert driver.episodes.display
        assert driver.shown == ["one", "two", "three", "four", "five"]


async def test_pane_with_the_focus_is_what_a_narrow_terminal_shows_and_stays_so_when_it_widens(
    driver: AppDriver,
) -> None:
    await driver.press("tab")
    await driver.resize(40, 12)
    assert driver.focus == "tree"
    assert driver.tree.display
    await driver.press("j")
    assert driver.listed == 1
    await driver.resize(120, 40)
    assert driver.focus == "tree"
    assert driver.episodes.display
    await driver.press("tab")
    await driver.resize(40, 12)
    assert driver.focus == "list"
    assert driver.episodes.display


async def test_row_at_the_cursor_fits_its_summary_and_has_a_line_more_in_a_large_terminal(driver: AppDriver) -> None:
    for size, lines in (((120, 40), 3), ((80, 24), 2), ((40, 12), 2), ((100, 30), 3), ((99, 30), 2)):
        await driver.resize(*size)
        rows = driver.rows_of(driver.episodes)
        assert rows[0].startswith("▎○ One")
        assert rows[lines].startswith(" ○ Two")
        assert rows[lines + 2].startswith(" ○ Three")


async def test_storm_of_sizes_ends_in_the_picture_of_the_last_one() -> None:
    async with run_app(embedded_library(), query=GENERATIVE_AI) as driver:
        await driver.press("j", "j", "enter")
        await driver.play(5)
        await driver.resize(80, 24)
        calm, current = driver.text, driver.current
        for number in range(120):
            await driver.pilot.resize_terminal(20 + number * 37 % 180, 3 + number * 11 % 57)
        await driver.resize(80, 24)
        assert driver.text == calm
        assert (driver.current, driver.status(), driver.focus) == (current, PlayerStatus.PLAYING, "list")


@pytest.mark.parametrize("title", ["漢" * 300, "𝕏" * 300, "é̂" * 150])
async def test_details_of_a_title_of_300_wide_letters_fit(title: str) -> None:
    library = build_library([], [Episode("one", title, title, 60.0)])
    async with run_app(library, (80, 24)) as driver:
        await driver.press("i")
        for width, height in ((200, 50), (120, 40), (80, 24), (40, 12), (10, 3), (170, 45)):
            await driver.resize(width, height)
            check_fits(driver, width, height)


async def test_5000_chapters_in_the_details_are_drawn_as_far_as_they_are_seen() -> None:
    library = build_library([], [Episode("one", "One", "", 6000.0)])
    async with run_app(library, (80, 24)) as driver:
        driver.services.chapters["one"] = tuple(Chapter(float(n), f"Part {n}") for n in range(5_000))
        await driver.press("i")
        await driver.until(lambda: "Part 0" in driver.text, "the chapters are shown")
        await driver.press("end")
        await driver.until(lambda: "Part 4999" in driver.text, "the last chapter is shown")
        await driver.press("enter")
        assert driver.playback.position == 4999
