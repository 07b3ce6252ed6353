"""A folder is listed in the order in which it is meant to be heard."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.feeds.folders.shelf import Shelf
from tui_pod.feeds.formats.model import FeedError
from tui_pod.feeds.subscribe import subscribe


def test_folder_has_its_files_by_name_with_numbers_counted(shelf: Shelf) -> None:
    for name in ("Part 10.mp3", "Part 2.mp3", "part 1.mp3"):
        shelf.put(name, TPE1=f"The speaker of {name}")
    assert shelf.add().feed.episodes == 3
    assert shelf.course() == ["part 1", "Part 2", "Part 10"]
    assert shelf.library().titles == ["part 1", "Part 2", "Part 10"]  # newest first: all came together


def test_folder_whose_files_have_tracks_is_in_their_order(shelf: Shelf) -> None:
    shelf.put("a.mp3", "Last", "1", TPOS="2")
    shelf.put("b.mp3", "Second", "2/9", TPOS="1")
    shelf.put("c.mp3", "First", "1", TPOS="1")
    shelf.add()
    assert shelf.course() == ["First", "Second", "Last"]


def test_titles_that_are_the_same_in_a_folder_give_way_to_names(shelf: Shelf) -> None:
    for number in (1, 2):
        shelf.put(f"0{number}_The_Voyage.mp3", "The Book")
    shelf.add()
    assert shelf.course() == ["01 The Voyage", "02 The Voyage"]


def test_two_files_of_the_same_content_are_two_episodes(shelf: Shelf) -> None:
    path = shelf.put("a.mp3", "A")
    shutil.copy(path, shelf.folder / "b.mp3")
    assert shelf.add().feed.episodes == 2
    (first,) = (ident for title, ident in shelf.ids().items() if title == "a")
    path.unlink()
    shelf.refresh()
    assert shelf.ids() == {"A": first}


def test_path_without_sound_is_refused_and_nothing_kept(shelf: Shelf, tmp_path: Path) -> None:
    shelf.folder.mkdir()
    (tmp_path / "notes.txt").write_text("no sound")
    for path, said in (
        (shelf.folder, "There is no audio file in"),
        (tmp_path / "nowhere", "There is no file or folder"),
        (tmp_path / "notes.txt", "is not a folder, a playlist"),
    ):
        with pytest.raises(FeedError, match=said):
            subscribe(shelf.store, str(path))
    assert shelf.store.feeds() == []


def test_one_sound_file_is_a_podcast_of_one_episode(shelf: Shelf) -> None:
    path = shelf.put("The Book.mp3", "The Book")
    done = subscribe(shelf.store, str(path))
    assert (done.feed.title, shelf.course("The Book")) == ("The Book", ["The Book"])


def test_summary_is_the_description_or_else_artist_and_album(shelf: Shelf) -> None:
    shelf.put("a.mp3", "A", TPE1="Ann", TALB="Tales")
    shelf.put("b.mp3", "B", TPE1="Ann", TALB="B")
    shelf.put("c.mp3", "C")
    shelf.add()
    library = shelf.library()
    summaries = {episode.title: episode.summary for episode in map(library.episode, range(len(library)))}
    assert summaries == {"A": "Ann · Tales", "B": "Ann", "C": ""}


def test_file_that_a_book_has_twice_is_a_part_once_titled_by_its_tags(shelf: Shelf) -> None:
    for number in (1, 2):
        shelf.put(f"Book/0{number}.mp3", f"Chapter {number}", TALB="Voyage", TRCK=str(number), TCON="Audiobook")
    shutil.copy(shelf.folder / "Book" / "01.mp3", shelf.folder / "Book" / "01 (copy).mp3")
    shelf.add()
    assert [part.title for part in shelf.book("Voyage").parts] == ["Chapter 1", "Chapter 2"]
