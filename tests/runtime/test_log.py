"""The log is a file; what a terminal shows gets nothing.

What commands print is printable text.
"""

import ast
import asyncio
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui_pod
from tests.hostile import HOSTILE_TITLES
from tui_pod.core.errors import UserError
from tui_pod.core.text.escapes import CLEAR_LINE
from tui_pod.runtime.log import KEPT, log, log_error, log_uncaught, logs, rotate
from tui_pod.runtime.output import PrintableOutput, printable_output, write_control


def test_line_reaches_a_file_cleaned_and_cut(capfd: pytest.CaptureFixture[str]) -> None:
    log("one\x1b[2J\ntwo")
    log("x" * 2_000)
    first, second = capfd.readouterr().err.splitlines()
    assert first.startswith("tui-pod: one")
    assert "\x1b" not in first
    assert len(second) == len("tui-pod: ") + 1_000


@pytest.mark.parametrize("is_open", [True, False])
def test_nothing_is_written_to_what_is_no_file(
    is_open: bool, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fstat(_: int) -> os.stat_result:
        if not is_open:
            raise OSError
        return os.stat(os.devnull)

    with monkeypatch.context() as patch:
        patch.setattr("os.fstat", fstat)
        log("one")
    assert capfd.readouterr().err == ""


def test_error_that_was_not_foreseen_has_its_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    for error in (KeyError("missing"), UserError("It is closed."), OSError(28, "No space left on device")):
        try:
            raise error
        except Exception as caught:
            log_error(caught, "saving failed")
    try:
        raise UserError("The narrator stopped.") from TypeError("odd\x1b[2J")
    except UserError as caught:
        log_error(caught)
    said = capfd.readouterr().err
    first, foreseen = said.split("tui-pod: saving failed: UserError: It is closed.\n")
    assert first.startswith("tui-pod: saving failed: KeyError: 'missing'\nTraceback")
    assert "    raise error" in first
    assert foreseen.splitlines()[1].startswith("tui-pod: UserError")
    assert "TypeError: odd" in foreseen
    assert "\x1b" not in said


def test_what_nobody_awaits_is_logged(capfd: pytest.CaptureFixture[str]) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        log_uncaught(loop)
        loop.call_soon({"one": 1}.__getitem__, "missing")
        loop.call_exception_handler({"message": "odd"})
        await asyncio.sleep(0)

    asyncio.run(run())
    said = capfd.readouterr().err
    assert "KeyError: 'missing'\nTraceback" in said
    assert "tui-pod: odd\n" in said


def test_logs_of_the_last_starts_that_said_something_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for text in ("a", "b", "", "c", "d", "e", "f"):
        rotate(log)
        log.write_text(text)
    assert [path.read_text() for path in logs(log)] == ["f", "e", "d", "c", "b"]
    assert len(list(tmp_path.glob("log*"))) == KEPT


NEVER_SILENT = {"TypeError", "AttributeError", "LookupError", "KeyError", "IndexError", "Exception", "BaseException"}
"""What a mistake in the code raises: where it is caught, the log must say so."""


def silent(tree: ast.AST) -> Iterator[int]:
    """Yield the lines at which such errors are caught, and neither logged nor passed on."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "Exception"
            body = ast.unparse(node)
            is_told = re.search(r"\b_?(write_)?log(_\w+)?\(|\braise\b|\.set_exception\(|format_exception\(", body)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "suppress":
            caught, is_told = ast.unparse(node), None
        else:
            continue
        if NEVER_SILENT & set(re.findall(r"\w+", caught)) and not is_told:
            yield node.lineno


def test_mistake_that_is_caught_is_logged() -> None:
    assert list(silent(ast.parse("try: ...\nexcept KeyError: pass\nwith suppress(OSError, TypeError): ..."))) == [2, 3]
    package = Path(tui_pod.__file__).parent
    found = [
        f"{path.relative_to(package)}:{line}"
        for path in sorted(package.rglob("*.py"))
        for line in silent(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []


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
