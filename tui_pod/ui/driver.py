"""Textual's Linux driver, hardened against invalid bytes and terminals that stall or disappear."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import select
import shutil
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key, Paste
from textual.keys import Keys
from textual.message import Message

from tui_pod.core.text.clean import sifted
from tui_pod.core.text.escapes import (
    ASK_SCHEME,
    CSI,
    FORGET_SCHEME,
    KEYS_ASKED,
    KEYS_WANTED,
    PICTURES_ANSWER,
    SCHEME_ANSWER,
    SHOW_CURSOR,
    ST,
)
from tui_pod.runtime.log import log_error
from tui_pod.ui.changed_cells import ChangedCells
from tui_pod.ui.keys import TypedKey

if TYPE_CHECKING:
    from tui_pod.ui.look.terminal_pictures import TerminalPictures

MAX_WAITING = 256 * 1024
"""How many characters are buffered for a terminal that does not read, about 20 screens; more are dropped."""

PASTE_LIMIT = 1.0
"""An unterminated paste ends after this long without text (seconds); it would swallow every key otherwise."""

LONGEST_KEY = 32
"""How many characters a key may send, or be typed ahead; longer text belongs to a paste."""

FEW = 4
"""A held key, or two, sends many characters, but no more different ones than this."""

BURST = 3
"""So many characters at once may be a short paste that the terminal does not mark: they end nothing."""

PASTED_LIMIT = 10_000
"""Longest text that a field takes from a paste (characters)."""

SEQUENCES = r"\x1b(?:\[[0-?]*+[ -/]*+[@-~]|[]PX^_][^\x07\x1b]*+(?:\x07|\x1b\\)?|[ -/]*+[0-~])?"
"""Escape sequences in text that was copied (ECMA-48)."""

KEY_WITH_PLACE = r"\x1b\[(\d+):\d*(?::(\d+))?((?:;[\d:]*)*)u"
"""A key that says its place: its own code, that of the US keyboard, modifiers and text."""

TICK = 0.1
"""How often an incomplete key or paste is checked (seconds)."""

ANSWER_LIMIT = 1.0
"""How long an answer may take (seconds); if its end never comes, keys work again after that."""

STOP_LIMIT = 0.5
"""How long the exit waits for the terminal to accept what restores it (seconds)."""


class TerminalWriter(threading.Thread):
    """Writes to a terminal in the background without ever blocking the event loop.

    Textual's own writer blocks the loop once 30 writes are pending: nothing is saved then, and signals are ignored.
    """

    def __init__(self, fileno: int, on_caught_up: Callable[[], None], on_lost: Callable[[], None]) -> None:
        super().__init__(daemon=True, name="terminal-output")
        self._fileno = fileno
        self._on_caught_up = on_caught_up
        self._on_lost = on_lost
        self._waiting: deque[str] = deque()
        self._size = 0
        self._has_dropped = False
        self._is_in_frame = False
        self._place = ""  # what moves the cursor to where the last frame has left it
        self._is_stopping = False
        self._is_abandoned = False
        self._changed = threading.Condition()

    def write(self, text: str) -> None:
        """Queue `text`; a frame, which comes in three parts, is written once it is complete, to wake the thread once.

        A frame in which nothing has changed, as after each change of the layout, is left out. If too much is pending,
        everything is dropped, and `on_caught_up` requests a full redraw.
        """
        with self._changed:
            if self._size + len(text) > MAX_WAITING:
                self._waiting.clear()
                self._size = 0
                self._has_dropped = True
                self._place = ""
            elif self._is_in_frame and text == self._place and self._waiting and self._waiting[-1] == SYNC_START:
                self._size -= len(self._waiting.pop())
                self._is_in_frame = False
            elif not self._is_abandoned and (self._is_in_frame or text != SYNC_END):
                if text not in (SYNC_START, SYNC_END):
                    self._place = text[text.rfind(CSI) :] if self._is_in_frame else ""
                self._waiting.append(text)
                self._size += len(text)
                self._is_in_frame = text == SYNC_START or (self._is_in_frame and text != SYNC_END)
                if not self._is_in_frame:
                    self._changed.notify()

    def run(self) -> None:
        """Write until `stop` is called or the terminal is gone."""
        while True:
            with self._changed:
                while not (self._waiting or self._is_stopping):
                    self._changed.wait()
                if not self._waiting:
                    return
                data = "".join(self._waiting).encode("utf-8", "replace")
                self._waiting.clear()
                self._size = 0
            try:
                while data and not self._is_abandoned:
                    data = data[os.write(self._fileno, data) :]
            except OSError:
                if not self._is_abandoned:
                    self.abandon()
                    self._on_lost()
                return
            with self._changed:
                has_dropped, self._has_dropped = self._has_dropped, False
            if has_dropped:
                self._on_caught_up()

    def stop(self) -> None:
        """Write what is pending, and end; a terminal that does not read is left as it is."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify()
        self.join(STOP_LIMIT)

    def abandon(self) -> None:
        """Stop writing, and end; a write that the terminal blocks ends with the terminal."""
        with self._changed:
            self._is_stopping = self._is_abandoned = True
            self._waiting.clear()
            self._changed.notify()


class SchemeReported(Message):
    """The terminal said whether it is dark or light."""

    def __init__(self, is_light: bool) -> None:
        super().__init__()
        self.is_light = is_light


class AnswerParser(XTermParser):
    """Textual's parser, which would take the answers about dark and light, and about pictures, for keys.

    What is pasted never reaches it: it would take an escape sequence in it for keys.
    """

    _answer = ""
    """The part of the answer about pictures that has arrived."""
    _answer_until = 0.0
    """When to stop waiting for the rest (`time.monotonic`); 0: no answer is being read."""
    _pasted: str | None = None
    """The part of a paste that has arrived."""
    _paste_until = 0.0
    """When a paste, or the mark of its beginning, has come to no end (`time.monotonic`)."""
    _begun = ""
    """The end of what has arrived, if it may begin the mark of a paste."""

    def __init__(self, report: Callable[[Message], object], on_pictures: Callable[[], None], debug: bool) -> None:
        """Report messages; call `on_pictures` if the terminal refuses what `question` asks, and so draws pictures."""
        super().__init__(debug)
        self._report = report
        self._on_pictures = on_pictures

    @property
    def is_whole(self) -> bool:
        """Whether neither a key nor a paste is incomplete."""
        return self._pasted is None and self._timeout_time is None

    def feed(self, data: str) -> Iterator[Message]:
        """Yield the messages in what has arrived; a paste once it is complete."""
        now = time.monotonic()
        yield from self._end_late_paste(now)
        if self._pasted is not None and len(data) > LONGEST_KEY:
            self._paste_until = now + PASTE_LIMIT
        while data:
            if self._pasted is not None:
                new = max(0, len(self._pasted) - len(BRACKETED_PASTE_END) + 1)
                self._pasted += data
                end = self._pasted.find(BRACKETED_PASTE_END, new)
                if end < 0:
                    return
                data = self._pasted[end + len(BRACKETED_PASTE_END) :]
                yield as_paste(self._pasted[:end])
                self._pasted = None
                continue
            begun, is_waiting = self._begun, self._timeout_time is not None
            before, mark, after = (begun + data).partition(BRACKETED_PASTE_START)
            if not mark:
                text = begun + data
                lengths = range(len(BRACKETED_PASTE_START) - 1, 0, -1)
                self._begun = next((text[-n:] for n in lengths if BRACKETED_PASTE_START.startswith(text[-n:])), "")
                self._paste_until = now + PASTE_LIMIT
                yield from super().feed(data)
                return
            if before or not begun or is_waiting:  # else it has already made keys of the beginning
                yield from super().feed(f"{before}{mark}"[len(begun) :])
                for _ in super().feed(BRACKETED_PASTE_END):  # an empty paste, as far as Textual's parser knows
                    pass
            self._begun, self._pasted, self._paste_until, data = "", "", now + PASTE_LIMIT, after

    def tick(self) -> Iterator[Message]:
        """Yield what is complete since nothing has followed it."""
        now = time.monotonic()
        yield from self._end_late_paste(now)
        if len(self._begun) < len(CSI) + 1 or now > self._paste_until:  # a whole key may begin alike
            yield from super().tick()

    def _end_late_paste(self, now: float) -> Iterator[Message]:
        if self._pasted is not None and now > self._paste_until:
            yield as_paste(self._pasted)
            self._pasted = None

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[Key]:
        if sequence.startswith(SCHEME_ANSWER) and sequence.endswith("n"):
            self._report(SchemeReported(sequence.endswith("2n")))
        elif sequence == PICTURES_ANSWER:
            self._answer, self._answer_until = "", time.monotonic() + ANSWER_LIMIT
        elif time.monotonic() > self._answer_until or (len(sequence) > 1 and sequence != ST):
            return self._keys_of(sequence, alt)
        elif sequence != ST:
            self._answer += sequence
        else:
            self._answer_until = 0.0
            if self._answer.startswith("EINVAL") and "virtual placement" in self._answer:
                self._on_pictures()
        return (Key(Keys.Ignore, sequence),)

    def _keys_of(self, sequence: str, alt: bool) -> Iterable[Key]:
        place = re.fullmatch(KEY_WITH_PLACE, sequence)
        if place is None:
            return super()._sequence_to_key_events(sequence, alt)
        code, base, rest = place.groups("")
        keys = super()._sequence_to_key_events(f"{CSI}{code}{rest}u", alt)
        held = int(rest.split(";")[1] or 1) - 1 if rest else 0
        return [TypedKey(key.key, key.character, chr(int(base or code)), bool(held & 1)) for key in keys]


def as_paste(text: str) -> Paste:
    """Return a paste of one line for a field; what was copied may hold anything."""
    line = sifted(re.sub(SEQUENCES, "", text[: 2 * PASTED_LIMIT])).strip()
    return Paste(re.sub("[\t-\r\x85\u2028\u2029]+", " ", line)[:PASTED_LIMIT])


def as_typed(found: Sequence[Message], is_pasted: bool) -> list[Message]:
    """Return what has arrived at once: as one paste, or with its keys marked if it may be a short one."""
    if is_pasted:
        text = "".join(typed_in(found))
        others: list[Message] = [each for each in found if not isinstance(each, Key)]
        if not text.endswith("\r") or len(text.splitlines()) > 1:
            return [*others, as_paste(text)]
        enter = TypedKey("enter", "\r")  # typed after the text, as by a script: a field takes it
        enter.ends_paste = True
        return [*others, as_paste(text), enter]
    if len(typed_in(found)) < BURST:
        return [*found]
    keys = [TypedKey.of(each) if isinstance(each, Key) else each for each in found]
    for each in keys:
        if isinstance(each, TypedKey):
            each.is_in_burst = True
    return keys


def typed_in(found: Sequence[Message]) -> list[str]:
    """Return the characters that the keys type."""
    return [each.character for each in found if isinstance(each, Key) and each.character]


class RobustDriver(LinuxDriver):
    """Survives whatever a terminal sends or fails to accept; a terminal that is gone counts as a hang-up."""

    _app: Any  # a `TerminalApp`, which knows this class
    _output: TerminalWriter | None = None
    _has_terminal = True
    _reading: tuple[int, int] | None = None
    """Both ends of a pipe whose closing ends the input thread."""

    cells: ChangedCells
    """What the terminal shows."""

    _pictures: TerminalPictures | None = None
    _has_asked = False
    """Whether this terminal was asked about pictures."""

    is_ready = False
    """Whether it is known if a screen reader follows the cursor."""

    hangs_up = True
    """Whether the loss of the terminal ends the program; behind a client, the client reports it instead."""

    def start_application_mode(self) -> None:
        """Take the terminal."""
        assert self._file is not None
        self.cells = ChangedCells()
        self._pictures, self._has_asked = None, False
        self._output = TerminalWriter(self._file.fileno(), self._draw_soon, self._hang_up)
        self._output.start()
        if self._reading is None:
            self._reading = os.pipe()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self.is_ready:
            self.ask_terminal()

    def ask_terminal(self) -> None:
        """Show the cursor to a screen reader that follows it; ask all other terminals whether they are dark or light.

        The emulator in fenrir, pyte, ends with an error at that question, and with it the program.
        """
        self.is_ready = True
        self._draw_covers()
        self.write(SHOW_CURSOR if self._app.follows_cursor else ASK_SCHEME)

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        if not self._app.follows_cursor:
            self.write(FORGET_SCHEME)
        if self._pictures is not None:
            self._pictures.delete_all()
        super().stop_application_mode()

    # -- pictures ------------------------------------------------------------------------------------------

    def find_pictures(self) -> TerminalPictures | None:
        """Return the pictures on the terminal; None if it draws none, or has not yet answered that it does."""
        has_colors = self._app.console.color_system == "truecolor" and not self._app.no_color
        if not self._has_asked and self.is_ready and has_colors and not self._app.follows_cursor:
            from tui_pod.ui.look.terminal_pictures import question  # only for covers

            self._has_asked = True
            self.write(question())
        return self._pictures

    def _begin_pictures(self) -> None:
        """Draw covers as pictures from now on; the terminal has none of them yet."""
        from tui_pod.ui.look.terminal_pictures import TerminalPictures  # only for terminals that draw pictures

        self._pictures = TerminalPictures(self.write)
        self._draw_covers()

    def _draw_covers(self) -> None:
        for screen in self._app.screen_stack:
            for cover in screen.query("Cover"):
                cover.refresh()

    # -- other terminals -----------------------------------------------------------------------------------

    def _get_terminal_size(self) -> tuple[int, int]:
        """Return the size; a terminal without one gets that which Rich assumes, or both would redraw in turns."""
        return shutil.get_terminal_size((80, 25))

    def disable_input(self) -> None:
        """Stop reading keys; Textual's thread would poll for this ten times a second and cost CPU while idle."""
        if self._reading is not None:
            reading, end = self._reading
            self._reading = None
            os.close(end)
            super().disable_input()
            os.close(reading)

    def write(self, data: str) -> None:
        """Queue control sequences and text."""
        if self._output is not None:
            self._output.write(KEYS_WANTED if data == KEYS_ASKED else data)

    def close(self) -> None:
        """Flush the last bytes."""
        super().close()
        if self._output is not None:
            self._output.stop()
            self._output = None

    @property
    def is_headless(self) -> bool:
        """Whether there is no terminal: Textual then draws nothing."""
        return not self._has_terminal

    def give_up(self) -> None:
        """Stop using the terminal at once, without writing to it, other than to delete its pictures if it has any."""
        self._has_terminal = False
        if self._output is not None:
            if self._pictures is not None:
                self._pictures.delete_all()
                self._output.stop()
            self._output.abandon()
            self._output = None
        self.suspend_application_mode()
        nothing = os.open(os.devnull, os.O_RDWR)
        self._use(nothing)

    def take(self, terminal: int) -> None:
        """Use another terminal, which answers for itself what it can do; the descriptor is handed over."""
        self._use(terminal)
        self._has_terminal = True
        self._in_band_window_resize = self._mouse_pixels = False
        self.resume_application_mode()

    def _use(self, terminal: int) -> None:
        assert self._file is not None
        for descriptor in (0, 1, self._file.fileno()):
            os.dup2(terminal, descriptor)
        os.close(terminal)

    def _draw_soon(self) -> None:
        def draw() -> None:
            self.cells.forget()
            if self._pictures is not None:  # some may have been dropped
                self._pictures.delete_all()
                self._begin_pictures()
            self._app.refresh(layout=True)

        self._soon(draw)

    def _soon(self, action: Callable[[], None]) -> None:
        """Run something on the event loop."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(action)

    def run_input_thread(self) -> None:
        """Read keys until the end, skipping invalid input."""
        parser = self._make_parser()
        decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        if self._reading is None:
            return
        end = self._reading[0]
        pasted_until = 0.0  # for a paste that the terminal does not mark
        while True:
            text = ""
            ready = select.select([self.fileno, end], [], [], None if parser.is_whole else TICK)[0]
            if end in ready:
                return
            if ready:
                try:
                    data = os.read(self.fileno, 4096)
                except OSError:
                    data = b""
                if not data:
                    self._hang_up()
                    return
                text = decoder.decode(data)
            found: list[Message] = []
            try:
                found.extend(parser.feed(text))
                found.extend(parser.tick())
            except Exception as error:  # Textual's parser raises various errors; the next key must still work
                log_error(error, "skipped input that could not be parsed")
                parser = self._make_parser()
            now, typed = time.monotonic(), typed_in(found)
            is_too_much = len(typed) > LONGEST_KEY and len({*typed}) > FEW
            if is_pasted := is_too_much or (len(typed) >= BURST and now < pasted_until):
                pasted_until = now + TICK
            for event in as_typed(found, is_pasted):
                self.process_message(event)

    def _make_parser(self) -> AnswerParser:
        return AnswerParser(self.process_message, lambda: self._soon(self._begin_pictures), self._debug)

    def _hang_up(self) -> None:
        """End the program as a hang-up does: progress is saved first."""
        if self.hangs_up:
            os.kill(os.getpid(), signal.SIGHUP)
