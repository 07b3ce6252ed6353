"""A folder of recordings is a book, unless it looks like a list of talks.

Works are recognised, whichever way their files are named.
Places in a book stay where they are when files become a book, its parts change, or it becomes files again.
"""

import os
import re
import shutil
import struct
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.present import present
from tests.sources.folders.shelf import Shelf
from tests.sources.folders.sounds import make_long_mp3, make_m4b
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.parts import moved_time
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import OF_EPISODE, Card, Notebook
from tui_pod.core.progress.moves import moved_notebook
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.plain.spoken import say_episode
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.layouts import correct_length, numbers_of, read_health
from tui_pod.shelf.marks import read_news
from tui_pod.shelf.published import AudioFile, Kinds, PublishedItem, Tags
from tui_pod.sources.folders.cue import read_cue
from tui_pod.sources.folders.listing import read_listing
from tui_pod.sources.folders.names import durations, group, is_book, is_piece
from tui_pod.sources.table import find_book

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
    assert shelf.store.take_notices() == [
        "Shown as a book, as tags and file names suggest: “Emma”. Its settings can change that."
    ]


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
    said = "Shown as a book, as tags and file names suggest: “Persuasion”. Its settings can change that."
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
    said = "Shown as books, as tags and file names suggest: “Emma” and “Other”. Their settings can change that."
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
    assert shelf.store.take_notices() == [
        "Shown as a book, as tags and file names suggest: “Emma”. Its settings can change that."
    ]
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
    assert [(mark.title, round(mark.start - start, 2)) for mark in details.item.marks[1:3]] == [
        ("Ball", 0.0),
        ("Walk", 0.6),
    ]
    assert [mark.title for mark in details.item.marks] == ["Chapter 1", "Ball", "Walk", "Chapter 3"]


@pytest.mark.parametrize("line", ['TITLE ""', 'FILE ""'])
def test_cue_sheet_with_an_empty_name_is_read(line: str) -> None:
    sheet = f'FILE "02.mp3" MP3\nTRACK 01 AUDIO\n{line}\nINDEX 01 00:00:00\nFILE "03.mp3" MP3\nINDEX 01 00:00:00\n'
    assert "03.mp3" in read_cue(sheet)


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


_FRAMES = {"title": "TIT2", "album": "TALB", "artist": "TPE1", "track": "TRCK", "composer": "TCOM", "genre": "TCON"}
_ALTERNATIVES = re.compile(r"(?<!\{)\{([^{}]*)\}(?!\})")


class Work(NamedTuple):
    """A work, and how it is to be shown."""

    wanted: tuple[str, ...]
    """Title, author, series with its number, and narrator; empty for talks."""
    files: tuple[str, ...]
    """In the order in which they are played."""
    tags: Mapping[str, Sequence[str]]


def read_works() -> list[Work]:
    """Return the works of the table."""
    lines = Path(__file__).with_name("works.txt").read_text().splitlines()
    rows = (line.split(" | ") for line in lines if not line.startswith("#"))
    return [_work(wanted, files, tags[0] if tags else "") for wanted, files, *tags in rows]


def _work(wanted: str, files: str, tags: str) -> Work:
    paths = list(_expanded(files))
    values = {
        name: list(_expanded(value)) for name, _, value in (tag.partition("=") for tag in tags.split("; ") if tag)
    }
    facts = () if wanted == "talks" else tuple(fact.strip() for fact in wanted.split(";"))
    return Work(
        facts, tuple(paths), {name: each * len(paths) if len(each) == 1 else each for name, each in values.items()}
    )


def _expanded(text: str) -> Iterator[str]:
    """Yield a text with each combination of its alternatives."""
    found = _ALTERNATIVES.search(text)
    if found is None:
        yield text.replace("{{", "{").replace("}}", "}")
        return
    first, dots, last = found[1].partition("..")
    numbers = [f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1)] if dots else ()
    for each in numbers or found[1].split(","):
        yield from _expanded(text[: found.start()] + each + text[found.end() :])


def make_works(root: Path, works: Sequence[Work]) -> None:
    """Write the files of works below a folder, the last ones first."""
    for work in reversed(works):
        for place, path in reversed(list(enumerate(work.files))):
            tags = {name: values[place] for name, values in work.tags.items()}
            day, has_cue, series = float(tags.pop("day", "0")), "cue" in tags, tags.pop("series", "")
            frames = {_FRAMES[name]: value for name, value in tags.items() if name != "cue"}
            frames |= {"TXXX": f"series\0{series}"} if series else {}
            if path.endswith(".m4b"):
                make_m4b(root / path, 1, {}, tags.get("title", ""), tags.get("album", ""), path)
                continue
            file = make_long_mp3(
                root / path, 1, mark=path, title=frames.pop("TIT2", ""), **{"track": frames.pop("TRCK", "")}, **frames
            )
            os.utime(file, (1.7e9 + 86_400 * day,) * 2)
            if has_cue:
                file.with_suffix(".cue").write_text(
                    f'FILE "{file.name}" MP3\nTRACK 01 AUDIO\nTITLE "One"\nINDEX 01 00:00:00\n'
                )


def fault(work: Work, items: Sequence[PublishedItem], root: Path) -> str:
    """Return what is wrong about a work among the items of a shelf; empty if nothing is."""
    files = {str(root / path) for path in work.files}
    found = ((item.title, item.audio, present(item.recording)) for item in items)
    shown = [each for each in found if files & {each[1], *(part.audio for part in each[2].parts)}]
    if not work.wanted:
        return "" if len(shown) == len(files) else f"{len(shown)} entries for {len(files)} talks"
    if len(shown) != 1:
        return f"{len(shown)} entries"
    ((title, audio, book),) = shown
    parts = tuple(os.path.relpath(path, root) for path in ([part.audio for part in book.parts] or [present(audio)]))
    if parts != work.files:
        return f"parts {parts}"
    facts = title, book.author, book.series, book.narrator
    return "" if facts == work.wanted else f"{facts}"


FLOOR = 0.95
"""Share of the works that must be shown as wanted."""


def test_shelf_of_works_is_shown_as_wanted(tmp_path: Path) -> None:
    works = read_works()
    make_works(tmp_path, works)
    items = read_listing(str(tmp_path), {}, CancelToken()).items or ()
    faults = {work.files[0]: said for work in works if (said := fault(work, items, tmp_path))}
    assert len(works) >= 120
    assert len(faults) <= (1 - FLOOR) * len(works), "\n".join(f"{name}: {said}" for name, said in faults.items())


@pytest.mark.parametrize("name", ["CD1", "Emma - CD 01", "Emma (Disc 2)", "tape.3", "Emma_Teil_1", "Part 100", "DVD-1"])
def test_folder_of_a_disc_is_told_by_its_name(name: str) -> None:
    assert is_piece(f"Books/{name}")


@pytest.mark.parametrize("name", ["CD", "ABCD 1", "CD 1 notes", "Part 1000", "Emma", "1"])
def test_folder_of_another_name_is_no_disc(name: str) -> None:
    assert not is_piece(f"CD 1/{name}")


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


@pytest.mark.parametrize("suffix", ["mp3", "MP3"])
def test_book_whose_files_are_encoded_anew_keeps_its_place_by_their_names(
    shelf: Shelf, book: Episode, suffix: str
) -> None:
    at = book.parts[1].start + 0.5
    for number in (1, 2, 3):
        (shelf.folder / f"Emma/{number:02}.mp3").unlink()
        make_long_mp3(
            shelf.folder / f"Emma/{number:02}.{suffix}", 2, f"anew {number}", f"Chapter {number}", TALB="Emma"
        )
    shelf.refresh()
    library, changed = shelf.library(), shelf.book()
    assert changed.id == book.id
    found = present(ProgressIndex(library, {book.id: Progress(BEFORE, at)}).get(book.id))
    assert found.position == pytest.approx(changed.parts[1].start + 0.5, abs=0.02)
    assert moved_notebook(noted(book.id, at), library.moves).bookmarks[0].start == found.position
    shelf.refresh()
    assert health(shelf, changed) == "encoded anew: the position was kept by the order of the files"


def health(shelf: Shelf, book: Episode) -> str:
    """Return what details say of the files of a book."""
    with shelf.store.db.read() as db:
        return read_health(db, book.id, book.parts)


def test_details_say_which_part_is_missing_and_which_is_cut_off(shelf: Shelf, book: Episode) -> None:
    assert health(shelf, book) == ""
    for number in (5, 6):
        shelf.put(f"Emma/{number:02}.mp3", f"Chapter {number}", f"{number}", TALB="Emma")
    (shelf.folder / "Emma/02.mp3").unlink()
    content = bytearray((shelf.folder / "Emma/06.mp3").read_bytes())
    at = content.index(b"\xff\xfb") + 36
    content[at : at + 16] = b"Xing" + struct.pack(">III", 3, 100, 100 * 417)  # flags, frames, bytes
    (shelf.folder / "Emma/06.mp3").write_bytes(content)
    shelf.refresh()
    assert health(shelf, shelf.book()) == "parts 2 and 4 of 6 missing, part 6 cut off"


@pytest.mark.parametrize(
    ("names", "numbers"),
    [
        (["01 a", "02 b", "04 c"], [1, 2, 4]), (["Emma 1 - 01", "Emma 1 - 03"], [1, 3]), (["a", "b"], []),
        (["1 of 3", "2 of 3"], [1, 2]), (["CD 1 track 1", "CD 1 track 2", "CD 2 track 1"], []),
    ],
)  # fmt: skip
def test_numbers_of_files_are_what_rises_in_their_names(names: list[str], numbers: list[int]) -> None:
    assert numbers_of(names) == numbers


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


@pytest.mark.parametrize(("name", "found"), [("Emma/Emma.epub", True), ("Emma/Other.epub", False)])
def test_book_of_several_files_follows_the_e_book_that_is_called_as_its_folder(
    shelf: Shelf, name: str, found: bool
) -> None:
    for number in ("CD 1/01", "CD 1/02", "CD 2/03"):
        shelf.put(f"Emma/{number}.mp3", TALB="Emma")
    (shelf.folder / name).write_bytes(b"a book")
    shelf.add()
    book = shelf.book()
    assert len(book.parts) == 3
    assert (book.transcript and os.path.normpath(book.transcript)) == (str(shelf.folder / name) if found else None)
    assert not any(part.transcript for part in book.parts)
