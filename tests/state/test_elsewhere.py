"""What one program sees of the state that another one saves meanwhile."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes import START
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.state import store
from tui_pod.state.store import StateFile


def record(episode: str, position: float) -> ProgressRecord:
    return ProgressRecord(episode, Progress(START + timedelta(minutes=position), position))


@pytest.fixture
def mine(tmp_path: Path) -> StateFile:
    file = StateFile(tmp_path / "state.toml")
    file.load()
    return file


@pytest.fixture
def theirs(tmp_path: Path, mine: StateFile) -> StateFile:
    return StateFile(tmp_path / "state.toml")


def test_own_saves_are_no_change_elsewhere(mine: StateFile) -> None:
    mine.append([record("a", 1)])
    mine.compact()
    assert not mine.is_changed_elsewhere


@pytest.mark.parametrize("is_compacted", [True, False])
def test_save_of_another_program_is_seen_and_read_once(mine: StateFile, theirs: StateFile, is_compacted: bool) -> None:
    theirs.append([record("a", 1)])
    if is_compacted:
        theirs.compact()
    assert mine.is_changed_elsewhere
    assert mine.read_elsewhere().progress["a"].position == 1
    assert not mine.is_changed_elsewhere


def test_save_of_another_program_is_seen_behind_an_own_one(mine: StateFile, theirs: StateFile) -> None:
    theirs.append([record("a", 1)])
    mine.append([record("b", 2)])
    mine.compact()
    assert mine.is_changed_elsewhere
    assert mine.read_elsewhere().progress.keys() == {"a", "b"}


def test_of_a_large_state_only_the_journal_is_read(
    mine: StateFile, theirs: StateFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs.append([record("a", 1)])
    theirs.compact()
    theirs.append([record("b", 2)])
    monkeypatch.setattr(store, "SMALL_STATE", 10)
    assert mine.read_elsewhere().progress.keys() == {"b"}


@pytest.mark.parametrize("content", ["", "version = 1\n[episo", "version = 99\n"])
def test_files_that_another_program_spoils_are_left_as_they_are(mine: StateFile, content: str) -> None:
    mine.path.write_text(content)
    assert mine.is_changed_elsewhere
    assert mine.read_elsewhere().progress == {}
    assert mine.path.read_text() == content
