"""A large state is read from its copy: the same values, and never those of another snapshot."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.state.test_fields import WHOLE_RECORDS
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import ProgressRecord, SettingRecord
from tui_pod.state import store
from tui_pod.state.store import StateFile

START = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)

RECORDS: list[Any] = [record for _, record in WHOLE_RECORDS]
WHOLE, BOOKMARK, CARD, LIST, HEARD = RECORDS


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFile:
    """Return a state with a record of each kind, counted as a large one."""
    monkeypatch.setattr(store, "SMALL_STATE", 10)
    file = StateFile(tmp_path / "state.toml")
    played = Progress(START, 0.0, 60.0, played=True, plays=2, played_ranges=((0.0, 1.25), (2.0, 60.0)), origin="desk")
    file.append([ProgressRecord("a", WHOLE), ProgressRecord("b", played), BOOKMARK, CARD, LIST,
                 SettingRecord("ui", "topic", "Everything")])  # fmt: skip
    file.compact()
    return file


def without_copy(file: StateFile) -> store.State:
    """Return the same state as the snapshot and the journal have it."""
    file.values.unlink()
    return file.load()


def forbid_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing read the snapshot."""
    monkeypatch.setattr(StateFile, "_snapshot", lambda *_: pytest.fail("read the snapshot"))


def test_copy_has_the_values_of_the_snapshot(file: StateFile) -> None:
    with pytest.MonkeyPatch.context() as patch:
        forbid_reading(patch)
        state = StateFile(file.path).load()
    assert state == without_copy(file)
    assert [len(state.progress), *map(len, state.notebook)] == [2, 1, 1, 1]


def test_journal_of_a_killed_app_is_added_to_the_copy(file: StateFile) -> None:
    later = START + timedelta(days=3)
    newer = Progress(later, 30.0, 60.0, listened=later, played_ranges=((10.0, 30.0),))
    older = newer._replace(updated=START - timedelta(days=1))
    file.append([ProgressRecord("a", newer), ProgressRecord("b", older), ProgressRecord("c", newer),
                 SettingRecord("ui", "topic", "News"), HEARD])  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        forbid_reading(patch)
        state = StateFile(file.path).load()
    assert state == without_copy(file)
    assert state.progress["b"].played


def append_bookmark(file: StateFile) -> None:
    """Save a bookmark as a command does, which does not compact."""
    file.append([BOOKMARK._replace(start=5.0, end=6.0)])


def change_by_hand(file: StateFile) -> None:
    """Write another position into the snapshot."""
    text = file.path.read_text("utf-8")
    assert "duration = 60.0" in text
    file.path.write_text(text.replace("duration = 60.0", "duration = 61.0"), "utf-8")


def damage(file: StateFile) -> None:
    """Flip a bit of the copy."""
    content = bytearray(file.values.read_bytes())
    content[len(content) // 2] ^= 4
    file.values.write_bytes(content)


def cut(file: StateFile) -> None:
    """Leave the first two bytes of the copy."""
    file.values.write_bytes(file.values.read_bytes()[:2])


@pytest.mark.parametrize("change", [append_bookmark, change_by_hand, damage, cut])
def test_copy_that_does_not_fit_is_not_used(file: StateFile, change: Callable[[StateFile], None]) -> None:
    change(file)
    assert StateFile(file.path).load() == without_copy(file)


def test_copy_of_another_version_is_not_used(file: StateFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_pod.state.fast_copy._FORM", ("0.1",))
    forbid_reading(monkeypatch)
    with pytest.raises(pytest.fail.Exception):
        StateFile(file.path).load()


def test_snapshot_with_an_invalid_entry_has_no_copy(file: StateFile) -> None:
    text = file.path.read_text("utf-8")
    file.path.write_text(text.replace("[end]", '[episodes.odd]\nposition = "far"\n\n[end]'), "utf-8")
    StateFile(file.path).save([ProgressRecord("c", WHOLE)])
    file.compact()
    assert "odd" in file.path.read_text("utf-8")
    assert not file.values.exists()
