"""A recording on the network as a file: what is read of it is fetched, kept, and never fetched twice.

Readers wait for their bytes; the first that are missing where a reader is are fetched next.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace

from tui_pod.core.player.remote_audio import FetchProgress
from tui_pod.feeds.media.mp4_claims import REFUSED, Mp4Claims
from tui_pod.feeds.media.sparse_file import Intervals, SparseFile
from tui_pod.feeds.media.stream_fetcher import Access, StreamFetcher
from tui_pod.feeds.net.fetch import FetchError
from tui_pod.runtime.threads import CancelToken

ID3V1 = 128
"""Bytes of the tag at the end of an mp3, for which the demuxer would wait for the whole file before the first sound."""


class StreamFile:
    """A `RemoteAudio` in a sparse file."""

    def __init__(
        self,
        file: SparseFile,
        access: Access,
        renew: Callable[[], str | None],
        released: Callable[[StreamFile], None],
    ) -> None:
        """Take over a file, and begin to fetch what is missing.

        Args:
            file: with what is there.
            access: asked before each request for what it may lead to, and with which logins. It may wait.
            renew: asked for a new address when the present one is over; None: there is none. It may wait.
            released: told when nobody has read for a while, and in the end.
        """
        self._file = file
        self._fetcher = StreamFetcher(file, access, renew, lambda: released(self))
        self._changed = self._fetcher.changed
        self._told_version = 0

    @property
    def address(self) -> str:
        """The address of the recording, as the feed has it."""
        return self._file.content.address

    @property
    def is_usable(self) -> bool:
        """Whether it can still be read."""
        return not self._fetcher.is_closed

    def open(self) -> StreamReader:
        """See `RemoteAudio.open`."""
        with self._changed:
            if self._fetcher.is_closed:
                raise OSError("it was let go")
            self._fetcher.plan.readers += 1
            self._fetcher.try_again()
            if not self._file.content.has_end:
                self._file.content = replace(self._file.content, size=None, has_end=True)
            return StreamReader(self._fetcher)

    def progress(self) -> FetchProgress:
        """See `RemoteAudio.progress`."""
        with self._changed:
            plan, file, content = self._fetcher.plan, self._file, self._file.content
            is_seekable = plan.is_ranged is not False
            rate = plan.rate_at(time.monotonic())
            return FetchProgress(file.have.end_from(0), content.size, is_seekable, rate, plan.come, content.has_end)

    def problem(self) -> str:
        """See `RemoteAudio.problem`."""
        return self._fetcher.refused or str(self._fetcher.failure or "")

    def has_changed(self) -> bool:
        """See `RemoteAudio.has_changed`."""
        with self._changed:
            told, self._told_version = self._told_version, self._fetcher.version
            return told != self._told_version

    def size(self) -> int | None:
        """Return the bytes of the whole; None when that is not known."""
        return self._file.content.size

    def wait_for_answer(self, cancel: CancelToken) -> None:
        """Wait until the server has answered; where nothing has failed yet, what is here needs no answer.

        Raises:
            FetchError: it cannot be had.
            Cancelled: it was cancelled.
        """
        fetcher = self._fetcher
        with self._changed:
            fetcher.try_again()
            while fetcher.is_unanswered():
                if fetcher.is_closed or fetcher.failure is not None:
                    raise fetcher.failure or FetchError("It was let go.")
                cancel.check()
                self._changed.wait(0.1)  # a cancelled wait cannot wake it

    def peek(self, offset: int, count: int, seconds: float, cancel: CancelToken) -> bytes:
        """Return bytes once they are here, or what of them is after so many seconds.

        Raises:
            OSError: it was let go.
            Cancelled: it was cancelled.
        """
        until, fetcher = time.monotonic() + seconds, self._fetcher
        with contextlib.closing(self.open()):
            with self._changed:
                end = min(offset + count, self.size() or offset + count)
                while (here := self._file.have.end_from(offset)) < end:
                    cancel.check()
                    if fetcher.failure is not None or time.monotonic() >= until:
                        break
                    fetcher.want(here)
                    self._changed.wait(0.1)
            return self._file.read(offset, min(count, here - offset))

    def close(self) -> None:
        """Let it go at once."""
        with self._changed:
            self._fetcher.close()

    def join(self, seconds: float) -> None:
        """Wait until it is let go, for so many seconds at most."""
        self._fetcher.join(seconds)


class StreamReader:
    """A `ByteReader` of a stream file."""

    def __init__(self, fetcher: StreamFetcher) -> None:
        self._fetcher = fetcher
        self._file = fetcher.file
        self._changed = fetcher.changed
        self._version = fetcher.version  # a recording that has changed cannot be read on
        self._claims = Mp4Claims()
        self._is_cancelled = False
        self._is_closed = False

    def size(self) -> int | None:
        """See `ByteReader.size`."""
        return self._file.content.size

    def can_go_to(self, offset: int) -> bool:
        """See `ByteReader.can_go_to`."""
        with self._changed:
            is_here = self._file.have.end_from(offset) > offset
        return is_here or self.size() != offset + ID3V1

    def read_into(self, buffer: memoryview, offset: int) -> int:
        """See `ByteReader.read_into`."""
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
                if self._claims.are_false(bytes(buffer[:count]), offset, self.size()):
                    self._fetcher.refused = REFUSED
                    raise OSError(REFUSED)
                return count
            with self._changed:
                self._file.have = Intervals()  # someone has cut the file

    def _wait_for_bytes(self, offset: int) -> int:
        """Return the end of what is there from `offset` on; the offset itself at the end of the recording."""
        fetcher = self._fetcher
        fetcher.plan.waiting += 1
        try:
            while (end := self._file.have.end_from(offset)) == offset:
                self._check()
                size = self.size()
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
        """See `ByteReader.cancel`."""
        with self._changed:
            self._is_cancelled = True
            self._changed.notify_all()

    def close(self) -> None:
        """See `ByteReader.close`."""
        with self._changed:
            if not self._is_closed:
                self._is_cancelled = self._is_closed = True
                self._fetcher.plan.readers -= 1
                self._fetcher.close_file()
                self._changed.notify_all()
