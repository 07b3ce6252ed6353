"""The tags of a sound file."""

import contextlib
import os
import struct
import wave
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.sources.folders.shelf import Shelf
from tests.sources.folders.sounds import make_long_mp3, make_m4b, make_mp3
from tui_pod.shelf.published import Tags
from tui_pod.sources.folders import tags
from tui_pod.sources.foreign_texts import ForeignTexts


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
    assert tags.read_file(str(path))[1] == Tags()


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


@pytest.mark.parametrize(("text", "track"), [("1", 1), ("0", None), ("7/9", 7), ("100000", 100_000), ("100001", None)])
def test_track_is_a_number_within_reason(tmp_path: Path, text: str, track: int | None) -> None:
    path = make_mp3(tmp_path / "a.mp3", "A", text)
    assert tags.read_file(str(path))[1].track == track


def test_duration_is_that_of_the_content_under_a_wrong_name(tmp_path: Path) -> None:
    path = tmp_path / "talk.mp3"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 8000 * 7))
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


def key_of(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return tags.read_file(str(path))[0]


SOUND = bytes(range(256)) * 200


def test_key_of_an_mp4_file_is_that_of_its_largest_sound_however_its_length_is_written(tmp_path: Path) -> None:
    start, path = _box(b"ftyp", b"M4B "), tmp_path / "a.m4b"
    long = (1).to_bytes(4) + b"mdat" + (16 + len(SOUND)).to_bytes(8) + SOUND
    files = (
        start + _box(b"mdat", SOUND),
        start + long + _box(b"free", b"x"),
        start + bytes(4) + b"mdat" + SOUND,
        start + _box(b"mdat", b"a" * 300) + _box(b"mdat", SOUND) + _box(b"mdat", b"b" * 500) + b"\0\0\0",
        start + _box(b"free", b"") * 62 + _box(b"mdat", SOUND),
    )
    assert len({key_of(path, content) for content in files}) == 1
    others = (
        start + _box(b"free", b"") * 63 + _box(b"mdat", SOUND),
        start + b"\0\0\0\4free" + _box(b"mdat", SOUND),
        start + SOUND,
    )
    assert key_of(path, files[0]) not in {key_of(path, content) for content in others}


@pytest.mark.parametrize("content", [b"TAG" + bytes(9), b"", b"x", b"ID3\x03\0\0", b"ID3\x03\0\0\0\0\x7f\x7f"])
def test_key_of_a_file_of_tags_alone_is_that_of_all_of_it(tmp_path: Path, content: bytes) -> None:
    assert key_of(tmp_path / "a.mp3", content) != key_of(tmp_path / "a.mp3", content + b"x")


@pytest.mark.parametrize("at", [13, 21, 36])
@pytest.mark.parametrize("mark", [b"Info", b"Xing"])
def test_key_has_none_of_the_facts_in_the_first_frame(tmp_path: Path, mark: bytes, at: int) -> None:
    def key(before: bytes, fact: bytes) -> str:
        head = (b"\xff\xfb\x90" + before).ljust(at, b"\0") + mark + fact
        return key_of(tmp_path / "a.mp3", head.ljust(192, b"\0") + SOUND)

    assert key(b"", b"one") == key(b"", b"two") == key(b"\1", b"one")
    assert key_of(tmp_path / "a.mp3", SOUND + mark + SOUND) != key_of(tmp_path / "a.mp3", SOUND + b"xxxx" + SOUND)


@pytest.mark.parametrize(
    ("name", "seconds", "chapters"),
    [("a.m4a", 1201, None), ("a.m4a", 1199, ""), ("a.m4b.m4a", 9, ""), ("a.M4B", 9, None)],
)
def test_chapters_in_a_file_are_asked_for_if_it_is_long_or_a_book(
    tmp_path: Path, name: str, seconds: int, chapters: str | None
) -> None:
    found = tags.read_file(str(make_m4b(tmp_path / name, seconds, {})))[1]
    assert (found.inside, found.chapters) == (chapters, "")
    assert found._replace(inside="0.000 In it").chapters == "0.000 In it"
    assert found._replace(inside="0.000 In it", cue="0.000 Beside").chapters == "0.000 Beside"


def test_chapters_in_an_mp4_book_are_asked_for_and_in_an_mp3_are_not(tmp_path: Path) -> None:
    found = tags.read_file(str(make_m4b(tmp_path / "a.m4b", 2, {0: "One"}, "Title", "Album")))[1]
    assert (found.title, found.album, found.inside) == ("Title", "Album", None)
    assert found.duration == pytest.approx(2.0)
    assert tags.read_file(str(make_mp3(tmp_path / "b.m4b")))[1].inside == ""


@pytest.mark.parametrize(
    ("frames", "found"),
    [
        ({"TPE1": "Ann", "TPE2": "All"}, {"artist": "Ann", "author": "All"}),
        ({"TPE2": "All"}, {"artist": "All", "author": "All"}),
        ({"TPE1": "Ann", "TCOM": "Bo"}, {"artist": "Ann", "author": "Ann", "narrator": "Bo"}),
        ({"TPE1": "Ann", "TCOM": "Ann"}, {"artist": "Ann", "author": "Ann"}),
        ({"TCOM": "Bo", "TXXX": "narrator\0Cy"}, {"narrator": "Cy"}),
        ({"TXXX": "series\0Ships"}, {"series": "Ships"}),
        ({"MVNM": "Ships", "MVIN": "2/9"}, {"series": "Ships 2"}),
        ({"MVNM": "Ships", "TXXX": "series-part\0" + "1.5"}, {"series": "Ships 1.5"}),
        ({"TXXX": "series-part\0" + "2"}, {}),
        ({"TXXX": "description\0About it"}, {"description": "About it"}),
        ({"TYER": "about 1815, not 1816"}, {"year": "1815"}),
        ({"TYER": " " * 48 + "1815"}, {}),
        ({"TCON": "x" * 101}, {"genre": "x" * 99 + "…"}),
        ({"TALB": "x" * 301}, {"album": "x" * 299 + "…"}),
        ({"TPOS": "2/3"}, {"disc": 2}),
    ],
    ids=str,
)
def test_tags_of_an_mp3_file_are_told(tmp_path: Path, frames: dict[str, str], found: dict[str, object]) -> None:
    read = tags.read_file(str(make_mp3(tmp_path / "a.mp3", **frames)))[1]
    assert read._replace(duration=None)._asdict() == Tags()._asdict() | found


def test_file_of_a_programming_language_is_no_recording(tmp_path: Path) -> None:
    (tmp_path / "a.TS").write_text("import x")
    with pytest.raises(OSError, match="not a recording"):
        tags.read_file(str(tmp_path / "a.TS"))
    (tmp_path / "b.ts").write_bytes(b"G" + bytes(400))
    assert tags.read_file(str(tmp_path / "b.ts"))[1] == Tags()


def test_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").symlink_to(make_mp3(tmp_path / "b.mp3"))
    with pytest.raises(OSError, match=os.strerror(40)):
        tags.read_file(str(tmp_path / "a.mp3"))


def seven(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def frame(name: bytes, body: bytes, flags: int = 0) -> bytes:
    return name + seven(len(body)) + bytes((0, flags)) + body


def write_tag(path: Path, version: int, flags: int, body: bytes, end: bytes = b"") -> Tags:
    """Write a file of a second with this ID3v2 tag, none if it is empty; return its tags as they are read."""
    sound = make_mp3(path).read_bytes().partition(b"\xff\xfb\x90")
    head = b"ID3" + bytes((version, 0, flags)) + seven(len(body)) + body if body else b""
    path.write_bytes(head + sound[1] + sound[2] + end)
    return tags.read_file(str(path))[1]


@pytest.mark.parametrize("version", [3, 4])
def test_title_of_an_unsynchronised_tag_is_whole(tmp_path: Path, version: int) -> None:
    title, artist = (b"\x01" + text.encode("utf-16") for text in ("Übung", "Änn"))
    if version == 3:
        body = (frame(b"TIT2", title) + frame(b"TPE1", artist)).replace(b"\xff", b"\xff\0")
    else:
        body = frame(b"TIT2", title.replace(b"\xff", b"\xff\0"), 2)
        body += frame(b"TPE1", seven(len(artist)) + artist.replace(b"\xff", b"\xff\0"), 3)
    found = write_tag(tmp_path / "a.mp3", version, 0x80, body)
    assert (found.title, found.artist) == ("Übung", "Änn")
    assert found.duration == pytest.approx(1.0, abs=0.1)


def test_all_artists_the_date_and_the_text_of_a_tag_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    body = frame(b"TPE1", b"\x03Ann\0Bob\0Ann") + frame(b"TDRC", b"\x032019") + frame(b"TDRL", b"\x032021-02-03")
    assert tags.read_lyrics(str(make_mp3(path))) is None
    found = write_tag(path, 4, 0, body + frame(b"USLT", b"\x03eng\0First\nSecond"))
    assert (found.artist, found.year, found.has_lyrics) == ("Ann, Bob", "2019", True)
    assert found.published == datetime(2021, 2, 3, tzinfo=UTC).timestamp()
    assert tags.read_lyrics(str(path)) == "First\nSecond"
    timed = frame(b"SYLT", b"\x03eng\x02\x01\0Hello\0" + struct.pack(">I", 61_500))
    write_tag(path, 4, 0, frame(b"USLT", b"\x03eng\0Hello") + timed)
    assert tags.read_lyrics(str(path)) == "[01:01.50]Hello"


@pytest.mark.parametrize(
    ("info", "names", "artists"),
    [
        ("ann", "Ann", "ann"),
        ("Ann; Bob", "Bob\0Ann", "Ann; Bob"),
        ("Jos\xe9", "José", "José"),
        ("A/B", "C", "A/B, C"),
        ("Jos\xe9", "Josef", "Josef, Jos\ufffd"),
    ],
)
def test_artist_in_two_kinds_of_tags_is_named_once(tmp_path: Path, info: str, names: str, artists: str) -> None:
    body = frame(b"TPE1", b"\x03" + names.encode())
    chunks = b"".join(
        name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
        for name, content in (
            (b"LIST", b"INFOIART" + struct.pack("<I", len(info)) + info.encode("latin-1") + bytes(len(info) % 2)),
            (b"id3 ", b"ID3\4\0\0" + seven(len(body)) + body),
        )
    )
    (tmp_path / "a.wav").write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
    assert tags.read_file(str(tmp_path / "a.wav"))[1].artist == artists


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Café “Übung” – 1", "cp1252"), ("Война и мир", "cp1251"), ("Война и мир", "utf-8"), ("Déjà vu", "latin-1")],
)
def test_title_in_an_old_tag_is_read_in_its_encoding(tmp_path: Path, text: str, encoding: str) -> None:
    old = b"TAG" + text.encode(encoding).ljust(125, b"\0")
    assert write_tag(tmp_path / "a.mp3", 3, 0, b"", old).title == text
    if encoding != "utf-8":
        assert write_tag(tmp_path / "a.mp3", 3, 0, frame(b"TIT2", b"\0" + text.encode(encoding))).title == text


@pytest.mark.parametrize("old", [b"", b"TAG" + b"Cut".ljust(125, b"\0")])
def test_ape_tag_counts_more_than_an_old_one(tmp_path: Path, old: bytes) -> None:
    fields = {"Title": "Ä whole title", "Artist": "Ann\0Bob", "Track": "3/9", "Year": "2020-01-02", "Lyrics": "Words"}
    items = b"".join(
        struct.pack("<II", len(text.encode()), 0) + name.encode() + b"\0" + text.encode()
        for name, text in fields.items()
    )
    ape = items + b"APETAGEX" + struct.pack("<IIII", 2000, len(items) + 32, 5, 0) + bytes(8)
    found = write_tag(tmp_path / "a.mp3", 3, 0, b"", ape + old)
    assert (found.title, found.artist, found.track, found.year) == ("Ä whole title", "Ann, Bob", 3, "2020")
    assert tags.read_lyrics(str(tmp_path / "a.mp3")) == "Words"
    other = tmp_path / "a.ape"  # which the reader of tags does not know
    other.write_bytes(b"MAC " + bytes(2000) + ape + old)
    assert tags.read_file(str(other))[1][:3] == found[:3]


def test_text_in_a_recording_is_its_transcript_and_one_beside_it_may_have_zeros(shelf: Shelf) -> None:
    write_tag(shelf.folder / "a.mp3", 4, 0, frame(b"USLT", b"\x03eng\0A rare word"))
    shelf.add()
    episode = shelf.library().episode(0)
    assert episode.transcript == episode.audio
    with contextlib.closing(ForeignTexts()) as texts:
        assert [cue.text for cue in texts.transcript_in(shelf.folder / "a.mp3", 1.0).cues] == ["A rare word"]
        (shelf.folder / "b.srt").write_bytes("Ein Wört".encode("utf-16"))  # which has zeros, as recordings have
        assert [cue.text for cue in texts.transcript_in(shelf.folder / "b.srt", 1.0).cues] == ["Ein Wört"]


@pytest.mark.parametrize(
    ("frames", "day"),
    [
        ({"TDRC": "2005-06-07"}, "2005-06-07"),
        ({"TDRC": "2005-06-07T20:30:00"}, "2005-06-07"),
        ({"TDRC": "2005/06/07"}, "2005-06-07"),
        ({"TDRC": "2008.05.25"}, "2008-05-25"),
        ({"TDRC": "2005", "TDRL": "2006-01-02"}, "2006-01-02"),
        ({"TYER": "2005", "TDAT": "0706"}, "2005-06-07"),
        ({"TYER": "2005", "TDAT": "0031"}, None),
        ({"TYER": "2005", "TDAT": "x706"}, None),
        ({"TYER": "2005"}, None),
        ({"TDRC": "2005-06"}, None),
        ({"TDRC": "2005-06-071"}, None),
        ({"TDAT": "0706"}, None),
        ({}, None),
    ],
)
def test_full_date_of_a_tag_is_read_in_each_spelling(tmp_path: Path, frames: dict[str, str], day: str | None) -> None:
    found = tags.read_file(str(make_mp3(tmp_path / "a.mp3", "A", **frames)))[1]
    assert (found.published and f"{datetime.fromtimestamp(found.published, UTC):%F}") == day
    assert found.year == next((text[:4] for name, text in frames.items() if name in ("TDRC", "TYER")), "")


@pytest.mark.parametrize(
    ("text", "encoding", "read"),
    [
        ("海上的船只与港口", "gb2312", "海上的船只与港口"),
        ("第一集 大海", "gb2312", "第一集 大海"),
        ("一二三四五六七八九十一二三四五", "gb2312", "一二三四五六七八九十一二三四五"),
        ("Война и мир, часть первая", "cp1251", "Война и мир, часть первая"),
        ("«Ёлка» и №7", "cp1251", "«Ёлка» и №7"),
        ("¿Qué pasó? ¡Olé!", "cp1252", "¿Qué pasó? ¡Olé!"),
        ("£5 · ½ · ©", "cp1252", "£5 · ½ · ©"),
    ],
)
def test_old_tag_may_be_chinese(tmp_path: Path, text: str, encoding: str, read: str) -> None:
    old = b"TAG" + text.encode(encoding)[:30].ljust(125, b"\0")
    assert write_tag(tmp_path / "a.mp3", 3, 0, b"", old).title == read


def test_chinese_title_cut_in_a_character_loses_only_that(tmp_path: Path) -> None:
    old = b"TAG" + ("a" + "海上的船只与港口" * 2).encode("gb2312")[:30] + b"x" * 95
    assert write_tag(tmp_path / "a.mp3", 3, 0, b"", old).title == "a" + ("海上的船只与港口" * 2)[:14]


def test_comment_that_ffmpeg_writes_is_the_description(tmp_path: Path) -> None:
    comment = frame(b"TXXX", b"\x03comment\0About ships")
    assert write_tag(tmp_path / "a.mp3", 4, 0, comment).description == "About ships"
    named = frame(b"COMM", b"\x03eng_comment\0About harbours")
    assert write_tag(tmp_path / "b.mp3", 4, 0, named).description == "About harbours"
