"""The feed service over real servers, a real store and real downloads; only the front end is a stand-in."""

import asyncio
import json
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import START
from tests.patience import PATIENCE
from tests.services.podcasts.rig import QUIET, ServiceRig, add_sounds, added, join_threads, no_network, serve_sounds
from tests.sources import server
from tests.sources.server import Ranged, Site, feed, item, sound
from tui_pod.config.settings import FeedSettings
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.fetch import Limits
from tui_pod.services.frontend import Job
from tui_pod.shelf import feed_store
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.match import episode_id
from tui_pod.sources import directories
from tui_pod.sources.table import subscribe

PATIENT = NetworkPolicy(limits=Limits(1024 * 1024, seconds=2 * PATIENCE, idle=2 * PATIENCE, head=2 * PATIENCE))
"""Gives up no server before a test gives up."""


async def test_add_brings_the_episodes_under_the_feeds_topic(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(2) + item(1)))
    await service.add(site.url("/f"))
    assert service.titles == ["Episode 2", "Episode 1"]
    assert service.topics == ["Test Cast"]
    assert service.controller.library.topics.feed(1) == site.url("/f")
    assert service.driver.works == ["adding a podcast", "", "reading the library", ""]
    assert service.driver.said == ["Test Cast: 2 episodes."]
    assert len(service.driver.libraries) == 1


async def test_add_takes_the_address_of_a_page_that_names_a_feed(site: Site, service: ServiceRig) -> None:
    site.replies["/"] = server.body(
        '<html><link rel="alternate" type="application/rss+xml" href="/f"></html>', "text/html"
    )
    site.replies["/f"] = server.body(feed(item(1)))
    await service.add(f"127.0.0.1:{site.server_port}")  # typed without a scheme
    assert service.titles == ["Episode 1"]


LIMITS = {"{url}/silent": Limits(1000, PATIENCE, idle=0.1), "{url}/drip": Limits(1000, seconds=0.3)}
"""How soon a server is given up, by what is typed."""


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("nonsense words", "cannot be found"),
        ("", "Type an address, such as https://"),
        ("gopher://x", "“gopher://x” is not an http or https address"),
        ("file:///etc/passwd", "is not a folder, a playlist (M3U) or an audio file"),
        ("{url}/none", "does not have it (404)"),
        ("{url}/page", "neither a feed nor a page that names one"),
        ("{url}/silent", "no answer for"),
        ("{url}/drip", "not done within"),
        ("{url}/bomb", "larger than"),
        ("{url}/entity", "declares entities"),
        ("http://127.0.0.1:1/f", "nothing answers there"),
    ],
)
async def test_add_of_what_is_no_feed_says_why_and_changes_nothing(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, said: str
) -> None:
    service = ServiceRig(tmp_path, policy=NetworkPolicy(limits=LIMITS.get(typed, PATIENT.limits)))
    site.replies["/page"] = server.body("<html>hello</html>", "text/html")
    site.replies.update({"/silent": server.silent, "/drip": server.drip(), "/bomb": server.bomb(50)})
    site.replies["/entity"] = server.body("<!DOCTYPE r [<!ENTITY a 'bb'>]><rss/>")
    if "words" in typed:
        monkeypatch.setattr(socket, "getaddrinfo", no_network)
    await service.add(typed.replace("{url}", site.url("")))
    [error] = service.driver.errors
    assert said in error
    assert (service.titles, service.driver.libraries, service.driver.work) == ([], [], "")
    assert not service.data.exists() or FeedStore(service.data).feeds() == []


async def test_add_of_a_feed_that_is_there_says_what_is_new(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    await service.add(site.url("/f"))
    site.replies["/f"] = server.body(feed(item(2) + item(1)))
    await service.add(site.url("/f"))
    assert service.driver.said[-1] == "Test Cast is already subscribed; 1 episode new."
    assert (len(service.titles), service.topics) == (2, ["Test Cast"])


async def test_add_where_nothing_can_be_kept_says_so(site: Site, service: ServiceRig) -> None:
    service.data.write_text("a file where the folder should be")
    site.replies["/f"] = server.body(feed(item(1)))
    await service.add(site.url("/f"))
    [error] = service.driver.errors
    assert "cannot be" in error
    assert service.titles == []


async def test_network_seen_by_what_is_played_is_shown_too(service: ServiceRig) -> None:
    service.context.tasks.show("network", Job("offline"))
    service.context.tasks.show("network", Job("offline"))
    service.service.network_works()
    assert service.driver.works == ["offline", ""]


async def test_library_that_cannot_be_loaded_is_told(
    site: Site, service: ServiceRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui_pod.core.library.library import CatalogsError

    async def faulty(*_: Any) -> Any:
        raise CatalogsError(["talks.toml:3: no id"])

    monkeypatch.setattr("tests.services.podcasts.rig.reload_library", faulty)
    site.replies["/f"] = server.body(feed(item(1)))
    await service.add(site.url("/f"))
    assert service.driver.errors == ["The library could not be reloaded: talks.toml:3: no id"]


async def test_remove_feed_can_be_undone_with_its_place_progress_and_downloads(site: Site, service: ServiceRig) -> None:
    serve_sounds(site)
    site.replies["/z"] = server.body(feed(item(9), "Z"))
    await service.add(site.url("/f"))
    await service.add(site.url("/z"))
    ids = service.ids("Episode 2", "Episode 1")
    service.controller.editor.mark(ids[:1], played=True)
    await service.do(service.service.downloads.toggle, ids)
    await service.do(service.service.remove_feed, site.url("/f"))
    assert (service.titles, service.topics, service.driver.downloads) == (["Episode 9"], ["Z"], {})
    assert service.driver.said[-1] == "Test Cast removed. Press u to undo."
    assert service.controller.progress_index.topic_stats[0].played == 0
    assert service.controller.undo().text == "Undid: Test Cast removed"
    await service.done()
    assert service.topics == ["Test Cast", "Z"]
    assert set(service.driver.downloads) == set(ids)
    assert service.podcasts.downloads.find(ids[0]) is not None
    assert service.controller.progress_index.status(ids[0]) is Status.PLAYED
    assert service.controller.progress_index.topic_stats[0].played == 1
    await service.do(service.controller.redo)
    assert (service.topics, service.driver.downloads) == (["Z"], {})


async def test_text_is_removed_in_its_list_and_brought_back(service: ServiceRig, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("# A note\n\nIts words.\n")
    await service.add(str(tmp_path / "note.md"))
    assert (service.titles, service.topics) == (["A note"], ["Texts", "A note"])
    await service.do(service.service.remove, service.ids("A note"))
    assert (service.titles, service.driver.said[-1]) == ([], "A note removed. Press u to undo.")
    await service.do(service.controller.undo)
    assert service.titles == ["A note"]


async def test_remove_undone_and_done_again_in_a_hurry_ends_as_asked(site: Site, service: ServiceRig) -> None:
    await add_sounds(service, site, 1)
    ids = service.ids("Episode 0")
    service.controller.editor.mark(ids, played=True)
    service.service.remove_feed(site.url("/f"))  # it takes its time
    assert service.driver.said[-1] == "Removing Test Cast …"
    for _ in range(3):
        service.controller.undo()
        service.controller.redo()
    assert service.controller.undo().text == "Undid: Test Cast removed"
    await service.done()
    assert service.topics == ["Test Cast"]
    assert service.controller.progress_index.status(ids[0]) is Status.PLAYED
    assert service.driver.errors == []


async def test_remove_feed_ends_its_downloads(site: Site, service: ServiceRig) -> None:
    going = threading.Event()
    ids = await add_sounds(service, site, 1, pause=going)
    service.service.downloads.toggle(ids)
    assert await asyncio.to_thread(site.wait_for, lambda: site.paths()[-1] == "/0.wav")
    await service.do(service.service.remove_feed, site.url("/f"))
    going.set()
    assert (service.titles, service.driver.downloads, service.driver.errors) == ([], {}, [])


async def test_remove_feed_ends_downloads_that_are_still_being_asked_for(
    site: Site, service: ServiceRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await add_sounds(service, site, 1)
    asked, going, request = threading.Event(), threading.Event(), service.podcasts.audio.download_request

    def slow_request(*given: Any, **named: Any) -> Any:
        asked.set()
        going.wait()
        return request(*given, **named)

    monkeypatch.setattr(service.podcasts.audio, "download_request", slow_request)
    service.service.downloads.toggle(ids)
    await asyncio.to_thread(asked.wait, PATIENCE)
    service.service.remove_feed(site.url("/f"))
    await service.until(lambda: service.driver.said[-1:] == ["Test Cast removed. Press u to undo."], "it is removed")
    going.set()
    await service.done()
    assert (service.titles, service.podcasts.downloads.all(), service.driver.errors) == ([], [], [])
    assert "/0.wav" not in site.paths()


async def test_remove_of_what_is_gone_and_one_that_fails_when_undone_say_why(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a")
    for _ in range(2):
        await service.do(service.service.remove_feed, site.url("/a"))
    assert service.driver.said[-1] == "This podcast no longer exists."
    service.podcasts.store.purge(time.time() + 1)
    await service.do(service.controller.undo)
    assert service.driver.errors == [f"There is no feed {site.url('/a')}."]


async def test_start_shows_downloads_refreshes_and_deletes_what_was_removed(site: Site, tmp_path: Path) -> None:
    former = ServiceRig(tmp_path)
    serve_sounds(site)
    await former.add(site.url("/f"))
    await former.do(former.service.downloads.toggle, former.controller.library.ids)
    kept, gone, _ = former.controller.library.ids
    await former.do(former.service.downloads.remove, [gone])
    await former.service.close()
    site.replies["/f"] = server.body(feed("".join(item(number, f"/{number}.wav") for number in range(4))))
    service = ServiceRig(tmp_path, FeedSettings())
    await service.do(service.service.start)
    assert (kept in service.driver.downloads, gone in service.driver.downloads) == (True, False)
    assert list(service.podcasts.downloads.folder.rglob("*.removed")) == []
    assert service.titles[0] == "Episode 3"
    assert service.driver.works[:3] == ["refreshing 0/1", "refreshing 1/1", ""]
    assert service.driver.said == ["1 episode new: Test Cast."]


async def test_start_deletes_the_downloads_of_what_a_command_removed_once_that_cannot_be_undone(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = ServiceRig(tmp_path)
    [ident] = await add_sounds(service, site, 1)
    await service.do(service.service.downloads.toggle, [ident])
    service.podcasts.store.remove(site.url("/f"))
    await service.do(service.service.start)
    assert service.podcasts.downloads.find(ident) is not None
    monkeypatch.setattr(feed_store, "PURGE_AFTER", -1.0)
    await service.do(service.service.start)
    assert service.podcasts.downloads.find(ident) is None


@pytest.mark.parametrize("settings", [FeedSettings(), QUIET])
async def test_start_says_nothing_when_there_is_nothing_to_say(
    site: Site, tmp_path: Path, settings: FeedSettings
) -> None:
    former = ServiceRig(tmp_path)
    await added(site, former, "a")
    if settings.refresh_at_start:
        await former.do(former.service.remove_feed, site.url("/a"))
    site.asked.clear()
    service = ServiceRig(tmp_path, settings)
    await service.do(service.service.start)
    assert (service.driver.said, service.driver.works, service.driver.libraries, site.asked) == ([], [], [], [])


async def test_close_while_everything_is_under_way_waits_for_no_server(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, policy=PATIENT)
    serve_sounds(site)
    await added(site, service, "a", "b")
    await service.add(site.url("/f"))
    site.replies.update(dict.fromkeys(("/a", "/b", "/f", "/new"), server.silent))
    going = threading.Event()
    for number in range(3):
        site.replies[f"/{number}.wav"] = Ranged(sound(0.2), pause=going)
    site.asked.clear()
    service.service.refresher.refresh()
    service.service.add(site.url("/new"))
    service.service.downloads.toggle(service.controller.library.ids)
    assert await asyncio.to_thread(site.wait_for, lambda: len(site.asked) >= 5)
    service.driver.said.clear()
    await asyncio.wait_for(service.service.close(), PATIENCE)
    going.set()
    assert service.driver.said == []
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_close_keeps_what_there_is_of_a_download(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.recordings.remote_recording.REPORT_EVERY", 0.0)
    going = threading.Event()
    serve_sounds(site, 1)
    audio = sound(30.0)
    site.replies["/0.wav"] = Ranged(audio, pause=going)
    service = ServiceRig(tmp_path)
    await service.add(site.url("/f"))
    [ident] = service.controller.library.ids
    service.service.downloads.toggle([ident])
    await service.until(
        lambda: ident in service.driver.downloads and (service.driver.downloads[ident].share or 0.0) > 0.2,
        "much is there",
    )
    await service.service.close()
    await asyncio.to_thread(join_threads)
    going.set()
    again = ServiceRig(tmp_path)
    await again.do(again.service.downloads.toggle, [ident])
    folder = again.podcasts.downloads.folder
    assert [path.stat().st_size for path in folder.rglob("*.wav")] == [len(audio)]
    assert "Range" in site.asked[-1][1]


async def test_progress_follows_an_episode_of_a_feed_through_it_all(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a")
    ident = episode_id(site.url("/a"), "guid-1")
    service.controller.progress_index.put(ident, Progress(START, 12.0, 100.0))
    await service.do(service.service.remove_feed, site.url("/a"))
    await service.add(site.url("/a"))
    assert service.controller.library.ids == [ident]
    assert service.controller.progress_index.unfinished() == [0]


async def test_podcasts_and_downloads_of_another_program_are_shown(site: Site, tmp_path: Path) -> None:
    serve_sounds(site, 2)
    service, other = ServiceRig(tmp_path), ServiceRig(tmp_path)
    await service.add(site.url("/f"))
    await service.do(service.service.start)
    site.replies["/g"] = server.body(feed(item(7), "Theirs"))
    await other.add(site.url("/g"))
    await other.add(site.url("/f"))
    one, _ = other.ids("Episode 1", "Episode 0")
    await other.do(other.service.downloads.toggle, [one])
    await service.service.look_elsewhere()
    assert service.topics == ["Test Cast", "Theirs"]
    assert list(service.driver.downloads) == [one]
    shown = len(service.driver.download_texts[one])
    await service.service.look_elsewhere()
    assert len(service.driver.download_texts[one]) == shown
    await other.do(other.service.downloads.remove, [one])
    await service.service.look_elsewhere()
    assert service.driver.downloads == {}
    libraries = len(service.driver.libraries)
    await service.service.look_elsewhere()
    assert len(service.driver.libraries) == libraries
    await other.service.close()
    await service.service.close()


async def test_podcast_that_another_program_adds_during_the_start_is_shown(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    subscribe(service.podcasts.store, site.url("/f"))
    await service.do(service.service.start)
    await service.service.look_elsewhere()
    assert service.topics == ["Test Cast"]


async def test_removed_podcast_of_an_episode_is_found(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a")
    (ident,) = service.ids("Episode 1")
    assert await service.service.removed_podcast(ident) is None
    assert await service.service.removed_podcast("nothing") is None
    await service.do(service.service.remove_feed, site.url("/a"))
    assert await service.service.removed_podcast(ident) == ("a", site.url("/a"))


async def test_episode_of_a_podcast_that_was_only_previewed_brings_it_when_it_is_added(
    site: Site, tmp_path: Path
) -> None:
    service = ServiceRig(tmp_path, policy=NetworkPolicy(site.allowed))
    site.replies["/f"] = server.body(feed(item(1, "/1.wav") + item(2)))
    assert (await service.service.look_into(site.url("/f"), "Episode 3")) is not None
    assert await service.service.look_into(site.url("/f"), "episode 1") is None
    (ident,) = service.controller.library.ids
    assert service.controller.playback.episode == ident
    await service.do(service.service.add_previewed, ident)
    assert sorted(service.titles) == ["Episode 1", "Episode 2"]
    asked = len(site.asked)
    await service.do(service.service.add_previewed, ident)  # it is no longer only previewed
    assert len(site.asked) == asked


async def test_details_of_a_podcast_are_described_while_it_is_there(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a")
    found = await service.service.describe(site.url("/a"))
    assert found is not None
    assert await service.service.describe(site.url("/none")) is None


@pytest.mark.parametrize("is_refreshing", [True, False])
async def test_start_refreshes_only_if_it_is_to(site: Site, tmp_path: Path, is_refreshing: bool) -> None:
    await added(site, ServiceRig(tmp_path), "a")
    site.asked.clear()
    service = ServiceRig(tmp_path, FeedSettings())
    await service.do(service.service.start, is_refreshing)
    assert site.paths() == ["/a"] * is_refreshing


async def test_first_podcast_of_another_program_is_shown_without_a_refresh(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, FeedSettings())
    site.replies["/f"] = server.body(feed(item(1)))
    subscribe(service.podcasts.store, site.url("/f"))
    site.asked.clear()
    for _ in range(2):
        await service.service.look_elsewhere()
        await service.done()
    assert (service.topics, site.asked) == (["Test Cast"], [])
    await service.service.close()


async def test_link_from_another_player_subscribes_and_plays_its_episode_from_its_second(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = directories.itunes
    monkeypatch.setattr(directories, "itunes", lambda country: real(country, site.url("")))
    entries = [{"feedUrl": site.url("/f")}, {"trackId": 99, "episodeGuid": "guid-2"}]
    site.replies["/lookup"] = server.body(json.dumps({"results": entries}))
    site.replies["/f"] = server.body(feed(item(1) + item(2)))
    rig = ServiceRig(tmp_path, policy=NetworkPolicy(site.allowed))
    await rig.service.subscribe("https://podcasts.apple.com/podcast/id12?i=99&t=61")
    assert rig.controller.playback.title == "Episode 2"
    assert rig.controller.playback.position == 61.0
    await rig.service.subscribe("https://podcasts.apple.com/podcast/id12?i=98")
    assert rig.driver.said[-1].endswith("new; its feed does not list the episode of the link.")
    await rig.service.close()
