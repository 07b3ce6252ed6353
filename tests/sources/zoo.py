"""Servers as podcast hosts run them, each wrong in its own way, and small recordings to serve."""

import gzip
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.sources.server import Exchange, Ranged, Reply, Site, body, packed, redirect

FRAME_SECONDS = 576 / 22050


def mp3(seconds: float, kilobits: int = 8) -> bytes:
    """Return a silent mp3 of constant bit rate without any header: frames of MPEG 2, 22.05 kHz, mono."""
    rate = (0, 8, 16, 24, 32, 40, 48, 56, 64).index(kilobits)
    size = 72 * kilobits * 1000 // 22050
    frame = bytes((0xFF, 0xF3, rate << 4, 0xC4)) + bytes(size - 4)
    return frame * int(seconds / FRAME_SECONDS)


def variable_mp3(seconds: float) -> bytes:
    """Return an mp3 of variable rate that says nothing of it, and whose rate at the start is twice the usual one."""
    rates = (64, 64, 64, 64, *itertools.islice(itertools.cycle((8, 32, 56, 24)), int(seconds) - 4))
    return b"".join(mp3(1.0, rate) for rate in rates)


def _box(kind: bytes, *parts: bytes | int) -> bytes:
    content = b"".join(part if isinstance(part, bytes) else part.to_bytes(4, "big") for part in parts)
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def claiming_m4a(samples: int, in_fragment: int = 0) -> bytes:
    """Return an m4a of a few kB whose index, or whose fragment, claims so many samples of one byte."""
    coding = bytes.fromhex("031900010004114015000000000000000000000005021210060102")
    sound = _box(b"mp4a", bytes(6), b"\0\1", bytes(8), b"\0\1\0\x10", bytes(4), 44100 << 16, _box(b"esds", 0, coding))
    table = _box(
        b"stbl", _box(b"stsd", 0, 1, sound),
        *((_box(b"stts", 0, 1, samples, 1024), _box(b"stsc", 0, 1, 1, samples, 1)) if samples else ()),
        _box(b"stsz", 0, 1, samples), _box(b"stco", 0, 1, 40),
    )  # fmt: skip
    media = _box(
        b"mdia", _box(b"mdhd", 0, 0, 0, 44100, 44100 * 60, b"\x55\xc4\0\0"), _box(b"hdlr", 0, 0, b"soun", bytes(13)),
        _box(b"minf", _box(b"smhd", 0, 0), _box(b"dinf", _box(b"dref", 0, 1, _box(b"url ", 1))), table),
    )  # fmt: skip
    tracks = _box(b"trak", _box(b"tkhd", 7, 0, 0, 1, bytes(68)), media)
    extended = _box(b"mvex", _box(b"trex", 0, 1, 1, 1024, 1, 0)) if in_fragment else b""
    index = _box(b"moov", _box(b"mvhd", 0, 0, 0, 44100, 44100 * 60, bytes(80)), tracks, extended)
    run = _box(b"traf", _box(b"tfhd", 0x20000, 1), _box(b"tfdt", 0, 0), _box(b"trun", 1, in_fragment, 8))
    fragment = _box(b"moof", _box(b"mfhd", 0, 1), run) if in_fragment else b""
    return _box(b"ftyp", b"M4A ", 0, b"M4A mp42isom") + index + fragment + _box(b"mdat", bytes(3000))


def mark_variable(content: bytes, frames: int) -> bytes:
    """Return an mp3 with a first frame that says of it that its rate is variable."""
    frame = bytearray((0xFF, 0xF3, 8 << 4, 0xC4)) + bytearray(72 * 64_000 // 22050 - 4)
    frame[13:25] = b"Xing" + (1).to_bytes(4, "big") + frames.to_bytes(4, "big")
    return bytes(frame) + content


def raw(head: str, content: bytes) -> Reply:
    """Answer with this very head."""

    def reply(exchange: Exchange) -> None:
        exchange.wfile.write(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + content)

    return reply


def chunked(content: bytes) -> Reply:
    """Send in chunks, so that nobody knows how much will come."""

    def reply(exchange: Exchange) -> None:
        exchange.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nTransfer-Encoding: chunked\r\n\r\n")
        for place in range(0, len(content), 50_000):
            piece = content[place : place + 50_000]
            exchange.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        exchange.wfile.write(b"0\r\n\r\n")

    return reply


def one_part_for_all(content: bytes) -> Reply:
    """Answer every range with the first bytes, and say so."""

    def reply(exchange: Exchange) -> None:
        if not exchange.headers.get("Range"):
            exchange.say(200, content, "audio/mpeg")
            return
        exchange.say(206, content[:1000], "audio/mpeg", Content_Range=f"bytes 0-999/{len(content)}")

    return reply


def unnamed_part(content: bytes) -> Reply:
    """Answer 206 to everything, with the whole and without saying which part it is."""
    return lambda exchange: exchange.say(206, content, "audio/mpeg")


@dataclass
class Changing:
    """Another version after each request, as hosts do that put advertisements in."""

    versions: list[bytes]
    drops: list[int]
    asked: int = 0

    def __call__(self, exchange: Exchange) -> None:
        version = min(self.asked, len(self.versions) - 1)
        drops = [self.drops[self.asked]] if self.asked < len(self.drops) else []
        self.asked += 1
        Ranged(self.versions[version], "audio/mpeg", f'"v{version}"', drops)(exchange)


@dataclass
class Lengthening:
    """A longer recording at each request, without a name for the version."""

    content: bytes
    asked: int = 0

    def __call__(self, exchange: Exchange) -> None:
        self.asked += 1
        Ranged(self.content + bytes(self.asked * 100), "audio/mpeg", "", [len(self.content) // 3] * (self.asked == 1))(
            exchange
        )


def no_parts(content: bytes, least: int) -> Reply:
    """Say 416 to ranges that begin at `least` or later, and break off a first answer to any other."""
    drops = [100_000]

    def reply(exchange: Exchange) -> None:
        wanted = exchange.headers.get("Range", "")
        if wanted and int(wanted.removeprefix("bytes=").partition("-")[0]) >= least:
            exchange.say(416, b"", Content_Range=f"bytes */{len(content)}")
        else:
            Ranged(content, "audio/mpeg", drops=drops if least else [])(exchange)

    return reply


@dataclass
class Ending:
    """An address that is over after some requests."""

    content: bytes
    requests: int
    status: int = 403
    drops: list[int] = field(default_factory=list)

    def __call__(self, exchange: Exchange) -> None:
        self.requests -= 1
        if self.requests < 0:
            exchange.say(self.status, b"over")
        else:
            Ranged(self.content, "audio/mpeg", drops=self.drops)(exchange)


@dataclass
class Refusing:
    """Break off, refuse the next request, then serve."""

    content: bytes
    wait: str = "0"
    asked: int = 0

    def __call__(self, exchange: Exchange) -> None:
        self.asked += 1
        if self.asked == 2:
            exchange.say(429, b"no", Retry_After=self.wait)
        else:
            Ranged(self.content, "audio/mpeg", drops=[100_000] * (self.asked == 1))(exchange)


def elsewhere(content: bytes, here: Site, there: Site) -> Reply:
    """Break off, and then lead to another host."""
    there.replies["/moved.mp3"] = Ranged(content, "audio/mpeg")
    first = Ending(content, 1, 404, [len(content) // 3])

    def reply(exchange: Exchange) -> None:
        if first.requests > 0:
            first(exchange)
        else:
            redirect(there.url("/moved.mp3"))(exchange)

    return reply


def dripped(content: bytes, pause: float) -> Reply:
    """Send a byte now and then."""

    def reply(exchange: Exchange) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nContent-Length: {len(content)}\r\n\r\n"
        exchange.wfile.write(head.encode())
        for place in range(len(content)):
            if exchange.server.closing.wait(pause):
                return
            exchange.wfile.write(content[place : place + 1])

    return reply


@dataclass
class Expiring:
    """Serve who has the token of the day, break off after some bytes, and have another token from then on."""

    content: bytes
    drops: list[int]
    token: int = 1

    def __call__(self, exchange: Exchange) -> None:
        if not exchange.path.endswith(f"?token={self.token}"):
            exchange.say(403, b"over")
            return
        self.token += bool(self.drops)
        Ranged(self.content, "audio/mpeg", drops=self.drops)(exchange)


HEAD_200 = "HTTP/1.1 200 OK\nContent-Type: audio/mpeg"

PLAYED: dict[str, Callable[[bytes], Reply]] = {
    "ranges": lambda content: Ranged(content, "audio/mpeg"),
    "no ranges": lambda content: body(content, "audio/mpeg"),
    "200 to a range": lambda content: body(content, "audio/mpeg", Accept_Ranges="bytes", ETag='"x"'),
    "another part": one_part_for_all,
    "a part without a name": unnamed_part,
    "no length": lambda content: raw(HEAD_200, content),
    "chunked": chunked,
    "HTTP/1.0": lambda content: raw(f"HTTP/1.0 200 OK\nContent-Length: {len(content)}", content),
    "gzip": lambda content: packed(content, kind="audio/mpeg"),
    "gzip to a range": lambda content: body(
        gzip.compress(content), "audio/mpeg", 206, Content_Encoding="gzip", Content_Range="bytes 0-1/2"
    ),
    "drops once": lambda content: Ranged(content, "audio/mpeg", drops=[len(content) // 3]),
    "drops all the time": lambda content: Ranged(content, "audio/mpeg", drops=[100_000] * 20),
    "drops with a weak tag": lambda content: Ranged(content, "audio/mpeg", 'W/"x"', drops=[100_000] * 3),
    "changes": lambda content: Changing([content, content + content[:2600]], [len(content) // 3]),
    "429 once, after a drop": lambda content: Refusing(content),
    "ICY": lambda content: raw("ICY 200 OK\nicy-name: x\nContent-Type: audio/mpeg", content),
    "sound called a page": lambda content: Ranged(b"\xff\xfb" + content, "text/html"),
    "416 to any range": lambda content: no_parts(content, 0),
    "416 to ranges from within": lambda content: no_parts(content, 1),
    "another length each time": lambda content: Lengthening(content),
}
"""Servers from which everything comes in the end."""

REFUSED: dict[str, tuple[Callable[[bytes], Reply], str]] = {
    "403": (lambda _: body("no", status=403), "refuses it (403)"),
    "403 for a while": (lambda _: body("no", status=403, Retry_After="30"), "Try again in 30 s"),
    "404": (lambda _: body("no", status=404), "does not have it"),
    "429 for an hour": (lambda _: body("no", status=429, Retry_After="3600"), "requests (429). Try again in 3600 s"),
    "500": (lambda _: body("no", status=500), "in trouble"),
    "a page": (lambda _: body("<html>", "text/html"), "no audio"),
    "a page as audio": (lambda _: body("<!doctype html>" + "x" * 600, "audio/mpeg"), "page or a list"),
    "an index of 60 million": (lambda _: Ranged(claiming_m4a(60_000_000), "audio/mp4"), "more than the file can hold"),
    "a run of 60 million": (lambda _: Ranged(claiming_m4a(0, 60_000_000), "audio/mp4"), "more than the file can hold"),
    "silence": (lambda _: lambda exchange: None, "broke off"),
}  # fmt: skip
"""Servers from which nothing comes, and what is said of them."""
