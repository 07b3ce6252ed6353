"""Recordings as they are read from servers of every kind: every byte right, or a reason; nothing fetched twice."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE, wait_until
from tests.sources import server, zoo
from tests.sources.server import Ranged, Reply, Site
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.fetch import FetchError, Limits
from tui_pod.recordings import recording_fetcher
from tui_pod.recordings.recording_store import RecordingStore
from tui_pod.recordings.remote_recording import RecordingReader, RemoteRecording
from tui_pod.recordings.sparse_file import SparseFile
from tui_pod.runtime.threads import Cancelled, CancelToken

CONTENT = bytes(number * 7 % 251 for number in range(50_021)) * 8
"""400 kB in which no two places look alike."""

QUOTA = 10_000_000

TRIES = 6
"""How often a recording that fails is asked for again."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once."""
    monkeypatch.setattr(recording_fetcher, "PAUSES", (0.0,) * TRIES)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[RecordingStore]:
    cache = RecordingStore(tmp_path / "streams", QUOTA)
    yield cache
    cache.close()


Open = Callable[..., RemoteRecording]


@pytest.fixture(name="open_stream")
def opener(site: Site, inside: Site, cache: RecordingStore) -> Open:
    """Open what the site serves."""

    def open_stream(reply: Reply | None = None, renew: Callable[[], str | None] = lambda: None) -> RemoteRecording:
        if reply is not None:
            site.replies["/a.mp3"] = reply
        return cache.open("episode", site.url("/a.mp3"), lambda: NetworkPolicy(site.allowed | inside.allowed), renew)

    return open_stream


def read(reader: RecordingReader, offset: int, count: int) -> bytes:
    """Return so many bytes from a place, fewer at the end."""
    buffer, done = bytearray(count), 0
    while done < count and (size := reader.read_into(memoryview(buffer)[done:], offset + done)):
        done += size
    return bytes(buffer[:done])


def read_all(stream: RemoteRecording) -> bytes:
    """Return all of a stream, opening it again when it has changed or dropped, as the player does."""
    for _ in range(5):
        reader = stream.open()
        try:
            return read(reader, 0, 2 * len(CONTENT))
        except OSError:
            continue
        finally:
            reader.close()
    raise AssertionError("it could not be read")


def ranges(site: Site) -> list[str]:
    """Return what was asked for, in order."""
    return [headers.get("Range", "all") for _, headers in site.asked]


@pytest.mark.parametrize("name", zoo.PLAYED)
def test_every_byte_comes_from_a_server_of_any_kind(open_stream: Open, name: str) -> None:
    stream = open_stream(zoo.PLAYED[name](CONTENT))
    stream.wait_for_answer(CancelToken())
    found = read_all(stream)
    found = found.removeprefix(b"\xff\xfb")
    assert found[: len(CONTENT)] == CONTENT
    assert len(found) == len(CONTENT) or name in ("changes", "another length each time")


LISTS = {
    "m3u": ("#EXTM3U\n#EXTINF:9,One\nftp://x.example/1.mp3\ncover.jpg\n\n{0}\n{0}?2\n", "audio/x-mpegurl"),
    "bare": ("\n{0}\n# a comment", "audio/x-mpegurl"),
    "pls": ("[playlist]\r\nTitle1=One\r\nFile1={0}\r\nLength1=-1\r\n", "audio/x-scpls"),
}  # fmt: skip


@pytest.mark.parametrize("kind", [None, "audio/mpeg", "text/plain"])
@pytest.mark.parametrize("name", LISTS)
def test_list_is_opened_whatever_it_is_called(site: Site, open_stream: Open, name: str, kind: str | None) -> None:
    text, usual = LISTS[name]
    site.replies["/own.mp3"] = Ranged(CONTENT)
    site.replies["/nested"] = server.body(text.format("own.mp3"), usual)
    stream = open_stream(server.body(text.format(site.url("/nested")), kind or usual))
    stream.wait_for_answer(CancelToken())
    assert read_all(stream) == CONTENT


@pytest.mark.parametrize("kind", ["application/vnd.apple.mpegurl", "audio/mpeg"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#EXTM3U\nfile:///etc/passwd\nrtsp://x.example/1\ncover.png\n", "names no recording"),
        ("#EXTM3U\n#EXTINF:5,Myself\n/a.mp3\n", "link to lists"),
        ("#EXTM3U\nhttp://10.1.2.3/a.mp3\n", "own network"),
        ("#EXTM3U\n/gone.mp3\n", "404"),
        ("[playlist]\nNumberOfEntries=0\n", "names no recording"),
    ],
)
def test_list_that_leads_to_no_recording_says_why(
    site: Site, open_stream: Open, text: str, said: str, kind: str
) -> None:
    assert said in reason(open_stream(server.body(text, kind)))
    assert len(site.asked) <= 10


@pytest.mark.parametrize("name", zoo.REFUSED)
def test_server_that_gives_nothing_is_told_in_words(open_stream: Open, name: str) -> None:
    reply, said = zoo.REFUSED[name]
    stream = open_stream(reply(CONTENT))
    assert said in reason(stream)


def reason(stream: RemoteRecording) -> str:
    """Return why a stream cannot be read."""
    try:
        stream.wait_for_answer(CancelToken())
    except FetchError as error:
        return str(error)
    with pytest.raises(OSError, match=r".") as caught:
        read(stream.open(), 0, 1000)
    return str(caught.value)


def test_place_far_on_is_asked_for_by_itself_and_at_once(
    open_stream: Open, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_fetcher, "PAUSES", ())  # a connection given up for another place is no failure
    stream = open_stream(Ranged(CONTENT, pause=threading.Event()))
    stream.wait_for_answer(CancelToken())
    reader = stream.open()
    assert read(reader, 300_000, 1000) == CONTENT[300_000:301_000]
    assert ranges(site) == ["bytes=0-", "bytes=300000-"]
    assert not reader.can_go_to(len(CONTENT) - 128)  # a tag at the end is not waited for
    assert reader.can_go_to(len(CONTENT) - 129)
    assert read(reader, len(CONTENT) - 129, 1) == CONTENT[-129:-128]


def test_place_near_by_waits_for_the_connection_that_brings_it(open_stream: Open, site: Site) -> None:
    gate = threading.Event()
    reader = open_stream(Ranged(CONTENT[:20_000], pause=gate)).open()
    assert read(reader, 0, 5) == CONTENT[:5]
    gate.set()
    assert read(reader, 15_000, 5) == CONTENT[15_000:15_005]
    assert ranges(site) == ["bytes=0-"]


def test_drop_is_gone_on_with_where_it_was_and_only_if_nothing_changed(open_stream: Open, site: Site) -> None:
    assert read_all(open_stream(Ranged(CONTENT, drops=[100_000]))) == CONTENT
    assert site.asked[1][1]["Range"] == "bytes=100000-"
    assert site.asked[1][1]["If-Range"] == '"audio"'


def test_changed_recording_begins_anew_and_ends_the_reading(open_stream: Open) -> None:
    other = bytes(reversed(CONTENT))
    stream = open_stream(zoo.Changing([CONTENT, other], [100_000]))
    reader = stream.open()
    with pytest.raises(OSError, match="over"):
        read(reader, 0, len(CONTENT))
    assert read_all(stream) == other


def test_redirect_to_another_host_in_the_middle_is_followed(open_stream: Open, site: Site, inside: Site) -> None:
    assert read_all(open_stream(zoo.elsewhere(CONTENT, site, inside))) == CONTENT
    assert inside.paths() == ["/moved.mp3"]


def test_address_that_is_over_is_asked_of_the_feed_once(open_stream: Open, site: Site) -> None:
    site.replies["/new.mp3"] = Ranged(CONTENT)
    asked: list[int] = []

    def renew() -> str:
        asked.append(1)
        return site.url("/new.mp3")

    stream = open_stream(zoo.Ending(CONTENT, 1, 403, [100_000]), renew=renew)
    assert read_all(stream) == CONTENT
    assert asked == [1]


def test_refusal_for_long_is_told_at_once(open_stream: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    class Busy(zoo.Ending):
        def __call__(self, exchange: server.Exchange) -> None:
            if self.requests:
                super().__call__(exchange)
            else:
                exchange.say(503, b"", Retry_After="600")

    reader = open_stream(Busy(CONTENT, 1, drops=[100_000])).open()
    with pytest.raises(OSError, match="Try again in 600 s"):
        read(reader, 0, len(CONTENT))


def test_wait_that_a_server_asks_for_is_never_shorter_than_the_usual_one(
    open_stream: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_fetcher, "PAUSES", (50.0,) * 3)
    stream = open_stream(zoo.Refusing(CONTENT))
    reader = stream.open()
    read(reader, 0, 10)
    wait_until(lambda: stream.progress().failed, "a request failed")
    assert 40.0 < stream.progress().retry_in <= 50.0


def test_server_that_sends_another_recording_each_time_is_given_up(open_stream: Open, site: Site) -> None:
    versions = [bytes([number]) * 50 + CONTENT for number in range(30)]
    stream = open_stream(zoo.Changing(versions, [100_000] * 30))
    said = "over"
    while "over" in said:
        with pytest.raises(OSError, match=r".") as caught:
            read(stream.open(), 0, len(CONTENT))
        said = str(caught.value)
    assert said == "The server sends another recording each time."


@pytest.mark.parametrize(
    ("setting", "value", "reply", "said"),
    [
        ("WINDOW", 0.01, lambda: zoo.dripped(CONTENT, 0.001), "next to nothing"),
        ("LIMITS", Limits(10_000_000, PATIENCE, idle=0.05),
         lambda: Ranged(CONTENT[:2000], pause=threading.Event()), "no answer"),
        ("LIMITS", Limits(1_000_000, 60.0), server.endless, "larger than"),
    ],
)  # fmt: skip
def test_server_that_drips_falls_silent_or_sends_too_much_is_given_up(
    open_stream: Open,
    setting: str,
    value: object,
    reply: Callable[[], Reply],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recording_fetcher, setting, value)
    reader = open_stream(reply()).open()
    with pytest.raises(OSError, match=said):
        read(reader, 0, 3_000_000)


def test_endless_recording_is_not_fetched_without_end(open_stream: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_fetcher, "AHEAD_ENDLESS", 500_000)
    stream = open_stream(server.endless())
    reader = stream.open()
    assert read(reader, 0, 100_000) == b"x" * 100_000
    read(reader, 900_000, 1)
    assert stream.progress().total is None
    reader.close()


def test_cancelled_reading_ends_at_once_and_others_go_on(open_stream: Open) -> None:
    gate = threading.Event()
    stream = open_stream(Ranged(CONTENT[:1000], pause=gate))
    stream.wait_for_answer(CancelToken())
    first, second = stream.open(), stream.open()
    problems: list[Exception] = []

    def wait() -> None:
        try:
            read(first, 0, 1000)
        except OSError as error:
            problems.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    first.cancel()
    thread.join(PATIENCE)
    assert len(problems) == 1
    gate.set()
    assert read(second, 0, 1000) == CONTENT[:1000]
    for reader in (first, second):
        reader.close()


def test_reader_that_waits_at_the_end_is_told_that_it_is_one(
    open_stream: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, wait, ends = threading.Event(), threading.Condition.wait, list[bytes]()

    def send(exchange: server.Exchange) -> None:
        exchange.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n" + CONTENT)
        gate.wait(PATIENCE)

    def noted(condition: threading.Condition, timeout: float | None = None) -> bool:
        if threading.current_thread() is thread:
            gate.set()
        return wait(condition, timeout)

    reader = open_stream(send).open()
    read(reader, 0, len(CONTENT))
    thread = threading.Thread(target=lambda: ends.append(read(reader, len(CONTENT), 1)), daemon=True)
    monkeypatch.setattr(threading.Condition, "wait", noted)
    thread.start()
    thread.join(PATIENCE)
    assert ends == [b""]
    reader.close()


def test_full_disk_plays_from_memory(open_stream: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux alone has such memory; elsewhere the reason is told."""
    real, calls = os.pwrite, [0]

    def pwrite(descriptor: int, data: bytes, offset: int) -> int:
        calls[0] += 1
        if calls[0] == 2:
            raise OSError(28, "No space left on device")
        return real(descriptor, data, offset)

    monkeypatch.setattr(os, "pwrite", pwrite)
    if hasattr(os, "memfd_create"):
        assert read_all(open_stream(Ranged(CONTENT))) == CONTENT


# -- what is kept --------------------------------------------------------------------------------------


def restarted(cache: RecordingStore) -> RecordingStore:
    """Return the folder as the next start of the program sees it."""
    cache.close()
    return RecordingStore(cache.folder, QUOTA)


def test_what_was_heard_is_not_fetched_again_after_a_restart(
    site: Site, open_stream: Open, cache: RecordingStore
) -> None:
    reader = open_stream(Ranged(CONTENT, pause=threading.Event())).open()
    read(reader, 0, 200_000)
    reader.close()
    following = restarted(cache)
    site.asked.clear()
    site.replies["/a.mp3"] = Ranged(CONTENT)
    stream = following.open("episode", site.url("/a.mp3"), lambda: site.policy)
    again = stream.open()
    assert read(again, 0, 200_000) == CONTENT[:200_000]
    assert read(again, 0, len(CONTENT)) == CONTENT
    assert [int(text.removeprefix("bytes=").rstrip("-")) >= 200_000 for text in ranges(site)] == [True]
    again.close()
    following.close()


def test_whole_recording_is_found_without_the_network(site: Site, open_stream: Open, cache: RecordingStore) -> None:
    read_all(open_stream(Ranged(CONTENT)))
    following = restarted(cache)
    path = following.find("episode", site.url("/a.mp3?token=2"))
    assert path is not None
    assert path.read_bytes() == CONTENT
    assert following.find("another", site.url("/a.mp3")) is None
    assert following.find("episode", site.url("/b.mp3")) is None


def test_recording_that_only_ended_with_its_connection_is_not_whole(
    site: Site, open_stream: Open, cache: RecordingStore
) -> None:
    read_all(open_stream(zoo.raw(zoo.HEAD_200, CONTENT)))
    assert restarted(cache).find("episode", site.url("/a.mp3")) is None


@pytest.mark.parametrize("harm", ["folder", "bytes", "json", "torn", "short", "lying"])
def test_folder_may_be_harmed_at_any_time(site: Site, open_stream: Open, cache: RecordingStore, harm: str) -> None:
    stream = open_stream(Ranged(CONTENT))
    reader = stream.open()
    read(reader, 0, 100_000)
    if harm != "folder":
        reader.close()
        cache = restarted(cache)
    (file,) = cache.folder.glob("*.bytes")
    about = file.with_suffix(".json")
    match harm:
        case "folder":
            for path in list(cache.folder.iterdir()):
                path.unlink()
            cache.folder.rmdir()
            assert read(reader, 0, len(CONTENT)) == CONTENT
            cache = restarted(cache)
        case "bytes":
            file.unlink()
        case "json":
            about.unlink()
        case "torn":
            about.write_text(about.read_text()[:-20])
        case "short":
            file.write_bytes(CONTENT[:10])
        case "lying":
            about.write_text(about.read_text().replace("[[0", '[["x", -3], [0'))
    assert read_all(cache.open("episode", site.url("/a.mp3"), lambda: site.policy)) == CONTENT
    cache.close()


def test_recording_in_use_by_another_program_is_read_beside_it(
    site: Site, open_stream: Open, cache: RecordingStore
) -> None:
    reader = open_stream(Ranged(CONTENT)).open()
    other = RecordingStore(cache.folder, QUOTA)
    assert read_all(other.open("episode", site.url("/a.mp3"), lambda: site.policy)) == CONTENT
    assert read(reader, 0, len(CONTENT)) == CONTENT
    reader.close()
    other.close()


def test_oldest_go_first_and_what_is_read_stays(site: Site, tmp_path: Path) -> None:
    site.replies["/a.mp3"] = Ranged(CONTENT)
    cache = RecordingStore(tmp_path / "streams", 2 * len(CONTENT) + 100_000)
    for number in range(4):
        read_all(cache.open(f"episode {number}", site.url("/a.mp3"), lambda: site.policy))
        cache = restarted(cache)
        cache = RecordingStore(cache.folder, 2 * len(CONTENT) + 100_000)
    cache.open("another", site.url("/a.mp3"), lambda: site.policy)
    assert [cache.find(f"episode {number}", site.url("/a.mp3")) is not None for number in range(4)] == [
        False, False, True, True
    ]  # fmt: skip
    cache.close()


def test_server_that_failed_must_answer_before_it_is_read_again(open_stream: Open, site: Site) -> None:
    stream = open_stream(zoo.Ending(CONTENT, 1, 410, [100_000]))
    with pytest.raises(OSError, match="gone for good"):
        read(stream.open(), 0, len(CONTENT))
    with pytest.raises(FetchError, match="gone for good"):
        stream.wait_for_answer(CancelToken())
    site.replies["/a.mp3"] = Ranged(CONTENT, "audio/mpeg")
    stream.wait_for_answer(CancelToken())
    assert read_all(stream) == CONTENT


def test_inserted_bytes_are_read_where_they_belong_and_counted_by_readers_alone(open_stream: Open) -> None:
    stream = open_stream(Ranged(CONTENT))
    stream.inserted = 100, b"inserted"
    whole = CONTENT[:100] + b"inserted" + CONTENT[100:]
    reader = stream.open()
    assert read(reader, 0, len(whole) + 9) == whole
    assert (reader.size(), stream.progress().total, stream.progress().fetched) == (
        len(whole),
        len(CONTENT),
        len(CONTENT),
    )
    for start, count in ((95, 10), (100, 8), (105, 3), (105, 10), (108, 4)):
        assert read(reader, start, count) == whole[start : start + count]
    reader.close()


def test_head_is_looked_at_as_far_as_it_is_there(open_stream: Open) -> None:
    stream = open_stream(Ranged(CONTENT))
    assert stream.peek(10, 5, 5.0, CancelToken()) == CONTENT[10:15]
    assert stream.peek(len(CONTENT) - 5, 10, 5.0, CancelToken()) == CONTENT[-5:]
    assert stream.peek(len(CONTENT), 10, 5.0, CancelToken()) == b""


def test_recording_that_a_player_is_about_to_open_is_not_closed_by_the_end_of_its_download(open_stream: Open) -> None:
    stream = open_stream(Ranged(CONTENT))
    stream.wait_for_answer(CancelToken())
    stream.close_if_unread()
    reader = stream.open()
    assert read(reader, 0, 5) == CONTENT[:5]
    reader.close()


def test_closed_recording_can_neither_be_read_nor_used(open_stream: Open) -> None:
    stream = open_stream(Ranged(CONTENT))
    reader = stream.open()
    assert stream.is_usable
    stream.close_if_unread()
    assert stream.is_usable  # someone reads it
    reader.close()
    reader.close()
    stream.close_if_unread()
    assert not stream.is_usable
    with pytest.raises(OSError, match="was closed"):
        stream.open()
    again = open_stream()
    assert again is not stream
    assert open_stream() is again
    stop = CancelToken()
    stop.set()
    with pytest.raises(Cancelled):
        again.wait_for_answer(stop)


def test_download_reports_all_that_is_here_and_asks_for_room_once(open_stream: Open) -> None:
    reports, rooms = list[tuple[int, int | None]](), list[tuple[int, int]]()
    stream = open_stream(Ranged(CONTENT))
    for _ in range(2):
        stream.fetch_all(
            len(CONTENT), lambda *told: reports.append(told), CancelToken(), lambda *room: rooms.append(room)
        )
        assert reports[-1] == (len(CONTENT), len(CONTENT))
    assert [size for size, _ in rooms] == [len(CONTENT)] * 2
    assert rooms[-1] == (len(CONTENT), 0)
    with pytest.raises(FetchError, match="larger than 0 MB") as caught:
        stream.fetch_all(len(CONTENT) - 1, lambda *_: None, CancelToken())
    assert caught.value.is_final


@pytest.mark.parametrize(("after", "least", "most"), [(10**9, 1, 2), (100_000, 3, 8)])
def test_note_is_written_after_so_many_bytes_and_once_all_is_here(
    open_stream: Open, monkeypatch: pytest.MonkeyPatch, after: int, least: int, most: int
) -> None:
    """400,168 bytes come in chunks of up to 64 KiB, so at least 3 notes are due."""
    notes, save = list[list[tuple[int, int]]](), SparseFile.save

    def note(file: SparseFile, about: dict[str, Any]) -> None:
        notes.append(about["have"])
        save(file, about)

    monkeypatch.setattr(SparseFile, "save", note)
    monkeypatch.setattr(recording_fetcher, "SAVE_SECONDS", 1e9)
    monkeypatch.setattr(recording_fetcher, "SAVE_BYTES", after)
    stream = open_stream(Ranged(CONTENT))
    assert read_all(stream) == CONTENT
    stream.close()
    stream.join(PATIENCE)
    assert least <= len(notes) <= most
    assert notes[-1] == [(0, len(CONTENT))]


def test_note_is_written_after_some_seconds(open_stream: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, save = list[int](), SparseFile.save

    def note(file: SparseFile, about: dict[str, Any]) -> None:
        sizes.append(sum(end - start for start, end in about["have"]))
        save(file, about)

    monkeypatch.setattr(SparseFile, "save", note)
    monkeypatch.setattr(recording_fetcher, "SAVE_SECONDS", -1.0)
    assert read_all(open_stream(Ranged(CONTENT))) == CONTENT
    assert sizes == sorted(sizes)
    assert 0 < sizes[0] < len(CONTENT)


def test_recording_that_fails_is_asked_for_as_often_as_there_are_pauses(open_stream: Open, site: Site) -> None:
    assert "is in trouble" in reason(open_stream(server.body("no", "text/plain", status=503)))
    assert len(site.asked) == 1  # nobody has heard any of it
    site.asked.clear()
    stream = open_stream(zoo.Ending(CONTENT, 1, 503, [100_000]))
    with pytest.raises(OSError, match="is in trouble"):
        read(stream.open(), 0, len(CONTENT))
    assert len(site.asked) == 1 + TRIES


def test_network_that_is_away_is_waited_for_once_the_server_has_answered(
    open_stream: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, faults, asked = socket.getaddrinfo, [True], list[object]()

    def look_up(host: str, *rest: Any, **named: Any) -> Any:
        asked.append(host)
        if faults and faults.pop():
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return real(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    stream = open_stream(Ranged(CONTENT, drops=[100_000]))
    with pytest.raises(FetchError, match="cannot be found"):
        stream.wait_for_answer(CancelToken())
    assert len(asked) == 1
    faults += [True, True, False, False]  # the first request looks up twice
    assert read_all(stream) == CONTENT


def test_head_with_a_gap_is_looked_at_up_to_the_gap(open_stream: Open) -> None:
    stream = open_stream(Ranged(CONTENT, pause=threading.Event()))
    reader = stream.open()
    read(reader, 0, 200_000)
    read(reader, 300_000, 1000)
    end = stream.file.have.end_from(0)
    assert 200_000 <= end < 250_000
    assert stream.peek(190_000, 100_000, 0.0, CancelToken()) == CONTENT[190_000:end]
    reader.close()
