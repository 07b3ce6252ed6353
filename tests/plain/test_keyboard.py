"""Keys out of a terminal's bytes and out of lines."""

from __future__ import annotations

import os
import pty

import pytest

from tests.plain.test_program import RoomServices, run, until
from tests.rooms import Room
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


async def test_line_typed_ahead_keeps_what_was_erased_out(room: Room) -> None:
    assert (await run(RoomServices(room), "/", "thx\x7firx\x7fd\x7f\x7frd"))[-1] == "1 of 1. Three. 5 minutes."


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
