"""What is said and asked in the plain program, and an output that is gone.

Questions in lines: what is answered is done, what is not possible is said, and enter leaves all as it is.
"""

import io
from collections.abc import Callable

import pytest

from tests.plain.test_program import RoomServices, run
from tests.rooms import Room
from tui_pod.core.actions import key_of
from tui_pod.plain.dialogue import Dialogue, Verbosity
from tui_pod.plain.keyboard import Keyboard


class Talk:
    """A dialogue over a text, whose keyboard is fed by hand."""

    def __init__(self, output: io.StringIO | None = None) -> None:
        self.output = output or io.StringIO()
        self.broken = 0
        self.keyboard = Keyboard(-1, lambda _: None, lambda: None)
        self.dialogue = Dialogue(self.output, self.keyboard, lambda text: text.replace("KEY", "u"), self.lose)

    def lose(self) -> None:
        self.broken += 1

    @property
    def lines(self) -> list[str]:
        return self.output.getvalue().splitlines()


def test_line_has_the_listeners_keys_and_nothing_that_moves_the_cursor() -> None:
    talk = Talk()
    talk.dialogue.say_all(["Press KEY.", "a\x1b[2Jb\nc"])
    assert talk.lines[0] == "Press u."
    assert len(talk.lines) == 2
    assert "\x1b" not in talk.output.getvalue()


def test_long_line_is_cut() -> None:
    talk = Talk()
    talk.dialogue.say("x" * 4_010)
    assert len(talk.lines[0]) == 4_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"Saved. Press {key_of('undo')} to undo.", ["Saved."]),
        (f"Press {key_of('app.help')} for help.", []),
        ("", [""]),
        ("Type a name.", ["Type a name."]),
    ],
)
def test_brief_dialogue_names_no_keys(text: str, said: list[str]) -> None:
    talk = Talk()
    talk.dialogue.verbosity = Verbosity.BRIEF
    talk.dialogue.say(text)
    assert talk.lines == said


def test_output_that_is_gone_is_reported_and_raises_nothing() -> None:
    talk = Talk()
    talk.output.close()
    talk.dialogue.say("Hello.")
    assert talk.broken == 1


def test_answer_goes_to_its_asker_once() -> None:
    talk, answers = Talk(), list[str]()
    talk.dialogue.ask("Name?", answers.append)
    assert talk.dialogue.is_asking
    talk.keyboard.feed(b"Ann\nj\n")
    assert (talk.lines, answers, talk.dialogue.is_asking) == (["Name?"], ["Ann"], False)


@pytest.mark.parametrize(
    ("answer", "calls", "said"),
    [
        ("y", 1, []),
        (" YES ", 1, []),
        ("no", 0, ["Nothing done."]),
        ("", 0, ["Nothing done."]),
        ("yess", 0, ["Nothing done."]),
    ],
)
def test_only_yes_does_what_is_asked(answer: str, calls: int, said: list[str]) -> None:
    talk, done = Talk(), list[str]()
    do: Callable[[], object] = lambda: done.append("done")  # noqa: E731
    talk.dialogue.ask_yes("Go on?", do, "Nothing done.")
    talk.keyboard.feed(f"{answer}\n".encode())
    assert (len(done), talk.lines[1:]) == (calls, said)


@pytest.mark.parametrize(("otherwise", "said"), [(None, "Cancelled."), ("Nothing done.", "Nothing done.")])
def test_escape_ends_a_question_and_says_so(otherwise: str | None, said: str) -> None:
    talk, done = Talk(), list[str]()
    talk.dialogue.ask_yes("Go on?", lambda: done.append("done"), otherwise)
    talk.keyboard.feed(b"\x1b\ny\n")
    assert (done, talk.lines, talk.dialogue.is_asking) == ([], ["Go on?", said], False)


def test_escape_calls_what_a_question_gave_for_it() -> None:
    talk, done = Talk(), list[str]()
    talk.dialogue.ask("Note?", done.append, on_cancel=lambda: done.append("cancelled"))
    talk.keyboard.feed(b"\x1b\n")
    assert (done, talk.lines) == (["cancelled"], ["Note?"])


def test_no_without_a_text_says_nothing() -> None:
    talk = Talk()
    talk.dialogue.ask_yes("Go on?", lambda: None)
    talk.keyboard.feed(b"no\n")
    assert talk.lines == ["Go on?"]


@pytest.mark.parametrize(
    ("answer", "chosen", "said"),
    [
        ("1", [0], []), (" 3 ", [2], []), ("0", [], ["No such number: 1 to 3."]),
        ("4", [], ["No such number: 1 to 3."]),
        ("-1", [], ["No such number: 1 to 3."]),
        ("", [], ["Nothing chosen."]),
        ("x", [], ["No such number: 1 to 3."]),
        ("9" * 5000, [], ["No such number: 1 to 3."]),
    ],
)  # fmt: skip
def test_number_is_one_of_those_that_were_said(answer: str, chosen: list[int], said: list[str]) -> None:
    talk, rows = Talk(), list[int]()
    talk.dialogue.ask_number("Which?", 3, rows.append, "Nothing chosen.")
    talk.keyboard.feed(f"{answer}\n".encode())
    assert (rows, talk.lines[1:]) == (chosen, said)


@pytest.mark.parametrize(
    ("typed", "line", "said"),
    [
        ("p", "pl", []), ("PLAY", "PLAY", ["play, Playlist."]), ("playl", "Playlist", []), ("x", "x", []),
        ("", "", ["play, Playlist, zero."]), ("zero", "zero", ["zero."]),
    ],
)  # fmt: skip
def test_tab_completes_what_can_only_follow_else_says_the_choices(
    typed: str, line: str, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.isatty", lambda _: True)
    talk, answers = Talk(), list[str]()
    choices = ("play", "Playlist", "zero") if typed != "p" else ("play", "Plot")
    talk.dialogue.ask("What?", answers.append, choices=choices)
    talk.keyboard.feed(f"{typed}\t\r".encode())
    assert (answers, [each for each in talk.lines[1:] if each]) == ([line], said)


@pytest.mark.parametrize(("count", "end"), [(10, "."), (12, ", and 2 more.")])
def test_tab_says_ten_choices_and_how_many_more(count: int, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.isatty", lambda _: True)
    talk = Talk()
    talk.dialogue.ask("What?", lambda _: None, choices=[f"{number}{number}" for number in range(count)])
    talk.keyboard.feed(b"\t")
    assert talk.lines[-1] == f"00, 11, 22, 33, 44, 55, 66, 77, 88, 99{end}"


@pytest.mark.parametrize(
    ("answer", "said", "names"),
    [
        ("Morning", "List “Morning” made.", ["Morning"]),
        (" ", "Nothing changed.", []),
    ],
)
async def test_smart_list_is_saved_under_the_name_that_is_typed(
    room: Room, answer: str, said: str, names: list[str]
) -> None:
    services = RoomServices(room)
    lines = await run(services, "ctrl+p", "Save as a smart list: this topic, search, filter and order", answer)
    assert "The name of the smart list:" in lines
    assert lines[-1].endswith(said)
    assert [each.name for each in services.controller.lists.all] == names
