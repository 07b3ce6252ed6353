"""What is taken for a list of addresses; how one is opened is in `test_remote_recording`."""

import pytest

from tui_pod.recordings.range_answer import first_recording, is_list


@pytest.mark.parametrize(
    ("start", "kind", "address", "is_one"),
    [
        (b"\xef\xbb\xbf \r\n#extm3u", "audio/mpeg", "/a.mp3", True), (b"[Playlist]", "", "", True),
        (b"HTTPS://a.org/1.mp3", "", "", True), (b"1.mp3\n", "", "https://a.org/x.M3U?y", True),
        (b"1.mp3\n", "audio/mpegurl", "", True), (b"1.mp3\n", "", "https://a.org/x", False),
        (b"ID3\x04\x00", "audio/mpegurl", "/a.m3u", False), (b"", "audio/mpegurl", "/a.m3u", False),
    ],
)  # fmt: skip
def test_list_is_told_by_its_first_bytes(start: bytes, kind: str, address: str, is_one: bool) -> None:
    assert is_list(start, kind, address) is is_one


def test_address_in_a_list_is_that_beside_the_list() -> None:
    assert first_recording(b"a b.mp3", "https://a.org/x/y.m3u") == "https://a.org/x/a%20b.mp3"
