"""Every field of progress reaches all that carries it: journal, snapshot, folder, the process that syncs, the app."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rooms import make_room
from tests.sync.machines import Machine, whole_progress
from tui_pod.cli.main import main
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.services.sync import received
from tui_pod.state.store import StateFile

ROOT = Path(__file__).parents[2]


async def test_every_field_reaches_every_carrier(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there, here = (Machine(name, tmp_path / name) for name in ("there", "here"))
    for machine in (there, here):
        machine.home.mkdir()
    shared = tmp_path / "shared"
    shared.mkdir()
    (tmp_path / "config.toml").write_text('[sync]\nfolder = "shared"\n')
    (tmp_path / "catalog.toml").write_text('version = 1\n[[episodes]]\nid = "one"\ntitle = "One"\n')
    options = [word for name in ("catalog", "config") for word in (f"--{name}", str(tmp_path / f"{name}.toml"))]
    options.append("--state")
    there.file.append([ProgressRecord("one", whole_progress())])
    assert there.file.load().progress == {"one": whole_progress()}, "journal"
    there.file.compact()
    assert there.file.load().progress == {"one": whole_progress()}, "snapshot"
    assert main(["sync", *options, str(there.file.path), "--yes"]) == 0
    capsys.readouterr()
    assert main(["sync", "--json", *options, str(here.file.path), "--yes"]) == 0
    assert StateFile(here.file.path).load().progress == {"one": whole_progress()}, "folder"
    report = json.loads(capsys.readouterr().out)
    room = make_room()
    assert received(report) == {"one": whole_progress()}, "report"
    room.controller.editor.receive(received(report))
    assert room.progress_index.get("one") == whole_progress(), "app"


def test_field_that_is_added_as_described_reaches_every_carrier(tmp_path: Path) -> None:
    """Follow the recipe in CONTRIBUTING.md on a copy of the program, and run the test above there."""
    shutil.copytree(ROOT / "tui_pod", tmp_path / "tui_pod")
    for name in ("tests", "scripts", "pyproject.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    last, last_field = "    is_brief: bool = False\n", '    Field("brief", "is_brief", FLAG),\n'
    for file, after, added in (
        ("core/progress/progress.py", last, '    pace: str = ""\n'),
        ("state/fields.py", last_field, '    Field("pace", "pace", NAME),\n'),
    ):
        path = tmp_path / "tui_pod" / file
        text = path.read_text()
        assert text.count(after) == 1
        path.write_text(text.replace(after, after + added))
    words = ["-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider", "tests/sync/test_carriers.py", "-k", "every_field"]
    done = subprocess.run(
        [sys.executable, *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
