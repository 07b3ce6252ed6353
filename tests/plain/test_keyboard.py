"""Keys out of a terminal's bytes and out of lines."""

from __future__ import annotations

import os
import pty

import pytest

from tests.plain.test_program import until
from tui_pod.plain.keyboard import Keyboard, line_keys


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


async def keys_of(*parts: bytes, count: int) -> list[str]:
    """Return the keys that a terminal sends in these parts, once there are so many."""
    master, slave = pty.openpty()
    keys: list[str] = []
    keyboard = Keyboard(slave, keys.append, lambda: None)
    keyboard.start()
    for part in parts:
        keyboard.feed(part)
    await until(lambda: len(keys) >= count)
    keyboard.close()
    os.close(master)
    os.close(slave)
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
    ],
)
async def test_sequence_of_a_terminal_is_a_key(parts: tuple[bytes, ...], keys: list[str]) -> None:
    assert await keys_of(*parts, count=len(keys)) == keys


async def typed(*parts: bytes) -> tuple[list[str | None], str]:
    """Return the answer to a question that a terminal's bytes give, None for none, and what is echoed."""
    master, slave = pty.openpty()
    answers, echoed = list[str | None](), list[str]()
    keyboard = Keyboard(slave, lambda _: None, lambda: None, echoed.append)
    keyboard.start()
    keyboard.ask(answers.append, lambda: answers.append(None), complete=lambda line: (f"{line}own ", False))
    for part in parts:
        keyboard.feed(part)
    await until(lambda: bool(answers))
    keyboard.close()
    os.close(master)
    os.close(slave)
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
    ],
)
async def test_line_is_edited_and_ended(parts: tuple[bytes, ...], answer: str | None, echoed: str) -> None:
    assert await typed(*parts) == ([answer], echoed)


async def test_secret_is_not_echoed() -> None:
    master, slave = pty.openpty()
    answers, echoed = list[str](), list[str]()
    keyboard = Keyboard(slave, lambda _: None, lambda: None, echoed.append)
    keyboard.start()
    keyboard.ask(answers.append, lambda: None, is_secret=True)
    keyboard.feed(b"pass\x7fs\r")
    keyboard.close()
    os.close(master)
    os.close(slave)
    assert (answers, echoed) == (["pass"], ["\n"])
