"""The pictures in the README say what the app shows, and play by themselves."""

import re
import struct
import subprocess
import sys
import zlib
from base64 import b64decode
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

import screenshots.take as take
from screenshots.drawing import DARK, Run, Sheet, read_picture, read_rows
from screenshots.record import Frame, draw_recording
from tests.app_driver import run_app
from tests.scenes import PICTURED, play_scene

ROOT = Path(__file__).parents[1]

NAMES = [*take.SHOTS, take.RECORDING]

SVG = "{http://www.w3.org/2000/svg}"

SHAPES = re.compile(r"[├┤┬┴╵╷╴╶\s─━╸│┼╋╭╮╰╯░▒▓▀-▏]")
"""What is drawn as a shape, or not at all."""

STEPS = re.compile(
    r"(?P<hidden>0%\{visibility:hidden\})?(?P<start>[\d.]+)%\{visibility:visible\}"
    r"(?:(?P<end>[\d.]+)%\{visibility:hidden\})?"
)
"""When a frame of the recording is seen."""


def kept(name: str) -> str:
    """Return a picture as it is kept."""
    return (take.FOLDER / f"{name}.svg").read_text("utf-8")


def one_row(*runs: Run) -> str:
    """Return the picture of a row."""
    sheet = Sheet([runs])
    return sheet.window(sheet.screen([runs]), DARK)


def test_pictures_are_not_stale(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "screenshots" / "take.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        cwd=home,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["queue", take.RECORDING])
def test_picture_of_another_text_is_stale(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    svg = kept(name)
    monkeypatch.setattr(take, "FOLDER", tmp_path)
    assert take.is_stale(name, svg)  # there is none
    (tmp_path / f"{name}.svg").write_text(svg.replace("LLM", "LLN", 1), "utf-8")
    assert take.is_stale(name, svg)
    (tmp_path / f"{name}.svg").write_text(svg, "utf-8")
    assert not take.is_stale(name, svg)


def test_pictures_that_are_kept_are_those_that_are_drawn() -> None:
    pictures = {f"{name}.svg" for name in NAMES} | {f"{name}.png" for name in take.PNGS}
    assert {file.name for file in take.FOLDER.iterdir() if file.suffix not in (".py", "")} == pictures


def test_pictures_are_small() -> None:
    sizes = {name: (take.FOLDER / f"{name}.svg").stat().st_size for name in NAMES}
    assert sizes[take.RECORDING] < 420_000
    assert max(sizes[name] for name in take.SHOTS) < 60_000


def test_picture_needs_nothing_from_elsewhere_draws_each_row_once_and_says_what_it_draws() -> None:
    for name in NAMES:
        svg = kept(name)
        assert not re.findall(r"<(script|foreignObject|a)\b|@import|@font-face|url\(|\bon\w+=", svg), name
        assert svg.count("<image") == svg.count('href="data:image/png;base64,'), name
        texts = re.sub(r'data-text="[^"]*"|>[^<]*</text>', "", svg)
        assert re.findall(r"https?://[^\"]*", texts) == [SVG[1:-1]], name
        tree = ElementTree.fromstring(svg)
        rows = tree.findall(f"{SVG}defs/{SVG}g")
        used = {use.get("href", "") for use in tree.iter(f"{SVG}use")}
        assert {f"#{row.get('id')}" for row in rows} == used, name
        assert len({ElementTree.tostring(row).partition(b">")[2] for row in rows}) == len(rows), name
        for row in rows:
            drawn = "".join(text.text or "" for text in row.iter(f"{SVG}text"))
            assert SHAPES.sub("", drawn) == SHAPES.sub("", row.get("data-text", "")), name


async def test_picture_says_what_the_screen_says() -> None:
    scene = PICTURED["statistics"]
    async with run_app(scene.library(), (80, 24), scene.progress(), prepare=scene.prepare) as driver:
        await play_scene(driver, scene)
        rows = await read_rows(driver)
        sheet = Sheet(rows)
        assert read_picture(sheet.window(sheet.screen(rows), DARK)).split() == driver.text.split()


def test_frames_and_bars_are_drawn_as_shapes() -> None:
    svg = one_row(Run(0, "╭──╮", "#111111", "#000000"), Run(4, " ━━╸ ▄▄", "#222222", "#000000"))
    assert "<text class" not in svg
    assert read_picture(svg) == "╭──╮ ━━╸ ▄▄\n"
    assert 'd="M12-6h24"' not in svg  # a line starts where its cell does
    assert "M18-18m-6 12h24" in svg
    assert "M108 -6h24v12h-24z" in svg
    lines = "─━│├┤┬┴┼╋╭╮╰╯╵╷╴╶╸"
    assert [line for line in lines if "<text class" in one_row(Run(0, line, "#111111", "#000000"))] == []


def test_words_are_spread_to_their_cells_and_symbols_stand_alone() -> None:
    svg = one_row(Run(0, " ▶ Two words  漢字", "#111111", "#000000"))
    found = re.findall(r'<text class="c\d" x="(\d+)"(?: textLength="(\d+)")?>([^<]*)<', svg)
    assert found == [("12", "", "▶"), ("36", "108", "Two words"), ("168", "48", "漢字")]


def test_hostile_text_is_only_text() -> None:
    svg = one_row(Run(0, '<script>"&amp;', "#111111", "#000000"))
    assert read_picture(svg) == '<script>"&amp;\n'
    assert [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")] == ['<script>"&amp;', "tui-pod"]


def test_recording_shows_one_frame_at_a_time_from_start_to_end() -> None:
    svg = kept(take.RECORDING)
    total = float(re.findall(r"animation:([\d.]+)s step-end infinite", svg)[0])
    assert 30 <= total <= 45
    frames = re.findall(r'<g class="f" id="f(\d+)">', svg)
    assert frames == [str(number) for number in range(len(frames))]
    shown = []
    for number in frames:
        (steps,) = re.findall(rf"#f{number}{{animation-name:k{number}}}@keyframes k{number}{{(.*)}}", svg)
        found = STEPS.fullmatch(steps)
        assert found is not None, steps
        shown.append((found["start"], found["end"] or "100.000"))
        assert float(shown[-1][0]) < float(shown[-1][1])
        assert bool(found["hidden"]) == (number != "0")
    assert shown[0][0] == "0.000"
    assert shown[-1][1] == "100.000"
    assert all(former[1] == later[0] for former, later in pairwise(shown))


def test_recording_that_cannot_play_shows_its_first_frame() -> None:
    svg = kept(take.RECORDING)
    assert "\n.f{visibility:hidden}#f0{visibility:visible}\n" in svg
    assert svg.count("prefers-reduced-motion:no-preference") == 1


def test_recording_tells_the_keys() -> None:
    told = re.findall(r"^([^│\s]+)  ", read_picture(kept(take.RECORDING)), re.MULTILINE)
    keys = list(dict.fromkeys(told))
    assert keys == ["↓", "Enter", "t", "/", "Esc", "e", "S", "z", "3", "?"]


def test_recording_draws_rows_that_stay_once() -> None:
    rows = ((Run(0, "same", "#111111", "#000000"),), (Run(0, "one ", "#111111", "#000000"),))
    later = (rows[0], (Run(0, "two ", "#111111", "#000000"),))
    svg = draw_recording([Frame(rows, 1.0, "a", "b"), Frame(later, 3.0, "a", "b")])
    assert svg.count('data-text="same"') == 1
    assert read_picture(svg) == "same\none\na  b\nsame\ntwo\na  b\n"
    assert "@keyframes k0{0.000%{visibility:visible}25.000%{visibility:hidden}}" in svg
    assert "@keyframes k1{0%{visibility:hidden}25.000%{visibility:visible}}" in svg


def test_panes_that_stay_are_drawn_once() -> None:
    def screen(right: str) -> tuple[tuple[Run, ...], ...]:
        return tuple((Run(0, f"│left {y}││{right}│", "#111111", "#000000"),) for y in (1, 2))

    svg = draw_recording([Frame(screen("one"), 1.0, "a", "b"), Frame(screen("two"), 1.0, "a", "b")])
    assert svg.count(">left 1<") == 1
    assert read_picture(svg) == "│left 1││one│\n│left 2││one│\na  b\n│left 1││two│\n│left 2││two│\na  b\n"


def test_cover_is_a_picture_of_its_pixels() -> None:
    cells = Run(0, "▀", "#ff0000", "#0000ff"), Run(1, "▀▀", "#00ff00", "#ffffff"), Run(3, " x", "#111111", "#000000")
    (png,) = (b64decode(data) for data in re.findall(r'<image [^>]*width="36"[^>]*base64,([^"]+)"', one_row(*cells)))
    size, packed = png[16:24], png.partition(b"IDAT")[2]
    assert size == struct.pack(">II", 3, 2)
    assert zlib.decompressobj().decompress(packed).hex() == "00ff000000ff0000ff00" + "000000ffffffffffffff"
