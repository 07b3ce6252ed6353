"""Standard streams that are closed or lead elsewhere: never a traceback, and data only on standard output."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.torture.terminal import Terminal

ROOT = Path(__file__).parents[2]

CLOSED_ERROR = "import os, sys; os.close(2); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"

NO_SIZE = CLOSED_ERROR.replace("os.close(2)", "import termios; termios.tcsetwinsize(0, (0, 0))")


def run(closing: str, *arguments: str) -> tuple[int, str, str]:
    """Run the program with streams closed as a shell does it; return its exit status, output and messages."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closing}', "sh", sys.executable, "-m", "tui_pod", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["list"], ["list", "--json"], ["status", "--json"], ["stats", "--json"], ["plan", "15m"],
     ["feeds", "list", "--json"], ["keys"], ["--help"], ["--version"], ["list", "--help"]],
    ids=" ".join,
)  # fmt: skip
def test_output_that_is_closed_is_1_with_a_message(arguments: list[str]) -> None:
    status, _, err = run(">&-", *arguments)
    assert (status, err.splitlines()[-1]) == (1, "tui-pod: standard output is closed")
    assert "Traceback" not in err


def test_output_that_is_closed_keeps_no_command_from_its_work() -> None:
    assert "Traceback" not in run(">&-", "mark", "played", "llm-layers")[2]
    assert run("", "list", "--status", "played")[1].startswith("llm-layers\t")


@pytest.mark.parametrize("arguments", [["mark", "played", "nope"], ["seek", "x"], ["nonsense"], ["now"]], ids=" ".join)
def test_messages_that_are_closed_go_nowhere_else(arguments: list[str]) -> None:
    status, out, _ = run("2>&-", *arguments)
    assert status in (1, 2)
    assert out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "-"], "standard input: This is not an OPML list."),
        (["server", "add", "https://books.example.org", "--user", "ann"], "no login was given"),
        (["server", "add", "https://books.example.org"], "A user name is needed"),
    ],
    ids=["import", "password", "user"],
)
def test_input_that_is_closed_is_empty(arguments: list[str], said: str) -> None:
    status, out, err = run("<&-", *arguments)
    assert (status, out) == (1, "")
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize("closing", ["<&-", ">&-", "<&- >&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("plain", [[], ["--plain", "--ao", "null"]], ids=["screen", "plain"])
def test_app_without_its_streams_is_1_with_a_message(closing: str, plain: list[str]) -> None:
    status, out, err = run(closing, *plain)
    assert (status, out) == (1, "")
    if "2>&-" not in closing:
        assert err.startswith("tui-pod: standard ")
        assert err.count("\n") == 1


def test_everything_closed_leaves_the_state_whole(tmp_path: Path) -> None:
    state = tmp_path / "state.toml"
    for mark in ("played", "unplayed"):
        run("<&- >&- 2>&-", "mark", mark, "llm-layers", "--state", str(state))
    assert run("", "list", "--status", "unplayed", "--state", str(state))[2] == ""


@pytest.mark.parametrize(
    ("prepare", "more"),
    [
        (CLOSED_ERROR, {}),
        (NO_SIZE, {"COLUMNS": "", "LINES": "", "TUI_POD_ONE_PROCESS": ""}),
        (NO_SIZE, {"COLUMNS": "", "LINES": "", "TUI_POD_ONE_PROCESS": "1"}),
    ],
    ids=["messages elsewhere", "no size", "no size, one process"],
)
def test_screen_is_drawn_and_obeys_keys(prepare: str, more: dict[str, str], tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "LANG": "C.UTF-8", **more}
    command = [sys.executable, "-c", prepare, "-m", "tui_pod", "--ao", "null"]
    with Terminal(command, environment, tmp_path) as terminal:
        terminal.until(lambda: terminal.shows("Transformers"), "the library is shown")
        terminal.press("q")
        assert terminal.wait() is not None
        terminal.look(0.05)
        assert terminal.status == 0
