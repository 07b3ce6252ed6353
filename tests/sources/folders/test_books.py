"""A folder of recordings is a book, unless it looks like a list of talks."""

import os
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from tests.present import present
from tests.sources.folders.shelf import Shelf
from tests.sources.folders.sounds import make_long_mp3
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.shelf.marks import read_news
from tui_pod.shelf.published import AudioFile, Kinds, Tags
from tui_pod.sources.folders.names import durations, group, is_book
from tui_pod.sources.folders.source import find_book

NOW = datetime(2026, 11, 28, tzinfo=UTC)

BEFORE = datetime(2020, 11, 28, tzinfo=UTC)
"""Before any change of the parts."""


def configure(shelf: Shelf, **texts: str) -> None:
    (feed,) = shelf.store.feeds()
    shelf.store.configure(feed.feed_id, texts)
    shelf.refresh()


def test_folder_is_one_entry_beside_its_folder_with_all_its_parts(shelf: Shelf) -> None:
    shelf.put_book("Austen/Emma", TPE1="Jane Austen", TCOM="Ann Reader", TYER="1815")
    shelf.put("Austen/Persuasion/Persuasion.m4b.mp3", "Talk")
    shelf.add()
    book = shelf.book()
    assert [(part.title, os.path.basename(part.audio)) for part in book.parts] == [
        ("Chapter 1", "01.mp3"), ("Chapter 2", "02.mp3"), ("Chapter 3", "03.mp3"),
    ]  # fmt: skip
    assert book.duration == pytest.approx(3.0, abs=0.2)
    assert book.duration == book.parts[-1].end
    assert (book.author, book.narrator, book.year) == ("Jane Austen", "Ann Reader", "1815")
    assert book.tags[0] == "Austen"
    assert shelf.course("Austen") == ["Emma", "Talk"]
    assert shelf.store.take_notices() == ["Shown as a book, judged by tags and names (kind in its settings): “Emma”."]


def test_volumes_of_a_series_are_in_the_order_of_their_numbers(shelf: Shelf) -> None:
    for folder, number in (("A last one", "10"), ("B", ""), ("C first", "2"), ("D between", "2.5")):
        series = {"TXXX": f"series\0Saga {number}"} if number else {}
        for part in ("1", "2"):
            shelf.put(f"Ann/{folder}/{folder} {part}.mp3", part, part, TALB=folder, TPE1="Ann", **series)
    shelf.add()
    assert shelf.course("Ann") == ["C first", "B", "D between", "A last one"]


def test_guess_is_told_once_though_the_folder_is_renamed(shelf: Shelf) -> None:
    shelf.put_book()
    shelf.add()
    shelf.store.take_notices()
    (shelf.folder / "Emma").rename(shelf.folder / "Austen - Emma")
    for number in (4, 5):
        shelf.put(f"Persuasion/{number}.mp3", f"Chapter {number}", str(number), TALB="Persuasion")
    shelf.refresh()
    said = "Shown as a book, judged by tags and names (kind in its settings): “Persuasion”."
    assert shelf.store.take_notices() == [said]


def test_discs_are_parts_of_one_book_in_their_order(shelf: Shelf) -> None:
    for disc in ("CD 2", "CD 10", "CD 1"):
        for track in (1, 2):
            shelf.put(f"Emma/{disc}/{disc} track {track}.mp3")
    shelf.add()
    names = [os.path.relpath(part.audio, shelf.folder / "Emma") for part in shelf.book().parts]
    assert names == [f"CD {disc}/CD {disc} track {track}.mp3" for disc in (1, 2, 10) for track in (1, 2)]


def test_names_of_talks_that_recur_on_discs_follow_that_of_the_disc(shelf: Shelf) -> None:
    for disc in ("CD 1", "CD 2"):
        for track in ("01", "02"):
            make_long_mp3(shelf.folder / disc / f"{track}.mp3", 1, disc + track)
    shelf.add()
    configure(shelf, kind="talks")
    assert shelf.course() == ["CD 1 · 01", "CD 1 · 02", "CD 2 · 01", "CD 2 · 02"]


@pytest.mark.parametrize(
    ("names", "tags", "is_book"),
    [
        (["01", "02", "03"], [{}, {}, {}], True),
        (["Kapitel 1", "Kapitel 2", "Kapitel 3"], [{}, {}, {}], True),
        (["On ships", "On bees", "On ice"], [{}, {}, {}], False),
        (["2024-01-07", "2024-01-14", "2024-01-21"], [{}, {}, {}], False),
        (["Sermon 20240107", "Sermon 20240114", "Sermon 20240121"], [{}, {}, {}], False),
        (["01 On ships", "02 On bees"], [{"TPE1": "Ann"}, {"TPE1": "Bo"}], False),
        (["a", "b"], [{"TCON": "Audiobook", "TPE1": "Ann"}, {"TCON": "Audiobook", "TPE1": "Bo"}], True),
        (["1", "2", "3"], [{"TCON": "Podcast"}] * 3, False),
        (["1", "2"], [{"TALB": "Emma"}] * 2, True),
        (["1", "2"], [{}, {}], False),
        (["a", "b"], [{"TALB": "Emma"}] * 2, False),
        (["a", "b"], [{"TALB": "Emma", "TRCK": "1"}, {"TALB": "Emma", "TRCK": "2"}], True),
        (["1", "2"], [{"TALB": "Emma"}, {"TALB": "Persuasion"}], False),
        (["1", "2"], [{"TALB": "Emma"}, {"TALB": "EMMA"}], True),
        (["1", "2", "3"], [{"TALB": "Emma", "TPE1": "Ann"}, {"TALB": "Emma", "TPE1": "Ann"}, {}], True),
    ],
)
def test_book_is_told_by_tags_and_names(
    shelf: Shelf, names: list[str], tags: list[dict[str, str]], is_book: bool
) -> None:
    for name, told in zip(names, tags, strict=True):
        shelf.put(f"{name}.mp3", **told)
    shelf.add()
    assert len(shelf.library()) == (1 if is_book else len(names))


@pytest.mark.parametrize(
    ("name", "tags", "judged"),
    [
        ("Emma.M4B", Tags(), True),
        ("Emma.mp3", Tags(), False),
        ("Emma.mp3", Tags(genre="Audiobook"), True),
        ("Emma.mp3", Tags(cue="0 One"), True),
        ("Talk.mp3", Tags(cue="0 One", genre="Podcast"), False),
    ],
)
def test_single_file_is_a_book_if_it_was_made_for_one_or_has_chapters(name: str, tags: Tags, judged: bool) -> None:
    file = AudioFile(name, 9, 0, "a", tags)
    assert [is_book([file], Kinds(kind)) for kind in ("", "book", "talks")] == [judged, True, False]


def test_single_file_in_a_folder_is_a_book_with_settings_of_its_own(shelf: Shelf) -> None:
    shelf.put("Austen/Emma/whole.mp3", "Whole", TALB="Emma")
    shelf.put("Austen/Other.mp3", "Other")
    shelf.add()
    former = shelf.ids()["Whole"]
    folder = present(find_book(shelf.store, str(shelf.folder / "Austen" / "Emma")))
    shelf.store.configure(folder.id, {"kind": "book"})
    shelf.refresh()
    book = shelf.book()
    assert (book.id, book.tags[0], len(book.parts)) == (folder.id, "Austen", 1)
    progress = {former: Progress(BEFORE, 0.5)}
    assert ProgressIndex(shelf.library(), progress).status(book.id) is Status.STARTED


def test_unknown_length_of_a_part_is_told_by_its_size() -> None:
    sizes = {"a": (60_000, 30.0), "b": (20_000, None), "c": (100, None)}
    files = [AudioFile(name, size, 0, name, Tags(duration=known)) for name, (size, known) in sizes.items()]
    assert durations(files) == [30.0, 10.0, 1.0]
    assert durations(files[1:]) == [2.5, 1.0]
    assert durations([files[0]._replace(size=0), files[1]]) == [30.0, 2.5]


def test_folder_of_discs_and_others_is_not_one_book() -> None:
    files = [AudioFile(f"Emma/{folder}/1.mp3", 9, 0, folder, Tags()) for folder in ("CD 1", "CD 2")]
    other = AudioFile("Emma/Persuasion/1.mp3", 9, 0, "x", Tags())
    assert list(group(files)) == ["Emma"]
    assert list(group([*files, other])) == ["Emma/CD 1", "Emma/CD 2", "Emma/Persuasion"]
    assert list(group([*files, other._replace(path="intro.mp3")])) == ["Emma", ""]


def put_two_books(shelf: Shelf) -> None:
    shelf.put_book("Emma")
    for name in ("01", "09", "10"):  # the first file is the same
        shelf.put(f"Other/{name}.mp3", f"Chapter {int(name)}", name, TALB="Other")
    shelf.add()


def test_listener_decides_what_one_book_is_with_its_places_kept(shelf: Shelf) -> None:
    put_two_books(shelf)
    said = "Shown as books, judged by tags and names (kind in their settings): “Emma” and “Other”."
    assert shelf.store.take_notices() == [said]
    book, other = shelf.book(), shelf.book("Other")
    configure(shelf, level="yes", skip_start="5")
    shelf.store.configure(book.id, {"level": "no"})
    library = shelf.library()
    settings = [library.podcast_settings(library.titles.index(title)) for title in ("Emma", "Other")]
    assert [(each.level, each.skip_start) for each in settings if each] == [(False, 5.0), (True, 5.0)]
    progress = {book.id: Progress(BEFORE, book.parts[1].start + 0.5)}
    shelf.store.configure(book.id, {"kind": "talks"})
    shelf.refresh()
    assert shelf.course("Emma") == ["Chapter 1", "Chapter 2", "Chapter 3"]
    assert shelf.book("Other") == other
    assert ProgressIndex(shelf.library(), progress).status(shelf.ids()["Chapter 3"]) is Status.UNPLAYED
    talk = shelf.ids()["Chapter 2"]
    assert ProgressIndex(shelf.library(), progress).status(talk) is Status.STARTED
    found = present(find_book(shelf.store, talk))
    assert (found.id, found.settings.kind) == (book.id, "talks")
    assert [find_book(shelf.store, text) for text in ("none", other.parts[1].title, "Emma")] == [None] * 3
    assert shelf.refresh().has_changed is False

    shelf.store.configure(found.id, {"kind": ""})
    shelf.refresh()
    assert (shelf.book().id, shelf.book().parts) == (book.id, book.parts)
    assert (there := ProgressIndex(shelf.library(), progress).get(book.id)) is not None
    assert there.position == book.parts[1].start + 0.5


def test_files_that_are_shown_as_something_else_are_not_new(shelf: Shelf) -> None:
    put_two_books(shelf)
    shelf.add()
    for kind in ("talks", "book"):
        configure(shelf, kind=kind)
        assert read_news(shelf.store.db) == set()
    configure(shelf, kind="talks")
    shelf.put("Emma/04.mp3", "Chapter 4", "4", TALB="Emma")
    assert shelf.refresh().new == 1
    assert read_news(shelf.store.db) == {shelf.ids()["Chapter 4"]}


def test_folder_that_was_guessed_to_be_a_book_stays_one_when_files_are_renamed_and_added(shelf: Shelf) -> None:
    for name in ("Emma/1", "Emma/2", "Emma/3", "Grimm/Frog", "Grimm/Goose", "Grimm/Wolf"):
        shelf.put(f"{name}.mp3")
    shelf.add()
    ident = shelf.ids()["Emma"]
    (shelf.folder / "Emma" / "2.mp3").rename(shelf.folder / "Emma" / "02 - Two.mp3")
    shelf.refresh()
    shelf.put("Emma/Afterword.mp3", TPE1="Ann")
    shelf.refresh()
    assert (shelf.ids()["Emma"], len(shelf.book().parts)) == (ident, 4)
    assert shelf.store.take_notices() == ["Shown as a book, judged by tags and names (kind in its settings): “Emma”."]
    for kind in ("book", ""):  # what was said is not remembered as a guess
        configure(shelf, kind=kind)
    assert shelf.course("Grimm") == ["Frog", "Goose", "Wolf"]
    for number in range(5):
        shelf.put(f"Emma/More {number} {'x' * number}.mp3", TPE1=f"Speaker {number}")
    configure(shelf)
    assert len(shelf.course("Emma")) == 9


def test_folder_that_grows_day_by_day_becomes_talks_and_keeps_its_position(shelf: Shelf) -> None:
    def put(name: str, day: int) -> None:
        os.utime(shelf.put(f"Emma/{name}.mp3"), (1.7e9 + 86_400 * day,) * 2)

    for name in ("01", "02", "03"):
        put(name, 0)
    shelf.add()
    progress = {shelf.book().id: Progress(BEFORE, shelf.book().parts[1].start + 0.5)}
    put("04", 3)
    shelf.refresh()
    assert len(shelf.book().parts) == 4
    put("05", 6)
    shelf.refresh()
    assert shelf.course("Emma") == ["01", "02", "03", "04", "05"]
    assert ProgressIndex(shelf.library(), progress).status(shelf.ids()["02"]) is Status.STARTED


def test_folder_of_talks_is_found_by_path_and_name_and_becomes_a_book(shelf: Shelf) -> None:
    for name in ("Tales/Grimm/Frog", "Tales/Grimm/Goose", "Talks/Grimm/On bees", "Talks/Grimm/On ice", "Loose"):
        shelf.put(f"{name}.mp3", TPE1=name)
    put_two_books(shelf)
    before = shelf.ids()
    texts = ("/Grimm", "/Tales", "/Loose", str(shelf.folder), "tales/grimm", "Shelf/Tales", "/Emma")
    found = [find_book(shelf.store, text) for text in (*texts, str(shelf.folder / "Tales" / "Grimm"))]
    assert [each is not None for each in found] == [False, False, False, False, True, False, True, True]
    tales, emma, again = (each for each in found if each is not None)
    assert (tales.id, tales.title, tales.settings.kind, emma.id) == (again.id, "Grimm", "", before["Emma"])
    assert shelf.ids() == before
    assert shelf.refresh().has_changed is False

    shelf.store.configure(tales.id, {"kind": "book"})
    progress = {before["Goose"]: Progress(BEFORE, 0.5)}
    shelf.refresh()
    book = shelf.book("Grimm")
    assert (book.id, [part.title for part in book.parts]) == (tales.id, ["Frog", "Goose"])
    assert ProgressIndex(shelf.library(), progress).status(book.id) is Status.STARTED
    shelf.put("Tales/Grimm/Wolf.mp3", TPE1="Ann")
    (shelf.folder / "Tales" / "Grimm").rename(shelf.folder / "Märchen")
    shelf.refresh()
    assert len(shelf.book("Märchen").parts) == 3
    assert shelf.course("Grimm") == ["On bees", "On ice"]


def test_book_keeps_its_id_when_its_disk_is_away_and_parts_come_go_and_are_renamed(shelf: Shelf) -> None:
    shelf.put_book()
    shutil.copy(shelf.folder / "Emma/02.mp3", shelf.folder / "Emma/02 (copy).mp3")  # is one part with the other
    shelf.add()
    ident = shelf.book().id
    assert len(shelf.book().parts) == 3
    found = present(find_book(shelf.store, " emma"))
    assert found.id == ident
    away = shelf.folder.rename(shelf.folder.with_name("away"))
    assert shelf.refresh().error
    assert shelf.book().id == ident
    away.rename(shelf.folder)
    assert not shelf.refresh().error
    shelf.put("Emma/00.mp3", "Preface", "0", TALB="Emma")
    shelf.refresh()
    (shelf.folder / "Emma/01.mp3").unlink()
    shelf.refresh()
    (shelf.folder / "Emma").rename(shelf.folder / "Austen - Emma")
    shelf.refresh()
    assert (shelf.book().id, len(shelf.book().parts)) == (ident, 3)
    assert len(shelf.library()) == 1


@pytest.mark.parametrize("is_of_discs", [False, True])
def test_texts_beside_a_book_or_above_its_discs_tell_about_it_until_they_are_deleted(
    shelf: Shelf, is_of_discs: bool
) -> None:
    tagged = {"TXXX": "description\0From the tags", "TCOM": "Tagged Reader"}
    for number in (1, 2):
        disc = f"CD {number}/" if is_of_discs else ""
        shelf.put(f"Emma/{disc}{number:02}.mp3", f"Chapter {number}", str(number), TALB="Emma", **tagged)
    (shelf.folder / "Emma/desc.txt").write_text("A young lady\nmakes matches.")
    (shelf.folder / "Emma/reader.txt").write_text("Bo Reader\n")
    (shelf.folder / f"Emma/{disc}02.vtt").write_text("WEBVTT\n")
    shelf.add()
    book = shelf.book()
    assert (book.summary, book.narrator) == ("A young lady makes matches.", "Bo Reader")
    assert [os.path.basename(part.transcript or "") for part in book.parts] == ["", "02.vtt"]
    (shelf.folder / "Emma/desc.txt").unlink()
    (shelf.folder / "Emma/reader.txt").unlink()
    shelf.refresh()
    assert (shelf.book().summary, shelf.book().narrator) == ("From the tags", "Tagged Reader")


def test_cue_sheet_gives_the_chapters_of_its_part(shelf: Shelf) -> None:
    shelf.put_book()
    sheet = 'FILE "02.mp3" MP3\nTRACK 01 AUDIO\nTITLE "Ball"\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nTITLE "Walk"\n'
    (shelf.folder / "Emma/emma.cue").write_text(f"{sheet}INDEX 01 00:00:45\n")
    shelf.add()
    book = shelf.book()
    details = present(shelf.store.details(book.id))
    start = book.parts[1].start
    assert [(mark.title, round(mark.start - start, 2)) for mark in details.marks[1:3]] == [("Ball", 0.0), ("Walk", 0.6)]
    assert [mark.title for mark in details.marks] == ["Chapter 1", "Ball", "Walk", "Chapter 3"]


def test_progress_of_single_files_counts_for_the_book_that_they_become(shelf: Shelf) -> None:
    shelf.put_book()
    shelf.add()
    configure(shelf, kind="talks")
    ids = shelf.ids()
    progress = {
        ids["Chapter 1"]: Progress(NOW, played=True, plays=1, played_ranges=((0.0, 1.0),)),
        ids["Chapter 2"]: Progress(NOW + timedelta(days=1), 0.5, played_ranges=((0.0, 0.5),)),
    }
    configure(shelf, kind="book")
    book, index = shelf.book(), ProgressIndex(shelf.library(), progress)
    found = present(index.get(book.id))
    second = book.parts[1].start
    assert found.position == pytest.approx(second + 0.5, abs=0.01)
    assert index.status(book.id) is Status.STARTED
    assert found.played_ranges[-1][1] == pytest.approx(second + 0.5, abs=0.1)
    progress[ids["Chapter 3"]] = Progress(NOW + timedelta(days=2), played=True, plays=1)
    assert ProgressIndex(shelf.library(), progress).status(book.id) is Status.PLAYED
    progress[book.id] = Progress(NOW + timedelta(days=3), 0.2)
    assert ProgressIndex(shelf.library(), progress).status(book.id) is Status.STARTED


def test_folder_stored_before_there_were_books_becomes_one(shelf: Shelf) -> None:
    shelf.put_book()
    shelf.add()
    configure(shelf, kind="talks")
    former = set(shelf.ids().values())
    with shelf.store.db.write() as db:
        db.execute("DELETE FROM kinds")
        db.execute("UPDATE settings SET texts = '{}'")
        db.execute('UPDATE files SET key = \'old\' || key, tags = \'["", "", "", null, null, null, "", ""]\'')
        db.execute("UPDATE episodes SET guid = 'old' || guid")
    shelf.refresh()
    library = shelf.library()
    assert library.titles == ["Emma"]
    assert {move.former for move in library.moves} == former
    assert {library.aliases[ident] for ident in former} == {shelf.book().id}
