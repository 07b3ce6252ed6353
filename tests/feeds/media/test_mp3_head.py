"""Whether an mp3 keeps one bit rate, told from its first frames."""

from __future__ import annotations

import pytest

from tests.feeds.server import sound
from tests.feeds.zoo import mark_variable, mp3
from tui_pod.feeds.media.mp3_head import HEAD, has_endless_tag, length_frame, read_head, tag_size

VARIABLE = b"".join(mp3(1.0, rate) for rate in (8, 16, 8, 32))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (mp3(60), True),
        (mp3(60, 64), True),
        (b"\x00" * 200 + mp3(60), True),
        (mark_variable(mp3(60), 2296), False),
        (mark_variable(mp3(60), 2296).replace(b"Xing", b"Info", 1), True),
        (VARIABLE, False),
        (sound(1.0), None),
        (b"OggS" + bytes(5000), None),
        (b"\xff\xf3\x10\xc4" + bytes(5000), None),
        (b"", None),
    ],
    ids=["8", "64", "filling", "xing", "info", "differing", "wav", "ogg", "one sync", "empty"],
)
def test_rate_is_told_from_the_head(content: bytes, expected: bool | None) -> None:
    head = read_head(content[:HEAD])
    assert (head and head.is_constant_rate) is expected


@pytest.mark.parametrize("first", [b"\xff\xf3\x10\xc4", b"\xff\xfb\x90\x00", b"\xff\xfa\x90\xc0", b"\xff\xe3\x10\x40"])
def test_frame_that_says_the_length_is_read_as_one(first: bytes) -> None:
    added = length_frame(first, 60.0, 1000)
    head = read_head(added + added)
    assert head is not None
    assert (head.is_constant_rate, head.has_length, head.first) == (False, True, 0)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"ID3\x04\x00\x00\x00\x00\x02\x01", 267),
        (b"ID3\x04\x00\x10\x00\x00\x02\x01", 277),
        (b"\xff\xf3\x10\xc4" + bytes(6), 0),
        (b"ID3", 0),
    ],
)
def test_tag_size_is_read(start: bytes, expected: int) -> None:
    assert tag_size(start) == expected


@pytest.mark.parametrize(("entries", "is_endless"), [(900, False), (200_000, True)])
def test_tag_of_thousands_of_entries_is_endless(entries: int, is_endless: bool) -> None:
    frames = b"".join(b"TXXX" + (8).to_bytes(4, "big") + b"\0\0" + b"\3%06d\0" % number for number in range(entries))
    size = bytes(len(frames) >> shift & 0x7F for shift in (21, 14, 7, 0))
    assert has_endless_tag((b"ID3\3\0\0" + size + frames)[: 1024 * 1024]) is is_endless


def test_frame_that_says_the_length_has_no_checksum() -> None:
    assert length_frame(b"\xff\xfa\x90\xc0", 60.0, 1000)[1] & 1


def test_frame_is_looked_for_only_in_the_first_two_kilobytes() -> None:
    assert read_head(bytes(2047) + mp3(1.0)) is not None
    assert read_head(bytes(2048) + mp3(1.0)) is None


def test_frame_counts_once_the_head_of_the_next_one_is_there() -> None:
    frames = mp3(1.0)
    second = frames.index(frames[:4], 4)
    assert read_head(frames[: second + 4]) is not None
    assert read_head(frames[: second + 3]) is None
