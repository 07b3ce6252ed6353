"""Sound files small enough for a test: mp3 with tags, made of silent frames."""

from __future__ import annotations

import struct
from pathlib import Path

_FRAME = b"\xff\xfb\x90\x00" + bytes(413)
"""One of MPEG 1, layer 3, 128 kbit/s, 44.1 kHz: 26 ms; 38 make a second."""


def make_mp3(path: Path, title: str = "", track: str = "", **tags: str) -> Path:
    """Write a sound file, and the folders above it; `tags` are further frames by their four letters."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = {"TIT2": title, "TRCK": track, **tags}
    body = b"".join(_tag(name, text) for name, text in frames.items() if text)
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    sound = _FRAME * 38 + path.name.encode("utf-8", "surrogateescape")
    path.write_bytes(b"ID3\x03\0\0" + size + body + sound)
    return path


def _tag(name: str, text: str) -> bytes:
    content = b"\x01" + text.encode("utf-16")
    return name.encode() + struct.pack(">I", len(content)) + b"\0\0" + content
