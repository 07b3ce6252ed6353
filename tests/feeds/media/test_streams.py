import pytest

from tests.feeds import server
from tests.feeds.server import Ranged, Site, sound
from tui_pod.core.playback.retry import PAUSES, Retry, is_drop
from tui_pod.feeds.media.streams import resolve_stream
from tui_pod.feeds.net.fetch import FetchError


def test_stream_is_resolved_through_its_redirects(site: Site) -> None:
    site.replies["/a"] = server.redirect("/b", 302)
    site.replies["/b"] = server.redirect(site.url("/c.wav?token=1"), 301)
    site.replies["/c.wav"] = Ranged(sound(0.1))
    assert resolve_stream(site.url("/a"), site.allowed) == site.url("/c.wav?token=1")


def test_stream_of_a_server_without_ranges_is_not_read(site: Site) -> None:
    site.replies["/a"] = server.endless()
    assert resolve_stream(site.url("/a"), site.allowed) == site.url("/a")


def test_stream_redirected_to_a_private_host_reaches_nothing(site: Site, inside: Site) -> None:
    site.replies["/a"] = server.redirect(inside.url("/x"))
    with pytest.raises(FetchError, match="own network"):
        resolve_stream(site.url("/a"), site.allowed)
    assert inside.asked == []


def test_stream_on_a_private_host_nobody_typed_reaches_nothing(inside: Site) -> None:
    with pytest.raises(FetchError, match="own network"):
        resolve_stream(inside.url("/x"))
    assert inside.asked == []


@pytest.mark.parametrize(
    "kind",
    ["text/html", "application/vnd.apple.mpegurl", "audio/x-mpegurl", "audio/x-scpls", "application/dash+xml",
     "application/sdp", "application/zip", "image/png", "application/xml", "application/json", "video/x-ms-asf"],
)  # fmt: skip
def test_stream_of_another_type_is_refused(site: Site, kind: str) -> None:
    site.replies["/a"] = server.body("x", kind)
    with pytest.raises(FetchError, match="no audio"):
        resolve_stream(site.url("/a"), site.allowed)


@pytest.mark.parametrize(
    "kind", ["audio/mpeg", "application/octet-stream", "binary/octet-stream", "text/plain", "video/mp4"]
)
def test_stream_of_a_careless_server_is_played(site: Site, kind: str) -> None:
    site.replies["/a"] = server.body(sound(0.1), kind)
    assert resolve_stream(site.url("/a"), site.allowed) == site.url("/a")


def test_stream_that_is_gone_says_so(site: Site) -> None:
    with pytest.raises(FetchError, match="does not have it"):
        resolve_stream(site.url("/none"), site.allowed)


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
