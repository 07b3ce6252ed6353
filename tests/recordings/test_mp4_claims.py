"""Files whose index claims more than they hold, told before a player makes room for it."""

from pathlib import Path

import pytest

from tests.sources.zoo import claiming_m4a
from tui_pod.recordings.mp3_head import ENDLESS_TAG
from tui_pod.recordings.mp4_claims import REFUSED, Mp4Claims, fault_of


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
