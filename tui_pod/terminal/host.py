"""The app's end of the line to its clients: which client shows the app, and what happens when none does.

Knows neither Textual nor what is drawn: a `Drawer` takes a terminal and gives it up. Runs on the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from tui_pod.core.player.snapshot import Playback
from tui_pod.integrations.broadcast import Follower
from tui_pod.integrations.remote_socket import RemoteError, RuntimeFolder, is_same_user, open_folder
from tui_pod.runtime.log import log
from tui_pod.terminal.protocol import (
    ANSWERS,
    ASK,
    END,
    GREETING_LIMIT,
    HERE,
    OPTIONS,
    STOP,
    TAKE,
    WELCOME,
    read_greeting,
)
from tui_pod.terminal.start import line_name

LEFT = "tui-pod keeps running; run tui-pod to come back."
TAKEN = "tui-pod is on another terminal now."


class Drawer(Protocol):
    """What draws on the terminal."""

    def give_up(self) -> None:
        """Stop reading and drawing at once, whatever state the terminal is in; the client restores it."""

    def take(self, terminal: int, variables: Mapping[str, str]) -> None:
        """Draw the whole screen on another terminal, described by these variables; takes over the descriptor."""

    def end(self) -> None:
        """Save, and end the app."""


class TerminalHost(Follower):
    """Lends the app's screen to one client at a time."""

    def __init__(self, line: socket.socket, state: Path, stays: bool, idle: float, options: str = "") -> None:
        """Begin with the client that has started the app, at the other end of a line.

        Clients find the app by its state file; `options` are those that it was started with, as `name_options` returns
        them. It ends after `idle` seconds without a terminal and without playing; 0 means never.
        """
        self._line: socket.socket | None = line
        self.stays = stays
        """Whether the app keeps running when the terminal hangs up."""
        self._idle = idle
        self._options = set(options.split())
        self._drawer: Drawer
        self._folder: RuntimeFolder | None = None
        self._listener: socket.socket | None = None
        self._name = line_name(state)
        self._is_playing = False
        self._timer: asyncio.TimerHandle | None = None
        self.on_new_terminal: Callable[[], None] = lambda: None
        """Called after the app has moved to another terminal."""

    def serve(self, drawer: Drawer) -> None:
        """Begin to listen to the client, once the app draws on the terminal."""
        self._drawer = drawer
        self._loop = asyncio.get_running_loop()
        if self._line is not None:
            self._follow(self._line)

    def listen(self) -> None:
        """Accept other clients, unless that was begun before.

        Raises:
            RemoteError: there is no folder for the socket, or the socket cannot be created.
        """
        if self._listener is not None:
            return
        folder = open_folder(may_make=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            listener.bind(folder.address(self._name))
            os.chmod(self._name, 0o600, dir_fd=folder.descriptor)
            listener.setblocking(False)
        except OSError as error:
            listener.close()
            folder.close()
            raise RemoteError(f"The socket cannot be created: {error.strerror or error}") from error
        self._folder, self._listener = folder, listener
        self._loop.add_reader(listener, self._greeted, listener)

    # -- requests of the listener and the app -------------------------------------------------------------

    def leave(self) -> bool:
        """Give the terminal back and keep running; return False if no client could come back."""
        try:
            self.listen()  # the listener may leave before the integrations have started
        except RemoteError as error:
            log(f"cannot leave the terminal: {error}")
            return False
        self._drawer.give_up()
        self._part(LEFT)
        self._watch_idleness()
        return True

    def suspend(self) -> None:
        """Give the terminal to the shell until the listener brings the client to the foreground."""
        self._drawer.give_up()
        self._say(STOP, 0)

    def hang_up(self) -> bool:
        """Handle a terminal that is gone; return True if the app keeps running without one."""
        return self.stays and self.leave()

    def end(self, status: int) -> None:
        """Tell the client that the app has ended, with its exit status."""
        self._say(END, status)

    def playback_changed(self, playback: Playback) -> None:
        """Note whether anything plays."""
        self._is_playing = playback.is_going
        self._watch_idleness()

    async def close(self) -> None:
        """Accept no more clients; `end` notifies the current one."""
        self._idle = 0
        self._watch_idleness()
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

    def _greeted(self, listener: socket.socket) -> None:
        """Take the terminal that another client hands over, if it is meant for this app."""
        with contextlib.ExitStack() as handed, contextlib.suppress(OSError):
            data, descriptors = _receive(listener, 3)
            for descriptor in descriptors:
                handed.callback(os.close, descriptor)
            way, variables = read_greeting(data)
            wished = set(variables.pop(OPTIONS, "").split())
            is_for_us = way == TAKE or (self._line is None and wished <= self._options)
            if len(descriptors) != 3 or not is_for_us:
                return
            terminal, line, answer = descriptors
            if not (_is_terminal(terminal) and _is_socket(line) and _is_socket(answer)):
                return
            client = handed.enter_context(socket.socket(fileno=os.dup(line)))
            reply = handed.enter_context(socket.socket(fileno=os.dup(answer)))
            if not is_same_user(client):
                return
            reply.setblocking(False)
            reply.send(b"\n")  # fails if the client gave up waiting and started an app of its own
            self._drawer.give_up()
            self._part(TAKEN)
            self._line = client.dup()
            self._follow(self._line)
            self._take(os.dup(terminal), variables)
            self._watch_idleness()

    def _follow(self, line: socket.socket) -> None:
        line.setblocking(False)
        self._loop.add_reader(line, self._hear, line)

    def _hear(self, line: socket.socket) -> None:
        """Take the new terminal of a client that was stopped, or notice that the client is gone."""
        try:
            data, terminals = _receive(line, 1)
        except BlockingIOError:
            return
        except OSError:
            data, terminals = b"", []
        if terminals and not _is_terminal(terminals[0]):
            os.close(terminals[0])
        elif terminals:
            self._drawer.give_up()
            self._take(terminals[0], read_greeting(data)[1])
        elif data and not data.strip(ASK):
            self._say(HERE, 0)
        else:
            self._part()
            if not self.hang_up():
                self._drawer.end()

    def _take(self, terminal: int, variables: Mapping[str, str]) -> None:
        self._drawer.take(terminal, variables)
        self.on_new_terminal()
        self._say(WELCOME, os.getpid(), ANSWERS)

    def _say(self, word: str, number: int, text: str = "") -> None:
        if self._line is not None:
            with contextlib.suppress(OSError):  # the client is gone; the next read reports it
                self._line.send(f"{word} {number} {text}".rstrip().encode() + b"\n")

    def _part(self, text: str = "") -> None:
        """Release the client, which prints a text."""
        if self._line is not None:
            self._say(END, 0, text)
            self._loop.remove_reader(self._line)
            self._line.close()
            self._line = None

    def _watch_idleness(self) -> None:
        """End the app after a while without a terminal and without playing."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._line is None and not self._is_playing and self._idle > 0:
            self._timer = self._loop.call_later(self._idle, self._drawer.end)


def _is_terminal(descriptor: int) -> bool:
    """Return whether a descriptor from outside is a terminal; anything else could block, or is no screen."""
    return stat.S_ISCHR(os.fstat(descriptor).st_mode) and os.isatty(descriptor)


def _is_socket(descriptor: int) -> bool:
    return stat.S_ISSOCK(os.fstat(descriptor).st_mode)


def _receive(connection: socket.socket, count: int) -> tuple[bytes, list[int]]:
    """Return a message and up to `count` descriptors that came with it."""
    data, descriptors, _, _ = socket.recv_fds(connection, GREETING_LIMIT, count, getattr(socket, "MSG_CMSG_CLOEXEC", 0))
    return data, descriptors
