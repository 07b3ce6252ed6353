"""The password of a sync server: a listener's command or file, or Nextcloud's login flow v2 makes one for the app.

In the flow the listener logs in with their browser, and is waited for. See the Nextcloud developer manual, "Login flow
v2". A password is never printed, logged, or written to `config.toml`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tui_pod.feeds.net.address import AddressError, absolute, origin
from tui_pod.runtime.passwords import checked, password_from, read_private
from tui_pod.sync.folder import SyncError
from tui_pod.sync.transport import HttpTransport

MAX_BYTES = 10_000
"""Bytes of a password file."""

START = "/index.php/login/v2"

ASK_EVERY = 2.0
"""Seconds between two questions whether the listener is done."""

PATIENCE = 20 * 60.0
"""Seconds for which a server keeps a login open."""


def read_password(command: str, file: Path) -> str:
    """Return the password.

    Args:
        command: prints it on its first line; empty: there is none.
        file: holds it, with mode 0600; used without a command.

    Raises:
        PasswordError: the command fails, or others can read the file.
        SyncError: there is none.
    """
    if command:
        return password_from(command)
    try:
        return checked(read_private(file, MAX_BYTES).partition("\n")[0], str(file))
    except FileNotFoundError:
        raise SyncError("No password: run tui-pod sync --login, or set password_command under [sync].") from None


class Flow(NamedTuple):
    """A login that has begun."""

    page: str
    """Address that the listener opens."""
    path: str
    """Where to ask for the outcome, below the server's address."""
    token: str


def begin(transport: HttpTransport) -> Flow | None:
    """Begin a login; None where the server offers none, or one that leads to another server."""
    answer = transport.ask("POST", START, {})
    match answer.data:
        case {"login": str(page), "poll": {"endpoint": str(endpoint), "token": str(token)}} if answer.is_good:
            try:
                is_here = origin(page) == origin(endpoint) == origin(transport.base + "/") and absolute(page) == page
            except AddressError:
                return None
            if is_here and endpoint.startswith(transport.base + "/"):
                return Flow(page, endpoint.removeprefix(transport.base), token)
    return None


def finish(transport: HttpTransport, flow: Flow, wait: Callable[[float], None] = time.sleep) -> tuple[str, str]:
    """Wait until the listener has logged in; return the user and the password.

    Raises:
        SyncError: they did not, or the server has forgotten it.
    """
    for _ in range(int(PATIENCE / ASK_EVERY)):
        answer = transport.ask("POST", flow.path, {"token": flow.token}, is_form=True)
        match answer.data:
            case {"loginName": str(user), "appPassword": str(password)} if answer.is_good and user and password:
                return user, password
        if answer.status != 404:  # which says: not yet
            break
        wait(ASK_EVERY)
    raise SyncError("Nobody has logged in; try again.")
