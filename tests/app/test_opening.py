"""What is on the screen while a large library is read; which keys end it is tested in a journey."""

from __future__ import annotations

import os
import subprocess
import sys
import termios
from contextlib import suppress

import pytest

from tui_pod.app.opening import READING, draw
from tui_pod.core.text.escapes import CLEAR_LINE, HOME, RESTORE
from tui_pod.library.reload import FAULTY


def lines(width: int, height: int, percent: int = 50, is_ascii: bool = False) -> list[str]:
    painted = draw((width, height), percent, is_ascii)
    assert painted.startswith(HOME)
    return painted.removeprefix(HOME).replace(CLEAR_LINE, "").split("\r\n")


@pytest.mark.parametrize(("width", "height"), [(120, 40), (60, 12), (59, 12), (40, 12), (39, 12), (40, 11), (10, 3)])
def test_every_size_is_filled_and_nothing_is_wider(width: int, height: int) -> None:
    drawn = lines(width, height)
    assert len(drawn) == height
    assert max(map(len, drawn)) <= width
    assert any("Reading the library … 50 %"[:width].rstrip() in line for line in drawn)


def test_panes_are_those_of_the_library_with_the_progress_in_the_list() -> None:
    drawn = lines(80, 24)
    assert drawn[0].startswith(" 1 Library  2 Queue")
    assert drawn[1] == f"╭{'─' * 18}╮╭{'─' * 58}╮"
    assert drawn[19] == f"╰{'─' * 18}╯╰{'─' * 58}╯"
    assert [line[20:].strip("│ ") for line in drawn[9:12]] == [
        "Reading the library … 50 %", "━" * 12 + "╌" * 12, "Later starts read it from the cache.",
    ]  # fmt: skip
    assert (drawn[20:23], drawn[23]) == (["", "", ""], " q Quit  esc Quit")


@pytest.mark.parametrize(("width", "panes"), [(60, 2), (59, 1)])
def test_narrow_terminal_has_one_pane(width: int, panes: int) -> None:
    assert lines(width, 24)[1].count("╭") == panes


def test_terminal_too_small_for_panes_has_the_text_alone() -> None:
    for width, height in ((39, 24), (40, 11)):
        assert lines(width, height) == ["Reading the library … 50 %", *[""] * (height - 1)]


def test_screen_without_unicode_is_ascii() -> None:
    assert "".join(lines(80, 24, is_ascii=True)).isascii()


@pytest.mark.parametrize(("percent", "full"), [(0, 0), (4, 0), (5, 1), (99, 23), (100, 24)])
def test_bar_is_as_full_as_what_was_read(percent: int, full: int) -> None:
    assert "━" * full + "╌" * (24 - full) in "".join(lines(80, 24, percent))


PROGRAM = """
import sys
from types import SimpleNamespace
from tui_pod.app import opening
from tui_pod.core.library.library import CatalogsError
opening.start_of = lambda *_: ([sys.executable, "-c", sys.argv[1]], None)
try:
    print(opening.fill_cache([], SimpleNamespace(cache="", data=""), False), file=sys.stderr)
except CatalogsError as error:
    print(error.lines, file=sys.stderr)
"""


def fill(reader: str, keys: bytes = b"") -> tuple[str, str]:
    """Fill the cache by a program in place of the one that reads; return the answer, and what was drawn.

    The keys are pressed once something is drawn.
    """
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, reader], stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, text=True
    ) as process:
        os.close(theirs)
        drawn = b""
        with suppress(OSError):  # its end
            while part := os.read(ours, 10_000):
                if not drawn and keys:
                    os.write(ours, keys)
                drawn += part
        assert process.stderr is not None
        answer = process.stderr.read().strip()
    os.close(ours)
    return answer, drawn.decode()


def test_library_that_was_read_leaves_the_screen_to_the_app() -> None:
    answer, drawn = fill("print(7); print(100)")
    assert (answer, RESTORE in drawn) == ("True", False)


def test_faults_of_catalogues_are_raised_line_by_line_and_the_terminal_restored() -> None:
    reader = f"import sys; print('a.toml:1: one', 'b.toml:2: two', sep='\\n', file=sys.stderr); sys.exit({FAULTY})"
    answer, drawn = fill(reader)
    assert (answer, drawn.endswith(RESTORE)) == ("['a.toml:1: one', 'b.toml:2: two']", True)


@pytest.mark.parametrize("keys", [b"q", b"\x1b", b"jq"])
def test_key_that_quits_ends_the_reading_and_restores_the_terminal(keys: bytes) -> None:
    answer, drawn = fill("import signal; signal.pause()", keys)
    assert (answer, drawn.endswith(RESTORE)) == ("False", True)


def test_text_is_in_the_middle_of_the_pane() -> None:
    drawn = lines(40, 12)
    assert [line for line in drawn[1:7] if line.strip("│ ─╭╮")] == [
        f"│{text:^38}│" for text in (READING.format("50"), "━" * 12 + "╌" * 12, "Later starts read it from the cache.")
    ]
    assert [line.strip("│ ") for line in drawn[2:6]].index(READING.format("50")) == 1
