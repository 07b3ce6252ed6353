import os
from pathlib import Path

import pytest

from tests.sources.folders.sounds import make_mp3
from tui_pod.library.cache import load_library
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.sources.folders.listing import read_playlist
from tui_pod.sources.table import subscribe


def add(tmp_path: Path, content: bytes) -> tuple[FeedStore, list[str], list[str | None]]:
    """Add a playlist; return the store, and the titles and recordings of its episodes."""
    path = tmp_path / "list.m3u"
    path.write_bytes(content)
    store = FeedStore(tmp_path / "data")
    subscribe(store, str(path))
    library = load_library([], tmp_path / "cache", tmp_path / "data").library
    return store, library.titles, [library.episode(index).audio for index in range(len(library))]


def test_playlist_has_its_files_and_addresses_in_its_order(tmp_path: Path) -> None:
    two = make_mp3(tmp_path / "b" / "two.mp3", "Two")
    one = make_mp3(tmp_path / "one.mp3")
    lines = f"#EXTM3U\n#EXTINF:12,Second first\nb/two.mp3\r\none.mp3\nfile://{two}\nhttps://example.org/x.mp3?a=1\n"
    _, titles, audio = add(tmp_path, lines.encode())
    assert titles == ["Second first", "one", "x.mp3"]
    assert audio == [str(two), str(one), "https://example.org/x.mp3?a=1"]


def test_playlist_of_other_encodings_and_systems_is_read(tmp_path: Path) -> None:
    make_mp3(tmp_path / "Bücher" / "größe.mp3")
    _, titles, _ = add(tmp_path, "Bücher\\größe.mp3\n".encode("latin-1"))
    assert titles == ["größe"]


def test_playlist_entries_that_cannot_be_had_are_counted(tmp_path: Path) -> None:
    make_mp3(tmp_path / "one.mp3")
    (tmp_path / "link.mp3").symlink_to("/dev/zero")
    store, titles, _ = add(tmp_path, b"one.mp3\nnot/there.mp3\n/etc/passwd\nlink.mp3\ncdda://1\n\0\n")
    assert titles == ["one"]
    assert store.take_notices() == [f"{tmp_path / 'list.m3u'}: 4 entries cannot be read."]


def test_playlist_is_read_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "list.m3u"
    path.write_text("a.mp3\nb.mp3\na.mp3\nc.mp3\n")
    entries, unusable = read_playlist(str(path), 2)
    assert ([Path(entry.place).name for entry in entries], unusable) == (["a.mp3", "b.mp3"], 0)


def test_length_of_zero_or_less_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "list.m3u"
    path.write_text("#EXTINF:61,A\na.mp3\n#EXTINF:0,B\nb.mp3\n#EXTINF:-1,C\nc.mp3\n")
    entries, _ = read_playlist(str(path), 9)
    assert [(entry.title, entry.duration) for entry in entries] == [("A", 61.0), ("B", None), ("C", None)]


def test_playlist_of_16_megabytes_is_read_and_no_larger_one(tmp_path: Path) -> None:
    path = tmp_path / "list.m3u"
    path.write_text("a.mp3\n")
    os.truncate(path, 16 * 1024 * 1024)
    assert len(read_playlist(str(path), 9)[0]) == 1
    os.truncate(path, 16 * 1024 * 1024 + 1)
    with pytest.raises(OSError, match="larger than 16 MB"):
        read_playlist(str(path), 9)


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("100%25.mp3", "{}/100%25.mp3"),
        ("file:///x/100%25.mp3", "/x/100%.mp3"),
        ("file://localhost/x/a.mp3", "/x/a.mp3"),
        ("../a.MP3", "{}/../a.MP3"),
        ("/x/./a.mp3", "/x/a.mp3"),
        (r"Disc 1\a.mp3", "{}/Disc 1/a.mp3"),
        (r"there\is one.mp3", r"{}/there\is one.mp3"),
        ("HTTPS://Example.org/a?b=1", "https://example.org/a?b=1"),
        ("http://u:p@example.org/", None),
        ("notes.txt", None),
    ],
)
def test_line_is_a_path_as_written_or_an_address(tmp_path: Path, line: str, place: str | None) -> None:
    (tmp_path / r"there\is one.mp3").write_bytes(b"x")
    (tmp_path / "list.m3u").write_text(f"{line}\n")
    entries, unusable = read_playlist(str(tmp_path / "list.m3u"), 9)
    wanted = [os.path.normpath(place.format(tmp_path))] if place and "://" not in place else [place] if place else []
    assert ([entry.place for entry in entries], unusable) == (wanted, 0 if place else 1)
    assert [entry.is_file for entry in entries] == ["://" not in found for found in wanted]


def test_what_is_said_of_an_entry_is_of_that_line_alone(tmp_path: Path) -> None:
    (tmp_path / "list.m3u").write_text("#EXTINF:12.5 tag=1,A\nnotes.txt\n\na.mp3\n#EXTINF:7,B\n#comment\nb.mp3\n")
    entries, _ = read_playlist(str(tmp_path / "list.m3u"), 9)
    assert [(entry.title, entry.duration) for entry in entries] == [("", None), ("B", 7.0)]


def test_entry_without_tags_has_the_length_and_title_of_the_playlist(tmp_path: Path) -> None:
    make_mp3(tmp_path / "one.mp3", "Tagged")
    content = b"#EXTINF:61,Listed\nhttp://example.org/x/talk.mp3?a=/b\n#EXTINF:62,\none.mp3\nnotes.txt\n"
    store, titles, _ = add(tmp_path, content)
    assert titles == ["Listed", "Tagged"]
    library = load_library([], tmp_path / "cache", tmp_path / "data").library
    assert [round(library.episode(index).duration or 0) for index in (0, 1)] == [61, 1]
    assert store.take_notices() == [f"{tmp_path / 'list.m3u'}: 1 entry cannot be read."]
