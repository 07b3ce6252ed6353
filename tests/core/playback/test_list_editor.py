"""Changing lists of the listener's own: each change is shown, saved, and can be undone."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes import START
from tests.present import present
from tests.rooms import Room, make_room
from tui_pod.core.errors import UserError
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.playback.up_next import PlayContext, from_values
from tui_pod.core.selection.list_query import Orders, list_episodes
from tui_pod.core.selection.list_topics import with_lists
from tui_pod.core.selection.session_planner import SessionRequest, plan_session


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
    lists.receive([rule._replace(words="two", updated=START + timedelta(hours=2))], "1 list synced")
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
