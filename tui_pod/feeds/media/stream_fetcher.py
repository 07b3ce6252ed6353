"""Fetch what is wanted of a recording, in its own thread: by ranges where the server has them, else from the start.

Dropped connections are resumed; a recording that has changed on the server is fetched anew.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from tui_pod.core.player.retry import PAUSES
from tui_pod.feeds.media.fetch_plan import FetchPlan
from tui_pod.feeds.media.range_answer import HEAD, USELESS, RangeAnswer, check_kind, check_start, read_range_answer
from tui_pod.feeds.media.sparse_file import IN_MEMORY, MovedToMemory, SparseFile
from tui_pod.feeds.net.access import NetworkPolicy
from tui_pod.feeds.net.fetch import FetchError, Limits, opened
from tui_pod.runtime.threads import Cancelled, CancelToken

LIMITS = Limits(size=2 * 1000**3, seconds=86_400.0, idle=15.0, head=20.0)
"""Of one request. A day, since a paused listener keeps the connection waiting."""

IDLE = 30.0
"""Seconds after which a connection that nobody needs is given up."""

UNREAD = 300.0
"""Seconds after which a recording that nobody reads is let go; it stays in its folder."""

SAVE_EVERY = 2 * 1024 * 1024
"""Bytes after which it is noted which are there: a kill costs no more of them."""

SLOWEST = 1_000
"""Bytes a second under which a server is taken for one that only holds the line, once it has had"""
SLOW_AFTER = 20.0
"""seconds."""

WORKING = 64 * 1024
"""Bytes after which a connection that drops is tried at once and as often again."""

MAX_WAIT = 60.0
"""Seconds that a server may ask to be left alone (`Retry-After`); of one that asks for more, the listener is told."""

_MOVED = frozenset((401, 403, 404, 410))
"""Statuses by which media hosts say that a temporary address has expired."""


Access = Callable[[], NetworkPolicy]
"""Returns what a recording's address may lead to, and the logins for it."""


class _AskAgain(FetchError):
    """An answer that is asked for in another way at once."""


class StreamFetcher:
    """The fetching of one recording. `changed` is held to read or change its fields, and told of every change."""

    def __init__(
        self,
        file: SparseFile,
        access: Access,
        renew: Callable[[], str | None],
        released: Callable[[], None],
    ) -> None:
        """Begin; see `StreamFile`."""
        self.file = file
        self.plan = FetchPlan()
        self.changed = threading.Condition()
        self.failure: FetchError | None = None
        """Why nothing more comes; None while it does."""
        self.refused = ""
        """Why it is not to be played, whatever comes."""
        self.version = 0
        """How often the recording has changed on the server."""
        self.is_answered = file.have.total() > 0
        """Whether the server has answered since something failed."""
        self.is_closed = False
        self._access = access
        self._renew = renew
        self._has_renewed = False
        self._released = released
        self._at: str | None = None  # where the redirects led
        self._attempts = 0
        self._is_checked = file.have.end_from(0) >= HEAD
        self._is_over = False
        self._stop = CancelToken()
        self._unsaved = 0
        self._thread = threading.Thread(target=self._run, name="stream", daemon=True)
        self._thread.start()

    # -- with `changed` held ---------------------------------------------------------------------------

    def want(self, offset: int) -> None:
        """Have this byte fetched next."""
        self.plan.wanted = offset
        if not self.plan.will_bring(offset):
            self._stop.set()
        self.changed.notify_all()

    def is_unanswered(self) -> bool:
        """Return whether something that is wanted waits for an answer of the server."""
        return not self.is_answered and self.plan.gap(self.file.have, self.file.content.size) is not None

    def try_again(self) -> None:
        """Forget what failed."""
        self.failure, self.refused, self._attempts = None, "", 0
        self.changed.notify_all()

    def close(self) -> None:
        """Fetch no more."""
        self.is_closed = True
        self._stop.set()
        self.changed.notify_all()

    def close_file(self) -> None:
        """Close the file once neither the fetching nor a reader needs it."""
        if self._is_over and not self.plan.readers:
            self.file.close()

    # -- the thread ------------------------------------------------------------------------------------

    def join(self, seconds: float) -> None:
        """Wait until the fetching has ended, for so many seconds at most."""
        self._thread.join(seconds)

    def _run(self) -> None:
        while (start := self._wait_for_gap()) is not None:
            before = self.plan.come
            try:
                self._fetch(start)
                continue
            except Cancelled:
                continue
            except MovedToMemory:
                failure: FetchError = _AskAgain("The disk is full.")
            except FetchError as error:
                failure = error
            except OSError as error:
                failure = FetchError(f"It cannot be kept: {error.strerror}.", is_final=True)
            if self._stop.is_set:
                continue  # a reader wants another place: a connection that is shut down looks as if it had dropped
            self._attempts = 0 if self.plan.come - before > WORKING else self._attempts
            pause = self._pause_after(failure)
            with self.changed:
                if pause is None:
                    self.failure, self.is_answered = failure, False
                    self.changed.notify_all()
                elif pause:
                    self.changed.wait_for(lambda: self.is_closed, pause)
        self._save()
        self._released()
        with self.changed:
            self._is_over = True
            self.close_file()

    def _wait_for_gap(self) -> int | None:
        """Return the next byte to be fetched once one is wanted; None: nothing is any more."""
        while True:
            with self.changed:
                gap = self.plan.gap(self.file.have, self.file.content.size) if self.failure is None else None
                if self.is_closed:
                    return None
                if gap is not None:
                    self._stop = CancelToken()
                    self.plan.position = gap
                    return gap
                if not self._unsaved:
                    is_told = self.changed.wait(None if self.plan.readers else UNREAD)
                    if not is_told and not self.plan.readers:
                        self.is_closed = True
                    continue
            self._save()

    def _fetch(self, start: int) -> None:
        content, headers = self.file.content, {"Accept-Encoding": "identity"}
        asks_for_part = self.plan.is_ranged is not False
        if asks_for_part:
            headers["Range"] = f"bytes={start}-"
            if start and content.mark:
                headers["If-Range"] = content.mark
        policy = self._access()
        request = policy.request(self._at or content.address, headers)
        with opened(request, LIMITS, self._stop) as response:
            check_kind(response)
            answer = read_range_answer(response, start if asks_for_part else None)
            self._at = response.address
            self._take(answer, start)
            began, before = time.monotonic(), self.plan.come
            for chunk in response.chunks if response.status != 416 else ():
                if not chunk:
                    continue
                self._write(chunk)
                if not self._goes_on():
                    return
                seconds = time.monotonic() - began
                if seconds > SLOW_AFTER and self.plan.waiting and self.plan.come - before < SLOWEST * seconds:
                    raise FetchError("The server sends next to nothing.")
            self._end(answer)

    def _take(self, answer: RangeAnswer, start: int) -> None:
        """Take in what the head of an answer says.

        Raises:
            FetchError: the recording has changed, or the answer is of no use.
        """
        with self.changed:
            content, plan = self.file.content, self.plan
            if self.file.have.total() and answer.is_other_than(content.mark, content.size):
                self.version += 1
                self.file.begin_anew()
                self._is_checked, plan.is_ranged = False, None
                self.changed.notify_all()
                raise _AskAgain("The recording has changed on the server.")
            if answer.is_useless:
                plan.is_ranged = False
                raise _AskAgain(USELESS)
            if answer.is_part:
                plan.is_ranged = True
            elif start or plan.is_ranged is None:
                plan.is_ranged = answer.has_ranges and not start
            size = content.size if answer.size is None else answer.size
            self.file.content = replace(content, mark=answer.mark or content.mark, size=size, kind=answer.kind)
            plan.begin(answer.start, time.monotonic())
            self.is_answered, self._has_renewed = True, False
            self.changed.notify_all()

    def _write(self, chunk: bytes) -> None:
        self._stop.check()
        position = self.plan.position
        end = position + len(chunk)
        most = IN_MEMORY if self.file.is_in_memory else LIMITS.size
        if end > most:
            raise FetchError(f"It is larger than {most // 1000**2:,} MB.", is_final=True)
        self.file.write(position, chunk)
        if not self._is_checked and self.file.have.end_from(0) >= position and end >= HEAD:
            self._check_start()
        with self.changed:
            self.file.have.add(position, end)
            self.plan.take(len(chunk), time.monotonic())
            self._unsaved += len(chunk)
            self.changed.notify_all()
        if self._unsaved >= SAVE_EVERY:
            self._save()

    def _check_start(self) -> None:
        try:
            check_start(self.file.read(0, HEAD))
        except FetchError:
            with self.changed:
                self.file.begin_anew()
            raise
        self._is_checked = True

    def _goes_on(self) -> bool:
        """Wait while enough is here; return whether this connection brings what is missing next."""
        while True:
            with self.changed:
                goes_on = self.plan.brings_next(self.file.have, self.file.content.size)
                if goes_on is not None or self.is_closed:
                    return bool(goes_on) and not self.is_closed
                if not self._unsaved:
                    if not self.changed.wait(IDLE):
                        return False
                    continue
            self._save()

    def _end(self, answer: RangeAnswer) -> None:
        """Take in that an answer has ended.

        Raises:
            FetchError: it ended early, or it is no audio.
        """
        position = self.plan.position
        with self.changed:
            if answer.size is None:
                self.file.content = replace(self.file.content, size=position, has_end=answer.has_end)
            self.changed.notify_all()
        if not self._is_checked and position:
            self._check_start()
        if position < (answer.size or 0):
            raise FetchError("The connection broke off before the end.")
        self._attempts = 0

    def _pause_after(self, error: FetchError) -> float | None:
        """Return the seconds until it is tried again; None: it is given up."""
        if error.status in _MOVED and self._finds_another():
            return 0.0
        is_over = self._attempts >= len(PAUSES) or (error.retry_after or 0.0) > MAX_WAIT
        is_refused = error.is_final and error.retry_after is None
        self._attempts += 1
        if isinstance(error, _AskAgain):
            return None if is_over else 0.0
        if is_over or is_refused or not (self.plan.readers or self.is_answered):
            return None
        return PAUSES[self._attempts - 1] if error.retry_after is None else error.retry_after

    def _finds_another(self) -> bool:
        """Return whether there is another address, where one is over."""
        content = self.file.content
        if self._at not in (None, content.address):
            self._at = None  # the redirects may lead to another one now
            return True
        if self._has_renewed:
            return False
        self._has_renewed = True
        address = self._renew()
        if address is None or address == content.address:
            return False
        self.file.content, self._at = replace(content, address=address), None
        return True

    def _save(self) -> None:
        with self.changed:
            self._unsaved, note = 0, self.file.note()
        self.file.save(note)
