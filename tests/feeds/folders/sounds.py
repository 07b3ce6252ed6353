"""Sound files small enough for a test: mp3 with tags, made of silent frames."""

from __future__ import annotations

import struct
from pathlib import Path

_FRAME = b"\xff\xfb\x90\x00" + bytes(413)
"""One of MPEG 1, layer 3, 128 kbit/s, 44.1 kHz: 26 ms; 38 make a second."""


def make_mp3(path: Path, title: str = "", track: str = "", **tags: str) -> Path:
    """Write a sound file of a second, and the folders above it; `tags` are further frames by their four letters."""
    return make_long_mp3(path, 1, "", title=title, track=track, **tags)


def make_long_mp3(path: Path, seconds: int, mark: str = "", title: str = "", track: str = "", **tags: str) -> Path:
    """Write a sound file, and the folders above it.

    Args:
        path: where to.
        seconds: about how long it is.
        mark: what makes its content unlike that of others; empty: its name.
        title: its title; empty: no tag.
        track: its number; empty: no tag.
        tags: further frames by their four letters.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = {"TIT2": title, "TRCK": track, **tags}
    body = b"".join(_tag(name, text) for name, text in frames.items() if text)
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    sound = _FRAME * (38 * seconds) + (mark or path.name).encode("utf-8", "surrogateescape")
    path.write_bytes(b"ID3\x03\0\0" + size + body + sound)
    return path


def make_webm(path: Path, seconds: float, title: str = "") -> Path:
    """Write the head of a WebM file."""
    info = _element("2ad7b1", (1_000_000).to_bytes(3)) + _element("4489", struct.pack(">d", seconds * 1000))
    info += _element("7ba9", title.encode()) if title else b""
    segment = _element("ec", bytes(40)) + _element("1549a966", info) + _element("1654ae6b", bytes(9))
    head = _element("1a45dfa3", _element("4282", b"webm"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head + bytes.fromhex("18538067" + "01ffffffffffffff") + segment)  # its size is unknown
    return path


def _element(ident: str, content: bytes) -> bytes:
    return bytes.fromhex(ident) + (0x4000 | len(content)).to_bytes(2) + content


def _tag(name: str, text: str) -> bytes:
    content = b"\x01" + text.encode("utf-16")
    return name.encode() + struct.pack(">I", len(content)) + b"\0\0" + content


def make_au(path: Path, seconds: float) -> Path:
    """Write a file of silence whose length its own reader does not tell."""
    rate = 8_000
    size = int(seconds * rate)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack(">4sIIIII", b".snd", 24, size, 1, rate, 1) + b"\xff" * size)  # u-law, mono
    return path
