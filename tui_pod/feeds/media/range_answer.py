"""What a server answers to a request for a recording or a part of it, which may be anything. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from tui_pod.core.text.clean import clean
from tui_pod.feeds.net.fetch import FetchError, Response, refusal

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

USELESS = "The server sent another part than was asked for."

_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15}|\*)")
"""What a `Content-Range` says: first and last byte, and the bytes of the whole."""


class RangeAnswer(NamedTuple):
    """The head of an answer."""

    start: int
    """The first byte that it brings."""
    size: int | None
    """Bytes of the whole; None when it does not say."""
    mark: str
    """What marks this version: a strong ETag or a date."""
    kind: str
    is_part: bool
    """Whether ranges work here."""
    has_ranges: bool
    """Whether it says that they do."""
    has_end: bool = True
    """Whether its end is told by more than the end of the connection."""
    is_useless: bool = False
    """Whether it brings a part that was not asked for."""

    def is_other_than(self, mark: str, size: int | None) -> bool:
        """Return whether it is of another version than the one with this mark and size, as far as these tell."""
        is_marked_otherwise = bool(mark and self.mark and self.mark != mark)
        return is_marked_otherwise or (size is not None and self.size is not None and self.size != size)


def check_kind(response: Response) -> None:
    """Refuse an answer of a type that is not played. Servers say `octet-stream` and worse of audio, so few are.

    Raises:
        FetchError: it is one.
    """
    kind = response.kind
    is_text = kind.startswith("text/") and kind != "text/plain"
    is_other = kind.startswith(("image/", "application/json", "application/pdf", "multipart/"))
    if response.status < 400 and (
        is_text or is_other or kind.endswith("xml") or any(word in kind for word in _NOT_AUDIO)
    ):
        raise FetchError(f"The server sends no audio there but {clean(kind, 60)}.", is_final=True)


def check_start(start: bytes) -> None:
    """Refuse a file that begins so: lists and pages that call themselves audio.

    Raises:
        FetchError: it is one.
    """
    head = start[:HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if any(head.lower().startswith(mark.lower()) for mark in _LISTS):
        raise FetchError("What the server sends is a page or a list, not audio.", is_final=True)


def read_range_answer(response: Response, start: int | None) -> RangeAnswer:
    """Return what the answer to a request from byte `start` on brings; None: to one for the whole.

    Raises:
        FetchError: it brings nothing.
    """
    headers = response.headers
    tag = headers.get("etag", "")
    mark = tag if tag.startswith('"') else headers.get("last-modified", "")  # a weak tag marks no bytes (RFC 9110)
    if response.status == 416 and start is not None:
        total = headers.get("content-range", "").removeprefix("bytes */")
        if total.isdecimal() and len(total) < 16:
            return RangeAnswer(start, int(total), mark, "", is_part=True, has_ranges=True)
    if response.status >= 400:
        raise refusal(response)
    is_packed = headers.get("content-encoding", "").strip().lower() not in ("", "identity")
    if response.status == 206 and start is not None:
        range_ = _RANGE.fullmatch(headers.get("content-range", ""))
        if range_ is None or int(range_[1]) != start or is_packed:
            return RangeAnswer(start, None, mark, response.kind, is_part=False, has_ranges=False, is_useless=True)
        size = None if range_[3] == "*" else int(range_[3])
        return RangeAnswer(start, size, mark, response.kind, is_part=True, has_ranges=True)
    length = headers.get("content-length", "")
    is_told = length.isdecimal() and len(length) < 16 and not is_packed and "transfer-encoding" not in headers
    has_ranges = "bytes" in headers.get("accept-ranges", "").lower() and not is_packed
    size = int(length) if is_told else None
    has_end = is_told or is_packed or "transfer-encoding" in headers
    return RangeAnswer(0, size, mark, response.kind, is_part=False, has_ranges=has_ranges, has_end=has_end)
