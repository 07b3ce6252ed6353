"""keys, config and completions, and the table that list draws on a terminal."""

import json
import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.patience import PATIENCE
from tui_pod.cli.main import main
from tui_pod.cli.shell import default_config
from tui_pod.config.reader import parse_config
from tui_pod.config.settings import Settings
from tui_pod.core.actions import ACTIONS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def config(home: Path) -> Path:
    """A settings file with other keys, and one fault."""
    path = home / "my.toml"
    path.write_text('[playback]\nseek_back = 7\n[keys]\nundo = "U"\nredo = "j"\n')
    return path


def test_keys_in_a_pipe_are_a_line_each(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [row[1] for row in rows] == [action.id for action in ACTIONS]
    assert rows[0] == ["space p", "playback.toggle", "Play or pause"]


def test_keys_are_the_live_ones_and_faults_go_to_stderr(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(config), "keys", "--json"]) == 0
    printed = capsys.readouterr()
    keys = {entry["id"]: entry for entry in json.loads(printed.out)}
    assert keys["undo"]["keys"] == ["U"]
    assert keys["redo"]["keys"] == ["ctrl+r"]
    assert keys["playback.back"]["does"] == "Back 7 seconds"
    assert printed.err == (f"tui-pod: {config}:5: keys.redo: j is taken by move.down (Down); ctrl+r is used\n")


def test_config_default_is_a_file_that_changes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--default"]) == 0
    printed = capsys.readouterr().out
    assert printed == default_config()
    settings, notices = parse_config(printed, home / "config.toml")
    assert (settings._replace(fixed=frozenset()), notices) == (Settings(), ())
    assert all(len(line) <= 160 for line in printed.splitlines())


def test_config_default_with_every_line_taken_in_has_no_fault(tmp_path: Path) -> None:
    lines = default_config().splitlines()
    taken = [line.removeprefix("# ") if line.startswith(('# "', "# catalogs =")) else line for line in lines]
    text = "\n".join(line for line in taken if line not in ("catalogs = []",))
    text = text.replace('["talks.toml", "~/podcasts/catalog.toml"]', "[]")
    settings, notices = parse_config(text, tmp_path / "config.toml")
    assert notices == ()
    assert settings.keymap == {}
    assert settings.speeds == {"Transformers": 1.2}


def test_config_prints_the_file_and_its_faults(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--config", str(config)]) == 1
    printed = capsys.readouterr()
    assert printed.out == f"{config}\n"
    assert f"{config}:5: keys.redo" in printed.err


def test_config_without_a_file_says_how_to_begin_one(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config"]) == 0
    printed = capsys.readouterr()
    assert "tui-pod config --default >" in printed.err


def test_completions_words_print_ids_and_topics(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completions", "--words", "ids"]) == 0
    ids = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert len(ids) == 119
    assert all(len(row) == 2 for row in ids)
    assert main(["completions", "--words", "topics"]) == 0
    assert "Transformers\t" in capsys.readouterr().out


def test_catalogues_of_the_settings_are_added(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "talks.toml").write_text('version = 1\n[[episodes]]\nid = "talk"\ntitle = "A talk"\n')
    (home / "my.toml").write_text('catalogs = ["talks.toml"]\n')
    assert main(["--config", str(home / "my.toml"), "list", "--json"]) == 0
    ids = [entry["id"] for entry in json.loads(capsys.readouterr().out)]
    assert len(ids) == 120
    assert ids[-1] == "talk"


def run_on_terminal(columns: int, home: Path, *arguments: str) -> list[str]:
    """Return the lines that a command prints on a terminal so wide."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (50, columns))
    folders = {f"XDG_{name}_HOME": str(home) for name in ("CACHE", "CONFIG", "DATA", "STATE")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tui_pod", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **folders, "HOME": str(home), "PYTHONPATH": str(ROOT)},
    )
    os.close(theirs)
    printed = b""
    try:
        while piece := os.read(ours, 65536):
            printed += piece
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.wait(PATIENCE) == 0
    return printed.decode().split("\r\n")


@pytest.mark.parametrize(("columns", "topics"), [(80, []), (100, ["topics"]), (200, ["topics"])])
def test_list_on_a_terminal_is_a_table_that_fits(columns: int, topics: list[str], tmp_path: Path) -> None:
    lines = [line for line in run_on_terminal(columns, tmp_path, "list") if line]
    assert len(lines) == 120
    assert lines[0].split() == ["id", "title", "length", "at", "status", *topics]
    place = lines[0].index("status")
    for line in lines[1:]:
        assert cell_len(line) <= columns
        assert line[place:].startswith("unplayed")


def test_keys_on_a_terminal_are_a_table(tmp_path: Path) -> None:
    lines = run_on_terminal(80, tmp_path, "keys")
    assert lines[0].split() == ["keys", "id", "does"]
    assert all(cell_len(line) <= 80 for line in lines)


def test_man_page_is_printed_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: "/bin/false")
    assert main(["man"]) == 0
    assert capsys.readouterr().out.startswith(".")
