"""Where the running app and the commands that reach it meet: a socket in the user's runtime folder.

The folder is nobody else's, or nothing is done with it. It knows nothing of what is said through the socket.
"""

from __future__ import annotations

import contextlib
import os
import stat
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tui_pod.config.paths import APP
from tui_pod.core.errors import UserError

LINE_LIMIT = 8 * 1024
"""Bytes of a request or an answer at most; the longest real one, an id of 200 characters, needs a sixth."""


NOBODY = "No tui-pod is running with this state. Start it in a terminal: tui-pod"


class RemoteError(UserError):
    """The app cannot be reached, or cannot be made reachable; the message says why, on one line."""


@dataclass(frozen=True, slots=True)
class RuntimeFolder:
    """The open folder in which the sockets lie."""

    path: Path
    descriptor: int

    def address(self, name: str) -> str:
        """Return an address for a socket in it.

        Where Linux lets it, the address goes through the open folder: it cannot be exchanged after it was
        looked at, and addresses of sockets are limited to 108 bytes, which some paths are longer than.
        """
        through = Path(f"/proc/self/fd/{self.descriptor}")
        return str((through if through.exists() else self.path) / name)

    def close(self) -> None:
        """Close the folder."""
        os.close(self.descriptor)


def socket_name(state: Path) -> str:
    """Return the socket's name for a state file, the same by whatever links and ways it is reached.

    A checksum tells the few states of a user from each other; hashlib would bring 2 MiB of OpenSSL into memory.
    """
    return f"{zlib.crc32(os.fsencode(os.path.realpath(state))):08x}.sock"


def open_folder(may_make: bool) -> RuntimeFolder:
    """Return the runtime folder, made and closed to others when `may_make`.

    Raises:
        RemoteError: it is not there, cannot be made, or belongs to or can be written by someone else.
    """
    from platformdirs import user_runtime_path  # only those who reach or are reached pay for it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR, and goes on with another
            path = user_runtime_path(APP, appauthor=False)
        if may_make:
            for folder in (path.parent, path):
                folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        raise RemoteError(NOBODY) from None
    except OSError as error:
        raise RemoteError(f"The runtime folder cannot be used: {error.strerror or error}") from error
    try:
        if may_make and os.fstat(descriptor).st_uid == os.geteuid():
            os.fchmod(descriptor, 0o700)
        _check(path, os.fstat(descriptor))
    except BaseException:
        os.close(descriptor)
        raise
    return RuntimeFolder(path, descriptor)


@contextlib.contextmanager
def opened_folder() -> Iterator[RuntimeFolder]:
    """Hold the runtime folder open, as it is.

    Raises:
        RemoteError: see `open_folder`.
    """
    folder = open_folder(may_make=False)
    try:
        yield folder
    finally:
        folder.close()


def _check(path: Path, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid():
        raise RemoteError(f"{path} belongs to another user; remote control is off.")
    if stat.S_IMODE(found.st_mode) & 0o022:
        raise RemoteError(f"{path} can be written by others; run: chmod 700 {path}")
