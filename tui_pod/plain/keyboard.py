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
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from unicodedata import east_asian_width

from tui_pod.config.keymap import character_key, parse_key
from tui_pod.config.paths import is_dumb_terminal
from tui_pod.core.layouts import at_its_place, is_foreign
from tui_pod.core.text.escapes import ESC, PASTE_BEGINS, PASTE_ENDS, PASTE_MARKED, PASTE_PLAIN

ESCAPE_WAIT = 0.1
"""Seconds to wait for the rest of a key's sequence, on slow lines too; after that it was the escape key."""

PASTE_WAIT = 1.0
"""Seconds to wait for the rest of a paste; a lost end would swallow every key otherwise."""

KEYS_AT_ONCE = 2
"""How many keys may arrive together if one is escape, which cancels a question; more belong to a paste."""

PASTE = "paste"
"""What `on_key` is called with for a paste that answers no question."""

LINE_LIMIT = 10_000
"""Longest line in characters; the rest is dropped."""

_BREAKS = re.compile(r"[\r\n\t]+")
_SEQUENCE = re.compile(r"\x1b(?:\[[0-9;]{0,16}[A-Za-z~]|O[A-Za-z])")
_BEGINNING = re.compile(r"\x1b(?:\[[0-9;]{0,16}|O)?")

_SEQUENCES = {
    "A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end", "Z": "shift+tab",
    "1~": "home", "7~": "home", "4~": "end", "8~": "end", "5~": "pageup", "6~": "pagedown", "3~": "delete",
    "1;2A": "shift+up", "1;2B": "shift+down", "1;2C": "shift+right", "1;2D": "shift+left",
    "1;3C": "alt+right", "1;3D": "alt+left", "1;5A": "ctrl+up", "1;5B": "ctrl+down", "1;5C": "ctrl+right",
    "1;5D": "ctrl+left",
}  # fmt: skip
"""Sequences of xterm and similar terminals, without the introducer."""

_CONTROLS = {
    "\r": "enter", "\n": "enter", "\t": "tab", "\x7f": "backspace", "\x08": "backspace", "\x1b": "escape",
    "\x1c": "ctrl+backslash",
}  # fmt: skip


Completer = Callable[[str], tuple[str, bool]]
"""Completes what is being typed: returns the line with what can only follow, and True if it said several choices."""


class Keyboard:
    """The input. Keys go to `on_key`, an answer to its asker; the end of the input calls `on_end`.

    A terminal echoes nothing by itself: the line being typed is edited here, so that escape can end it.
    """

    def __init__(
        self,
        descriptor: int,
        on_key: Callable[[str], None],
        on_end: Callable[[], None],
        echo: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Read a descriptor once it is started; `on_key` gets each key or `PASTE`, `echo` shows what is typed."""
        self._descriptor = descriptor
        self._on_key = on_key
        self._on_end = on_end
        self._echo = echo
        self._is_terminal = os.isatty(descriptor)
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        self._text = ""
        self._came = 0  # how many bytes were read last
        self._pasted: str | None = None  # what was pasted so far, while a paste goes on
        self._asker: Callable[[str], object] | None = None
        self._on_cancel: Callable[[], object] = lambda: None
        self._complete: Completer | None = None
        self._line = ""  # the answer as typed so far
        self._is_secret = False
        self._cooked: list[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_open = False
        self._is_dropped = False

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
        self._set_raw(True)

    @property
    def is_asking(self) -> bool:
        """True while it waits for an answer."""
        return self._asker is not None

    def ask(
        self,
        asker: Callable[[str], object],
        on_cancel: Callable[[], object],
        is_secret: bool = False,
        complete: Completer | None = None,
    ) -> None:
        """Pass the next line to `asker` instead of reading keys, or call `on_cancel` after escape.

        A secret is not echoed. `complete` is what the tab key does.
        """
        self._asker, self._on_cancel, self._is_secret, self._complete = asker, on_cancel, is_secret, complete
        self._line = ""

    def cancel(self) -> None:
        """End the question without an answer."""
        self._asker = None
        if self._is_terminal:
            self._echo("\n")
        self._on_cancel()

    def drop(self) -> None:
        """Discard what was typed together with the last key, which it was meant to follow."""
        self._text = ""
        self._is_dropped = True

    def _set_raw(self, is_raw: bool) -> None:
        """Make the terminal deliver each key at once without echo, or restore it."""
        if self._cooked is None:
            return
        mode = [*self._cooked[:6], list(self._cooked[6])]
        if is_raw:
            mode[3] &= ~(termios.ICANON | termios.ECHO)
            mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        with contextlib.suppress(termios.error, OSError):  # the terminal is gone
            termios.tcsetattr(self._descriptor, termios.TCSANOW, mode)  # it may be stalled, and never drain
            if not is_dumb_terminal():
                os.write(self._descriptor, (PASTE_MARKED if is_raw else PASTE_PLAIN).encode())

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
        else:
            if self._text and not self._is_terminal:
                self.feed(b"\n")
            self.close()
            self._on_end()

    def feed(self, content: bytes) -> None:
        """Process bytes of input."""
        self._text += self._decoder.decode(content)
        self._came = len(content)
        if self._timer is not None:
            self._timer.cancel()
        while self._text and (self._take_key() if self._is_terminal else self._take_line()):
            pass

    def _take_line(self) -> bool:
        line, newline, rest = self._text.partition("\n")
        if not newline:
            self._text = line[:LINE_LIMIT]
            return False
        self._text, line = rest, line.rstrip("\r")
        if self._asker is not None:
            if line == "\x1b":
                self.cancel()
            else:
                self._answer(line)
            return True
        self._is_dropped = False
        for key, following in line_keys(line):
            self._on_key(key)
            if self._is_dropped:
                self._text = rest
                break
            if self._asker is not None and following:  # `/words` in one line
                self._answer(following)
                break
        return True

    def _answer(self, line: str) -> None:
        asker, self._asker = self._asker, None
        if asker is not None:
            asker(line)

    def _take_key(self) -> bool:
        if self._pasted is not None or self._text.startswith(PASTE_BEGINS):
            return self._take_paste()
        character = ""
        if found := _SEQUENCE.match(self._text):
            self._text = self._text[found.end() :]
            key = _SEQUENCES.get(found[0][2:])
        elif _BEGINNING.fullmatch(self._text):
            self._timer = asyncio.get_running_loop().call_later(ESCAPE_WAIT, self._take_escape)
            return False
        else:
            character = self._text[0]
            if self._asker is None and is_foreign(character):
                character = at_its_place(character) or character
            key = character_name(character)
            self._text = self._text[1:]
            if character == ESC and self._asker is not None and self._came > KEYS_AT_ONCE:
                key = None  # of a paste in a terminal that does not mark it
        self._take(key, character)
        return True

    def _take_paste(self) -> bool:
        """Take text for the line that is asked for, until the mark of its end, which may come in pieces."""
        self._pasted = (self._pasted or "") + self._text
        pasted, end, self._text = self._pasted.partition(PASTE_ENDS)
        if end:
            self._end_paste(pasted)
        else:
            self._timer = asyncio.get_running_loop().call_later(PASTE_WAIT, self._end_paste, pasted)
        return bool(end)

    def _end_paste(self, pasted: str) -> None:
        self._pasted = None
        line = _BREAKS.sub(" ", pasted.removeprefix(PASTE_BEGINS).strip("\r\n"))
        if self._is_open and self._asker is None:
            self._on_key(PASTE)
        elif self._is_open:
            self._replace((self._line + "".join(filter(str.isprintable, line)))[:LINE_LIMIT])

    def _take_escape(self) -> None:
        self._text = ""
        if self._is_open:
            self._take("escape")

    def _take(self, key: str | None, character: str = "") -> None:
        """Run a key, or let it edit the line that is asked for."""
        if self._asker is None:
            if key is not None:
                self._on_key(key)
        elif key == "enter":
            self._echo("\n")
            self._answer(self._line)
        elif key in ("escape", "ctrl+c") or (key == "ctrl+d" and not self._line):
            self.cancel()
        elif key in ("backspace", "ctrl+u", "ctrl+w"):
            last = (self._line.split() or [""])[-1]
            kept = {"backspace": self._line[:-1], "ctrl+u": ""}.get(key, self._line.rstrip().removesuffix(last))
            self._replace(kept)
        elif key == "tab" and self._complete is not None:
            line, has_said = self._complete(self._line)
            if has_said and not self._is_secret:
                self._echo(self._line)
            self._replace(line)
        elif character.isprintable() and character and len(self._line) < LINE_LIMIT:
            self._replace(self._line + character)

    def _replace(self, line: str) -> None:
        """Change the line, and show it changed."""
        former, self._line = self._line, line
        if not self._is_secret:
            same = len(former if line.startswith(former) else common_start((former, line)))
            erased = sum(2 if east_asian_width(character) in "WF" else 1 for character in former[same:])
            self._echo("\b \b" * erased + line[same:])


def common_start(texts: Sequence[str]) -> str:
    """Return what all texts begin with; empty if there are none."""
    shortest = min(texts, key=len, default="")
    differs = (at for at, character in enumerate(shortest) if any(text[at] != character for text in texts))
    return shortest[: next(differs, len(shortest))]


def character_name(character: str) -> str | None:
    """Return Textual's name of the key that sends a character; None if no key does."""
    if character in _CONTROLS:
        return _CONTROLS[character]
    if "\x01" <= character <= "\x1a":
        return f"ctrl+{chr(ord(character) + 0x60)}"
    try:
        return character_key(character)
    except ValueError:
        return None


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
