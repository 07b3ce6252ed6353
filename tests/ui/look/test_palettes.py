"""Every view in every theme on terminals with true colour, 256 and 16 colours: what its cells are made of."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from typing import NamedTuple

import pytest
from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.color import ColorType, blend_rgb
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, MONOKAI, NIGHT_OWLISH, TerminalTheme
from textual._compositor import LayoutUpdate
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from tests.app_driver import AppDriver
from tests.scenes import PICTURED, Scene, play_scene, run_scene
from tui_pod.config.settings import InterfaceSettings, Settings
from tui_pod.ui.look.palettes import nearest, rgb
from tui_pod.ui.look.themes import OWN, contrast, luminance

READABLE, VISIBLE, TINTED = 4.5, 1.5, 1.15
"""Contrast of text that WCAG AA asks for, of frames, tracks and marks, and of the tint of the row at the cursor."""

THEMES = [theme for theme in (*BUILTIN_THEMES.values(), *OWN) if not theme.ansi]
DEPTHS = {"truecolor": ("xterm-256color", "truecolor"), "256": ("xterm-256color", ""), "16": ("xterm", "")}
"""TERM and COLORTERM of a terminal with so many colours."""

GREYS = {"truecolor without colours": "truecolor", "16 without colours": "16"}
"""Terminals with NO_COLOR."""

VGA = TerminalTheme(
    (0, 0, 0), (170, 170, 170),
    [(0, 0, 0), (170, 0, 0), (0, 170, 0), (170, 85, 0), (0, 0, 170), (170, 0, 170), (0, 170, 170), (170, 170, 170)],
    [(85, 85, 85), (255, 85, 85), (85, 255, 85), (255, 255, 85), (85, 85, 255), (255, 85, 255), (85, 255, 255),
     (255, 255, 255)],
)  # fmt: skip

TERMINALS = {True: (VGA, MONOKAI, NIGHT_OWLISH), False: (DEFAULT_TERMINAL_THEME,)}
"""What the 16 colours are in terminals that are dark, or not."""

MORE = {"palette": Scene(("ctrl+p",)), "note": Scene(("b", "b"), seconds=42)}

BOTH = pytest.mark.parametrize("theme", ["tui-pod", "tui-pod-light"])
EVERY_DEPTH = pytest.mark.parametrize("depth", [*DEPTHS, *GREYS], indirect=True)


class Cell(NamedTuple):
    """A stretch of cells with one style."""

    text: str
    color: RichColor
    background: RichColor
    is_dim: bool


def cells(driver: AppDriver) -> Iterator[Cell]:
    """Yield what the topmost screen shows; what lies under a dialog is left out."""
    driver.app.screen.refresh()
    update = driver.app.screen._compositor.render_update(full=True, screen_stack=driver.app._background_screens)
    assert isinstance(update, LayoutUpdate)
    top = None if driver.app.screen is driver.main else driver.app.screen.query_one("DialogBody, .view").region
    for y, line in enumerate(update.strips):
        x = 0
        for strip in line:
            for text, style, control in strip:
                if control or style is None:
                    continue
                is_shown = top is None or (top.y <= y < top.bottom and top.x <= x < top.right)
                x += len(text)
                color, background = style.color or RichColor.default(), style.bgcolor or RichColor.default()
                if style.reverse:
                    color, background = background, color
                if is_shown:
                    yield Cell(text, color, background, bool(style.dim))


@cache
def light_of(color: RichColor) -> float:
    """Return the luminance of a colour that is not the terminal's own."""
    return luminance(Color(*(rgb(color.number) if color.number is not None else color.get_truecolor())))


def faint(cell: Cell) -> bool:
    """Return whether a text or a mark cannot be told from its background as well as it should."""
    found = contrast(light_of(cell.color), light_of(cell.background))
    if re.search(r"\w", cell.text):
        return found < READABLE
    return bool(cell.text.strip()) and "▀" not in cell.text and "▍" not in cell.text and found < VISIBLE


@pytest.fixture
def depth(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the app start on a terminal with so many colours."""
    term, colorterm = DEPTHS[GREYS.get(request.param, request.param)]
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("COLORTERM", colorterm)
    monkeypatch.delenv("NO_COLOR", raising=False)
    if request.param in GREYS:
        monkeypatch.setenv("NO_COLOR", "1")
    return str(request.param)


async def shown(theme: str, driver: AppDriver) -> list[Cell]:
    """Return the cells of a view in a theme."""
    driver.app.theme = theme
    await driver.settle()
    return list(cells(driver))


def wrong(cell: Cell, depth: str) -> bool:
    """Return whether a cell has a colour that its terminal has not, or cannot be told from its background."""
    kinds = {cell.background.type, cell.color.type} if cell.text.strip() else {cell.background.type}
    if depth == "16":
        return not kinds <= {ColorType.DEFAULT, ColorType.STANDARD}
    return kinds != {ColorType.EIGHT_BIT if depth == "256" else ColorType.TRUECOLOR} or faint(cell)


@pytest.mark.parametrize("name", PICTURED)
@pytest.mark.parametrize("depth", ["truecolor"], indirect=True)
@pytest.mark.parametrize("theme", ["ansi-light", "transparent"])
async def test_terminals_own_colours_are_the_only_ones_from_the_start(name: str, depth: str, theme: str) -> None:
    scene = PICTURED[name]

    first = (
        {"settings": Settings(ui=InterfaceSettings(transparent=True))} if theme == "transparent" else {"theme": theme}
    )
    async with run_scene(scene, (100, 30), **first) as driver:
        await play_scene(driver, scene)
        assert not [cell for cell in cells(driver) if wrong(cell, "16")]


@pytest.mark.parametrize("name", PICTURED)
@pytest.mark.parametrize("depth", DEPTHS, indirect=True)
async def test_every_view_can_be_read_in_every_theme(name: str, depth: str) -> None:
    scene = PICTURED[name]
    themes = ("tui-pod", "tui-pod-light") if depth == "16" else [theme.name for theme in THEMES]
    async with run_scene(scene, (100, 30)) as driver:
        await play_scene(driver, scene)
        found = {
            f"{cell.text.strip()[:12]!r} {cell.color.name} on {cell.background.name} in {theme}"
            for theme in themes
            for cell in await shown(theme, driver)
            if wrong(cell, depth)
        }
        assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize(
    ("level", "number"), [(0, 16), (8, 232), (238, 255), (246, 255), (247, 231), (250, 231), (255, 231)]
)
def test_grey_is_drawn_in_the_nearest_of_the_palette(level: int, number: int) -> None:
    assert nearest(RichColor.from_rgb(level, level, level)).number == number


class Lights(NamedTuple):
    """A character, and the luminances of itself and of what is behind it."""

    character: str
    light: float
    ground: float

    @property
    def contrast(self) -> float:
        return contrast(self.light, self.ground)


Grid = list[list[Lights]]


def grids(driver: AppDriver) -> list[Grid]:
    """Return the cells of the screen as they are on each terminal of the theme's kind."""
    driver.app.screen.refresh()
    update = driver.app.screen._compositor.render_update(full=True, screen_stack=driver.app._background_screens)
    assert isinstance(update, LayoutUpdate)
    lines = [[segment for strip in line for segment in strip] for line in update.strips]
    found: list[Grid] = []
    for terminal in TERMINALS[driver.app.current_theme.dark]:
        found.append([])
        for line in lines:
            found[-1].append([])
            for text, style, _ in line:
                assert style is not None
                color = (style.color or RichColor.default()).get_truecolor(terminal)
                ground = (style.bgcolor or RichColor.default()).get_truecolor(terminal, foreground=False)
                color, ground = (ground, color) if style.reverse else (color, ground)
                color = blend_rgb(color, ground, 0.5) if style.dim else color
                lights = luminance(Color(*color)), luminance(Color(*ground))
                found[-1][-1] += (Lights(character, *lights) for character in text for _ in range(cell_len(character)))
    return found


@asynccontextmanager
async def played(name: str, theme: str) -> AsyncIterator[AppDriver]:
    """Run the app in a theme, brought to a scene."""
    scene = MORE.get(name) or PICTURED[name]
    async with run_scene(scene, (100, 30)) as driver:
        driver.app.theme = theme
        await driver.settle()
        await play_scene(driver, scene)
        yield driver


@BOTH
@EVERY_DEPTH
async def test_frame_with_the_focus_is_no_fainter_than_the_others(depth: str, theme: str) -> None:
    async with played("playing", theme) as driver:
        (x, y), (other_x, other_y) = driver.episodes.region.offset, driver.tree.region.offset
        for grid in grids(driver):
            assert (grid[y][x].character, grid[other_y][other_x].character) == ("╭", "╭")
            assert grid[y][x].contrast >= grid[other_y][other_x].contrast >= VISIBLE


@BOTH
@EVERY_DEPTH
async def test_what_is_under_a_dialog_is_fainter_than_before(depth: str, theme: str) -> None:
    async with played("playing", theme) as driver:
        before = grids(driver)
        await driver.press("z")
        dialog = driver.app.screen.query_one("DialogBody").region
        for former, grid in zip(before, grids(driver), strict=True):
            under = [
                (old.contrast, new.contrast)
                for y in range(len(grid) - 1)  # the keys below are those of the dialog
                for x, (old, new) in enumerate(zip(former[y], grid[y], strict=True))
                if new.character.strip() and not dialog.contains(x, y)
            ]
            assert max(new for _, new in under) < 0.8 * max(old for old, _ in under)
            assert sum(new for _, new in under) < 0.85 * sum(old for old, _ in under)


@BOTH
@EVERY_DEPTH
async def test_field_without_the_focus_can_be_seen(depth: str, theme: str) -> None:
    async with played("note", theme) as driver:
        first, second = driver.app.screen.query("FormDialog Input")
        assert (first.has_focus, second.has_focus) == (True, False)
        x, y = second.region.offset
        for grid in grids(driver):
            assert grid[y][x].character == "▎"
            assert grid[y][x].contrast >= VISIBLE


@BOTH
@pytest.mark.parametrize("depth", GREYS, indirect=True)
async def test_accent_without_a_hue_is_no_fainter_than_text(depth: str, theme: str) -> None:
    async with played("playing", theme) as driver:
        for grid in grids(driver):
            key, word = grid[-1][1], grid[-1][7]
            assert (key.character, word.character) == ("s", "P")
            assert key.contrast >= word.contrast


@BOTH
@EVERY_DEPTH
@pytest.mark.parametrize("name", ["playing", "sleep", "palette", "bookmarks"])
async def test_row_at_the_cursor_has_another_ground(depth: str, theme: str, name: str) -> None:
    async with played(name, theme) as driver:
        region = driver.app.screen.query_one("EpisodeList, OptionList, #bookmarks").content_region
        for grid in grids(driver):
            grounds = [grid[y][region.x + 3].ground for y in range(region.y, region.bottom)]
            assert max(contrast(ground, grounds[-1]) for ground in grounds) >= TINTED


@pytest.mark.parametrize("depth", DEPTHS, indirect=True)
async def test_match_of_a_search_stands_out_in_every_theme(depth: str) -> None:
    async with played("search", "tui-pod") as driver:
        for theme in THEMES:
            driver.app.theme = theme.name
            await driver.settle()
            for grid in grids(driver):
                row = next(row for row in grid if "Sliding window" in "".join(each.character for each in row))
                at = "".join(each.character for each in row).index("attention")
                assert row[at].contrast >= READABLE, theme.name
                assert contrast(row[at].ground, row[at - 1].ground) >= VISIBLE, theme.name
