"""The episode's pane: beside the list in a wide terminal, over it by key in others."""

from __future__ import annotations

import pytest

from tests.app_driver import AppDriver, run_app
from tui_pod.core.library.library import Library
from tui_pod.core.player.snapshot import Chapter, Source
from tui_pod.ui.widgets.cover import Cover
from tui_pod.ui.widgets.episode_pane import EpisodePane

WIDE = (170, 45)


def pane_text(driver: AppDriver) -> str:
    """Return what the pane shows; empty while it is out of sight."""
    panes = [pane for pane in driver.main.query(EpisodePane) if pane.display]
    return "\n".join(str(pane.border_title) + line for pane in panes for line in driver.rows_of(pane))


async def shows(driver: AppDriver, words: str) -> None:
    await driver.until(lambda: words in pane_text(driver), f"{words!r} is in the pane")


async def test_pane_of_a_wide_terminal_follows_the_cursor(library: Library) -> None:
    async with run_app(library, size=WIDE) as driver:
        for key in ("", "j", "j"):
            await driver.press(*([key] if key else []))
            await shows(driver, driver.main.model.library.titles[driver.main.model.index or 0])
        assert "Episode" in pane_text(driver)


async def test_pane_stays_with_what_plays_and_says_the_sentence(library: Library) -> None:
    async with run_app(library, size=WIDE) as driver:
        await driver.press("enter")
        await shows(driver, "Now playing")
        title = driver.playback.title
        await driver.press("j", "j")
        await shows(driver, title)
        await driver.press("space")
        await shows(driver, driver.main.model.library.titles[driver.main.model.index or 0])


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
async def test_pane_lies_over_the_list_by_key_and_keeps_the_keys_there(library: Library, size: tuple[int, int]) -> None:
    async with run_app(library, size=size) as driver:
        assert pane_text(driver) == ""
        await driver.press("o", "j")
        await shows(driver, driver.main.model.library.titles[driver.main.model.index or 0][:20])
        assert driver.main.model.cursor == 1
        await driver.press("escape")
        assert pane_text(driver) == ""


async def test_pane_is_hidden_by_key_in_a_wide_terminal(library: Library) -> None:
    async with run_app(library, size=WIDE) as driver:
        await shows(driver, "Episode")
        await driver.press("o")
        assert pane_text(driver) == ""


async def test_pane_lists_the_chapters_around_the_one_that_plays(library: Library) -> None:
    async with run_app(library, size=WIDE) as driver:
        marks = tuple(Chapter(float(n), f"Part {n}") for n in range(5_000))
        driver.services.sources.found[driver.current or ""] = Source("/a.mp3", marks=marks)
        await driver.press("enter")
        await shows(driver, "Part 0")
        assert "Part 9" not in pane_text(driver)


async def test_cover_takes_no_room_without_true_colour(library: Library) -> None:
    async with run_app(library, size=WIDE) as driver:
        await shows(driver, "Episode")
        assert [cover.display for cover in driver.main.query(Cover)] == [False]
