"""Read a recording on the network like a file. What was fetched is kept, and never fetched again.

A reader waits until its bytes are here. A download is a reader that wants all of them.
"""

from __future__ import annotations

import contextlib
import errno
import time
from collections.abc import Callable
from dataclasses import replace

from tui_pod.core.player.remote_audio import FetchProgress
from tui_pod.net.fetch import FetchError
from tui_pod.recordings.heads import REFUSED, Mp4Claims
from tui_pod.recordings.recording_fetcher import RecordingFetcher
from tui_pod.recordings.sparse_file import Intervals
from tui_pod.runtime.threads import CancelToken

ID3V1 = 128
"""Bytes of the tag at the end of an mp3. The demuxer would wait for it before the first sound."""

REPORT_EVERY = 0.25
"""Seconds between two reports of progress."""

OPENING = 10.0
"""Seconds in which a player opens a recording once the server has answered."""

PATIENCE = 1.0
"""Seconds in which a download that was cancelled ends, so that it can be begun again at once."""

Report = Callable[[int, int | None], None]
"""Takes the bytes from the start that are here, and the size (None if unknown)."""


class RemoteRecording:
    """A `RemoteAudio` whose bytes are kept in a sparse file."""

    def __init__(self, fetcher: RecordingFetcher) -> None:
        self.file = fetcher.file
        self._fetcher = fetcher
        self._changed = fetcher.changed
        self._reported_version = self._read_version = 0
        self._promised = -OPENING
        self.inserted = 0, b""
        """Where readers get bytes that the server does not have, and these bytes; progress and size are without."""

    @property
    def is_usable(self) -> bool:
        """Whether it can still be read."""
        return not self._fetcher.is_closed

    def open(self) -> RecordingReader:
        """Return a new reader, and fetch again at once what failed. Raises OSError if it was closed for good."""
        with self._changed:
            if self._fetcher.is_closed:
                raise OSError("the recording was closed")
            self._fetcher.plan.readers += 1
            self._read_version = self._fetcher.version
            self._fetcher.try_again()
            if not self.file.content.has_end:
                self.file.content = replace(self.file.content, size=None, has_end=True)
            return RecordingReader(self._fetcher, *self.inserted)

    def progress(self) -> FetchProgress:
        """Return how much is fetched from the start on, how fast, and what the server can do."""
        with self._changed:
            plan, content, now = self._fetcher.plan, self.file.content, time.monotonic()
            failed, at = self._fetcher.next_attempt or (None, now)
            is_same = self._read_version == self._fetcher.version and not self._fetcher.is_closed
            return FetchProgress(
                self.file.have.end_from(0), content.size, plan.is_ranged is not False, plan.rate_at(now), plan.come,
                content.has_end, failed, at - now, is_same and self._fetcher.failure is None,
            )  # fmt: skip

    def problem(self) -> str | None:
        """Return why the fetcher has given up; None while it has not."""
        failure = self._fetcher.failure
        return None if failure is None else str(failure)

    def has_changed(self) -> bool:
        """Return whether the server has had another version since the last call."""
        with self._changed:
            reported, self._reported_version = self._reported_version, self._fetcher.version
            return reported != self._reported_version

    def wait_for_answer(self, cancel: CancelToken) -> None:
        """Wait until the server has answered. Bytes that are here need no answer, unless something failed.

        Raises FetchError if the recording cannot be fetched, or Cancelled.
        """
        fetcher = self._fetcher
        with self._changed:
            self._promised = time.monotonic()
            fetcher.try_again()
            while not fetcher.is_answered and fetcher.gap() is not None:
                if fetcher.is_closed or fetcher.failure is not None:
                    raise fetcher.failure or FetchError("The recording was closed.")
                cancel.check()
                self._changed.wait(0.1)  # a cancelled wait cannot wake it

    def peek(self, offset: int, count: int, seconds: float, cancel: CancelToken) -> bytes:
        """Return bytes once they are here, or those that are here after so many seconds.

        Raises OSError if the recording was closed, or Cancelled.
        """
        until, fetcher = time.monotonic() + seconds, self._fetcher
        with contextlib.closing(self.open()):
            with self._changed:
                end = min(offset + count, self.file.content.size or offset + count)
                while (here := self.file.have.end_from(offset)) < end:
                    cancel.check()
                    if fetcher.failure is not None or time.monotonic() >= until:
                        break
                    fetcher.want(here)
                    self._changed.wait(0.1)
            return self.file.read(offset, min(count, here - offset))

    def fetch_all(
        self,
        limit: int,
        report: Report,
        cancel: CancelToken,
        make_room: Callable[[int, int], None] = lambda _size, _missing: None,
        expected: int | None = None,
        is_kept: bool = True,
    ) -> None:
        """Fetch what is missing, and wait until all of it is here.

        Args:
            limit: most bytes that it may have.
            report: called a few times a second.
            make_room: called with the size and the missing bytes once the size is known; raises if there is no room.
            expected: bytes that the feed states; much fewer are no whole recording if the server states no size.
            is_kept: whether the listener wants to keep it.

        Raises:
            FetchError: it cannot be fetched, or it is too large.
            OSError: the disk is full, or the recording was closed.
            Cancelled: it was cancelled.
        """
        fetcher, file = self._fetcher, self.file
        with self._changed:
            reader = self.open()
            if not self._changed.wait_for(lambda: not fetcher.plan.wants_all, PATIENCE):
                reader.close()
                raise FetchError("It is being downloaded already.", is_final=True)
            fetcher.plan.wants_all, fetcher.expected = True, expected
            file.is_download = file.is_download or is_kept
            self._changed.notify_all()
        done, room, reported = -1, None, 0.0
        try:
            while True:
                with self._changed:
                    if file.have.end_from(0) == done:
                        self._changed.wait(0.1)  # cancelling does not wake it
                    cancel.check()
                    done, size, failure = file.have.end_from(0), file.content.size, fetcher.failure
                if max(done, size or 0) > limit:
                    file.delete()
                    raise FetchError(f"It is larger than {limit // 1000**2} MB.", is_final=True)
                if size is not None and size != room:
                    room = size
                    make_room(size, size - file.have.total())
                if done == size or time.monotonic() - reported >= REPORT_EVERY:
                    reported = time.monotonic()
                    report(done, size)
                if done and done == size:
                    return
                if failure is not None:
                    raise failure
                if file.is_in_memory or fetcher.is_closed:
                    raise OSError(errno.ENOSPC, "No space left on device")
        finally:
            with self._changed:
                fetcher.plan.wants_all = False
                self._changed.notify_all()
            reader.close()

    def close(self) -> None:
        """Fetch no more, and end all reading."""
        with self._changed:
            self._fetcher.close()

    def close_if_unread(self) -> None:
        """Close it at once, unless someone reads it or is about to; its thread ends by itself then."""
        with self._changed:
            if not self._fetcher.plan.readers and time.monotonic() - self._promised > OPENING:
                self._fetcher.close()
            is_closed = self._fetcher.is_closed
        if is_closed:
            self.join(2.0)

    def join(self, seconds: float) -> None:
        """Wait until it is closed, for so many seconds at most."""
        self._fetcher.thread.join(seconds)


class RecordingReader:
    """A `ByteReader` of a remote recording."""

    def __init__(self, fetcher: RecordingFetcher, place: int, inserted: bytes) -> None:
        """Begin to read; see `RemoteRecording.inserted`."""
        self._place = place
        self._inserted = inserted
        self._fetcher = fetcher
        self._file = fetcher.file
        self._changed = fetcher.changed
        self._version = fetcher.version  # once the recording has changed, this reading ends
        self._claims = Mp4Claims()
        self._is_cancelled = False
        self._is_closed = False

    def size(self) -> int | None:
        """Return the total bytes with the inserted ones; None if not known."""
        size = self._file.content.size
        return None if size is None else size + len(self._inserted)

    def can_go_to(self, offset: int) -> bool:
        """Return False for an ID3v1 tag at the end that is not here: a player would wait for it and use nothing."""
        if offset >= self._place:
            offset = max(self._place, offset - len(self._inserted))
        with self._changed:
            is_here = self._file.have.end_from(offset) > offset
        return is_here or self._file.content.size != offset + ID3V1

    def read_into(self, buffer: memoryview, offset: int) -> int:
        """Fill the buffer from the inserted bytes or the file, waiting for the fetcher. Raises OSError: it is over."""
        if offset >= self._place:
            inside = offset - self._place
            if piece := self._inserted[inside : inside + len(buffer)]:
                buffer[: len(piece)] = piece
                return len(piece)
            offset -= len(self._inserted)
        elif self._inserted:
            buffer = buffer[: self._place - offset]
        plan = self._fetcher.plan
        while True:
            with self._changed:
                end = self._wait_for_bytes(offset)
                plan.wanted = offset
                if plan.position - offset < plan.ahead() // 2:
                    self._changed.notify_all()  # room for more
            if end == offset:
                return 0
            count = self._file.read_into(buffer[: end - offset], offset)
            if count:
                if self._claims.are_false(bytes(buffer[:count]), offset, self._file.content.size):
                    self._fetcher.failure = FetchError(REFUSED, is_final=True)
                    raise OSError(REFUSED)
                return count
            with self._changed:
                self._file.have = Intervals()  # someone truncated the file

    def _wait_for_bytes(self, offset: int) -> int:
        """Wait for the byte at `offset`; return the end of the bytes here, which is `offset` at the recording's end."""
        fetcher = self._fetcher
        fetcher.plan.waiting += 1
        try:
            while (end := self._file.have.end_from(offset)) == offset:
                self._check()
                size = self._file.content.size
                if size is not None and offset >= size:
                    break
                if fetcher.failure is not None:
                    raise OSError(str(fetcher.failure))
                fetcher.want(offset)
                self._changed.wait()
            self._check()
            return end
        finally:
            fetcher.plan.waiting -= 1

    def _check(self) -> None:
        if self._is_cancelled or self._version != self._fetcher.version or self._fetcher.is_closed:
            raise OSError("the reading is over")

    def cancel(self) -> None:
        """Fail the blocked read and all later ones, without closing the file."""
        with self._changed:
            self._is_cancelled = True
            self._changed.notify_all()

    def close(self) -> None:
        """End reading; the fetcher closes the file with its last reader."""
        with self._changed:
            if not self._is_closed:
                self._is_cancelled = self._is_closed = True
                self._fetcher.plan.readers -= 1
                self._fetcher.close_file()
                self._changed.notify_all()
