"""How a sync asks its server: JSON over our own fetcher, with a login, limits on everything and no other host.

Knows no protocol; `protocols` speaks those.
"""

from __future__ import annotations

import json
import time
from typing import Any, NamedTuple, Protocol

from tui_pod.feeds.net.address import AddressError, Origin, absolute, is_private, origin
from tui_pod.feeds.net.fetch import FetchError, Limits, Request, opened
from tui_pod.sync.folder import SyncError

MAX_ANSWER = 64 * 1024 * 1024
"""Bytes of an answer; 100,000 actions are 30 MB."""

LIMITS = Limits(MAX_ANSWER, seconds=60.0, idle=15.0)
"""Of one request."""

ALL_TOGETHER = 300.0
"""Seconds for all requests of a sync."""


class Answer(NamedTuple):
    """What a server said."""

    status: int
    data: Any
    """Of its JSON; None where it is none."""

    @property
    def is_good(self) -> bool:
        """Whether it did what was asked."""
        return 200 <= self.status < 300


class Transport(Protocol):
    """Asks one server."""

    def ask(self, method: str, path: str, data: object = None) -> Answer:
        """Return the answer to a request; `path` is relative to the server, `data` becomes JSON.

        Raises:
            SyncError: there is none.
        """


class HttpTransport:
    """Asks a server by http(s)."""

    def __init__(self, server: str, user: str, password: str, limits: Limits = LIMITS) -> None:
        """Name the server as the listener typed it, who may thereby choose one of their own network.

        Raises:
            SyncError: it is no address, or the password would cross the internet for all to read.
        """
        address = absolute(server.rstrip("/") + "/")
        if address is None:
            raise SyncError("The server under [sync] is not an http or https address.")
        self._base = address.rstrip("/")
        self._login = (user, password)
        self._limits = limits
        self._deadline = time.monotonic() + ALL_TOGETHER
        self._allowed: frozenset[Origin] = frozenset()
        try:
            own = origin(address)
        except AddressError as error:
            raise SyncError(str(error)) from None
        if is_private(address):
            self._allowed = frozenset((own,))
        elif own[0] == "http":
            raise SyncError("The server under [sync] needs https: by http anyone on the way could read the password.")

    def ask(self, method: str, path: str, data: object = None) -> Answer:
        """Return the answer to a request. Raises as `Transport.ask`."""
        if time.monotonic() > self._deadline:
            raise SyncError(f"The server took longer than {ALL_TOGETHER:.0f} s; the rest comes with the next sync.")
        body = json.dumps(data).encode() if data is not None else None
        headers = {"Accept": "application/json"} | ({"Content-Type": "application/json"} if body is not None else {})
        request = Request(self._base + path, self._allowed, headers, method, body, self._login)
        try:
            with opened(request, self._limits) as response:
                content = b"".join(response.chunks)
        except FetchError as error:
            raise SyncError(str(error)) from error
        try:
            return Answer(response.status, json.loads(content))
        except (ValueError, RecursionError):
            return Answer(response.status, None)
