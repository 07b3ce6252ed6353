"""Which theme the app starts in, draws and remembers; `test_palettes.py` reads what is drawn.

Themes of one's own, from files to what is drawn.
"""

from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import Theme

from tests.app_driver import AppDriver, ServicesOver, run_app
from tests.scenes import SCENES
from tui_pod.config.reader import parse_config
from tui_pod.ui.driver import SchemeReported
from tui_pod.ui.look.theme_files import read_themes
from tui_pod.ui.look.themes import (
    DEFAULT,
    OWN,
    READABLE,
    VISIBLE,
    contrast,
    drawn,
    luminance,
    moved,
    unknown_theme,
    usable,
    with_readable_text,
)


@pytest.mark.parametrize(
    "theme", [theme for theme in OWN if theme.name != "high-contrast"], ids=lambda theme: theme.name
)
def test_own_theme_has_ten_colours_at_most(theme: object) -> None:
    colours = {value for value in vars(theme).values() if isinstance(value, str) and value.startswith("#")}
    assert len(colours) <= 10


async def test_theme_of_the_settings_is_there_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLORTERM", "truecolor")

    async with run_app(SCENES["library"].library(), theme="nord") as driver:
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


async def test_theme_follows_the_terminal_until_one_is_chosen_and_again_on_request() -> None:
    async with run_app(SCENES["library"].library()) as driver:
        assert driver.app.theme == DEFAULT == "tui-pod"
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
        driver.app.choose_theme("")
        await driver.settle()
        assert (driver.app.theme, driver.writer.setting("theme")) == ("tui-pod-light", "")


async def test_start_on_a_light_terminal_is_light_at_once() -> None:
    async with run_app(SCENES["library"].library(), is_light=True) as driver:
        assert driver.app.theme == "tui-pod-light"


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


VARIABLES = {
    "background": "#000000", "surface": "#000000", "panel": "#000000", "foreground": "#FFFFFF", "primary": "#FF00FF",
    "warning": "#808000", "error": "#A00000", "success": "#00A000", "other": "kept",
}  # fmt: skip
"""What Textual might make of a theme on black."""

FOREIGN, OURS = (
    Theme("theirs", "#ff00ff"),
    Theme("ours", "#ff00ff", variables={"frame": "#555555", "text-muted": "#999"}),
)


def readable(theme: Theme, is_grey: bool = False, **changed: str) -> dict[str, str]:
    return with_readable_text({**VARIABLES, **changed}, theme, is_grey)


def contrast_with(color: str, ground: str) -> float:
    return contrast(luminance(Color.parse(color)), luminance(Color.parse(ground)))


def test_theme_of_others_gets_a_cursor_tinted_by_its_colours() -> None:
    made = readable(FOREIGN)
    assert (made["cursor"], made["cursor-idle"]) == ("#380038", "#141414")
    assert (made["foreground"], made["other"]) == ("#FFFFFF", "kept")


def test_texts_of_a_theme_of_others_are_readable_on_each_of_its_backgrounds_and_its_frame_visible() -> None:
    made = readable(FOREIGN, surface="#303030", panel="#202020")
    for ground in ("#000000", "#303030", "#202020", made["cursor"], made["cursor-idle"]):
        for name in ("foreground", "text-muted", "text-primary", "text-warning", "text-error", "text-success"):
            assert contrast_with(made[name], ground) >= 4.5, (name, ground)
        assert contrast_with(made["frame"], ground) >= 1.5
    assert contrast_with(made["frame"], "#303030") < 4.5  # quieter than text
    assert made["text-muted"] != made["foreground"]


def test_colours_of_our_own_theme_are_taken_as_they_are() -> None:
    made = readable(OURS)
    assert (made["frame"], made["text-muted"], made["text-warning"]) == ("#555555", "#999", "#808000")
    assert "cursor" not in made


def test_roles_share_the_few_colours_of_a_theme() -> None:
    made = readable(OURS)
    assert (made["match"], made["match-text"]) == ("#808000", "#000000")
    assert made["text-disabled"] == made["text-muted"]
    assert made["text-accent"] == made["text-secondary"] == made["text-primary"] == "#FF00FF"
    assert [made[f"scrollbar{state}"] for state in ("", "-hover", "-active")] == ["#555555", "#999", "#FF00FF"]
    for state in ("", "-hover", "-active"):
        assert made[f"scrollbar-background{state}"] == "#000000"
    assert (made["input-selection-background"], made["input-selection-foreground"]) == ("#FF00FF", "#000000")


def test_match_in_a_light_theme_is_marked_as_by_a_marker() -> None:
    light = Theme("light", "#ff00ff", dark=False, variables=OURS.variables)
    made = readable(light)
    assert (made["match"], made["match-text"]) == ("#ff9700", "#000000")


def test_texts_of_a_screen_of_greys_have_the_foreground() -> None:
    made = readable(OURS, is_grey=True)
    for name in ("primary", "text-primary", "text-warning", "text-error", "text-success", "scrollbar-active"):
        assert made[name] == "#FFFFFF", name
    assert readable(OURS)["primary"] == "#FF00FF"


@pytest.mark.parametrize(
    ("is_dark", "accent", "started", "match"),
    [
        (True, "ansi_cyan", "ansi_yellow", "ansi_bright_yellow"),
        (False, "ansi_blue", "ansi_magenta", "ansi_yellow"),
    ],
)
def test_theme_of_the_terminals_colours_has_names_of_colours_only(
    is_dark: bool, accent: str, started: str, match: str
) -> None:
    made = readable(Theme("ansi", "#ff00ff", dark=is_dark, ansi=True))
    assert [made[name] for name in ("primary", "text-primary", "cursor")] == [accent] * 3
    assert made["text-warning"] == started
    assert made["match"] == made["input-selection-background"] == match
    assert made["match-text"] == made["input-selection-foreground"] == "ansi_black"
    assert made["cursor-idle"] == made["text-muted"] == made["text-disabled"] == "ansi_default"
    assert made["frame"] == made["scrollbar"] == made["scrollbar-hover"] == "ansi_bright_black"
    assert made["scrollbar-background"] == made["scrollbar-background-active"] == "ansi_default"
    assert made["other"] == "kept"


def test_contrast_that_is_asked_for_is_reached_just_so() -> None:
    black = [0.0]
    assert (READABLE > 4.5, VISIBLE > 1.5) == (True, True)
    faint, clear = (moved(Color.parse("#000000"), black, least) for least in (VISIBLE, READABLE))
    assert (faint, clear) == ("#333333", "#7F7F7F")


def test_notice_of_an_unknown_theme_names_it_and_what_is_used() -> None:
    said = unknown_theme("no\x1bsuch" + "x" * 60)
    assert said.startswith("config.toml: ui.theme: there is no theme “no")
    assert "\x1b" not in said
    assert "x" * 40 not in said
    assert "tui-pod is used" in said


def test_terminal_of_256_colours_has_the_palette_for_them() -> None:
    dark = Theme("nord", "#808081")
    assert drawn(Theme("own", "#808081"), "256", False, {}).name == "own", "the nearest colours are drawn"
    assert drawn(dark, "256", False, {}) is not dark
    assert drawn(dark, "truecolor", False, {}) is dark


@pytest.mark.app(settings=parse_config('[ui]\ntheme = "nope"\n', Path("config.toml"))[0])
async def test_app_with_an_unknown_theme_says_so(driver: AppDriver) -> None:
    assert any("there is no theme “nope”" in notice for notice in driver.notices)


OCEAN = 'background = "#001020"\nforeground = "#e0e8f0"\nprimary = "#40a0ff"\n'


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (OCEAN, ""),
        (f"{OCEAN}dark = 1\n", "ocean.toml:4: dark must be true or false"),
        (f'{OCEAN}[x]\ny = "red"\n', "ocean.toml:4: x: there is no such colour"),
        (f'{OCEAN}error = "reddish"\n', "ocean.toml:4: error must be a colour"),
        (f'{OCEAN}error = "#ff000080"\n', "ocean.toml:4: error must be a colour"),
        (f'{OCEAN}error = "#400000"\n', "ocean.toml:4: error has a contrast of 1."),
        ('primary = "red"\n', "ocean.toml:1: background and foreground must be set"),
        ("\nprimary = \n", "ocean.toml:2: Invalid value"),
        ("# é\n" * 20_000, "ocean.toml:1: larger than 64 KB; leave only the colours in it"),
    ],
)
def test_fault_of_a_theme_file_has_its_line(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "ocean.toml").write_text(text)
    found = read_themes(tmp_path, ())
    assert [said[: len(fault)] for said in found.faults] == ([fault] if fault else [])
    assert [theme.name for theme in found.themes] == (["ocean"] if OCEAN in text else [])
    assert not found.themes or found.themes[0].dark
    assert read_themes(tmp_path, ("ocean",)).themes == ()


async def test_theme_of_ones_own_is_listed_drawn_and_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setattr(ServicesOver, "theme_folder", tmp_path)
    (tmp_path / "ocean.toml").write_text(f'{OCEAN}error = "#400000"\n')
    async with run_app(SCENES["library"].library(), theme="ocean") as driver:
        assert any("ocean.toml:4: error" in notice for notice in driver.notices)
        variables = driver.app.theme_variables
        assert variables["background"].lower() == "#001020"
        error, ground = (luminance(Color.parse(variables[name])) for name in ("text-error", "background"))
        assert contrast(error, ground) >= 4.5
