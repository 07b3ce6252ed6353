"""Tell audio from what calls itself audio, by its media type and its first bytes. Pure."""

from __future__ import annotations

from tui_pod.core.text.clean import clean

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
