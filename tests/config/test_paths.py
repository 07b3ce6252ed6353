"""Where the files of this user and of the program are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui_pod.config.paths import (
    COMPLETIONS,
    catalog_paths,
    completion_file,
    embedded_catalog,
    embedded_transcripts,
    find_paths,
    is_dumb_terminal,
    man_page,
    runtime_folder,
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


def test_folders_follow_the_environment_and_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    for kind in ("CONFIG", "STATE", "DATA"):
        monkeypatch.delenv(f"XDG_{kind}_HOME", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", "relative")  # which does not count
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("sys.platform", "linux")
    assert find_paths() == (
        home / ".config/tui-pod/config.toml",
        home / ".local/state/tui-pod/state.toml",
        home / ".local/share/tui-pod",
        tmp_path / "cache/tui-pod",
        home / ".local/state/tui-pod/log/tui-pod.log",
    )
    monkeypatch.setattr("sys.platform", "darwin")
    assert find_paths().data == find_paths().state.parent == home / "Library/Application Support/tui-pod"
    assert find_paths().log == home / "Library/Logs/tui-pod/tui-pod.log"


def test_sockets_of_another_user_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert runtime_folder() == tmp_path / "tui-pod"
    user = os.geteuid() + 1  # as after su
    monkeypatch.setattr("os.geteuid", lambda: user)
    assert runtime_folder().parent.name in (str(user), f"runtime-{user}")


@pytest.mark.parametrize(("term", "is_dumb"), [("dumb", True), ("unknown", True), ("", True), ("xterm", False)])
def test_terminal_is_dumb_by_its_name(term: str, is_dumb: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", term)
    assert is_dumb_terminal() is is_dumb


def test_terminal_without_a_name_is_dumb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TERM", raising=False)
    assert is_dumb_terminal()


def test_files_that_come_with_the_program_are_there() -> None:
    assert embedded_catalog().is_file()
    assert man_page().is_file()
    assert all(completion_file(shell).is_file() for shell in COMPLETIONS)
    assert next(embedded_transcripts().glob("*.txt")).is_file()
