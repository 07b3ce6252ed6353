"""Save records in the background, in order, only the newest value of each.

The app queues records and goes on; one thread writes them. It knows the state file and nothing of the app: it
reports through a callback, which runs on the thread and may only post a message.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from tui_pod.core.player.events import RecordsSaved, StateMended
from tui_pod.core.progress.records import ProgressRecord, Record, SettingRecord
from tui_pod.core.text.clean import clean
from tui_pod.runtime.log import log_error
from tui_pod.runtime.subprocesses import run_apart
from tui_pod.state.store import SMALL_STATE, StateError, StateFile

LAST_LIMIT = 0.15
"""Seconds that quitting waits for a last write that the disk or another program held up."""

VANISHED = "The files of your progress were removed while tui-pod ran. All that it knows was saved again."

RETRY_AFTER = 2.0
"""Seconds before a failed save is retried."""


@dataclass(frozen=True, slots=True)
class SaveFailed:
    """A save failed for `reason` and is being retried; with None, saving works again."""

    reason: str | None


Report = RecordsSaved | SaveFailed | StateMended


class StateWriter:
    """Owner of the writing thread."""

    def __init__(self, file: StateFile, report: Callable[[Report], None]) -> None:
        self._file = file
        self._report = report
        self._pending: dict[tuple[object, ...], Record] = {}
        self._writing: dict[tuple[object, ...], Record] = {}
        self._changed = threading.Condition()
        self._ticket = 0
        self._done = 0
        self._wants_compaction = False
        self.is_closing = False
        self._has_failed = False
        self._owes_compaction = False
        self._has_written_rest = False
        self._thread = threading.Thread(target=self._run, name="saver", daemon=True)
        self._thread.start()

    def save(self, *records: Record) -> int:
        """Queue records and return a ticket that a later `RecordsSaved` reaches."""
        with self._changed:
            self._pending |= {_key(record): record for record in records}
            self._ticket += 1
            self._changed.notify_all()
            return self._ticket

    def compact(self) -> None:
        """Rewrite the snapshot after the queued records, so that the file is up to date for a person who opens it."""
        with self._changed:
            self._wants_compaction = True
            self._changed.notify_all()

    def flush(self, timeout: float) -> bool:
        """Block until the queued records are written; return False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._done >= self._ticket, timeout)

    def close(self, timeout: float) -> bool:
        """Write the queued records and end the thread; return whether all were saved.

        If the disk or another program takes longer than `timeout` seconds, the rest is written without waiting for it.
        """
        with self._changed:
            self.is_closing = True
            self._wants_compaction = True
            self._changed.notify_all()
        self._thread.join(timeout)
        with self._changed:
            rest = self._writing | self._pending
        last = threading.Thread(target=self._write_rest, args=(rest,), daemon=True)  # a dead disk blocks a write too
        last.start()
        last.join(LAST_LIMIT)
        return self._has_written_rest

    def _write_rest(self, rest: dict[tuple[object, ...], Record]) -> None:
        try:
            self._file.append_at_once(rest.values())
            self._has_written_rest = True
        except Exception as error:
            log_error(error, "saving failed at the end")

    def _run(self) -> None:
        while True:
            with self._changed:
                if not (self._pending or self._wants_compaction or self.is_closing):
                    self._changed.wait()
                batch = self._writing = self._pending
                self._pending = {}
                ticket = self._ticket
                wants_compaction, self._wants_compaction = self._wants_compaction, False
                is_closing = self.is_closing
            is_saved = self._write(batch, wants_compaction)
            if is_saved:
                with self._changed:
                    self._done = ticket
                    self._writing = {}
                    self._changed.notify_all()
                self._send(RecordsSaved(ticket))
            if is_closing:
                return
            if not is_saved:
                with self._changed:
                    if not self.is_closing:  # which then has one more try, at once
                        self._changed.wait(RETRY_AFTER)

    def _write(self, batch: dict[tuple[object, ...], Record], wants_compaction: bool) -> bool:
        try:
            has_vanished = self._file.has_vanished()
            is_long = self._file.append(batch.values())
        except Exception as error:  # the thread must survive any error: nothing would be saved without it
            with self._changed:
                self._pending = batch | self._pending
                self._writing = {}
            self._log_failure(error)
            return False
        if is_long or wants_compaction or self._owes_compaction:
            self._compact(is_long)
        if not self._owes_compaction:
            self._log_failure(None)
        if has_vanished:
            self._send(StateMended((VANISHED,)))
        return True

    def _log_failure(self, failure: Exception | None) -> None:
        """Report the first of consecutive failures, and their end."""
        if self._has_failed is not (failure is not None):
            self._has_failed = failure is not None
            if failure is not None:
                log_error(failure, "saving failed")
            self._send(SaveFailed(None if failure is None else _reason(failure)))

    def _send(self, report: Report) -> None:
        try:
            self._report(report)
        except Exception as error:  # saving must go on
            log_error(error, f"{report} could not be passed on")

    def _compact(self, is_long: bool) -> None:
        self._owes_compaction = False
        try:
            if self._file.size() > SMALL_STATE:
                if is_long or self.is_closing:  # a second of work would block the screen, and quitting
                    run_apart("tui_pod.state.store", self._file.path)  # if it fails, the journal has everything
                return
            notices = self._file.compact()
        except Exception as error:  # nothing is lost: the journal has everything; retried with the next save
            self._owes_compaction = True
            self._log_failure(error)
            return
        if notices:
            self._send(StateMended(notices))


class NullWriter:
    """A writer that saves nothing, for a state that must not be changed; loads need not wait for it."""

    _has_refused = False

    def save(self, *records: Record) -> int:
        """Save nothing."""
        self._has_refused |= bool(records)
        return 0

    def compact(self) -> None:
        """Write nothing."""

    def flush(self, _timeout: float) -> bool:
        """Return True: nothing is queued."""
        return True

    def close(self, _timeout: float) -> bool:
        """Return whether there was nothing to save."""
        return not self._has_refused


class RecordBuffer:
    """A writer that keeps the newest value of each record until all are saved in one step, for a command."""

    def __init__(self, file: StateFile) -> None:
        self._file = file
        self._pending: dict[tuple[object, ...], Record] = {}

    def save(self, *records: Record) -> int:
        """Keep records."""
        self._pending |= {_key(record): record for record in records}
        return 0

    def compact(self) -> None:
        """Write nothing yet."""

    def flush(self) -> None:
        """Save what was kept. Raises StateError if that fails."""
        if self._pending:
            records, self._pending = list(self._pending.values()), {}
            self._file.save(records)


def _reason(error: Exception) -> str:
    """Return the reason for a failed save, for people."""
    if isinstance(error, StateError):
        return str(error)
    return clean(f"{type(error).__name__}: {error}".removesuffix(": "), 300)


def _key(record: Record) -> tuple[object, ...]:
    match record:
        case ProgressRecord(episode):
            return ProgressRecord, episode
        case SettingRecord(table, key):
            return SettingRecord, table, key
        case _:
            return type(record), record.key
