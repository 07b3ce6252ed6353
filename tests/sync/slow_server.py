"""Something between a program and a server that holds back what the server is asked, for as long as a test wants."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit


class Forwarder:
    """Passes connections on to a server, one after the other; while held, they are accepted and wait."""

    def __init__(self, server: str) -> None:
        address = urlsplit(server)
        self._server = address.hostname, address.port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._is_open = threading.Event()
        self._is_open.set()
        self.waiting = threading.Event()
        """Set once somebody waits."""
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> str:
        """Its own address."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def hold(self) -> None:
        """Let everyone wait from now on."""
        self.waiting.clear()
        self._is_open.clear()

    def release(self) -> None:
        """Pass on what waits, and what comes."""
        self._is_open.set()

    def close(self) -> None:
        """End this."""
        self.release()
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        if not self._is_open.is_set():
            self.waiting.set()
            self._is_open.wait()
        with contextlib.suppress(OSError), client, socket.create_connection(self._server) as server:
            asking = threading.Thread(target=_copy, args=(client, server), daemon=True)
            asking.start()
            _copy(server, client)
            asking.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while content := source.recv(65536):
            target.sendall(content)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def forwarding(server: str) -> Iterator[Forwarder]:
    """Stand between programs and a server for the block."""
    forwarder = Forwarder(server)
    try:
        yield forwarder
    finally:
        forwarder.close()
