"""Notices: said plainly, shown letter for letter, and gone when dismissed."""

import pytest
from textual import events
from textual.widgets._toast import Toast

from tests.app_driver import AppDriver, run_app
from tests.hostile import HOSTILE_TITLES
from tui_pod.core.library.library import Library
from tui_pod.core.text.clean import clean
from tui_pod.services.frontend import NOT_TYPED
from tui_pod.ui.look.themes import contrast, luminance
from tui_pod.ui.palette import make_commands


@pytest.mark.app(notices=("The state is newer [/] than this program: nothing will be saved.",))
async def test_notice_of_the_start_is_shown(driver: AppDriver) -> None:
    assert driver.notices == ["The state is newer [/] than this program: nothing will be saved."]
    assert "newer [/] than" in driver.text


async def test_notice_stands_out_from_the_page_in_every_theme(driver: AppDriver) -> None:
    driver.app.notify("A notice.", timeout=99)
    for theme in driver.app.available_themes:
        if theme.startswith("ansi"):
            continue  # the terminal's own colours
        driver.app.theme = theme
        await driver.settle()
        toast = driver.app.screen.query_one(Toast)
        ground, page = (luminance(widget.background_colors[1]) for widget in (toast, driver.episodes))
        text = luminance(toast.colors[3])
        assert (theme, contrast(ground, page) > 1.3, contrast(ground, text) > 4.5) == (theme, True, True)


async def test_paste_is_text_in_a_field_and_elsewhere_no_keys(driver: AppDriver) -> None:
    driver.app.post_message(events.Paste("q\nx"))
    await driver.settle()
    assert driver.notices == [NOT_TYPED]
    await driver.press("escape", "/")
    driver.app.post_message(events.Paste("attention\nq"))
    await driver.settle()
    assert driver.notices == []
    assert driver.app.focused is not None
    assert getattr(driver.app.focused, "value", "") == "attention"


@pytest.mark.app(size=(40, 12))
async def test_notice_after_many_is_shown_and_many_at_once_leave_the_app_usable(driver: AppDriver) -> None:
    for number in range(8):
        driver.app.frontend.tell(f"Number {number}.")
        await driver.settle()
        assert f"Number {number}." in driver.text
        await driver.press("escape")
        assert (driver.notices, "Number" in driver.text) == ([], False)
    for number in range(30):
        driver.app.frontend.tell(f"Number {number}.")
    await driver.settle()
    await driver.press("j")
    assert driver.current == "two"
    await driver.press("escape")
    assert driver.notices == []


async def test_notice_takes_the_place_of_one_of_its_kind(driver: AppDriver) -> None:
    await driver.press("enter")
    for key in "rLLLrL":
        driver.app.post_message(events.Key(key, key))
    await driver.settle()
    assert [notice[:8] for notice in driver.notices] == ["This top", "Repeat: "]
    assert driver.text.count("▌") == 2
    for fault in ("x", "y", "y"):
        driver.app.notify(f"config.toml: {fault}", severity="warning")
    await driver.settle()
    assert driver.notices[2:] == ["config.toml: x", "config.toml: y"]


async def test_notice_in_a_dialog_leaves_it_open(driver: AppDriver) -> None:
    await driver.press("i")
    dialog = driver.app.screen
    driver.app.frontend.tell("Something went wrong.", is_error=True)
    await driver.settle()
    assert driver.app.screen is dialog
    assert "Something went wrong." in driver.text


async def test_long_notice_has_one_line_and_can_be_read_whole(library: Library) -> None:
    said = f"At the end of {'a long ' * 40}notice stands what to do."
    async with run_app(library, size=(80, 24)) as driver:
        driver.app.frontend.tell(said, is_error=True)
        await driver.settle()
        assert [line for line in driver.text.split("\n") if "a long" in line and "…" in line]
        assert "what to do" not in driver.text
        next(each for each in make_commands(driver.app, driver.services) if each.name == "Recent notices").run()
        await driver.settle()
        assert "stands what to do." in " ".join(driver.text.replace("│", " ").split())


async def test_long_notice_is_cut_before_what_to_do(library: Library) -> None:
    async with run_app(library, size=(80, 24)) as driver:
        driver.app.frontend.tell(f"The host {'a.long.' * 20}example cannot be found. Press R to try again.")
        await driver.settle()
        assert "example cannot be found. Press R to try again." in driver.text
        driver.app.frontend.tell(f"It cannot be found{' and so on' * 20}. Press R to try again.")
        await driver.settle()
        assert "… Press R to try again." in driver.text


async def test_hostile_text_in_a_notice_is_shown_letter_for_letter(driver: AppDriver) -> None:
    for title in (title for name, title in HOSTILE_TITLES.items() if name not in ("long", "long-wide")):
        said = f"At {clean(title, 60)}."
        driver.app.frontend.tell(said)
        await driver.settle()
        shown = "".join(driver.text.replace("▌", "").split())
        assert "".join(said.split()) in shown
        await driver.press("escape")
