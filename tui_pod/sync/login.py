"""The password of a sync server: from a command or a file, or created for the app by Nextcloud's login flow v2.

In the flow, the listener logs in with a browser while the app waits. See the Nextcloud developer manual, "Login flow
v2". A password is never printed, logged, or written to `config.toml`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tui_pod.net.address import AddressError, absolute, origin
from tui_pod.runtime.files import reason
from tui_pod.runtime.passwords import checked, password_from, read_private, write_private
from tui_pod.sync.folder import SyncError
from tui_pod.sync.protocols import HttpTransport, detect

MAX_BYTES = 10_000
"""Largest password file, in bytes."""

START = "/index.php/login/v2"

ASK_EVERY = 2.0
"""Seconds between two checks whether the listener has logged in."""

PATIENCE = 1200.0
"""Seconds for which a server keeps a login flow open."""


def password_file(state: Path) -> Path:
    """Return the file of the password, beside the state."""
    return state.with_name(f"{state.stem}.sync-password")


def read_password(command: str, file: Path) -> str:
    """Return the password that a command prints on its first line, or without a command that in a file of mode 0600.

    Raises PasswordError if the command fails or others can read the file, SyncError if there is no password.
    """
    if command:
        return password_from(command)
    try:
        return checked(read_private(file, MAX_BYTES).partition("\n")[0], str(file))
    except FileNotFoundError:
        raise SyncError("No password: type it under “Set up sync”, or run tui-pod sync --login.") from None


class NoFolder(SyncError):
    """The folder to sync with does not exist yet."""


def check_folder(folder: str, is_made: bool) -> None:
    """Raise NoFolder if there is no such folder, or make it; SyncError if that fails."""
    if not Path(folder).is_dir():
        if not is_made:
            raise NoFolder(f"There is no folder {folder} yet.")
        try:
            Path(folder).mkdir(parents=True)
        except OSError as error:
            raise SyncError(f"The folder {folder} cannot be created: {reason(error)}.") from error


def log_in(server: str, user: str, password: str, file: Path) -> str:
    """Try a login, save its password, and return the name of the server's protocol.

    Raises SyncError if the server does not answer or rejects it, PasswordError if it could not be saved.
    """
    paths = detect(HttpTransport(server, user, password), user, int(time.time()))
    write_private(file, f"{password}\n")
    return paths.name


class Flow(NamedTuple):
    """A login that has begun."""

    page: str
    """The address that the listener opens."""
    path: str
    """Where to ask for the result, below the server's address."""
    token: str


def begin(transport: HttpTransport) -> Flow | None:
    """Begin a login; return None if the server offers none, or one that leads to another server."""
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
    """Wait until the listener has logged in; return user and password. Raises SyncError if the flow ends first."""
    for _ in range(int(PATIENCE / ASK_EVERY)):
        answer = transport.ask("POST", flow.path, {"token": flow.token}, is_form=True)
        match answer.data:
            case {"loginName": str(user), "appPassword": str(password)} if answer.is_good and user and password:
                return user, password
        if answer.status != 404:  # not yet
            break
        wait(ASK_EVERY)
    raise SyncError("Nobody has logged in; try again.")
