"""Partial recordings outlive the program, however it ends, and are compared before they are continued.

Runs of bytes, beside a set that holds each byte.
A feed chooses no part of a file's name but letters of its title.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.sources.server import Exchange, Site
from tui_pod.net.fetch import FetchError, LoginWanted
from tui_pod.recordings.recording_fetcher import OVERLAP, SAVE_BYTES
from tui_pod.recordings.recording_store import (
    DownloadError,
    RecordingStore,
    ending_of,
    file_hash,
    is_part,
    name_of_part,
)
from tui_pod.recordings.remote_recording import RecordingReader
from tui_pod.recordings.sparse_file import (
    Content,
    Intervals,
    MovedToMemory,
    SparseFile,
    read_content,
    read_note,
    text_of,
)
from tui_pod.runtime.threads import CancelToken

AUDIO = bytes(number * 7 % 251 for number in range(50_021)) * 80
"""4 MB in which no two places look alike."""

KILLED = """
import os, signal, sys
from pathlib import Path
from tui_pod.recordings.recording_store import RecordingStore
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.address import origin
from tui_pod.runtime.threads import CancelToken

folder, address, way, most = sys.argv[1:]
policy = NetworkPolicy(frozenset((origin(address),)))
recording = RecordingStore(Path(folder), None).open("one", address, lambda: policy, is_download=way == "download")

def report(done, size):
    if done > int(most):
        os.kill(os.getpid(), signal.SIGKILL)

if way == "download":
    recording.fetch_all(10**9, report, CancelToken())
reader, buffer, done = recording.open(), bytearray(65_536), 0
while True:
    done += reader.read_into(memoryview(buffer), done)
    report(done, None)
"""


@dataclass
class Unnamed:
    """Serve ranges, and name no version; each answer ends after `most` bytes."""

    content: bytes
    most: int = 10**9
    starts: list[int] = field(default_factory=list)
    stays: threading.Event | None = None
    """Until when a connection stays open after that, so that nothing is asked again."""

    def __call__(self, exchange: Exchange) -> None:
        start, size = int(exchange.headers["Range"].removeprefix("bytes=").rstrip("-")), len(self.content)
        self.starts.append(start)
        head = {"Content_Range": f"bytes {start}-{size - 1}/{size}", "Content_Length": str(size - start)}
        exchange.say(206, self.content[start : start + self.most], "audio/mpeg", **head)
        if self.stays is not None:
            self.stays.wait()


def read(reader: RecordingReader, start: int, count: int) -> bytes:
    buffer, done = bytearray(count), 0
    while done < count and (size := reader.read_into(memoryview(buffer)[done:], start + done)):
        done += size
    return bytes(buffer[:done])


def kept(site: Site, folder: Path, have: int) -> None:
    """Keep the first bytes of the recording, from a server that then says no more."""
    enough = threading.Event()
    site.replies["/a.mp3"] = Unnamed(AUDIO, have, stays=enough)
    store = RecordingStore(folder, None)
    reader = store.open("one", site.url("/a.mp3"), lambda: site.policy).open()
    read(reader, 0, have)
    reader.close()
    store.close()
    enough.set()


@pytest.mark.parametrize("way", ["download", "stream"])
def test_recording_is_continued_after_a_kill(site: Site, tmp_path: Path, way: str) -> None:
    most = SAVE_BYTES + 500_000
    killed = threading.Event()
    site.replies["/a.mp3"] = Unnamed(AUDIO, most + 100_000, stays=killed)
    command = [sys.executable, "-c", KILLED, str(tmp_path), site.url("/a.mp3"), way, str(most)]
    ended = subprocess.run(command, check=False)
    killed.set()
    assert ended.returncode == -signal.SIGKILL
    site.replies["/a.mp3"] = again = Unnamed(AUDIO)
    recording = RecordingStore(tmp_path, None).open("one", site.url("/a.mp3"), lambda: site.policy)
    recording.fetch_all(10**9, lambda _done, _size: None, CancelToken())
    assert again.starts[0] >= most - SAVE_BYTES - OVERLAP  # what a kill costs at most
    assert len(again.starts) == 1
    recording.file.move_to(tmp_path / "whole")
    recording.close_if_unread()
    assert (tmp_path / "whole").read_bytes() == AUDIO


@pytest.mark.parametrize("is_same", [True, False])
def test_reading_far_on_compares_what_is_here_first(site: Site, tmp_path: Path, is_same: bool) -> None:
    kept(site, tmp_path, 300_000)
    changed = AUDIO if is_same else bytes(byte ^ 255 for byte in AUDIO)
    site.replies["/a.mp3"] = again = Unnamed(changed)
    store = RecordingStore(tmp_path, None)
    recording = store.open("one", site.url("/a.mp3"), lambda: site.policy)
    reader = recording.open()
    if not is_same:
        with pytest.raises(OSError, match="reading is over"):
            read(reader, 2_000_000, 10)
        reader.close()
        reader = recording.open()
    assert read(reader, 2_000_000, 10) == changed[2_000_000:2_000_010]
    assert read(reader, 0, 10) == changed[:10]
    assert again.starts[0] < 300_000
    reader.close()
    store.close()


def test_download_of_what_is_being_played_is_fetched_once_and_played_on(site: Site, tmp_path: Path) -> None:
    site.replies["/a.mp3"] = only = Unnamed(AUDIO)
    store = RecordingStore(tmp_path / "streams", None)
    recording = store.open("one", site.url("/a.mp3"), lambda: site.policy)
    reader = recording.open()
    assert read(reader, 0, 10) == AUDIO[:10]
    download = store.open("one", site.url("/a.mp3"), lambda: site.policy, is_download=True)
    download.fetch_all(10**9, lambda _done, _size: None, CancelToken())
    download.file.move_to(tmp_path / "whole")
    download.close_if_unread()
    assert read(reader, 1_000_000, 10) == AUDIO[1_000_000:1_000_010]
    assert sum(len(AUDIO) - start for start in only.starts) <= len(AUDIO) + 2 * OVERLAP
    reader.close()
    store.close()
    assert list((tmp_path / "streams").iterdir()) == []
    assert (tmp_path / "whole").read_bytes() == AUDIO


@pytest.mark.parametrize(("quota", "left"), [(None, 3), (3, 3), (2, 2), (1, 1), (0, 0)])
def test_oldest_streams_are_deleted_until_the_rest_is_within_the_quota(
    quota: int | None, left: int, site: Site, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{name}.bytes" for name in "abc"]
    for age, path in enumerate(reversed(paths)):
        path.write_bytes(b"x" * 4096)
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    size = paths[0].stat().st_blocks * 512
    RecordingStore(tmp_path, None if quota is None else quota * size).open(
        "one", site.url("/a.mp3"), lambda: site.policy
    ).open().close()
    assert [path for path in paths if path.exists()] == paths[3 - left :]


def test_recording_that_was_just_closed_is_opened_with_what_is_here(site: Site, tmp_path: Path) -> None:
    site.replies["/a.mp3"] = Unnamed(AUDIO, 1_000_000, stays=threading.Event())
    store = RecordingStore(tmp_path, None)
    recording = store.open("one", site.url("/a.mp3"), lambda: site.policy)
    reader = recording.open()
    assert read(reader, 0, 500_000) == AUDIO[:500_000]
    reader.close()
    recording.close()
    again = store.open("one", site.url("/a.mp3"), lambda: site.policy)
    assert again.file.have.total()
    again.close()


@pytest.mark.parametrize(("kind", "is_download"), [("download", False), ("stream", True), ("stream", False)])
def test_file_in_use_by_another_program_is_fetched_without_a_name(tmp_path: Path, kind: str, is_download: bool) -> None:
    with in_use(tmp_path, is_download=kind == "download"):
        recording = RecordingStore(tmp_path, None).open("one", "https://a.example/1.mp3", is_download=is_download)
        recording.close_if_unread()
    assert (tmp_path / f"{file_hash('one')}.bytes").read_bytes() == b"abc"


def test_download_that_another_program_has_begun_is_not_begun_again(tmp_path: Path) -> None:
    with in_use(tmp_path, is_download=True), pytest.raises(FetchError, match="Another program"):
        RecordingStore(tmp_path, None).open("one", "https://a.example/1.mp3", is_download=True)


@contextlib.contextmanager
def in_use(folder: Path, is_download: bool) -> Iterator[None]:
    """Hold the partial recording of the episode `one`, as another program does."""
    path = folder / f"{file_hash('one')}.bytes"
    path.write_bytes(b"abc")
    path.with_suffix(".json").write_text(json.dumps({"download": is_download}))
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def test_recording_is_found_once_all_of_it_is_here(site: Site, tmp_path: Path) -> None:
    kept(site, tmp_path, 300_000)
    assert RecordingStore(tmp_path, None).find("one", site.url("/a.mp3")) is None
    site.replies["/a.mp3"] = Unnamed(AUDIO)
    store = RecordingStore(tmp_path, None)
    recording = store.open("one", site.url("/a.mp3"), lambda: site.policy)
    recording.fetch_all(10**9, lambda _done, _size: None, CancelToken())
    store.close()
    path = RecordingStore(tmp_path, None).find("one", site.url("/a.mp3"))
    assert path is not None
    assert path.read_bytes() == AUDIO
    os.utime(path, (0.0, 0.0))
    for is_used in (False, True):  # only what is used counts as newer when there are too many
        store.find("one", site.url("/a.mp3"), is_used)
        assert (path.stat().st_mtime > 0) is is_used


def test_bytes_without_a_note_are_discarded(tmp_path: Path) -> None:
    path = tmp_path / f"{file_hash('one')}.bytes"
    path.write_bytes(b"abc")
    recording = RecordingStore(tmp_path, None).open("one", "https://a.example/1.mp3")
    assert (path.stat().st_size, recording.file.have.total()) == (0, 0)
    recording.close()


def test_runs_agree_with_a_set_of_their_bytes() -> None:
    for seed in range(200):
        chance, runs, bytes_there = random.Random(seed), Intervals(), set[int]()
        for _ in range(chance.randrange(1, 12)):
            start = chance.randrange(40)
            end = start + chance.randrange(10)
            runs.add(start, end)
            bytes_there |= set(range(start, end))
        assert runs.total() == len(bytes_there)
        for offset in range(52):
            assert runs.end_from(offset) == next(n for n in range(offset, 60) if n not in bytes_there)


def test_runs_that_touch_are_one() -> None:
    assert Intervals([(10, 20), (30, 40), (20, 30)]).runs() == [(10, 40)]


def test_note_has_what_is_certain_of_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "file"
    content = Content("https://a.example.org/1.mp3", size=9)
    file = SparseFile(os.open(path, os.O_RDWR | os.O_CREAT), path, content, Intervals([(0, 3)]))
    with contextlib.closing(file):
        note = file.note()
        assert (note["size"], note["have"], note["download"]) == (9, [(0, 3)], False)
        content.has_end = False
        assert file.note()["size"] is None


ADDRESS = "https://a.example.org/1.mp3"

NOTE = {"address": f"{ADDRESS}?token=1", "mark": '"one"', "size": 9, "kind": "audio/mpeg", "have": [[0, 3], [5, 9]]}


def test_note_is_read_as_it_was_written() -> None:
    content, have = read_content(NOTE, f"{ADDRESS}?token=2", 9)
    assert content == Content(f"{ADDRESS}?token=2", '"one"', 9, "audio/mpeg")
    assert (have.runs(), content.has_end) == ([(0, 3), (5, 9)], True)


@pytest.mark.parametrize(
    "changes",
    [{"address": "https://a.example.org/2.mp3"}, {"address": 5}, {"size": None}, {"size": "9"}, {"have": [[0]]},
     {"have": [["a", "b"]]}, {"have": 5}, {"have": None}],
    ids=str,
)  # fmt: skip
def test_note_that_is_damaged_or_of_another_recording_has_no_bytes(changes: dict[str, object]) -> None:
    assert read_content({**NOTE, **changes}, ADDRESS, 9)[1].total() == 0


def test_runs_beyond_the_file_are_left_out() -> None:
    _, have = read_content({**NOTE, "have": [[0, 3], [5, 9], [-1, 2], [4, 4], [8, 7]]}, ADDRESS, 8)
    assert have.runs() == [(0, 3)]


@pytest.mark.parametrize("text", ["", "[]", "{", "\0", "[" * 50_000])
def test_damaged_note_is_empty(tmp_path: Path, text: str) -> None:
    path = tmp_path / "note.json"
    path.write_text(text)
    assert read_note(path) == {}
    assert read_note(tmp_path / "missing.json") == {}


def test_text_of_a_note_is_text_that_is_not_empty() -> None:
    assert [text_of({"a": value}, "a") for value in ("x", "", 5, None)] == ["x", None, None, None]
    assert text_of({}, "a") is None


def opened(path: Path, is_named: bool = True) -> SparseFile:
    return SparseFile(os.open(path, os.O_RDWR | os.O_CREAT), path if is_named else None, Content(ADDRESS), Intervals())


@pytest.mark.parametrize("fault", ["no name", "another disk", "deleted"])
def test_file_that_cannot_be_renamed_is_copied_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    path, target = tmp_path / "file.bytes", tmp_path / "target.mp3"
    rename = os.rename

    def refuse(source: Path, to: Path) -> None:
        if source == path:
            raise OSError(18, "Invalid cross-device link")
        rename(source, to)

    with contextlib.closing(opened(path, fault != "no name")) as file:
        file.write(0, b"abcdef")
        if fault == "another disk":
            monkeypatch.setattr(os, "rename", refuse)
        elif fault == "deleted":
            path.unlink()
        file.move_to(target)
        assert (target.read_bytes(), file.read(2, 3)) == (b"abcdef", b"cde")
    assert {found.name for found in tmp_path.iterdir() if found.is_file()} - {"file.bytes"} == {"target.mp3"}


def test_bytes_are_written_whole_though_the_system_takes_a_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pwrite, calls = os.pwrite, list[int]()

    def write_few(descriptor: int, data: bytes, offset: int) -> int:
        calls.append(len(data))
        return pwrite(descriptor, data[:4], offset)

    monkeypatch.setattr(os, "pwrite", write_few)
    with contextlib.closing(opened(tmp_path / "file")) as file:
        file.write(3, b"abcdefgh")
        assert file.read(0, 20) == b"\0\0\0abcdefgh"
    assert calls == [8, 4]


def test_full_disk_moves_a_recording_into_memory_where_it_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contextlib.closing(opened(tmp_path / "file")) as file:
        file.have.add(0, 5)
        with monkeypatch.context() as patch:
            patch.setattr(os, "pwrite", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
            with pytest.raises(MovedToMemory):
                file.write(5, b"abc")
            assert (file.is_in_memory, file.have.total()) == (True, 0)
            with pytest.raises(OSError, match="No space left"):
                file.write(0, b"abc")
        file.write(0, b"abc")
        assert file.read(0, 3) == b"abc"


ID = "0123456789abcdef"


@pytest.mark.parametrize(
    ("address", "kind", "expected"),
    [
        ("https://c.org/a.mp3", None, ".mp3"),
        ("https://c.org/a.OGG?x=.mp3", None, ".ogg"),
        ("https://c.org/a.mp3", "audio/ogg", ".ogg"),
        ("https://c.org/a.exe#.mp3", "application/x-msdownload", ".audio"),
    ],
)
def test_ending_is_a_known_one(address: str, kind: str | None, expected: str) -> None:
    assert ending_of(address, kind) == expected


def test_hash_is_the_id_itself_or_made_of_it() -> None:
    assert file_hash(ID) == ID
    for other in (ID[:-1], ID.upper(), f"{ID}0"):
        assert file_hash(other) == hashlib.sha256(other.encode()).hexdigest()[:16]


def test_part_of_a_book_is_told_from_an_episode() -> None:
    assert is_part(name_of_part(ID, "https://c.org/2.mp3"))
    assert not is_part(ID)


def test_error_knows_the_login_that_was_missing() -> None:
    error = DownloadError("It was not downloaded.")
    assert error.wanted is None
    error.__cause__ = FetchError("It is down.")
    assert error.wanted is None
    error.__cause__ = wanted = LoginWanted("https://c.org/1.mp3", None)
    assert error.wanted is wanted
