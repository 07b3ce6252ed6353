"""Run network work in a thread that can be stopped and never delays quitting.

The event loop's own executor joins its threads at exit, so a name look-up that hangs would delay quitting. The
threads here are daemons, and stopping one also wakes it from its socket.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

Result = TypeVar("Result")


class Cancelled(Exception):
    """The work was asked to stop."""


class CancelToken:
    """Tells work in another thread to stop."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()

    @property
    def is_set(self) -> bool:
        """True if the work must stop."""
        return self._event.is_set()

    def set(self) -> None:
        """Stop the work, even while it waits for a socket."""
        with self._lock:
            self._event.set()
            for connection in self._sockets:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def check(self) -> None:
        """Raise Cancelled if the work must stop."""
        if self._event.is_set():
            raise Cancelled

    @contextlib.contextmanager
    def waking(self, connection: socket.socket) -> Iterator[None]:
        """Let `set` shut down this socket while the block runs."""
        with self._lock:
            self._sockets.add(connection)
        try:
            self.check()
            yield
        finally:
            with self._lock:
                self._sockets.discard(connection)


async def in_thread(work: Callable[[CancelToken], Result]) -> Result:
    """Run `work` in its own thread and return its result; cancelling the wait also stops the work."""
    future: concurrent.futures.Future[Result] = concurrent.futures.Future()
    future.set_running_or_notify_cancel()  # it then accepts a result even if nobody waits for it
    stop = CancelToken()

    def run() -> None:
        try:
            future.set_result(work(stop))
        except BaseException as error:  # raised again where the future is awaited
            future.set_exception(error)

    threading.Thread(target=run, name="feeds", daemon=True).start()
    try:
        return await asyncio.wrap_future(future)
    except asyncio.CancelledError:
        stop.set()
        raise
