import fcntl
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import START
from tests.patience import PATIENCE
from tui_pod.core.player.events import RecordsSaved, StateMended
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import HeardRecord, ProgressRecord, Record, SettingRecord
from tui_pod.state import writer as writer_module
from tui_pod.state.store import StateError, StateFile
from tui_pod.state.writer import VANISHED, NullWriter, Report, SaveFailed, StateWriter

LIMIT = 10.0
"""Seconds that a test waits for the thread before it fails."""


class Reports:
    """What the thread reported; tests wait on it."""

    def __init__(self) -> None:
        self.all: list[Report] = []
        self._changed = threading.Condition()

    def __call__(self, report: Report) -> None:
        with self._changed:
            self.all.append(report)
            self._changed.notify_all()

    def wait(self, condition: Callable[[list[Report]], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self.all), LIMIT), self.all

    def wait_saved(self, ticket: int) -> None:
        self.wait(lambda reports: any(isinstance(one, RecordsSaved) and one.ticket >= ticket for one in reports))


class Gate(StateFile):
    """A state file whose saves wait until they are let through, and fail when told."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.batches: list[list[Record]] = []
        self.compactions = 0
        self.failures = 0
        self.errors: list[Exception] = []
        self.is_open = threading.Event()
        self.is_entered = threading.Event()
        self.is_open.set()

    def append(self, records: Iterable[Record]) -> bool:
        batch = list(records)
        self.is_entered.set()
        assert self.is_open.wait(LIMIT)
        if self.failures:
            self.failures -= 1
            raise StateError("the disk is full")
        if self.errors:
            raise self.errors.pop(0)
        self.batches.append(batch)
        return super().append(batch)

    def append_at_once(self, records: Iterable[Record]) -> None:
        if self.failures:
            raise StateError("the disk is full")
        super().append_at_once(records)

    def compact(self) -> tuple[str, ...]:
        self.compactions += 1
        return super().compact()

    def hold(self) -> None:
        """Let the next save wait."""
        self.is_open.clear()
        self.is_entered.clear()


@pytest.fixture
def file(tmp_path: Path) -> Gate:
    return Gate(tmp_path / "state.toml")


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def writer(file: Gate, reports: Reports) -> Iterator[StateWriter]:
    made = StateWriter(file, reports)
    yield made
    file.is_open.set()
    made.close(LIMIT)


def record(position: float, episode: str = "a") -> ProgressRecord:
    return ProgressRecord(episode, Progress(START + timedelta(seconds=position), position))


def save_slowly(writer: StateWriter, file: Gate, *records: Record) -> int:
    """Save records, and return their ticket once the writing of them waits for the gate."""
    file.hold()
    ticket = writer.save(*records)
    assert file.is_entered.wait(LIMIT)
    return ticket


def saved_positions(file: StateFile) -> dict[str, float]:
    return {ident: progress.position for ident, progress in StateFile(file.path).load().progress.items()}


def test_save_returns_at_once_and_reports_when_it_is_on_the_disk(
    writer: StateWriter, file: Gate, reports: Reports
) -> None:
    ticket = save_slowly(writer, file, record(5.0))
    assert (reports.all, saved_positions(file)) == ([], {})
    file.is_open.set()
    reports.wait_saved(ticket)
    assert saved_positions(file) == {"a": 5.0}


def test_save_while_one_is_written_keeps_the_newest_value_of_each_thing(
    writer: StateWriter, file: Gate, reports: Reports
) -> None:
    save_slowly(writer, file, record(1.0))
    for second in range(2, 50):
        writer.save(record(second), record(second, "b"))
        writer.save(SettingRecord("ui", "sort", second), SettingRecord("ui", "filter", second))
        writer.save(HeardRecord("k", "a", START, 0, second, second))
    ticket = writer.save(HeardRecord("l", "a", START, 0, 1.0, 1.0))
    file.is_open.set()
    reports.wait_saved(ticket)
    last = [record(49), record(49, "b"), SettingRecord("ui", "sort", 49), SettingRecord("ui", "filter", 49),
            HeardRecord("k", "a", START, 0, 49, 49), HeardRecord("l", "a", START, 0, 1.0, 1.0)]  # fmt: skip
    assert file.batches == [[record(1.0)], last]


def test_compact_brings_the_file_up_to_date_after_what_is_queued(
    writer: StateWriter, file: Gate, reports: Reports
) -> None:
    save_slowly(writer, file, record(1.0))
    ticket = writer.save(record(2.0))
    writer.compact()
    file.is_open.set()
    reports.wait_saved(ticket)
    tickets = [report.ticket for report in reports.all if isinstance(report, RecordsSaved)]
    assert tickets == [ticket - 1, ticket]
    assert writer.close(LIMIT)
    assert "position = 2.0" in file.path.read_text("utf-8")
    assert file.journal.read_bytes() == b""


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ([StateError("the disk is full")] * 3, "the disk is full"),
        ([RecursionError("too deep"), MemoryError()], "RecursionError: too deep"),
    ],
    ids=["a full disk", "what nobody thought of"],
)
def test_failed_save_is_told_once_kept_and_tried_again(
    writer: StateWriter,
    file: Gate,
    reports: Reports,
    monkeypatch: pytest.MonkeyPatch,
    errors: list[Exception],
    told: str,
) -> None:
    monkeypatch.setattr(writer_module, "RETRY_AFTER", 0.01)
    file.errors = list(errors)
    ticket = writer.save(record(5.0))
    reports.wait_saved(ticket)
    assert reports.all == [SaveFailed(told), SaveFailed(None), RecordsSaved(ticket)]
    reports.wait_saved(writer.save(record(5.0)))
    assert reports.all[3:] == [RecordsSaved(ticket + 1)]
    assert saved_positions(file) == {"a": 5.0}


def test_failed_save_does_not_undo_a_newer_value(
    writer: StateWriter, file: Gate, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "RETRY_AFTER", 0.01)
    file.failures = 1
    save_slowly(writer, file, record(1.0), record(1.0, "b"))
    ticket = writer.save(record(2.0))
    file.is_open.set()
    reports.wait_saved(ticket)
    assert file.batches == [[record(2.0), record(1.0, "b")]]


@pytest.mark.parametrize(
    ("error", "told"), [(StateError("no room"), "no room"), (TypeError("unhashable"), "TypeError: unhashable")]
)
def test_failed_compaction_is_told_and_loses_nothing(
    writer: StateWriter, file: Gate, reports: Reports, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(Gate, "compact", fail)
    writer.save(record(5.0))
    writer.compact()
    reports.wait(lambda all_: SaveFailed(told) in all_)
    assert saved_positions(file) == {"a": 5.0}
    for position in (6.0, 7.0):  # tried again with each save, and not told each time
        writer.compact()
        reports.wait_saved(writer.save(record(position)))
    assert [one for one in reports.all if isinstance(one, SaveFailed)] == [SaveFailed(told)]
    monkeypatch.undo()
    writer.save(record(8.0))
    reports.wait(lambda all_: SaveFailed(None) in all_)
    assert "position = 8.0" in file.path.read_text("utf-8")


def test_report_that_raises_does_not_end_saving(file: Gate) -> None:
    def report(_: Report) -> None:
        raise RuntimeError("nobody is there")

    writer = StateWriter(file, report)
    writer.save(record(5.0))
    assert writer.flush(LIMIT)
    writer.save(record(6.0))
    assert writer.close(LIMIT)
    assert saved_positions(file) == {"a": 6.0}


def test_state_damaged_meanwhile_is_told_with_what_was_mended(
    writer: StateWriter, file: Gate, reports: Reports
) -> None:
    reports.wait_saved(writer.save(record(6.0)))
    file.path.write_bytes(b"\x00\xff")
    writer.compact()
    reports.wait(lambda all_: any(isinstance(one, StateMended) for one in all_))
    [notice] = next(one.notices for one in reports.all if isinstance(one, StateMended))
    assert notice.startswith(f"{file.path.name} was damaged")
    assert saved_positions(file) == {"a": 6.0}


def test_large_state_is_not_rewritten_at_every_pause(
    writer: StateWriter, file: Gate, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "SMALL_STATE", 10)
    file.path.write_text("version = 1\n[episodes]\n", "utf-8")
    monkeypatch.setattr(writer_module, "run_apart", lambda *_: None)
    ticket = writer.save(record(5.0))
    writer.compact()
    reports.wait_saved(ticket)
    assert writer.close(LIMIT)
    assert file.compactions == 0
    assert file.path.read_text("utf-8") == "version = 1\n[episodes]\n"


def test_large_state_is_compacted_by_a_process_of_its_own_that_runs_no_code_from_here(
    file: Gate, reports: Reports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap, was_sprung = tmp_path / "here", tmp_path / "sprung"
    trap.mkdir()
    for name in ("tomllib", "tomli_w", "tui_pod"):
        (trap / f"{name}.py").write_text(f"open({str(was_sprung)!r}, 'w')\nraise SystemExit(1)\n")
    monkeypatch.chdir(trap)
    monkeypatch.setattr(writer_module, "SMALL_STATE", 10)
    file.path.write_text("version = 1\n[episodes]\n", "utf-8")
    started: list[Any] = []
    popen: Any = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: started.append(popen(*a, **k)))
    writer = StateWriter(file, reports)
    writer.save(record(5.0))
    assert writer.close(LIMIT)
    assert [process.wait(PATIENCE) for process in started] == [0]
    assert not was_sprung.exists()
    assert "position = 5.0" in file.path.read_text("utf-8")


def test_flush_waits_until_what_is_queued_is_written(writer: StateWriter, file: Gate) -> None:
    assert writer.flush(0.0)
    file.hold()
    writer.save(record(5.0))
    assert not writer.flush(0.0)
    file.is_open.set()
    assert writer.flush(LIMIT)
    assert saved_positions(file) == {"a": 5.0}


def test_close_while_the_disk_hangs_hands_the_rest_to_the_system_in_time(writer: StateWriter, file: Gate) -> None:
    save_slowly(writer, file, record(1.0))
    writer.save(record(2.0))
    assert writer.close(0.0)
    assert saved_positions(file) == {"a": 2.0}


def test_close_while_saves_fail_tries_once_more_at_once_and_says_so(
    writer: StateWriter, file: Gate, reports: Reports
) -> None:
    file.failures = 100
    writer.save(record(1.0))
    reports.wait(lambda all_: bool(all_))
    assert not writer.close(LIMIT)
    assert file.failures < 99


def test_close_during_a_save_that_fails_has_one_more_try(writer: StateWriter, file: Gate) -> None:
    """The save that is under way cannot know of the closing when it begins to wait for its next try."""
    file.failures = 1
    save_slowly(writer, file, record(1.0))
    closer = threading.Thread(target=writer.close, args=(LIMIT,))
    closer.start()
    while not writer.is_closing:
        pass
    file.is_open.set()
    closer.join(writer_module.RETRY_AFTER * 0.75)
    assert not closer.is_alive()
    assert saved_positions(file) == {"a": 1.0}


def test_no_saver_saves_nothing_and_never_waits() -> None:
    writer = NullWriter()
    assert writer.save() == 0
    assert writer.close(0.0)
    assert writer.save(record(1.0)) == 0
    writer.compact()
    assert writer.flush(0.0)
    assert not writer.close(0.0)  # the exit status tells


def test_close_while_another_program_holds_the_lock_loses_nothing(writer: StateWriter, file: Gate) -> None:
    with open(file.path.with_name("state.toml.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        writer.save(record(7.0))
        assert writer.close(0.0)
    assert saved_positions(file) == {"a": 7.0}


def test_files_removed_while_it_runs_are_told_so_that_all_is_saved_again(
    writer: StateWriter, file: Gate, reports: Reports
) -> None:
    reports.wait_saved(writer.save(record(1.0)))
    shutil.rmtree(file.path.parent)
    reports.wait_saved(writer.save(record(2.0, "b")))
    reports.wait(lambda all_: StateMended((VANISHED,)) in all_)
    assert saved_positions(file) == {"b": 2.0}


ROOT = Path(__file__).parents[2]


def run_trials(kind: str, folder: Path, trials: int) -> tuple[int, list[int]]:
    """Return how many saves were acknowledged, and the trials in which one of them was lost."""
    command = [sys.executable, "-m", "tests.kill_trials", kind, str(folder), str(trials)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    found = json.loads(run.stdout)
    return found["saves"], found["losses"]


@pytest.mark.parametrize(("kind", "trials"), [("store", 60), ("saver", 30)])
def test_kill_at_any_moment_loses_no_acknowledged_save(tmp_path: Path, kind: str, trials: int) -> None:
    saves, losses = run_trials(kind, tmp_path, trials)
    assert losses == []
    assert saves > 5 * trials


def test_kill_of_a_program_that_writes_in_place_loses_saves(tmp_path: Path) -> None:
    """Shows that the trials see a loss: the file of this one can even be parsed most of the time."""
    _, losses = run_trials("naive", tmp_path, 20)
    assert losses
