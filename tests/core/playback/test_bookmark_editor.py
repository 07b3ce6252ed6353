from datetime import timedelta

import pytest

from tests.fakes import START
from tests.rooms import Room, make_room
from tui_pod.core.library.parts import Move
from tui_pod.core.player.events import StateMended
from tui_pod.core.progress.bookmarks import Bookmark, Stretch
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.moves import moved_notebook

WORDS = Stretch(10.0, 15.0, "Words to keep.")


def keep(room: Room, stretch: Stretch = WORDS) -> Bookmark:
    bookmark, _ = room.controller.bookmarks.add("one", "One", stretch)
    return bookmark


def saved(room: Room) -> list[Bookmark]:
    return [record for record in room.writer.records if isinstance(record, Bookmark)]


def test_bookmark_kept_is_saved_and_told_once() -> None:
    room = make_room()
    bookmark = keep(room)
    assert (bookmark.text, bookmark.created, bookmark.title) == ("Words to keep.", START, "One")
    assert room.controller.bookmarks.add("one", "One", WORDS._replace(start=10.4)) == (bookmark, False)
    room.controller.bookmarks.edit(bookmark.key, WORDS.text, "")
    assert saved(room) == [bookmark]
    assert (room.writer.compactions, room.listener.bookmarked) == (1, [frozenset({"one"})])


def test_bookmarks_of_an_episode_are_in_the_order_of_its_time() -> None:
    room = make_room()
    for start in (50.0, 10.0, 30.0):
        keep(room, Stretch(start, start + 2))
    room.controller.bookmarks.add("two", "Two", WORDS)
    assert [bookmark.start for bookmark in room.controller.bookmarks.of("one")] == [10.0, 30.0, 50.0]


def test_bookmark_at_the_former_place_of_another_leaves_it_in_the_file() -> None:
    room = make_room()
    keep(room)
    room.clock.go(3600)
    until = START.timestamp() + 60
    room.controller.library.moves = [Move("one", 0.0, 100.0, until, "one", 10.0, 110.0)]  # a part came before
    room.controller.adopt(room.controller.library, room.controller.progress_index)
    keep(room, Stretch(10.0, 12.0, "New words."))
    by_key = {each.key: each for each in saved(room)}
    read = moved_notebook(Notebook(tuple(by_key.values())), room.controller.library.moves).bookmarks
    assert {each.start: each.text for each in read} == {10.0: "New words.", 20.0: "Words to keep."}


def test_bookmark_kept_undone_and_redone() -> None:
    room = make_room()
    bookmark = keep(room)
    assert room.controller.undo().text == "Undid: bookmark at 0:10"
    assert not list(room.controller.bookmarks)
    assert saved(room)[-1].is_removed
    assert room.controller.redo().text == "Redid: bookmark at 0:10"
    (again,) = room.controller.bookmarks
    assert again == bookmark._replace(updated=again.updated)


def test_bookmark_edited_and_undone() -> None:
    room = make_room()
    key = keep(room).key
    room.controller.bookmarks.edit(key, "Other words.", "A note.")
    assert [(each.text, each.note) for each in room.controller.bookmarks] == [("Other words.", "A note.")]
    room.controller.undo()
    assert [(each.text, each.note) for each in room.controller.bookmarks] == [("Words to keep.", "")]


@pytest.mark.parametrize(("words", "is_recognised"), [("Recognised.", True), ("Corrected.", False)])
def test_words_that_were_corrected_are_no_longer_a_machines(words: str, is_recognised: bool) -> None:
    keeper = make_room().controller.bookmarks
    bookmark, _ = keeper.add("one", "One", Stretch(1.0, 2.0, "Recognised.", is_recognised=True))
    keeper.edit(bookmark.key, words, "A note.")
    assert next(iter(keeper)).is_recognised is is_recognised


def test_bookmarks_removed_leave_what_others_must_learn_and_come_back() -> None:
    room = make_room()
    keys = [keep(room).key, keep(room, Stretch(40.0, 45.0)).key]
    assert room.controller.bookmarks.remove(keys) == "2 bookmarks removed"
    assert [(each.is_removed, each.text) for each in saved(room)[-2:]] == [(True, ""), (True, "")]
    room.controller.undo()
    assert [each.text for each in room.controller.bookmarks] == ["Words to keep.", ""]


def test_every_value_is_newer_than_the_last_even_when_the_clock_goes_back() -> None:
    room = make_room()
    key = keep(room).key
    room.clock.go(-3600)
    room.controller.bookmarks.edit(key, "Words.", "")
    room.controller.bookmarks.remove([key])
    keep(room)
    times = [bookmark.updated for bookmark in saved(room)]
    assert times == sorted(set(times))


def test_received_bookmarks_are_shown_not_saved_and_can_be_undone() -> None:
    room = make_room()
    mine = keep(room)
    theirs = mine._replace(note="Theirs.", updated=START + timedelta(minutes=1))
    other = Bookmark("two", 5.0, 6.0, START, START)
    old = mine._replace(note="Old.", updated=START - timedelta(minutes=1))
    assert room.controller.bookmarks.receive([theirs, other], "2 bookmarks synced")
    assert not room.controller.bookmarks.receive([old, theirs], "nothing")
    assert set(room.controller.bookmarks) == {theirs, other}
    assert (saved(room), room.listener.said) == ([mine], ["2 bookmarks synced. Press u to undo."])
    room.controller.undo()
    assert [(each.episode, each.note) for each in room.controller.bookmarks] == [("one", "")]


def test_bookmarks_are_saved_again_when_the_files_were_lost() -> None:
    room = make_room()
    bookmark = keep(room)
    room.controller.handle(StateMended(()))
    assert saved(room) == [bookmark, bookmark]
