"""Downloads in the running app: what a login resumes, and what is shown of failures."""

import asyncio
import socket
import threading
from pathlib import Path

import pytest

from tests.services.podcasts.rig import ServiceRig, add_sounds, added, join_threads, no_network, serve_sounds
from tests.sources import server
from tests.sources.server import Ranged, Site, feed, guarded, item, sound
from tui_pod.config.settings import FeedSettings
from tui_pod.core.actions import key_of
from tui_pod.core.library.library import build_library


@pytest.fixture
async def rig(site: Site, tmp_path: Path) -> ServiceRig:
    """A podcast with two episodes, whose recordings need a login."""
    rig = ServiceRig(tmp_path)
    site.replies["/f"] = server.body(feed(item(1, "/1.wav") + item(2, "/2.wav")))
    for name in ("/1.wav", "/2.wav"):
        site.replies[name] = guarded(Ranged(sound(2.0)))
    await rig.add(site.url("/f"))
    return rig


async def ask(rig: ServiceRig) -> str:
    """Download the first episode until a login is asked for; return the episode's id."""
    ident = rig.controller.library.ids[0]
    rig.service.downloads.toggle([ident])
    await rig.until(lambda: rig.driver.questions, "it asks")
    return ident


async def test_download_that_wants_a_login_is_resumed_with_it(rig: ServiceRig) -> None:
    ident = await ask(rig)
    await rig.driver.questions[0].answer("ann", "s3cret")
    await rig.done()
    assert rig.podcasts.downloads.find(ident) is not None
    assert rig.driver.downloads[ident].is_whole


async def test_login_for_an_episode_that_is_gone_downloads_nothing(rig: ServiceRig, site: Site) -> None:
    ident = await ask(rig)
    await rig.do(rig.service.remove_feed, site.url("/f"))
    assert rig.controller.library.index(ident) is None
    requests = len(site.paths())
    await rig.driver.questions[0].answer("ann", "s3cret")
    await rig.done()
    assert rig.podcasts.downloads.find(ident) is None
    assert len(site.paths()) == requests


async def test_download_shows_how_far_it_is_and_is_played_from_the_disk(site: Site, service: ServiceRig) -> None:
    going = threading.Event()
    [ident] = await add_sounds(service, site, 1, pause=going)
    service.service.downloads.toggle([ident])
    await service.until(
        lambda: ident in service.driver.downloads and service.driver.downloads[ident].share == 0.5, "half is there"
    )
    going.set()
    await service.done()
    texts = list(dict.fromkeys(service.driver.download_texts[ident]))
    assert texts == ["…", "50 %", "100 %", "whole"]
    episode = service.controller.library.episode(0)
    assert service.podcasts.audio.source(episode).location == str(service.podcasts.downloads.find(ident))
    await service.do(service.service.downloads.toggle, [ident])
    assert service.driver.said[-1] == "Already downloaded. Press x to delete it."


async def test_download_of_unknown_length_shows_megabytes(
    site: Site, service: ServiceRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.recordings.remote_recording.REPORT_EVERY", 0.0)
    serve_sounds(site, 1)
    content, going = sound(100), threading.Event()

    def chunked(exchange: server.Exchange) -> None:
        exchange.say(200, b"%x\r\n%b\r\n" % (len(content), content), "audio/wav", Transfer_Encoding="chunked")
        exchange.wfile.flush()
        going.wait()
        exchange.wfile.write(b"0\r\n\r\n")

    site.replies["/0.wav"] = chunked
    await service.add(site.url("/f"))
    [ident] = service.controller.library.ids
    service.service.downloads.toggle([ident])
    await service.until(lambda: "1 MB" in service.driver.download_texts.get(ident, ()), "megabytes are shown")
    going.set()
    await service.done()


async def test_download_again_stops_it_and_once_more_goes_on(site: Site, service: ServiceRig) -> None:
    going = threading.Event()
    ids = await add_sounds(service, site, 1, pause=going)
    service.service.downloads.toggle(ids)
    assert await asyncio.to_thread(site.wait_for, lambda: site.paths()[-1] == "/0.wav")
    await service.do(service.service.downloads.toggle, ids)
    assert (service.driver.downloads, service.driver.errors) == ({}, [])
    going.set()
    await asyncio.to_thread(join_threads)
    await service.do(service.service.downloads.toggle, ids)
    assert service.driver.downloads[ids[0]].is_whole


async def test_download_of_several_begins_the_missing_ones_and_stops_them_all_when_asked_again(
    site: Site, service: ServiceRig
) -> None:
    going = threading.Event()
    ids = await add_sounds(service, site, 3, pause=going)
    service.service.downloads.toggle(ids[:1])
    await service.until(lambda: ids[0] in service.driver.downloads)
    service.service.downloads.toggle(ids)
    await service.until(lambda: set(service.driver.downloads) == set(ids), "all are on their way")
    service.service.downloads.toggle(ids)
    await service.until(lambda: not service.driver.downloads, "all are stopped")
    going.set()


async def test_download_that_fails_says_why_and_several_are_counted(site: Site, service: ServiceRig) -> None:
    serve_sounds(site, 4)
    for number in range(1, 4):
        site.replies[f"/{number}.wav"] = server.body("no", status=404)
    await service.add(site.url("/f"))
    await service.do(service.service.downloads.toggle, service.controller.library.ids)
    assert len(service.driver.errors) == 2
    assert "was not downloaded" in service.driver.errors[0]
    assert service.driver.errors[0].endswith(f"Press {key_of('download.start')} on it to try again.")
    assert service.driver.errors[1] == "2 more downloads failed."
    states = service.driver.downloads.values()
    assert [state.is_whole for state in states] == [not state.error for state in states]
    assert sum(bool(state.error) for state in states) == 3
    failed = {ident for ident, state in service.driver.downloads.items() if state.error}
    assert set(service.service.downloads.errors) == failed


async def test_remove_takes_off_the_mark_of_a_failed_download(site: Site, service: ServiceRig) -> None:
    serve_sounds(site, 1)
    site.replies["/0.wav"] = server.body("no", status=404)
    await service.add(site.url("/f"))
    ids = service.controller.library.ids
    await service.do(service.service.downloads.toggle, ids)
    assert service.service.downloads.errors.get(ids[0], "") == service.driver.downloads[ids[0]].error != ""
    told = list(service.driver.said)
    await service.do(service.service.downloads.remove, ids)
    assert (service.driver.downloads, service.driver.said) == ({}, told)
    assert service.service.downloads.errors.get(ids[0], "") == ""


async def test_download_without_a_network_ends_the_others_and_says_so_once(
    site: Site, service: ServiceRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_sounds(service, site, 30)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    await service.do(service.service.downloads.toggle, service.controller.library.ids)
    assert all(state.error for state in service.driver.downloads.values())
    assert len(service.driver.errors) <= 3
    assert "cannot be found" in service.driver.errors[0]
    assert "other downloads were stopped for the same reason" in service.driver.errors[1]


async def test_download_without_room_ends_the_others_and_says_so_once(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, quota=2 * len(sound(0.2)))
    await add_sounds(service, site, 30)
    await service.do(service.service.downloads.toggle, service.controller.library.ids)
    coming = [state for state in service.driver.downloads.values() if not state.error]
    assert sum(state.is_whole for state in coming) == len(coming) >= 1
    assert "Downloads may take 0 MB" in service.driver.errors[0]
    assert len(service.driver.errors) <= 3
    assert len([path for path in site.paths() if path.endswith(".wav")]) < 10


async def test_download_makes_room_by_what_was_played_longest_ago(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, quota=int(2.5 * len(sound(0.2))))
    await add_sounds(service, site, 3)
    first, second, third = service.ids("Episode 0", "Episode 1", "Episode 2")
    for ident in (first, second):
        await service.do(service.service.downloads.toggle, [ident])
    service.controller.editor.mark([second], played=True)
    await service.do(service.service.downloads.toggle, [third])
    assert service.podcasts.downloads.find(second) is None
    assert (set(service.driver.downloads), service.driver.errors) == ({first, third}, [])


async def test_download_of_what_has_no_address_says_so(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a")
    await service.do(service.service.downloads.toggle, [*service.controller.library.ids, "unknown"])
    assert service.driver.said == ["Nothing to download: these are narrated, or already on this machine."]


async def test_remove_downloads_can_be_undone_and_done_again(site: Site, service: ServiceRig) -> None:
    await add_sounds(service, site)
    ids = service.ids("Episode 2", "Episode 1")
    await service.do(service.service.downloads.toggle, ids)
    await service.do(service.service.downloads.remove, [*ids, *service.ids("Episode 0")])
    assert (service.driver.downloads, service.podcasts.downloads.find(ids[0])) == ({}, None)
    assert service.driver.said[-1] == "2 downloads removed. Press u to undo."
    await service.do(service.controller.undo)
    assert set(service.driver.downloads) == set(ids)
    assert service.podcasts.downloads.find(ids[0]) is not None
    await service.do(service.controller.redo)
    assert service.driver.downloads == {}
    next(service.podcasts.downloads.folder.rglob("*.removed")).unlink()
    await service.do(service.controller.undo)
    assert len(service.driver.downloads) == 1
    assert service.driver.errors == ["1 of them have been deleted permanently."]


async def test_download_removed_while_the_app_still_starts_is_brought_back(site: Site, service: ServiceRig) -> None:
    ids = await add_sounds(service, site, 1)
    await service.do(service.service.downloads.toggle, ids)
    await service.do(service.service.downloads.remove, ids)
    await service.do(service.service.start, False)
    await service.do(service.controller.undo)
    assert set(service.driver.downloads) == set(ids)
    assert service.driver.errors == []


async def test_remove_downloads_stops_one_that_is_on_its_way(site: Site, service: ServiceRig) -> None:
    going = threading.Event()
    ids = await add_sounds(service, site, 1, pause=going)
    service.service.downloads.toggle(ids)
    assert await asyncio.to_thread(site.wait_for, lambda: site.paths()[-1] == "/0.wav")
    service.driver.said.clear()
    await service.do(service.service.downloads.remove, ids)
    going.set()
    assert (service.driver.downloads, service.driver.said) == ({}, [])


async def test_remove_downloads_where_there_is_none_says_what_x_takes(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a")
    await service.do(service.service.downloads.remove, service.controller.library.ids)
    assert service.driver.said == ["x removes podcasts, downloads, and entries of Queue, Continue and New."]


async def test_downloads_that_are_stopped_can_be_started_again(site: Site, service: ServiceRig) -> None:
    going = threading.Event()
    await add_sounds(service, site, 1)
    site.replies["/0.wav"] = Ranged(sound(30.0), pause=going)
    (episode,) = service.controller.library.ids
    service.service.downloads.toggle([episode])
    await service.until(lambda: (job := service.driver.jobs.get("downloads")) and job.share, "a part is here")
    assert service.context.tasks.stop().is_done
    await service.until(lambda: not service.driver.jobs, "it is stopped")
    going.set()
    await service.do(service.service.downloads.toggle, [episode])
    assert service.driver.downloads[episode].is_whole


async def test_single_download_that_is_removed_is_named_while_its_episode_is_known(
    site: Site, service: ServiceRig
) -> None:
    ids = await add_sounds(service, site, 2)
    for episode in ids:
        await service.do(service.service.downloads.toggle, [episode])
    service.service.downloads.remove(ids[:1])
    assert service.controller.undo().text == "Undid: Download of “Episode 1” removed"  # before it has ended
    await service.done()
    assert ids[0] in service.driver.downloads
    await service.do(service.service.downloads.remove, ids[:1])
    assert service.driver.said[-1] == "Download of “Episode 1” removed. Press u to undo."
    service.controller.adopt(library := build_library([], []), service.controller.progress_index.moved_to(library))
    await service.do(service.service.downloads.remove, ids[1:])
    assert service.driver.said[-1] == "1 download removed. Press u to undo."


async def test_downloads_of_another_program_are_shown_once(site: Site, service: ServiceRig, tmp_path: Path) -> None:
    ids, other = await add_sounds(service, site, 1), ServiceRig(tmp_path)
    await other.add(site.url("/f"))
    await service.service.downloads.show_all()
    await other.do(other.service.downloads.toggle, ids)
    for _ in range(2):
        await service.service.downloads.look_again()
        assert len(service.driver.download_texts[ids[0]]) == 1
    await other.do(other.service.downloads.remove, ids)
    await service.service.downloads.look_again()
    assert service.driver.downloads == {}


async def test_downloads_are_not_looked_at_before_they_were_opened(service: ServiceRig) -> None:
    await service.service.downloads.look_again()
    await service.service.downloads.close()
    assert service.driver.download_texts == {}


async def test_error_of_a_download_is_forgotten_when_it_works(site: Site, service: ServiceRig) -> None:
    ids = await add_sounds(service, site, 1)
    reply = site.replies["/0.wav"]
    site.replies["/0.wav"] = server.body("no", status=404)
    await service.do(service.service.downloads.toggle, ids)
    assert list(service.service.downloads.errors) == ids
    site.replies["/0.wav"] = reply
    await service.do(service.service.downloads.toggle, ids)
    assert service.service.downloads.errors == {}
    assert service.driver.downloads[ids[0]].is_whole


async def test_share_of_all_downloads_is_shown_once_all_lengths_are_known(site: Site, service: ServiceRig) -> None:
    going = threading.Event()
    ids = await add_sounds(service, site, 2, pause=going)
    service.service.downloads.toggle(ids)
    await service.until(
        lambda: (job := service.driver.jobs.get("downloads")) and job.text == "2 downloads" and job.share == 0.5,
        "half of all is here",
    )
    going.set()
    await service.done()
    assert service.driver.works[-1] == ""


async def test_download_that_was_removed_comes_back_from_the_disk_when_it_is_kept(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=False, keep_next=1))
    await add_sounds(service, site, 2)
    one, _ = service.ids("Episode 1", "Episode 0")
    await service.do(service.service.downloads.remove, [one])
    await service.service.downloads.want([one])
    asked = len(site.paths())
    await service.do(service.service.refresher.refresh)
    assert service.driver.downloads[one].is_whole
    assert "/1.wav" not in site.paths()[asked:]


async def test_downloads_are_renamed_after_podcast_and_title_on_wish(site: Site, service: ServiceRig) -> None:
    (ident,) = await add_sounds(service, site, 1)
    await service.do(service.service.downloads.toggle, [ident])
    path = service.podcasts.downloads.find(ident)
    assert path is not None
    await service.do(service.service.downloads.rename)
    assert service.driver.said[-1] == "All downloads have these names already."
    note = service.podcasts.downloads.folder / ".tui-pod" / f"{ident}.json"
    path.rename(path.with_name("other.wav"))
    there = path.with_name("other.wav").relative_to(service.podcasts.downloads.folder).as_posix()
    note.write_text(note.read_text().replace(path.name, Path(there).name))
    await service.do(service.service.downloads.rename)
    assert (service.driver.said[-1], service.podcasts.downloads.find(ident)) == (
        "1 file renamed. Press u to undo.", path,
    )  # fmt: skip
    await service.do(service.controller.undo)
    assert service.podcasts.downloads.find(ident) == path.with_name("other.wav")
    await service.do(service.controller.redo)
    assert service.podcasts.downloads.find(ident) == path
