"""The pictures in the README say what the app shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import screenshots.take as take
from tests.screen_text import svg_text

ROOT = Path(__file__).parents[1]


def test_pictures_are_not_stale(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "screenshots" / "take.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=home,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_picture_of_another_text_is_stale(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    svg = (take.FOLDER / "library.svg").read_text("utf-8")
    monkeypatch.setattr(take, "FOLDER", tmp_path)
    assert take.is_stale("library", svg)  # there is none
    (tmp_path / "library.png").touch()
    (tmp_path / "library.svg").write_text(svg.replace("LLM", "LLN", 1), "utf-8")
    assert take.is_stale("library", svg)
    (tmp_path / "library.svg").write_text(svg, "utf-8")
    assert not take.is_stale("library", svg)


def test_pictures_that_are_kept_are_those_that_are_drawn() -> None:
    assert {file.stem for file in take.FOLDER.glob("*.svg")} == set(take.SHOTS)
    assert {file.stem for file in take.FOLDER.glob("*.png")} == set(take.SHOTS)


@pytest.mark.parametrize("name", take.SHOTS)
def test_picture_asks_no_server_for_a_font(name: str) -> None:
    svg = (take.FOLDER / f"{name}.svg").read_text("utf-8")
    assert "@font-face" not in svg
    assert "@import" not in svg
    assert not re.findall(r"url\((?!#)", svg)


def test_text_of_a_picture_is_that_of_its_cells() -> None:
    lines = svg_text((take.FOLDER / "playing.svg").read_text("utf-8")).split("\n")
    assert lines[0].startswith(" tui-pod   All Topics › Generative AI")
    assert lines[1].index("╮╭") == 29
    assert lines[-2].startswith(" space Pause")
