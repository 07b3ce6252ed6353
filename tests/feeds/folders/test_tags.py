"""The tags of a sound file."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import pytest

from tests.feeds.folders.shelf import Shelf
from tests.feeds.folders.sounds import make_long_mp3, make_mp3, make_webm
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


@pytest.mark.parametrize("place", ["start", "middle", "end"])
def test_key_is_made_of_start_middle_and_end(tmp_path: Path, place: str) -> None:
    size = 10 * tags.SAMPLE
    starts = {"start": 0, "middle": size // 2, "end": size - 1}
    keys = set[str]()
    for name in ("one", "two"):
        content = bytearray(size)
        content[starts[place]] = len(keys)
        (tmp_path / f"{name}.mp3").write_bytes(content)
        keys.add(tags.read_file(str(tmp_path / f"{name}.mp3"))[0])
    assert len(keys) == 2


def test_key_of_a_moved_file_stays_and_that_of_another_length_differs(tmp_path: Path) -> None:
    keys = []
    for name, size in (("one", 100), ("two", 100), ("three", 101)):
        (tmp_path / f"{name}.mp3").write_bytes(bytes(size))
        keys.append(tags.read_file(str(tmp_path / f"{name}.mp3"))[0])
    assert (keys[0] == keys[1], keys[0] == keys[2]) == (True, False)


def test_key_stays_when_the_frame_with_facts_on_an_mp3_file_is_written_again(tmp_path: Path) -> None:
    keys = set[str]()
    for encoder in (b"Lavc61", b"Lavf\0\0"):
        frame = b"\xff\xfb\x90\x00" + bytes(32) + b"Info\0\0\0\x0f" + bytes(112) + encoder + bytes(259)
        (tmp_path / "a.mp3").write_bytes(frame + bytes(10 * tags.SAMPLE))
        keys.add(tags.read_file(str(tmp_path / "a.mp3"))[0])
    assert len(keys) == 1


@pytest.mark.parametrize(("text", "track"), [("1", 1), ("0", None), ("7/9", 7), ("100000", 100_000), ("100001", None)])
def test_track_is_a_number_within_reason(tmp_path: Path, text: str, track: int | None) -> None:
    path = make_mp3(tmp_path / "a.mp3", "A", text)
    assert tags.read_file(str(path))[1].track == track


def test_webm_has_its_title_and_duration(tmp_path: Path) -> None:
    found = tags.read_file(str(make_webm(tmp_path / "talk.webm", 754.5, "The Talk")))[1]
    assert found == tags.Tags("The Talk", duration=754.5)


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("inf"), float("nan"), 1e12])
def test_webm_with_a_senseless_duration_has_none(tmp_path: Path, seconds: float) -> None:
    assert tags.read_file(str(make_webm(tmp_path / "talk.webm", seconds)))[1].duration is None


@pytest.mark.parametrize("cut", range(4, 110, 5))
def test_webm_that_is_cut_is_read_as_far_as_it_goes(tmp_path: Path, cut: int) -> None:
    path = make_webm(tmp_path / "talk.webm", 60.0)
    path.write_bytes(path.read_bytes()[:cut])
    assert tags.read_file(str(path))[1].duration in (None, 60.0)


def test_duration_is_that_of_the_content_under_a_wrong_name(tmp_path: Path) -> None:
    path = tmp_path / "talk.mp3"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 8000 * 7))
    assert tags.read_file(str(path))[1].duration == pytest.approx(7.0)


def test_kind_of_a_file_under_a_wrong_name_is_that_of_its_first_bytes(tmp_path: Path) -> None:
    path = tmp_path / "talk.mp3"
    facts = bytes(10) + (8000 << 44 | 15 << 36 | 7 * 8000).to_bytes(8, "big") + bytes(16)  # rate, bits, samples
    path.write_bytes(b"fLaC\x80\0\0\x22" + facts + b"\xff\xf8" * 100)
    assert tags.read_file(str(path))[1].duration == pytest.approx(7.0)


@pytest.mark.parametrize("share", [1.0, 0.8])
def test_duration_of_a_file_that_was_cut_off_is_what_is_left_of_it(tmp_path: Path, share: float) -> None:
    path = make_long_mp3(tmp_path / "a.mp3", 100)
    content = bytearray(path.read_bytes())
    at = content.index(b"\xff\xfb") + 36
    content[at : at + 16] = b"Xing" + struct.pack(">III", 3, 3_800, 3_800 * 417)  # flags, frames, bytes
    path.write_bytes(content[: int(len(content) * share)])
    assert tags.read_file(str(path))[1].duration == pytest.approx(99.3 * share, rel=0.01)


def test_key_stays_when_the_tags_change(tmp_path: Path) -> None:
    path = make_mp3(tmp_path / "a.mp3", "Title")
    key = tags.read_file(str(path))[0]
    make_mp3(path, "Another title", "7", TALB="Emma", TPE1="Jane Austen" * 1_000)
    with path.open("ab") as file:
        file.write(b"TAG" + bytes(125))
    assert tags.read_file(str(path))[0] == key
    path.write_bytes(path.read_bytes()[:-400] + bytes(400))
    assert tags.read_file(str(path))[0] != key


@pytest.mark.parametrize("is_index_first", [True, False])
def test_key_of_an_mp4_file_is_that_of_its_sound(tmp_path: Path, is_index_first: bool) -> None:
    def write(index: bytes) -> str:
        boxes = [_box(b"moov", index), _box(b"mdat", bytes(range(256)) * 200)]
        path = tmp_path / "a.m4b"
        path.write_bytes(_box(b"ftyp", b"M4B ") + b"".join(boxes if is_index_first else boxes[::-1]))
        return tags.read_file(str(path))[0]

    assert write(b"short") == write(bytes(100_000))


def _box(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4) + kind + content


def test_key_of_a_flac_file_is_that_of_its_frames(tmp_path: Path) -> None:
    def write(comment: bytes) -> str:
        path = tmp_path / "a.flac"
        blocks = b"\0\0\0\x22" + bytes(34) + b"\x84" + len(comment).to_bytes(3) + comment
        path.write_bytes(b"fLaC" + blocks + b"\xff\xf8" * 9_000)
        return tags.read_file(str(path))[0]

    assert write(b"short") == write(bytes(9_000))


def test_key_of_an_ogg_file_is_that_of_its_sound(tmp_path: Path) -> None:
    def page(granule: int, content: bytes) -> bytes:
        lacing = bytes([255] * (len(content) // 255) + [len(content) % 255])
        head = b"OggS\0\0" + granule.to_bytes(8, "little") + bytes(12) + bytes([len(lacing)])
        return head + lacing + content

    def key(comment: bytes, sound: bytes) -> str:
        path = tmp_path / "a.opus"
        path.write_bytes(page(0, b"OpusHead") + page(0, b"OpusTags" + comment) + page(960, sound) + page(1920, b"end"))
        return tags.read_file(str(path))[0]

    assert key(b"Emma", b"words") == key(b"Emma, read by Ann" * 50, b"words") != key(b"Emma", b"wordy")
