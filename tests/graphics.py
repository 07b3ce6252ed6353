"""Terminals that know kitty's graphics protocol, and object to all that its specification forbids."""

import re
import zlib
from base64 import b64decode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.torture.terminal import Terminal
from tui_pod.core.text.escapes import PLACEHOLDER

KEYS = {"t": set("aifosvqm"), "p": set("aUicrqPC"), "d": set("adiq")}
"""The keys that each action may have, as far as the program needs them."""

_COMMAND = re.compile(rb"\x1bPtmux;(?P<wrapped>(?:[^\x1b]|\x1b\x1b)*)\x1b\\|\x1b_G(?P<bare>[^\x1b]*)\x1b\\", re.DOTALL)

MARKS = "".join(
    map(chr, [
        *(0x305, 0x30D, 0x30E, 0x310, 0x312, 0x33D, 0x33E, 0x33F, 0x346, 0x34A, 0x34B, 0x34C, 0x350, 0x351, 0x352),
        *(0x357, 0x35B, *range(0x363, 0x370), *range(0x483, 0x488), 0x592),
    ])
)  # fmt: skip
"""How kitty's rowcolumn-diacritics.txt begins."""


class Image(NamedTuple):
    """A picture that the terminal has."""

    side: int
    pixels: bytes
    cells: tuple[int, int] | None = None
    """Columns and rows of its virtual placement."""


class Graphics:
    """The pictures of a terminal, and its answers."""

    def __init__(self, is_in_tmux: bool = False, has_cells: bool = True) -> None:
        """Begin without pictures; `has_cells`: it knows virtual placements, as not all terminals do."""
        self._is_in_tmux = is_in_tmux
        self._has_cells = has_cells
        self.images: dict[int, Image] = {}
        self.deleted: list[int] = []
        self.questions = 0
        self.answers: list[bytes] = []
        self._rest = b""
        self._begun: dict[str, str] | None = None  # the keys of a picture whose last chunk has not come
        self._payload = b""

    def feed(self, data: bytes) -> bytes:
        """Obey the commands in what a program writes; return the rest, all but a command that has not ended."""
        data = self._rest + data
        text = _COMMAND.sub(self._obey, data)
        begun = re.search(rb"\x1b(?:_|P|$)", text)
        end = begun.start() if begun is not None else len(text)
        self._rest = text[end:]
        return text[:end]

    def _obey(self, found: re.Match[bytes]) -> bytes:
        command = found["bare"]
        assert (command is None) == self._is_in_tmux, "for tmux itself, or wrapped outside tmux"
        if command is None:
            inner = found["wrapped"].replace(b"\x1b\x1b", b"\x1b")
            assert inner.startswith(b"\x1b_G")
            assert inner.endswith(b"\x1b\\")
            command = inner[3:-2]
        named, _, payload = command.partition(b";")
        keys = dict(pair.split("=") for pair in named.decode("ascii").split(","))
        if self._begun is not None:
            assert set(keys) <= {"m", "q"}, "another command before the last chunk"
            self._take(keys, payload)
            return b""
        action = keys.get("a", "t")
        assert set(keys) <= KEYS[action]
        identity = int(keys["i"])
        assert 0 < identity < 2**32
        if "P" in keys:
            assert keys["U"] == keys["C"] == "1", "a terminal without virtual placements would move the cursor"
            assert identity in self.images
            self.questions += 1
            told = b"EINVAL:Put command creating a virtual placement cannot refer to a parent"
            self.answers.append(b"\x1b_Gi=%d;%s\x1b\\" % (identity, told if self._has_cells else b"OK"))
            return b""
        assert keys["q"] == "2", "the answer would be typed"
        if action == "t":
            self._begun, self._payload = keys, b""
            self._take(keys, payload)
        elif action == "p":
            assert keys["U"] == "1"
            self.images[identity] = self.images[identity]._replace(cells=(int(keys["c"]), int(keys["r"])))
        else:
            assert keys["d"] == "I"
            del self.images[identity]
            self.deleted.append(identity)
        return b""

    def _take(self, keys: Mapping[str, str], payload: bytes) -> None:
        assert self._begun is not None
        assert len(payload) <= 4096
        is_last = keys.get("m", "0") == "0"
        assert is_last or len(payload) % 4 == 0
        self._payload += payload
        if is_last:
            side = int(self._begun["s"])
            assert (self._begun["f"], self._begun["v"]) == ("24", str(side))
            pixels = b64decode(self._payload, validate=True)
            pixels = zlib.decompress(pixels) if self._begun.get("o") == "z" else pixels
            assert len(pixels) == 3 * side * side
            self.images[int(self._begun["i"])] = Image(side, pixels)
            self._begun = None


class Piece(NamedTuple):
    """A cell with a piece of a picture."""

    image: int
    row: int
    column: int


def read_cell(text: str, color: str) -> Piece:
    """Return what a cell shows, given its foreground colour as six hexadecimal digits."""
    assert text[0] == PLACEHOLDER
    row, column, high = (MARKS.index(mark) for mark in text[1:])
    return Piece(high << 24 | int(color, 16), row, column)


class PictureTerminal(Terminal):
    """A program on a terminal that draws pictures, and says so if it is asked."""

    def __init__(self, command: Sequence[str], variables: Mapping[str, str], folder: Path, graphics: Graphics) -> None:
        self.graphics = graphics
        super().__init__(command, variables, folder, (150, 40))

    def _feed(self, data: bytes) -> None:
        super()._feed(self.graphics.feed(data))
        while self.graphics.answers:
            self.press(self.graphics.answers.pop())

    def pieces(self) -> dict[tuple[int, int], Piece]:
        """Return the pieces of pictures on the screen by their column and row, without a cell that comes in two."""
        found = {(x, y): cell for y, row in self._screen.buffer.items() for x, cell in row.items()}
        whole = {place: cell for place, cell in found.items() if PLACEHOLDER in cell.data and len(cell.data) == 4}
        return {place: read_cell(cell.data, cell.fg) for place, cell in whole.items()}

    def whole(self) -> int | None:
        """Return the id of the picture that is whole on the screen; None: there is none."""
        pieces = self.pieces()
        identity = next((piece.image for piece in pieces.values()), 0)
        image = self.graphics.images.get(identity)
        if image is None or image.cells is None:
            return None
        columns, rows = image.cells
        left, top = min(pieces)
        wanted = {(left + x, top + y): Piece(identity, y, x) for x in range(columns) for y in range(rows)}
        return identity if pieces == wanted else None
