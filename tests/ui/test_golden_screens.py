"""The screens as text, against those in `golden/`.

UPDATE_SCREENS=1 pytest tests/ui/test_golden_screens.py writes them anew; look at the difference before keeping it.
"""

import os
from pathlib import Path

import pytest

from tests.scenes import SCENES, play_scene, run_scene

pytestmark = pytest.mark.usefixtures("utc")

SCREENS = Path(__file__).parent / "golden"

SIZES = ((120, 40), (80, 24), (40, 12))

SHOTS = [
    *((name, size, False) for name in SCENES for size in SIZES),
    *((name, (80, 24), True) for name in ("bookmarks", "playing", "queue", "session", "statistics", "transcript")),
]


@pytest.mark.parametrize(("name", "size", "is_ascii"), SHOTS)
async def test_screen_is_as_it_was_kept(name: str, size: tuple[int, int], is_ascii: bool) -> None:
    scene = SCENES[name]
    async with run_scene(scene, size, is_ascii=is_ascii) as driver:
        await play_scene(driver, scene)
        text = driver.text
    file = SCREENS / f"{name}-{size[0]}x{size[1]}{'-ascii' * is_ascii}.txt"
    if os.environ.get("UPDATE_SCREENS"):
        file.write_text(text, "utf-8")
    assert file.exists(), "made with UPDATE_SCREENS=1"
    assert text == file.read_text("utf-8")


def test_kept_screens_are_all_compared() -> None:
    compared = {f"{name}-{size[0]}x{size[1]}{'-ascii' * is_ascii}.txt" for name, size, is_ascii in SHOTS}
    assert {file.name for file in SCREENS.iterdir()} == compared
