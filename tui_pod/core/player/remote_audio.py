"""Audio on the network, as player and core see it: bytes that are fetched when they are asked for."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class FetchProgress(NamedTuple):
    """How much of a recording is here."""

    fetched: int
    """Bytes from the start that are here without a gap."""
    total: int | None = None
    """Bytes of the whole; None when the server does not say."""
    is_seekable: bool = True
    """Whether any position can be fetched at once; else only what is here can be jumped to."""
    rate: float = 0.0
    """Bytes a second that come now."""
    come: int = 0
    """Bytes that came in all, those that were here already too: it tells whether anything does."""
    has_end: bool = True
    """Whether the server told the end of what is here; else a new reading begins without a size."""


class ByteReader(Protocol):
    """One reading of a recording. Its calls may come from any thread."""

    def size(self) -> int | None:
        """Return the bytes of the whole; None when that is not known."""

    def can_go_to(self, offset: int) -> bool:
        """Return whether reading there is worth its wait: that of a tag at the very end of the file is not."""

    def read_into(self, buffer: memoryview, offset: int) -> int:
        """Fill the buffer from `offset` and wait until there is something; return the bytes, 0 at the end.

        Raises:
            OSError: they cannot be had, or the reading was cancelled.
        """

    def cancel(self) -> None:
        """End waiting reads, and all later ones, with an error."""

    def close(self) -> None:
        """End the reading."""


class RemoteAudio(Protocol):
    """A recording on the network. Its calls may come from any thread."""

    def open(self) -> ByteReader:
        """Begin a reading.

        Raises:
            OSError: it was closed for good.
        """

    def progress(self) -> FetchProgress:
        """Return how much of it is here."""

    def problem(self) -> str:
        """Return why nothing more comes; empty while something does."""

    def has_changed(self) -> bool:
        """Return whether it has become another recording since this was asked last."""
