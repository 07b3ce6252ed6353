"""The first steps of the client's child: hand the terminal to an app that was left, or show the saved screen."""

from __future__ import annotations

import contextlib
import os
import socket
import time
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from tui_pod.config.paths import find_paths
from tui_pod.integrations.remote_socket import RemoteError, RuntimeFolder, open_folder, socket_name
from tui_pod.terminal.protocol import IF_LEFT, OPTIONS, SAVED_SCREEN, SESSION, greet
from tui_pod.terminal.saved_screen import read_screen

TYPE_CHECKING = False  # a start without arguments needs no argparse
if TYPE_CHECKING:
    from argparse import Namespace

PATIENCE = 2.0
"""Seconds that an app has to answer a greeting."""


def begin(options: Namespace, line: socket.socket) -> bool:
    """Return True if an app that was left has taken the terminal; otherwise this process must become the app."""
    paths = find_paths(options.state, options.config)
    if options.session is not None:
        os.environ[SESSION] = options.session
    try:
        if hand_over(paths.state, IF_LEFT, line, {OPTIONS: name_options(options)}):
            return True
    except NoAnswer as silent:
        options.notice = str(silent)
    if options.session is None and (screen := read_screen(paths, options, os.get_terminal_size(0))):
        line.sendall(f"{SAVED_SCREEN} {len(screen)}\n".encode() + screen)
        options.has_saved_screen = True
    return False


def name_options(options: Namespace) -> str:
    """Return a word for each given option that decides what an app shows and plays, other than the state file."""
    given = {
        "catalog": [os.path.abspath(path) for path in options.catalog],
        "config": options.config and os.path.abspath(options.config),
        "ao": options.ao,
    }
    return " ".join(f"{name}:{zlib.crc32(repr(value).encode()):08x}" for name, value in given.items() if value)


class NoAnswer(RemoteError):
    """An app runs on the state file, but is stopped or hung."""


def hand_over(state: Path, way: bytes, line: socket.socket, wished: Mapping[str, str] = MappingProxyType({})) -> bool:
    """Hand the terminal and the line over to an app that runs on a state file; return False if none takes them.

    The way is `TAKE` or `IF_LEFT`; it also gets the `wished` variables, besides those of the terminal.

    Raises:
        NoAnswer: one does not answer, and no other accepts them.
    """
    silent: str | None = None
    try:
        folder = open_folder(may_make=False)
    except RemoteError:
        return False
    with contextlib.closing(folder):
        for app in reach_apps(folder, state):
            ours, theirs = socket.socketpair()
            with ours, contextlib.suppress(OSError):
                ours.settimeout(PATIENCE)
                with theirs:
                    handed = [0, line.fileno(), theirs.fileno()]
                    socket.send_fds(app, [greet(way, {**os.environ, **wished})], handed)
                try:
                    if ours.recv(1):
                        return True
                except TimeoutError:
                    silent = app.getpeername().removesuffix(".tty").rpartition("-")[2]
    if silent:
        raise NoAnswer(f"Another tui-pod has this state and does not answer. If it is stopped: kill -CONT {silent}")
    return False


def reach_apps(folder: RuntimeFolder, state: Path) -> Iterator[socket.socket]:
    """Yield a socket to each app on a state file, newest first, and remove the sockets of killed apps."""
    for name in line_names(folder, state):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as app, contextlib.suppress(OSError):
            app.settimeout(PATIENCE)
            try:
                app.connect(folder.address(name))
            except ConnectionRefusedError:
                os.unlink(name, dir_fd=folder.descriptor)
            else:
                yield app


def line_name(state: Path) -> str:
    """Return a new socket name for this process, an app that starts now on a state file."""
    return f"{_stem(state)}{time.time_ns():016x}-{os.getpid()}.tty"


def line_names(folder: RuntimeFolder, state: Path) -> list[str]:
    """Return the socket names of the apps on a state file, newest first."""
    names = (name for name in os.listdir(folder.descriptor) if name.startswith(_stem(state)) and name.endswith(".tty"))
    return sorted(names, reverse=True)


def _stem(state: Path) -> str:
    return socket_name(state).removesuffix(".sock") + "-"
