"""Podcasts behind a login: it opens their own server, goes nowhere else, and is seen nowhere."""

import shutil
import stat
from pathlib import Path

import pytest

from tests.present import present
from tests.sources import server
from tests.sources.server import Ranged, Site, feed, guarded, item, redirect, sound
from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import Episode
from tui_pod.net.fetch import LoginWanted
from tui_pod.net.login import Login
from tui_pod.recordings.recording_store import DownloadError
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.library import read_feeds
from tui_pod.shelf.match import episode_id
from tui_pod.shelf.opml import write_opml
from tui_pod.sources.opened import Podcasts
from tui_pod.sources.refresh import refresh
from tui_pod.sources.table import subscribe


@pytest.fixture
def podcasts(site: Site, tmp_path: Path) -> Podcasts:
    """Podcasts, and a site whose feed and recording are behind a login."""
    site.replies["/f"] = guarded(server.body(feed(item(1, "/1.wav"))))
    site.replies["/1.wav"] = guarded(Ranged(sound(2.0)))
    return Podcasts(tmp_path / "data", tmp_path / "cache", 10**8)


def login(site: Site, password: str = "s3cret") -> Login:
    """Return the site's login, with the listener's yes to http."""
    return Login(site.origin(), "ann", password, over_http=True)


def subscribed(site: Site, podcasts: Podcasts) -> Episode:
    """Subscribe, and return the only episode."""
    subscribe(podcasts.store, site.url("/f"), login=login(site))
    (episode,) = read_feeds(podcasts.store.db.file.parent).episodes
    return episode


def sent(site: Site) -> list[bool]:
    """Return of each request whether it had a login."""
    return ["Authorization" in headers for _, headers in site.asked]


def test_login_is_tried_kept_and_used_by_the_next_refresh(site: Site, podcasts: Podcasts, tmp_path: Path) -> None:
    with pytest.raises(LoginWanted, match=r"wants a login \(401\)") as caught:
        subscribe(podcasts.store, site.url("/f"))
    assert (caught.value.origin, caught.value.login) == (site.origin(), None)
    assert podcasts.store.is_empty
    with pytest.raises(LoginWanted, match="does not take this login"):
        subscribe(podcasts.store, site.url("/f"), login=login(site, "wrong"))
    done = subscribe(podcasts.store, site.url("/f"), login=login(site))
    assert (done.feed.address, done.new) == (site.url("/f"), 1)
    assert subscribe(FeedStore(tmp_path / "data"), site.url("/f")).new == 0


async def test_login_typed_in_the_address_goes_over_http_only_after_a_yes(site: Site, podcasts: Podcasts) -> None:
    typed = site.url("/f").replace("http://", "http://ann:s3cret@")
    with pytest.raises(LoginWanted, match="over http, where others can read it") as caught:
        subscribe(podcasts.store, typed)
    assert caught.value.is_kept_back
    assert sent(site) == [False]
    subscribe(podcasts.store, typed, login=login(site))
    assert (await refresh(podcasts.store)).failed == ()
    assert sent(site) == [False, True, True]


def test_login_is_in_no_id_list_or_message(site: Site, podcasts: Podcasts, tmp_path: Path) -> None:
    typed = site.url("/f").replace("http://", "http://ann:s3cret@")
    done = subscribe(podcasts.store, typed, login=login(site))
    assert (done.feed.feed_id, podcasts.store.episode_ids(site.url("/f"))) == (
        site.url("/f"), [episode_id(site.url("/f"), "guid-1")],
    )  # fmt: skip
    assert "s3cret" not in write_opml(podcasts.store.entries()) + repr(done) + repr(podcasts.store.logins.of(typed))
    for bad in ("ftp://ann:s3cret@x.org/", "https://ann:s3cret@127.0.0.1:1/", "http://ann:s3cret@x y/"):
        with pytest.raises(UserError) as caught:
            subscribe(podcasts.store, bad)
        assert "s3cret" not in str(caught.value)
    files = [path for path in tmp_path.rglob("*") if path.is_file() and b"s3cret" in path.read_bytes()]
    assert files == [podcasts.store.logins.file]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def test_login_plays_and_downloads_recordings_of_its_server(site: Site, podcasts: Podcasts) -> None:
    episode = subscribed(site, podcasts)
    assert podcasts.audio.source(episode).is_stream
    request = present(podcasts.audio.download_request(episode))
    assert podcasts.downloads.fetch(request).stat().st_size == len(sound(2.0))


def test_login_goes_to_no_other_server(site: Site, inside: Site, podcasts: Podcasts) -> None:
    episode = subscribed(site, podcasts)
    podcasts.access.policy = inside.policy
    inside.replies["/1.wav"] = Ranged(sound(2.0))
    site.replies["/1.wav"] = guarded(redirect(inside.url("/1.wav")))
    assert podcasts.audio.source(episode).is_stream
    assert inside.asked
    assert not any(sent(inside))
    podcasts.streams.close()
    shutil.rmtree(podcasts.streams.folder)
    inside.replies["/1.wav"] = guarded(Ranged(sound(2.0)))
    request = present(podcasts.audio.download_request(episode))
    with pytest.raises(DownloadError, match=f"127.0.0.1:{inside.server_port}.*wants a login"):
        podcasts.downloads.fetch(request)
    assert not any(sent(inside))


def test_other_podcast_that_names_the_server_does_not_get_its_login(
    site: Site, inside: Site, podcasts: Podcasts
) -> None:
    subscribed(site, podcasts)
    podcasts.access.policy = site.policy
    site.asked.clear()
    inside.replies["/f"] = server.body(feed(item(2, site.url("/1.wav")), "Other"))
    subscribe(podcasts.store, inside.url("/f"))
    episode = next(one for one in read_feeds(podcasts.store.db.file.parent).episodes if one.title == "Episode 2")
    with pytest.raises(LoginWanted) as caught:
        podcasts.audio.source(episode)
    assert caught.value.origin == site.origin()
    assert not any(sent(site))


def test_recording_asks_for_a_login_of_its_own_server(site: Site, inside: Site, podcasts: Podcasts) -> None:
    inside.replies["/1.wav"] = guarded(Ranged(sound(2.0)), "bob", "other")
    site.replies["/f"] = guarded(server.body(feed(item(1, inside.url("/1.wav")))))
    podcasts.access.policy = inside.policy
    episode = subscribed(site, podcasts)
    with pytest.raises(LoginWanted) as caught:
        podcasts.audio.source(episode)
    assert caught.value.origin == inside.origin()
    podcasts.store.logins.add(site.url("/f"), Login(inside.origin(), "bob", "other", over_http=True))
    assert podcasts.audio.source(episode).is_stream


async def test_login_that_changes_fails_the_refresh_and_names_the_server(site: Site, podcasts: Podcasts) -> None:
    subscribed(site, podcasts)
    site.replies["/f"] = guarded(server.body(feed(item(1))), password="new")
    (failed,) = (await refresh(podcasts.store)).failed
    assert present(failed.wanted).origin == site.origin()
    podcasts.store.logins.add(site.url("/f"), login(site, "new"))
    assert (await refresh(podcasts.store)).failed == ()


def test_login_in_the_address_of_a_recording_opens_it_and_is_seen_nowhere(site: Site, podcasts: Podcasts) -> None:
    there = site.url("/1.wav").replace("http://", "http://ann:s3cret@")
    site.replies["/f"] = server.body(feed(item(1, there)))
    store = podcasts.store
    subscribe(store, site.url("/f"))
    (first,) = read_feeds(store.db.file.parent).episodes
    assert first.audio == site.url("/1.wav")
    assert store.logins.of(site.url("/f")) == (Login(site.origin(), "ann", "s3cret"),)
    with pytest.raises(LoginWanted, match="over http"):
        podcasts.audio.source(first)
    store.logins.add(site.url("/f"), login(site))
    assert podcasts.audio.source(first).remote is not None
    assert b"s3cret" not in b"".join(path.read_bytes() for path in store.db.file.parent.glob("feeds*"))
