"""No text is cut without an ellipsis, in any view at any size."""

import sys

import pytest
from rich.style import Style
from textual.strip import Strip

from tests.scenes import PICTURED, Scene, play_scene, run_scene

VIEWS = PICTURED | {
    "palette": Scene(("ctrl+p",)),
    "settings": Scene(("P",)),
    "go-to": Scene(("colon",), seconds=42),
    "device": Scene(("D",)),
    "everywhere": Scene(("ctrl+f", *"light")),
}


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40), (200, 50)])
@pytest.mark.parametrize("name", VIEWS)
async def test_line_that_is_too_long_for_its_place_ends_with_an_ellipsis(
    name: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = list[str]()
    adjust, crop = Strip.adjust_cell_length, Strip.crop

    def check(strip: Strip, kept: Strip) -> Strip:
        lost = strip.text.rstrip()[len(kept.text.rstrip()) :]
        if strip.cell_length > kept.cell_length and lost and not kept.text.rstrip().endswith("…"):
            cut.append(f"{kept.text!r} without {lost!r}")
        return kept

    def adjusted(strip: Strip, cell_length: int, style: Style | None = None) -> Strip:
        return check(strip, adjust(strip, cell_length, style))

    def cropped(strip: Strip, start: int, end: int | None = None) -> Strip:
        kept = crop(strip, start, end)
        is_end = (
            start == 0 and sys._getframe(1).f_code.co_name == "render_line"
        )  # not where one widget lies over another
        return check(strip, kept) if is_end else kept

    monkeypatch.setattr(Strip, "adjust_cell_length", adjusted)
    monkeypatch.setattr(Strip, "crop", cropped)
    scene = VIEWS[name]
    async with run_scene(scene, size) as driver:
        await play_scene(driver, scene)
    assert not cut
