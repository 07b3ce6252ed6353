"""Serves the files of a feed over http, and nothing else. Players seek with ranges."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedReader
from pathlib import Path

from tui_pod.export.feed import TYPES, ending_of
from tui_pod.runtime.files import reading

_RANGE = re.compile(r"bytes=(?=-?\d)(\d{0,18})-(\d{0,18})")


class FeedServer(ThreadingHTTPServer):
    """Answers requests for files by their names, each in a thread."""

    daemon_threads, block_on_close = True, False

    def __init__(self, host: str, port: int) -> None:
        """Bind the address, and serve nothing yet. Raises OSError."""
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.files: Mapping[str, Path] = {}
        super().__init__((host, port), _Exchange)


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60.0
    server: FeedServer

    def do_GET(self) -> None:
        """Send a file, or the range of it that is asked for."""
        path = self.server.files.get(self.path.partition("?")[0].removeprefix("/"))
        with suppress(ConnectionError, TimeoutError):
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
