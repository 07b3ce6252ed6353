"""What is audio and what only calls itself so."""

import pytest

from tui_pod.feeds.media.range_answer import check_kind, check_start
from tui_pod.feeds.net.fetch import FetchError, Response


def answer(kind: str, status: int = 200) -> Response:
    return Response(status, "https://c.org/a", None, {"content-type": kind}, iter(()))


@pytest.mark.parametrize(
    "kind",
    ["text/html", "application/vnd.apple.mpegurl", "audio/x-mpegurl", "audio/x-scpls", "application/dash+xml",
     "application/sdp", "application/zip", "image/png", "application/xml", "application/json", "video/x-ms-asf"],
)  # fmt: skip
def test_kind_of_another_type_is_refused(kind: str) -> None:
    with pytest.raises(FetchError, match="no audio"):
        check_kind(answer(kind))
    check_kind(answer(kind, status=404))  # the refusal says more


@pytest.mark.parametrize(
    "kind", ["audio/mpeg", "application/octet-stream", "binary/octet-stream", "text/plain", "video/mp4", ""]
)
def test_kind_of_a_careless_server_is_played(kind: str) -> None:
    check_kind(answer(kind))


@pytest.mark.parametrize("start", [b"#EXTM3U\n", b"\xef\xbb\xbf<!doctype html>", b"PK\x03\x04", b" <?xml?>"])
def test_start_of_a_page_or_list_is_refused(start: bytes) -> None:
    with pytest.raises(FetchError, match="not audio"):
        check_start(start)
