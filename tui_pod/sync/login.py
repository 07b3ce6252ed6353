"""Nextcloud's login flow v2: the listener logs in with their browser, and the app gets a password of its own.

Waits for the listener. See the Nextcloud developer manual, "Login flow v2".
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from tui_pod.feeds.net.address import AddressError, absolute, origin
from tui_pod.sync.folder import SyncError
from tui_pod.sync.transport import HttpTransport

START = "/index.php/login/v2"

ASK_EVERY = 2.0
"""Seconds between two questions whether the listener is done."""

PATIENCE = 20 * 60.0
"""Seconds for which a server keeps a login open."""


class Flow(NamedTuple):
    """A login that has begun."""

    page: str
    """Address that the listener opens."""
    path: str
    """Where to ask for the outcome, below the server's address."""
    token: str


class Login(NamedTuple):
    """What came of it."""

    user: str
    password: str


def begin(transport: HttpTransport) -> Flow | None:
    """Begin a login; None where the server offers none, or one that leads to another server."""
    answer = transport.ask("POST", START, {})
    data = answer.data if answer.is_good and isinstance(answer.data, dict) else {}
    poll = data.get("poll")
    if not isinstance(poll, dict):
        return None
    page, endpoint, token = data.get("login"), poll.get("endpoint"), poll.get("token")
    if not (isinstance(page, str) and isinstance(endpoint, str) and isinstance(token, str)):
        return None
    try:
        is_here = origin(page) == origin(endpoint) == origin(transport.base + "/") and absolute(page) == page
    except AddressError:
        return None
    if not is_here or not endpoint.startswith(transport.base + "/"):
        return None
    return Flow(page, endpoint.removeprefix(transport.base), token)


def finish(transport: HttpTransport, flow: Flow, wait: Callable[[float], None] = time.sleep) -> Login:
    """Wait until the listener has logged in.

    Raises:
        SyncError: they did not, or the server has forgotten it.
    """
    for _ in range(int(PATIENCE / ASK_EVERY)):
        answer = transport.ask("POST", flow.path, {"token": flow.token}, is_form=True)
        if answer.is_good and isinstance(answer.data, dict):
            user, password = answer.data.get("loginName"), answer.data.get("appPassword")
            if isinstance(user, str) and isinstance(password, str) and user and password:
                return Login(user, password)
        if answer.status != 404:  # which says: not yet
            break
        wait(ASK_EVERY)
    raise SyncError("Nobody has logged in; try again.")
