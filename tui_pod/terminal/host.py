"""The app's end of the line to its clients: who has its screen, and what happens when nobody has.

Knows neither Textual nor what is drawn: a `Drawer` takes a terminal and gives it up. Runs on the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.integrations.broadcast import Follower
from tui_pod.integrations.remote_socket import RemoteError, RuntimeFolder, is_same_user, open_folder, socket_name
from tui_pod.services.terminal import Drawer
from tui_pod.terminal.protocol import (
    BUSY,
    ENDED,
    GREETING_LIMIT,
    IF_LEFT,
    LEFT,
    OPTIONS,
    STOP,
    TAKEN,
    WELCOME,
    read_greeting,
)

PATIENCE = 5.0
"""Seconds that a client has to greet."""


class TerminalHost(Follower):
    """Lends the app's screen to one client at a time."""

    def __init__(self, line: socket.socket, state: Path, stays: bool, idle: float, options: str = "") -> None:
        """Begin with the client that has started the app.

        Args:
            line: to that client.
            state: the state file, after which clients find the app.
            stays: whether it goes on when its terminal hangs up.
            idle: seconds without a terminal and without playing after which it ends; 0: never.
            options: what it was started with, as `name_options` names them.
        """
        line.setblocking(False)
        self._line: socket.socket | None = line
        self._state = state
        self._stays = stays
        self._idle = idle
        self._options = set(options.split())
        self._drawer: Drawer | None = None
        self._folder: RuntimeFolder | None = None
        self._listener: socket.socket | None = None
        self._name = f"{socket_name(state).removesuffix('.sock')}-{os.getpid()}.tty"
        self._greeting: dict[socket.socket, asyncio.TimerHandle] = {}
        self._is_playing = False
        self._timer: asyncio.TimerHandle | None = None
        self.on_new_terminal: Callable[[], None] = lambda: None
        """Called when another terminal is drawn on."""

    def serve(self, drawer: Drawer) -> None:
        """See `TerminalLink.serve`."""
        self._drawer = drawer
        self._loop = asyncio.get_running_loop()
        if self._line is not None:
            self._loop.add_reader(self._line, self._hear, self._line)

    def listen(self) -> None:
        """Let other clients come.

        Raises:
            RemoteError: there is no folder for the socket, or it cannot be made.
        """
        folder = open_folder(may_make=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._name, dir_fd=folder.descriptor)
            listener.bind(folder.address(self._name))
            os.chmod(self._name, 0o600, dir_fd=folder.descriptor)
            listener.listen()
            listener.setblocking(False)
        except OSError as error:
            listener.close()
            folder.close()
            raise RemoteError(f"The socket cannot be made: {error.strerror or error}") from error
        self._folder, self._listener = folder, listener
        self._loop.add_reader(listener, self._accept)

    # -- what the listener and the app wish ----------------------------------------------------------------

    def leave(self) -> bool:
        """See `TerminalLink.leave`."""
        if self._listener is None:
            return False
        self._let_go(LEFT)
        return True

    def suspend(self) -> None:
        """See `TerminalLink.suspend`."""
        self._give_up()
        self._say(STOP)

    def hang_up(self) -> bool:
        """See `TerminalLink.hang_up`."""
        if not self._stays or self._listener is None:
            return False
        self._let_go(LEFT)
        return True

    def end(self, status: int) -> None:
        """Tell the client that the app is over, with its exit status."""
        self._say(ENDED, status)
        self._hang_up_line()

    def playback_changed(self, playback: Playback) -> None:
        """Keep in mind whether anything plays."""
        self._is_playing = playback.status in (PlayerStatus.PLAYING, PlayerStatus.LOADING)
        self._watch_idleness()

    async def close(self) -> None:
        """Let nobody come any more; the client that is there hears the end."""
        self._idle = 0
        self._watch_idleness()
        for waiting in list(self._greeting):
            self._turn_away(waiting)
        if self._listener is not None and self._folder is not None:
            self._loop.remove_reader(self._listener)
            self._listener.close()
            with contextlib.suppress(OSError):
                os.unlink(self._name, dir_fd=self._folder.descriptor)
            self._folder.close()
            self._listener = None
        if self._line is not None:
            self._loop.remove_reader(self._line)

    # -- clients -------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        assert self._listener is not None
        with contextlib.suppress(OSError):
            line, _ = self._listener.accept()
            line.setblocking(False)
            self._greeting[line] = self._loop.call_later(PATIENCE, self._turn_away, line)
            if is_same_user(line):
                self._loop.add_reader(line, self._hear, line)
            else:
                self._turn_away(line)

    def _turn_away(self, line: socket.socket, word: str = "") -> None:
        """Close the connection of who has come, with an answer."""
        self._greeting.pop(line).cancel()
        self._loop.remove_reader(line)
        with contextlib.suppress(OSError):
            line.send(f"{word}\n".encode())
        line.close()

    def _hear(self, line: socket.socket) -> None:
        """Take the terminal that a client brings, or notice that it is gone."""
        data, handed = b"", list[int]()
        try:
            data, handed, _, _ = socket.recv_fds(line, GREETING_LIMIT, 2, getattr(socket, "MSG_CMSG_CLOEXEC", 0))
        except BlockingIOError:
            return
        except OSError:
            pass
        way, variables = read_greeting(data)
        wished = set(variables.pop(OPTIONS, "").split())
        if line is self._line and handed:  # the client was stopped
            self._give_up()
            self._take(handed[0], variables)
        elif line is self._line:
            self._hang_up_line()
            assert self._drawer is not None
            self._drawer.lost()
        elif len(handed) != 2:
            self._turn_away(line)
        elif (way == IF_LEFT and (self._line is not None or not wished <= self._options)) or _is_gone(line):
            for descriptor in handed:
                os.close(descriptor)
            self._turn_away(line, BUSY)
        else:
            self._turn_away(line, WELCOME)
            self._give_up()  # before the former client closes its pseudo-terminal, which would be a hang-up
            self._say(TAKEN)
            self._hang_up_line()
            self._line = socket.socket(fileno=handed[1])
            self._line.setblocking(False)
            self._loop.add_reader(self._line, self._hear, self._line)
            self._take(handed[0], variables)
            self._watch_idleness()

    def _take(self, terminal: int, variables: Mapping[str, str]) -> None:
        assert self._drawer is not None
        self._drawer.take(terminal, variables)
        self.on_new_terminal()
        self._say(WELCOME, os.getpid())

    def _let_go(self, word: str) -> None:
        self._give_up()
        self._say(word)
        self._hang_up_line()
        self._watch_idleness()

    def _give_up(self) -> None:
        if self._drawer is not None:
            self._drawer.give_up()

    def _say(self, word: str, number: int = 0) -> None:
        if self._line is not None:
            with contextlib.suppress(OSError):  # it is gone, which reading tells
                self._line.send(f"{word} {number}\n".encode())

    def _hang_up_line(self) -> None:
        if self._line is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.remove_reader(self._line)
            self._line.close()
            self._line = None

    def _watch_idleness(self) -> None:
        """End the app when it has had neither terminal nor playing for a while."""
        is_idle = self._line is None and not self._is_playing and self._idle > 0
        if self._timer is not None and not is_idle:
            self._timer.cancel()
            self._timer = None
        elif self._timer is None and is_idle and self._drawer is not None:
            self._timer = self._loop.call_later(self._idle, self._drawer.end)


def _is_gone(line: socket.socket) -> bool:
    """Return whether who has greeted is tired of waiting, and has started an app instead."""
    try:
        return not line.recv(1, socket.MSG_PEEK)
    except OSError:
        return False
