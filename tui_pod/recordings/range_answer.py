"""Read and check a server's answer to a request for a recording or a part of it, or a list (m3u, pls) instead."""

from __future__ import annotations

import re
from typing import NamedTuple

from tui_pod.core.library.values import is_list_name, recording_rank
from tui_pod.core.text.clean import clean
from tui_pod.net.address import absolute
from tui_pod.net.fetch import FetchError, Response, refusal

_NOT_AUDIO = ("dash+xml", "x-ms-asf", "asx", "xspf", "sdp", "zip", "smil")
"""Parts of the media types of archives and of lists that are not opened; others are: see `is_list`."""

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

_AUDIO = re.compile(
    rb"ID3[\x02-\x04]|\xff[\xe2-\xfd]|OggS|fLaC|RIFF....WAVE|FORM....AIF|....ftyp|\x1a\x45\xdf\xa3|caff|#!AMR",
    re.DOTALL,
)
"""How files of audio begin: mp3, AAC, Ogg, FLAC, WAV, AIFF, MP4, Matroska, CAF, AMR."""

WRONG_PART = "The server sent a different part than requested."

_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15}|\*)")
"""A `Content-Range`: first byte, last byte, size of the whole."""

MAX_LIST = 1024 * 1024
"""Maximum number of bytes of a list that are read: only its first recording counts."""

MAX_NESTED = 3
"""Maximum number of lists that lead to one another."""

TOO_DEEP = "The server sends lists that link to lists, but to no recording."

_HEADS = (b"#extm3u", b"[playlist]")
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_FILE = re.compile(r"file\d*\s*=(.*)", re.IGNORECASE)


class AskAgain(FetchError):
    """An answer after which another request is made at once."""


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


def is_audio_kind(kind: str) -> bool:
    """Return False for the few media types that are never audio; servers call audio `octet-stream` and worse."""
    is_text = kind.startswith("text/") and kind != "text/plain"
    is_other = kind.startswith(("image/", "application/json", "application/pdf", "multipart/"))
    return not (is_text or is_other or kind.endswith("xml") or any(word in kind for word in _NOT_AUDIO))


def check_kind(kind: str, start: bytes) -> None:
    """Raise FetchError for a media type that is not played, unless the first bytes are those of audio."""
    if not is_audio_kind(kind) and not _AUDIO.match(start):
        raise FetchError(f"The server sends no audio but {clean(kind, 60)}.", is_final=True)


def check_start(start: bytes) -> None:
    """Refuse pages and playlists that are served as audio, by the first `HEAD` bytes. Raises FetchError."""
    head = start[:HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if any(head.lower().startswith(mark.lower()) for mark in _LISTS):
        raise FetchError("The server sends a page or a list, not audio.", is_final=True)


def read_range_answer(response: Response, start: int | None) -> RangeAnswer:
    """Return what the headers of an answer say. Raises FetchError if the server refuses.

    `start` is the first byte that was requested, or None if the request had no range.
    """
    headers = response.headers
    tag = headers.get("etag", "")
    mark = tag if tag.startswith('"') else headers.get("last-modified")  # a weak tag does not identify bytes (RFC 9110)
    kind = response.kind or None
    if response.status == 416 and start is not None:
        total = headers.get("content-range", "").removeprefix("bytes */")
        is_past_end = total.isdecimal() and len(total) < 16 and 0 < int(total) <= start
        size = int(total) if is_past_end else None
        return RangeAnswer(start, size, mark, None, has_ranges=is_past_end, is_wrong_part=not is_past_end)
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


def is_list(start: bytes, kind: str, address: str) -> bool:
    """Return whether a file is a list, by its first bytes; a list without a head also by its type or name."""
    head = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(_HEADS):
        return True
    is_said = is_list_name(kind, address) or head.startswith((b"http://", b"https://"))
    return is_said and bool(head) and _NO_TEXT.search(start) is None


def list_lines(content: bytes) -> list[str]:
    """Return the lines of a list."""
    return [line.strip() for line in content.decode("utf-8-sig", "replace").splitlines()]


def first_recording(lines: list[str], address: str) -> str:
    """Return the address of the first recording in a list, which has itself this address.

    Raises FetchError if it names no recording at an http or https address.
    """
    if any(line.lower() == "[playlist]" for line in lines):
        lines = [named[1].strip() for line in lines if (named := _FILE.fullmatch(line))]
    for line in lines:
        found = absolute(line, address) if line and not line.startswith("#") else None
        if found is not None and recording_rank("", found) is not None:
            return found
    raise FetchError("The server sends a list that names no recording.", is_final=True)
