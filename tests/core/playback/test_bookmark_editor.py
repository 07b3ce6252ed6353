"""Progress that others made, such as another machine, while this app runs.

Changing lists of the listener's own: each change is shown, saved, and can be undone.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from tests.fakes import START
from tests.present import present
from tests.rooms import EPISODES, Room, make_room
from tui_pod.core.errors import UserError
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.library.parts import Move
from tui_pod.core.playback.undo import DEPTH, Change, UndoHistory, seek_label
from tui_pod.core.playback.up_next import PlayContext, from_values
from tui_pod.core.player.events import StateMended
from tui_pod.core.progress.bookmarks import Bookmark, Stretch
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.moves import moved_notebook
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.selection.list_query import Orders, list_episodes
from tui_pod.core.selection.list_topics import with_lists
from tui_pod.core.selection.session_planner import SessionRequest, plan_session
from tui_pod.core.selection.shared_queue import QueueNews

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
    assert room.controller.bookmarks.receive([theirs, other], "{} bookmarks synced".format)
    assert not room.controller.bookmarks.receive([old, theirs], str)
    assert set(room.controller.bookmarks) == {theirs, other}
    assert (saved(room), room.listener.said) == ([mine], ["2 bookmarks synced. Press u to undo."])
    room.controller.undo()
    assert [(each.episode, each.note) for each in room.controller.bookmarks] == [("one", "")]


def test_bookmarks_are_saved_again_when_the_files_were_lost() -> None:
    room = make_room()
    bookmark = keep(room)
    room.controller.handle(StateMended(()))
    assert saved(room) == [bookmark, bookmark]


LATER = START + timedelta(hours=1)


@pytest.fixture(name="room")
def playing_room() -> Room:
    """Episode three, playing at 20 s; `one` was left at 50 s."""
    room = make_room(EPISODES, {"one": Progress(START, 50.0, 100.0)})
    room.play("three", seconds=20)
    return room


def test_mark_of_another_machine_holds_while_the_episode_plays_on(room: Room) -> None:
    assert room.controller.editor.receive({"three": Progress(LATER, played=True)})
    room.player.play(30)
    assert (room.progress("three").status, room.position) == (Status.PLAYED, 50.0)


def test_mark_taken_off_elsewhere_lets_the_position_go_on(room: Room) -> None:
    room.controller.editor.mark(["three"], played=True)
    assert room.controller.editor.receive({"three": Progress(LATER)})
    room.player.play(30)
    assert room.progress("three").position == 50.0


def test_position_of_another_machine_moves_all_but_what_plays(room: Room) -> None:
    values = {"three": Progress(LATER, 200.0), "one": Progress(LATER, 70.0), "two": Progress(LATER, 5.0)}
    assert room.controller.editor.receive(values)
    assert [room.progress(ident).position for ident in ("three", "one", "two")] == [20.0, 70.0, 5.0]
    assert room.listener.changed[-1] == {"one", "two"}


def test_what_comes_under_another_id_of_an_episode_is_of_that_episode(room: Room) -> None:
    room.controller.library.aliases = {"copy": "one"}
    assert room.controller.editor.receive({"copy": Progress(LATER, 70.0)})
    assert (room.progress("one").position, room.progress_index.continue_count) == (70.0, 1)
    room.controller.receive_queue(QueueNews("now", "", (), ("copy", "two")))
    assert room.controller.queue.upcoming == ("one", "two")


@pytest.mark.parametrize("value", [Progress(START, 50.0, 100.0), Progress(START - timedelta(days=1), 9.0, 100.0)])
def test_what_is_known_or_older_is_not_new(room: Room, value: Progress) -> None:
    said = list(room.listener.said)
    assert not room.controller.editor.receive({"one": value}, "1 episode synced")
    assert (room.progress("one").position, room.listener.said) == (50.0, said)


def test_what_others_saved_is_not_saved_again_unless_asked(room: Room) -> None:
    saved = len(room.writer.records)
    room.controller.editor.receive({"one": Progress(LATER, 70.0)})
    assert len(room.writer.records) == saved
    room.controller.editor.receive({"one": Progress(LATER + timedelta(hours=1), 80.0)}, is_saved=False)
    assert room.writer.progress("one") == [80.0]


def test_what_came_in_with_a_label_is_said_and_undone(room: Room) -> None:
    room.controller.editor.receive({"one": Progress(LATER, 70.0)}, "1 episode synced")
    assert room.listener.said[-1] == "1 episode synced. Press u to undo."
    room.controller.undo()
    assert room.progress("one").position == 50.0


def on(room: Room, name: str) -> list[str]:
    """Return what the topic of a list has, in its order."""
    library = room.controller.library
    topic = library.topics.find(name)
    if topic is None:
        return []
    view = Orders().view(library, topic)
    return [library.ids[i] for i in list_episodes(library, room.controller.progress_index, room.controller.queue, view)]


def test_episodes_are_put_on_a_list_once_and_it_is_shown_saved_and_undone() -> None:
    room = make_room()
    lists = room.controller.lists
    assert lists.put_on(" Morning ", ["three", "one"]) == "2 episodes put on “Morning”"
    assert lists.put_on("Morning", ["one", "two"]) == "“Two” put on “Morning”"
    assert on(room, "Morning") == ["three", "one", "two"]
    assert room.listener.libraries[-1] is room.controller.library
    saved = [record for record in room.writer.records if isinstance(record, OwnList)]
    assert saved[-1].episodes == ("three", "one", "two")
    room.controller.undo()
    assert on(room, "Morning") == ["three", "one"]
    room.controller.undo()
    assert "Morning" not in room.controller.library.topics.names
    room.controller.redo()
    assert on(room, "Morning") == ["three", "one"]


def test_episodes_move_over_what_the_library_lacks_and_leave_the_list() -> None:
    room = make_room()
    lists = room.controller.lists
    lists.put_on("Mine", ["one", "gone", "two", "three"])
    lists.move("Mine", "one", 1)
    assert on(room, "Mine") == ["two", "one", "three"]
    lists.move("Mine", "three", -1)
    lists.move("Mine", "two", -1)  # is the first already
    assert on(room, "Mine") == ["two", "three", "one"]
    assert lists.take_off("Mine", ["three", "five"]) == "“Three” taken off “Mine”"
    assert on(room, "Mine") == ["two", "one"]
    room.controller.undo()
    assert on(room, "Mine") == ["two", "three", "one"]


@pytest.mark.parametrize(
    ("name", "said"),
    [("  ", "a list needs a name"), ("Basics", "there is a topic “Basics” already"), ("Rule", "is a smart list")],
)
def test_name_that_cannot_be_a_list_by_hand_is_refused(name: str, said: str) -> None:
    room = make_room()
    room.controller.lists.set(OwnList("Rule", START, is_rule=True), "a rule")
    with pytest.raises(UserError, match=said):
        room.controller.lists.put_on(name, ["one"])


def test_renamed_list_keeps_what_is_on_it_and_no_other_list_is_overwritten() -> None:
    room = make_room()
    lists = room.controller.lists
    lists.put_on("One", ["one"])
    lists.put_on("Two", ["two"])
    former = present(lists.named("One"))
    with pytest.raises(UserError, match="there is a list “Two” already"):
        lists.set(former._replace(name="Two"), "renamed", "One")
    lists.set(former._replace(name="Three"), "renamed", "One")
    assert (on(room, "One"), on(room, "Two"), on(room, "Three")) == ([], ["two"], ["one"])
    room.controller.undo()
    assert (on(room, "One"), on(room, "Three")) == (["one"], [])


def test_removed_list_leaves_the_episodes_and_comes_back() -> None:
    room = make_room()
    room.controller.lists.put_on("Mine", ["one"])
    assert room.controller.lists.remove("Mine") == "List “Mine” removed"
    assert (on(room, "Mine"), len(room.controller.lists)) == ([], 0)
    assert room.controller.library.index("one") is not None
    room.controller.undo()
    assert on(room, "Mine") == ["one"]


def test_undo_keeps_what_another_machine_has_put_on_since_and_a_replaced_smart_list_is_named() -> None:
    room = make_room()
    lists = room.controller.lists
    lists.put_on("Mine", ["one"])
    lists.put_on("Mine", ["two"])
    known = present(lists.named("Mine"))
    lists.receive([known.followed_by(known._replace(episodes=("three", "one", "two")), START + timedelta(hours=1))])
    room.controller.undo()
    assert on(room, "Mine") == ["three", "one"]
    lists.set(rule := OwnList("Rule", START, is_rule=True, words="one"), "a rule")
    lists.receive([rule._replace(words="two", updated=START + timedelta(hours=2))], "{} list synced".format)
    assert "1 list synced; “Rule” as a whole, since the change there was the newer one" in room.listener.said[-1]


def test_playing_goes_on_in_a_list_by_a_rule_whose_episodes_leave_it_when_they_are_begun() -> None:
    room = make_room()
    room.controller.lists.set(OwnList("New", START, is_rule=True, topics=("Basics",), status="unplayed"), "a rule")
    library = room.controller.library
    view = Orders().view(library, library.topics.find("New") or 0)
    indexes = list_episodes(library, room.controller.progress_index, room.controller.queue, view)
    room.controller.play("two", PlayContext(indexes, 1, view))
    room.player.play(20)
    assert on(room, "New") == ["one", "three", "four", "five"]
    assert room.controller.sessions.status().next == "three"
    again = with_lists(library, library.lists.values(), START.date())
    progress_index = room.controller.progress_index.moved_to(again)
    restored = present(from_values(room.writer.table("list"), again, progress_index))
    assert [again.ids[index] for index in restored.indexes] == ["one", "two", "three", "four", "five"]


def test_session_of_a_list_is_in_its_order_whatever_is_new() -> None:
    room = make_room()
    room.controller.lists.put_on("Mine", ["five", "two", "one"])
    library, progress_index = room.controller.library, room.controller.progress_index
    progress_index.set_new(["one"])
    request = SessionRequest(3600.0, library.topics.find("Mine") or 0)
    plan = plan_session(library, progress_index, request, lambda _: 1.0)
    assert [library.ids[index] for index in plan.indexes] == ["five", "two", "one"]


def test_list_with_a_limit_of_age_loses_what_is_too_old_when_the_local_day_turns(zone: str) -> None:
    room, midnight = make_room(), datetime(2026, 2, 6).astimezone()
    room.clock.now = midnight.astimezone(UTC) - timedelta(seconds=1)
    room.controller.lists.set(OwnList("Week", START, is_rule=True, max_age=1), "a rule")
    assert on(room, "Week") == ["one", "two"]
    room.clock.go(1)
    room.controller.turn_day()
    assert on(room, "Week") == ["one"]


def nothing() -> None: ...


positions: list[float] = []
"""Where undoing and redoing seeks led."""


def change(number: int) -> Change:
    return Change(str(number), nothing, nothing)


@cache
def going_to(position: float) -> Callable[[], None]:
    return lambda: positions.append(position)


def seek(before: float, after: float, at: float, episode: str = "one") -> Change:
    at_time, jump = START + timedelta(seconds=at), (before, after)
    return Change(seek_label(jump), going_to(before), going_to(after), episode, at_time, jump)


def history(*changes: Change) -> UndoHistory:
    made = UndoHistory()
    for one in changes:
        made.add(one)
    return made


def test_undo_nothing_done_is_none() -> None:
    assert history().undo() is None
    assert history().redo() is None


def test_undo_and_redo_hundred_changes_come_back_in_order() -> None:
    made = history(*(change(number) for number in range(100)))
    undone = [made.undo() for _ in range(100)]
    assert undone == [change(number) for number in reversed(range(100))]
    assert made.undo() is None
    assert [made.redo() for _ in range(100)] == [change(number) for number in range(100)]
    assert made.redo() is None


def test_add_beyond_the_depth_forgets_the_oldest() -> None:
    made = history(*(change(number) for number in range(DEPTH + 3)))
    undone = [made.undo() for _ in range(DEPTH)]
    assert (undone[-1], made.undo()) == (change(3), None)


def test_add_after_undo_ends_redoing() -> None:
    made = history(change(1))
    made.undo()
    made.add(change(2))
    assert made.redo() is None


def test_add_seeks_of_a_held_key_are_one_change() -> None:
    made = history(seek(0, 30, at=0), seek(30, 60, at=0.5), seek(60, 90, at=2.4))
    undone = made.undo()
    assert undone is not None
    positions.clear()
    undone.undo()
    undone.redo()
    assert (positions, undone.label) == ([0, 90], "seek from 0:00 to 1:30")
    assert made.undo() is None


@pytest.mark.parametrize(
    ("changes", "last", "before"),
    [
        ((seek(0, 30, at=0), seek(30, 60, at=2)), seek(30, 60, at=2), seek(0, 30, at=0)),
        ((seek(0, 30, at=0), seek(0, 30, 0.5, "two")), seek(0, 30, 0.5, "two"), seek(0, 30, at=0)),
        ((seek(0, 30, at=0), seek(30, 60, at=-3600)), seek(30, 60, at=-3600), seek(0, 30, at=0)),
        ((seek(0, 30, at=0), change(1), seek(30, 60, at=0.5)), seek(30, 60, at=0.5), change(1)),
    ],
    ids=["apart", "two episodes", "the clock set back", "after another change"],
)
def test_add_other_seeks_are_changes_of_their_own(changes: tuple[Change, ...], last: Change, before: Change) -> None:
    made = history(*changes)
    assert (made.undo(), made.undo()) == (last, before)


def test_changes_since_another_are_joined_and_come_back_in_order() -> None:
    history, steps = UndoHistory(), list[str]()

    def noted(name: str) -> Change:
        return Change(name, lambda: steps.append(f"undo {name}"), lambda: steps.append(f"redo {name}"))

    history.add(noted("a"))
    last = history.last
    history.join(last, "nothing")
    assert history.last is last
    for name in "bc":
        history.add(noted(name))
    history.join(last, "both")
    joined = history.undo()
    assert joined is not None
    joined.undo()
    joined.redo()
    assert (joined.label, steps) == ("both", ["undo c", "undo b", "redo b", "redo c"])
    assert history.undo() is last


def test_changes_since_one_that_is_gone_stay_apart() -> None:
    history = UndoHistory()
    for number in range(3):
        history.add(change(number))
    gone = history.undo()
    history.join(gone, "all")
    assert history.last == change(1)
