"""Passwords: from a command that the listener sets, or from files that only they can read. Never printed or logged."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from pathlib import Path

from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import clean
from tui_pod.runtime import files
from tui_pod.runtime.subprocesses import running

COMMAND_LIMIT = 60.0
"""Seconds that a command may take; it may ask for a passphrase."""


class PasswordError(UserError):
    """A password that cannot be read or saved."""


def password_from(command: str, stdin: int | None = None) -> str:
    """Return the first line that a command prints, which is quoted as in a shell; no shell runs it.

    Its standard input is that of `subprocess.run`; None for the terminal.

    Raises:
        PasswordError: it fails, or prints nothing.
    """
    try:
        with running(shlex.split(command), stdin=stdin, stdout=subprocess.PIPE) as process:
            printed = process.communicate(timeout=COMMAND_LIMIT)[0].decode()
    except subprocess.TimeoutExpired:
        raise PasswordError(f"password_command took longer than {COMMAND_LIMIT:.0f} s.") from None
    except (OSError, ValueError) as error:
        raise PasswordError(f"password_command cannot be run: {clean(str(error), 200)}.") from None
    if process.returncode:
        raise PasswordError(f"password_command failed with exit status {process.returncode}.")
    return checked(printed.partition("\n")[0].rstrip("\r"), "password_command")


def checked(password: str, where: str) -> str:
    """Return a password. Raises PasswordError if it is empty."""
    if not password:
        raise PasswordError(f"There is no password in {where}.")
    return password


def read_private(file: Path, most: int) -> str:
    """Return the text of a file that only this user can read, and that has at most so many bytes.

    Raises:
        FileNotFoundError: there is no such file.
        PasswordError: others can read it, or this user cannot.
    """
    try:
        found = file.stat()
        if stat.S_IMODE(found.st_mode) & 0o077 or found.st_uid != os.getuid():
            raise PasswordError(f"Others can read {file}; protect it with: chmod 600 {shlex.quote(str(file))}")
        return files.read_bytes(file, most).decode()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise PasswordError(f"{file} cannot be read: {files.reason(error, file)}.") from None
    except UnicodeDecodeError:
        raise PasswordError(f"{file} cannot be read: it is not UTF-8.") from None


def write_private(file: Path, text: str) -> None:
    """Replace a file's text in one step; only this user can read it.

    Raises:
        PasswordError: it could not be written.
    """
    try:
        files.make_folder(file.parent)
        files.replace(file, text)
    except OSError as error:
        raise PasswordError(f"Cannot write {file}: {files.reason(error)}.") from error
