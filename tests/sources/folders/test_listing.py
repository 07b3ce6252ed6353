"""A folder is listed in the order in which it is meant to be heard."""

import os
import shutil
from pathlib import Path

import pytest

from tests.present import present
from tests.sources.folders.shelf import Shelf
from tests.sources.folders.sounds import make_long_mp3, make_mp3
from tui_pod.library.cache import load_library
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.files import guess_notice
from tui_pod.shelf.published import FeedError, Kinds, Listing
from tui_pod.sources.folders.listing import read_listing, read_playlist
from tui_pod.sources.table import subscribe


def test_folder_has_its_files_by_name_with_numbers_counted(shelf: Shelf) -> None:
    for name in ("Part 10.mp3", "Part 2.mp3", "part 1.mp3"):
        shelf.put(name, TPE1=f"The speaker of {name}")
    assert shelf.add().feed.episodes == 3
    assert shelf.course() == ["part 1", "Part 2", "Part 10"]
    assert shelf.library().titles == ["part 1", "Part 2", "Part 10"]  # newest first: all came together


def test_titles_that_are_the_same_in_a_folder_give_way_to_names(shelf: Shelf) -> None:
    for number in (1, 2):
        shelf.put(f"0{number}_The_Voyage.mp3", "The Book")
    shelf.add()
    assert shelf.course() == ["01 The Voyage", "02 The Voyage"]


def test_path_without_sound_is_refused_and_nothing_kept(shelf: Shelf, tmp_path: Path) -> None:
    shelf.folder.mkdir()
    (tmp_path / "notes.docx").write_text("no sound")
    for path, said in (
        (shelf.folder, "There is no audio file in"),
        (tmp_path / "nowhere", "There is no file or folder"),
        (tmp_path / "notes.docx", "is not a folder, a playlist"),
    ):
        with pytest.raises(FeedError, match=said):
            subscribe(shelf.store, str(path))
    assert shelf.store.feeds() == []


def listed(path: Path, known: Listing | None = None, is_same: bool = True, kind: str = "") -> Listing:
    """Return what is in a path, after what was known of it."""
    files = {file.path: file for file in known.files} if known else {}
    return read_listing(str(path), files, CancelToken(), Kinds(kind), is_same)


def titles(listing: Listing) -> list[str]:
    return [item.title for item in listing.items or ()]


def test_item_is_identified_by_its_content_and_a_book_by_its_first_part(tmp_path: Path) -> None:
    make_mp3(tmp_path / "a.mp3", "A")
    shutil.copy(tmp_path / "a.mp3", tmp_path / "b.mp3")
    for number in (1, 2, 3):
        make_mp3(tmp_path / "Emma" / f"{number}.mp3", TALB="Emma")
    listing = listed(tmp_path)
    keys = {file.path: file.key for file in listing.files}
    assert [item.guid for item in listing.items or ()] == [
        keys["a.mp3"], f"{keys['b.mp3']}\0b.mp3", f"book\0{keys['Emma/1.mp3']}",
    ]  # fmt: skip
    assert listing.guessed == {f"book\0{keys['Emma/1.mp3']}": "Emma"}
    assert listed(tmp_path, kind="book").guessed == {}


def test_folder_is_unchanged_if_all_its_files_are(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_mp3(tmp_path / f"{name}.mp3", name)
    first = listed(tmp_path)
    assert first.items is not None
    assert (listed(tmp_path, first).items, listed(tmp_path, first).files) == (None, first.files)
    assert listed(tmp_path, first, is_same=False).items == first.items
    (tmp_path / "b.mp3").unlink()
    assert titles(listed(tmp_path, first)) == ["a"]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["A"], "Shown as a book, as tags and file names suggest: “A”. Its settings can change that."),
        (
            ["A", "B", "C"],
            "Shown as books, as tags and file names suggest: “A”, “B” and “C”. Their settings can change that.",
        ),
        (
            list("ABCD"),
            "Shown as books, as tags and file names suggest: “A”, “B”, “C” and 1 more. Their settings can change that.",
        ),
    ],
)
def test_guess_names_three_folders_and_counts_the_others(names: list[str], said: str) -> None:
    assert guess_notice(names) == said


@pytest.mark.parametrize(
    ("tracks", "order"),
    [
        ([("1", "2"), ("", "1"), ("2", "1")], "bac"),
        ([("", "2"), ("", "1"), ("", "")], "abc"),
        ([("", "2"), ("", "2"), ("", "1")], "abc"),
    ],
    ids=["the first disc", "a track is missing", "a track is there twice"],
)
def test_tracks_order_files_if_all_have_one_of_their_own(
    tmp_path: Path, tracks: list[tuple[str, str]], order: str
) -> None:
    for name, (disc, track) in zip("abc", tracks, strict=True):
        make_mp3(tmp_path / f"{name}.mp3", name, track, TPOS=disc, TPE1=name)
    assert "".join(titles(listed(tmp_path))) == order


def test_title_of_a_folder_is_its_name_and_of_a_file_that_without_its_ending(tmp_path: Path) -> None:
    for name in ("2/b", "10/c", "1/z/a"):
        make_mp3(tmp_path / "Numbers" / f"{name}.mp3")
    assert titles(listed(tmp_path / "Numbers")) == ["a", "b", "c"]
    path = make_mp3(tmp_path / "Vol. 1" / "Talk no. 2.mp3")
    assert listed(path.parent).title == "Vol. 1"
    assert (listed(path).title, titles(listed(path))) == ("Talk no. 2", ["Talk no. 2"])


def test_book_is_told_of_by_what_its_files_agree_on(tmp_path: Path) -> None:
    for number in (1, 2):
        make_mp3(tmp_path / "The_Book" / f"{number}.mp3", TALB=f"Album {number}", TPE1="Ann", TCOM="Bo", TYER="1815")
    (book,) = listed(tmp_path, kind="book").items or ()
    assert (book.title, book.summary) == ("The Book", "Ann · Bo")
    assert book.size == sum(path.stat().st_size for path in tmp_path.rglob("*.mp3"))
    assert book.recording is not None
    assert (book.recording.folder, book.recording.year, book.marks) == (str(tmp_path), "1815", ())
    (itself,) = listed(tmp_path / "The_Book", kind="book").items or ()
    assert itself.recording is not None
    assert itself.recording.folder == str(tmp_path / "The_Book")


def test_path_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin-\udce9.mp3"
    path.write_bytes(b"x")
    with pytest.raises(FeedError, match="is not UTF-8: rename it"):
        listed(path)


def test_book_of_one_file_is_shown_in_the_folder_above_its_own_and_a_talk_in_its_own(tmp_path: Path) -> None:
    for folder, name in (("Emma", "emma.m4b"), ("Talks", "talk.mp3")):
        make_mp3(tmp_path / folder / name, name)
    found = {item.title: item.recording for item in listed(tmp_path).items or ()}
    folders = {title: recording.folder for title, recording in found.items() if recording is not None}
    assert folders == {"emma": str(tmp_path), "talk.mp3": str(tmp_path / "Talks")}


def test_parts_of_a_work_among_other_files_are_shown_in_their_folder_as_a_book_or_as_talks(tmp_path: Path) -> None:
    for name in ("Emma Part 1", "Emma Part 2", "Persuasion"):
        make_mp3(tmp_path / "Austen" / f"{name}.mp3")
    for kind, found in (("", ["Emma", "Persuasion"]), ("talks", ["Emma Part 1", "Emma Part 2", "Persuasion"])):
        listing = listed(tmp_path, kind=kind)
        assert titles(listing) == found
        assert {present(item.recording).folder for item in listing.items or ()} == {str(tmp_path / "Austen")}


@pytest.mark.parametrize(
    ("lines", "said"),
    [(["a.mp3"], []), (["a.mp3", "gone.mp3"], ["1 entry"]), (["a.mp3", "gone.mp3", "none.mp3"], ["2 entries"])],
)
def test_playlist_says_how_many_entries_cannot_be_read(lines: list[str], said: list[str], tmp_path: Path) -> None:
    make_mp3(tmp_path / "a.mp3", "A")
    playlist = tmp_path / "list.m3u"
    playlist.write_text("\n".join(lines))
    listing = listed(playlist)
    assert (titles(listing), listing.title) == (["A"], "list")
    assert list(listing.notices) == [f"{playlist}: {count} cannot be read." for count in said]


@pytest.mark.parametrize(
    ("names", "parts"), [(("01", "01"), ["CD 1 · 01", "CD 2 · 01"]), (("01 Start", "02 End"), ["01 Start", "02 End"])]
)
def test_parts_of_the_same_name_follow_that_of_their_disc(
    names: tuple[str, str], parts: list[str], tmp_path: Path
) -> None:
    for disc, name in enumerate(names, 1):
        make_long_mp3(tmp_path / "Emma" / f"CD {disc}" / f"{name}.mp3", 1, mark=f"{disc}")
    (book,) = listed(tmp_path, kind="book").items or ()
    assert book.recording is not None
    assert [part.title for part in book.recording.parts] == parts


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
