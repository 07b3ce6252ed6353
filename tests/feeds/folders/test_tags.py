"""The tags of a sound file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.feeds.folders.shelf import Shelf
from tui_pod.feeds.folders import tags


def test_tags_are_read_and_cleaned(shelf: Shelf) -> None:
    shelf.put("a.mp3", "Evil \x1b[2J title", TPE1="Ann", TALB="Tales")
    shelf.add()
    episode = shelf.library().episode(0)
    assert (episode.title, episode.summary) == ("Evil [2J title", "Ann · Tales")
    assert episode.audio == str(shelf.folder / "a.mp3")
    assert episode.duration == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("junk", [bytes(3_000_000), b"\xff" * 3_000_000, b"ID3\x03\0\0\x7f\x7f\x7f\x7f" + b"a" * 999])
def test_file_that_is_no_sound_has_no_tags(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "junk.mp3"
    path.write_bytes(junk)
    assert tags.read_file(str(path))[1] == tags.Tags()
