"""What lies beside a recording tells about it, and about nothing else.

Cue sheets are read whatever program wrote them, and belong to the recordings that they name.
"""

import os
from pathlib import Path

import pytest

from tui_pod.core.player.snapshot import Chapter, chapters_of, pack_chapters
from tui_pod.shelf.published import Tags
from tui_pod.sources.folders import cue
from tui_pod.sources.folders.beside import Beside
from tui_pod.sources.folders.cue import cue_of, read_cue

TAGS = Tags("A", description="Tagged", narrator="Tagged")


def beside(folder: Path, above: Beside | None = None) -> Beside:
    return Beside(str(folder), os.listdir(folder), above)


def test_recording_with_nothing_beside_it_has_its_own_tags(tmp_path: Path) -> None:
    (tmp_path / "notes.pdf").write_text("x")
    assert beside(tmp_path).completed("a.mp3", TAGS) is TAGS


def test_what_is_no_longer_beside_a_recording_is_forgotten(tmp_path: Path) -> None:
    assert beside(tmp_path).completed("a.mp3", TAGS._replace(transcript="a.vtt")) == TAGS
    assert beside(tmp_path).completed("a.mp3", TAGS._replace(cue="0.000 One")) == TAGS
    assert beside(tmp_path).completed("a.mp3", TAGS._replace(folder_description="Gone", folder_narrator="Gone")) == TAGS


def test_all_that_is_beside_a_recording_is_told(tmp_path: Path) -> None:
    for name, text in (
        ("DESC.txt", "About\nit"), ("reader.txt", "Ann"), ("a.SRT", "x"), ("b.vtt", "x"),
        ("all.CUE", 'FILE "a.mp3" MP3\nTRACK 1 AUDIO\nTITLE One\nINDEX 01 00:00:00'),
    ):  # fmt: skip
        (tmp_path / name).write_text(text)
    assert beside(tmp_path).completed("Books/a.mp3", TAGS) == TAGS._replace(
        folder_description="About it", folder_narrator="Ann", transcript="a.SRT", cue="0.000 One"
    )


def test_text_that_is_empty_leaves_what_is_tagged_and_a_long_name_is_cut(tmp_path: Path) -> None:
    (tmp_path / "desc.txt").write_text(" \n")
    (tmp_path / "reader.txt").write_text("x" * 301)
    found = beside(tmp_path).completed("a.mp3", TAGS)
    assert (found.best_description, len(found.best_narrator)) == ("Tagged", 300)


def test_text_is_read_up_to_256_kilobytes_of_which_a_summary_is_shown(tmp_path: Path) -> None:
    (tmp_path / "desc.txt").write_text(" " * (256 * 1024 - 1) + "xy")
    assert beside(tmp_path).completed("a.mp3", TAGS).best_description == "x"


def test_cue_sheet_that_is_too_large_or_no_file_is_told_and_leaves_the_others(tmp_path: Path) -> None:
    for name in ("large.cue", "a.cue"):
        (tmp_path / name).write_text('FILE "a.mp3" MP3\nTRACK 1 AUDIO\nTITLE One\nINDEX 01 00:00:00\n')
    with (tmp_path / "large.cue").open("a") as file:
        file.truncate(256 * 1024 + 1)
    os.mkfifo(tmp_path / "pipe.cue")
    found = beside(tmp_path)
    assert found.completed("a.mp3", TAGS).cue == "0.000 One"
    assert sorted(found.faults) == ["large.cue (larger than 256 KB)", "pipe.cue (not a regular file)"]


def test_texts_of_the_folder_above_serve_where_a_disc_has_none(tmp_path: Path) -> None:
    disc = tmp_path / "CD 1"
    disc.mkdir()
    (tmp_path / "desc.txt").write_text("Of all")
    above = beside(tmp_path)
    assert beside(disc, above).completed("a.mp3", TAGS).best_description == "Of all"
    (disc / "desc.txt").write_text("Of this")
    assert beside(disc, above).completed("a.mp3", TAGS).best_description == "Of this"
    assert beside(disc).completed("a.mp3", TAGS).best_description == "Of this"


def test_link_and_file_that_cannot_be_read_tell_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "desc.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "reader.txt").mkdir()
    assert beside(tmp_path).completed("a.mp3", TAGS) == TAGS


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["a.txt", "a.vtt", "a.srt"], "a.vtt"),
        (["a.mp3.srt", "a.vtt"], "a.vtt"),
        (["a.mp3.srt"], "a.mp3.srt"),
        (["a.en.vtt"], "a.en.vtt"),
        (["a.pt-BR.vtt", "a.json"], "a.pt-BR.vtt"),
        (["a.1.vtt", "b.vtt", "A.vtt"], ""),
    ],
)
def test_transcript_is_the_most_useful_one_of_its_name(tmp_path: Path, names: list[str], found: str) -> None:
    for name in names:
        (tmp_path / name).write_text("x")
    assert beside(tmp_path).transcript("a.mp3") == found


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
