"""`tui-pod search`, as scripts and people at a terminal use it."""

import json
from pathlib import Path

import pytest

from tui_pod.cli.main import main
from tui_pod.search.store import NO_FTS5

CATALOG = """\
version = 1
[[episodes]]
id = "one"
title = "One"
summary = "About a lighthouse."
transcript = "one.srt"
[[episodes]]
id = "two"
title = "Lighthouses"
"""
SRT = "1\n00:00:07,500 --> 00:00:09,000\nThe lighthouse -- it shone.\n"


@pytest.fixture
def catalog(tmp_path: Path) -> str:
    (tmp_path / "one.srt").write_text(SRT)
    (tmp_path / "c.toml").write_text(CATALOG)
    return str(tmp_path / "c.toml")


def test_search_prints_where_words_are(catalog: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--catalog", catalog, "search", "--json", "lighthouse"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"id": "two", "title": "Lighthouses", "kind": "title", "start": None, "text": "Lighthouses"},
        {"id": "one", "title": "One", "kind": "summary", "start": None, "text": "About a lighthouse."},
        {"id": "one", "title": "One", "kind": "words", "start": 7.5, "text": "The lighthouse -- it shone."},
    ]


def test_search_for_what_nothing_has_altogether_prints_the_nearest_and_says_so(
    catalog: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--catalog", catalog, "search", "--json", "how", "does", "the", "lighthouse", "whistle"]) == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert {"two", "one"} == {each["id"] for each in found}
    assert all(each["nearest"] for each in found)
    assert "nearest" in printed.err
    assert main(["--catalog", catalog, "search", "how", "does", "the", "lighthouse", "whistle"]) == 0
    printed = capsys.readouterr()
    assert all(line.count("\t") == 4 for line in printed.out.splitlines())
    assert "nearest" in printed.err


def test_search_without_full_text_search_says_what_to_do(
    catalog: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tui_pod.search.store.has_fts5", lambda: False)
    assert main(["search", "--catalog", catalog, "lighthouse"]) == 1
    assert capsys.readouterr().err == f"tui-pod: {NO_FTS5}\n"


def test_search_estimates_the_times_of_a_text_that_is_not_narrated(
    catalog: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one.srt").rename(tmp_path / "old.srt")
    (tmp_path / "one.srt").write_text("The first half.\n\nThe other half.\n")
    Path(catalog).write_text(CATALOG.replace('transcript = "one.srt"', 'transcript = "one.srt"\nduration = 100'))
    assert main(["--catalog", catalog, "search", "--json", "other"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["start"], found["estimated"]) == (50.0, True)
    assert main(["--catalog", catalog, "search", "other"]) == 0
    assert capsys.readouterr().out == "one\tOne\twords\t≈0:50\tThe other half.\n"


def test_search_names_the_episode_of_a_bookmark_that_brings_no_title(
    catalog: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "s.toml"
    when = "2026-11-24T13:00:00Z"
    bookmark = f'episode = "one"\nstart = 5.0\ntext = "Salt."\ncreated = {when}\nupdated = {when}\n'
    state.write_text(f"version = 1\n\n[nudges]\none = 2.5\n[[bookmarks]]\n{bookmark}")
    assert main(["search", "--catalog", catalog, "--state", str(state), '"it shone"', "-two"]) == 0
    assert capsys.readouterr().out == "one\tOne\twords\t0:10\tThe lighthouse -- it shone.\n"
    assert main(["search", "--catalog", catalog]) == 2
    assert "no words to search for" in capsys.readouterr().err
    assert main(["search", "--catalog", catalog, "--state", str(state), "salt"]) == 0
    assert capsys.readouterr().out == "one\tOne\tbookmark\t0:05\tSalt.\n"


@pytest.mark.parametrize(
    ("words", "said"), [(["++"], "letter or digit"), (["-one"], "besides"), (["zebra"], "nothing matches")]
)
def test_search_that_finds_nothing_says_why(
    words: list[str], said: str, catalog: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "--catalog", catalog, "--json", *words]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == []
    assert said in printed.err


def test_search_without_a_folder_for_the_index_finds_all_the_same(
    catalog: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "cache").write_text("in the way")
    assert main(["search", "--catalog", catalog, "shone"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("one\t")
    assert "cannot be stored" in printed.err


def test_update_reads_what_is_new(catalog: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "--catalog", catalog, "--update"]) == 0
    assert capsys.readouterr().out == ""
    (tmp_path / "one.srt").write_text(SRT.replace("shone", "burned brightly"))
    (tmp_path / "new.srt").touch()
    assert main(["search", "--catalog", catalog, "burned"]) == 0
    assert capsys.readouterr().out.startswith("one\t")


def test_search_on_a_terminal_is_a_table_with_a_part_of_each_match(
    catalog: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / "one.srt").write_text(SRT.replace("it shone", "it shone " + "and shone " * 30))
    assert main(["--catalog", catalog, "search", "lighthouse"]) == 0
    title, *rows = capsys.readouterr().out.splitlines()
    assert title.split() == ["title", "id", "at", "match"]
    assert rows[:2] == [
        "Lighthouses  two    title  Lighthouses",
        "One          one  summary  About a lighthouse.",
    ]
    assert rows[2].startswith("One          one     0:07  The lighthouse -- it shone and shone")
    assert 90 < len(rows[2].partition("0:07  ")[2]) <= 101


@pytest.mark.parametrize(("count", "more"), [(100, ""), (102, "2 episodes more; --json prints all.\n")])
def test_search_on_a_terminal_prints_a_hundred_episodes(
    count: int, more: str, catalog: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    entries = "".join(f'[[episodes]]\nid = "e{number}"\ntitle = "Lighthouse {number}"\n' for number in range(count))
    Path(catalog).write_text(f"version = 1\n{entries}")
    assert main(["--catalog", catalog, "search", "lighthouse"]) == 0
    printed = capsys.readouterr()
    assert (len(printed.out.splitlines()), printed.err) == (101, more)
    assert main(["--catalog", catalog, "search", "lighthouse", "--json"]) == 0
    printed = capsys.readouterr()
    assert (len(json.loads(printed.out)), printed.err) == (count, "")
