"""Read the lists of addresses, m3u and pls, that a server may send in place of a recording. Pure."""

from __future__ import annotations

import re

from tui_pod.core.library.values import is_list_name, recording_rank
from tui_pod.net.address import absolute
from tui_pod.net.fetch import FetchError

MAX_LIST = 64 * 1024
"""Maximum number of bytes of a list that are read: only its first recording counts."""

MAX_NESTED = 3
"""Maximum number of lists that lead to one another."""

HLS = "This recording is a stream in HLS, which tui-pod does not play."
TOO_DEEP = "The server sends lists that link to lists, but to no recording."

_HEADS = (b"#extm3u", b"[playlist]")
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_FILE = re.compile(r"file\d*\s*=(.*)", re.IGNORECASE)


def is_list(start: bytes, kind: str, address: str) -> bool:
    """Return whether a file is a list, by its first bytes; a list without a head also by its type or name."""
    head = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(_HEADS):
        return True
    is_said = is_list_name(kind, address) or head.startswith((b"http://", b"https://"))
    return is_said and bool(head) and _NO_TEXT.search(start) is None


def first_recording(content: bytes, address: str) -> str:
    """Return the address of the first recording in a list, which has itself this address.

    Raises:
        FetchError: it is HLS, or names no recording at an http or https address.
    """
    lines = [line.strip() for line in content.decode("utf-8-sig", "replace").splitlines()]
    if any(line.startswith("#EXT-X-") for line in lines):
        raise FetchError(HLS, is_final=True)
    if any(line.lower() == "[playlist]" for line in lines):
        lines = [named[1].strip() for line in lines if (named := _FILE.fullmatch(line))]
    for line in lines:
        found = absolute(line, address) if line and not line.startswith("#") else None
        if found is not None and recording_rank("", found) is not None:
            return found
    raise FetchError("The server sends a list that names no recording.", is_final=True)
