"""Which theme the app starts in, draws and remembers; `test_palettes.py` reads what is drawn."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.events import Key
from textual.message import Message
from textual.theme import Theme

from tests.app_driver import AppDriver, FakeServices, run_app
from tests.scenes import SCENES
from tui_pod.ui.driver import AnswerParser, SchemeReported
from tui_pod.ui.look.themes import DEFAULT, OWN, contrast, drawn, luminance, moved, usable


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


async def test_theme_of_the_settings_is_there_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLORTERM", "truecolor")

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
        assert driver.app.theme_variables["cursor"] == "ansi_cyan"
        driver.app.choose_theme("tui-pod-light")
        await driver.settle()
        assert driver.app.current_theme.name == "ansi-light"
        assert driver.writer.setting("theme") == "tui-pod-light"


def report(driver: AppDriver, is_light: bool) -> None:
    """Let the terminal say whether it is light."""
    driver.app.post_message(SchemeReported(is_light))


async def test_theme_follows_the_terminal_until_one_is_chosen() -> None:
    async with run_app(SCENES["library"].library()) as driver:
        report(driver, is_light=True)
        await driver.settle()
        assert driver.app.theme == "tui-pod-light"
        assert driver.writer.setting("light") is True
        assert driver.writer.setting("theme") is None
        report(driver, is_light=False)
        await driver.settle()
        assert driver.app.theme == "tui-pod"
        driver.app.choose_theme("nord")
        await driver.settle()
        report(driver, is_light=True)
        await driver.settle()
        assert (driver.app.theme, driver.writer.setting("theme")) == ("nord", "nord")


async def test_terminal_is_followed_again_on_request() -> None:
    def prepare(services: FakeServices) -> None:
        services.first = services.first._replace(theme="nord")

    async with run_app(SCENES["library"].library(), prepare=prepare) as driver:
        report(driver, is_light=True)
        await driver.settle()
        assert driver.app.theme == "nord"
        driver.app.choose_theme("")
        await driver.settle()
        assert (driver.app.theme, driver.writer.setting("theme")) == ("tui-pod-light", "")


async def test_start_on_a_light_terminal_is_light_at_once() -> None:
    def prepare(services: FakeServices) -> None:
        services.first = services.first._replace(is_light=True)

    async with run_app(SCENES["library"].library(), prepare=prepare) as driver:
        assert driver.app.theme == "tui-pod-light"


@pytest.mark.parametrize("cut", range(1, 9))
def test_answer_about_light_is_read_in_two_pieces_and_no_key(cut: int) -> None:
    reported: list[Message] = []
    parser = AnswerParser(reported.append, lambda: None, debug=False)
    answer = "\x1b[?997;2n"
    events = [event for text in (answer[:cut], answer[cut:], "q") for event in parser.feed(text)]
    assert [event.key for event in events if isinstance(event, Key)] == ["q"]
    assert [each.is_light for each in reported if isinstance(each, SchemeReported)] == [True]


@pytest.mark.parametrize("grounds", [("#000000", "#606060"), ("#ffffff", "#b0b0b0"), ("#404040", "#b0b0b0")])
def test_moved_color_is_readable_on_the_lightest_ground(grounds: tuple[str, str]) -> None:
    lights = [luminance(Color.parse(ground)) for ground in grounds]
    found = luminance(Color.parse(moved(Color.parse("#808080"), lights)))
    assert contrast(found, max(lights)) >= 4.5


@pytest.mark.parametrize(
    ("colour", "light"),
    [("#000000", 0.0), ("#ffffff", 1.0), ("#ff0000", 0.2126), ("#00ff00", 0.7152), ("#0a0a0a", 0.003)],
)
def test_luminance_is_that_of_wcag(colour: str, light: float) -> None:
    assert luminance(Color.parse(colour)) == pytest.approx(light, abs=0.0001)


def test_contrast_is_that_of_wcag_in_either_order() -> None:
    assert contrast(0.0, 1.0) == contrast(1.0, 0.0) == pytest.approx(21.0)
    assert contrast(0.5, 0.5) == 1.0


def test_color_that_is_readable_stays_and_another_is_moved_no_further_than_needed() -> None:
    black, white = [luminance(Color.parse("#000000"))], [luminance(Color.parse("#ffffff"))]
    assert moved(Color.parse("#c0c0c0"), black) == "#C0C0C0"
    assert moved(Color.parse("#404040"), white) == "#404040"
    lighter = luminance(Color.parse(moved(Color.parse("#404040"), black)))
    assert 4.5 < contrast(lighter, black[0]) < 6
    assert moved(Color.parse("#808080"), [0.39], 30.0) == "#FFFFFF"
    assert moved(Color.parse("#808080"), [0.4], 30.0) == "#000000"


@pytest.mark.parametrize(
    ("name", "is_light", "used"),
    [("nord", True, "nord"), ("no such", False, "tui-pod"), ("no such", True, "tui-pod-light"), ("", False, "tui-pod")],
)
def test_unknown_theme_is_replaced_by_ours_for_the_terminal(name: str, is_light: bool, used: str) -> None:
    assert usable(name, {"nord", "tui-pod", "tui-pod-light"}, is_light) == used


@pytest.mark.parametrize(
    ("system", "is_transparent", "shown"),
    [
        ("truecolor", False, "dark"),
        (None, False, "dark"),
        ("standard", False, "ansi-dark"),
        ("truecolor", True, "ansi-dark"),
    ],
)
def test_theme_is_drawn_in_the_colours_of_the_terminal(system: str | None, is_transparent: bool, shown: str) -> None:
    themes = {name: Theme(name, "#808080", ansi=True) for name in ("ansi-dark", "ansi-light")}
    dark, light = Theme("dark", "#808080"), Theme("light", "#808080", dark=False)
    assert drawn(dark, system, is_transparent, themes).name == shown
    assert drawn(light, system, is_transparent, themes).name == shown.replace("dark", "light")
    assert drawn(themes["ansi-light"], system, is_transparent, themes) is themes["ansi-light"]
