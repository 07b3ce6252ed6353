"""How to seek in a stream is told from its head, and a length is added where it states none."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.present import present
from tests.sources.server import Ranged, Site
from tests.sources.zoo import mark_variable, mp3
from tui_pod.core.player.snapshot import Source
from tui_pod.net.fetch import FetchError
from tui_pod.recordings.mp3_head import ENDLESS_TAG, MAX_ENTRIES, read_head
from tui_pod.recordings.recording_store import RecordingStore
from tui_pod.recordings.remote_recording import RemoteRecording
from tui_pod.runtime.threads import CancelToken
from tui_pod.sources.opened import find_places

VARIABLE = b"".join(mp3(2.0, rate) for rate in (8, 16, 8, 32)) * 5
"""Forty seconds at 16 kbit/s on average."""

LENGTH = 40.0

Find = Callable[[bytes, float | None], Source]


@pytest.fixture
def streams(tmp_path: Path) -> Iterator[RecordingStore]:
    streams = RecordingStore(tmp_path / "streams", None)
    yield streams
    streams.close()


@pytest.fixture
def gate() -> threading.Event:
    """Return what the server waits for before it sends the second half of a recording; it is set."""
    gate = threading.Event()
    gate.set()
    return gate


@pytest.fixture(name="find")
def finder(site: Site, streams: RecordingStore, gate: threading.Event) -> Find:
    def find(content: bytes, stated: float | None) -> Source:
        name = f"{len(content)}"  # the same recording once more is not fetched again
        site.replies[f"/{name}"] = Ranged(content, pause=gate)
        stream = streams.open(name, site.url(f"/{name}"), lambda: site.policy)
        stream.wait_for_answer(CancelToken())
        return find_places(Source(stream.file.content.address, remote=stream), stream, stated, CancelToken())

    return find


def read_all(source: Source, step: int = 1000) -> bytes:
    assert isinstance(source.remote, RemoteRecording)
    reader = source.remote.open()
    size = present(reader.size())
    content, buffer = b"", bytearray(step)
    while count := reader.read_into(memoryview(buffer), len(content)):
        content += buffer[:count]
    reader.close()
    assert len(content) == size
    return content


def id3(size: int, entry: bytes = b"") -> bytes:
    """Return a tag of so many bytes, filled with entries."""
    body = (entry * (size // max(1, len(entry))))[: size - 10].ljust(size - 10, b"\0")
    length = bytes((size - 10) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + length + body


@pytest.mark.parametrize("tag", [b"", id3(500)], ids=["bare", "tagged"])
def test_length_is_put_before_the_first_frame_of_a_variable_file(find: Find, tag: bytes) -> None:
    source = find(tag + VARIABLE, LENGTH)
    assert (source.is_constant_rate, source.has_length) == (False, True)
    for step in (1000, 7):
        content = read_all(source, step)
        added = content[len(tag) : len(content) - len(VARIABLE)]
        assert (content[: len(tag)], content[len(tag) + len(added) :]) == (tag, VARIABLE)
        head = present(read_head(added + VARIABLE))
        assert (head.first, head.has_length) == (0, True)


def test_places_behind_the_added_length_can_be_gone_to(find: Find, gate: threading.Event) -> None:
    gate.clear()
    source = find(VARIABLE, LENGTH)
    reader = present(source.remote).open()
    size = present(reader.size())
    assert [reader.can_go_to(place) for place in (0, 100, size // 2, size - 129, size - 127)] == [True] * 5
    assert not reader.can_go_to(size - 128)  # a tag of the first kind, for which the player would wait
    gate.set()
    reader.close()


def test_former_addition_is_gone_once_the_recording_states_its_length(find: Find) -> None:
    find(VARIABLE, LENGTH)
    source = find(VARIABLE, None)
    assert (source.is_constant_rate, source.has_length, read_all(source)) == (False, False, VARIABLE)
    content = mark_variable(VARIABLE, 1000)
    source = find(content, LENGTH)
    assert (source.is_constant_rate, source.has_length, read_all(source)) == (False, True, content)


def test_start_of_one_rate_does_not_hide_that_the_middle_has_another(find: Find) -> None:
    silence = mp3(30.0, 8)
    assert find(silence + mp3(30.0, 32), 60.0).is_constant_rate is False
    assert find(mp3(60.0, 8), 120.0).is_constant_rate is True  # a wrong length, but one rate
    assert find(silence + mp3(30.0, 32), 149.0).is_constant_rate is True  # the size fits, so nothing is looked at


def test_other_formats_are_left_alone(find: Find) -> None:
    source = find(b"OggS" + bytes(50_000), 60.0)
    assert (source.is_constant_rate, source.has_length) == (None, False)


def test_tag_of_thousands_of_entries_is_refused(find: Find) -> None:
    entry = b"TXXX" + (1).to_bytes(4, "big") + b"\0\0x"
    with pytest.raises(FetchError, match=ENDLESS_TAG):
        find(id3(len(entry) * (MAX_ENTRIES + 10), entry) + mp3(5.0), None)
    found = find(id3(50_000, entry) + mp3(5.0), None)
    assert (found.is_constant_rate, found.tag) == (True, 50_000)
    with pytest.raises(FetchError) as caught:
        find(id3(10 * 5_001 + 10, b"TXXX" + bytes(6)) + mp3(5.0), None)
    assert caught.value.is_final


@pytest.mark.parametrize(("size", "has_length"), [(999, False), (1_000, True), (40_000, True), (40_001, False)])
def test_length_is_added_if_it_gives_a_rate_that_an_mp3_may_have(find: Find, size: int, has_length: bool) -> None:
    seconds = 4.0 if size < 2_000 else 1.0
    content = VARIABLE[: int(size * seconds)] if size < 2_000 else (VARIABLE * 2)[: int(size * seconds)]
    assert len(content) == size * seconds
    assert find(content, seconds).has_length is has_length


@pytest.mark.parametrize(("stated", "is_constant"), [(57.2, True), (63.1, True), (56.0, True)])
def test_length_that_does_not_fit_is_compared_with_the_middle(find: Find, stated: float, is_constant: bool) -> None:
    assert find(mp3(60.0), stated).is_constant_rate is is_constant
    assert find(mp3(30.0, 8) + bytes(4_000) + mp3(30.0, 8), stated).is_constant_rate is True
