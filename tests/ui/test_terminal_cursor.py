"""Where the terminal's cursor stands, and what is still while it is followed."""

from pathlib import Path

import pytest

from tests.app_driver import AppDriver
from tests.screen_text import cut_cells
from tui_pod.config.settings import InterfaceSettings, Settings
from tui_pod.core.library.library import Library
from tui_pod.core.text.clean import clock
from tui_pod.ui.terminal_app import is_reader_running, place_of_cursor


def at_cursor(driver: AppDriver) -> str:
    """Return the text from the cursor on."""
    x, y = place_of_cursor(driver.app.screen, driver.app.has_news)
    return cut_cells(driver.text.split("\n")[y], x, x + 50)


async def test_cursor_stands_on_the_row_in_use(driver: AppDriver, library: Library) -> None:
    for key in ("j", "j", "k", "G", "g"):
        await driver.press(key)
        assert library.titles[library.index(driver.current) or 0][:8] in at_cursor(driver)
    await driver.press("tab", "j")
    assert at_cursor(driver).startswith("▎")
    former = at_cursor(driver)
    await driver.press("j")
    assert at_cursor(driver) != former


@pytest.mark.parametrize("view", ["2", "3", "4", "i", "t", "?", "z", "S", "ctrl+p"])
async def test_cursor_stands_inside_what_has_the_focus(driver: AppDriver, view: str) -> None:
    await driver.press(view)
    focused = driver.app.screen.focused
    place = place_of_cursor(driver.app.screen, has_news=False)
    assert (focused or driver.app.screen).region.contains_point(place)


async def test_cursor_stands_in_the_field(driver: AppDriver) -> None:
    await driver.press("slash", "a", "b")
    x, y = place_of_cursor(driver.app.screen, has_news=False)
    assert cut_cells(driver.text.split("\n")[y], x - 2, x) == "ab"


async def test_cursor_stands_on_a_notice_until_the_next_key(driver: AppDriver) -> None:
    driver.app.frontend.tell("Something went wrong.", is_error=True)
    await driver.settle()
    assert at_cursor(driver).startswith("Something went wrong.")
    await driver.press("j")
    assert "Something" not in at_cursor(driver)


@pytest.mark.app(settings=Settings(ui=InterfaceSettings(cursor=True)))
async def test_times_stand_still_until_asked_for(driver: AppDriver) -> None:
    await driver.press("enter")
    await driver.until(lambda: driver.playback.position > 0 or driver.playback.is_active, "playing")
    await driver.play(1.0)
    shown = driver.text
    for _ in range(3):
        await driver.play(1.0)
    assert driver.text == shown
    await driver.press("c")
    assert clock(driver.controller.playback.position) in driver.text
    assert driver.text != shown
    await driver.press("full_stop")
    assert clock(driver.controller.playback.position) in driver.text


@pytest.mark.parametrize(("name", "runs"), [("orca", True), ("fenrir", True), ("bash", False)])
def test_screen_reader_is_found_among_the_processes(tmp_path: Path, name: str, runs: bool) -> None:
    for number, process in enumerate(("init", name), 1):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "comm").write_text(f"{process}\n")
    (tmp_path / "self").mkdir()
    assert is_reader_running(tmp_path) is runs
    assert not is_reader_running(tmp_path / "nothing")
