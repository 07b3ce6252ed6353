"""Draw the pictures of the README from the real app: SVG, and PNG for pages that do not show SVG.

    python screenshots/take.py            draws all of them anew
    python screenshots/take.py --check    fails when the text of an SVG is not what the app shows now

The app runs over the fakes of its tests, so that the clock and the progress are the same each time. Only the
text is compared: a new version of the terminal library may colour a cell differently, and that is not stale.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from html import unescape
from pathlib import Path
from typing import NamedTuple

from rich.cells import cell_len

FOLDER = Path(__file__).parent

sys.path.insert(0, str(FOLDER.parent))  # the tree, whichever copy is installed

from tests.scenes import SCENES, play_scene  # noqa: E402
from tests.screen_text import CELL_WIDTH, svg_text  # noqa: E402
from tests.stage import on_stage  # noqa: E402

FONT = "'DejaVu Sans Mono', Menlo, Consolas, monospace"
"""Fonts with the characters that frames, bars and marks are drawn with."""

PNG_WIDTH = 1400
"""Pixels."""

_TEXT = re.compile(
    r'(?P<start><text [^>]*?)\bx="(?P<x>[\d.]+)" (?P<middle>[^>]*?)textLength="[\d.]+"(?P<end>[^>]*)>'
    r"(?P<text>[^<]*)</text>"
)


class Shot(NamedTuple):
    """A picture: what it shows, and how."""

    scene: str
    size: tuple[int, int] = (120, 36)
    theme: str = "textual-dark"


SHOTS = {
    "library": Shot("library"),
    "playing": Shot("playing"),
    "details": Shot("details"),
    "search": Shot("search"),
    "help": Shot("help"),
    "session": Shot("session"),
    "transcript": Shot("transcript"),
    "statistics": Shot("statistics", (120, 46)),
    "queue": Shot("queue"),
    "narrow": Shot("playing", (40, 12)),
    "playing-light": Shot("playing", theme="textual-light"),
    "transcript-light": Shot("transcript", theme="textual-light"),
    "statistics-light": Shot("statistics", (120, 46), "textual-light"),
}


async def draw(shot: Shot) -> str:
    """Return a picture as SVG."""
    scene = SCENES[shot.scene]
    async with on_stage(
        scene.library(), shot.size, scene.progress(), scene.queue, view=scene.view, prepare=scene.prepare,
        max_standstill=None,
    ) as stage:  # fmt: skip
        stage.app.theme = shot.theme
        await stage.settle()
        await play_scene(stage, scene)
        return without_web_fonts(stage.app.export_screenshot(title="tui-pod"))


def without_web_fonts(svg: str) -> str:
    """Return an SVG that asks no server for a font, with names that are the same each time."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family:[^;\"]*", f"font-family: {FONT}", svg)
    return re.sub(r"terminal-\d+", "terminal", svg)


def write(name: str, svg: str) -> None:
    """Write a picture as SVG and PNG."""
    import cairosvg  # only for drawing: checking does without

    (FOLDER / f"{name}.svg").write_text(svg, "utf-8")
    placed = _TEXT.sub(place_letters, svg.replace(FONT, "DejaVu Sans Mono"))
    cairosvg.svg2png(placed.encode(), write_to=str(FOLDER / f"{name}.png"), output_width=PNG_WIDTH)


def place_letters(text: re.Match[str]) -> str:
    """Return a text element with a place for each letter: the renderer does not stretch text to its cells."""
    x = float(text["x"])
    places = []
    for letter in unescape(text["text"]):
        places.append(f"{x:.1f}")
        x += cell_len(letter) * CELL_WIDTH
    return f'{text["start"]}x="{" ".join(places)}" {text["middle"]}{text["end"]}>{text["text"]}</text>'


def is_stale(name: str, svg: str) -> bool:
    """Return whether a picture is missing or says something else than the app."""
    file = FOLDER / f"{name}.svg"
    return not (
        file.exists() and (FOLDER / f"{name}.png").exists() and svg_text(file.read_text("utf-8")) == svg_text(svg)
    )


def main(arguments: list[str]) -> int:
    """Draw or check all pictures; return the exit status."""
    os.environ["TZ"] = "UTC"
    os.environ.pop("NO_COLOR", None)
    time.tzset()
    drawn = {name: asyncio.run(draw(shot)) for name, shot in SHOTS.items()}
    if "--check" not in arguments:
        for name, svg in drawn.items():
            write(name, svg)
        return 0
    stale = [name for name, svg in drawn.items() if is_stale(name, svg)]
    if stale:
        print(f"stale: {', '.join(stale)}. Draw them anew: make screenshots", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
