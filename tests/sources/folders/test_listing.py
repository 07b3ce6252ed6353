"""A folder is listed in the order in which it is meant to be heard."""

import shutil
from pathlib import Path

import pytest

from tests.present import present
from tests.sources.folders.shelf import Shelf
from tests.sources.folders.sounds import make_long_mp3, make_mp3
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.files import guess_notice
from tui_pod.shelf.published import FeedError, Kinds, Listing
from tui_pod.sources.folders.listing import read_listing
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
        (["A"], "Shown as a book, judged by tags and names (kind in its settings): “A”."),
        (["A", "B", "C"], "Shown as books, judged by tags and names (kind in their settings): “A”, “B” and “C”."),
        (list("ABCD"), "Shown as books, judged by tags and names (kind in their settings): “A”, “B”, “C” and 1 more."),
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
