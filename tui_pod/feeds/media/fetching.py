"""Download one file into its part: resumed after drops, given up when almost nothing arrives. Waits."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

from tui_pod.core.player.retry import PAUSES
from tui_pod.feeds.media.partial import DownloadRequest, PartialDownload
from tui_pod.feeds.media.range_answer import HEAD, check_kind, check_start
from tui_pod.feeds.net.fetch import FetchError, Limits, opened
from tui_pod.runtime.threads import CancelToken

WINDOW = 60.0
"""Seconds in each of which some of the recording must arrive, attempts and pauses included."""

LEAST_IN_WINDOW = 60_000
"""Bytes that must arrive in it: a server that only keeps the connection open keeps a place in the queue too."""

LEAST = 0.9
"""Share of the size in the feed that counts as a whole recording when the server states none."""

ATTEMPTS = 4
"""Times in a row that a dropped download is resumed."""

WORKING = 64 * 1024
"""Bytes after which the attempts are counted from zero again."""

REPORT_EVERY = 0.25
"""Seconds between two reports of progress."""

Report = Callable[[int, int | None], None]
"""Takes the bytes there are, and those there will be when known."""


class Fetching:
    """The download of one file, in one thread."""

    def __init__(
        self,
        request: DownloadRequest,
        part: PartialDownload,
        limits: Limits,
        report: Report,
        cancel: CancelToken,
        make_room: Callable[[int], None] = lambda _: None,
        is_audio: bool = True,
    ) -> None:
        """Fetch nothing yet.

        `make_room` is asked for bytes before they come, and raises `FetchError` when there is no room; `is_audio` says
        whether anything but a recording is refused.
        """
        self._request = request
        self._part = part
        self._limits = limits
        self._make_room = make_room
        self._report = report
        self._cancel = cancel
        self._is_audio = is_audio
        self._window = time.monotonic(), part.size()

    def run(self) -> str:
        """Fetch until the file is whole, with growing pauses after drops; return its media type.

        Raises:
            FetchError: it cannot be had, or there is no room.
            OSError: it cannot be saved.
        """
        attempts = most = 0
        while True:
            most = max(most, self._part.size())
            try:
                return self._attempt()
            except FetchError as error:
                attempts = 0 if self._part.size() > most + WORKING else attempts
                is_over = error.is_final or error.is_offline or attempts >= ATTEMPTS
                if is_over or self._crawls(self._part.size()):
                    raise
            self._cancel.sleep(PAUSES[attempts])
            attempts += 1

    def _attempt(self) -> str:
        request, part = self._request, self._part
        headers = {"Accept-Encoding": "identity", **part.headers()}
        with opened(request.policy.request(request.address, headers), self._limits, self._cancel) as response:
            if self._is_audio:
                check_kind(response)
            answer = part.begin(response)
            if answer is None:
                return part.kind()
            start, total = answer.start, answer.size
            self._check_size(total or 0)
            self._make_room((total or start) - start)
            self._write(start, total, response.chunks)
            if total is not None and part.size() != total:
                raise FetchError("The connection broke off before the end.")
            if request.size and not answer.has_end and part.size() < LEAST * request.size:
                said = f"{part.size():,} bytes came of the {request.size:,} that the feed states."
                raise FetchError(f"The connection broke off before the end: {said}")
        return response.kind

    def _write(self, start: int, total: int | None, chunks: Iterator[bytes]) -> None:
        done, reported = start, 0.0
        began, had = self._window
        self._window = began, min(had, start)
        with self._part.path.open("ab+") as file:
            file.seek(0)
            head = file.read(HEAD)
            for chunk in chunks:
                self._cancel.check()
                if self._is_audio and len(head) < HEAD:  # it may come byte by byte, or in several attempts
                    head += chunk[:HEAD]
                    check_start(head)
                file.write(chunk)
                done += len(chunk)
                self._check_size(done)
                if self._crawls(done):
                    raise FetchError("The server sends next to nothing.", is_final=True)
                now = time.monotonic()
                if now - reported >= REPORT_EVERY:
                    reported = now
                    self._report(done, total)
            file.flush()
            os.fsync(file.fileno())
        self._report(done, total)
        if done == 0:
            raise FetchError("The file is empty.", is_final=True)

    def _crawls(self, size: int) -> bool:
        """Return whether a window has ended in which too little came to the bytes there are."""
        (began, had), now = self._window, time.monotonic()
        if now - began < WINDOW:
            return False
        self._window = now, size
        return size - had < LEAST_IN_WINDOW

    def _check_size(self, size: int) -> None:
        if size > self._limits.size:
            raise FetchError(f"It is larger than {self._limits.size // 1000**2} MB.", is_final=True)
