"""Read keys from a terminal one by one, or from anything else line by line.

Keys come out in Textual's names, as in the table of keys. It knows nothing of what they do.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import os
import re
import termios
from collections.abc import Callable, Iterator
from typing import Any

from tui_pod.config.keymap import character_key, parse_key

ESCAPE_WAIT = 0.1
"""Seconds to wait for the rest of a key's sequence, on slow lines too; after that it was the escape key."""

LINE_LIMIT = 10_000
"""Longest line in characters; the rest is dropped."""

_SEQUENCE = re.compile(r"\x1b(?:\[[0-9;]{0,16}[A-Za-z~]|O[A-Za-z])")
_ERASED = re.compile(r"[^\x7f]\x7f")
_BEGINNING = re.compile(r"\x1b(?:\[[0-9;]{0,16}|O)?")

_SEQUENCES = {
    "A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end", "Z": "shift+tab",
    "1~": "home", "7~": "home", "4~": "end", "8~": "end", "5~": "pageup", "6~": "pagedown", "3~": "delete",
    "1;2A": "shift+up", "1;2B": "shift+down", "1;2C": "shift+right", "1;2D": "shift+left",
    "1;3C": "alt+right", "1;3D": "alt+left",
}  # fmt: skip
"""Sequences of xterm and similar terminals, without the introducer."""

_CONTROLS = {"\r": "enter", "\n": "enter", "\t": "tab", "\x7f": "backspace", "\x08": "backspace", "\x1b": "escape"}


class Keyboard:
    """The input. Keys go to `on_key`, an answer to its asker; the end of the input calls `on_end`."""

    def __init__(self, descriptor: int, on_key: Callable[[str], None], on_end: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._on_key = on_key
        self._on_end = on_end
        self._is_terminal = os.isatty(descriptor)
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        self._text = ""
        self._asker: Callable[[str], None] | None = None
        self._is_secret = False  # the answer that is asked for
        self._cooked: list[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_open = False

    def start(self) -> None:
        """Start reading, on the running event loop."""
        self._is_open = True
        loop = asyncio.get_running_loop()
        if self._is_terminal:
            self._cooked = termios.tcgetattr(self._descriptor)
            self._set_raw(True)
        try:
            loop.add_reader(self._descriptor, self._read)
        except PermissionError:  # a file or /dev/null: nothing to wait for
            loop.call_soon(self._read_on)

    def close(self) -> None:
        """Stop reading, and restore the terminal."""
        if self._is_open:
            self._is_open = False
            asyncio.get_running_loop().remove_reader(self._descriptor)
            self._set_raw(False)

    def resume(self) -> None:
        """Read keys again after the program was suspended: the shell has changed the terminal."""
        self._set_raw(self._asker is None)

    @property
    def is_asking(self) -> bool:
        """True while it waits for an answer."""
        return self._asker is not None

    def ask(self, asker: Callable[[str], None], is_secret: bool = False) -> None:
        """Pass the next line to `asker` instead of reading keys; the terminal lets the listener edit it.

        A secret is not echoed.
        """
        self._asker, self._is_secret = asker, is_secret
        self._set_raw(False)

    def _set_raw(self, is_raw: bool) -> None:
        """Make the terminal deliver each key at once without echo, or edited lines as before."""
        if self._cooked is None:
            return
        mode = [*self._cooked[:6], list(self._cooked[6])]
        if is_raw:
            mode[3] &= ~(termios.ICANON | termios.ECHO)
            mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        elif self._is_secret:
            mode[3] &= ~termios.ECHO
        with contextlib.suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, mode)

    def _read_on(self) -> None:
        if self._is_open:
            self._read()
            asyncio.get_running_loop().call_soon(self._read_on)

    def _read(self) -> None:
        try:
            content = os.read(self._descriptor, 4096)
        except OSError:  # the terminal was closed
            content = b""
        if content:
            self.feed(content)
        elif self._is_terminal and self._asker is not None:  # ctrl+d is an empty answer
            self._answer("")
        else:
            self._end()

    def _end(self) -> None:
        if self._text and not self._is_terminal:
            self.feed(b"\n")
        self.close()
        self._on_end()

    def feed(self, content: bytes) -> None:
        """Process bytes of input."""
        self._text += self._decoder.decode(content)
        if self._timer is not None:
            self._timer.cancel()
        while self._text and (self._take_line() if self._asker or not self._is_terminal else self._take_key()):
            pass

    def _take_line(self) -> bool:
        line, newline, rest = self._text.partition("\n")
        if not newline:
            self._text = line[:LINE_LIMIT]
            return False
        self._text, line = rest, _erased(line.rstrip("\r"))
        if self._asker is not None:
            self._answer(line)
            return True
        for key, following in line_keys(line):
            self._on_key(key)
            if self._asker is not None and following:  # `/words` in one line
                self._answer(following)
                break
        return True

    def _answer(self, line: str) -> None:
        asker, self._asker = self._asker, None
        if asker is not None:
            asker(line)
        self._set_raw(self._asker is None)

    def _take_key(self) -> bool:
        if found := _SEQUENCE.match(self._text):
            self._text = self._text[found.end() :]
            key = _SEQUENCES.get(found[0][2:], "")
        elif _BEGINNING.fullmatch(self._text):
            self._timer = asyncio.get_running_loop().call_later(ESCAPE_WAIT, self._take_escape)
            return False
        else:
            key = character_name(self._text[0])
            self._text = self._text[1:]
        if key:
            self._on_key(key)
        return True

    def _take_escape(self) -> None:
        self._text = ""
        if self._is_open:
            self._on_key("escape")


def _erased(line: str) -> str:
    """Apply the backspaces typed before the terminal began to edit the line."""
    while "\x7f" in line:
        line = _ERASED.sub("", line).lstrip("\x7f")
    return line


def character_name(character: str) -> str:
    """Return Textual's name of the key that sends a character; empty when no key does."""
    if character in _CONTROLS:
        return _CONTROLS[character]
    if "\x01" <= character <= "\x1a":
        return f"ctrl+{chr(ord(character) + 0x60)}"
    try:
        return character_key(character)
    except ValueError:
        return ""


def line_keys(line: str) -> Iterator[tuple[str, str]]:
    """Yield the keys of a line, each with the text after it. A line is a key's name, or characters; empty is enter."""
    if not line:
        yield "enter", ""
        return
    if len(line) > 1:
        try:
            yield parse_key(line.strip()), ""
            return
        except ValueError:
            pass
    for index, character in enumerate(line):
        if name := character_name(character):
            yield name, line[index + 1 :]
