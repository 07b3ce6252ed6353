"""What is written to a terminal and read from it, without one."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual.events import Key

from tui_pod.core.text.escapes import PICTURES_ANSWER, SCHEME_ANSWER, ST
from tui_pod.ui.driver import ANSWER_LIMIT, MAX_WAITING, AnswerParser, SchemeReported, TerminalWriter


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


def test_what_waits_is_written_at_once_and_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    terminal.writer.write("one ")
    terminal.writer.write("two")
    terminal.writer.start()
    terminal.writer.stop()
    assert terminal.pieces == ["one two"]
    assert not terminal.writer.is_alive()
    assert not terminal.caught_up.is_set()
    assert not terminal.lost.is_set()


def test_rest_of_what_a_terminal_took_in_part_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch, at_once=3)
    terminal.writer.write("one two")
    terminal.writer.start()
    terminal.writer.stop()
    assert terminal.pieces == ["one", " tw", "o"]


def test_frame_is_written_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    terminal.writer.start()
    for part in (SYNC_START, "drawn", SYNC_END):
        terminal.writer.write(part)
    terminal.writer.stop()
    assert terminal.pieces == [f"{SYNC_START}drawn{SYNC_END}"]


def test_terminal_that_does_not_read_loses_everything_and_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    terminal.writer.write("x" * (MAX_WAITING - 1))
    terminal.writer.write("y" * 2)  # one too many
    terminal.writer.write("z" * MAX_WAITING)  # just enough
    terminal.writer.start()
    assert terminal.caught_up.wait(5)
    terminal.writer.stop()
    assert terminal.text == "z" * MAX_WAITING


def test_terminal_that_is_gone_is_reported_once(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    terminal.error = OSError()
    terminal.writer.write("one")
    terminal.writer.start()
    assert terminal.lost.wait(5)
    terminal.writer.join(5)
    terminal.writer.write("two")
    assert not terminal.writer.is_alive()


def test_terminal_that_was_given_up_is_not_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    terminal.writer.write("one")
    terminal.writer.abandon()
    terminal.writer.write("two")
    terminal.writer.start()
    terminal.writer.join(5)
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


@pytest.mark.parametrize(("answer", "is_light"), [("1n", False), ("2n", True)])
def test_answer_about_light_is_no_key(answer: str, is_light: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Answers(monkeypatch)
    assert answers.keys(f"a{SCHEME_ANSWER}{answer}b") == ["a", "b"]
    assert answers.schemes == [is_light]


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        ("EINVAL:no virtual placement", 1),
        ("EINVAL:no such image", 0),
        ("OK virtual placement", 0),
    ],
)
def test_answer_about_pictures_is_read_to_its_end(answer: str, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Answers(monkeypatch)
    assert answers.keys(f"a{PICTURES_ANSWER}{answer}{ST}bc") == ["a", "b", "c"]
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
