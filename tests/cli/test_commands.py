"""The table of commands names functions that are there, and is all that the parser and the manual know."""

import json
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tui_pod.cli.commands import COMMANDS, Command
from tui_pod.cli.main import main
from tui_pod.cli.parser import parse


def runnable(commands: Iterable[Command] = COMMANDS) -> Iterator[Command]:
    """Yield the commands that have no commands below them."""
    for command in commands:
        if command.commands:
            yield from runnable(command.commands)
        else:
            yield command


@pytest.mark.parametrize("command", list(runnable()), ids=lambda command: command.run)
def test_command_names_a_function_that_is_there(command: Command) -> None:
    module, _, function = str(command.run).rpartition(".")
    assert callable(getattr(import_module(f"tui_pod.cli.{module}"), function))


@pytest.mark.parametrize(
    ("words", "run"),
    [
        (["status"], "library.run_status"),
        (["feeds", "set", "x"], "podcasts.feeds_set.run"),
        (["models", "list"], "speech.models.run_list"),
    ],
)
def test_word_runs_its_function(words: list[str], run: str) -> None:
    assert parse(words).run == run


def test_word_that_needs_another_one_is_wrong_usage_without_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["feeds"])
    assert ended.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["paly"], "tui-pod: error: argument COMMAND: there is no “paly”; did you mean play?"),
        (["mark", "x", "one"], "tui-pod mark: error: argument mark: there is no “x”; there are: played, unplayed"),
        (["list", "--jsno"], "tui-pod list: error: there is no “--jsno”; did you mean --json?"),
        (["feeds", "list", "x"], "tui-pod feeds list: error: “x” is one too many"),
        (["--json", "list"], "tui-pod list: error: --json goes after the command"),
        (["--verison"], "tui-pod: error: there is no “--verison”; did you mean --version?"),
    ],
)
def test_mistyped_word_is_told_the_closest_one(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(words)
    assert capsys.readouterr().err.endswith(f"\n{said}\n")


def test_argument_has_the_type_and_number_of_its_kind() -> None:
    options = parse(["feeds", "add", "a", "b", "--folder", "x", "--folder", "y"])
    assert (options.urls, options.folder) == (["a", "b"], ["x", "y"])
    assert parse(["feeds", "add", "a"]).folder == []
    assert parse(["bookmarks", "--out", "notes"]).out == Path("notes")


@pytest.mark.parametrize(
    ("words", "value"),
    [(["seek", "-1:05"], "-1:05"), (["volume", "-5"], "-5"), (["search", "-word", "--json"], ["-word"])],
)
def test_value_may_begin_with_a_minus_sign(words: list[str], value: object) -> None:
    options = parse(words)
    assert (options.words if words[0] == "search" else options.amount) == value


def test_devices_are_printed_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--ao", "null", "--json", "--state", str(tmp_path / "state.toml")]) == 0
    devices = json.loads(capsys.readouterr().out)
    assert devices[0]["name"] == "auto"
    assert all(set(device) == {"name", "description"} for device in devices)


def test_help_of_a_command_begins_with_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["status", "--help"])
    assert ended.value.code == 0
    assert "\nPrint what would be resumed, and what is played and left.\n" in capsys.readouterr().out
