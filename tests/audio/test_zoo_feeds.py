"""Servers whose addresses or logins change while an episode of a feed plays, with the real libmpv."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.audio.test_zoo import AUDIO, LENGTH, PLACE, Rig
from tests.sources import server, zoo
from tests.sources.server import Exchange, Ranged, Site, feed, guarded, item
from tui_pod.core.library.library import build_library
from tui_pod.core.player import load_watch
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.net.login import Login
from tui_pod.recordings import recording_fetcher
from tui_pod.shelf.library import read_feeds
from tui_pod.shelf.match import episode_id
from tui_pod.sources.opened import Podcasts
from tui_pod.sources.table import subscribe

Listen = Callable[[float], tuple[Rig, str]]


@pytest.fixture(name="listen")
def make_rig(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listen]:
    """Subscribe with a login, and play the only episode from a place; return it too."""
    monkeypatch.setattr(recording_fetcher, "PAUSES", (0.0,) * 6)
    monkeypatch.setattr(load_watch, "PAUSES", (0.0, 0.0))
    podcasts = Podcasts(tmp_path / "data", tmp_path / "cache", 10_000_000)
    opened: list[Rig] = []

    def listen(place: float) -> tuple[Rig, str]:
        subscribe(podcasts.store, site.url("/f"), login=Login(site.origin(), "ann", "s3cret", over_http=True))
        found = read_feeds(tmp_path / "data")
        library, ident = build_library(found.topics, found.episodes, found.keys), episode_id(site.url("/f"), "guid-1")
        left = Progress(datetime.now(UTC) - timedelta(seconds=5), position=place, duration=LENGTH)
        opened.append(Rig(podcasts, library, ProgressIndex(library, {ident: left})))
        opened[-1].controller.play(ident)
        return opened[-1], ident

    yield listen
    for each in opened:
        each.player.close()
    podcasts.streams.close()


def test_token_that_expires_is_fetched_anew_through_the_feed(listen: Listen, site: Site) -> None:
    audio = zoo.Expiring(AUDIO, drops=[len(AUDIO) // 3])
    site.replies["/a.mp3"] = audio
    site.replies["/f"] = lambda exchange: server.body(feed(item(1, f"/a.mp3?token={audio.token}")))(exchange)
    there, _ = listen(5.0)
    there.until(there.is_playing, "it plays")
    there.controller.seek_to(PLACE)
    there.until(lambda: there.controller.playback.position > PLACE + 0.5, "it plays on")
    assert site.paths().count("/f") == 2
    assert site.paths()[-1] == "/a.mp3?token=2"


def test_login_that_changes_keeps_the_place_and_plays_on_with_the_new_one(listen: Listen, site: Site) -> None:
    password = "s3cret"
    drops = [len(AUDIO) // 3]

    def audio(exchange: Exchange) -> None:
        nonlocal password
        guarded(Ranged(AUDIO, "audio/mpeg", drops=drops), password=password)(exchange)
        password = "new"

    site.replies["/a.mp3"] = audio
    site.replies["/f"] = server.body(feed(item(1, "/a.mp3")))
    there, ident = listen(5.0)
    there.until(there.is_playing, "it plays")
    there.controller.seek_to(PLACE)
    there.until(there.has_ended, "it is told")
    assert "does not take this login" in there.listener.said[-1]
    assert there.place(ident) == PLACE
    there.podcasts.store.logins.add(site.url("/f"), Login(site.origin(), "ann", "new", over_http=True))
    there.controller.play(ident)
    there.until(there.is_playing, "it plays on")
    assert there.is_at(PLACE)
