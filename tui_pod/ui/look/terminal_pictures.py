"""Pictures on a terminal that knows kitty's graphics protocol, made of cells of text.

The terminal is sent a picture once. It then draws a piece of it in each cell that holds a placeholder, so that pictures
scroll, and are cut and covered, as text is (https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders).
"""

from __future__ import annotations

import os
import re
import zlib
from base64 import b64encode
from collections.abc import Callable
from math import isqrt

from rich.color import Color
from rich.style import Style

from tui_pod.core.text.escapes import ASKED, PLACEHOLDER, graphics, through_tmux

MARKS = (
    "\u0305\u030d\u030e\u0310\u0312\u033d\u033e\u033f\u0346\u034a\u034b\u034c\u0350\u0351\u0352\u0357\u035b\u0363"
    "\u0364\u0365\u0366\u0367\u0368\u0369\u036a\u036b\u036c\u036d\u036e\u036f\u0483\u0484\u0485\u0486\u0487\u0592"
)
"""The combining marks for the numbers 0 to 35, the columns of the largest cover; the protocol has 297."""

_CELLS = re.compile(f"(?:{PLACEHOLDER}[{MARKS}]{{3}})+")

CHUNK = 4096
"""Most characters of base64 in one command."""

_PROCESS = os.getpid() & 0xFFFFFF
"""The low 24 bits of each picture's id: programs in the panes of tmux share the ids of one terminal."""

_COLOR = Color.from_rgb(*_PROCESS.to_bytes(3, "big"))
"""The colour of each cell: the low bits of the id. The third mark is its high byte, the number of the picture."""


def row_of_cells(number: int, row: int, columns: int) -> list[str]:
    """Return the cells of a row of a picture."""
    return [f"{PLACEHOLDER}{MARKS[row]}{MARKS[column]}{MARKS[number]}" for column in range(columns)]


def is_ours(text: str) -> bool:
    """Return whether a text consists of cells of pictures."""
    return _CELLS.fullmatch(text) is not None


def with_color(style: Style | None) -> Style:
    """Return the style of cells of a picture: the colour that names it, on the background that they have."""
    return Style(color=_COLOR, bgcolor=style.bgcolor if style is not None else None)


def question() -> str:
    """Return what asks the terminal whether it draws pictures in cells; empty if it must not be asked.

    The protocol's own question, `a=q`, is answered with yes by terminals that print boxes for placeholders. Only those
    that know placeholders refuse what is asked here: that a virtual placement, with one pixel, belongs to a parent.
    """
    commands = (
        graphics(f"a=t,i={ASKED},f=24,s=1,v=1,q=2", "AAAA"),
        graphics(f"a=p,U=1,i={ASKED},P={ASKED},C=1"),
        graphics(f"a=d,d=I,i={ASKED},q=2"),
    )
    return "".join(map(_passed, commands))


class TerminalPictures:
    """The pictures that a terminal has."""

    def __init__(self, write: Callable[[str], None]) -> None:
        """Begin without pictures; `write` sends to the terminal."""
        self._write = write
        self._numbers = set[int]()

    def send(self, picture: bytes, columns: int, rows: int) -> int:
        """Send a square picture of RGB pixels, to be drawn in so many cells; return its number."""
        number = next(number for number in range(len(MARKS)) if number not in self._numbers)
        self._numbers.add(number)
        identity, side = f"i={_identity(number)}", isqrt(len(picture) // 3)
        pixels = b64encode(zlib.compress(picture)).decode()
        chunks = [pixels[start : start + CHUNK] for start in range(0, len(pixels), CHUNK)]
        first = f"a=t,{identity},f=24,o=z,s={side},v={side},"
        commands = [
            graphics(f"{'' if at else first}q=2,m={int(at < len(chunks) - 1)}", chunk)
            for at, chunk in enumerate(chunks)
        ]
        commands.append(graphics(f"a=p,U=1,{identity},c={columns},r={rows},q=2"))
        self._write("".join(map(_passed, commands)))
        return number

    def delete(self, *numbers: int) -> None:
        """Delete pictures that have not been deleted yet."""
        for number in self._numbers.intersection(numbers):
            self._numbers.remove(number)
            self._write(_passed(graphics(f"a=d,d=I,i={_identity(number)},q=2")))

    def delete_all(self) -> None:
        """Delete all pictures."""
        self.delete(*self._numbers)


def _identity(number: int) -> int:
    return number << 24 | _PROCESS


def _passed(command: str) -> str:
    """Return a command as it reaches the terminal; empty within GNU screen, which would print a part of it."""
    name = os.environ.get("TERM", "")
    if name.startswith("tmux") or (name.startswith("screen") and os.environ.get("TERM_PROGRAM") == "tmux"):
        return through_tmux(command)
    return "" if name.startswith("screen") else command
