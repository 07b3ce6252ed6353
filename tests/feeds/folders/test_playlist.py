from pathlib import Path

from tests.feeds.folders.sounds import make_mp3
from tui_pod.feeds.store.feed_store import FeedStore
from tui_pod.feeds.subscribe import subscribe
from tui_pod.library.cache import load_library


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
