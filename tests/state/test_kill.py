import json
import subprocess
import sys
from pathlib import Path

import pytest

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
