"""A web server on loopback that behaves as badly as a test asks: slow, dripping, cut short, bombs, redirects."""

from __future__ import annotations

import contextlib
import gzip
import io
import math
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import wave
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tui_pod.net.access import NetworkPolicy

Reply = Callable[["Exchange"], None]


class Exchange(BaseHTTPRequestHandler):
    """One request and its answer."""

    protocol_version = "HTTP/1.1"
    server: Site

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        with self.server.came:
            self.server.asked.append((self.path, dict(self.headers)))
            self.server.came.notify_all()
        reply = self.server.replies.get(path)
        self.close_connection = True
        with contextlib.suppress(OSError):
            if reply is None:
                self.say(404, b"not here")
            else:
                reply(self)

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
        self.do_GET()

    def do_CONNECT(self) -> None:
        """Be a proxy: pass on bytes between the client and the server that `Site.tunnel` names."""
        self.close_connection = True
        if self.server.tunnel is None:
            self.say(403)
            return
        with contextlib.suppress(OSError), socket.create_connection(self.server.tunnel(self.path)) as other:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=_pass_on, args=(other, self.connection), daemon=True)
            back.start()
            _pass_on(self.connection, other)
            back.join(PATIENCE)

    def say(self, status: int, body: bytes = b"", kind: str = "text/plain", **headers: str) -> None:
        """Send a whole answer."""
        names = {name.replace("_", "-").lower() for name in headers}
        self.send_response(status)
        if "content-length" not in names and "transfer-encoding" not in names:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@dataclass
class Site(ThreadingHTTPServer):
    """A server and what it was asked. `replies` maps a path to its behaviour."""

    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    tunnel: Callable[[str], tuple[str, int]] | None = None
    """Returns where a proxy connects for a place; None: it refuses."""
    daemon_threads = True
    block_on_close = False

    def __post_init__(self) -> None:
        self.closing = threading.Event()
        self.came = threading.Condition()
        super().__init__(("127.0.0.1", 0), Exchange)

    __hash__ = object.__hash__

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_port}{path}"

    def origin(self, host: str = "127.0.0.1") -> tuple[str, str, int]:
        return ("http", host, self.server_port)

    @property
    def allowed(self) -> frozenset[tuple[str, str, int]]:
        return frozenset((self.origin(),))

    @property
    def policy(self) -> NetworkPolicy:
        return NetworkPolicy(self.allowed)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def wait_for(self, is_so: Callable[[], object]) -> bool:
        """Wait until something is so of what was asked; return whether it came to that."""
        with self.came:
            return bool(self.came.wait_for(is_so, PATIENCE))

    def handle_error(self, *_: object) -> None:
        """A client that goes away is what these tests are about."""


@contextlib.contextmanager
def serving() -> Iterator[Site]:
    """Serve for the length of the block."""
    site = Site()
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.closing.set()
        site.shutdown()
        site.server_close()


# -- behaviours ----------------------------------------------------------------------------------------


def secure(site: Site, host: str, folder: Path) -> Path:
    """Have a server speak TLS, with a certificate for a host that nobody trusts; return the certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", str(key), "-out", str(certificate), "-subj", f"/CN={host}",
         "-addext", f"subjectAltName=DNS:{host}"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    site.socket = context.wrap_socket(site.socket, server_side=True)
    return certificate


def body(content: bytes | str, kind: str = "application/rss+xml", status: int = 200, **headers: str) -> Reply:
    """Answer with this body."""
    data = content.encode() if isinstance(content, str) else content
    return lambda exchange: exchange.say(status, data, kind, **headers)


def redirect(target: str, status: int = 302) -> Reply:
    """Send the client elsewhere."""
    return lambda exchange: exchange.say(status, b"", Location=target)


def tagged(content: bytes | str, etag: str = '"one"', kind: str = "application/rss+xml") -> Reply:
    """Answer 304 to who knows the tag."""
    data = content.encode() if isinstance(content, str) else content

    def reply(exchange: Exchange) -> None:
        if exchange.headers.get("If-None-Match") == etag:
            exchange.say(304, ETag=etag)
        else:
            exchange.say(200, data, kind, ETag=etag, Last_Modified="Tue, 24 Nov 2026 13:00:00 GMT")

    return reply


def guarded(reply: Reply, user: str = "ann", password: str = "s3cret", kind: str = "Basic realm=x") -> Reply:
    """Answer only who has the login."""
    wanted = f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"

    def answer(exchange: Exchange) -> None:
        if exchange.headers.get("Authorization") == wanted:
            reply(exchange)
        else:
            exchange.say(401, b"no", WWW_Authenticate=kind)

    return answer


def drip(pause: float = 0.05, head: bool = False) -> Reply:
    """Send a byte now and then, for ever: in the body, or already in the head."""

    def reply(exchange: Exchange) -> None:
        exchange.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"X: " if head else b"Content-Length: 1000000\r\n\r\n"))
        while not exchange.server.closing.wait(pause):
            exchange.wfile.write(b"x")

    return reply


def silent(exchange: Exchange) -> None:
    """Never answer."""
    exchange.server.closing.wait()


def cut(content: bytes, after: int, kind: str = "audio/wav") -> Reply:
    """Announce the whole and break off."""
    return lambda exchange: exchange.say(200, content[:after], kind, Content_Length=str(len(content)))


def endless(kind: str = "audio/mpeg") -> Reply:
    """Send for ever, as fast as it goes."""

    def reply(exchange: Exchange) -> None:
        exchange.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode())
        while not exchange.server.closing.is_set():
            exchange.wfile.write(b"x" * 65536)

    return reply


def packed(content: bytes, kind: str = "application/rss+xml") -> Reply:
    """Answer compressed."""
    return lambda exchange: exchange.say(200, gzip.compress(content), kind, Content_Encoding="gzip")


def bomb(megabytes: int = 200) -> Reply:
    """Answer with that many megabytes of nothing, in a few hundred kilobytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1024 * 1024)
    data = b"".join(packer.compress(zeros) for _ in range(megabytes)) + packer.flush()
    return lambda exchange: exchange.say(200, data, Content_Encoding="gzip")


@dataclass
class Ranged:
    """Serve ranges as a good media server does; `drops` breaks off after so many bytes, once for each entry."""

    content: bytes
    kind: str = "audio/wav"
    etag: str = '"audio"'
    drops: list[int] = field(default_factory=list)
    pause: threading.Event | None = None
    """Wait for this before the second half, when given."""

    def __call__(self, exchange: Exchange) -> None:
        wanted = exchange.headers.get("Range", "")
        condition = exchange.headers.get("If-Range")
        start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
        last = wanted.partition("-")[2] if wanted else ""
        if wanted and condition not in (None, self.etag):
            wanted, start, last = "", 0, ""
        if start >= len(self.content):
            exchange.say(416, b"", Content_Range=f"bytes */{len(self.content)}")
            return
        part = self.content[start : int(last) + 1 if last else None]
        headers = {"ETag": self.etag, "Accept_Ranges": "bytes", "Content_Length": str(len(part))}
        if wanted:
            headers["Content_Range"] = f"bytes {start}-{start + len(part) - 1}/{len(self.content)}"
        sent = part[: self.drops.pop(0)] if self.drops else part
        exchange.say(206 if wanted else 200, sent[: len(sent) // 2], self.kind, **headers)
        if self.pause is not None:
            exchange.wfile.flush()
            self.pause.wait()
        exchange.wfile.write(sent[len(sent) // 2 :])


# -- things to serve -----------------------------------------------------------------------------------


def sound(seconds: float = 1.0, rate: int = 8000, pitch: float = 440.0) -> bytes:
    """Return a WAV file of a tone."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        samples = (int(8000 * math.sin(2 * math.pi * pitch * n / rate)) for n in range(int(seconds * rate)))
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file.getvalue()


def item(number: int, audio: str = "", extra: str = "", title: str = "") -> str:
    """Return an RSS item."""
    enclosure = f'<enclosure url="{audio}" type="audio/wav" length="16044"/>' if audio else ""
    return (
        f"<item><title>{title or f'Episode {number}'}</title><guid isPermaLink='false'>guid-{number}</guid>"
        f"<pubDate>{number % 28 + 1:02} Jan 2026 10:00:00 +0000</pubDate>{enclosure}"
        f"<description>About &lt;b&gt;{number}&lt;/b&gt;</description>{extra}</item>"
    )


def feed(items: str, title: str = "Test Cast", extra: str = "") -> str:
    """Return an RSS feed."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"'
        ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>'
        f"<title>{title}</title><link>https://example.org/</link>{extra}{items}</channel></rss>"
    )
