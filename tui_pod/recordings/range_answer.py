"""Read and check a server's answer to a request for a recording or a part of it. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from tui_pod.core.text.clean import clean
from tui_pod.net.fetch import FetchError, Response, refusal

_NOT_AUDIO = ("dash+xml", "x-ms-asf", "asx", "xspf", "sdp", "zip", "smil")
"""Parts of the media types of archives and of lists that are not opened: see `address_list`."""

HEAD = 512
"""How many bytes of a file identify it as a page or a playlist."""

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

WRONG_PART = "The server sent a different part than requested."

_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15}|\*)")
"""A `Content-Range`: first byte, last byte, size of the whole."""


class RangeAnswer(NamedTuple):
    """What the head of an answer says."""

    start: int
    """The first byte of the body."""
    size: int | None
    """Bytes of the whole; None if not stated."""
    mark: str | None
    """Strong ETag or date of this version; None if neither is given."""
    kind: str | None
    """The media type; None if not stated."""
    has_ranges: bool
    """True if the server supports ranges."""
    has_end: bool = True
    """False if only the end of the connection shows where it ends."""
    is_wrong_part: bool = False
    """True if it is a part that was not requested."""

    def difference(self, mark: str | None, size: int | None) -> str | None:
        """Return how it differs from the version with this mark and size; None if these do not differ."""
        if size is not None and self.size is not None and self.size != size:
            return f"it has {self.size:,} bytes, not {size:,}"
        if mark and self.mark and self.mark != mark:
            return f"its ETag or date is {self.mark}, not {mark}"
        return None


def check_kind(response: Response) -> None:
    """Refuse media types that cannot be played. Servers call audio `octet-stream` and worse, so few are refused.

    Raises:
        FetchError: the type is refused.
    """
    kind = response.kind
    is_text = kind.startswith("text/") and kind != "text/plain"
    is_other = kind.startswith(("image/", "application/json", "application/pdf", "multipart/"))
    if response.status < 400 and (
        is_text or is_other or kind.endswith("xml") or any(word in kind for word in _NOT_AUDIO)
    ):
        raise FetchError(f"The server sends no audio but {clean(kind, 60)}.", is_final=True)


def check_start(start: bytes) -> None:
    """Refuse pages and playlists that are served as audio.

    Args:
        start: the first `HEAD` bytes of the file, or all of a shorter one.

    Raises:
        FetchError: it is one of them.
    """
    head = start[:HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if any(head.lower().startswith(mark.lower()) for mark in _LISTS):
        raise FetchError("The server sends a page or a list, not audio.", is_final=True)


def read_range_answer(response: Response, start: int | None) -> RangeAnswer:
    """Return what the head of an answer says.

    Args:
        response: the answer.
        start: the first byte that was requested; None if the request had no range.

    Raises:
        FetchError: the server refuses.
    """
    headers = response.headers
    tag = headers.get("etag", "")
    mark = tag if tag.startswith('"') else headers.get("last-modified")  # a weak tag does not identify bytes (RFC 9110)
    kind = response.kind or None
    if response.status == 416 and start is not None:
        total = headers.get("content-range", "").removeprefix("bytes */")
        if total.isdecimal() and len(total) < 16:
            return RangeAnswer(start, int(total), mark, None, has_ranges=True)
    if response.status >= 400:
        raise refusal(response)
    is_packed = headers.get("content-encoding", "").strip().lower() not in ("", "identity")
    if response.status == 206 and start is not None:
        range_ = _RANGE.fullmatch(headers.get("content-range", ""))
        if range_ is None or int(range_[1]) != start or is_packed:
            return RangeAnswer(start, None, mark, kind, has_ranges=False, is_wrong_part=True)
        size = None if range_[3] == "*" else int(range_[3])
        return RangeAnswer(start, size, mark, kind, has_ranges=True)
    length = headers.get("content-length", "")
    has_length = length.isdecimal() and len(length) < 16 and not is_packed and "transfer-encoding" not in headers
    has_ranges = not start and "bytes" in headers.get("accept-ranges", "").lower() and not is_packed
    size = int(length) if has_length else None
    has_end = has_length or is_packed or "transfer-encoding" in headers
    return RangeAnswer(0, size, mark, kind, has_ranges, has_end)
