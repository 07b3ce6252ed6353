"""What is written to a terminal and read from it, without one."""

import signal
import threading
from collections.abc import Sequence
from types import SimpleNamespace

import pyte
import pytest
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START
from textual.drivers.linux_driver import (
    KITTY_DISAMBIGUATE_ESCAPE_CODES,
    KITTY_REPORT_ALL_KEYS,
    KITTY_REPORT_ASSOCIATED_TEXT,
    LinuxDriver,
)
from textual.events import Key, Paste
from textual.message import Message

from tests.patience import PATIENCE
from tui_pod.core.text.escapes import ASK_SCHEME, FORGET_SCHEME, PICTURES_ANSWER, SCHEME_ANSWER, SHOW_CURSOR, ST
from tui_pod.ui import driver
from tui_pod.ui.driver import (
    ANSWER_LIMIT,
    LONGEST_KEY,
    MAX_WAITING,
    PASTE_LIMIT,
    PASTED_LIMIT,
    TICK,
    AnswerParser,
    RobustDriver,
    SchemeReported,
    TerminalWriter,
    as_paste,
)
from tui_pod.ui.keys import TypedKey
from tui_pod.ui.look.terminal_pictures import question


class Terminal:
    """What a writer wrote, at most so many bytes at a time, and what it reported."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at_once: int = MAX_WAITING) -> None:
        self.pieces: list[str] = []
        self.caught_up, self.lost = threading.Event(), threading.Event()
        self.error: Exception | None = None
        self.writer = TerminalWriter(7, self.caught_up.set, self.lost.set)

        def write(number: int, data: bytes) -> int:
            assert number == 7
            if self.error is not None:
                raise self.error
            self.pieces.append(data[:at_once].decode())
            return len(data[:at_once])

        monkeypatch.setattr("tui_pod.ui.driver.os", SimpleNamespace(write=write))

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@pytest.mark.parametrize(("at_once", "pieces"), [(MAX_WAITING, ["one two"]), (3, ["one", " tw", "o"])])
def test_what_waits_is_written_at_once_and_to_its_end(
    monkeypatch: pytest.MonkeyPatch, at_once: int, pieces: list[str]
) -> None:
    terminal = Terminal(monkeypatch, at_once)
    terminal.writer.write("one ")
    terminal.writer.write("two")
    terminal.writer.start()
    terminal.writer.stop()
    assert terminal.pieces == pieces
    assert not terminal.writer.is_alive()
    assert not terminal.caught_up.is_set()
    assert not terminal.lost.is_set()


def test_frame_is_written_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    terminal.writer.start()
    for part in (SYNC_START, "drawn", SYNC_END):
        terminal.writer.write(part)
    terminal.writer.stop()
    assert terminal.pieces == [f"{SYNC_START}drawn{SYNC_END}"]


def test_frame_without_a_change_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    for frame in ("drawn\x1b[1;1H", "\x1b[1;1H", "\x1b[2;1H", "\x1b[2;1H"):
        for part in (SYNC_START, frame, SYNC_END):
            terminal.writer.write(part)
    terminal.writer.start()
    terminal.writer.stop()
    assert terminal.text == f"{SYNC_START}drawn\x1b[1;1H{SYNC_END}{SYNC_START}\x1b[2;1H{SYNC_END}"


def test_thread_is_woken_once_for_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    class Changed:
        """Counts how often the thread is woken."""

        count = 0

        def __enter__(self) -> None:
            """Lock nothing."""

        def __exit__(self, *_: object) -> None:
            """Lock nothing."""

        def notify(self) -> None:
            self.count += 1

    changed = Changed()
    monkeypatch.setattr(driver, "threading", SimpleNamespace(Condition=lambda: changed))
    terminal, counts = Terminal(monkeypatch), list[int]()
    for text in ("alone", SYNC_START, "drawn", SYNC_END, "alone"):
        terminal.writer.write(text)
        counts.append(changed.count)
    assert counts == [1, 1, 1, 2, 3]


def test_terminal_that_does_not_read_loses_everything_and_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    terminal.writer.write("x" * (MAX_WAITING - 1))
    terminal.writer.write("y" * 2)  # one too many
    terminal.writer.write("z" * MAX_WAITING)  # just enough
    terminal.writer.start()
    assert terminal.caught_up.wait(PATIENCE)
    terminal.writer.stop()
    assert terminal.text == "z" * MAX_WAITING


def test_terminal_that_is_gone_is_reported_once(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    terminal.error = OSError()
    terminal.writer.write("one")
    terminal.writer.start()
    assert terminal.lost.wait(PATIENCE)
    terminal.writer.join(PATIENCE)
    terminal.writer.write("two")
    assert not terminal.writer.is_alive()


def test_terminal_that_was_given_up_is_not_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    terminal.writer.write("one")
    terminal.writer.abandon()
    terminal.writer.write("two")
    terminal.writer.start()
    terminal.writer.join(PATIENCE)
    assert not terminal.writer.is_alive()
    assert terminal.pieces == []
    assert not terminal.lost.is_set()


class Answers:
    """A parser, the time it sees, and what it reported."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.schemes: list[bool] = []
        self.pictures = 0
        monkeypatch.setattr("tui_pod.ui.driver.time", SimpleNamespace(monotonic=lambda: self.now))
        self.parser = AnswerParser(self._report, self._draws_pictures, debug=False)

    def _report(self, message: object) -> None:
        assert isinstance(message, SchemeReported)
        self.schemes.append(message.is_light)

    def _draws_pictures(self) -> None:
        self.pictures += 1

    def keys(self, text: str) -> list[str]:
        """Return the keys that these characters are."""
        events = [*self.parser.feed(text), *self.parser.tick()]
        return [event.key for event in events if isinstance(event, Key) and event.key != "<ignore>"]


YES = f"{PICTURES_ANSWER}EINVAL: virtual placement cannot refer to a parent\x1b\\"
"""As Ghostty says it."""


@pytest.mark.parametrize(
    ("answer", "schemes", "pictures"),
    [(f"{SCHEME_ANSWER}1n", [False], 0), (f"{SCHEME_ANSWER}2n", [True], 0), (YES, [], 1)],
)
def test_answer_is_no_key_in_two_pieces_either(
    answer: str, schemes: list[bool], pictures: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Answers(monkeypatch)
    for cut in range(1, len(answer) + 1):
        assert [*answers.keys(f"a{answer[:cut]}"), *answers.keys(f"{answer[cut:]}b")] == ["a", "b"]
        assert (answers.schemes, answers.pictures) == (schemes * cut, pictures * cut)


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        ("EINVAL:no virtual placement", 1),
        ("EINVAL:no such image", 0),
        ("ENOTSUPPORTED: virtual placement", 0),
        ("OK virtual placement", 0),
        ("", 0),
    ],
)
def test_answer_about_pictures_is_read_to_its_end(answer: str, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Answers(monkeypatch)
    assert answers.keys(f"a{PICTURES_ANSWER}{answer}{ST}bc") == ["a", "b", "c"]
    assert answers.pictures == count
    answers.keys(f"{PICTURES_ANSWER}{answer}{ST}".replace("i=7", "i=8"))  # to another program
    assert answers.pictures == count


@pytest.mark.parametrize(("after", "keys"), [(0.0, []), (ANSWER_LIMIT + 0.1, ["q"])])
def test_answer_that_does_not_end_takes_keys_only_for_a_while(
    after: float, keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Answers(monkeypatch)
    answers.keys(f"{PICTURES_ANSWER}EINVAL")
    answers.now += after
    assert answers.keys("q") == keys


def test_arrow_within_an_answer_is_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Answers(monkeypatch)
    answers.keys(PICTURES_ANSWER)
    assert answers.keys("\x1b[A") == ["up"]


class AskingDriver(RobustDriver):
    """A driver whose output is kept."""

    def __init__(
        self,
        *,
        colors: str = "truecolor",
        no_color: bool = False,
        follows_cursor: bool = False,
        is_ready: bool = True,
    ) -> None:
        console = SimpleNamespace(color_system=colors)
        self._app = SimpleNamespace(console=console, no_color=no_color, follows_cursor=follows_cursor, screen_stack=())
        self.is_ready = is_ready
        self.sent = ""

    def write(self, data: str) -> None:
        self.sent += data

    def report_more(self) -> None:
        """Do what answers do that say that the terminal reports its size and the mouse's pixels."""
        self._in_band_window_resize = self._mouse_pixels = True

    @property
    def reports_more(self) -> bool:
        return self._in_band_window_resize or self._mouse_pixels


@pytest.mark.parametrize(
    "asking",
    [
        AskingDriver(colors="256"), AskingDriver(no_color=True), AskingDriver(follows_cursor=True),
        AskingDriver(is_ready=False),
    ],
    ids=["256_colours", "no_color", "screen_reader", "not known yet whether one runs"],
)  # fmt: skip
def test_terminal_that_shows_no_pictures_is_not_asked(asking: AskingDriver) -> None:
    assert asking.find_pictures() is None
    assert asking.sent == ""


@pytest.mark.parametrize(("follows_cursor", "sent"), [(True, SHOW_CURSOR), (False, ASK_SCHEME)])
def test_screen_reader_gets_the_cursor_and_other_terminals_a_question(follows_cursor: bool, sent: str) -> None:
    asking = AskingDriver(follows_cursor=follows_cursor, is_ready=False)
    asking.ask_terminal()
    assert asking.sent == sent
    assert asking.is_ready
    if follows_cursor:
        pyte.Stream(pyte.Screen(80, 24)).feed(sent)  # the emulator in fenrir


class Writer(TerminalWriter):
    """Keeps what is written."""

    def __init__(self, *_: object) -> None:
        self.done: list[str] = []

    def start(self) -> None:
        self.done.append("start")

    def write(self, text: str) -> None:
        self.done.append(text)

    def stop(self) -> None:
        self.done.append("stop")

    def abandon(self) -> None:
        self.done.append("abandon")


class StartedDriver(RobustDriver):
    """A driver on a terminal of its own, whose output is kept."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, follows_cursor: bool = False, is_ready: bool = True) -> None:
        self.pipes, self.drawn = 0, list[bool]()
        for mode in ("start", "stop"):
            monkeypatch.setattr(LinuxDriver, f"{mode}_application_mode", lambda _: None)
        monkeypatch.setattr(driver, "TerminalWriter", self._make)
        monkeypatch.setattr(driver, "os", SimpleNamespace(pipe=self._pipe))
        self._app = SimpleNamespace(
            follows_cursor=follows_cursor, screen_stack=(), console=SimpleNamespace(color_system="truecolor"),
            no_color=False, refresh=lambda layout: self.drawn.append(layout),
        )  # fmt: skip
        self._file = SimpleNamespace(fileno=lambda: 2)  # type: ignore[assignment]
        self._loop = SimpleNamespace(call_soon_threadsafe=lambda action: action())  # type: ignore[assignment]
        self.is_ready = is_ready
        self.start_application_mode()

    def _make(self, *args: object) -> Writer:
        self.writer = Writer(*args)
        return self.writer

    def _pipe(self) -> tuple[int, int]:
        self.pipes += 1
        return 3, 4

    def begin_pictures(self) -> None:
        """Do what an answer does that says that the terminal draws pictures."""
        self._begin_pictures()

    def catch_up(self) -> None:
        """Do what the writer asks for after it has dropped something."""
        self._draw_soon()


@pytest.mark.parametrize(("is_ready", "asked"), [(True, [ASK_SCHEME]), (False, [])])
def test_terminal_is_asked_as_it_is_taken_once_a_screen_reader_is_known_of(
    is_ready: bool, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started = StartedDriver(monkeypatch, is_ready=is_ready)
    assert started.writer.done == ["start", *asked]
    started.start_application_mode()
    assert started.pipes == 1
    assert started.writer.done == ["start", *asked]


@pytest.mark.parametrize(("follows_cursor", "written"), [(False, [FORGET_SCHEME]), (True, [])])
def test_terminal_given_back_is_told_to_report_its_scheme_no_more(
    follows_cursor: bool, written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started = StartedDriver(monkeypatch, follows_cursor=follows_cursor)
    started.writer.done.clear()
    started.stop_application_mode()
    assert started.writer.done == written


def test_each_terminal_is_asked_about_pictures_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    started = StartedDriver(monkeypatch)
    for _ in range(2):
        assert started.find_pictures() is None
        assert started.writer.done.count(question()) == 1
        started.begin_pictures()
        assert started.find_pictures() is not None
        started.start_application_mode()


def test_pictures_are_deleted_with_the_terminal_and_drawn_anew_after_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    started = StartedDriver(monkeypatch)
    started.catch_up()
    assert started.drawn == [True]
    assert started.find_pictures() is None
    started.begin_pictures()
    former = started.find_pictures()
    assert former is not None
    former.send(bytes(3), 1, 1)
    started.writer.done.clear()
    started.catch_up()
    assert "a=d" in started.writer.done[0]
    assert started.find_pictures() is not former


# -- other terminals -----------------------------------------------------------------------------------


def test_terminal_given_up_is_replaced_by_nothing_and_then_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[tuple[object, ...]] = []
    fake = SimpleNamespace(
        devnull="/dev/null", O_RDWR=2, open=lambda *_: 9,
        dup2=lambda *ends: done.append(("dup2", *ends)), close=lambda number: done.append(("close", number)),
    )  # fmt: skip
    monkeypatch.setattr(driver, "os", fake)
    for mode in ("suspend", "resume"):
        monkeypatch.setattr(RobustDriver, f"{mode}_application_mode", lambda _, mode=mode: done.append((mode,)))
    asking = AskingDriver()
    asking._file = SimpleNamespace(fileno=lambda: 2)  # type: ignore[assignment]
    asking.report_more()
    assert not asking.is_headless
    asking.give_up()
    assert done == [("suspend",), ("dup2", 9, 0), ("dup2", 9, 1), ("dup2", 9, 2), ("close", 9)]
    assert asking.is_headless
    done.clear()
    asking.take(8)
    assert done == [("dup2", 8, 0), ("dup2", 8, 1), ("dup2", 8, 2), ("close", 8), ("resume",)]
    assert not asking.is_headless
    assert not asking.reports_more


# -- input ---------------------------------------------------------------------------------------------

KEYS_END = -1
"""The end of the pipe that ends the thread which reads keys."""


class ReadingDriver(RobustDriver):
    """A driver whose terminal sends these pieces, each after so many seconds; then the reading ends.

    None is a look without input; an error, a terminal that is gone.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *pieces: tuple[float, bytes | OSError | None]) -> None:
        self.fileno, self._debug, self._reading = 7, False, (KEYS_END, KEYS_END)
        self.messages: list[Message] = []
        self.waits: list[float | None] = []
        self.killed: list[int] = []
        self._pieces = [*pieces]
        self._now = 100.0
        monkeypatch.setattr(driver, "time", SimpleNamespace(monotonic=lambda: self._now))
        monkeypatch.setattr(driver, "select", SimpleNamespace(select=self._select))
        fake = SimpleNamespace(read=self._read, kill=lambda _, number: self.killed.append(number), getpid=lambda: 1)
        monkeypatch.setattr(driver, "os", fake)

    def _select(self, files: Sequence[int], *rest: object) -> tuple[list[int], list[int], list[int]]:
        *_, wait = rest
        assert wait is None or isinstance(wait, float)
        self.waits.append(wait)
        assert files == [7, KEYS_END]
        if not self._pieces:
            return [KEYS_END], [], []
        seconds, piece = self._pieces[0]
        self._now += seconds
        if piece is None:
            self._pieces.pop(0)
        return [] if piece is None else [7], [], []

    def _read(self, number: int, count: int) -> bytes:
        _, piece = self._pieces.pop(0)
        assert (number, count) == (7, 4096)
        if isinstance(piece, OSError):
            raise piece
        assert piece is not None
        return piece

    def process_message(self, message: Message) -> None:
        self.messages.append(message)

    def said(self) -> list[str]:
        """Return the keys, and what was pasted in brackets."""
        self.run_input_thread()
        return [
            message.key if isinstance(message, Key) else f"[{message.text}]"
            for message in self.messages if isinstance(message, Key | Paste)
        ]  # fmt: skip


def test_keys_are_read_until_the_end_and_letters_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = ReadingDriver(
        monkeypatch, (0, b"j"), (0, "ö".encode()[:1]), (0, "ö".encode()[1:]), (0, b"\xff"), (0, b"k")
    )
    assert reading.said() == ["j", "ö", "k"]
    assert reading.waits == [None] * 6
    assert reading.killed == []


def test_incomplete_key_is_looked_at_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = ReadingDriver(monkeypatch, (0, b"\x1b["), (0, b"A"))
    assert reading.said() == ["up"]
    assert reading.waits == [None, TICK, None]


@pytest.mark.parametrize("piece", [b"", OSError()])
@pytest.mark.parametrize(("hangs_up", "killed"), [(True, [signal.SIGHUP]), (False, [])])
def test_loss_of_the_terminal_ends_the_program_unless_a_client_reports_it(
    piece: bytes | OSError, hangs_up: bool, killed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = ReadingDriver(monkeypatch, (0, piece), (0, b"j"))
    reading.hangs_up = hangs_up
    assert reading.said() == []
    assert reading.killed == killed


def test_input_that_raises_an_error_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ReadingDriver(monkeypatch, (0, b"k\x1b[9999999;1u"), (0, b"j")).said() == ["k", "j"]


BEGIN, END = BRACKETED_PASTE_START.encode(), BRACKETED_PASTE_END.encode()
LONG, KEY = b"x" * (LONGEST_KEY + 1), b"x" * LONGEST_KEY
LATE, EARLY = PASTE_LIMIT * 0.75, PASTE_LIMIT * 0.5


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        ([(0, BEGIN + b"one"), (LATE, b" two" + END), (0, b"j")], ["[one two]", "j"]),
        ([(0, BEGIN + b"one"), (LATE, None), (LATE, b"jk")], ["[one]", "j", "k"]),
        ([(0, BEGIN + LONG), (LATE, LONG), (LATE, b"j" + END)], [f"[{LONG.decode() * 2}j]"]),  # text goes on
        ([(0, BEGIN), (LATE, KEY), (EARLY, b"j")], [f"[{KEY.decode()}]", "j"]),  # as short as a key
        ([(0, BEGIN + b"a" + END + BEGIN + b"b"), (LATE, None), (LATE, b"j")], ["[a]", "[b]", "j"]),
        ([(0, BEGIN + b"a" + END), (LATE, b"j"), (LATE, b"k")], ["[a]", "j", "k"]),
    ],
)
def test_paste_lasts_until_its_end_or_until_no_more_text_comes(
    pieces: list[tuple[float, bytes | None]], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ReadingDriver(monkeypatch, *pieces).said() == said


COLOURED = "\x1b[31merror\x1b[0m: quit"
HOSTILE = (
    "\x1b",
    "\x1b[",
    "x\x1b[20",
    "\x1bOP",
    "\x1b[200~q",
    "\x1b[<0;3;3M",
    "\x1b[106;1;106u",
    "\x1b]2;q\x07",
    "é\x1bé",
)


@pytest.mark.parametrize("pasted", [COLOURED, "q", "", *HOSTILE])
def test_paste_is_no_key_in_two_pieces_either(pasted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = BEGIN + pasted.encode() + END
    for cut in range(1, len(sent)):
        reading = ReadingDriver(monkeypatch, (0, b"j" + sent[:cut]), (TICK / 2, sent[cut:] + b"k"))
        *before, paste, after = reading.said()
        assert (before, paste[0], after) == (["j"], "[", "k"), cut


def test_paste_byte_by_byte_over_a_slow_line_is_one_paste(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = BEGIN + COLOURED.encode() + END
    reading = ReadingDriver(monkeypatch, *((TICK / 2, bytes([byte])) for byte in sent), (0, b"k"))
    assert reading.said() == ["[error: quit]", "k"]


def test_paste_of_a_megabyte_is_one_paste_and_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = BEGIN + b"q\x1b[A\r" * 200_000 + END + b"k"
    pieces = [(0, sent[start : start + 4096]) for start in range(0, len(sent), 4096)]
    paste, after = ReadingDriver(monkeypatch, *pieces).said()
    assert (len(paste) > PASTED_LIMIT / 2, paste[:8], after) == (True, "[q q q q", "k")


@pytest.mark.parametrize(
    ("pasted", "field"),
    [
        (COLOURED, "error: quit"),
        ("\n https://a.example/feed\r\n", "https://a.example/feed"),
        ("one\ntwo\r\nthree\tfour", "one two three four"),
        ("two  blanks", "two  blanks"),
        ("\x1b]8;;https://a.example\x07link\x1b]8;;\x07 \x1bPq\x1b\\\u202ex\x00", "link x"),
        ("naïve 日本 👍", "naïve 日本 👍"),
    ],
)
def test_field_gets_what_was_copied_cleaned(pasted: str, field: str) -> None:
    assert as_paste(pasted).text == field


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        ([(0, b"quit everything and mark all episodes")], ["[quit everything and mark all episodes]"]),
        ([(0, b"quit\x1b[31m everything\rand mark all of them")], ["[quit everything and mark all of them]"]),
        ([(0, b"the quick brown fox jumps over the lazy"), (0, b" dog"), (2 * TICK, b"q")], [
            "[the quick brown fox jumps over the lazy]", "[dog]", "q",
        ]),
        ([(0, b"j" * 60)], ["j"] * 60),
        ([(0, b"jk" * 30)], ["j", "k"] * 30),
        ([(0, b"\x1b[<65;3;3M" * 60 + b"q")], ["q"]),
    ],
)  # fmt: skip
def test_more_text_than_anyone_types_ahead_is_a_paste(
    pieces: list[tuple[float, bytes | None]], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ReadingDriver(monkeypatch, *pieces).said() == said


@pytest.mark.parametrize(("end", "is_entered"), [(b"\r", True), (b"", False), (b"\rq", False), (b"\r\r", False)])
def test_enter_after_long_text_that_came_with_it_is_for_a_field(
    end: bytes, is_entered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = ReadingDriver(monkeypatch, (0, b"https://a.example.org/a/long/address" + end))
    assert reading.said()[0].startswith("[https://a.example.org/a/long/address")
    keys = [each for each in reading.messages if isinstance(each, TypedKey)]
    assert [(each.key, each.ends_paste) for each in keys] == [("enter", True)] * is_entered


@pytest.mark.parametrize(("sent", "is_in_burst"), [(b"q", False), (b"mq", False), (b"jmq", True), (b"quit", True)])
def test_key_that_came_with_others_says_so(sent: bytes, is_in_burst: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = ReadingDriver(monkeypatch, (0, sent))
    reading.said()
    (key,) = (each for each in reading.messages if isinstance(each, Key) and each.key == "q")
    assert (isinstance(key, TypedKey) and key.is_in_burst) == is_in_burst


@pytest.mark.parametrize(
    ("sent", "key", "character", "place"),
    [
        ("\x1b[1086::106;1;1086u", "о", "о", "j"),
        ("\x1b[1086:1054:106;2;1054u", "О", "О", "J"),
        ("\x1b[1086::106;5u", "ctrl+о", None, "ctrl+j"),
        ("\x1b[1093::91;2;1061u", "Х", "Х", "left_curly_bracket"),
        ("\x1b[106;1;106u", "j", "j", None),
        ("\x1b[106:74;2;74u", "J", "J", None),
        ("\x1b[252::91;1;252u", "ü", "ü", None),
        ("\x1b[1086;1;1086u", "о", "о", "j"),
        ("о", "о", "о", "j"),
        ("\x1b[13u", "enter", None, None),
    ],
)
def test_key_of_kittys_protocol_types_its_letter_and_knows_its_place(
    sent: str, key: str, character: str | None, place: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = ReadingDriver(monkeypatch, (0, sent.encode()))
    reading.said()
    (found,) = (TypedKey.of(each) for each in reading.messages if isinstance(each, Key))
    at_place = found.at_its_place() if found.is_foreign else None
    assert (found.key, at_place and at_place.key) == (key, place)
    assert character is None or found.character == character


def test_terminal_is_asked_for_the_places_of_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    started = StartedDriver(monkeypatch)
    started.writer.done.clear()
    flag = KITTY_DISAMBIGUATE_ESCAPE_CODES | KITTY_REPORT_ALL_KEYS | KITTY_REPORT_ASSOCIATED_TEXT
    started.write(f"\x1b[>{flag}u")  # as Textual does
    assert started.writer.done == ["\x1b[>29u"]
