"""The socket in the user's runtime folder through which commands reach the running app.

A folder that others own or can write to is refused. Knows nothing of what is sent through the socket.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import struct
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from platformdirs import user_runtime_path

from tui_pod.config.paths import APP
from tui_pod.core.errors import UserError

LINE_LIMIT = 1024 * 1024
"""Largest request or answer, in bytes: a queue of 5,000 episodes with ids of 200 characters."""

OTHER_VERSION = "The running tui-pod has another version; restart it."

NOBODY = "No tui-pod is running with this state. Start it in a terminal: tui-pod"


class RemoteError(UserError):
    """The app cannot be reached, or cannot open its socket; the message has one line."""


class NobodyRuns(RemoteError):
    """No app runs on the state."""

    def __init__(self) -> None:
        super().__init__(NOBODY)


class RuntimeFolder(NamedTuple):
    """The open folder with the sockets."""

    path: Path
    descriptor: int

    def address(self, name: str) -> str:
        """Return an address for a socket in this folder.

        On Linux it goes through the open folder, which nobody can replace after the check, and stays below the limit
        of 108 bytes for an address.
        """
        through = Path(f"/proc/self/fd/{self.descriptor}")
        return str((through if through.exists() else self.path) / name)

    def close(self) -> None:
        """Close the folder."""
        os.close(self.descriptor)


def socket_name(state: Path) -> str:
    """Return the socket's name for a state file, the same for every path to it.

    A checksum is enough for the few states that a user has; hashlib would load 2 MiB of OpenSSL.
    """
    return f"{zlib.crc32(os.fsencode(os.path.realpath(state))):08x}.sock"


def open_folder(may_make: bool) -> RuntimeFolder:
    """Return the runtime folder; if `may_make`, as an app does, create it, close it to others and tidy it up.

    Raises:
        RemoteError: it is missing, cannot be created, or belongs to or can be written by someone else.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR, and uses another folder
            path = user_runtime_path(APP, appauthor=False)
        if may_make:
            for folder in (path.parent, path):
                folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        raise NobodyRuns from None
    except OSError as error:
        raise RemoteError(f"The runtime folder cannot be used: {error.strerror or error}") from error
    try:
        if may_make and os.fstat(descriptor).st_uid == os.geteuid():
            os.fchmod(descriptor, 0o700)
        found = os.fstat(descriptor)
        if found.st_uid != os.geteuid():
            raise RemoteError(f"{path} belongs to another user; remote control is off.")
        if stat.S_IMODE(found.st_mode) & 0o022:
            raise RemoteError(f"{path} can be written by others; run: chmod 700 {path}")
    except BaseException:
        os.close(descriptor)
        raise
    opened = RuntimeFolder(path, descriptor)
    if may_make:
        _remove_dead(opened)
    return opened


def _remove_dead(folder: RuntimeFolder) -> None:
    """Remove the sockets of apps that were killed."""
    for name in os.listdir(folder.descriptor):
        with contextlib.suppress(OSError, ValueError):
            try:
                if name.startswith("."):  # not listening yet, and named after its process
                    os.kill(int(name.rpartition(".")[2]), 0)
                elif name.endswith((".sock", ".tty")):
                    kind = socket.SOCK_STREAM if name.endswith(".sock") else socket.SOCK_DGRAM
                    with socket.socket(socket.AF_UNIX, kind) as app:
                        app.setblocking(False)
                        app.connect(folder.address(name))
            except (ConnectionRefusedError, ProcessLookupError):
                os.unlink(name, dir_fd=folder.descriptor)


@contextlib.contextmanager
def connect(state: Path, patience: float) -> Iterator[socket.socket]:
    """Connect to the app on a state file for the block; each step waits `patience` seconds at most.

    Raises NobodyRuns if no app runs, RemoteError if it cannot be reached.
    """
    with (
        contextlib.closing(open_folder(may_make=False)) as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection,
    ):
        connection.settimeout(patience)
        try:
            connection.connect(folder.address(socket_name(state)))
        except (FileNotFoundError, ConnectionRefusedError):
            raise NobodyRuns from None
        except OSError as error:
            raise RemoteError(f"The running tui-pod cannot be reached: {error.strerror or error}") from None
        yield connection


def is_same_user(connection: socket.socket) -> bool:
    """Return True if the peer is this user, or if the system cannot tell."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return True
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i")))
    return bool(user == os.geteuid())
