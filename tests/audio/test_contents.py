"""Lengths and chapters of files, asked from the real libmpv."""

from pathlib import Path

import pytest

from tests.sources.folders.sounds import make_au, make_m4b, make_mka
from tui_pod.audio import contents
from tui_pod.audio.contents import FileContents, read_contents
from tui_pod.audio.libmpv import NoPlayer
from tui_pod.core.player.snapshot import Chapter


def test_each_file_has_its_length_and_what_is_no_sound_has_none(tmp_path: Path) -> None:
    sound, longer = make_au(tmp_path / "1.au", 3.0), make_au(tmp_path / "2.au", 61.5)
    text = tmp_path / "3.ac3"
    text.write_text("No sound.")
    paths = [str(sound), str(text), str(tmp_path / "gone.au"), str(longer)]
    assert read_contents(paths) == {
        paths[0]: FileContents(3.0), paths[1]: FileContents(), paths[2]: FileContents(), paths[3]: FileContents(61.5),
    }  # fmt: skip


def test_chapters_of_a_file_are_told_in_order(tmp_path: Path) -> None:
    path = str(make_m4b(tmp_path / "1.m4b", 30, {12: "Two", 0: "Öne"}))
    assert read_contents([path]) == {path: FileContents(30.0, (Chapter(0.0, "Öne"), Chapter(12.0, "Two")))}


def test_matroska_has_its_title(tmp_path: Path) -> None:
    path = str(make_mka(tmp_path / "1.mka", 2.0, "The\x1bTalk"))
    found = read_contents([path])[path]
    assert (round(found.duration, 1), found.title) == (2.0, "TheTalk")


def test_without_libmpv_no_length_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise NoPlayer(OSError("Cannot find libmpv"))

    monkeypatch.setattr(contents, "open_mpv", fail)
    assert read_contents(["/1.au"]) == {}
