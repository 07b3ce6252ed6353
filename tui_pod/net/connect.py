"""Connect to servers with a deadline for every wait, even if a server keeps sending single bytes."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlsplit

from tui_pod.net.address import Origin
from tui_pod.net.login import Login, split_login
from tui_pod.runtime.threads import CancelToken

CHUNK = 64 * 1024
"""Bytes read or decompressed at a time."""

CONNECT_LIMIT = 8.0
"""Longest wait for one IP address to accept (seconds), which leaves time for the next one."""


_trusted: dict[tuple[str, int], str] = {}
"""SHA-256 fingerprints of the certificates that the listener trusts, by host and port."""


class Proxy(NamedTuple):
    """A proxy that the environment names."""

    host: str
    port: int
    headers: dict[str, str]
    """What it is sent with each request: a login, if its address has one."""


class ProxyError(OSError):
    """A proxy that cannot be used; the message is for the listener."""


def trust_certificates(texts: Iterable[str]) -> None:
    """Trust these certificates from now on, each for its host alone: `HOST=FINGERPRINT` or `HOST:PORT=FINGERPRINT`."""
    _trusted.clear()
    for text in texts:
        place, _, fingerprint = text.rpartition("=")
        parts = urlsplit(f"https://{place}")
        _trusted[parts.hostname or "", parts.port or 443] = fingerprint.replace(":", "").lower()


def proxy_for(there: Origin) -> Proxy | None:
    """Return the proxy that `http_proxy`, `https_proxy` and `no_proxy` name for a server; None if they name none.

    Raises ProxyError if it is of another kind than http.
    """
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    from urllib.request import getproxies_environment, proxy_bypass  # seldom needed

    scheme, host, port = there
    named = getproxies_environment().get(scheme, "")
    if not named or proxy_bypass(f"{host}:{port}"):
        return None
    typed = split_login(named if "://" in named else f"http://{named}")
    parts = urlsplit(typed.text)
    if parts.scheme != "http" or not parts.hostname:
        raise ProxyError(f"{scheme}_proxy must name an http proxy")
    at = parts.hostname, parts.port or 80
    login = Login(("http", *at), typed.user, typed.password)
    return Proxy(*at, {"Proxy-Authorization": login.header()} if typed.user else {})


def secured(connection: socket.socket, host: str, port: int) -> ssl.SSLSocket:
    """Start TLS on a connection, and verify the server, or compare its certificate with the one that is trusted.

    Raises ssl.SSLCertVerificationError if neither succeeds.
    """
    wanted = _trusted.get((host, port))
    if wanted is None:
        return tls_context().wrap_socket(connection, server_hostname=host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # the very certificate is known
    secure = context.wrap_socket(connection, server_hostname=host)
    if sha256(secure.getpeercert(binary_form=True) or b"").hexdigest() == wanted:
        return secure
    secure.close()
    error = ssl.SSLCertVerificationError()
    error.verify_message = "it is not the one that network.trusted_certificates names"
    raise error


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


class _Lines(io.BufferedReader):
    """The bytes of an answer. A SHOUTcast server's begins with `ICY 200 OK`; the rest is HTTP/1.0."""

    def readline(self, size: int | None = -1) -> bytes:
        line = super().readline(size)
        return b"HTTP/1.0" + line[3:] if line.startswith(b"ICY ") else line


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
        """Send all of it, within the time that is left."""
        self._wait_at_most()
        self._connection.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return a file from which the answer is read in lines and chunks."""
        return _Lines(self, CHUNK)

    def readable(self) -> bool:
        """Return True: the answer is only read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Wait for some bytes within the time that is left; return how many came, 0 at the end."""
        self._wait_at_most()
        return self._connection.recv_into(buffer)

    def close(self) -> None:
        """Leave the socket open: the body is still to be read, and the opener closes it."""
