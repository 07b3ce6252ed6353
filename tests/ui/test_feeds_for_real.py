"""The app with its real feeds, player and files, over servers of its own on loopback."""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from tests.app_driver import AppDriver, FakeServices
from tests.sources import server
from tests.sources.server import Ranged, Site, feed, item, sound
from tui_pod.config.paths import find_paths
from tui_pod.config.reader import read_config
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.library.cache import load_library
from tui_pod.services import other_programs, sync_setup
from tui_pod.services.lifetime import Lifetime
from tui_pod.services.other_programs import OtherPrograms
from tui_pod.services.services import Services
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.state.store import State, StateFile
from tui_pod.sync.sending import record_file
from tui_pod.ui.app import TuiPodApp

CATALOG = 'version = 1\n[[topics]]\nname = "Talks"\n[[episodes]]\nid = "talk"\ntitle = "A talk"\ntags = ["Talks"]\n'

AUDIO = sound(30.0)


class RealDriver(AppDriver):
    """A driver of an app in which things take their time."""

    def __init__(self, app: TuiPodApp, services: Services, pilot: Any) -> None:
        with contextlib.suppress(AttributeError):  # the fakes are not there
            super().__init__(app, cast(FakeServices, services), pilot)

    async def see(self, *words: str) -> None:
        """Wait until all these are on the screen."""
        await self.until(lambda: all(word in self.text for word in words), f"{words} are shown")

    async def see_not(self, word: str) -> None:
        """Wait until this is no longer on the screen."""
        await self.until(lambda: word not in self.text, f"{word} is gone")

    async def told(self, words: str) -> None:
        """Wait until a notice has these words."""
        await self.until(lambda: any(words in notice for notice in self.notices), f"“{words}” is told")

    async def add(self, address: str) -> None:
        """Add a podcast by the key for it, and wait until the dialog has closed."""
        await self.press("a")
        await self.write(address)
        await self.press("enter")
        await self.until(lambda: self.app.screen is self.main, "the dialog is closed")

    async def subscribe(self, site: Site) -> None:
        """Add the podcast that `serve` serves, and wait until it is in the tree."""
        await self.add(site.url("/f"))
        await self.until(lambda: ("Test Cast", 3) in self.tree_rows(), "it is in the tree")


@asynccontextmanager
async def running(home: Path, config: str = "", size: tuple[int, int] = (120, 40)) -> AsyncIterator[RealDriver]:
    """Run the app on the files of a home, as its user would start it, without a sound device."""
    catalog = home / "catalog.toml"
    catalog.write_text(CATALOG)
    (home / "config.toml").write_text(config)
    paths = find_paths(home / "state.toml", home / "config.toml")
    loaded = load_library([catalog], paths.cache, paths.data)
    file = StateFile(paths.state)
    services = Services(paths, [catalog], read_config(paths.config), loaded, file, file.load(), "null")
    lifetime = Lifetime(services, State({}, {}), None)
    app = TuiPodApp(lifetime)
    services.frontend = app.frontend
    app.animation_level = "none"
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            driver = RealDriver(app, services, pilot)
            await driver.until(lambda: lifetime.is_running, "the rest of the program is made")
            yield driver
    finally:
        lifetime.finish()


def serve(site: Site, *, extra: str = "", pause: threading.Event | None = None) -> None:
    site.replies["/f"] = server.body(feed("".join(item(number, f"/{number}.wav", extra) for number in (3, 2, 1))))
    for number in (1, 2, 3):
        site.replies[f"/{number}.wav"] = Ranged(AUDIO, pause=pause)


async def test_podcast_is_added_played_removed_and_brought_back(site: Site, home: Path) -> None:
    serve(site)
    async with running(home) as driver:
        await driver.add(site.url("/f"))
        await driver.see("Test Cast: 3 episodes.", "Test Cast")
        assert ("Test Cast", 3) in driver.tree_rows()
        await driver.press("tab", "G", "k", "enter")
        await driver.see("Test Cast · 3 episodes", "Episode 3", "About 3")
        await driver.press("enter")
        await driver.until(
            lambda: driver.status() is PlayerStatus.PLAYING and driver.playback.position > 0.3, "it plays"
        )
        await driver.press("h", "x")
        await driver.see("Test Cast removed. Press u to undo.")
        assert ("Test Cast", 3) not in driver.tree_rows()
        assert (driver.status(), driver.playback.title) == (PlayerStatus.PLAYING, "Episode 3")
        await driver.press("u")
        await driver.until(lambda: ("Test Cast", 3) in driver.tree_rows(), "it is back")
        await driver.press("space", "G", "k", "enter")
        await driver.see("‖ Episode 3")
        assert driver.controller.progress_index.topic_stats[0].started == 1


async def test_podcast_of_a_slow_server_is_stopped_in_the_dialog_and_added_again(site: Site, home: Path) -> None:
    serve(site)
    there, going = site.replies["/f"], threading.Event()

    def slow(_: server.Exchange) -> None:
        going.wait()

    site.replies["/f"] = slow
    async with running(home) as driver:
        await driver.press("a")
        await driver.write(site.url("/f"))
        await driver.press("enter")
        await driver.see("Looking for the podcast …", "(adding a podcast)", "ctrl+c Stop")
        await driver.press("ctrl+c")
        await driver.see("Stopped.", "enter Add")
        going.set()
        site.replies["/f"] = there
        await driver.press("enter")
        await driver.see("Test Cast: 3 episodes.")


async def test_cursor_goes_to_a_previewed_episode_once_continue_lists_it(site: Site, home: Path) -> None:
    """Its podcast is in no list, so neither is the episode until it was played for a moment."""
    serve(site)
    async with running(home, f'[network]\nprivate_hosts = ["127.0.0.1:{site.server_port}"]\n') as driver:
        previewed = Published("Test Cast", (PublishedItem(guid="1", title="Visited", audio=site.url("/1.wav")),))
        await driver.services.feeds.play_preview(site.url("/f"), previewed, previewed.items[0])
        await driver.press("c")
        await driver.told("This podcast is not in your library yet.")
        assert driver.current == "talk"
        await driver.until(lambda: driver.status() is PlayerStatus.PLAYING, "it plays")
        await driver.press("space")
        await driver.until(lambda: driver.status() is PlayerStatus.PAUSED, "it saves no position of its own")
        episode = driver.playback.episode
        assert episode is not None
        driver.controller.editor.receive({episode: Progress(datetime.now(UTC), 12.0, 30.0)}, "played")
        await driver.press("c")
        await driver.see("Continue · 1 episode", "Visited")
        assert driver.current == episode


async def test_words_and_chapters_of_a_podcast_are_shown(site: Site, home: Path) -> None:
    extra = (
        "<podcast:transcript url='/t.vtt' type='text/vtt'/><podcast:chapters url='/c.json' type='application/json'/>"
        "<content:encoded>&lt;p&gt;All of it. &lt;a href='https://x.example.org/'&gt;A link&lt;/a&gt;</content:encoded>"
    )
    serve(site, extra=extra)
    site.replies["/t.vtt"] = server.body("WEBVTT\n\n00:01.000 --> 00:20.000\nHello from the transcript.\n", "text/vtt")
    chapters = [{"startTime": 0, "title": "Beginning"}, {"startTime": 12.5, "title": "Middle"}]
    site.replies["/c.json"] = server.body(json.dumps({"chapters": chapters}), "application/json")
    async with running(home) as driver:
        await driver.subscribe(site)
        await driver.press("tab", "G", "k", "enter", "g", "i")
        await driver.see("All of it. A link [1]", "Podcast    Test Cast", "0:12  Middle")
        await driver.press("tab", "down", "enter")
        await driver.until(lambda: driver.status() is PlayerStatus.PLAYING, "it plays")
        await driver.see("ch 2/2 −", "Middle")
        assert driver.playback.position >= 12
        await driver.press("t")
        await driver.see("Hello from the transcript.")


async def test_offline_is_shown_and_what_is_there_stays(
    site: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(site)
    async with running(home) as driver:
        await driver.subscribe(site)
        await driver.press("tab", "G", "k", "enter", "g", "d")
        await driver.see("↓  ? ")  # all of it

    def no_network(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    async with running(home) as driver:
        await driver.see("(offline)", "Test Cast · 3 episodes", "↓")
        await driver.press("g", "enter")
        await driver.until(lambda: driver.status() is PlayerStatus.PLAYING, "the download plays")
        await driver.press("j", "enter")
        await driver.told("cannot be found; this machine may be offline. Your position is saved.")
        assert "(offline)" in driver.text


async def test_podcast_behind_a_login_is_added_after_two_fields_and_a_yes(site: Site, home: Path) -> None:
    serve(site)
    site.replies["/f"] = server.guarded(site.replies["/f"])
    async with running(home) as driver:
        await driver.press("a")
        await driver.write(site.url("/f"))
        await driver.press("enter")
        await driver.see(f"Login at 127.0.0.1:{site.server_port}", "wants a login (401)")
        await driver.press(*"ann", "enter", *"wrong", "enter")
        await driver.see("others on the network can read the login")
        assert not any("Authorization" in headers for _, headers in site.asked)
        await driver.press("enter")
        await driver.see("does not take this login")
        await driver.press("ctrl+u", *"s3cret", "enter", "enter")
        await driver.until(lambda: ("Test Cast", 3) in driver.tree_rows(), "it is in the tree")
        await driver.see("Test Cast · 3 episodes")
        assert "s3cret" not in driver.text


async def test_sync_tells_what_it_brings_though_the_app_looks_meanwhile(
    site: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(site)
    looks, look = asyncio.Semaphore(0), OtherPrograms.look
    now = datetime(2026, 3, 1, tzinfo=UTC)
    store = FeedStore(find_paths(home / "state.toml", home / "config.toml").data)

    async def counted_look(watch: OtherPrograms) -> None:
        await look(watch)
        looks.release()

    async def run_sync(*_: str) -> dict[str, Any]:
        """Save what comes in, and go on sending for some time."""
        StateFile(home / "state.toml").save([ProgressRecord("talk", Progress(now, played=True))])
        store.subscribe([Entry(site.url("/f"))])
        store.set_private_origin(site.url("/f"), site.origin())
        while not looks.locked():
            await looks.acquire()
        await looks.acquire()
        await looks.acquire()
        received = {"id": "talk", "position": 0.0, "status": "played", "played": True, "updated": now.isoformat()}
        return {"received": [received], "subscribed": [site.url("/f")]}

    monkeypatch.setattr(OtherPrograms, "look", counted_look)
    monkeypatch.setattr(other_programs, "EVERY", 0.01)
    monkeypatch.setattr(sync_setup, "run_sync", run_sync)
    (home / "shared").mkdir(exist_ok=True)
    record_file(home / "state.toml").touch()  # the first sync waits to be asked for
    async with running(home, '[sync]\nfolder = "shared"\n') as driver:
        await driver.told("“A talk”: played. Press u to undo.")
        await driver.until(lambda: ("Test Cast", 3) in driver.tree_rows(), "it is fetched")
        await driver.press("u")
        assert driver.controller.progress_index.topic_stats[0].played == 0
