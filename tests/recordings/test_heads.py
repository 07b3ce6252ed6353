"""Files whose index claims more than they hold, told before a player makes room for it.

Whether an mp3 keeps one bit rate, told from its first frames.
"""

from pathlib import Path

import pytest

from tests.present import present
from tests.sources.server import sound
from tests.sources.zoo import claiming_m4a, mark_variable, mp3
from tui_pod.recordings.heads import (
    ENDLESS_TAG,
    HEAD,
    REFUSED,
    Mp4Claims,
    fault_of,
    has_endless_tag,
    length_frame,
    read_head,
    tag_size,
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (claiming_m4a(60_000_000), True),
        (claiming_m4a(0, 60_000_000), True),
        (claiming_m4a(3000), False),
        (claiming_m4a(0, 3000), False),
        (b"\0\0\0\x28moov\0\0\0\x10cmov\0\0\0\x0cdcomzlib" + bytes(8), True),
        (b"ID3" + b"stsz" * 100, False),
        (b"", False),
    ],
    ids=["index", "fragment", "true index", "true fragment", "packed", "no mp4", "empty"],
)
def test_file_that_claims_more_than_it_has_is_told(tmp_path: Path, content: bytes, expected: bool) -> None:
    path = tmp_path / "a.m4a"
    path.write_bytes(content)
    assert bool(fault_of(path)) is expected


def test_claim_that_comes_in_pieces_is_told() -> None:
    content, claims = claiming_m4a(60_000_000), Mp4Claims()
    assert any(claims.are_false(content[n : n + 7], n, len(content)) for n in range(0, len(content), 7))


def test_claim_that_is_read_again_counts_once() -> None:
    content, claims = claiming_m4a(3000), Mp4Claims()
    assert not any(claims.are_false(content, 0, len(content)) for _ in range(3))


def test_box_that_is_shorter_than_its_head_ends_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    path.write_bytes((4).to_bytes(4, "big") + claiming_m4a(60_000_000)[claiming_m4a(60_000_000).index(b"moov") - 4 :])
    assert fault_of(path) is None


def stsz(size: int, count: int) -> bytes:
    return b"\0\0\0\x14stsz" + bytes(4) + size.to_bytes(4) + count.to_bytes(4)


def trun(flags: int, count: int) -> bytes:
    return b"\0\0\0\x14trun\0" + flags.to_bytes(3) + count.to_bytes(4) + bytes(4)


@pytest.mark.parametrize(
    ("box", "size", "is_false"),
    [
        (stsz(2, 50), 100, False), (stsz(2, 51), 100, True), (stsz(0, 1 << 30), 100, False),
        (trun(0, 100), 100, False), (trun(0, 101), 100, True), (trun(1, 101), 100, True),
        (trun(0x200, 101), 100, False), (b"\0\0\0\x10cmov\0\0\0\x0cxcomzlib", 100, False),
        (stsz(1, 64 * 1024 * 1024), None, False), (stsz(1, 64 * 1024 * 1024 + 1), None, True),
        (stsz(1, 60) + trun(0, 40), 100, False), (stsz(1, 60) + trun(0, 41), 100, True),
        (stsz(1, 101)[:-1], 100, False),
    ],
)  # fmt: skip
def test_claims_of_boxes_are_added_up(box: bytes, size: int | None, is_false: bool) -> None:
    assert Mp4Claims().are_false(box, 0, size) is is_false


@pytest.mark.parametrize("length", ["long", "rest"])
def test_index_is_found_however_its_length_is_written(tmp_path: Path, length: str) -> None:
    content = stsz(1, 1_000_000)
    long = (1).to_bytes(4) + b"moov" + (16 + len(content)).to_bytes(8) + content
    path = tmp_path / "a.m4a"
    path.write_bytes(b"\0\0\0\x08free" + (long if length == "long" else bytes(4) + b"moov" + content))
    assert fault_of(path) == REFUSED
    path.write_bytes(b"\0\0\0\x08free" + b"\0\0\0\7moov" + content)
    assert fault_of(path) is None


def test_what_lies_in_the_sound_claims_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    path.write_bytes(b"\0\0\0\x1cmdat" + stsz(1, 1_000_000))
    assert fault_of(path) is None


def test_file_with_an_endless_tag_is_refused(tmp_path: Path) -> None:
    body = (b"TXXX" + (1).to_bytes(4) + b"\0\0x") * 5_001
    path = tmp_path / "a.mp3"
    path.write_bytes(b"ID3\3\0\0" + bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0)) + body)
    assert fault_of(path) == ENDLESS_TAG


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
    head = present(read_head(added + added))
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


RATES = {
    3: (44_100, "32 40 48 56 64 80 96 112 128 160 192 224 256 320"),
    2: (22_050, "8 16 24 32 40 48 56 64 80 96 112 128 144 160"),
    0: (11_025, "8 16 24 32 40 48 56 64 80 96 112 128 144 160"),
}
"""Of each version of MPEG, the first rate of samples, and the rates of bits (kbit/s) in the order of their numbers."""


@pytest.mark.parametrize("version", RATES)
def test_frames_of_each_version_and_rate_are_read(version: int) -> None:
    samples, texts = RATES[version]
    for number, text in enumerate(texts.split(), 1):
        head = bytes((0xFF, 0xE3 | version << 3, number << 4, 0xC0))
        frame = head.ljust((144 if version == 3 else 72) * int(text) * 1000 // samples, b"\0")
        found = present(read_head(b"x" + frame * 3))
        assert (found.kilobits, found.first, found.is_constant_rate, found.has_length) == (int(text), 1, True, False)


@pytest.mark.parametrize(
    ("version", "rates"),
    [(3, (44_100, 48_000, 32_000)), (2, (22_050, 24_000, 16_000)), (0, (11_025, 12_000, 8_000))],
)
def test_padded_frames_of_each_rate_of_samples_are_read(version: int, rates: tuple[int, ...]) -> None:
    for number, samples in enumerate(rates):
        head = bytes((0xFF, 0xE3 | version << 3, 0x42 | number << 2, 0xC0))
        kilobits = 56 if version == 3 else 32
        frame = head.ljust((144 if version == 3 else 72) * kilobits * 1000 // samples + 1, b"\0")
        found = read_head(frame * 2)
        assert (found and found.kilobits) == kilobits


@pytest.mark.parametrize("head", ["ffeb9000", "fffbf000", "fffb0000", "fffb9c00", "fffd9000"])
def test_frame_of_no_valid_kind_is_none(head: str) -> None:
    assert read_head(bytes.fromhex(head).ljust(417, b"\0") * 3) is None


def test_head_that_states_the_number_of_frames_is_read() -> None:
    frame = bytearray(b"\xff\xfb\x90\x00" + bytes(413))
    frame[36:40] = b"VBRI"
    found = present(read_head(bytes(frame) * 2))
    assert (found.is_constant_rate, found.has_length, found.kilobits) == (False, True, 0)
    for flags, has_length in ((b"\0\0\0\1", True), (b"\0\0\0\2", False)):
        frame[36:44] = b"Info" + flags
        found = present(read_head(bytes(frame) * 2))
        assert (found.is_constant_rate, found.has_length) == (True, has_length)


@pytest.mark.parametrize(
    ("frame", "at", "count", "room"),
    [
        (b"\xff\xfb\x90\x00", 36, 2297, 208), (b"\xff\xfb\x90\xc0", 21, 2297, 208),
        (b"\xff\xf3\x90\x00", 21, 2297, 208), (b"\xff\xf3\x90\xc0", 13, 2297, 208),
        (b"\xff\xfb\x94\x00", 36, 2500, 192),
    ],
)  # fmt: skip
def test_frame_that_is_inserted_states_frames_and_bytes(frame: bytes, at: int, count: int, room: int) -> None:
    added = length_frame(frame, 60.0, 100_000)
    assert (len(added), added[at : at + 4], added[at + 4 : at + 8]) == (room, b"Xing", (3).to_bytes(4))
    assert int.from_bytes(added[at + 8 : at + 12]) == count
    assert int.from_bytes(added[at + 12 : at + 16]) == 100_000 + room


def test_tag_has_at_most_5000_entries() -> None:
    def tag(count: int) -> bytes:
        body = (b"TXXX" + (1).to_bytes(4) + b"\0\0x") * count
        return b"ID3\3\0\0" + bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0)) + body

    assert [has_endless_tag(tag(count)) for count in (5_000, 5_001)] == [False, True]
    assert not has_endless_tag(tag(5_001)[:-2])
