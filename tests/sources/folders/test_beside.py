"""What lies beside a recording tells about it, and about nothing else."""

import os
from pathlib import Path

import pytest

from tui_pod.shelf.published import Tags
from tui_pod.sources.folders.beside import Beside

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
