"""A command sends what it has changed, in a process of its own."""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Shell
from tui_pod.cli.main import main
from tui_pod.sync import sending

Started = list[list[str]]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """The processes that commands start."""
    found, spawn = list[list[str]](), os.posix_spawn

    def note(path: str, command: list[str], *rest: Any, **options: Any) -> int:
        """Start only what `subprocess` starts, which uses this, too, since Python 3.13."""
        if "setsid" not in options:
            return spawn(path, command, *rest, **options)
        found.append(command[3:])
        return 0

    monkeypatch.setattr(os, "posix_spawn", note)
    return found


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """Options of a state that was synced, but for the catalogue."""
    (tmp_path / "state.toml.synced").touch()
    return ["--state", str(tmp_path / "state.toml")]


def test_commands_that_change_something_send_it_and_others_do_not(
    words: list[str], started: Started, shell: Shell, tmp_path: Path
) -> None:
    for command in (["list"], ["status"], ["mark", "unplayed", "one"], ["lists"], ["feeds", "list"]):
        shell(*command, *words)
    assert started == []
    for command in (
        ["mark", "played", "one"],
        ["lists", "Road", "--add", "one"],
        ["feeds", "set", "course", "hidden=yes"],
    ):
        shell(*command, *words)
    state = (tmp_path / "state.toml").resolve()
    assert [call[:2] for call in started] == [["tui_pod.sync.sending", str(state)]] * 3
    assert started[0][-2:] == ["--catalog", str(tmp_path / "catalog.toml")]


def test_nothing_is_sent_before_the_first_sync_or_twice(
    words: list[str], started: Started, shell: Shell, tmp_path: Path
) -> None:
    with open(tmp_path / "state.toml.unsent", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # by a process that will send it
        shell("mark", "played", "one", *words)
    (tmp_path / "state.toml.synced").unlink()
    shell("mark", "unplayed", "one", *words)
    assert started == []


def test_changes_in_a_row_are_sent_by_one_sync_and_later_ones_by_the_next(
    words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    state, unsent, syncs = tmp_path / "state.toml", tmp_path / "state.toml.unsent", list[list[str]]()
    unsent.touch()

    def sync(command: list[str], **_: object) -> None:
        syncs.append(command[command.index("sync") :])
        if len(syncs) == 1:
            unsent.touch()

    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 1:  # another command, meanwhile
            unsent.touch()

    monkeypatch.setattr(subprocess, "run", sync)
    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(sending, "AFTER", 0.01)
    sending.main(state, "--config", "c")
    assert len(slept) >= 2
    assert syncs == [["sync", "--state", str(state), "--config", "c"]] * 2
    with unsent.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        sending.main(state)
    assert len(syncs) == 2


def test_a_mark_goes_to_the_folder_by_itself_and_the_process_ends(
    tmp_path: Path, started: Started, shell: Shell
) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "config.toml").write_text('[sync]\nfolder = "shared"\n')
    words = ["--state", str(tmp_path / "state.toml"), "--config", str(tmp_path / "config.toml")]
    assert main(["sync", *words, "--yes"]) == 0
    shell("mark", "played", "one", *words)
    ((module, *arguments),) = started
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")
    (file,) = (tmp_path / "shared").glob("*.toml")
    assert "[episodes.one]" in file.read_text()
