import asyncio
import fcntl
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.feeds import server
from tests.feeds.server import Ranged, Site, sound
from tests.patience import PATIENCE
from tui_pod.feeds.media.download_queue import (
    DownloadProgress,
    DownloadQueue,
    DownloadStatus,
)
from tui_pod.feeds.media.download_request import DownloadRequest
from tui_pod.feeds.media.downloads import Downloads
from tui_pod.feeds.media.recording_store import RecordingStore

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def kept_in(folder: Path) -> Downloads:
    return Downloads(folder / "d", 1_000_000_000, RecordingStore(folder / "s", None))


def make_requests(site: Site, count: int, path: str = "/a.wav") -> list[DownloadRequest]:
    return [DownloadRequest(f"{number:016x}", f"T{number}", site.url(path), site.policy) for number in range(count)]


def _wait_unlocked(path: Path) -> None:
    """Wait until the thread that was stopped has closed its file."""
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)


async def settled(queue: DownloadQueue) -> None:
    await asyncio.wait_for(queue.done(), PATIENCE)


async def test_queue_downloads_all_and_tells(site: Site, tmp_path: Path) -> None:
    site.replies["/a.wav"] = Ranged(sound(0.2))
    told: list[DownloadProgress] = []
    queue = DownloadQueue(kept_in(tmp_path), told.append)
    requests = make_requests(site, 5)
    queue.start(requests)
    queue.start(requests)
    assert len(told) == 5
    assert {state.status for state in queue.running.values()} == {DownloadStatus.WAITING}
    await settled(queue)
    assert {state.episode for state in told if state.status is DownloadStatus.DONE} == {one.episode for one in requests}
    assert all(queue.downloads.find(one.episode) for one in requests)


async def test_queue_bad_download_harms_no_other(site: Site, tmp_path: Path) -> None:
    site.replies["/a.wav"] = Ranged(sound(0.2))
    told: list[DownloadProgress] = []
    queue = DownloadQueue(kept_in(tmp_path), told.append)
    queue.start([DownloadRequest("f" * 16, "Bad", site.url("/none"), site.policy), *make_requests(site, 2)])
    await settled(queue)
    ends = {state.episode[0]: state for state in told if state.status in (DownloadStatus.DONE, DownloadStatus.FAILED)}
    assert ends["f"].status is DownloadStatus.FAILED
    assert "does not have" in str(ends["f"].error)
    assert ends["0"].status is DownloadStatus.DONE


async def test_queue_stopped_download_ends_and_goes_on_later(site: Site, tmp_path: Path) -> None:
    audio, going = sound(30.0), threading.Event()
    site.replies["/a.wav"] = Ranged(audio, pause=going)
    told: list[DownloadProgress] = []
    has_begun = asyncio.Event()

    def report(state: DownloadProgress) -> None:
        told.append(state)
        if state.done:
            has_begun.set()

    queue = DownloadQueue(kept_in(tmp_path), report)
    (request,) = make_requests(site, 1)
    queue.start([request])
    await asyncio.wait_for(has_begun.wait(), PATIENCE)
    assert queue.stop([request.episode, "nobody"]) == 1
    await settled(queue)
    assert [state.status for state in told][-1] == "stopped"
    going.set()
    await asyncio.to_thread(_wait_unlocked, tmp_path / "s" / f"{request.episode}.bytes")
    queue.start([request])
    await settled(queue)
    assert [state.status for state in told][-1] == "done"
    found = queue.downloads.find(request.episode)
    assert found is not None
    assert found.read_bytes() == audio


async def test_queue_download_that_was_whole_before_it_could_stop_is_told_as_done(site: Site, tmp_path: Path) -> None:
    site.replies["/a.wav"] = Ranged(sound(0.2))
    is_whole, has_stopped, is_told = threading.Event(), threading.Event(), asyncio.Event()

    class Held(Downloads):
        def fetch(self, *given: Any) -> Path:
            path = super().fetch(*given)
            is_whole.set()
            has_stopped.wait(PATIENCE)
            return path

    def report(state: DownloadProgress) -> None:
        if state.status is DownloadStatus.DONE:
            is_told.set()

    queue = DownloadQueue(Held(tmp_path / "d", 1_000_000_000, RecordingStore(tmp_path / "s", None)), report)
    requests = make_requests(site, 1)
    queue.start(requests)
    await asyncio.to_thread(is_whole.wait, 10)
    queue.stop([requests[0].episode])
    await settled(queue)
    has_stopped.set()
    await asyncio.wait_for(is_told.wait(), PATIENCE)
    assert queue.running == {}


async def test_queue_closed_ends_everything_at_once(site: Site, tmp_path: Path) -> None:
    is_asked = threading.Event()

    def silent(exchange: server.Exchange) -> None:
        is_asked.set()
        server.silent(exchange)

    site.replies["/a.wav"] = silent
    queue = DownloadQueue(kept_in(tmp_path), lambda _: None)
    queue.start(make_requests(site, 3))
    await asyncio.to_thread(is_asked.wait, PATIENCE)
    await asyncio.wait_for(queue.close(), PATIENCE)
    assert queue.running == {}


async def test_queue_download_stopped_before_it_began_is_told(site: Site, tmp_path: Path) -> None:
    told: list[DownloadProgress] = []
    queue = DownloadQueue(kept_in(tmp_path), told.append)
    (request,) = make_requests(site, 1)
    queue.start([request])
    queue.stop([request.episode])
    await settled(queue)
    await asyncio.sleep(0)
    assert [state.status for state in told] == [DownloadStatus.WAITING, DownloadStatus.STOPPED]
    assert queue.running == {}
