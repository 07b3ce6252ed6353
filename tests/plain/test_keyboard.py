"""Keys out of a terminal's bytes and out of lines."""

import asyncio
import os
import pty
import termios
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from tests.plain.test_program import until
from tui_pod.plain.keyboard import ESCAPE_WAIT, PASTE, Keyboard, character_name, common_start, line_keys


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("", ["enter"]),
        (" ", ["space"]),
        ("j", ["j"]),
        ("jjk", ["j", "j", "k"]),
        ("tab", ["tab"]),
        ("Escape", ["escape"]),
        ("ctrl+r", ["ctrl+r"]),
        ("?", ["question_mark"]),
        ("S", ["S"]),
        ("{<", ["left_curly_bracket", "less_than_sign"]),
    ],
)
def test_line_means_a_key_by_name_or_each_of_its_characters(line: str, keys: list[str]) -> None:
    assert [key for key, _ in line_keys(line)] == keys


def test_key_of_a_line_comes_with_what_follows_it() -> None:
    assert list(line_keys("/a b")) == [
        ("slash", "a b"), ("a", " b"), ("space", "b"), ("b", "")
    ]  # fmt: skip
    assert list(line_keys("tab")) == [("tab", "")]


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\x01", "ctrl+a"), ("\x1a", "ctrl+z"), ("\x1b", "escape"), ("\x1c", "ctrl+backslash"), ("\x00", None),
        ("\n", "enter"), ("\x1d", None), ("Z", "Z"),
    ],
)  # fmt: skip
def test_character_is_the_key_that_sends_it(character: str, name: str | None) -> None:
    assert character_name(character) == name


@pytest.mark.parametrize(
    ("texts", "common"), [((), ""), (("ab",), "ab"), (("abc", "abd"), "ab"), (("abc", "ab"), "ab"), (("a", "b"), "")]
)
def test_common_start_is_what_all_begin_with(texts: Sequence[str], common: str) -> None:
    assert common_start(texts) == common


class Piped:
    """A keyboard that is fed lines by hand, whose slash and question mark ask for a line."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.echoed: list[str] = []
        self.keyboard = Keyboard(-1, self._press, lambda: self.got.append("end"), self.echoed.append)

    def _press(self, key: str) -> None:
        self.got.append(key)
        if key in ("slash", "question_mark"):
            self.keyboard.ask(lambda line: self.got.append(f"answer {line}"), lambda: self.got.append("cancelled"))
        elif key == "x":
            self.keyboard.drop()


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"/words\nj\n", ["slash", "answer words", "j"]),
        (b"/\nwords\r\nj\n", ["slash", "answer words", "j"]),
        (b"j/\n\n", ["j", "slash", "answer "]),
        (b"/\n\x1b\nj\n", ["slash", "cancelled", "j"]),
        (b"jxk\nj\n", ["j", "x", "j"]),
        (b"xk\nx\nj", ["x", "x"]),
        (b"j\r\nk", ["j"]),
    ],
)
def test_lines_are_keys_and_answers(content: bytes, got: list[str]) -> None:
    piped = Piped()
    piped.keyboard.feed(content)
    assert (piped.got, piped.echoed) == (got, [])


def test_line_without_an_end_is_kept_up_to_a_limit() -> None:
    piped = Piped()
    piped.keyboard.feed(b"/\n")
    piped.keyboard.feed(b"a" * 10_001)
    piped.keyboard.feed(b"\n")
    assert len(piped.got[-1].removeprefix("answer ")) == 10_000


@pytest.mark.parametrize("last", [b"j", b"j\n"])
async def test_end_of_a_pipe_ends_its_last_line(last: bytes) -> None:
    reading, writing = os.pipe()
    got: list[str] = []
    keyboard = Keyboard(reading, got.append, lambda: got.append("end"))
    keyboard.start()
    os.write(writing, last)
    os.close(writing)
    await until(lambda: "end" in got)
    keyboard.close()  # a second time
    os.close(reading)
    assert got == ["j", "end"]


@contextmanager
def opened_line() -> Iterator[int]:
    """Open a terminal's line."""
    master, slave = pty.openpty()
    yield slave
    os.close(master)
    os.close(slave)


@pytest.fixture(name="line")
def terminal_line() -> Iterator[int]:
    """A terminal's line."""
    with opened_line() as line:
        yield line


async def test_terminal_sends_each_key_without_an_echo_until_it_is_closed(line: int) -> None:
    former = termios.tcgetattr(line)
    keyboard = Keyboard(line, lambda _: None, lambda: None)
    keyboard.start()
    raw = termios.tcgetattr(line)
    assert not raw[3] & (termios.ICANON | termios.ECHO)
    assert (raw[6][termios.VMIN], raw[6][termios.VTIME]) in {(1, 0), (b"\x01", b"\x00")}
    termios.tcsetattr(line, termios.TCSANOW, former)  # as a shell does
    keyboard.resume()
    assert termios.tcgetattr(line)[3] == raw[3]
    keyboard.close()
    assert termios.tcgetattr(line) == former


async def test_escape_that_is_waited_for_is_no_key_of_a_closed_keyboard(line: int) -> None:
    keys: list[str] = []
    keyboard = Keyboard(line, keys.append, lambda: None)
    keyboard.start()
    keyboard.feed(b"\x1b[")
    keyboard.close()
    fired: list[bool] = []
    asyncio.get_running_loop().call_later(ESCAPE_WAIT * 1.5, fired.append, True)
    await until(lambda: bool(fired))
    assert keys == []


async def keys_of(*parts: bytes, count: int) -> list[str]:
    """Return the keys that a terminal sends in these parts, once there are so many."""
    keys: list[str] = []
    with opened_line() as line:
        keyboard = Keyboard(line, keys.append, lambda: None)
        keyboard.start()
        for part in parts:
            keyboard.feed(part)
        await until(lambda: len(keys) >= count)
        keyboard.close()
    return keys


@pytest.mark.parametrize(
    ("parts", "keys"),
    [
        ((b"\x1b[A", b"\x1b[B"), ["up", "down"]),
        ((b"\x1b", b"[", b"C"), ["right"]),
        ((b"\x1bOD",), ["left"]),
        ((b"\x1b[1;2C",), ["shift+right"]),
        ((b"\x1b[5~\x1b[6~\x1b[H\x1b[Z",), ["pageup", "pagedown", "home", "shift+tab"]),
        ((b"\r\t\x7f\x12",), ["enter", "tab", "backspace", "ctrl+r"]),
        ((b"\x1b",), ["escape"]),
        ((b"\x1bj",), ["escape", "j"]),
        ((b"\x1b[999;999x",), []),
        ((b"\xc3", b"\xa9"), ["é"]),
        ((b"\xff\x00j",), ["j"]),
        ((b"\x1b[200~q\nx\x1bd\x1b[201~j",), [PASTE, "j"]),
        ((b"\x1b[200~q", b"\x1b[2", b"01~"), [PASTE]),
        ((b"\x1b[200~q",), [PASTE]),
    ],
)
async def test_sequence_of_a_terminal_is_a_key(parts: tuple[bytes, ...], keys: list[str]) -> None:
    assert await keys_of(*parts, count=len(keys)) == keys


async def typed(*parts: bytes, is_secret: bool = False) -> tuple[list[str | None], str]:
    """Return the answer to a question that a terminal's bytes give, None for none, and what is echoed."""
    answers, echoed = list[str | None](), list[str]()
    with opened_line() as line:
        keyboard = Keyboard(line, lambda _: None, lambda: None, echoed.append)
        keyboard.start()
        keyboard.ask(answers.append, lambda: answers.append(None), is_secret, lambda line: (f"{line}own ", False))
        for part in parts:
            keyboard.feed(part)
        await until(lambda: bool(answers))
        keyboard.close()
    return answers, "".join(echoed)


@pytest.mark.parametrize(
    ("parts", "answer", "echoed"),
    [
        ((b"thx\x7fird\r",), "third", "thx\b \bird\n"),
        ((b"a b", b"\x17c\r"), "a c", "a b\b \bc\n"),
        ((b"ab\x15\xe6\x97\xa5\x7fc\n",), "c", "ab\b \b\b \b日\b \b\b \bc\n"),
        ((b"j\x1b",), None, "j\n"),
        ((b"\x04",), None, "\n"),
        ((b"j\x1b[A\x1b[3~k\r",), "jk", "jk\n"),
        ((b"t\tx\r",), "town x", "town x\n"),
        ((b"\r",), "", "\n"),
        ((b"a\x1bqb\r",), "aqb", "aqb\n"),
        ((b"a\x1b[200~ b\r\n\x1bc\td\n\x1b[201~", b"e\r"), "a b c de", "a b c de\n"),
        ((b"a\x04\x03",), None, "a\n"),
        ((b"one two  \x17\r",), "one ", "one two  \b \b\b \b\b \b\b \b\b \b\n"),
        ((b"a" * 10_001 + b"\r",), "a" * 10_000, "a" * 10_000 + "\n"),
    ],
)
async def test_line_is_edited_and_ended(parts: tuple[bytes, ...], answer: str | None, echoed: str) -> None:
    assert await typed(*parts) == ([answer], echoed)


async def test_secret_and_what_completes_it_are_not_echoed() -> None:
    assert await typed(b"pass\t\x7fs\r", is_secret=True) == (["passowns"], "\n")


def test_choices_that_were_said_are_followed_by_the_line_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.isatty", lambda _: True)
    echoed = list[str]()
    keyboard = Keyboard(-1, lambda _: None, lambda: None, echoed.append)
    keyboard.ask(lambda _: None, lambda: None, complete=lambda line: (line, True))
    keyboard.feed(b"pl\t")
    assert echoed == ["p", "l", "pl", ""]


def test_key_that_drops_what_follows_drops_it_in_a_terminal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.isatty", lambda _: True)
    keys = list[str]()

    def press(key: str) -> None:
        keys.append(key)
        keyboard.drop()

    keyboard = Keyboard(-1, press, lambda: None)
    keyboard.feed(b"jk")
    keyboard.feed(b"l")
    assert keys == ["j", "l"]


async def test_key_of_another_script_is_the_one_at_its_place_but_not_in_an_answer(line: int) -> None:
    got: list[str] = []
    keyboard = Keyboard(line, got.append, lambda: None)
    keyboard.start()
    keyboard.feed("оМ\x1b[1;5A".encode())
    keyboard.ask(got.append, lambda: None)
    keyboard.feed("оМ\r".encode())
    keyboard.close()
    assert got == ["j", "V", "ctrl+up", "оМ"]
