from pathlib import Path

import pytest

from tests.app_driver import AppDriver
from tui_pod.ui.widgets.fields import PathInput, completed


@pytest.fixture
def books(home: Path) -> Path:
    for name in ("Audiobooks", "Audio", ".audio"):
        (home / name).mkdir()
    (home / "Audiobooks" / "list.m3u").touch()
    (home / "Audiobooks" / "evil\x1b[2J").mkdir()
    return home


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("~", "~/"),
        ("~/Aud", "~/Audio/"),
        ("~/Audiob", "~/Audiobooks/"),
        ("~/Audiobooks/", "~/Audiobooks/list.m3u"),
        ("~/.a", "~/.audio/"),
        ("~/Audiobooks/e", None),
        ("~/nowhere/x", None),
    ],
)
def test_path_is_completed_by_what_is_there(books: Path, typed: str, whole: str | None) -> None:
    assert completed(typed) == whole


async def test_tab_completes_the_path_that_is_typed(books: Path, driver: AppDriver) -> None:
    await driver.press("a")
    await driver.write("~/Audiob")
    await driver.press("tab", "tab")
    assert driver.app.screen.query_one(PathInput).value == "~/Audiobooks/list.m3u"
    await driver.press("enter")
    assert driver.services.asked_feeds.wishes == [("add", "~/Audiobooks/list.m3u")]
