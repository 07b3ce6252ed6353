import errno
import itertools
import json
import os
import re
import shutil
import threading
import time
import zlib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.hostile import HOSTILE_TITLES
from tests.patience import PATIENCE
from tests.sources import server
from tests.sources.server import Ranged, Site, sound
from tui_pod.core.text.clean import is_safe
from tui_pod.core.text.file_names import folded
from tui_pod.recordings import recording_fetcher
from tui_pod.recordings.downloads import KEPT_ASIDE, Downloads
from tui_pod.recordings.recording_fetcher import OVERLAP
from tui_pod.recordings.recording_store import DownloadError, DownloadRequest, RecordingStore
from tui_pod.runtime.files import stamp
from tui_pod.runtime.threads import Cancelled, CancelToken

ID = "0123456789abcdef"
AUDIO = sound(2.0)
QUOTA = 1_000_000_000
"""Bytes: more than any test downloads."""


def kept_in(folder: Path, quota: int = QUOTA) -> Downloads:
    """Return the downloads of a folder, as the next start of the program sees them."""
    return Downloads(folder / "downloads", quota, RecordingStore(folder / "streams", QUOTA))


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_fetcher, "PAUSES", (0.001,) * 4)


@pytest.fixture
def downloads(tmp_path: Path) -> Downloads:
    return kept_in(tmp_path)


def request(
    site: Site, path: str = "/a.wav", episode: str = ID, title: str = "A title", **more: Any
) -> DownloadRequest:
    return DownloadRequest(episode, title, site.url(path), site.policy, **more)


def files(downloads: Downloads) -> list[str]:
    return sorted(
        entry.relative_to(downloads.folder).as_posix() for entry in downloads.folder.rglob("*") if is_kept(entry)
    )


def is_kept(path: Path) -> bool:
    return path.is_file() and path.name != "lock"


def _denied(path: object) -> None:
    raise PermissionError(13, "Permission denied", str(path))


def test_download_is_whole_and_found_again(site: Site, downloads: Downloads, monkeypatch: pytest.MonkeyPatch) -> None:
    site.replies["/a.wav"] = Ranged(AUDIO)
    told: list[tuple[int, int | None]] = []
    synced: list[list[str]] = []
    monkeypatch.setattr("tui_pod.runtime.files.sync_folder", lambda folder: synced.append(os.listdir(folder)))
    assert downloads.version == ()
    path = downloads.fetch(request(site), lambda done, total: told.append((done, total)))
    assert path.name in synced[-1]
    assert path.read_bytes() == AUDIO
    assert downloads.version == stamp(downloads.folder) + stamp(downloads.folder / ".tui-pod")
    assert told[-1] == (len(AUDIO), len(AUDIO))
    assert files(downloads) == [f".tui-pod/{ID}.json", "A title.wav"]
    again = kept_in(downloads.folder.parent)
    assert again.find(ID) == path
    assert [(one.episode, one.size) for one in again.all()] == [(ID, len(AUDIO))]
    assert downloads.fetch(request(site)) == path
    assert len(site.asked) == 1
    assert downloads.find("another") is None
    downloads.fetch(request(site, episode="gone")).unlink()
    assert {episode: one.path for episode, one in downloads.of([ID, "gone", "another"]).items()} == {ID: path}
    with monkeypatch.context() as patched:
        patched.setattr("os.scandir", _denied)
        assert again.of(["gone"]) == {}
        assert kept_in(downloads.folder.parent).find(ID) is None
    assert again.find(ID) == path


@pytest.mark.parametrize("kind", ["file", "unreadable"])
def test_folder_that_cannot_be_read_has_no_downloads(
    site: Site, downloads: Downloads, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    if kind == "file":
        downloads.folder.write_text("no folder")
    else:
        downloads.folder.mkdir()
        monkeypatch.setattr("os.scandir", _denied)
    assert downloads.find(ID) is None
    assert downloads.all() == []
    assert not downloads.remove(ID)


def test_download_into_a_file_says_where_it_cannot_be_saved(site: Site, downloads: Downloads) -> None:
    downloads.folder.write_text("no folder")
    with pytest.raises(DownloadError, match=rf"cannot be saved in {downloads.folder}: File exists"):
        downloads.fetch(request(site))


def test_download_goes_on_after_the_program_ended(site: Site, downloads: Downloads) -> None:
    site.replies["/a.wav"] = server.cut(AUDIO, 10_000)
    with pytest.raises(DownloadError, match="broke off"):
        downloads.fetch(request(site))
    assert downloads.find(ID) is None
    site.replies["/a.wav"] = Ranged(AUDIO, drops=[12_000])
    again = kept_in(downloads.folder.parent)
    assert again.fetch(request(site)).read_bytes() == AUDIO
    assert list(again.folder.with_name("streams").iterdir()) == []


@dataclass
class Unmarked:
    """Serve ranges without ETag or date, and break off after so many bytes each time."""

    content: bytes
    most: int
    said: list[str] = field(default_factory=list)

    def __call__(self, exchange: server.Exchange) -> None:
        start = int(exchange.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.said.append(f"{start}-")
        size = len(self.content)
        head = {"Content_Range": f"bytes {start}-{size - 1}/{size}", "Content_Length": str(size - start)}
        exchange.say(206, self.content[start : start + self.most], "audio/wav", **head)


def test_download_without_a_mark_goes_on_after_comparing_what_overlaps(site: Site, downloads: Downloads) -> None:
    audio = sound(60.0)
    site.replies["/a.wav"] = unmarked = Unmarked(audio, 300_000)
    assert downloads.fetch(request(site)).read_bytes() == audio
    starts = [int(said[:-1]) for said in unmarked.said]
    assert starts == [0, *(number * (300_000 - OVERLAP) for number in (1, 2, 3))]


def test_download_without_a_mark_of_other_bytes_or_length_begins_anew_and_says_why(
    site: Site, downloads: Downloads, capfd: pytest.CaptureFixture[str]
) -> None:
    audio, other = sound(20.0), sound(20.0, pitch=220.0)
    for changed, reason in ((other, "its bytes from"), (other + b"more", "it has 320,048 bytes, not 320,044")):
        site.replies["/a.wav"] = server.cut(audio, 100_000)
        with pytest.raises(DownloadError, match="broke off"):
            downloads.fetch(request(site))
        site.replies["/a.wav"] = unmarked = Unmarked(changed, len(changed))
        assert downloads.fetch(request(site)).read_bytes() == changed
        assert unmarked.said == [f"{100_000 - OVERLAP}-", "0-"]
        assert f"starts over: {reason}" in capfd.readouterr().err
        downloads.delete(ID)


def test_download_wrong_range_is_not_joined(site: Site, downloads: Downloads) -> None:
    def wrong(exchange: server.Exchange) -> None:
        if "Range" in exchange.headers:
            exchange.say(206, AUDIO[5:], "audio/wav", Content_Range=f"bytes 5-{len(AUDIO) - 1}/{len(AUDIO)}")
        else:
            Ranged(AUDIO, drops=[10_000] if len(site.asked) == 1 else [])(exchange)

    site.replies["/a.wav"] = wrong
    assert downloads.fetch(request(site)).read_bytes() == AUDIO


def test_unfinished_downloads_of_earlier_versions_are_deleted(site: Site, downloads: Downloads) -> None:
    downloads.folder.mkdir()
    (downloads.folder / f"{ID}.part").write_bytes(b"x" * 100)
    (downloads.folder / f"{ID}.part.json").write_text("{}")
    site.replies["/a.wav"] = Ranged(AUDIO)
    path = downloads.fetch(request(site))
    downloads.purge()
    assert files(downloads) == [f".tui-pod/{ID}.json", path.name]


def test_unfinished_download_outlives_the_quota_of_streams(site: Site, tmp_path: Path) -> None:
    store = RecordingStore(tmp_path / "streams", 1)
    downloads = Downloads(tmp_path / "downloads", QUOTA, store)
    site.replies["/a.wav"] = server.cut(AUDIO, 10_000)
    with pytest.raises(DownloadError, match="broke off"):
        downloads.fetch(request(site))
    site.replies["/b.wav"] = Ranged(AUDIO)
    downloads.fetch(request(site, "/b.wav", "another"))
    site.replies["/a.wav"] = Ranged(AUDIO)
    site.asked.clear()
    downloads.fetch(request(site))
    assert "bytes=0-" not in [headers["Range"] for _, headers in site.asked]


@pytest.mark.parametrize(
    "reply",
    [
        server.body("<html>Login</html>", "text/html"),
        server.body("#EXTM3U\nhttp://127.0.0.1/", "audio/x-mpegurl"),
        server.body("  <!doctype html>", "audio/mpeg"),
        server.body("# mpv EDL v0\n/etc/passwd", "audio/mpeg"),
        server.body(b"PK\x03\x04zip", "audio/mpeg"),
        server.body("words", "text/html"),
        server.body(b"\x89PNG", "image/png"),
        server.body("", "audio/mpeg"),
        server.body("gone", "audio/mpeg", status=410),
        server.redirect("file:///etc/passwd"),
    ],
)
def test_download_of_no_audio_is_refused_at_once(site: Site, downloads: Downloads, reply: server.Reply) -> None:
    site.replies["/a.wav"] = reply
    with pytest.raises(DownloadError, match="A title"):
        downloads.fetch(request(site))
    assert len(site.asked) == 1
    assert files(downloads) == []


@pytest.mark.parametrize("is_dropped", [False, True])
def test_download_of_a_list_that_comes_in_bits_checks_where_it_leads(
    site: Site, downloads: Downloads, is_dropped: bool
) -> None:
    playlist = b"#EXTM3U\nhttp://127.0.0.1/"
    in_bits = b"".join(b"1\r\n%c\r\n" % byte for byte in playlist) + b"0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nTransfer-Encoding: chunked\r\n\r\n"

    def bit_by_bit(exchange: server.Exchange) -> None:
        exchange.wfile.write(head + in_bits)

    site.replies["/a.wav"] = Ranged(playlist, drops=[3]) if is_dropped else bit_by_bit
    with pytest.raises(DownloadError, match="own network"):
        downloads.fetch(request(site))
    assert downloads.find(ID) is None


def test_download_that_unpacks_to_nothing_is_given_up(
    site: Site, downloads: Downloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    packer = zlib.compressobj(wbits=31)
    start = packer.compress(b"") + packer.flush(zlib.Z_SYNC_FLUSH)

    def nothing(exchange: server.Exchange) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nContent-Encoding: gzip\r\n\r\n"
        exchange.wfile.write(head + start)
        while not exchange.server.closing.is_set():
            exchange.wfile.write(b"\x00\x00\x00\xff\xff" * 1000)

    seconds = itertools.count(0.0, 10.0)
    clock = SimpleNamespace(monotonic=lambda: next(seconds), time=time.time)
    monkeypatch.setattr(recording_fetcher, "time", clock)
    site.replies["/a.wav"] = nothing
    with pytest.raises(DownloadError, match="next to nothing"):
        downloads.fetch(request(site))


@pytest.mark.parametrize("announced", [True, False])
def test_download_too_large_is_stopped(
    site: Site, downloads: Downloads, monkeypatch: pytest.MonkeyPatch, announced: bool
) -> None:
    monkeypatch.setattr("tui_pod.recordings.downloads.LIMIT", 100_000)
    site.replies["/a.wav"] = server.body(b"\xff" * 200_000, "audio/mpeg") if announced else server.endless()
    with pytest.raises(DownloadError, match="larger"):
        downloads.fetch(request(site))
    assert all(path.stat().st_size <= 200_000 for path in downloads.folder.iterdir())


def test_download_quota_deletes_only_what_may_go_in_its_order(site: Site, tmp_path: Path) -> None:
    downloads = kept_in(tmp_path, int(len(AUDIO) * 3.5))
    site.replies["/a.wav"] = Ranged(AUDIO)
    ids = [f"{number:016x}" for number in range(5)]
    for ident in ids[:3]:
        downloads.fetch(request(site, episode=ident))
    with pytest.raises(DownloadError, match="no played one"):
        downloads.fetch(request(site, episode=ids[3]))
    downloads.fetch(request(site, episode=ids[3]), expendable=[ids[1], ids[0]])
    assert {one.episode for one in downloads.all()} == {ids[0], ids[2], ids[3]}


def test_download_stopped_keeps_its_part(site: Site, downloads: Downloads) -> None:
    going = threading.Event()
    site.replies["/a.wav"] = Ranged(sound(60.0), pause=going)
    stop, begun = CancelToken(), threading.Event()
    ended: list[BaseException] = []

    def report(done: int, _total: int | None) -> None:
        if done:
            begun.set()

    def work() -> None:
        try:
            downloads.fetch(request(site), report, stop)
        except BaseException as error:
            ended.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(PATIENCE)
    with pytest.raises(DownloadError, match="already"):
        downloads.fetch(request(site))
    stop.set()
    thread.join(PATIENCE)
    going.set()
    assert isinstance(ended[0], Cancelled)
    assert (downloads.folder.with_name("streams") / f"{ID}.bytes").stat().st_size > 0


def test_removed_download_comes_back_until_purged(site: Site, downloads: Downloads) -> None:
    site.replies["/a.wav"] = Ranged(AUDIO)
    path = downloads.fetch(request(site))
    assert downloads.remove(ID)
    assert downloads.find(ID) is None
    assert downloads.all() == []
    assert downloads.restore(ID)
    assert downloads.find(ID) == path
    downloads.remove(ID)
    path = downloads.fetch(request(site))
    downloads.purge()  # spares what was downloaded again
    assert (downloads.find(ID), len(files(downloads))) == (path, 2)
    downloads.remove(ID)
    downloads.purge()
    assert (downloads.restore(ID), downloads.remove(ID), files(downloads)) == (False, False, [])


def test_removed_download_is_deleted_while_the_app_runs_on(
    site: Site, downloads: Downloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.replies["/a.wav"] = Ranged(AUDIO)
    downloads.fetch(request(site))
    downloads.remove(ID)
    downloads.remove("another")
    assert downloads.restore(ID)
    downloads.remove(ID)
    later = time.time() + 2 * KEPT_ASIDE
    monkeypatch.setattr("tui_pod.recordings.downloads.time.time", lambda: later)
    downloads.remove("another")
    assert files(downloads) == []


# -- names ---------------------------------------------------------------------------------------------

TITLES = [
    *HOSTILE_TITLES.values(), "../../etc/passwd", "/etc/passwd", "C:\\x", "CON", "nul.mp3", ".", "..", "", "-rf", "~",
    "a" * 999, "\x00", "\n", "x\u202e3pm.exe", "ＵＮＩ", "猫", "a/b\\c:d*e?f\"g<h>i|j", "%2e%2e%2f", "$(reboot)", "`x`",
]  # fmt: skip


def test_names_are_safe_distinct_and_inside(site: Site, downloads: Downloads) -> None:
    site.replies["/a.wav"] = Ranged(AUDIO)
    names = set()
    for number, title in enumerate([*TITLES, "straße", "STRASSE", "cafe\u0301", "café", "猫" * 200]):
        wanted = request(site, episode=f"{number:016x}", title=title, podcast=title, published=date(2026, 6, 3))
        path = downloads.fetch(wanted)
        assert path.parent.resolve().parent in (downloads.folder.resolve(), downloads.folder.resolve().parent)
        for name in path.relative_to(downloads.folder).parts:
            assert is_safe(name)
            assert len(name.encode()) <= 140
            assert not re.search(r'^[-. ~]|[<>:"/\\|?*]|[. ]$|^(con|nul)(\.|$)', name, re.IGNORECASE)
        names.add(folded(path.relative_to(downloads.folder).as_posix()))
        assert downloads.find(f"{number:016x}") == path
        assert not downloads.rename(downloads.names_of(wanted))
    assert len(names) == number + 1


def test_download_whose_new_name_cannot_be_noted_keeps_the_former_one(
    site: Site, downloads: Downloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.replies["/a.wav"] = Ranged(AUDIO)
    path = downloads.fetch(request(site))

    def fill(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(downloads, "_write", fill)
    with pytest.raises(OSError, match="No space left"):
        downloads.rename(downloads.names_of(request(site, title="Another")))
    assert downloads.find(ID) == path
    assert path.is_file()


def test_downloads_of_an_earlier_version_are_found_renamed_and_deleted(site: Site, tmp_path: Path) -> None:
    downloads = kept_in(tmp_path)
    downloads.folder.mkdir()
    for ident in (ID, "f" * 16):
        (downloads.folder / f"a-title-{ident}.wav").write_bytes(AUDIO)
        note = {"episode": ident, "automatic": True}
        (downloads.folder / f"a-title-{ident}.wav.json").write_text(json.dumps(note))
    assert {one.episode for one in downloads.all() if one.is_automatic} == {ID, "f" * 16}
    wanted = request(site, podcast="Ships", published=date(2026, 6, 3))
    former = downloads.rename(downloads.names_of(wanted))
    assert former == {ID: f"a-title-{ID}"}
    assert not downloads.rename(downloads.names_of(wanted))
    assert downloads.find(ID) == downloads.folder / "Ships" / "2026-06-03 A title.wav"
    assert kept_in(tmp_path).find(ID) == downloads.find(ID)
    assert downloads.delete("f" * 16)
    assert files(downloads) == [f".tui-pod/{ID}.json", "Ships/2026-06-03 A title.wav"]
    assert downloads.rename(downloads.names_of(request(site, title="Another", podcast="Ships")))
    assert downloads.rename(former) == {ID: "Ships/Another"}
    assert downloads.find(ID) == downloads.folder / f"a-title-{ID}.wav"
    assert downloads.rename(downloads.names_of(wanted))
    assert downloads.delete(ID)
    assert (files(downloads), (downloads.folder / "Ships").exists()) == ([], False)


def test_file_of_the_listener_with_the_name_stays(site: Site, downloads: Downloads) -> None:
    site.replies["/a.wav"] = Ranged(AUDIO)
    (downloads.folder / "ships").mkdir(parents=True)
    mine = downloads.folder / "ships" / "a TITLE.wav"
    mine.write_text("mine")
    path = downloads.fetch(request(site, podcast="Ships"))
    assert (path, mine.read_text()) == (mine.with_name("A title 2.wav"), "mine")
    downloads.remove(ID)
    path.write_text("also mine")
    assert downloads.restore(ID)
    assert downloads.find(ID) == mine.with_name("A title 2 2.wav")
    downloads.delete(ID)
    assert path.read_text() == "also mine"


@pytest.mark.parametrize("episode", ["../../x", "/etc/passwd", "a\x00b", "x" * 1000, "\ud800", "ID.part"])
def test_names_of_any_episode_stay_inside(site: Site, downloads: Downloads, episode: str) -> None:
    site.replies["/a.wav"] = Ranged(AUDIO)
    path = downloads.fetch(request(site, episode=episode))
    assert path.parent == downloads.folder
    assert downloads.find(episode) == path


def test_link_in_the_folder_is_not_played(downloads: Downloads) -> None:
    downloads.folder.mkdir()
    os.symlink("/etc/passwd", downloads.folder / f"x-{ID}.mp3")
    assert downloads.find(ID) is None


def test_part_that_is_a_link_is_not_written_through(site: Site, downloads: Downloads, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "streams").mkdir()
    os.symlink(victim, tmp_path / "streams" / f"{ID}.bytes")
    site.replies["/a.wav"] = Ranged(AUDIO)
    assert downloads.fetch(request(site)).read_bytes() == AUDIO
    assert victim.read_text() == "mine"


@pytest.mark.parametrize("file", ["/etc/passwd", "../victim", "", None, 3])
def test_note_that_names_no_file_of_the_folder_has_no_download(downloads: Downloads, file: object) -> None:
    (downloads.folder / ".tui-pod").mkdir(parents=True)
    victim = downloads.folder.with_name("victim")
    victim.write_text("mine")
    (downloads.folder / ".tui-pod" / f"{ID}.json").write_text(json.dumps({"episode": ID, "file": file}))
    assert (downloads.find(ID), downloads.delete(ID), victim.read_text()) == (None, False, "mine")


# -- where the end is not told -------------------------------------------------------------------------


def until_closed(content: bytes) -> server.Reply:
    """Answer with this and nothing that tells its end but the end of the connection."""

    def reply(exchange: server.Exchange) -> None:
        exchange.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n\r\n" + content)

    return reply


def test_download_much_shorter_than_the_feed_states_is_broken_off(site: Site, downloads: Downloads) -> None:
    site.replies["/a.wav"] = until_closed(AUDIO[: len(AUDIO) // 6])
    with pytest.raises(DownloadError, match=f"broke off before the end: .* of the {len(AUDIO):,}"):
        downloads.fetch(request(site, size=len(AUDIO)))
    assert downloads.find(ID) is None


@pytest.mark.parametrize("stated", [None, len(AUDIO), int(len(AUDIO) * 1.05), 1])
def test_download_about_as_long_as_the_feed_states_is_whole(
    site: Site, downloads: Downloads, stated: int | None
) -> None:
    site.replies["/a.wav"] = until_closed(AUDIO)
    assert downloads.fetch(request(site, size=stated)).read_bytes() == AUDIO


# -- what was streamed ---------------------------------------------------------------------------------


def streamed(site: Site, folder: Path, count: int) -> RecordingStore:
    """Return a folder of streams in which the first bytes of the recording are."""
    cache = RecordingStore(folder, 10_000_000)
    reader = cache.open("feed-1", site.url("/a.mp3"), lambda: site.policy).open()
    buffer, done = bytearray(count), 0
    while done < count:
        done += reader.read_into(memoryview(buffer)[done:], done)
    reader.close()
    cache.close()
    return cache


STREAMED = b"ID3" + bytes(number % 251 for number in range(400_000))


def test_download_of_what_was_heard_whole_asks_for_nothing(site: Site, tmp_path: Path) -> None:
    site.replies["/a.mp3"] = Ranged(STREAMED, "audio/mpeg")
    cache = streamed(site, tmp_path / "streams", len(STREAMED))
    site.asked.clear()
    downloads = Downloads(tmp_path / "downloads", 10_000_000, cache)
    path = downloads.fetch(DownloadRequest("feed-1", "One", site.url("/a.mp3"), site.policy))
    assert path.read_bytes() == STREAMED
    assert path.suffix == ".mp3"
    assert (site.asked, list((tmp_path / "streams").iterdir())) == ([], [])


def test_download_goes_on_from_what_was_streamed(site: Site, tmp_path: Path) -> None:
    site.replies["/a.mp3"] = Ranged(STREAMED, "audio/mpeg", pause=threading.Event())
    cache = streamed(site, tmp_path / "streams", 150_000)
    site.asked.clear()
    site.replies["/a.mp3"] = Ranged(STREAMED, "audio/mpeg")
    downloads = Downloads(tmp_path / "downloads", 10_000_000, cache)
    path = downloads.fetch(DownloadRequest("feed-1", "One", site.url("/a.mp3"), site.policy))
    assert path.read_bytes() == STREAMED
    (asked,) = site.asked
    assert int(asked[1]["Range"].removeprefix("bytes=").rstrip("-")) >= 150_000


@pytest.mark.parametrize(("size", "fits"), [(1_000_000, True), (1_000_001, False)])
def test_download_fits_if_it_fills_the_quota(site: Site, tmp_path: Path, size: int, fits: bool) -> None:
    downloads = kept_in(tmp_path, 1_000_000)
    site.replies["/a.wav"] = server.body(b"ID3".ljust(size, b"\0"), "audio/mpeg")
    if fits:
        assert downloads.fetch(request(site)).stat().st_size == size
        return
    with pytest.raises(DownloadError, match="Downloads may take 1 MB, and no played one is left to delete") as caught:
        downloads.fetch(request(site))
    assert caught.value.is_general


@pytest.mark.parametrize(("free", "fits"), [(199_999_999, False), (200_000_000 + len(AUDIO), True)])
def test_download_leaves_200_megabytes_of_the_disk(
    site: Site, downloads: Downloads, monkeypatch: pytest.MonkeyPatch, free: int, fits: bool
) -> None:
    site.replies["/a.wav"] = Ranged(AUDIO)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 0, free))
    if fits:
        downloads.fetch(request(site))
        return
    with pytest.raises(DownloadError, match="disk is full") as caught:
        downloads.fetch(request(site))
    assert caught.value.is_general


def test_failure_of_one_server_is_no_general_one(site: Site, downloads: Downloads) -> None:
    with pytest.raises(DownloadError, match=r"“A title” was not downloaded\. .* does not have it") as caught:
        downloads.fetch(request(site))
    assert not caught.value.is_general


def test_book_of_several_files_is_one_download(site: Site, downloads: Downloads) -> None:
    for name in ("/1.wav", "/2.wav", "/3.wav"):
        site.replies[name] = Ranged(AUDIO)
    told: list[tuple[int, int | None]] = []
    others = tuple(site.url(f"/{number}.wav") for number in (2, 3))
    book = request(site, "/1.wav", others=others, size=3 * len(AUDIO), is_automatic=True)
    path = downloads.fetch(book, lambda done, total: told.append((done, total)))
    assert told[-1] == (3 * len(AUDIO), 3 * len(AUDIO))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    (found,) = downloads.all()
    assert (found.episode, found.size, found.path, found.is_automatic) == (ID, 3 * len(AUDIO), path, True)
    assert len(list(downloads.folder.glob("*.wav"))) == 3
    assert downloads.remove(ID)
    assert list(downloads.folder.glob("*.wav")) == []
    assert downloads.restore(ID)
    assert downloads.of([ID])[ID].size == 3 * len(AUDIO)
    assert downloads.delete(ID)
    assert not downloads.delete(ID)
    assert files(downloads) == []
