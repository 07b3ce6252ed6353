"""Requests to a sync server: JSON over our own fetcher, with a login, limits, and no redirects to another host.

Knows no protocol; see `protocols`.
"""

from __future__ import annotations

import json
import time
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode

from tui_pod.feeds.net.address import AddressError, Origin, absolute, check_address, origin
from tui_pod.feeds.net.fetch import FetchError, Limits, Request, opened
from tui_pod.feeds.net.login import Login
from tui_pod.sync.folder import SyncError

MAX_ANSWER = 64 * 1024 * 1024
"""Largest answer, in bytes; 100,000 actions are 30 MB."""

LIMITS = Limits(MAX_ANSWER, seconds=60.0, idle=15.0)
"""Limits of one request."""

AGAIN_AFTER = 2.0
"""Seconds after which a request that the server failed to answer is repeated, once in a sync."""

ALL_TOGETHER = 300.0
"""Seconds for all requests of a sync."""


class ServerReply(NamedTuple):
    """A server's answer."""

    status: int
    data: Any
    """The parsed JSON; None if it is not JSON."""

    @property
    def is_good(self) -> bool:
        """True if the request succeeded."""
        return 200 <= self.status < 300


class Transport(Protocol):
    """Sends requests to one server."""

    def ask(self, method: str, path: str, data: object = None) -> ServerReply:
        """Return the answer to a request; `path` is relative to the server, `data` is sent as JSON.

        Raises:
            SyncError: there is no answer.
        """


class HttpTransport:
    """Sends requests over http(s)."""

    def __init__(
        self, server: str, user: str, password: str, limits: Limits = LIMITS, patience: float = ALL_TOGETHER
    ) -> None:
        """Check the server's address. The listener typed it, so it may be in their own network.

        Args:
            server: its address.
            user: the user's name there.
            password: empty to send no login.
            limits: of one request.
            patience: seconds for all requests.

        Raises:
            SyncError: the address is invalid or cannot be found, or the password would cross the internet unencrypted.
        """
        address = absolute(server.rstrip("/") + "/")
        if address is None:
            raise SyncError("The server under [sync] is not an http or https address.")
        self.base = address.rstrip("/")
        """The server's address, without a trailing slash."""
        self._logins = (Login(origin(address), user, password, over_http=True),) if password else ()
        self._limits = limits
        self._deadline = time.monotonic() + patience
        self._may_repeat = True
        self._allowed: frozenset[Origin] = frozenset()
        try:
            check_address(address)
        except AddressError as error:
            if not error.is_private:
                raise SyncError(str(error), error.is_unknown) from None
            self._allowed = frozenset((origin(address),))
        else:
            if address.startswith("http:"):
                raise SyncError("The server under [sync] needs https; others could read the password on the way.")

    def ask(self, method: str, path: str, data: object = None, is_form: bool = False) -> ServerReply:
        """Return the answer to a request; `is_form` sends the data as a form. Raises what `Transport.ask` raises."""
        if time.monotonic() > self._deadline:
            raise SyncError("The server takes too long; the rest comes with the next sync.")
        body, headers = None, {"Accept": "application/json"}
        if isinstance(data, dict) and is_form:
            body, headers["Content-Type"] = urlencode(data).encode(), "application/x-www-form-urlencoded"
        elif data is not None:
            body, headers["Content-Type"] = json.dumps(data).encode(), "application/json"
        request = Request(self.base + path, self._allowed, headers, method, body, self._logins, stays=True)
        try:
            with opened(request, self._limits) as response:
                content = b"".join(response.chunks)
        except FetchError as error:
            raise SyncError(str(error), error.is_offline) from error
        if response.status >= 500 and self._may_repeat:
            self._may_repeat = False
            time.sleep(AGAIN_AFTER)
            return self.ask(method, path, data, is_form)
        try:
            return ServerReply(response.status, json.loads(content))
        except (ValueError, RecursionError):
            return ServerReply(response.status, None)
