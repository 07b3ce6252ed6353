"""Serves the files of a feed over http, and nothing else. Players seek with ranges."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedReader
from ipaddress import ip_address
from pathlib import Path
from threading import Semaphore
from typing import Any

from tui_pod.export.feed import TYPES, ending_of
from tui_pod.runtime.files import reading

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
        path = self.server.files.get(self.path.partition("?")[0].removeprefix("/"))
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
