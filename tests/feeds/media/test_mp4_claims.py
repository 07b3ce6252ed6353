"""Files whose index claims more than they hold, told before a player makes room for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.feeds.zoo import claiming_m4a
from tui_pod.feeds.media.mp4_claims import Mp4Claims, fault_of


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
