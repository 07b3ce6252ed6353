"""A server that sends some audio and then no more, and says nothing of it."""

from __future__ import annotations

import socket
import threading
import wave
from io import BytesIO


class StalledServer:
    """Serves the beginning of one recording on the loopback; the rest never comes."""

    def __init__(self, seconds: float, sent: float) -> None:
        content = BytesIO()
        with wave.open(content, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(1)
            file.setframerate(8000)
            file.writeframes(b"\x80" * round(8000 * seconds))
        self._content = content.getvalue()
        self._sent = round(8000 * sent)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._held: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def host(self) -> str:
        """Its address and port."""
        return "{}:{}".format(*self._socket.getsockname()[:2])

    def close(self) -> None:
        """Serve no more."""
        for connection in (self._socket, *self._held):
            connection.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._held.append(connection)
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        try:
            asked = connection.recv(65536).decode("latin-1").lower()
            start = int(asked.partition("range: bytes=")[2].partition("-")[0] or 0)
            is_part = "range: bytes=" in asked
            head = "HTTP/1.1 206 Partial Content" if is_part else "HTTP/1.1 200 OK"
            size = len(self._content)
            lines = [head, "Content-Type: audio/wav", "Accept-Ranges: bytes", f"Content-Length: {size - start}"]
            if is_part:
                lines.append(f"Content-Range: bytes {start}-{size - 1}/{size}")
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + self._content[start : self._sent])
        except (OSError, ValueError):
            connection.close()
