"""A folder as a podcast: what is in it, in which order, and what stays when it changes."""

import shutil
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.sources.folders.shelf import Shelf
from tests.sources.folders.sounds import make_au, make_mp3
from tui_pod.core.library.episode import date_text
from tui_pod.net.file_address import to_address
from tui_pod.runtime.threads import Cancelled, CancelToken
from tui_pod.shelf.database import FAMILY
from tui_pod.shelf.files import read_files, read_kinds, store_contents, without_contents
from tui_pod.shelf.marks import read_news
from tui_pod.shelf.published import FeedError
from tui_pod.sources.folders import source
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.sources.table import subscribe


def test_subfolders_are_topics_below_the_folder(shelf: Shelf) -> None:
    shelf.put("intro.mp3", "Intro")
    shelf.put("Books/Ships/one.mp3", "One")
    shelf.put("Books/Harbours/two.mp3", "Two")
    shelf.add()
    topics = shelf.library().topics
    assert [topics.path_text(topic) for topic in range(1, len(topics.names))] == [
        "Shelf", "Shelf/Books", "Shelf/Books/Harbours", "Shelf/Books/Ships",
    ]  # fmt: skip
    assert shelf.course() == ["Intro", "Two", "One"]
    assert shelf.course("Shelf/Books/Ships") == ["One"]
    assert topics.feed(1) == shelf.store.feeds()[0].feed_id


def test_renamed_and_moved_files_keep_their_episodes(shelf: Shelf) -> None:
    path = shelf.put("old.mp3", "One")
    shelf.put("other.mp3", "Two")
    shelf.add()
    before = shelf.ids()
    (shelf.folder / "Sub").mkdir()
    path.rename(shelf.folder / "Sub" / "new.mp3")
    assert shelf.refresh().new == 0
    assert (shelf.ids(), read_news(shelf.store.db)) == (before, set())
    shelf.store.db.close()
    shelf.store.db.file.unlink()  # it is rebuilt from the backup
    shelf.refresh()
    assert shelf.ids() == before
    shelf.put("other.mp3", "Afterwards")
    assert shelf.refresh().has_changed
    assert shelf.ids()["Afterwards"] == before["Two"]
    before = shelf.ids()
    shelf.folder = shelf.folder.rename(shelf.folder.with_name("Books"))
    shelf.store.move(shelf.store.feeds()[0].feed_id, to_address(str(shelf.folder)))
    assert shelf.refresh().has_changed
    shelf.put("new.mp3", "New")
    shelf.refresh()
    assert read_news(shelf.store.db) == {shelf.ids()["New"]}
    audio = shelf.library().episode(shelf.library().index(before["One"]) or 0).audio
    assert audio == str(shelf.folder / "Sub" / "new.mp3")


def test_many_files_are_read_in_a_process_of_its_own_with_the_same_result(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MANY", 1)
    monkeypatch.setattr(ForeignTexts, "read_each", None)  # which would fail here
    for number in (1, 2, 3):
        shelf.put(f"Sub/{number}.mp3", f"Part {number}", TPE1=f"Speaker {number}")
    (shelf.folder / "link.mp3").symlink_to(shelf.folder / "Sub" / "1.mp3")
    done = subscribe(shelf.store, str(shelf.folder), [("Mine",)])
    assert (done.feed.episodes, done.is_new, done.has_moved, done.feed.folders) == (3, True, False, (("Mine",),))
    assert shelf.store.take_notices() == [
        f"{shelf.folder}: 1 link not followed. Add the target of a link as a folder of its own."
    ]
    shelf.put("Sub/4.mp3", "Part 4")
    outcome = shelf.refresh()
    assert (outcome.new, outcome.has_changed, outcome.error) == (1, True, None)
    assert shelf.course("Mine/Shelf/Sub") == ["Part 1", "Part 2", "Part 3", "Part 4"]


def test_what_goes_wrong_in_a_process_of_its_own_is_told(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MANY_BYTES", 1)
    playlist = shelf.folder / "list.m3u"
    shelf.folder.mkdir()
    playlist.write_text("gone.mp3\n")
    with pytest.raises(FeedError, match="There is no audio file in "):
        subscribe(shelf.store, str(playlist))


def test_reading_many_files_ends_when_it_is_not_wanted(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MANY", 1)
    for number in (1, 2):
        shelf.put(f"{number}.mp3")
    cancel = CancelToken()
    cancel.set()
    with pytest.raises(Cancelled):
        subscribe(shelf.store, str(shelf.folder), cancel=cancel)


def test_deleted_file_disappears_and_comes_back_as_itself(shelf: Shelf, tmp_path: Path) -> None:
    path = shelf.put("a.mp3", "A")
    shelf.put("b.mp3", "B")
    shelf.add()
    before = shelf.ids()
    shutil.move(path, tmp_path / "away.mp3")
    shelf.refresh()
    assert (list(shelf.ids()), shelf.store.feeds()[0].episodes) == (["B"], 1)
    shutil.move(tmp_path / "away.mp3", path)
    shelf.refresh()
    assert shelf.ids() == before


@pytest.mark.parametrize("is_empty", [True, False])
def test_folder_that_is_not_mounted_keeps_its_episodes(shelf: Shelf, is_empty: bool) -> None:
    shelf.put("a.mp3", "A")
    shelf.add()
    shutil.rmtree(shelf.folder)
    if is_empty:
        shelf.folder.mkdir()
    outcome = shelf.refresh()
    assert ("There is no audio file in " if is_empty else "There is no file or folder ") in str(outcome.error)
    assert list(shelf.ids()) == ["A"]


def test_folder_added_under_another_name_is_the_same(shelf: Shelf) -> None:
    shelf.put("a.mp3", "A")
    shelf.add()
    before = shelf.ids()
    shelf.folder = shelf.folder.rename(shelf.folder.with_name("Books"))
    done = shelf.add()
    assert (done.has_moved, done.is_new, done.new) == (True, False, 0)
    assert shelf.ids() == before
    assert shelf.store.feeds()[0].title == "Shelf"


@pytest.mark.parametrize(("shared", "is_moved"), [(2, True), (1, False)])
def test_folder_is_a_moved_one_if_it_has_half_of_the_files(shelf: Shelf, shared: int, is_moved: bool) -> None:
    for number in range(4):
        shelf.put(f"{number}.mp3", str(number))
    first = shelf.add().feed.feed_id
    shelf.folder = shelf.folder.rename(shelf.folder.with_name("Books"))
    for number in range(4 - shared):
        (shelf.folder / f"{number}.mp3").unlink()
    shelf.put("new.mp3", "New")
    done = shelf.add()
    assert (done.feed.feed_id == first, done.has_moved) == (is_moved, is_moved)


def test_other_folder_is_no_moved_one_while_the_first_is_there(shelf: Shelf) -> None:
    shelf.put("a.mp3", "A")
    first = shelf.add().feed.feed_id
    shelf.folder = shelf.folder.with_name("Copy")
    shelf.put("a.mp3", "A")
    assert shelf.add().feed.feed_id != first


def test_what_the_player_tells_concerns_one_folder_and_changes_no_known_length(shelf: Shelf, tmp_path: Path) -> None:
    other = tmp_path / "Other"
    for folder in (shelf.folder, other):
        make_mp3(folder / "known.mp3", "Known")
        make_au(folder / "unknown.au", 9.0)
        subscribe(shelf.store, str(folder))
    first, second = (feed.feed_id for feed in shelf.store.feeds())
    assert (without_contents(shelf.store, first, 9), without_contents(shelf.store, second, 9)) == (
        ["unknown.au"],
        ["unknown.au"],
    )
    known = read_files(shelf.store, first)["known.mp3"].tags.duration
    store_contents(shelf.store, first, {"known.mp3": (99.0, "", "Other"), "unknown.au": (9.0, "", "Told")})
    titles = [file.tags.title for _, file in sorted(read_files(shelf.store, first).items())]
    assert titles == ["Known", "Told"]
    lengths = [
        [read_files(shelf.store, feed)[name].tags.duration for name in ("known.mp3", "unknown.au")]
        for feed in (first, second)
    ]
    assert lengths == [[pytest.approx(known), 9.0], [known, None]]
    assert [read_kinds(shelf.store, feed)[1] for feed in (first, second)] == [False, True]  # is as stored


def test_files_have_the_dates_of_their_tags_and_others_are_sorted_by_the_day_they_were_found(shelf: Shelf) -> None:
    shelf.put("a.mp3", "Old", TDRC="2005-06-07")
    shelf.put("b.mp3", "Of a year", TYER="2019")
    shelf.put("b2.mp3", "Undated")
    shelf.put("c.mp3", "Later", TYER="2006", TDAT="0203")
    shelf.put("d.mp3", "Tomorrow", TDRC="2999-01-01")
    shelf.put_book(TDRC="2010-02-03")
    shelf.add()
    library = shelf.library()
    found = {each.title: each for each in map(library.episode, range(len(library)))}
    days = {"Old": "2005-06-07", "Later": "2006-03-02", "Emma": "2010-02-03"}
    assert {title: f"{each.published}" for title, each in found.items() if each.published} == days
    texts = {title: date_text(each) for title, each in found.items()}
    assert (texts["Of a year"], texts["Later"], texts["Undated"]) == ("2019", "2 Mar 2006", "")
    assert library.titles[-4:] == ["Of a year", "Emma", "Later", "Old"], "the newest first"
    assert {*library.titles[:-4]} == {"Undated", "Tomorrow"}


def test_file_with_an_old_date_is_new_when_it_is_found(shelf: Shelf) -> None:
    shelf.put("a.mp3", "One")
    shelf.add()
    shelf.put("b.mp3", "Two", TDRC="2005-06-07")
    shelf.refresh()
    assert read_news(shelf.store.db, time.time()) == {shelf.ids()["Two"]}


def sorting(shelf: Shelf) -> dict[str, float]:
    """Return the time by which each episode is sorted, by title."""
    with shelf.store.db.read() as db:
        return dict(db.execute("SELECT title, sort FROM episodes"))


def test_file_whose_date_is_added_later_keeps_its_id_and_one_without_keeps_its_place(shelf: Shelf) -> None:
    for title in ("One", "Two"):
        shelf.put(f"{title}.mp3", title)
    shelf.add()
    ids, places = shelf.ids(), sorting(shelf)
    shelf.put("One.mp3", "One", TDRC="2005-06-07")
    shelf.refresh()
    dated = datetime(2005, 6, 7, tzinfo=UTC).timestamp()
    assert (shelf.ids(), sorting(shelf)) == (ids, places | {"One": dated})


def test_home_of_2_1_gets_its_dates_at_the_next_scan(shelf: Shelf) -> None:
    shelf.put("a.mp3", "Old", TDRC="2005-06-07")
    shelf.put("b.mp3", "Slashes", TDRC="2005/06/08")
    shelf.put("c.mp3", "Undated")
    shelf.add()
    ids, added = shelf.ids(), 1_700_000_000.0
    with shelf.store.db.write() as db:  # as 2.1 stored it
        db.execute("UPDATE episodes SET published = ?, sort = ?", (added, added))
        db.execute("UPDATE files SET tags = json_replace(tags, '$[17]', NULL) WHERE path LIKE 'b%'")
        db.execute("DROP TABLE replaced")
        db.execute(f"PRAGMA application_id = {FAMILY << 16 | 7}")
    shelf.store.db.close()
    library = shelf.library()
    assert [library.episode(index).published for index in range(3)] == [None] * 3
    assert shelf.refresh().has_changed
    library = shelf.library()
    dates = {each.title: each.published for each in map(library.episode, range(3))}
    assert dates == {"Old": date(2005, 6, 7), "Slashes": date(2005, 6, 8), "Undated": None}
    assert (shelf.ids(), read_news(shelf.store.db)) == (ids, set())
    assert sorting(shelf)["Undated"] == added
