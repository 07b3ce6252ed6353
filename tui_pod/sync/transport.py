"""Requests to a sync server: JSON over our own fetcher, with a login, limits, and no redirects to another host.

Knows no protocol; see `protocols`.
"""

from __future__ import annotations

import time
from typing import Protocol

from tui_pod.net.address import AddressError, absolute, check_address, no_address, origin
from tui_pod.net.fetch import FetchError, Limits
from tui_pod.net.json_client import MAX_PROGRESS, Reply, ask
from tui_pod.net.login import Login
from tui_pod.sync.folder import SyncError

LIMITS = Limits(MAX_PROGRESS, seconds=60.0, idle=15.0)
"""Limits of one request."""

AGAIN_AFTER = 2.0
"""Seconds after which a request that the server failed to answer is repeated, once in a sync."""

ALL_TOGETHER = 300.0
"""Seconds for all requests of a sync."""


class Transport(Protocol):
    """Sends requests to one server."""

    def ask(self, method: str, path: str, data: object = None) -> Reply:
        """Return the answer to a request. `path` is relative to the server, and `data` is JSON. Raises SyncError."""


class HttpTransport:
    """Sends requests over http(s)."""

    def __init__(
        self, server: str, user: str, password: str, limits: Limits = LIMITS, patience: float = ALL_TOGETHER
    ) -> None:
        """Check the server's address. The listener typed it, so it may be in their own network.

        Without a password no login is sent. `limits` are those of one request, `patience` (seconds) that of all.

        Raises SyncError if the address is invalid or cannot be found, or the password would cross the internet
        unencrypted.
        """
        address = absolute(server.rstrip("/") + "/")
        if address is None:
            raise SyncError(no_address(server))
        self.base = address.rstrip("/")
        """The server's address, without a trailing slash."""
        self._login = Login(origin(address), user, password, over_http=True) if password else None
        self._limits = limits
        self._deadline = time.monotonic() + patience
        self._may_repeat = True
        try:
            check_address(address)
        except AddressError as error:
            if not error.is_private:
                raise SyncError(str(error), error.is_unknown) from None
        else:
            if address.startswith("http:"):
                raise SyncError(f"{self.base} needs https, since others could read the password on the way.")

    def ask(self, method: str, path: str, data: object = None, is_form: bool = False) -> Reply:
        """Return the answer to a request; `is_form` sends the data as a form. Raises what `Transport.ask` raises."""
        if time.monotonic() > self._deadline:
            raise SyncError("The server takes too long; the rest comes with the next sync.")
        try:
            reply = ask(self.base, method, path, self._login, data, limits=self._limits, is_form=is_form)
        except FetchError as error:
            raise SyncError(str(error), error.is_offline) from error
        if reply.status >= 500 and self._may_repeat:
            self._may_repeat = False
            time.sleep(AGAIN_AFTER)
            return self.ask(method, path, data, is_form)
        return reply
