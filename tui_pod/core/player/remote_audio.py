"""Audio on the network, as player and core see it: bytes that are fetched on demand."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class FetchProgress(NamedTuple):
    """How much of a recording is fetched."""

    fetched: int
    """Bytes fetched from the start without a gap."""
    total: int | None = None
    """Total bytes; None if the server does not say."""
    is_seekable: bool = True
    """Whether any position can be fetched at once; if not, only fetched parts can be jumped to."""
    rate: float = 0.0
    """Current bytes per second."""
    come: int = 0
    """All bytes received, repeated ones included: it grows while data arrives."""
    has_end: bool = True
    """Whether the server stated the end of the fetched part; if not, a new reader begins without a size."""
    failed: str | None = None
    """What failed, in a few words, while the next request is awaited; None while none is."""
    retry_in: float = 0.0
    """Seconds until that request."""
    is_intact: bool = False
    """Whether nothing has failed or changed since the last reader began, so that where it ends, the recording does."""


class ByteReader(Protocol):
    """A reader of one recording. Its calls may come from any thread."""

    def size(self) -> int | None:
        """Return the total bytes; None if not known."""

    def can_go_to(self, offset: int) -> bool:
        """Return whether reading there is worth the wait; for a tag at the very end of the file it is not."""

    def read_into(self, buffer: memoryview, offset: int) -> int:
        """Fill the buffer from `offset`, blocking until there is data; return the number of bytes, 0 at the end.

        Raises OSError if they cannot be fetched, or the reader was cancelled.
        """

    def cancel(self) -> None:
        """Fail blocked reads and all later ones."""

    def close(self) -> None:
        """Close the reader."""


class RemoteAudio(Protocol):
    """A recording on the network. Its calls may come from any thread."""

    def open(self) -> ByteReader:
        """Return a new reader. Raises OSError if it was closed for good."""

    def progress(self) -> FetchProgress:
        """Return how much of it is fetched."""

    def problem(self) -> str | None:
        """Return why no more data arrives; None while it does."""

    def has_changed(self) -> bool:
        """Return whether the recording was replaced since the last call."""
