"""What is audio and what only calls itself so."""

import pytest

from tui_pod.core.player.retry import PAUSES, Retry, is_drop
from tui_pod.feeds.media.audio_kind import check_kind, check_start


@pytest.mark.parametrize(
    "kind",
    ["text/html", "application/vnd.apple.mpegurl", "audio/x-mpegurl", "audio/x-scpls", "application/dash+xml",
     "application/sdp", "application/zip", "image/png", "application/xml", "application/json", "video/x-ms-asf"],
)  # fmt: skip
def test_kind_of_another_type_is_refused(kind: str) -> None:
    assert "no audio" in check_kind(kind)


@pytest.mark.parametrize(
    "kind", ["audio/mpeg", "application/octet-stream", "binary/octet-stream", "text/plain", "video/mp4", ""]
)
def test_kind_of_a_careless_server_is_played(kind: str) -> None:
    assert check_kind(kind) == ""


@pytest.mark.parametrize("start", [b"#EXTM3U\n", b"\xef\xbb\xbf<!doctype html>", b"PK\x03\x04", b" <?xml?>"])
def test_start_of_a_page_or_list_is_refused(start: bytes) -> None:
    assert "not audio" in check_start(start)


def test_retry_pauses_grow_and_end() -> None:
    state, pauses = Retry(), []
    while (response := state.after_drop(100.0)) is not None:
        pauses.append(response[0])
        state = response[1]
    assert tuple(pauses) == (PAUSES[0], *PAUSES)[: len(pauses)] or tuple(pauses) == PAUSES
    assert list(pauses) == sorted(pauses)


def test_retry_begins_anew_once_it_played_on() -> None:
    state = Retry(3, 100.0)
    assert state.after_drop(101.0) == (PAUSES[3], Retry(4, 101.0))
    assert state.after_drop(110.0) == (PAUSES[0], Retry(1, 110.0))
    assert Retry(len(PAUSES), 100.0).after_drop(50.0) is None


@pytest.mark.parametrize(
    ("position", "duration", "is_stream", "wanted"),
    [(6.0, 30.0, True, True), (29.0, 30.0, True, False), (6.0, 30.0, False, False), (6.0, None, True, False),
     (3590.0, 3600.0, True, False), (0.0, 30.0, True, True)],
)  # fmt: skip
def test_drop_is_told_by_the_length(position: float, duration: float | None, is_stream: bool, wanted: bool) -> None:
    assert is_drop(position, duration, is_stream) is wanted
