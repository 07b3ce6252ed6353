"""What commands share: questions, progress bars, and what they print of progress from elsewhere."""

import io
import sys
from pathlib import Path

import pytest

from tests.rooms import EPISODES, TOPICS
from tui_pod.cli.shared import ask, ask_yes, copy_as, find_topics, print_json, report, show_progress
from tui_pod.core.errors import UserError
from tui_pod.core.library.library import build_library
from tui_pod.core.text.escapes import CLEAR_LINE

LIBRARY = build_library(TOPICS, EPISODES)


class Terminal(io.StringIO):
    """A stream that a terminal shows."""

    def isatty(self) -> bool:
        return True


def show_errors(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Have a terminal show standard error, and return it."""
    monkeypatch.setattr(sys, "stderr", shown := Terminal())
    return shown


def typed(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(text))


@pytest.mark.parametrize(
    ("text", "is_yes"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False), ("yet\n", False)]
)
def test_only_yes_is_yes(text: str, is_yes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    show_errors(monkeypatch)
    typed(text, monkeypatch)
    assert ask_yes("Go on?") is is_yes


def test_nobody_says_yes_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    typed("y\n", monkeypatch)
    assert not ask_yes("Go on?")


def test_end_of_the_input_is_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(" a \n", monkeypatch)
    assert (ask("?"), ask("?")) == ("a", None)


@pytest.mark.parametrize(
    ("share", "bar"),
    [(None, ""), (0.0, f"[{'.' * 20}] "), (0.52, f"[{'#' * 10}{'.' * 10}] "), (1.0, f"[{'#' * 20}] ")],
)
def test_progress_is_a_bar_of_twenty_where_it_is_known(
    share: float | None, bar: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = show_errors(monkeypatch)
    show_progress("one", share, "5 MB")
    assert shown.getvalue().endswith(f"{CLEAR_LINE}{bar}one 5 MB")
    show_progress("")
    assert shown.getvalue().endswith("\x1b[K")


def test_progress_and_reports_are_for_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show_progress("one", 0.5)
    report("done")
    assert capsys.readouterr() == ("", "")


def test_topic_is_found_by_its_name_and_an_unknown_one_names_those_there_are() -> None:
    assert [LIBRARY.topics.names[topic] for topic in find_topics(LIBRARY, "Numbers")] == ["Numbers"]
    with pytest.raises(UserError, match=r"no topic “Nothing”\. The topics are: .*Basics"):
        find_topics(LIBRARY, "Nothing")


def test_files_are_copied_under_the_id_unless_it_leads_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "a.opus").write_text("sound")
    copy_as("one", tmp_path, tmp_path / "a.opus")
    assert (tmp_path / "one.opus").read_text() == "sound"
    with pytest.raises(UserError, match="not a file name"):
        copy_as("../one", tmp_path, tmp_path / "a.opus")


@pytest.mark.parametrize(("encoding", "text"), [("utf-8", '"é"\n'), ("ascii", '"\\u00e9"\n')])
def test_json_is_ascii_where_the_output_is_not_utf_8(encoding: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", out)
    print_json("é")
    out.flush()
    assert out.buffer.getvalue().decode() == text


def test_json_is_indented_and_ends_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": [1]})
    assert capsys.readouterr().out == '{\n  "a": [\n    1\n  ]\n}\n'
