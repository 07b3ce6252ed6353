"""Sound files small enough for a test: mp3 with tags, made of silent frames."""

import struct
from collections.abc import Mapping
from pathlib import Path

from tests.patience import PATIENCE
from tui_pod.audio.libmpv import open_mpv

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


def _tag(name: str, text: str) -> bytes:
    content = b"\x01" + text.encode("utf-16")
    return name.encode() + struct.pack(">I", len(content)) + b"\0\0" + content


def make_mka(path: Path, seconds: float, title: str) -> Path:
    """Encode a Matroska file of silence."""
    source = make_au(path.with_suffix(".au"), seconds)
    encoder = open_mpv(None, None, o=str(path), of="matroska", oac="libopus", oset_metadata=f"title={title}")
    with encoder.prepare_and_wait_for_event("end_file", timeout=PATIENCE):
        encoder.play(str(source))
    encoder.terminate()
    source.unlink()
    return path


def make_au(path: Path, seconds: float) -> Path:
    """Write a file of silence whose length its own reader does not tell."""
    rate = 8_000
    size = int(seconds * rate)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack(">4sIIIII", b".snd", 24, size, 1, rate, 1) + b"\xff" * size)  # u-law, mono
    return path


def make_m4b(
    path: Path, seconds: int, chapters: Mapping[int, str], title: str = "", album: str = "", mark: str = ""
) -> Path:
    """Write an MP4 file of silence, with chapters by their seconds; `mark` is as of `make_long_mp3`."""
    rate, ticks = 4_000, 4_000 * seconds
    full = bytes(4)  # version and flags
    matrix = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    sound = bytes(6) + struct.pack(">HIIHHII", 1, 0, 0, 1, 8, 0, rate << 16)
    tags = b"".join(_box(name, _box(b"data", struct.pack(">II", 1, 0) + text.encode()))
                    for name, text in ((b"\xa9nam", title), (b"\xa9alb", album)))  # fmt: skip
    marks = b"".join(struct.pack(">QB", start * 10_000_000, len(name.encode())) + name.encode()
                     for start, name in chapters.items())  # fmt: skip
    head = _box(b"ftyp", b"M4B \0\0\0\0isom")

    def movie(at: int) -> bytes:
        table = (
            _box(b"stsd", full + struct.pack(">I", 1) + _box(b"raw ", sound)),
            _box(b"stts", full + struct.pack(">III", 1, ticks, 1)),
            _box(b"stsc", full + struct.pack(">IIII", 1, 1, ticks, 1)),
            _box(b"stsz", full + struct.pack(">II", 1, ticks)),
            _box(b"stco", full + struct.pack(">II", 1, at)),
        )
        media = (
            _box(b"mdhd", full + struct.pack(">IIIIHH", 0, 0, rate, ticks, 0x55C4, 0)),
            _box(b"hdlr", full + bytes(4) + b"soun" + bytes(13)),
            _box(b"minf", _box(b"smhd", full + bytes(4))
                 + _box(b"dinf", _box(b"dref", full + struct.pack(">I", 1) + _box(b"url ", b"\0\0\0\1")))
                 + _box(b"stbl", b"".join(table))),
        )  # fmt: skip
        track = _box(b"tkhd", b"\0\0\0\7" + struct.pack(">IIIII", 0, 0, 1, 0, ticks) + bytes(16) + matrix + bytes(8))
        meta = full + _box(b"hdlr", full + bytes(4) + b"mdir" + b"appl" + bytes(9)) + _box(b"ilst", tags)
        more = _box(b"chpl", b"\1\0\0\0" + bytes(4) + bytes([len(chapters)]) + marks) + _box(b"meta", meta)
        length = full + struct.pack(">IIIIIH", 0, 0, rate, ticks, 1 << 16, 1 << 8) + bytes(10) + matrix + bytes(24)
        whole = _box(b"mvhd", length + struct.pack(">I", 2)) + _box(b"trak", track + _box(b"mdia", b"".join(media)))
        return _box(b"moov", whole + _box(b"udta", more))

    before = head + movie(0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        head + movie(len(before) + 8) + _box(b"mdat", ((mark or title).encode() or b"-").ljust(ticks, b"\x80"))
    )
    return path


def _box(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4) + kind + content
