"""The table of commands names functions that are there, and is all that the parser and the manual know.

What commands share: questions, progress bars, and what they print of progress from elsewhere. Columns that hold,
whatever stands in them. The default settings file says what each setting may be, and changes nothing.
"""

import io
import json
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.hostile import HOSTILE_TITLES
from tests.rooms import EPISODES, TOPICS
from tui_pod.cli.commands import COMMANDS, Command
from tui_pod.cli.main import main
from tui_pod.cli.parser import parse
from tui_pod.cli.shared import (
    Column,
    ask,
    ask_yes,
    cell_width,
    cut_cells,
    find_topics,
    print_json,
    report,
    show_progress,
    table_lines,
)
from tui_pod.cli.shell import default_config
from tui_pod.config.reader import parse_config
from tui_pod.config.settings import Config
from tui_pod.core.actions import ACTIONS
from tui_pod.core.errors import UserError
from tui_pod.core.library.library import build_library
from tui_pod.core.text.clean import clean_title
from tui_pod.core.text.escapes import CLEAR_LINE


def runnable(commands: Iterable[Command] = COMMANDS) -> Iterator[Command]:
    """Yield the commands that have no commands below them."""
    for command in commands:
        if command.commands:
            yield from runnable(command.commands)
        else:
            yield command


@pytest.mark.parametrize("command", list(runnable()), ids=lambda command: command.run)
def test_command_names_a_function_that_is_there(command: Command) -> None:
    module, _, function = str(command.run).rpartition(".")
    assert callable(getattr(import_module(f"tui_pod.cli.{module}"), function))


@pytest.mark.parametrize(
    ("words", "run"),
    [
        (["status"], "library.run_status"),
        (["feeds", "set", "x"], "podcasts.feeds.run_set"),
        (["models", "list"], "speech.models.run_list"),
    ],
)
def test_word_runs_its_function(words: list[str], run: str) -> None:
    assert parse(words).run == run


def test_word_that_needs_another_one_is_wrong_usage_without_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["feeds"])
    assert ended.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["paly"], "tui-pod: error: argument COMMAND: there is no “paly”; did you mean play?"),
        (["mark", "x", "one"], "tui-pod mark: error: argument mark: there is no “x”; there are: played, unplayed"),
        (["list", "--jsno"], "tui-pod list: error: there is no “--jsno”; did you mean --json?"),
        (["feeds", "list", "x"], "tui-pod feeds list: error: “x” is one too many"),
        (["--json", "list"], "tui-pod list: error: --json goes after the command"),
        (["--verison"], "tui-pod: error: there is no “--verison”; did you mean --version?"),
    ],
)
def test_mistyped_word_is_told_the_closest_one(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(words)
    assert capsys.readouterr().err.endswith(f"\n{said}\n")


def test_argument_has_the_type_and_number_of_its_kind() -> None:
    options = parse(["feeds", "add", "a", "b", "--folder", "x", "--folder", "y"])
    assert (options.urls, options.folder) == (["a", "b"], ["x", "y"])
    assert parse(["feeds", "add", "a"]).folder == []
    assert parse(["bookmarks", "--out", "notes"]).out == Path("notes")


@pytest.mark.parametrize(
    ("words", "value"),
    [(["seek", "-1:05"], "-1:05"), (["volume", "-5"], "-5"), (["search", "-word", "--json"], ["-word"])],
)
def test_value_may_begin_with_a_minus_sign(words: list[str], value: object) -> None:
    options = parse(words)
    assert (options.words if words[0] == "search" else options.amount) == value


def test_devices_are_printed_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--ao", "null", "--json", "--state", str(tmp_path / "state.toml")]) == 0
    devices = json.loads(capsys.readouterr().out)
    assert devices[0]["name"] == "auto"
    assert all(set(device) == {"name", "description"} for device in devices)


def test_help_of_a_command_begins_with_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["status", "--help"])
    assert ended.value.code == 0
    assert "\nPrint what would be resumed, and what is played and left.\n" in capsys.readouterr().out


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


COLUMNS = (Column("id"), Column("title", 8), Column("length", is_right=True), Column("topics", 6))


@pytest.mark.parametrize(
    "title", [*map(clean_title, HOSTILE_TITLES.values()), "日本語", "🎧 music", "Müller", "Mu\u0308ller"]
)
def test_cell_width_of_cleaned_text_is_what_the_screen_counts(title: str) -> None:
    assert cell_width(title) == cell_len(title)


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("ab cd", 4, "ab…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…")],
)
def test_cut_cells_keeps_within_the_width(text: str, width: int, cut: str) -> None:
    assert cut_cells(text, width) == cut
    assert cell_width(cut) <= width


def test_table_lines_with_room_shows_everything_aligned() -> None:
    rows = [("a", "One", "1:00", "X"), ("bcd", "日本", "10:00", "Y, Z")]
    assert list(table_lines(COLUMNS, rows, 80)) == [
        "id   title  length  topics",
        "a    One      1:00  X",
        "bcd  日本    10:00  Y, Z",
    ]


@pytest.mark.parametrize("width", [30, 40, 60])
def test_table_lines_with_long_texts_fit_the_terminal(width: int) -> None:
    rows = [("a" * 4, "long title " * 9, "1:00", "topic, " * 9), ("b", "日本語" * 20, "2:00", "")]
    lines = list(table_lines(COLUMNS, rows, width))
    assert all(cell_len(line) <= width for line in lines)
    assert all(line.startswith(start) for line, start in zip(lines, ("id", "aaaa", "b"), strict=True))


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (10, "identifier  A long…"), (28, "identifier  A long…     1:00"), (30, "identifier  A long ti…    1:00"),
        (35, "identifier  A long title    1:00"), (36, "identifier  A long…     1:00  Some…"),
    ],
)  # fmt: skip
def test_table_lines_without_room_for_the_last_columns_leave_them_out_but_for_two(width: int, line: str) -> None:
    assert list(table_lines(COLUMNS, [("identifier", "A long title", "1:00", "Some topics")], width))[1] == line


def test_table_lines_of_no_rows_are_the_titles() -> None:
    assert list(table_lines(COLUMNS, [], 80)) == ["id  title  length  topics"]


@pytest.mark.parametrize(
    "line",
    [
        '# How much the program in plain lines says: "brief", "usual" or "full".',
        "# Share of the length that may be left when an episode counts as played: a number from 0 to 0.1.",
        "# Whether to narrate episodes without a recording.",
        '# device = "pulse/headset"',
        "downloads_mb = 2000",
        "[ui]",
        "[speeds]",
    ],
)
def test_default_file_has_the_line(line: str) -> None:
    assert line in default_config().split("\n")


def without_fixed(config: Config) -> Config:
    """Leave out which settings the file has: the app changes none of these."""
    return config._replace(settings=config.settings._replace(fixed=frozenset()))


def test_default_file_changes_nothing(tmp_path: Path) -> None:
    assert without_fixed(parse_config(default_config(), tmp_path / "config.toml")) == Config()


def test_default_file_changes_nothing_with_its_keys_uncommented(tmp_path: Path) -> None:
    text = default_config()
    for action in ACTIONS:
        text = text.replace(f'# "{action.id}"', f'"{action.id}"')
    assert without_fixed(parse_config(text, tmp_path / "config.toml")) == Config()


def test_labels_of_keys_are_in_one_column_after_the_longest_key() -> None:
    lines = [line for line in default_config().partition("[keys]")[2].split("\n") if line.startswith('# "')]
    assert len(lines) == len(ACTIONS)
    longest = max(len(line[: line.index(" # ")].rstrip()) for line in lines)
    assert {line.index(" # ") for line in lines} == {longest + 1}


def test_each_section_has_one_header() -> None:
    headers = [line for line in default_config().split("\n") if line.startswith("[")]
    assert len(headers) == len(set(headers))
    assert (headers[0], headers[-1]) == ("[start]", "[keys]")


@pytest.mark.parametrize(
    "line",
    ["# Name of a theme; if empty, the last one chosen in the palette, or one that matches the terminal.",
     "# Catalogues beside the embedded one; a path is relative to this file."],
)  # fmt: skip
def test_setting_of_any_text_does_not_say_what_it_may_be(line: str) -> None:
    assert line in default_config().split("\n")
