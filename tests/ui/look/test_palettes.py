"""Every view in every theme on terminals with true colour, 256 and 16 colours: what its cells are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from rich.color import Color as RichColor
from rich.color import ColorType
from textual._compositor import LayoutUpdate
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from tests.app_driver import AppDriver, FakeServices, run_app
from tests.scenes import PICTURED, play_scene
from tui_pod.config.settings import InterfaceSettings
from tui_pod.ui.look.palettes import nearest, rgb
from tui_pod.ui.look.themes import OWN, contrast, luminance

READABLE, VISIBLE = 4.5, 1.5
"""Contrast of text that WCAG AA asks for, and of frames, tracks and marks."""

THEMES = [theme for theme in (*BUILTIN_THEMES.values(), *OWN) if not theme.ansi]
DEPTHS = {"truecolor": ("xterm-256color", "truecolor"), "256": ("xterm-256color", ""), "16": ("xterm", "")}
"""TERM and COLORTERM of a terminal with so many colours."""


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
    term, colorterm = DEPTHS[request.param]
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("COLORTERM", colorterm)
    monkeypatch.delenv("NO_COLOR", raising=False)
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

    def prepare(services: FakeServices) -> None:
        scene.prepare(services)
        first = services.first
        settings = first.settings._replace(ui=InterfaceSettings(transparent=True))
        if theme == "transparent":
            services.first = first._replace(settings=settings)
        else:
            services.first = first._replace(theme=theme)

    async with run_app(
        scene.library(), (100, 30), scene.progress(), scene.queue, query=scene.query, prepare=prepare
    ) as driver:
        await play_scene(driver, scene)
        assert not [cell for cell in cells(driver) if wrong(cell, "16")]


@pytest.mark.parametrize("name", PICTURED)
@pytest.mark.parametrize("depth", DEPTHS, indirect=True)
async def test_every_view_can_be_read_in_every_theme(name: str, depth: str) -> None:
    scene = PICTURED[name]
    themes = ("tui-pod", "tui-pod-light") if depth == "16" else [theme.name for theme in THEMES]
    async with run_app(
        scene.library(), (100, 30), scene.progress(), scene.queue, query=scene.query, prepare=scene.prepare
    ) as driver:
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
