"""A podcast feed of chosen episodes, for players that know nothing of tui-pod, and the server of its files.

The server serves these files over http, and nothing else. Players seek with ranges.
"""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedReader
from ipaddress import ip_address
from pathlib import Path
from threading import Semaphore
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import escape, quoteattr

from tui_pod.core.library.episode import Episode
from tui_pod.core.player.snapshot import Chapter
from tui_pod.runtime.files import reading

TYPES = {
    ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".m4b": "audio/mp4", ".mp4": "audio/mp4", ".aac": "audio/aac",
    ".ogg": "audio/ogg", ".opus": "audio/ogg", ".flac": "audio/flac", ".wav": "audio/wav", ".webm": "audio/webm",
    ".ts": "video/mp2t",
    ".json": "application/json+chapters", ".xml": "application/rss+xml", ".png": "image/png", ".webp": "image/webp",
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
}  # fmt: skip
"""Media types by the ends of names."""

_ITUNES, _PODCAST = "http://www.itunes.com/dtds/podcast-1.0.dtd", "https://podcastindex.org/namespace/1.0"
_DC = "http://purl.org/dc/elements/1.1/"


def ending_of(*names: str) -> str:
    """Return the first known ending of names and addresses; that of an mp3 if there is none."""
    ends = (f".{name.partition('?')[0].rpartition('.')[2].lower()}" for name in names)
    return next((end for end in ends if end in TYPES), ".mp3")


def feed_item(
    number: int, ident: str, episode: Episode, when: datetime, audio: str, size: int, picture: str, chapters: str
) -> str:
    """Return an item. Files are addresses, empty for none; the size of the audio is in bytes, 0 if unknown."""
    tags = [_tag("title", episode.title), _tag("guid", ident, isPermaLink="false"),
            _tag("description", episode.summary), _tag("itunes:episode", str(number)),
            _tag("enclosure", url=audio, length=str(size), type=TYPES[ending_of(audio)]),
            _tag("pubDate", format_datetime(when))]  # fmt: skip
    if episode.duration:
        tags.append(_tag("itunes:duration", str(round(episode.duration))))
    if episode.year and not episode.published:
        tags.append(_tag("dc:date", episode.year))
    if picture:
        tags.append(_tag("itunes:image", href=picture))
    if chapters:
        tags.append(_tag("podcast:chapters", url=chapters, type=TYPES[".json"]))
    return f"<item>{''.join(tags)}</item>\n"


def feed_text(title: str, description: str, link: str, picture: str, items: Iterable[str]) -> str:
    """Return a feed as RSS, in the order of its items."""
    tags = (_tag("title", title), _tag("description", description), _tag("link", link), _tag("itunes:type", "serial"),
            _tag("itunes:image", href=picture))  # fmt: skip
    head = f'<rss version="2.0" xmlns:itunes="{_ITUNES}" xmlns:podcast="{_PODCAST}" xmlns:dc="{_DC}">'
    start = '<?xml version="1.0" encoding="utf-8"?>'
    return f"{start}\n{head}<channel>{''.join(tags)}\n{''.join(items)}</channel></rss>\n"


def _tag(name: str, text: str = "", **attributes: str) -> str:
    words = " ".join((name, *(f"{key}={quoteattr(value)}" for key, value in attributes.items())))
    return f"<{words}>{escape(text)}</{name}>"


def chapters_text(chapters: Iterable[Chapter], start: float) -> str:
    """Return chapters as podcast players read them, for a recording that begins at `start` (seconds)."""
    rows = [{"startTime": round(each.start - start, 3), "title": each.title} for each in chapters]
    return json.dumps({"version": "1.2.0", "chapters": rows})


MOST = 64
"""Most connections that are answered at once."""

_PORT = re.compile(r":\d{1,5}\Z")
_RANGE = re.compile(r"bytes=(?=-?\d)(\d{0,18})-(\d{0,18})")


class FeedServer(ThreadingHTTPServer):
    """Answers requests for files by their names, each in a thread."""

    daemon_threads, block_on_close = True, False

    def __init__(self, host: str, port: int) -> None:
        """Bind the address, and serve nothing yet. Raises OSError."""
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.files: Mapping[str, Path] = {}
        self.names: set[str] = {"localhost", host.lower()}
        """Names of this machine that a request may ask for, besides addresses."""
        self._free = Semaphore(MOST)
        super().__init__((host, port), _Exchange)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, or hang up if too many are answered already."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and make room for another one."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20.0
    server: FeedServer

    @property
    def _is_meant(self) -> bool:
        """Whether the request asks for this machine: a page elsewhere could have its own name lead here."""
        host = self.headers.get("Host", "").lower()
        name = host.rpartition(":")[0] if _PORT.search(host) else host
        with suppress(ValueError):
            ip_address(name.strip("[]"))
            return True
        return name in self.server.names

    def do_GET(self) -> None:
        """Send a file, or the range of it that is asked for."""
        path = self.server.files.get(unquote(self.path.partition("?")[0].removeprefix("/")))
        with suppress(ConnectionError, TimeoutError):
            if not self._is_meant:
                self.send_error(421)
                return
            if path is None or not path.is_file():
                self.send_error(404)
                return
            with reading(path) as file:
                self._send(file, os.fstat(file.fileno()).st_size, TYPES[ending_of(path.name)])

    do_HEAD = do_GET

    def _send(self, file: BufferedReader, size: int, kind: str) -> None:
        first, last, status = 0, size - 1, 200
        if asked := _RANGE.fullmatch(self.headers.get("Range", "")):
            first = int(asked[1]) if asked[1] else max(0, size - int(asked[2]))
            last = min(last, int(asked[2])) if asked[1] and asked[2] else last
            status = 206 if first <= last else 416
        left = last - first + 1 if status != 416 else 0
        self.send_response(status)
        if status != 200:
            self.send_header("Content-Range", f"bytes {f'{first}-{last}' if left else '*'}/{size}")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(left))
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        file.seek(first)
        while self.command == "GET" and left and (data := file.read(min(left, 65_536))):
            self.wfile.write(data)
            left -= len(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
