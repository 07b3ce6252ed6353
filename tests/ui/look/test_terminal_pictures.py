"""What is sent to a terminal that draws pictures, and what may draw a piece of one."""

import os
import random

import pytest
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from tests.graphics import Graphics, Piece, read_cell
from tui_pod.core.text.clean import clean
from tui_pod.core.text.escapes import PLACEHOLDER
from tui_pod.ui.look.terminal_pictures import CHUNK, MARKS, TerminalPictures, question, row_of_cells
from tui_pod.ui.output_gate import printable

PICTURE = random.Random(1).randbytes(160 * 160 * 3)
"""One that cannot be compressed, so it takes many commands."""


def sent_to(graphics: Graphics) -> TerminalPictures:
    """Return pictures on a terminal that objects to whatever is no command of the protocol."""

    def write(text: str) -> None:
        assert graphics.feed(text.encode()) == b""

    return TerminalPictures(write)


@pytest.fixture(autouse=True)
def _bare_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-kitty")
    monkeypatch.delenv("TERM_PROGRAM", raising=False)


def test_picture_arrives_whole_in_several_commands() -> None:
    graphics = Graphics()
    sent_to(graphics).send(PICTURE, 24, 12)
    (image,) = graphics.images.values()
    assert len(PICTURE) > CHUNK
    assert image == (160, PICTURE, (24, 12))


def test_deleted_picture_gives_its_number_to_another_and_is_deleted_once() -> None:
    graphics = Graphics()
    pictures = sent_to(graphics)
    first, second = (pictures.send(PICTURE, 2, 1) for _ in range(2))
    pictures.delete(first)
    pictures.delete(first)
    assert len(graphics.images) == len(graphics.deleted) == 1
    assert pictures.send(PICTURE, 2, 1) == first != second
    pictures.delete_all()
    assert graphics.images == {}


@pytest.mark.parametrize(
    ("term", "program", "is_in_tmux"),
    [("tmux-256color", None, True), ("screen", "tmux", True), ("xterm-kitty", "tmux", False)],
)
def test_commands_are_wrapped_within_tmux_only(
    term: str, program: str | None, is_in_tmux: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    if program is not None:
        monkeypatch.setenv("TERM_PROGRAM", program)
    graphics = Graphics(is_in_tmux)
    graphics.feed(question().encode())
    sent_to(graphics).send(PICTURE, 24, 12)
    assert graphics.questions == len(graphics.deleted) == len(graphics.images) == 1


def test_gnu_screen_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "screen-256color")
    assert question() == ""


def test_cells_name_picture_row_and_column_in_any_colour_that_dims_them() -> None:
    graphics = Graphics()
    pictures = sent_to(graphics)
    for _ in range(2):
        number = pictures.send(PICTURE, len(MARKS), 3)
    dimmed = Style(color="#123456", bgcolor="#654321", dim=True)
    cells = list(printable(Segment(cell, dimmed) for cell in row_of_cells(number, 2, len(MARKS))))
    styles = [cell.style or Style() for cell in cells]
    colors = [style.color.get_truecolor().hex.removeprefix("#") for style in styles if style.color is not None]
    read = [read_cell(cell.text, color) for cell, color in zip(cells, colors, strict=True)]
    assert read == [Piece(max(graphics.images), 2, column) for column in range(len(MARKS))]
    assert {style.bgcolor for style in styles} == {Color.parse("#654321")}
    assert max(graphics.images) & 0xFFFFFF == os.getpid() & 0xFFFFFF


@pytest.mark.parametrize(
    "text", [PLACEHOLDER, f"a{PLACEHOLDER}{MARKS[:3]}", f"{PLACEHOLDER}{MARKS[:3]}\x1b[2J", f"{PLACEHOLDER}\u0597" * 3]
)
def test_text_from_outside_draws_no_piece_of_a_picture(text: str) -> None:
    assert PLACEHOLDER not in clean(text)
    (shown,) = printable([Segment(text)])
    assert PLACEHOLDER not in shown.text
    assert "\x1b" not in shown.text
