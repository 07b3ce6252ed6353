"""Fetch what is wanted of one recording, in its own thread: streams and downloads share these rules.

`FetchPlan`, which is pure, decides which bytes are next, and whether the open connection brings them. A dropped
connection is continued where it broke off. A server that names its version (ETag or date) is asked for the rest of that
version; from any other the last bytes are fetched again and compared. The recording starts over only if its length, its
version or these bytes differ, and the log says why.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain
from typing import NoReturn

from tui_pod.core.library.values import is_list_name
from tui_pod.core.player.load_watch import MAX_WAIT, PAUSES
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.address import origin
from tui_pod.net.fetch import FetchError, Limits, Response, opened
from tui_pod.recordings.hls import Ask, HlsPart, is_hls, opened_pieces, read_pieces, sound_of
from tui_pod.recordings.range_answer import (
    HEAD,
    MAX_LIST,
    MAX_NESTED,
    TOO_DEEP,
    WRONG_PART,
    AskAgain,
    RangeAnswer,
    check_kind,
    check_start,
    first_recording,
    is_audio_kind,
    is_list,
    list_lines,
    read_range_answer,
)
from tui_pod.recordings.sparse_file import IN_MEMORY, Intervals, MovedToMemory, SparseFile
from tui_pod.runtime.log import log
from tui_pod.runtime.threads import Cancelled, CancelToken

AHEAD = 1024 * 1024
"""Bytes fetched ahead of a reader if the server supports ranges. The player itself reads two minutes ahead."""

AHEAD_UNREAD = 128 * 1024
"""The same while nobody reads, such as for the next episode."""

AHEAD_ENDLESS = 16 * 1024 * 1024
"""The same if the size is unknown: it may be a broadcast."""

NEAR_SECONDS = 0.4
"""Bytes that the open connection brings within so many seconds need no request of their own."""

NEAR = (16 * 1024, 256 * 1024)
"""Fewest and most bytes that `NEAR_SECONDS` may stand for."""

METER = 0.5
"""Seconds over which the rate is measured."""

STALE = 3.0
"""Seconds without a byte after which the last rate no longer predicts anything."""


@dataclass(slots=True)
class FetchPlan:
    """What is wanted of a recording, and how fast it arrives."""

    wanted: int = 0
    """Where the reader is."""
    position: int = 0
    """Where the connection is."""
    readers: int = 0
    waiting: int = 0
    """Reads that wait for bytes."""
    wants_all: bool = False
    """Whether one of the readers is a download, which wants all of it."""
    is_ranged: bool | None = None
    """Whether the server supports ranges; None while unknown."""
    come: int = 0
    """Bytes received in all, repeated ones included."""
    rate: float = 0.0
    """Bytes a second."""
    measured_at: float = 0.0
    measured: int = 0

    def begin(self, position: int, now: float) -> None:
        """Note that a connection begins at `position`."""
        self.position = position
        self.measured_at, self.measured = now, 0

    def take(self, count: int, now: float) -> None:
        """Note that so many bytes came."""
        self.come += count
        self.position += count
        self.measured += count
        if now - self.measured_at >= METER:
            self.rate = self.measured / (now - self.measured_at)
            self.measured_at, self.measured = now, 0

    def rate_at(self, now: float) -> float:
        """Return the rate in bytes a second; 0 if nothing has come for a while."""
        return self.rate if now - self.measured_at < STALE else 0.0

    def ahead(self) -> int:
        """Return how many bytes ahead of the reader to fetch."""
        if not self.readers:
            return AHEAD_UNREAD
        return AHEAD_ENDLESS if self.is_ranged is False else AHEAD

    def gap(self, have: Intervals, size: int | None) -> int | None:
        """Return the first byte that is missing and wanted: the reader comes before a download; None if all is here."""
        comes_from_start = self._comes_from_start(size)
        if not comes_from_start:
            first = have.end_from(self.wanted)
            is_near = first - self.wanted < self.ahead() or self.waiting > 0
            if is_near and (size is None or first < size):
                return first
        if comes_from_start or self.wants_all:
            first = have.end_from(0)
            return first if size is None or first < size else None
        return None

    def brings_next(self, have: Intervals, size: int | None) -> bool | None:
        """Return whether the connection brings what is missing next; None if nothing more is wanted yet."""
        is_enough = self.position - self.wanted >= self.ahead() and not self.wants_all
        if self.is_ranged is False:
            return True if self._comes_from_start(size) or not is_enough else None
        if have.end_from(self.position) > self.position:
            return False  # what comes is here already
        is_for_reader = self.waiting > 0 or not self.wants_all
        if is_for_reader and not self.will_bring(have.end_from(self.wanted)):
            return False
        return None if is_enough else True

    def will_bring(self, offset: int) -> bool:
        """Return whether the connection reaches a byte sooner than a new one would."""
        least, most = NEAR
        near = min(max(self.rate * NEAR_SECONDS, least), most)
        return self.is_ranged is False or self.position <= offset <= self.position + near

    def _comes_from_start(self, size: int | None) -> bool:
        """Return whether all of it is wanted from the start: without ranges nothing else can be had."""
        return self.is_ranged is False and size is not None and self.readers > 0


LIMITS = Limits(size=2 * 1000**3, seconds=86_400.0, idle=15.0, head=20.0)
"""Of one request. A day, because a paused listener keeps the connection waiting."""

WORKING = 64 * 1024
"""New bytes after which a connection that drops is continued at once, and attempts are counted from zero."""

OVERLAP = 16 * 1024
"""Bytes that are fetched again and compared if the server does not name its version."""

READ_THROUGH = 2
"""Number of changes after which a recording is fetched in one piece: some hosts make another at each request."""

MAX_VERSIONS = 8
"""Number of changes after which it is given up."""

WINDOW = 20.0
"""Length (seconds) of the windows in each of which a connection must bring `LEAST_IN_WINDOW` while it is needed."""

LEAST_IN_WINDOW = 20_000
"""Bytes; a server that sends fewer only keeps the connection open."""

LEAST = 0.9
"""Share of the size in the feed that counts as a whole download if the server states no size."""

IDLE = 30.0
"""Seconds after which an unneeded connection is closed."""

UNREAD = 300.0
"""Seconds after which a recording that nobody reads is closed; its file stays."""

SAVE_BYTES = 2 * 1024 * 1024
"""Bytes after which the note is written: a kill costs no more of them."""

SAVE_SECONDS = 3.0
"""Seconds after which it is written if fewer came."""

EMPTY = "The file is empty."
BROKEN = "The connection broke off before the end."

_EXPIRED = frozenset((401, 403, 404, 410))
"""Statuses by which media hosts say that a temporary address has expired."""

Access = Callable[[], NetworkPolicy]
"""Returns where a recording's address may lead, and the logins for it. May wait."""


class RecordingFetcher:
    """The thread that fetches one recording. Hold `changed` to use its fields; it is notified of every change."""

    def __init__(
        self,
        file: SparseFile,
        access: Access,
        renew: Callable[[], str | None],
        released: Callable[[], None],
        is_audio: bool = True,
    ) -> None:
        """Take over a file, and start the thread.

        Args:
            file: with the bytes that are here.
            access: called before each request.
            renew: returns a new address when this one has expired; None if there is none. May wait.
            released: called when nobody has read for a while, and at the end.
            is_audio: whether pages and playlists are refused.
        """
        self.file = file
        self.plan = FetchPlan()
        self.changed = threading.Condition()
        self.failure: FetchError | None = None
        """Why nothing more comes; None while something may."""
        self.next_attempt: tuple[str, float] | None = None
        """What failed, and the monotonic time of the next request; None unless it is awaited."""
        self.version = 0
        """How often the recording has changed on the server."""
        self.expected: int | None = None
        """Bytes that a download expects because the feed states them."""
        self.is_answered = file.have.total() > 0
        """True if the server has answered since the last failure."""
        self.is_closed = False
        self._access = access
        self._renew = renew
        self._has_renewed = False
        self._released = released
        self._is_audio = is_audio
        self._at: str | None = None  # where the redirects led
        self._listed: list[str] = []  # what the lists name that were sent instead, each by the one before
        self._pieces: list[HlsPart] = []  # of HLS
        self._sends_list = False  # whether the first bytes that came were those of a list
        self._attempts = 0
        self._most = file.have.total()  # the most bytes that were ever here
        self._is_checked = not is_audio or file.have.end_from(0) >= HEAD
        self._is_same = not file.have.total()  # whether the server still has the version that is here
        self._versions = 0  # how many came from which the next one differed
        self._is_comparing = False  # whether the connection brings bytes that are here, to compare them
        self._has_begun = self._is_over = False
        self._stop = CancelToken()
        self._unsaved = 0
        self._saved_at = time.monotonic()
        self._window = 0.0, 0  # when it began, and what had come by then
        self.thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self.thread.start()

    # -- with `changed` held ---------------------------------------------------------------------------

    def want(self, offset: int) -> None:
        """Fetch this byte next."""
        self.plan.wanted = offset
        if not self._is_comparing and not self.plan.will_bring(offset):
            self._stop.set()
        self.changed.notify_all()

    def gap(self) -> int | None:
        """Return the next byte to fetch; None if nothing more is wanted."""
        return self.plan.gap(self.file.have, self.file.content.size)

    def try_again(self) -> None:
        """Begin to fetch, or forget the failure."""
        self._has_begun = True
        self.failure, self._attempts = None, 0
        self._most = self.file.have.total()
        self.changed.notify_all()

    def close(self) -> None:
        """End the thread."""
        self.is_closed = True
        self._stop.set()
        self.changed.notify_all()

    def close_file(self) -> None:
        """Close the file if neither the thread nor a reader needs it any more."""
        if self._is_over and not self.plan.readers:
            self.file.close()

    # -- the thread ------------------------------------------------------------------------------------

    def _run(self) -> None:
        while (start := self._wait_for_gap()) is not None:
            try:
                self._fetch(start)
                continue
            except Cancelled:
                continue
            except MovedToMemory:
                failure: FetchError = AskAgain("The disk is full.")
            except FetchError as error:
                failure = error
            except OSError as error:
                failure = FetchError(f"It cannot be saved: {error.strerror}.", is_final=True)
            if self._stop.is_set:
                continue  # a reader wants another place; a connection that is shut down looks like a drop
            pause = self._pause_after(failure)
            with self.changed:
                if pause is None:
                    self.failure, self.is_answered = self.failure or failure, False
                    self.changed.notify_all()
                elif pause:
                    self.next_attempt = failure.brief, time.monotonic() + pause
                    self.changed.wait_for(lambda: self.is_closed, pause)
                    self.next_attempt = None
        self._save()
        self._released()
        with self.changed:
            self._is_over = True
            self.close_file()

    def _wait_for_gap(self) -> int | None:
        """Return the next byte to fetch once one is wanted; None if the thread is to end."""
        while True:
            with self.changed:
                gap = self.gap() if self._has_begun and self.failure is None else None
                if self.is_closed:
                    return None
                if gap is not None:
                    self._stop = CancelToken()
                    self.plan.position = gap
                    return gap
                if not self._unsaved:
                    is_notified = self.changed.wait(None if self.plan.readers else UNREAD)
                    if not is_notified and not self.plan.readers:
                        self.is_closed = True
                    continue
            self._save()

    def _fetch(self, gap: int) -> None:
        content, headers = self.file.content, {"Accept-Encoding": "identity"}
        address, ask = self._at or (self._listed or [content.address])[-1], self._access().request
        asks_for_part = self.plan.is_ranged is not False and (bool(self._pieces) or not is_list_name("", address))
        start = self._start_before(gap) if asks_for_part else 0
        if asks_for_part:
            headers["Range"] = f"bytes={start}-"
            if start and content.mark:
                headers["If-Range"] = content.mark
        if self._pieces:
            answering = opened_pieces(self._pieces, start, ask, self._stop)
        else:
            answering = opened(ask(address, headers), LIMITS, self._stop)
        with answering as response:
            if self._is_audio:
                self._check_kind(response, start, ask)
            answer = read_range_answer(response, start if asks_for_part else None)
            self._at = response.address
            compared_to = self.file.have.end_from(answer.start)
            self._is_comparing = compared_to > answer.start
            self._take(answer, start)
            self._window = time.monotonic(), self.plan.come
            for chunk in response.chunks if response.status != 416 else ():
                self._check_pace()
                if chunk:
                    self._write(chunk)
                    self._is_comparing = self.plan.position < compared_to
                    if not self._is_comparing and not self._goes_on():
                        return
            self._end(answer)

    def _check_kind(self, response: Response, start: int, ask: Ask) -> None:
        """Judge an answer by its media type where that is enough, else by its first bytes. Raises FetchError."""
        is_from_start = response.status == 200 or (response.status == 206 and not start)
        may_be_list = self._sends_list or is_list_name(response.kind, response.address)
        if is_from_start and (may_be_list or not is_audio_kind(response.kind)):
            self._open_list(response, ask)
        elif response.status == 206 and not self._is_checked:
            check_kind(response.kind, b"")

    def _open_list(self, response: Response, ask: Ask) -> None:
        """If a list was sent instead of a recording, go on with what it names, by raising FetchError."""
        read = b""
        for chunk in response.chunks:
            read += chunk
            if len(read) >= (MAX_LIST if is_list(read[:HEAD], response.kind, response.address) else HEAD):
                break
        if not is_list(read[:HEAD], response.kind, response.address):
            check_kind(response.kind, read)
            response.chunks = chain((read,), response.chunks)
            return
        if len(self._listed) >= MAX_NESTED or self._pieces:
            raise FetchError(TOO_DEEP, is_final=True)
        lines = list_lines(read[:MAX_LIST])
        if (sound := sound_of(lines, response.address)) is None and is_hls(lines):
            is_exact, known = self.plan.wants_all or bool(self._versions), self.file.content.size
            self._pieces = read_pieces(lines, response.address, ask, self._stop, is_exact, known)
        else:
            self._listed.append(sound or first_recording(lines, response.address))
        self._at, self._sends_list, self._attempts = None, False, 0
        raise AskAgain("The server sends a list of addresses.")

    def _start_before(self, gap: int) -> int:
        """Return where to begin so that what is here already can be compared, if no version is named."""
        runs = self.file.have.runs()
        if self.file.content.mark or not runs:
            return gap
        before = [(start, end) for start, end in runs if end == gap]
        if not before and self._is_same:
            return gap  # nothing lies before it
        start, end = (before or runs)[0]
        return end - min(OVERLAP, (end - start) // 2)  # not from 0, which would not show that parts can be had

    def _take(self, answer: RangeAnswer, start: int) -> None:
        """Apply what the head of an answer says. Raises FetchError if the recording has changed, or it is of no use."""
        content, plan = self.file.content, self.plan
        if answer.size == 0:
            raise FetchError(EMPTY, is_final=True)
        if self.file.have.total() and (difference := answer.difference(content.mark, content.size)):
            self._start_over(difference)
        with self.changed:
            if answer.is_wrong_part:
                plan.is_ranged = False
                raise AskAgain(WRONG_PART)
            if start or plan.is_ranged is None:
                plan.is_ranged = answer.has_ranges
            if answer.start < start:
                self._log("is sent from the start again, because the server sends no parts")
            size = content.size if answer.size is None else answer.size
            self.file.content = replace(content, mark=answer.mark or content.mark, size=size, kind=answer.kind)
            plan.begin(answer.start, time.monotonic())
            self._is_same = self._is_same or bool(content.mark and answer.mark)
            self.is_answered, self._has_renewed = True, False
            self.changed.notify_all()

    def _write(self, chunk: bytes) -> None:
        """Store what came, after comparing it with what is here.

        Raises:
            FetchError: it differs, it is too large, or it is no audio.
            MovedToMemory, OSError: see `SparseFile.write`.
        """
        self._stop.check()
        file, position = self.file, self.plan.position
        end = position + len(chunk)
        most = IN_MEMORY if file.is_in_memory else LIMITS.size
        if end > most:
            raise FetchError(f"It is larger than {most // 1000**2:,} MB.", is_final=True)
        here = file.read(position, min(file.have.end_from(position), end) - position)
        if not chunk.startswith(here):
            self._start_over(f"its bytes from {position:,} on differ")
        if here:
            self._is_same = True
        if len(here) < len(chunk):
            file.write(position + len(here), chunk[len(here) :])
        is_head = end >= min(HEAD, file.content.size or HEAD) and file.have.end_from(0) >= position
        if is_head and not self._is_checked:
            self._check_start()
        with self.changed:
            file.have.add(position, end)
            self.plan.take(len(chunk), time.monotonic())
            self._unsaved += len(chunk) - len(here)
            self.changed.notify_all()
        if self._unsaved >= SAVE_BYTES or (self._unsaved and time.monotonic() - self._saved_at > SAVE_SECONDS):
            self._save()

    def _start_over(self, reason: str, is_read: bool = True) -> NoReturn:
        """Discard what is here, of which something may have been read, because the server has another version.

        Raises FetchError, so that the recording is requested from the start.
        """
        if self._versions == MAX_VERSIONS:
            raise FetchError("The server sends another recording each time.", is_final=True)
        self._log(f"starts over: {reason}")
        with self.changed:
            self.version += is_read
            self.file.begin_anew()
            if self._pieces:
                self._at, self._listed, self._pieces = None, [], []
            self._is_checked, self._is_same, self._versions = not self._is_audio, True, self._versions + 1
            self.plan.is_ranged = None if self._versions < READ_THROUGH else False
            self.changed.notify_all()
        raise AskAgain("The recording has changed on the server.")

    def _log(self, text: str) -> None:
        log(f"a recording from {origin(self.file.content.address)[1]} {text}")

    def _check_start(self) -> None:
        start = self.file.read(0, HEAD)
        if not self._sends_list and is_list(start, "", ""):
            self._sends_list = True
            self._start_over("a list of addresses came", is_read=self.file.have.total() > 0)
        try:
            check_start(start)
        except FetchError:
            with self.changed:
                self.file.begin_anew()
            raise
        self._is_checked = True

    def _check_pace(self) -> None:
        """Raise FetchError if the server sends next to nothing of what someone waits for."""
        (began, before), now = self._window, time.monotonic()
        if now - began < WINDOW:
            return
        self._window = now, self.plan.come
        if (self.plan.waiting or self.plan.wants_all) and self.plan.come - before < LEAST_IN_WINDOW:
            raise FetchError("The server sends next to nothing.")

    def _goes_on(self) -> bool:
        """Wait while nothing more is wanted; return whether this connection brings what is missing next."""
        while True:
            with self.changed:
                goes_on = self.plan.brings_next(self.file.have, self.file.content.size)
                if goes_on is not None or self.is_closed:
                    return bool(goes_on) and not self.is_closed
                if not self._unsaved:
                    if not self.changed.wait(IDLE):
                        return False
                    self._window = time.monotonic(), self.plan.come
                    continue
            self._save()

    def _end(self, answer: RangeAnswer) -> None:
        """Note that an answer has ended. Raises FetchError if it ended early, is empty, or is no audio."""
        position = self.plan.position
        if not position:
            raise FetchError(EMPTY, is_final=True)
        if not self._is_checked:
            self._check_start()
        if position < (answer.size or 0):
            raise FetchError(BROKEN)
        if self.expected and not answer.has_end and position < LEAST * self.expected:
            raise FetchError(f"{BROKEN[:-1]}: {position:,} bytes came of the {self.expected:,} that the feed states.")
        with self.changed:
            if answer.size is None:
                self.file.content = replace(self.file.content, size=position, has_end=answer.has_end)
            self.changed.notify_all()
        self._attempts = 0

    def _pause_after(self, error: FetchError) -> float | None:
        """Return the seconds until the next attempt; None to give up."""
        if error.status in _EXPIRED and self._finds_another():
            return 0.0
        total = self.file.have.total()
        is_working = total > self._most + WORKING
        self._most = max(self._most, total)
        if is_working:
            self._attempts = 0
        wait = error.retry_after
        is_over = self._attempts >= len(PAUSES) or (wait or 0.0) > MAX_WAIT
        is_refused = (error.is_final and wait is None) or (error.is_offline and not self.is_answered)
        is_unwanted = not (self.plan.readers or self.is_answered)
        self._attempts += 1
        if is_over or is_refused or (is_unwanted and not isinstance(error, AskAgain)):
            return None
        if isinstance(error, AskAgain) or (is_working and wait is None):
            return 0.0
        return max(PAUSES[self._attempts - 1], wait or 0.0)

    def _finds_another(self) -> bool:
        """Return whether another address can be tried."""
        content = self.file.content
        if self._at not in (None, content.address):
            self._at, self._listed, self._pieces = None, [], []  # redirects and lists may lead elsewhere now
            return True
        if self._has_renewed:
            return False
        self._has_renewed = True
        address = self._renew()
        if address is None or address == content.address:
            return False
        self.file.content, self._at, self._listed = replace(content, address=address), None, []
        self._pieces = []
        return True

    def _save(self) -> None:
        with self.changed:
            self._unsaved, self._saved_at, note = 0, time.monotonic(), self.file.note()
        self.file.save(note)
