"""What the screen teaches: each usual task names its key where it is done."""

import pytest

from tests.app_driver import AppDriver, run_app
from tests.ui.test_feeds import IN_CAST, LIBRARY

TASKS = {
    "play": "enter Play", "pause": "space Pause", "seek": "← → Seek", "mark": "m Played", "queue": "e Queue",
    "mark all": "m All played", "transcript": "t Transcript", "speed": "[ ] 1×", "volume": "- + ♪", "sleep": "z ☾",
    "search": "/ Search", "help": "? Help", "see the queue": "2 Queue", "statistics": "3 Statistics",
    "bookmarks": "4 Bookmarks",
    "notes": "i Details", "session": "S Session", "add": "a Add podcast", "download": "d Download",
    "settings": "P Settings", "unsubscribe": "x Unsubscribe", "search everywhere": "ctrl+f", "palette": "ctrl+p",
}  # fmt: skip
"""The words on the screen, by task."""


async def seen(driver: AppDriver) -> set[str]:
    """Return the tasks whose key is shown in list and tree, and as a listener plays and goes on."""
    texts = [driver.text]
    for keys in ("tab", "tab", "enter", "tab", "tab t", "t 2"):
        await driver.press(*keys.split())
        texts.append(driver.text)
    return {task for task, words in TASKS.items() if any(words in text for text in texts)}


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_screen_names_the_keys_of_usual_tasks(size: tuple[int, int]) -> None:
    async with run_app(LIBRARY, size=size, query=IN_CAST) as driver:
        of_podcast = await seen(driver)
    async with run_app(LIBRARY, size=size) as driver:
        missing = TASKS.keys() - of_podcast - await seen(driver)
    assert not missing
