"""The client: it holds the listener's terminal, and the app draws on a pseudo-terminal that it reads.

So the terminal is ready before the app is, and the listener can leave while the app keeps playing. The client passes
everything through unchanged. It imports nothing from the app and nothing large, since it stays in memory as long as
the app is on screen.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import socket
import termios
import time
import tty

from tui_pod.core.text import escapes
from tui_pod.runtime.guard import QUIT_KEYS, STUCK, TICK, TYPED_LIMIT, Guard, Patience
from tui_pod.runtime.guarded import guarded_by
from tui_pod.terminal.protocol import ANSWERS, ASK, END, HERE, SAVED_SCREEN, STOP, TAKE, WELCOME, greet

SWITCH = "TUI_POD_ONE_PROCESS"
"""Environment variable that makes the app hold the terminal itself, as it does where no client can run."""

ENTER, LEAVE, SCREEN_MODES, RESTORE = (
    sequence.encode() for sequence in (escapes.ENTER, escapes.LEAVE, escapes.SCREEN_MODES, escapes.RESTORE)
)
QUESTIONS = [question.encode() for question in escapes.QUESTIONS]
ASK_KIND = escapes.ASK_KIND.encode()
KEEP_TITLE, TITLE_BACK, NO_TITLE = (
    sequence.encode() for sequence in (escapes.KEEP_TITLE, escapes.TITLE_BACK, escapes.set_title(""))
)

CHUNK = 16 * 1024
"""Bytes copied at once, and the most of the app's output that is buffered for a slow terminal."""

END_LIMIT = 0.5
"""Seconds to wait at the end for the terminal to accept the remaining output."""

ANSWER_LIMIT = 3.0
"""Seconds after a question within which a terminal may still answer."""

CTRL_C = b"\x03"

SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT)


def why_not() -> str | None:
    """Return why the app cannot run behind a client on this machine; None if it can."""
    if os.environ.get(SWITCH):
        return f"{SWITCH} is set."
    if not (hasattr(os, "fork") and hasattr(os, "openpty") and hasattr(socket, "send_fds")):
        return "This system cannot fork or has no pseudo-terminals."
    return None


def hold() -> int | socket.socket | None:
    """Fork, and hold the terminal for the child until the app ends or releases it.

    Returns:
        In this process, the exit status. In the child, which draws on a pseudo-terminal, the line to this process.
        None if no client can run: the process must then hold the terminal itself.
    """
    if why_not() or not (os.isatty(0) and os.isatty(1)):
        return None
    try:
        if os.tcgetpgrp(0) != os.getpgrp():
            return None
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)  # never blocks, and ours
        master, slave = open_pty(terminal)
        ours, theirs = socket.socketpair()
        guarding, guarded = socket.socketpair()
        app = os.fork()
    except OSError:  # not our terminal, or no pseudo-terminals, descriptors or processes are left
        return None
    if app:
        os.close(slave)
        theirs.close()
        guarded.close()
        return Client(terminal, ours, app, master, Guard(guarding, app)).run()
    os.setsid()
    for number in (0, 1, 2):
        if os.isatty(number):
            os.dup2(slave, number)
    for descriptor in (terminal, master, slave):
        os.close(descriptor)
    ours.close()
    guarding.close()
    guarded_by(guarded)
    return theirs


def open_pty(terminal: int) -> tuple[int, int]:
    """Return both ends of a pseudo-terminal of the terminal's size, without echo and line buffering.

    Raises:
        OSError: the system has none left.
    """
    master, slave = os.openpty()
    tty.setraw(slave, termios.TCSANOW)
    attributes = termios.tcgetattr(slave)
    attributes[1] |= termios.OPOST  # for what is printed before and after the screen
    termios.tcsetattr(slave, termios.TCSANOW, attributes)
    termios.tcsetwinsize(master, termios.tcgetwinsize(terminal))
    os.set_blocking(master, False)
    return master, slave


class Client:
    """Copies between the terminal and an app until the app ends or releases the terminal."""

    def __init__(self, terminal: int, line: socket.socket, child: int, master: int, guard: Guard) -> None:
        """Hold a terminal for an app: the child of this process, which has a guard, or an app that the child finds."""
        self._terminal = terminal
        self._line = line
        self._child = self._app = child
        self._guard = guard
        self._is_guarding = True
        self._master = master
        """Where the app draws; -1 once the app has closed its end."""
        self._signals, wake = os.pipe()
        os.set_blocking(wake, False)
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)  # its number comes through the pipe
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._attributes = termios.tcgetattr(terminal)
        self._keys = b""
        """Typed, but not yet read by the app."""
        self._output = b""
        """Drawn, but not yet accepted by the terminal."""
        self._messages = b""
        """Received from the app, but not yet handled."""
        self._tail = b""
        """The end of what was drawn: a sequence may be cut in two."""
        self._last: tuple[int, str] | None = None
        """The app's last message: an exit status, and a text to print."""
        self._asked = -ANSWER_LIMIT
        """When the app has asked the terminal something last (`time.monotonic`)."""
        self._is_in_app = self._has_title = False
        """Whether the terminal shows the app's screen, and has saved the shell's title."""
        self._has_drawn = False
        """True once the app itself has drawn something."""
        self._answers = True
        """Whether the app answers when it is asked for a sign of life; one of an earlier version does not."""
        self._is_hung_up = False
        self._unanswered: Patience | None = None
        """While the app is asked, since a key that quits was typed."""

    def run(self) -> int:
        """Copy, and return the exit status of the app."""
        self._take_keys()
        try:
            while self._copy():
                pass
        finally:
            self._give_back()
        status, text = self._last or self._find_end()
        if text:
            with contextlib.suppress(OSError):  # the terminal is gone
                os.write(2, f"{text}\n".encode())
        with contextlib.suppress(OSError):  # too many processes
            # the app may go on; what it still writes must not wait for a reader
            masters = [self._master] if self._master >= 0 else []
            self._guard.fork([self._terminal, self._line.fileno(), *masters])
        return status

    def _copy(self) -> bool:
        """Wait for the next event and handle it; return False when nothing more can come."""
        reads: list[int | socket.socket] = [self._signals, self._line]
        if len(self._keys) < CHUNK and not self._is_hung_up:
            reads.append(self._terminal)
        if self._master >= 0 and len(self._output) < CHUNK:
            reads.append(self._master)
        writes = [self._terminal] if self._output else []
        if self._master >= 0 and self._keys:
            writes.append(self._master)
        timeout = None if self._unanswered is None else TICK
        if self._is_guarding:
            reads.append(self._guard.line)
            timeout = timeout or self._guard.timeout
        ready, free, _ = select.select(reads, writes, [], timeout)
        self._watch(ready)
        if self._signals in ready:
            for number in os.read(self._signals, 64):
                self._heed(number)
            return True
        if self._line in ready:
            return self._listen()
        if self._terminal in ready and (keys := _read(self._terminal)) is not None:
            if not keys:
                self._hang_up()
            if CTRL_C in keys and not self._has_drawn:
                self._send(signal.SIGINT)  # the app is still loading and reads no keys yet
            self._keys += keys
            is_asked = not self._answers or not self._has_drawn or self._unanswered is not None
            if not is_asked and not QUIT_KEYS.isdisjoint(keys):
                self._unanswered = Patience(self._app)
                with contextlib.suppress(OSError):  # the app has ended; the next read of the line reports it
                    self._line.send(ASK)
        if self._master in ready and (data := _read(self._master)) is not None:
            self._draw(data)
        if self._master in free:
            self._keys = self._keys[_write(self._master, self._keys) :]
        if self._terminal in free:
            self._output = self._output[_write(self._terminal, self._output) :]
        return True

    def _draw(self, data: bytes) -> None:
        """Buffer what the app draws; no data means that the app has closed its end."""
        if not data:
            self._close_master()
        elif self._is_in_app and not self._has_drawn:  # the saved screen is shown
            if ENTER in data:
                data = data.replace(ENTER, b"", 1)  # it would clear the saved screen
            else:  # an error message: the app cannot start
                data = RESTORE + data
                self._is_in_app = False
        self._has_drawn = True
        seen = self._tail + data
        self._is_in_app = _last(seen, ENTER, LEAVE, self._is_in_app)
        self._has_title = _last(seen, KEEP_TITLE, TITLE_BACK, self._has_title)
        if any(question in seen for question in QUESTIONS):
            self._asked = time.monotonic()
        self._tail = seen[-len(max(QUESTIONS, key=len)) + 1 :]
        self._output += data

    def _listen(self) -> bool:
        """Handle the app's messages; return False after its last one."""
        try:
            data = self._line.recv(CHUNK)
        except OSError:
            data = b""
        self._messages += data
        while b"\n" in self._messages:
            line, _, rest = self._messages.partition(b"\n")
            word, number, *text = line.decode("ascii", "replace").split(" ", 2)
            if word == SAVED_SCREEN and len(rest) < int(number):
                break
            self._messages = rest
            if word == SAVED_SCREEN:
                self._messages = rest[int(number) :]
                self._output += ENTER + SCREEN_MODES + rest[: int(number)]
                self._is_in_app = True
            elif word == WELCOME:
                self._app, self._answers = int(number), ANSWERS in text
            elif word == HERE:
                self._unanswered = None
            elif word == STOP:
                self._stop()
            elif word == END:
                self._last = int(number), "".join(text)
                return False
        return bool(data)

    def _heed(self, number: int) -> None:
        """Handle a signal, or pass it on to the app."""
        if number == signal.SIGTSTP:
            self._stop()
        elif number == signal.SIGCONT:
            self._go_on()
        else:
            if number == signal.SIGWINCH:
                with contextlib.suppress(OSError, termios.error):
                    termios.tcsetwinsize(self._master, termios.tcgetwinsize(self._terminal))
            self._send(number)

    def _send(self, number: int) -> None:
        self._guard.timeout = TICK  # it looks soon whether the app reads this
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._app, number)

    def _hang_up(self) -> None:
        """Tell the app that the terminal is gone, which it leaves or ends for."""
        self._is_hung_up = True
        self._output = b""
        self._close_master()
        self._send(signal.SIGHUP)

    def _watch(self, ready: list[int | socket.socket]) -> None:
        """Guard the app, and have it ended if it has not answered since a key that quits was typed."""
        if self._guard.line in ready:
            self._is_guarding = self._guard.listen()
        elif self._is_guarding:
            self._guard.look()
        if self._unanswered is not None and self._unanswered.spend() > TYPED_LIMIT:
            self._unanswered = None
            self._send(signal.SIGTERM)  # the watchdog saves and ends it; if that cannot run, the guard kills it

    def _close_master(self) -> None:
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    # -- suspended by the listener, or stopped by anyone ---------------------------------------------------

    def _stop(self) -> None:
        """Give the terminal back to the shell, and stop until the shell continues this process."""
        self._give_back()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _go_on(self) -> None:
        """Take the terminal again, and give the app a new pseudo-terminal: output may be stuck in the old one."""
        try:
            if os.tcgetpgrp(self._terminal) != os.getpgrp():  # in the background: touching it would stop us half-way
                os.kill(os.getpid(), signal.SIGSTOP)
                return
            self._leave_screen()
            self._take_keys()
            master, slave = open_pty(self._terminal)
        except (OSError, termios.error):  # the terminal was closed meanwhile; the next read reports it
            return
        with contextlib.suppress(OSError):  # the app has ended; the next read of the line reports it
            socket.send_fds(self._line, [greet(TAKE)], [slave])
        os.close(slave)
        self._close_master()
        self._master = master
        self._tail = b""

    # -- the terminal itself -------------------------------------------------------------------------------

    def _take_keys(self) -> None:
        """Take every key as it is typed, and what was typed already, in which the terminal made Enter a line feed."""
        tty.setraw(self._terminal, termios.TCSANOW)
        self._keys += (_read(self._terminal) or b"").replace(b"\n", b"\r")

    def _leave_screen(self) -> None:
        """Write the buffered output and return to the shell's screen; give up if the terminal accepts nothing."""
        self._output += RESTORE * self._is_in_app + (NO_TITLE + TITLE_BACK) * self._has_title
        self._is_in_app = self._has_title = False
        while self._output and select.select([], [self._terminal], [], END_LIMIT)[1]:
            self._output = self._output[_write(self._terminal, self._output) :]
        self._output = b""

    def _give_back(self) -> None:
        """Write what the app has drawn, and restore the terminal."""
        while self._master >= 0 and (data := _read(self._master)) is not None:
            self._draw(data)
        self._leave_screen()
        self._hear_answers()
        with contextlib.suppress(OSError, termios.error):
            termios.tcflush(self._terminal, termios.TCIFLUSH)  # mouse reports would be typed into the shell
            termios.tcsetattr(self._terminal, termios.TCSANOW, self._attributes)

    def _hear_answers(self) -> None:
        """Take what the terminal has yet to answer, which would be typed into the shell.

        What every terminal answers is asked last: its answer ends the others.
        """
        end, heard = self._asked + ANSWER_LIMIT, b""
        if time.monotonic() < end and not self._is_hung_up:
            _write(self._terminal, ASK_KIND)
        while not re.search(rb"\x1b\[\?[0-9;]*+c", heard) and (left := end - time.monotonic()) > 0:
            if not select.select([self._terminal], [], [], left)[0] or not (answer := _read(self._terminal)):
                break
            heard += answer

    def _find_end(self) -> tuple[int, str]:
        """Return the exit status, and a text, for an app that ended without reporting it."""
        if self._app != self._child:
            return 1, "tui-pod ended unexpectedly."
        status = os.waitstatus_to_exitcode(os.waitpid(self._child, 0)[1])
        if self._guard.has_killed:
            return 1, STUCK
        return (status, "") if status >= 0 else (128 - status, f"tui-pod was ended by signal {-status}.")


def _last(data: bytes, on: bytes, off: bytes, before: bool) -> bool:
    """Return True if `on` comes after `off` in the data; `before` if neither is there."""
    last_on, last_off = data.rfind(on), data.rfind(off)
    return before if last_on == last_off else last_on > last_off


def _read(descriptor: int) -> bytes | None:
    """Return the available bytes; None if there are none yet, empty at the end."""
    try:
        return os.read(descriptor, CHUNK)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def _write(descriptor: int, data: bytes) -> int:
    """Write as much as possible without waiting; return the number of bytes written."""
    try:
        return os.write(descriptor, data)
    except BlockingIOError:
        return 0
    except OSError:
        return len(data)  # the other end is gone; the next read reports it
