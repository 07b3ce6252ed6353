"""Covers as pictures, from the program to a terminal that knows kitty's graphics protocol."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.app.test_pty import surroundings
from tests.graphics import Graphics, PictureTerminal
from tests.torture.terminal import Terminal
from tui_pod.core.text.escapes import PLACEHOLDER

TMUX = {"TERM": "tmux-256color", "TERM_PROGRAM": "tmux"}


def start(folder: Path, **variables: str) -> tuple[list[str], dict[str, str], Path]:
    """Return how the program is started on a catalogue whose covers are drawn."""
    command = [sys.executable, "-m", "tui_pod", "--state", str(folder / "state.toml"), "--ao", "null"]
    return command, surroundings(**{"COLORTERM": "truecolor", **variables}), folder


@contextmanager
def shown(folder: Path, **variables: str) -> Iterator[PictureTerminal]:
    """Run the program until its cover is a picture."""
    graphics = Graphics(is_in_tmux="TERM_PROGRAM" in variables)
    with PictureTerminal(*start(folder, **variables), graphics) as terminal:
        terminal.until(terminal.whole, "a picture")
        yield terminal


def finish(terminal: Terminal, key: str) -> None:
    """Press a key that ends the client."""
    terminal.press(key)
    terminal.until(lambda: not terminal.is_running(), "the end")
    terminal.look(0.05)


@pytest.mark.parametrize("variables", [{}, TMUX], ids=["bare", "tmux"])
def test_cover_is_a_picture_that_text_covers_and_the_end_deletes(room: Path, variables: dict[str, str]) -> None:
    with shown(room, **variables) as terminal:
        first = terminal.whole()
        terminal.press("?")
        terminal.until(lambda: terminal.shows("Play or resume"), "a dialog")
        assert 0 < len(terminal.pieces()) < 24 * 12
        terminal.press("\x1b")
        terminal.until(lambda: terminal.whole() == first, "the whole picture")
        terminal.press("j")
        terminal.until(lambda: terminal.whole() not in (None, first), "the next picture")
        assert len(terminal.graphics.images) == 1
        finish(terminal, "q")
        assert terminal.graphics.images == {}
        assert terminal.graphics.questions == 1


def test_each_terminal_is_asked_and_gets_the_picture_again(room: Path) -> None:
    with shown(room) as terminal:
        app = terminal.app
        finish(terminal, "\x1c")
        assert terminal.graphics.images == {}
    try:
        with Terminal(*start(room), size=(150, 40)) as other:
            other.until(lambda: other.shows("▀▀▀▀▀▀▀▀"), "half blocks on a terminal that does not answer")
            assert b"a=p,U=1" in other.raw
            assert PLACEHOLDER.encode() not in other.raw
            finish(other, "\x1c")
        with shown(room) as terminal:
            assert terminal.graphics.questions == 1
    finally:
        os.kill(app, signal.SIGKILL)


def test_terminal_that_would_print_the_question_is_not_asked(room: Path) -> None:
    with Terminal(*start(room, TERM="screen-256color"), size=(150, 40)) as terminal:
        terminal.until(lambda: terminal.shows("▀▀▀▀▀▀▀▀"), "half blocks")
        finish(terminal, "q")
        assert b"a=p" not in terminal.raw


def test_terminal_that_knows_pictures_but_no_cells_of_them_gets_half_blocks(room: Path) -> None:
    with PictureTerminal(*start(room), Graphics(has_cells=False)) as terminal:
        terminal.until(lambda: terminal.graphics.questions == 1 and terminal.shows("▀▀▀▀▀▀▀▀"), "half blocks")
        terminal.press("j")
        terminal.until(lambda: terminal.shows("Act 1 · 2 of 16"), "the next cover")
        finish(terminal, "q")
        assert terminal.graphics.images == {}
        assert PLACEHOLDER.encode() not in terminal.raw
