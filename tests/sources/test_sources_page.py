"""The package of `docs/sources.md`, made from the page alone: tested, installed, and tried with an own server."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.conftest import shell as shell
from tests.present import present
from tests.sources import server
from tests.sources.server import Ranged, Site, guarded, sound
from tests.ui.test_feeds_for_real import running
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.sources.installed import installed_sources

PAGE = Path(__file__).parents[2] / "docs" / "sources.md"
FILE = re.compile(r"`([a-z_]+\.(?:py|toml))`[^`]*?:?\n\n```(?:python|toml)\n(.*?)^```", re.S | re.M)
BAD, ALL = 250, 500


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the files of the page."""
    folder = tmp_path_factory.mktemp("guides")
    for name, text in FILE.findall(PAGE.read_text("utf-8")):
        (folder / name).write_text(text)
    assert sorted(path.name for path in folder.iterdir()) == ["guides.py", "pyproject.toml", "test_guides.py"]
    return folder


@pytest.fixture
def installed(package: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    offline = ("--no-deps", "--no-index", "--no-build-isolation", "--upgrade")
    there = package / "there"
    command = (sys.executable, "-m", "pip", "install", "--quiet", *offline, "--target", there, package)
    subprocess.run(command, check=True, timeout=60)
    monkeypatch.syspath_prepend(there)
    installed_sources.cache_clear()
    yield
    installed_sources.cache_clear()


def guides(bad: object = 60) -> server.Reply:
    stops = [{"id": number, "name": f"Stop {number}", "file": "door.wav", "seconds": 60} for number in range(ALL)]
    stops[BAD]["seconds"] = bad
    return guarded(server.body(json.dumps({"title": "The museum", "stops": stops}), "application/json"))


def test_tests_of_the_page_pass(package: Path) -> None:
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--confcutdir", package, package)
    done = subprocess.run(command, cwd=package, capture_output=True, text=True, timeout=60)
    assert "3 passed" in done.stdout, done.stdout


def test_package_of_the_page_shows_plays_and_survives(installed: None, site: Site, shell: Shell, home: Path) -> None:
    place = f"guides:{site.url('')}"
    site.replies["/en.json"], site.replies["/door.wav"] = guides("a minute"), guarded(Ranged(sound(60.0)))
    shell("feeds", "add", place, status=1)
    assert "the server wants a login" in shell.err
    shell("feeds", "add", place.replace("//", "//ann:s3cret@"), "--http-login")
    left = f"guides: item {BAD + 1}, Stop {BAD}: duration is no number, or one that is too low; it is left out."
    assert left in shell.err
    assert f"The museum: subscribed, {ALL - 1} new episodes" in shell.err
    (stop, *_) = [one for one in shell.json("list") if one["title"] == "Stop 7"]

    async def play() -> None:
        async with running(home) as driver:
            driver.controller.play_from(stop["id"], 30.0)
            await driver.until(lambda: driver.status() is PlayerStatus.PLAYING, "it plays")
            await driver.until(lambda: driver.playback.position > 30.0, "it goes on")

    async def kept() -> float:
        async with running(home) as driver:
            return present(driver.controller.progress_index.get(stop["id"])).position

    asyncio.run(play())
    site.replies["/en.json"] = server.body("<html>Sign in</html>", "text/html")
    shell("feeds", "refresh", place, status=1)
    assert f"The museum: {site.url('/en.json')} answered with something other than JSON." in shell.err
    site.replies["/en.json"] = guides()
    shell("feeds", "refresh", place)
    assert [feed["episodes"] for feed in shell.json("feeds", "list")] == [ALL]
    assert asyncio.run(kept()) > 20
