"""Connect to servers with a deadline for every wait, even if a server keeps sending single bytes."""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
import time
from collections.abc import Iterator
from functools import lru_cache

from tui_pod.runtime.threads import CancelToken

CHUNK = 64 * 1024
"""Bytes read or decompressed at a time."""

CONNECT_LIMIT = 8.0
"""Longest wait for one IP address to accept (seconds), which leaves time for the next one."""


@contextlib.contextmanager
def connected(
    host: str, port: int, numbers: list[str], deadline: float, cancel: CancelToken
) -> Iterator[socket.socket]:
    """Connect to the first of the checked IP addresses that accepts. Does not resolve the name again."""
    problem: OSError = OSError(f"{host} has no address")
    for number in dict.fromkeys(numbers):
        cancel.check()
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        try:
            connection = socket.create_connection((number, port), timeout=min(CONNECT_LIMIT, left))
        except OSError as error:
            problem = error
            continue
        with connection, cancel.waking(connection):
            yield connection
        return
    raise problem


@lru_cache(maxsize=1)
def tls_context() -> ssl.SSLContext:
    """Return the TLS context, which verifies servers."""
    return ssl.create_default_context()  # verifies the certificate and the name in it


class TimedSocket(io.RawIOBase):
    """A socket for `http.client` whose waits all end at the deadline, even if a server sends a byte now and then."""

    def __init__(self, connection: socket.socket, idle: float, deadline: float) -> None:
        self._connection = connection
        self._idle = idle
        self.deadline = deadline

    def _wait_at_most(self) -> None:
        """Limit the next wait to the deadline; raise TimeoutError if it has passed."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(min(self._idle, left))

    def sendall(self, data: bytes) -> None:
        """See `socket.sendall`."""
        self._wait_at_most()
        self._connection.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """See `socket.makefile`."""
        return io.BufferedReader(self, CHUNK)

    def readable(self) -> bool:
        """See `io.IOBase.readable`."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """See `io.RawIOBase.readinto`."""
        self._wait_at_most()
        return self._connection.recv_into(buffer)

    def close(self) -> None:
        """Leave the socket open: the body is still to be read, and the opener closes it."""
