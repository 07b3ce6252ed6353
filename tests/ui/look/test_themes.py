"""Every theme that can be chosen: its text can be read wherever it stands."""

from __future__ import annotations

import re

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from screenshots.drawing import Run, read_rows
from tests.app_driver import FakeServices, run_app
from tests.scenes import SCENES, play_scene
from tui_pod.ui.look.themes import DEFAULT, OWN, contrast, luminance

LEAST = 4.5
"""Contrast of text that WCAG AA asks for."""

THEMES = [theme.name for theme in (*BUILTIN_THEMES.values(), *OWN) if "ansi" not in theme.name]
"""Those of the terminal's own colours are as the terminal has them."""


def contrast_of(run: Run) -> float:
    """Return how well text can be told from what it stands on."""
    return contrast(luminance(Color.parse(run.color)), luminance(Color.parse(run.background)))


@pytest.mark.parametrize("name", ["playing", "search", "queue", "session", "transcript", "statistics"])
async def test_text_can_be_read_in_every_theme(name: str) -> None:
    scene = SCENES[name]
    async with run_app(
        scene.library(), (120, 40), scene.progress(), scene.queue, query=scene.query, prepare=scene.prepare
    ) as driver:
        await play_scene(driver, scene)
        faint = []
        for theme in THEMES:
            driver.app.theme = theme
            await driver.settle()
            raised = {driver.app.theme_variables[name].lower() for name in ("surface", "panel", "cursor")}
            raised.discard(driver.app.theme_variables["background"].lower())  # where a dialog is not told by its colour
            for row in await read_rows(driver):
                for run in row:
                    is_covered = driver.app.screen is not driver.main and run.background not in raised  # so dimmed
                    if re.search(r"\w", run.text) and not is_covered and contrast_of(run) < LEAST:
                        faint.append((theme, run.text.strip(), round(contrast_of(run), 2), run.color, run.background))
        assert not faint


@pytest.mark.parametrize(
    "theme", [theme for theme in OWN if theme.name != "high-contrast"], ids=lambda theme: theme.name
)
def test_own_theme_has_ten_colours_at_most(theme: object) -> None:
    colours = {value for value in vars(theme).values() if isinstance(value, str) and value.startswith("#")}
    assert len(colours) <= 10


async def test_first_start_has_our_own_theme() -> None:
    scene = SCENES["library"]
    async with run_app(scene.library()) as driver:
        assert driver.app.theme == DEFAULT == "tui-pod"


async def test_theme_of_the_settings_is_there_from_the_start() -> None:
    def prepare(services: FakeServices) -> None:
        services.first = services.first._replace(theme="nord")

    async with run_app(SCENES["library"].library(), prepare=prepare) as driver:
        assert driver.app.theme == "nord"
        assert driver.app.theme_variables["background"].lower() == "#2e3440"


async def test_terminal_of_sixteen_colours_is_drawn_in_them_and_the_choice_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    async with run_app(SCENES["library"].library()) as driver:
        assert driver.app.theme == DEFAULT
        assert driver.app.theme_variables["cursor"] == "ansi_default"
        driver.app.theme = "tui-pod-light"
        await driver.settle()
        assert driver.app.current_theme.name == "ansi-light"
        assert driver.writer.setting("theme") == "tui-pod-light"
