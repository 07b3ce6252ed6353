"""In ASCII mode nothing else is on the screen, but for letters: what has no stand-in of its width."""

import re

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from tests.app_driver import AppDriver, embedded_library, run_app
from tests.scenes import LATER, SCENES, Scene, play_scene, run_scene
from tui_pod.ui.look.ascii_lines import SIGNS, AsciiLines
from tui_pod.ui.look.cells import ASCII_MARKS, MARKS

EVERYWHERE = SCENES | {
    "palette": Scene(("ctrl+p",), seconds=42),
    "sleep": Scene(("z",), seconds=42, queue=LATER),
    "fast": Scene(("right_square_bracket",), seconds=42, queue=LATER),
}

SIZES = ((160, 45), (80, 24), (40, 12))

pytestmark = pytest.mark.app(is_ascii=True)


def filtered(text: str) -> str:
    """Return a text as the filter leaves it."""
    return "".join(segment.text for segment in AsciiLines().apply([Segment(text)], Color(0, 0, 0)))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", EVERYWHERE)
async def test_screen_in_ascii_has_no_other_characters(name: str, size: tuple[int, int]) -> None:
    scene = EVERYWHERE[name]
    async with run_scene(scene, size, is_ascii=True) as driver:
        await play_scene(driver, scene)
        driver.app.frontend.tell("“Done” — here it is…")
        await driver.settle()
        assert not [sign for sign in driver.text if not sign.isascii() and not sign.isalnum()]


async def test_scroll_bar_in_ascii_has_no_signs() -> None:
    async with run_app(embedded_library(), (80, 24), is_ascii=True) as driver:
        for _ in range(9):
            await driver.press("j")
            right = driver.episodes.region.right - 2
            assert {line[right] for line in driver.text.split("\n")[2:18]} == {" "}


def test_stand_in_of_a_sign_is_ascii_and_as_wide() -> None:
    for sign, stand_in in SIGNS.items():
        assert stand_in.isascii()
        assert cell_len(chr(sign)) == len(stand_in), chr(sign)


def test_marks_of_an_episode_become_their_ascii_forms() -> None:
    assert {name: filtered(mark) for name, mark in MARKS.items()} == ASCII_MARKS


def test_marks_in_ascii_are_no_letters_and_mean_one_thing_each() -> None:
    signs = [*ASCII_MARKS.values(), *(filtered(sign) for sign in "▸▾›≈♪☾…")]
    assert not [sign for sign in signs if sign.isalnum()]
    assert len(set(signs)) == len(signs)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("“Rope” — it’s 2×3…", '"Rope" - it\'s 2x3~'),
        ("Basics › Numbers · 3", "Basics / Numbers - 3"),
        ("encoder → decoder       ", "encoder > decoder       "),
        ("Café, Łódź, 10³, 日本", "Café, Łódź, 10³, 日本"),
    ],
)
def test_text_in_ascii_keeps_its_letters_and_width(text: str, wanted: str) -> None:
    assert filtered(text) == wanted


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ("← ,             ", "<- ,            "),
        ("shift+→         ", "shift+->        "),
        ("j ↓             ", "j down          "),
        ("k ↑             ", "k up            "),
        ("<               ", "<               "),
        ("↓ ", "v "),
        ("← → ↑ ↓ ctrl+← ", "< > ^ v ctrl+< "),
        ("↑ ", "^ "),  # “up” would touch what follows
    ],
)
def test_keys_of_a_table_in_ascii_are_named_where_there_is_room(keys: str, wanted: str) -> None:
    assert filtered(keys) == wanted


async def test_key_line_in_ascii_names_the_arrow_keys_and_hears_clicks_on_them(driver: AppDriver) -> None:
    await driver.press("enter")
    line = driver.main.query_one("#keys")
    (shown,) = driver.rows_of(line)
    assert "<- -> Seek" in shown
    await driver.click(line, shown.index("Seek"), 0)
    assert driver.playback.position == 30.0


async def test_help_and_palette_in_ascii_name_the_arrow_keys(driver: AppDriver) -> None:
    await driver.press("question_mark", *"back 10")
    assert re.search("<- , +Back 10 seconds", driver.text)
    await driver.press("escape", "ctrl+p", *"back 10")
    await driver.until(lambda: re.search("Back 10 seconds +<-", driver.text), "the palette names the key")
