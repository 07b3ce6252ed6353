import tomllib

import pytest

from tui_pod.core.library.toml_lines import error_line, key_lines, line_finder


def failure(text: str) -> ValueError:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - whatever the parser raises
        tomllib.loads(text)
    return caught.value


def test_error_line_bad_value_names_its_line_and_leaves_the_place_out() -> None:
    text = "version = 1\ntitle = oops\n"
    assert error_line(failure(text), text) == (2, "Invalid value")


def test_error_line_end_of_document_is_the_last_line() -> None:
    text = 'version = 1\ntitle = "open'
    assert error_line(failure(text), text)[0] == 2


def test_error_line_number_of_too_many_digits_names_its_line() -> None:
    text = f"version = 1\n\nduration = {'9' * 5000}\n"
    line, message = error_line(failure(text), text)
    assert line == 3
    assert "5000 digits" in message


TEXT = '''\
# a comment with = and [[episodes]]
version = 1
title = "x"

[[topics]]
name = "A"

[[episodes]]
id = "one"
"title" = "One"
tags = [
  "a", # ]
  ["duration = 5"],
  [["episodes"]],
]
duration = 3

[[episodes]]
id = "two"
summary = """
[[episodes]]
id = "three"
title = "not here\\"""
"""
notes = \'\'\'
title = "nor here"
[x]
\'\'\'
extra = { title = "nor here", list = [
  1,
] }
title.sub = 1
  [episodes.more]
  id = "deeper"
[[ "episodes" ]]
id = "three"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        pytest.param("version", 2, id="a key before the first table"),
        pytest.param("nothing", 1, id="no such key"),
        pytest.param("topics.0.name", 6, id="a key of a table"),
        pytest.param("topics.0.parent", 5, id="a key that a table has not"),
        pytest.param("topics.7.name", 5, id="an entry that is not there"),
        pytest.param("feeds.0.name", 1, id="a table that is not there"),
        pytest.param("episodes.0", 8, id="a table itself"),
        pytest.param("episodes.0.title", 10, id="a key in quotes"),
        pytest.param("episodes.0.duration", 16, id="a key after a list over several lines"),
        pytest.param("episodes.1", 18, id="a table after a list that holds a header"),
        pytest.param("episodes.1.title", 32, id="a key after strings and tables that hold it"),
        pytest.param("episodes.2", 35, id="a table after a string that holds a header"),
        pytest.param("episodes.2.id", 36, id="a key after a table below"),
    ],
)
def test_find_table_and_key_returns_their_line(path: str, line: int) -> None:
    assert tomllib.loads(TEXT)
    assert line_finder(TEXT)(path) == line


def test_find_name_used_as_plain_table_returns_its_header() -> None:
    assert line_finder("version = 1\n\n[topics]\nname = 1\n")("topics") == 3


def test_find_entries_written_as_a_list_returns_its_line() -> None:
    assert line_finder('version = 1\nepisodes = [{id = "a"}]\n')("episodes.0.id") == 2


def test_key_lines_of_tables_and_dotted_keys_are_found_by_path() -> None:
    text = """catalogs = [
  "a.toml", # [keys]
]
playback.speed = 1.5
[ui] # looks
ascii = true
note = '''
theme = "x"
'''
[keys]
"playback.toggle" = "x"
playback . mute = "y"
[speeds]
"A topic" = 2
'Another = one' = { a = 1 }
"""
    assert key_lines(text) == {
        "catalogs": 1, "playback": 4, "playback.speed": 4, "ui": 5, "ui.ascii": 6, "ui.note": 7, "keys": 10,
        "keys.playback.toggle": 11, "keys.playback": 12, "keys.playback.mute": 12, "speeds": 13, "speeds.A topic": 14,
        "speeds.Another = one": 15,
    }  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        " " * 500_000,
        " " * 500_000 + "x",
        "a" * 500_000,
        "a." * 250_000,
        "a . " * 125_000 + " " * 125_000,
        "[" * 500_000,
        "[a" + " " * 500_000,
        "x = '" + "a" * 500_000,
    ],
    ids=lambda line: f"{line[:4]}…",
)
def test_key_lines_of_a_line_without_end_is_done_at_once(line: str) -> None:
    """Half a megabyte takes milliseconds; what grows with its square would take half an hour."""
    assert key_lines(f"{line}\nb = 1") is not None
    line_finder(f"{line}\nb = 1")("c")


def test_key_lines_with_blanks_everywhere_are_found() -> None:
    assert key_lines("  [ a . \"b\" ]\n\t c . 'd' \t= 1\n[[ e ]]\n") == {
        "a": 1, "a.b": 1, "a.b.c": 2, "a.b.c.d": 2, "e": 3, "e.0": 3,
    }  # fmt: skip


def test_error_line_of_many_numbers_that_are_long_enough_is_found_at_once() -> None:
    text = f"{'9' * 3_900}\n" * 250 + "x = " + "9" * 5_000
    assert error_line(ValueError("Exceeds the limit (4300 digits); use x"), text)[0] == 251
