"""What is in a folder of the listener's stays, whatever its name is, with every command that writes there."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tui_pod.speech.recogniser as speech
from tests.audio.test_zoo import tones
from tests.cli.speech.test_narrate import COURSE, EPISODE, FakeNarrator
from tests.cli.speech.test_transcribe import fake_recognise
from tests.fakes import START
from tui_pod.cli import feed
from tui_pod.cli.main import main
from tui_pod.cli.speech import narrate, transcribe
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.state.store import StateFile

COMMANDS = {
    "feed": ["feed", "The course", "--out"],
    "narrate": ["narrate", "one", "--out"],
    "acts": ["narrate", "one", "two", "--acts", "--out"],
    "bookmarks": ["bookmarks", "--out"],
    "clips": ["bookmarks", "--clips"],
    "transcribe": ["transcribe", "three", "--again", "--out"],
}

MINE = "I wrote this."

WRITING: list[set[Path]] = []
"""Where paths that are opened for writing, made, renamed or removed are noted, if anywhere."""


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if not WRITING or event not in ("open", "os.mkdir", "os.rename", "os.remove", "os.link", "os.symlink"):
        return
    if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & 3):
        return
    for path in arguments[:2]:
        if isinstance(path, str | Path):
            WRITING[0].add(Path(path))


@pytest.fixture(scope="module", autouse=True)
def _listening() -> None:
    sys.addaudithook(_note)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Return the options for a course of three, of which one is recorded, with a bookmark."""
    for module in (narrate, feed):
        monkeypatch.setattr(module, "make_narrator", FakeNarrator)
    monkeypatch.setattr(speech, "recognise", fake_recognise)
    monkeypatch.setattr(transcribe, "find_model", lambda setting: Path(setting or "/model"))
    tones(tmp_path / "three.wav", 300, 600)
    idents = ("one", "two", "three")
    episodes = "".join(EPISODE.format(f'"{ident}"') for ident in idents) + 'audio = "three.wav"\n'
    course = COURSE.replace('"two", "one"', '"two", "one", "three"')
    (tmp_path / "c.toml").write_text(f"version = 1\n{episodes}{course}", "utf-8")
    StateFile(tmp_path / "s.toml").append([Bookmark("three", 0.5, 1.5, START, START, "Said.")])
    yield ["--catalog", str(tmp_path / "c.toml"), "--state", str(tmp_path / "s.toml")]
    WRITING.clear()


def names_used(options: list[str], command: list[str], folder: Path) -> set[str]:
    """Return the names that a command uses in an empty folder, without those that differ with each process."""
    found: list[set[str]] = []
    for _ in range(2):
        shutil.rmtree(folder, ignore_errors=True)
        WRITING[:] = [set()]
        assert main([*options, *command, str(folder)]) == 0
        paths = WRITING.pop() | set(folder.iterdir())
        found.append({path.name for path in paths if path.parent == folder})
    return {name for name in found[0] & found[1] if str(os.getpid()) not in name}


@pytest.mark.parametrize("name", COMMANDS)
def test_what_has_the_name_of_any_file_that_a_command_uses_stays(
    name: str, library: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    names = names_used(library, COMMANDS[name], folder)
    assert names
    for used in names:
        shutil.rmtree(folder)
        folder.mkdir()
        elsewhere.write_text(MINE)
        for make in ("file", "folder", "link"):
            mine = folder / used
            if make == "file":
                mine.write_text(MINE)
            elif make == "folder":
                mine.mkdir()
                (mine / "inside").write_text(MINE)
            else:
                mine.symlink_to(elsewhere)
            capsys.readouterr()
            try:
                status = main([*library, *COMMANDS[name], str(folder)])
            except io.UnsupportedOperation:  # it told why, and then closes the real output
                status = 1
            said = capsys.readouterr().err
            assert "Traceback" not in said
            assert status == 0 or str(mine) in said or mine.name in said, (used, make, said)
            if make == "folder":
                assert (mine / "inside").read_text() == MINE, (used, make)
                shutil.rmtree(mine)
            else:
                assert mine.read_text() == MINE, (used, make)
                assert mine.is_symlink() is (make == "link"), used
                mine.unlink()
