"""The password of a sync server: from a command of the listener's, else from a file that only they can read.

It is never printed, logged, or written to `config.toml`.
"""

from __future__ import annotations

from pathlib import Path

from tui_pod.runtime.passwords import PasswordError, checked, password_from, read_private, write_private
from tui_pod.sync.folder import SyncError

MAX_BYTES = 10_000
"""Bytes of a password file."""


def read_password(command: str, file: Path) -> str:
    """Return the password.

    Args:
        command: prints it on its first line; empty: there is none.
        file: holds it, with mode 0600; used without a command.

    Raises:
        SyncError: there is none, or others can read the file.
    """
    try:
        if command:
            return password_from(command)
        return checked(read_private(file, MAX_BYTES).partition("\n")[0], str(file))
    except FileNotFoundError:
        raise SyncError("No password: run tui-pod sync --login, or set password_command under [sync].") from None
    except PasswordError as error:
        raise SyncError(str(error)) from None


def write_password(file: Path, password: str) -> None:
    """Keep a password where only this user can read it.

    Raises:
        SyncError: it could not be written.
    """
    try:
        write_private(file, f"{password}\n")
    except PasswordError as error:
        raise SyncError(str(error)) from error
