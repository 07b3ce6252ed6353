"""Places in a book stay where they are when files become a book, its parts change, or it becomes files again."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.present import present
from tests.sources.folders.shelf import Shelf
from tests.sources.folders.test_books import BEFORE, configure
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.parts import moved_time
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import OF_EPISODE, Card, Notebook
from tui_pod.core.progress.moves import moved_notebook
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.plain.spoken import say_episode
from tui_pod.shelf.layouts import correct_length
from tui_pod.shelf.marks import read_news


@pytest.fixture
def book(shelf: Shelf) -> Episode:
    """A book of three parts, which was added."""
    shelf.put_book()
    shelf.add()
    return shelf.book()


def noted(episode: str, start: float) -> Notebook:
    bookmark = Bookmark(episode, start, start + 0.2, BEFORE, BEFORE, "words")
    return Notebook((bookmark,), (Card(episode, start, BEFORE, BEFORE),))


def test_bookmarks_in_files_are_in_the_book_that_the_files_become(shelf: Shelf) -> None:
    shelf.put_book()
    shelf.add()
    configure(shelf, kind="talks")
    notebook = noted(shelf.ids()["Chapter 2"], 0.5)
    configure(shelf, kind="book")
    book = shelf.book()
    (bookmark,), (card,), _ = moved_notebook(notebook, shelf.library().moves)
    start = book.parts[1].start
    assert bookmark.episode == book.id
    assert bookmark.start == pytest.approx(start + 0.5, abs=0.01)
    assert bookmark.end == pytest.approx(start + 0.7, abs=0.01)
    assert card.key == bookmark.key
    edited = bookmark._replace(note="a note", updated=datetime.now(UTC))
    both = notebook._replace(bookmarks=(*notebook.bookmarks, edited))
    assert moved_notebook(both, shelf.library().moves).bookmarks == (edited,)
    shelf.put("Emma/00.mp3", "Preface", "0", TALB="Emma")
    shelf.refresh()
    assert len(moved_notebook(both, shelf.library().moves).bookmarks) == 1


def test_talks_that_were_a_book_have_its_place_and_bookmarks(shelf: Shelf, book: Episode) -> None:
    at = book.parts[1].start + 0.5
    progress, notebook = {book.id: Progress(BEFORE, at, played_ranges=((0.0, at),))}, noted(book.id, at)
    configure(shelf, kind="talks")
    library, ids = shelf.library(), shelf.ids()
    index = ProgressIndex(library, progress)
    assert [index.status(ids[f"Chapter {number}"]) for number in (1, 2, 3)] == [
        Status.PLAYED, Status.STARTED, Status.UNPLAYED,
    ]  # fmt: skip
    second = present(index.get(ids["Chapter 2"]))
    assert second.position == pytest.approx(0.5, abs=0.01)
    (bookmark,) = moved_notebook(notebook, library.moves).bookmarks
    assert bookmark.episode == ids["Chapter 2"]
    assert bookmark.start == pytest.approx(0.5, abs=0.01)

    third = progress | {ids["Chapter 3"]: Progress(BEFORE + timedelta(days=1), 0.3)}
    configure(shelf, kind="book")
    found = present(ProgressIndex(shelf.library(), third).get(book.id))
    assert found.position == pytest.approx(book.parts[2].start + 0.3, abs=0.01)


def test_part_inserted_before_a_place_moves_it(shelf: Shelf, book: Episode) -> None:
    at = book.parts[1].start + 0.5
    progress, notebook = {book.id: Progress(BEFORE, at, played_ranges=((at - 0.4, at),))}, noted(book.id, at)
    shelf.put("Emma/00.mp3", "Preface", "0", TALB="Emma")
    shelf.refresh()
    library, changed = shelf.library(), shelf.book()
    index = ProgressIndex(library, progress)
    expected = pytest.approx(changed.parts[2].start + 0.5, abs=0.02)
    assert (found := index.get(book.id)) is not None
    assert found.position == expected
    assert found.played_ranges[0][1] == expected
    again = present(index.moved_to(library).get(book.id))
    assert again.position == expected
    assert [each.start for each in moved_notebook(notebook, library.moves).bookmarks] == [expected]
    assert [
        each.start for each in moved_notebook(moved_notebook(notebook, library.moves), library.moves).bookmarks
    ] == [expected]

    shelf.put("Emma/000.mp3", "Dedication", "0", TALB="Emma")
    (shelf.folder / "Emma/02.mp3").unlink()
    shelf.refresh()
    there = shelf.book().parts[-1]
    assert there.title == "Chapter 3"
    gone = present(ProgressIndex(shelf.library(), progress).get(book.id))
    assert gone.position == pytest.approx(there.start, abs=0.02)


def test_what_spans_parts_still_does_when_another_part_comes(shelf: Shelf, book: Episode) -> None:
    start, end = 0.5, book.parts[2].start + 0.5
    progress = {book.id: Progress(BEFORE, end, played_ranges=((start, end),))}
    bookmark = Bookmark(book.id, start, book.parts[1].start + 0.25, BEFORE, BEFORE)
    shelf.put("Emma/04.mp3", "Chapter 4", "4", TALB="Emma")
    shelf.refresh()
    library = shelf.library()
    (heard,) = present(ProgressIndex(library, progress).get(book.id)).played_ranges
    assert heard == pytest.approx((start, end), abs=0.02)
    (moved,) = moved_notebook(Notebook((bookmark,)), library.moves).bookmarks
    assert (moved.start, moved.end) == pytest.approx((start, bookmark.end), abs=0.02)


def test_what_is_noted_after_a_change_is_where_it_was_noted(shelf: Shelf) -> None:
    shelf.put_book()
    shelf.add()
    shelf.put("Emma/00.mp3", "Preface", "0", TALB="Emma")
    shelf.refresh()
    book, now = shelf.book(), datetime.now(UTC) + timedelta(seconds=2)
    assert shelf.library().moves
    index = ProgressIndex(shelf.library(), {book.id: Progress(now, 0.5)})
    assert (found := index.get(book.id)) is not None
    assert found.position == 0.5


def test_new_part_opens_a_played_book_again_and_is_new_until_the_book_is_touched(shelf: Shelf, book: Episode) -> None:
    progress = {book.id: Progress(BEFORE, played=True)}
    for number in (4, 5):
        shelf.put(f"Emma/{number:02}.mp3", f"Chapter {number}", str(number), TALB="Emma")
        assert shelf.refresh().new == 1
    index = ProgressIndex(shelf.library(), progress)
    index.set_new(read_news(shelf.store.db))
    index = index.moved_to(shelf.library())
    found = present(index.get(book.id))
    assert found.position == pytest.approx(shelf.book().parts[3].start, abs=0.01)
    assert (index.new, index.new_parts(book.id)) == ({book.id}, 2)
    card = Card(book.id, OF_EPISODE, BEFORE, BEFORE)
    assert moved_notebook(Notebook((), (card,)), shelf.library().moves).cards[0].start == OF_EPISODE
    said = say_episode(shelf.library(), index, present(shelf.library().index(book.id)))
    assert said.startswith("Emma. 2 new parts, ")
    index.put(book.id, found.at(found.position + 0.5, None, datetime.now(UTC)))
    assert (index.new, index.new_parts(book.id)) == (set(), 0)

    grown = max(map(moved_time, shelf.library().moves))
    (shelf.folder / "Emma/05.mp3").unlink()
    shelf.put("Emma/05a.mp3", "Chapter 5", "5", TALB="Emma")  # in its place
    shelf.refresh()
    last = {book.id: Progress(grown, played=True)}
    assert ProgressIndex(shelf.library(), last).status(book.id) is Status.PLAYED


def test_corrected_length_of_a_part_moves_what_is_behind_it_and_stays(shelf: Shelf, book: Episode) -> None:
    progress = {book.id: Progress(BEFORE, book.parts[1].start + 0.5)}
    correct_length(shelf.store.db, book.id, book.parts[0].audio, 60.0)
    for refreshed in (False, True):
        if refreshed:
            shelf.put("Emma/04.mp3", "Chapter 4", "4", TALB="Emma")
            shelf.refresh()
        changed = shelf.book()
        assert changed.parts[0].duration == 60.0
        assert changed.duration == changed.parts[-1].end
        found = present(ProgressIndex(shelf.library(), progress).get(book.id))
        assert found.position == pytest.approx(60.5, abs=0.01)


def test_stretches_of_a_book_are_as_long_in_its_files(shelf: Shelf, book: Episode) -> None:
    configure(shelf, kind="talks")
    moves = [move for move in shelf.library().moves if move.former == book.id]
    assert [(move.start, move.end) for move in moves] == [
        (round(part.start, 2), round(part.end, 2)) for part in book.parts
    ]
    assert [(move.at, move.last) for move in moves] == [(0.0, move.end - move.start) for move in moves]
