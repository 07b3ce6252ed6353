"""The password of a sync server: from a command of the listener's, else from a file that only they can read.

It is never printed, logged, or written to `config.toml`.
"""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from pathlib import Path

from tui_pod.core.text.clean import clean
from tui_pod.runtime import files
from tui_pod.sync.folder import SyncError

COMMAND_LIMIT = 60.0
"""Seconds that the command may take: it may ask for a passphrase."""

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
    if command:
        return _from_command(command)
    try:
        found = file.stat()
        if stat.S_IMODE(found.st_mode) & 0o077 or found.st_uid != os.getuid():
            raise SyncError(f"Others can read {file}; protect it with: chmod 600 {shlex.quote(str(file))}")
        password = files.read_bytes(file, MAX_BYTES).decode().partition("\n")[0]
    except FileNotFoundError:
        raise SyncError("No password: run tui-pod sync --login, or set password_command under [sync].") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SyncError(f"The password in {file} cannot be read: {error}.") from None
    return _checked(password, str(file))


def write_password(file: Path, password: str) -> None:
    """Keep a password where only this user can read it.

    Raises:
        SyncError: it could not be written.
    """
    temp = file.with_name(f".{file.name}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temp.unlink(missing_ok=True)
        files.write_new(temp, f"{password}\n")
        os.replace(temp, file)
    except OSError as error:
        raise SyncError(f"Cannot write {file}: {error.strerror}.") from error


def _from_command(command: str) -> str:
    try:
        done = subprocess.run(
            shlex.split(command), stdout=subprocess.PIPE, timeout=COMMAND_LIMIT, check=True, text=True
        )
    except subprocess.CalledProcessError as error:
        raise SyncError(f"password_command failed with exit status {error.returncode}.") from None
    except subprocess.TimeoutExpired:
        raise SyncError(f"password_command took longer than {COMMAND_LIMIT:.0f} s.") from None
    except (OSError, ValueError) as error:
        raise SyncError(f"password_command cannot be run: {clean(str(error), 200)}.") from None
    return _checked(done.stdout.partition("\n")[0].rstrip("\r"), "password_command")


def _checked(password: str, where: str) -> str:
    if not password:
        raise SyncError(f"There is no password in {where}.")
    return password
