"""Which terminals are asked about pictures, and their answer, among keys."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from textual.events import Key

from tui_pod.core.text.escapes import PICTURES_ANSWER
from tui_pod.ui import driver
from tui_pod.ui.driver import AnswerParser, PatientDriver
from tui_pod.ui.look.terminal_pictures import question

YES = f"{PICTURES_ANSWER}EINVAL: virtual placement cannot refer to a parent\x1b\\"
"""As Ghostty says it."""


def read(*texts: str) -> tuple[list[str], int]:
    """Return the keys in what a terminal sends, and how often it says that it draws pictures."""
    told: list[None] = []
    parser = AnswerParser(lambda message: None, lambda: told.append(None), debug=False)
    keys = [event.key for text in texts for event in parser.feed(text) if isinstance(event, Key)]
    return keys, len(told)


@pytest.mark.parametrize("cut", range(1, len(YES)))
def test_yes_is_read_in_two_pieces_and_no_key(cut: int) -> None:
    assert read("j", YES[:cut], YES[cut:], "k") == (["j", "k"], 1)


@pytest.mark.parametrize(
    "answer", ["OK", "", "ENOENT:", "EINVAL:", "ENOTSUPPORTED: virtual placement", "virtual placement"]
)
def test_any_other_answer_is_no_key_and_no_yes(answer: str) -> None:
    assert read(f"{PICTURES_ANSWER}{answer}\x1b\\", "k") == (["k"], 0)


def test_silence_is_no_yes() -> None:
    assert read("jk") == (["j", "k"], 0)


def test_answer_to_another_program_is_no_yes() -> None:
    assert read(YES.replace("i=7", "i=8"))[1] == 0


def test_keys_are_read_again_soon_after_an_answer_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "ANSWER_LIMIT", 0.0)
    assert read(PICTURES_ANSWER, "jk") == (["j", "k"], 0)


def test_other_sequences_are_read_within_an_answer_that_never_ends() -> None:
    assert read(f"{PICTURES_ANSWER}O", "\x1b[A") == (["up"], 0)


class AskingDriver(PatientDriver):
    """A driver whose output is kept."""

    def __init__(self, *, colors: str = "truecolor", no_color: bool = False, follows_cursor: bool = False) -> None:
        console = SimpleNamespace(color_system=colors)
        self._app = SimpleNamespace(console=console, no_color=no_color, follows_cursor=follows_cursor)  # type: ignore[assignment]
        self.is_ready = True
        self.sent = ""

    def write(self, data: str) -> None:
        self.sent += data


def test_terminal_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-kitty")
    asking = AskingDriver()
    assert [asking.find_pictures() for _ in range(2)] == [None, None]
    assert asking.sent == question()


@pytest.mark.parametrize(
    "asking",
    [AskingDriver(colors="256"), AskingDriver(no_color=True), AskingDriver(follows_cursor=True)],
    ids=["256_colours", "no_color", "screen_reader"],
)
def test_terminal_that_shows_no_pictures_is_not_asked(asking: AskingDriver) -> None:
    assert asking.find_pictures() is None
    assert asking.sent == ""


def test_terminal_is_not_asked_before_it_is_known_whether_a_screen_reader_runs() -> None:
    asking = AskingDriver()
    asking.is_ready = False
    assert asking.find_pictures() is None
    assert asking.sent == ""
