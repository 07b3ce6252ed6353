"""Make ready what is played from the network: mpv is given the address at the end of the redirects, or nothing.

mpv follows no redirects (`max_redirects=0`), since it would follow them to any host; they are followed here,
each one checked. Waits: for a thread.
"""

from __future__ import annotations

from collections.abc import Iterable

from tui_pod.core.text.clean import clean
from tui_pod.feeds.net.address import Origin
from tui_pod.feeds.net.fetch import FetchError, Limits, Request, opened, refusal
from tui_pod.runtime.threads import CancelToken

LIMITS = Limits(size=1024 * 1024, seconds=20.0, idle=10.0)
_NOT_AUDIO = ("mpegurl", "scpls", "dash+xml", "x-ms-asf", "asx", "xspf", "sdp", "zip", "smil")
"""Words in media types of lists and archives that lead to other files."""

HEAD = 512
"""Bytes of a file by which it is told."""

_LISTS = (
    b"#EXTM3U",
    b"[playlist]",
    b"# mpv EDL",
    b"ffconcat",
    b"<?xml",
    b"<!DOCTYPE",
    b"<html",
    b"<asx",
    b"PK\x03\x04",
)


def resolve_stream(address: str, allowed: Iterable[Origin] = (), cancel: CancelToken | None = None) -> str:
    """Return the address from which the audio really comes.

    Args:
        address: as the catalogue or feed says.
        allowed: origins that may be private: see `address.check_address`.
        cancel: ends the wait.

    Raises:
        FetchError: it cannot be had, leads to a private host, or is no audio.
    """
    request = Request(address, frozenset(allowed), {"Range": "bytes=0-1"})
    with opened(request, LIMITS, cancel) as response:
        if response.status >= 400 and response.status != 416:  # 416: it does no ranges of so little
            raise refusal(response)
        refused = check_kind(response.kind)
        if refused:
            raise FetchError(refused)
        return response.address


def check_kind(kind: str) -> str:
    """Return why a media type is not played, or nothing. Servers say `octet-stream` and worse of audio, so few are."""
    is_text = kind.startswith("text/") and kind != "text/plain"
    is_other = kind.startswith(("image/", "application/json", "application/pdf", "multipart/"))
    if is_text or is_other or kind.endswith("xml") or any(word in kind for word in _NOT_AUDIO):
        return f"The server sends no audio there but {clean(kind, 60)}."
    return ""


def check_start(start: bytes) -> str:
    """Return why a file that begins so is not kept, or nothing: lists and pages that call themselves audio."""
    head = start[:HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if any(head.lower().startswith(mark.lower()) for mark in _LISTS):
        return "What the server sends is a page or a list, not audio."
    return ""
