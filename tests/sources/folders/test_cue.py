"""Cue sheets are read whatever program wrote them, and belong to the recordings that they name."""

from pathlib import Path

import pytest

from tui_pod.core.player.snapshot import Chapter
from tui_pod.shelf.published import Tags
from tui_pod.sources.folders import cue
from tui_pod.sources.folders.beside import Beside
from tui_pod.sources.folders.cue import chapters_of, cue_of, pack_chapters, read_cue


def read(*lines: str) -> dict[str, list[tuple[float, str]]]:
    """Return the chapters of each file that a sheet names."""
    found = read_cue("\n".join(lines))
    return {name: [(mark.start, mark.title) for mark in chapters_of(packed)] for name, packed in found.items()}


def test_track_starts_at_its_first_index_in_minutes_seconds_and_frames() -> None:
    assert read(
        'PERFORMER "Ann"', 'TITLE "Emma"', 'FILE "a.mp3" MP3',
        "  TRACK 01 AUDIO", '    TITLE "Ball"', "    INDEX 00 00:00:00", "    INDEX 01 00:01:15",
        "  track 2 audio", "    title  Walk home", "    index 1 100:02:00", "    INDEX 02 101:00:00",
        "  TRACK 03 AUDIO", "    INDEX 01 101:00:00",
    ) == {"a.mp3": [(1.2, "Ball"), (6002.0, "Walk home"), (6060.0, "")]}  # fmt: skip


def test_sheet_of_several_files_gives_each_its_own() -> None:
    assert read(
        r'FILE "D:\Books\a.mp3" WAVE', "TRACK 01 AUDIO", "INDEX 01 00:00:00", "FILE b.mp3 MP3", 'FILE "c.mp3" MP3',
        "TRACK 02 AUDIO", "INDEX 01 00:03:00",
    ) == {"a.mp3": [(0.0, "")], "c.mp3": [(3.0, "")]}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_sheet_is_read_in_its_encoding_without_zero_bytes(tmp_path: Path, encoding: str) -> None:
    sheet = 'FILE "größe.mp3" MP3\n\0TRACK 01 AUDIO\nTITLE "Fr\0ühling"\nINDEX 01 00:00:00\n'
    (tmp_path / "a.cue").write_bytes(sheet.encode(encoding))
    assert Beside(str(tmp_path), ["a.cue"]).completed("größe.mp3", Tags()).cue == "0.000 Frühling"


def test_sheet_has_as_many_chapters_as_a_recording_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cue, "MAX_CHAPTERS", 2)
    assert len(read('FILE "a.mp3" MP3', *["INDEX 01 00:00:00"] * 3)["a.mp3"]) == 2


def test_chapters_are_packed_and_read_again() -> None:
    chapters = [Chapter(0.0, "One two"), Chapter(61.25, "")]
    assert pack_chapters(chapters) == "0.000 One two\n61.250 "
    assert list(chapters_of(pack_chapters(chapters))) == chapters


@pytest.mark.parametrize(
    ("sheet", "chapters", "names", "found"),
    [
        ("all.cue", {"a.mp3": "0.000 A", "b.mp3": "0.000 B"}, ["a.mp3", "b.mp3"], "0.000 A"),
        ("all.cue", {"a.wav": "0.000 A"}, ["a.mp3"], ""),
        ("a.cue", {"a.wav": "0.000 A"}, ["a.mp3"], "0.000 A"),
        ("a.mp3.cue", {"a.wav": "0.000 A"}, ["a.mp3"], "0.000 A"),
        ("a.cue", {"a.wav": "0.000 A"}, ["a.mp3", "a.wav"], ""),
        ("a.cue", {"a.wav": "0.000 A", "b.wav": "0.000 B"}, ["a.mp3"], ""),
        ("a.cue", {}, ["a.mp3"], ""),
    ],
)
def test_sheet_belongs_to_what_it_names_or_lies_beside(
    sheet: str, chapters: dict[str, str], names: list[str], found: str
) -> None:
    assert cue_of("a.mp3", {"other.cue": {"x.mp3": "0.000 X"}, sheet: chapters}, [*names, sheet]) == found


def test_title_of_a_track_is_cut_at_300_characters() -> None:
    ((_, title),) = read('FILE "a.mp3" MP3', f'TITLE "{"x" * 301}"', "INDEX 01 00:00:00")["a.mp3"]
    assert title == "x" * 299 + "…"
