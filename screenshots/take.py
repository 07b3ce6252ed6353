"""Draw the pictures of the README from the real app: SVG, and some as PNG for pages that do not show SVG.

    python screenshots/take.py            draws all of them anew
    python screenshots/take.py --check    fails when the text of one is not what the app shows now

The app runs over the fakes of its tests, so that the clock and the progress are the same each time. Only the
text is compared: a new version of the terminal library may colour a cell differently, and that is not stale.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import NamedTuple

from textual.widgets import Input

FOLDER = Path(__file__).parent

sys.path.insert(0, str(FOLDER.parent))  # the tree, whichever copy is installed

from screenshots.drawing import DARK, FONT, LIGHT, Sheet, read_picture, read_rows  # noqa: E402
from screenshots.record import draw_recording, record  # noqa: E402
from tests.app_driver import run_app  # noqa: E402
from tests.scenes import PICTURED, play_scene  # noqa: E402

RECORDING = "recording"
"""The picture that moves."""


class Shot(NamedTuple):
    """A picture: what it shows, and how."""

    scene: str
    size: tuple[int, int] = (120, 40)
    theme: str = "tui-pod"


VIEWS = {scene: Shot(scene) for scene in PICTURED}
VIEWS |= {f"{name}-small": shot._replace(size=(80, 24)) for name, shot in VIEWS.items()}
VIEWS["wide"] = Shot("playing", (170, 45))

SHOTS = {
    **VIEWS,
    **{f"{name}-light": shot._replace(theme="tui-pod-light") for name, shot in VIEWS.items()},
    "playing-high-contrast": Shot("playing", theme="high-contrast"),
    "playing-terminal": Shot("playing", theme="ansi-dark"),
    "narrow": Shot("playing", (40, 12)),
}


PNGS = ("library", "playing", "wide", "details", "search", "narrow", "help")
"""The pictures that there are as PNG too."""


async def draw(shot: Shot) -> str:
    """Return a picture as SVG."""
    scene = PICTURED[shot.scene]
    async with run_app(
        scene.library(), shot.size, scene.progress(), scene.queue, query=scene.query, prepare=scene.prepare,
    ) as driver:  # fmt: skip
        driver.app.theme = shot.theme
        await driver.settle()
        await play_scene(driver, scene)
        # the cover comes from a thread
        covers = [worker for worker in driver.app.workers if worker.group == "episode"]
        await driver.app.workers.wait_for_complete(covers)
        await driver.settle()
        rows = await read_rows(driver)
        sheet = Sheet(rows)
        return sheet.window(sheet.screen(rows), DARK if driver.app.current_theme.dark else LIGHT)


def write(name: str, svg: str) -> None:
    """Write a picture into its files."""
    (FOLDER / f"{name}.svg").write_text(svg, "utf-8")
    if name in PNGS:
        import cairosvg  # only for drawing: checking does without

        letters = svg.replace(FONT, "DejaVu Sans Mono").replace("font:20px", "font:19.7px")  # it does not spread them
        letters = letters.replace("<image", '<image image-rendering="pixelated"')
        cairosvg.image.IMAGE_RENDERING["pixelated"] = cairosvg.image.cairo.FILTER_NEAREST  # which it does not know
        cairosvg.svg2png(letters.encode(), write_to=str(FOLDER / f"{name}.png"))


def is_stale(name: str, svg: str) -> bool:
    """Return whether a picture is missing or says something else than the app."""
    file = FOLDER / f"{name}.svg"
    if name in PNGS and not file.with_suffix(".png").exists():
        return True
    return not (file.exists() and read_picture(file.read_text("utf-8")) == read_picture(svg))


def main(arguments: list[str]) -> int:
    """Draw or check all pictures; return the exit status."""
    os.environ["TZ"] = "UTC"
    os.environ.pop("NO_COLOR", None)
    os.environ["COLORTERM"] = "truecolor"  # else there are no covers
    time.tzset()
    Input._toggle_cursor = lambda _: None  # type: ignore[assignment,method-assign]  # a picture's cursor does not blink
    drawn = {name: asyncio.run(draw(shot)) for name, shot in SHOTS.items()}
    drawn[RECORDING] = draw_recording(asyncio.run(record()))
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
