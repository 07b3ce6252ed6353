"""Store the listener's progress in `state.toml` so that no kill, power cut, second program or full disk loses it.

`state.toml` is a snapshot, written whole; between snapshots each save appends records to
`state.journal.toml`. Loading merges both, compaction writes the merge back as the next snapshot.
This module knows nothing of the app: every call works on the files alone, under a lock shared with
other instances, and may block, so it belongs in a thread (see `writer`) or a command.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from tui_pod.core.errors import UserError
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Card, Notebook
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import HeardRecord, ProgressRecord, Record, is_to_send, with_times
from tui_pod.core.wall_time import UNKNOWN, is_believed
from tui_pod.runtime import changes, files
from tui_pod.state.fields import Table, updated_of
from tui_pod.state.format import (
    DamagedState,
    NewerState,
    apply_journal,
    believe,
    is_newer,
    journal_text,
    parse_journal,
    parse_snapshot,
    read_heard,
    read_notebook,
    read_progress,
    record_text,
    snapshot_text,
)

COMPACT_AT = 256 * 1024
"""Bytes of journal at which it is merged into the snapshot."""

SMALL_STATE = 300_000
"""Bytes of `state.toml`, about 2,000 episodes, up to which it is rewritten at every pause and mark."""

LOCK_WAIT = 5.0
"""Seconds to wait for another instance, which holds the lock for milliseconds, or a second to compact."""

STALE_TEMP = 60.0
"""Age in seconds from which a temporary file is considered left over from a killed program."""


_LASTING = frozenset((errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EINVAL))
"""Errors that persist while the app runs."""


class StateError(UserError):
    """State that cannot be read or written; the message says what to do."""


Stamp = tuple[tuple[int, ...], ...]
"""Identifies a version of the files."""

EARLIEST, LATEST = datetime.fromtimestamp(0, UTC), datetime.max.replace(tzinfo=UTC)


class State(NamedTuple):
    """The content of all files."""

    progress: dict[str, Progress]
    tables: Mapping[str, Table]
    """The other tables, such as `ui`, `player` and `queue`."""
    notices: tuple[str, ...] = ()
    """Notices for the listener: a recovery, or why nothing will be saved."""
    is_writable: bool = True
    notebook: Notebook = Notebook()
    """Bookmarks, cards and lists."""

    def setting(self, table: str, key: str, default: Any) -> Any:
        """Return a remembered value if it has the type of `default`, otherwise `default`."""
        value = self.tables.get(table, {}).get(key, default)
        if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        return value if type(value) is type(default) else default

    def numbers(self, table: str) -> dict[str, float]:
        """Return the remembered values of a table that are numbers of seconds, by key."""
        found = self.tables.get(table, {}).items()
        return {key: float(value) for key, value in found if type(value) in (int, float) and abs(value) < 1e6}

    def strings(self, table: str, key: str) -> list[str]:
        """Return a remembered list of texts."""
        return [value for value in self.setting(table, key, []) if isinstance(value, str)]


class StateFile:
    """The state at one path; `path` may be a link, which stays one."""

    def __init__(self, path: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        real = Path(os.path.realpath(path))
        self.path = real
        self.journal = real.parent / f"{real.stem}.journal.toml"
        self.backup = real.parent / f"{real.name}.bak"
        self.history = real.parent / f"{real.stem}.history.toml"
        self.elsewhere = real.parent / f"{real.stem}.history"
        """The folder of what was heard on other machines, a file for each."""
        self._lock = real.parent / f"{real.name}.lock"
        self._clock = clock
        self._has_appended = False
        self._unread: dict[object, datetime] = {}  # the times of what was saved since the last merge
        self._seen: Stamp | None = None  # the files as this program last left them
        self._merged_into: tuple[int, ...] = ()  # the snapshot, all of which this program has read or written
        self._is_changed = False
        self._latest = LATEST

    @property
    def is_changed_elsewhere(self) -> bool:
        """Whether another program has saved since this one last read everything, judged by the files' times."""
        return self._is_changed or (self._seen is not None and self._seen != self._stamp())

    def read_elsewhere(self) -> State:
        """Return the saved state, or only the journal's part if the snapshot is large and still the one that was read.

        Repairs nothing.
        """
        try:
            with self._locked():
                if self.size() > SMALL_STATE and files.stamp(self.path) == self._merged_into:
                    data: Table = {"episodes": {}}
                    journal = parse_journal(files.read_text(self.journal, "replace") or "")
                    apply_journal(data, journal, EARLIEST, self._now())
                    believe(data, self._now(), UNKNOWN)
                    self._latest = LATEST  # the snapshot may have newer ones
                else:
                    data, _ = self._merged(may_move=False, instead=UNKNOWN)
                    self._merged_into = files.stamp(self.path)
                self._is_changed = False
        except (NewerState, StateError, OSError):
            return State({}, {})  # saving will report the problem
        return _state(data, [])

    def load(self) -> State:
        """Return the state, repaired if possible. Never raises: problems are in the notices."""
        try:
            with self._locked():
                self._remove_stale_temps()
                data, notices = self._merged()
                self._merged_into = files.stamp(self.path)
        except NewerState as newer:
            notice = f"Nothing will be saved until you update tui-pod: a newer one (format {newer}) wrote {self.path}."
            return State({}, {}, notices=(notice,), is_writable=False)
        except (StateError, OSError) as error:
            return self._load_without_lock(error)
        return _state(data, notices)

    def save(self, records: Iterable[Record]) -> None:
        """Append records, and rewrite the snapshot if that is due or quick; for commands.

        Raises StateError if nothing was saved, or only in the journal, or what is there already is newer.
        """
        records = list(records)
        if self.append(records) or self.size() <= SMALL_STATE:
            self.compact()
        elif len(records) == len(self._unread) and all(time >= self._latest for time in self._unread.values()):
            self._unread = {}  # nothing can be newer: all that was read is older, and nothing was saved twice
        else:
            with self._locked():
                lost = self._take_lost(self._merged(may_move=False)[0])
            if lost:
                raise lost

    def append(self, records: Iterable[Record]) -> bool:
        """Append records to the journal and sync the disk; return whether it is time to compact.

        Raises StateError if nothing was saved; the journal is as it was then.
        """
        return self._append(records, self._locked(), is_synced=True) >= COMPACT_AT

    def append_at_once(self, records: Iterable[Record]) -> None:
        """Append records without waiting for the lock or the disk, for a program that must end.

        The system has them once this returns. Only a power cut in the next seconds, or another program that compacts at
        this moment, can lose them. Raises StateError if they were not saved.
        """
        self._append(records, contextlib.nullcontext(), is_synced=False)

    def _append(self, records: Iterable[Record], lock: AbstractContextManager[None], is_synced: bool) -> int:
        """Append records and return the bytes of the journal; 0 if there are no records."""
        records = with_times(records, self._clock())
        text = journal_text(records)
        if not text:
            return 0
        try:
            with lock:
                self._refuse_newer()
                files.make_folder(self.path.parent)
                size = files.append(self.journal, text, not self._has_appended, is_synced)
                self._has_appended |= is_synced
                self._unread |= {
                    record.key: record.updated for record in records if isinstance(record, Bookmark | Card | OwnList)
                } | {
                    record.episode: record.progress.updated for record in records if isinstance(record, ProgressRecord)
                }
        except OSError as error:
            raise StateError(f"{_reason(error)}, so nothing can be saved in {self.journal}") from error
        if any(map(is_to_send, records)):
            changes.note()
        return size

    def compact(self) -> tuple[str, ...]:
        """Merge the journal into a new snapshot and empty it; return notices of repairs.

        Raises StateError if the snapshot is the old one and the journal still holds the rest, or if what was saved is
        not the newest.
        """
        try:
            with self._locked():
                if not files.size(self.journal):
                    return ()
                data, notices = self._merged()
                self._write_snapshot(data)
                self._move_history()
                files.empty(self.journal)
                lost = self._take_lost(data)
        except NewerState as newer:
            raise StateError(f"{self.path} is of a newer format ({newer})") from newer
        except OSError as error:
            raise StateError(f"{_reason(error)}, so {self.path} cannot be written") from error
        if lost:
            raise lost
        return tuple(notices)

    def has_vanished(self) -> bool:
        """Return whether someone removed the files since this program appended to them."""
        return self._has_appended and not self.journal.exists() and not self.path.exists()

    def size(self) -> int:
        """Return the bytes of the snapshot, 0 if it is missing or not accessible."""
        try:
            return files.size(self.path)
        except OSError:
            return 0

    def heard_records(self, everywhere: bool = True) -> list[HeardRecord]:
        """Return all saved stretches of listening, oldest first; those of other machines only if `everywhere`."""
        texts, others = [], sorted(self.elsewhere.glob("*")) if everywhere else []
        with contextlib.ExitStack() as held:
            with contextlib.suppress(StateError, OSError):  # better some statistics than none, here and below
                held.enter_context(self._locked())  # meanwhile nobody moves records from one file to the other
            for path in (*others, self.history, self.journal):
                with contextlib.suppress(OSError):
                    texts.append(files.read_text(path, "replace") or "")
        return read_heard("\n".join(texts), self._now())

    def _refuse_newer(self) -> None:
        """Refuse to write files of a newer program, even if it was installed while this one ran."""
        with contextlib.suppress(FileNotFoundError):
            if is_newer(files.read_start(self.path).decode("utf-8", "replace")):
                raise StateError(f"{self.path} is of a newer tui-pod; update this one")

    def _now(self) -> datetime:
        """Return the time; if the clock was set back, when the files were last written."""
        return max(self._clock(), modified(self.path), modified(self.journal))

    def _take_lost(self, data: Table) -> StateError | None:
        """Return an error if something that was saved since the last merge is not the newest in `data`."""
        unread, self._unread = self._unread, {}
        if self._is_changed or not unread:  # another program may have saved something newer, rightly
            return None
        found: dict[object, datetime] = {
            ident: updated_of(entry) for ident, entry in data["episodes"].items() if isinstance(entry, dict)
        }
        found |= {thing.key: thing.updated for things in read_notebook(data) for thing in things}
        count = sum(found.get(key, EARLIEST) > updated for key, updated in unread.items())
        if not count:
            return None
        kept = f"{count} changes are older than what {self.path} holds, so they are not kept"
        return StateError(f"{kept}. Check this machine's clock")

    def _merged(self, may_move: bool = True, instead: datetime | None = None) -> tuple[Table, list[str]]:
        """Return snapshot and journal merged; a damaged snapshot is set aside and the backup used.

        `instead` replaces times that are not believed; if None, now does.
        """
        now = self._now()
        written = modified(self.path)
        edited = written if is_believed(written, self._clock()) else EARLIEST
        data, notices = self._snapshot(may_move)
        try:
            journal = files.read_text(self.journal, "replace")
        except files.TooLarge as damage:
            kept = f" and is kept as {self._put_aside(self.journal).name}" if may_move else ""
            notices = [*notices, f"{_reason(damage)}; it was not read{kept}."]
            journal = None
        if journal:
            apply_journal(data, parse_journal(journal), edited, now)
        self._latest = now if believe(data, now, now if instead is None else instead) else LATEST
        return data, notices

    def _snapshot(self, may_move: bool) -> tuple[Table, list[str]]:
        try:
            text = files.read_text(self.path)
            if text is not None:
                return parse_snapshot(text), []
            said = f"{self.path.name} was missing."
            if not self.backup.exists():
                return {"episodes": {}}, []
        except (DamagedState, UnicodeDecodeError, files.TooLarge) as damage:
            said = f"{self.path.name} was damaged ({_reason(damage)})"
            said += f" and is kept as {self._put_aside(self.path).name}." if may_move else "."
        try:
            return parse_snapshot(files.read_text(self.backup) or ""), [f"{said} Progress was read from its backup."]
        except (DamagedState, UnicodeDecodeError, files.TooLarge):
            return {"episodes": {}}, [f"{said} There was no good backup; what the journal holds was kept."]

    def _put_aside(self, path: Path) -> Path:
        aside = path.with_name(f"{path.name}.corrupt-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        number = 1
        while aside.exists():
            number += 1
            aside = aside.with_name(f"{aside.name.partition('~')[0]}~{number}")
        os.rename(path, aside)
        files.sync_folder(path.parent)
        return aside

    def _load_without_lock(self, problem: Exception) -> State:
        """Return what can be read when nothing can be written or locked.

        A full or failing disk may recover, so saving is still tried then.
        """
        is_lasting = isinstance(problem, OSError) and problem.errno in _LASTING
        said = f"Progress cannot be saved in {self.path}: {_reason(problem)}."
        try:
            data, notices = self._merged(may_move=False)
        except (NewerState, OSError) as error:
            return State(
                {}, {}, notices=(said, f"Nor can it be read: {getattr(error, 'strerror', error)}."), is_writable=False
            )
        state = _state(data, [said, *notices])
        return state._replace(is_writable=not is_lasting)

    def _write_snapshot(self, data: Table) -> None:
        text = snapshot_text(data, datetime.now(UTC))
        temp = self.path.with_name(f".{self.path.name}.{os.getpid()}-{time.monotonic_ns():x}.tmp")
        link = temp.with_suffix(".bak")
        try:
            files.write_new(temp, text)
            if self.path.exists():
                files.link_or_copy(self.path, link)
                os.rename(link, self.backup)
            os.rename(temp, self.path)
            if not self._is_changed:  # else it holds what nobody here has read
                self._merged_into = files.stamp(self.path)
        finally:
            temp.unlink(missing_ok=True)
            link.unlink(missing_ok=True)  # also when the backup was the same file: then a rename does nothing
        files.sync_folder(self.path.parent)

    def _move_history(self) -> None:
        """Append the journal's listening records to the history, the last of each key only."""
        tables = parse_journal(files.read_text(self.journal, "replace") or "").get("heard", [])
        last = {key: table for table in tables if isinstance(key := table.get("key"), str)}
        if last:
            files.append(self.history, "".join(record_text("heard", table) for table in last.values()))

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock that all instances on this state share. Raises OSError, or StateError after `LOCK_WAIT`."""
        busy = StateError("another tui-pod is busy with it; close it and try again")
        with files.locked(self._lock, busy, LOCK_WAIT):
            self._is_changed = self.is_changed_elsewhere
            try:
                yield
            finally:
                self._seen = self._stamp()

    def _stamp(self) -> Stamp:
        return tuple(map(files.stamp, (self.path, self.journal)))

    def _remove_stale_temps(self) -> None:
        start = f".{self.path.name}."
        with contextlib.suppress(OSError):
            for leftover in self.path.parent.iterdir():
                if leftover.name.startswith(start) and leftover.suffix in (".tmp", ".bak"):
                    with contextlib.suppress(OSError):
                        if time.time() - leftover.lstat().st_mtime > STALE_TEMP:
                            leftover.unlink()


def modified(path: Path) -> datetime:
    """Return when a file was last written; `EARLIEST` if that is unknown."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return EARLIEST


def _state(data: Table, notices: list[str]) -> State:
    tables = {key: value for key, value in data.items() if key != "episodes" and isinstance(value, dict)}
    return State(read_progress(data), tables, tuple(notices), notebook=read_notebook(data))


def _reason(error: BaseException) -> str:
    if isinstance(error, files.Unreadable):
        return f"{Path(error.filename).name} is {error.strerror}"
    return files.reason(error) if isinstance(error, OSError) else str(error)


if __name__ == "__main__":  # `writer` compacts a large state in a process of its own
    StateFile(Path(sys.argv[1])).compact()
