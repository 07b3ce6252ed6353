"""What commands print is printable text."""

import io
import sys

import pytest

from tests.hostile import HOSTILE_TITLES
from tui_pod.core.text.escapes import CLEAR_LINE
from tui_pod.runtime.output import PrintableOutput, printable_output, write_control


@pytest.mark.parametrize("title", HOSTILE_TITLES.values(), ids=HOSTILE_TITLES)
def test_no_printed_text_commands_the_terminal(title: str, capsys: pytest.CaptureFixture[str]) -> None:
    with printable_output():
        sys.stdout.write(f"{title}.")
        sys.stderr.write(f"{title}.")
    for printed in capsys.readouterr():
        assert printed.endswith(".")
        assert not any(sign in printed for sign in "\x1b\x07\x9b\x00\u202e\u200b")


def test_tabs_line_breaks_and_letters_stay_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    with printable_output():
        sys.stdout.write("one\tzwei – drei\t注意力\n")
    assert capsys.readouterr().out == "one\tzwei – drei\t注意力\n"


def test_sequences_of_the_program_itself_pass(capsys: pytest.CaptureFixture[str]) -> None:
    with printable_output():
        write_control(sys.stderr, CLEAR_LINE)
    write_control(sys.stderr, CLEAR_LINE)
    assert capsys.readouterr().err == CLEAR_LINE * 2


def test_letters_that_the_terminal_lacks_are_no_failure() -> None:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, "ascii")
    PrintableOutput(stream).write("über")
    stream.flush()
    assert written.getvalue() == b"\\xfcber"
