"""Chained Ogg files, made of two real ones: their length, a place in the second, and their end."""

import os
from pathlib import Path

import pytest

from tests.audio.test_player_contract import open_real
from tests.sources.folders.sounds import make_au
from tui_pod.audio.contents import read_contents
from tui_pod.audio.ogg import read_links
from tui_pod.audio.opus import SPEECH, encode_opus
from tui_pod.core.player.events import FileEnded, SeekFinished
from tui_pod.sources.folders.tags import read_file


@pytest.fixture
def chained(tmp_path: Path) -> Path:
    """A file of 4 s and then 6 s, whose name has what an address must quote."""
    path = tmp_path / "ä;,%3%=.ogg"
    for seconds in (4.0, 6.0):
        encode_opus(make_au(tmp_path / "a.au", seconds), tmp_path / "a.opus", SPEECH)
        with path.open("ab") as file:
            file.write((tmp_path / "a.opus").read_bytes())
    return path


def links(path: Path) -> list[float]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return [round(seconds, 1) for _, _, seconds in read_links(descriptor)]
    finally:
        os.close(descriptor)


def test_chained_ogg_is_listed_played_and_cut_by_its_whole_length(chained: Path, tmp_path: Path) -> None:
    assert read_file(str(chained))[1].duration == pytest.approx(10, abs=0.1)
    assert read_contents([str(chained)])[str(chained)].duration == pytest.approx(10, abs=0.1)
    rig = open_real()
    try:
        assert rig.load(chained, is_paused=True).duration == pytest.approx(10, abs=0.1)
        rig.player.seek(9.0)
        rig.wait_for(SeekFinished, 1)
        assert rig.player.position() == pytest.approx(9, abs=0.1)
        rig.player.set_paused(False)
        end = rig.wait_for(FileEnded, 1)
        assert isinstance(end, FileEnded)
        assert end.position == pytest.approx(10, abs=0.2)
        wav = make_au(tmp_path / "b.au", 3.0)
        assert rig.load(wav, 2, is_paused=True).duration == pytest.approx(3, abs=0.1)
    finally:
        rig.close()
    encode_opus(chained, tmp_path / "clip.opus", SPEECH, start="3", end="7")
    assert read_file(str(tmp_path / "clip.opus"))[1].duration == pytest.approx(4, abs=0.1)


def test_only_whole_recordings_are_links(chained: Path, tmp_path: Path) -> None:
    content = chained.read_bytes()
    assert links(chained) == [4.0, 6.0]
    chained.write_bytes(content[:-5])
    assert links(chained)[0] == 4.0 < links(chained)[1]
    for other in (
        content[:100] + b"x" + content[100:],
        content[: content.rindex(b"OpusHead") - 28],
        b"",
        b"OggS",
        content.replace(b"OpusHead", b"OpusHEAD"),
    ):
        chained.write_bytes(other)
        assert links(chained) == []
