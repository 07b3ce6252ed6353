"""Where the files of this user and of the program are."""

from pathlib import Path

import pytest

from tui_pod.config.paths import (
    COMPLETIONS,
    MAN_PAGE,
    catalog_paths,
    embedded_catalog,
    embedded_transcripts,
    find_paths,
    is_dumb_terminal,
    shipped,
)


def test_catalogues_given_on_the_command_line_replace_all_others() -> None:
    assert catalog_paths([Path("/a.toml")], ["/b.toml"]) == [Path("/a.toml")]
    assert catalog_paths([], ["/b.toml"]) == [embedded_catalog(), Path("/b.toml")]


def test_files_given_on_the_command_line_are_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    usual, given = find_paths(), find_paths(Path("s.toml"), Path("c.toml"))
    assert (given.state, given.config) == (tmp_path / "s.toml", tmp_path / "c.toml")
    assert (given.data, given.cache, given.log) == (usual.data, usual.cache, usual.log)
    assert usual.state.name == "state.toml"


@pytest.mark.parametrize(("term", "is_dumb"), [("dumb", True), ("unknown", True), ("", True), ("xterm", False)])
def test_terminal_is_dumb_by_its_name(term: str, is_dumb: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", term)
    assert is_dumb_terminal() is is_dumb


def test_terminal_without_a_name_is_dumb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TERM", raising=False)
    assert is_dumb_terminal()


def test_files_that_come_with_the_program_are_there() -> None:
    assert embedded_catalog().is_file()
    assert all(shipped(name).is_file() for name in (MAN_PAGE, *COMPLETIONS.values()))
    assert next(embedded_transcripts().glob("*.txt")).is_file()
