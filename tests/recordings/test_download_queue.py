import asyncio
import fcntl
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from tests.patience import PATIENCE, until
from tests.sources import server
from tests.sources.server import Ranged, Site, sound
from tui_pod.core.progress.progress import Progress
from tui_pod.net.access import PUBLIC
from tui_pod.recordings.download_queue import (
    DownloadProgress,
    DownloadQueue,
    DownloadStatus,
)
from tui_pod.recordings.downloads import Downloads
from tui_pod.recordings.recording_store import DownloadRequest, RecordingStore
from tui_pod.recordings.remote_recording import Report
from tui_pod.runtime.threads import Cancelled, CancelToken

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


class Given(Downloads):
    """Downloads that do what a test says, and keep nothing but an old one, if any."""

    def __init__(
        self, work: Callable[[Report, CancelToken], object], kept: str | None = None, stays: bool = False
    ) -> None:
        self.expendable: list[str] = []
        self._work, self._kept, self._stays = work, kept, stays

    def fetch(
        self, request: DownloadRequest, report: Report = lambda _done, _size: None, cancel: CancelToken | None = None,
        expendable: Sequence[str] = (),
    ) -> Path:  # fmt: skip
        assert cancel is not None
        self.expendable = [*expendable]
        self._work(report, cancel)
        return Path("done")

    def all(self) -> list[Any]:
        return [Mock(episode=self._kept), Mock(episode=None)] if self._kept else []

    def find(self, episode: str) -> Path | None:
        return Path("here") if self._stays else None


def wanted(count: int = 1, is_automatic: bool = False) -> list[DownloadRequest]:
    """Return requests that reach no server."""
    return [
        DownloadRequest(f"e{number}", f"T{number}", "https://pod.example", PUBLIC, is_automatic=is_automatic)
        for number in range(count)
    ]


async def test_queue_runs_two_at_a_time() -> None:
    going = threading.Event()
    most = list[int]()

    def report(_: DownloadProgress) -> None:
        most.append(sum(state.status is DownloadStatus.RUNNING for state in queue.running.values()))

    queue = DownloadQueue(Given(lambda *_: going.wait(PATIENCE)), report)
    queue.start(wanted(5))
    await until(lambda: 2 in most, "two run")
    going.set()
    await settled(queue)
    await until(lambda: not queue.running, "all are reported")
    assert max(most) == 2


@pytest.mark.parametrize("is_automatic", [True, False])
async def test_queue_tells_how_much_is_here_and_who_asked(is_automatic: bool) -> None:
    def work(report: Report, _: CancelToken) -> None:
        report(10, None)
        report(20, 100)

    told: list[DownloadProgress] = []
    queue = DownloadQueue(Given(work), told.append)
    queue.start(wanted(is_automatic=is_automatic))
    await settled(queue)
    await until(lambda: not queue.running, "it is reported")
    assert [(state.status.value, state.done, state.total) for state in told] == [
        ("waiting", 0, None), ("running", 0, None), ("running", 10, None), ("running", 20, 100), ("done", 20, 100),
    ]  # fmt: skip
    assert {(state.title, state.is_automatic, state.error) for state in told} == {("T0", is_automatic, None)}


async def test_queue_tells_no_progress_after_the_end() -> None:
    has_begun, has_stopped, is_over = threading.Event(), threading.Event(), threading.Event()

    def work(report: Report, _: CancelToken) -> None:
        has_begun.set()
        has_stopped.wait(PATIENCE)
        report(5, 5)
        is_over.set()
        raise Cancelled

    told: list[DownloadProgress] = []
    queue = DownloadQueue(Given(work), told.append)
    queue.start(wanted())
    await asyncio.to_thread(has_begun.wait, PATIENCE)
    queue.stop(["e0"])
    await settled(queue)
    has_stopped.set()
    await asyncio.to_thread(is_over.wait, PATIENCE)
    await asyncio.sleep(0)
    assert [(state.status.value, state.done) for state in told] == [("waiting", 0), ("running", 0), ("stopped", 0)]


async def test_queue_unforeseen_fault_is_a_failed_download() -> None:
    def work(*_: object) -> None:
        raise ZeroDivisionError

    told: list[DownloadProgress] = []
    queue = DownloadQueue(Given(work), told.append)
    queue.start(wanted())
    await settled(queue)
    assert (told[-1].status, str(told[-1].error)) == (
        DownloadStatus.FAILED, "“T0” was not downloaded (ZeroDivisionError).",
    )  # fmt: skip
    assert queue.running == {}


@pytest.mark.parametrize(("played", "stays", "gone"), [(True, False, ["old"]), (True, True, []), (False, False, [])])
async def test_queue_tells_which_played_one_made_room(played: bool, stays: bool, gone: list[str]) -> None:
    told: list[DownloadProgress] = []
    downloads = Given(lambda *_: None, kept="old", stays=stays)
    queue = DownloadQueue(downloads, told.append, lambda _: Progress(NOW, played=played))
    queue.start(wanted())
    await settled(queue)
    await until(lambda: told[-1].status in (DownloadStatus.DONE, DownloadStatus.GIVEN_UP), "it is reported")
    await asyncio.sleep(0)
    assert downloads.expendable == (["old"] if played else [])
    assert [state.episode for state in told if state.status is DownloadStatus.GIVEN_UP] == gone
