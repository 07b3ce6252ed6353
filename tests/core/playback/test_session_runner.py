from datetime import timedelta

import pytest

from tests.fakes import START
from tests.present import present
from tests.rooms import Room, make_room
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import SettingRecord
from tui_pod.core.selection.session_planner import Plan, SessionRequest, plan_session
from tui_pod.core.selection.session_records import SavedSession, from_settings


def start_session(room: Room, budget: float = 300.0) -> None:
    """Start a session in the standard topic of numbers: `two` and then `one`, 300 s."""
    request = SessionRequest(budget, topic=2)
    plan = plan_session(room.library, room.progress_index, request, room.controller.mixer.speed_rule)
    room.controller.sessions.start(request, plan)


def test_session_plays_its_episodes_before_what_is_queued_and_then_ends(room: Room) -> None:
    room.controller.sessions.start(SessionRequest(60), Plan((), 0.0, room.library, ()))
    assert (room.controller.session, room.playing) == (None, None)
    room.controller.queue_last(["five"])
    start_session(room)
    assert (room.playing, room.upcoming) == ("two", ("one", "five"))
    room.player.play(200)
    room.player.play(100)
    [summary] = room.listener.summaries
    assert (room.playing, room.status, room.controller.session) == (None, PlayerStatus.STOPPED, None)
    assert (summary.finished, summary.next) == (2, "five")
    assert summary.heard == summary.used == pytest.approx(300)
    assert ("Numbers", 2, 2) in summary.topics
    room.controller.go_on()
    assert room.playing == "five"
    room.player.play(10)
    room.controller.go_on()
    assert room.listener.said[-1].startswith("Nothing comes next")


def test_session_status_counts_its_own_episodes_and_the_listeners_time(room: Room) -> None:
    room.controller.queue_last(["five"])
    room.controller.mixer.set_speed(2.0)
    start_session(room, budget=150.0)
    room.player.play(50)
    status = room.controller.sessions.status()
    assert (status.number, status.count, status.left, status.next) == (1, 2, 100.0, "one")


def test_status_without_a_session_counts_the_queue(room: Room) -> None:
    room.play("one", seconds=40)
    room.controller.queue_last(["five"])
    status = room.controller.sessions.status()
    assert (status.number, status.count, status.left, status.next) == (None, 0, 70.0, "five")


def test_session_undone_or_ended_takes_what_was_planned_out_of_the_queue(room: Room) -> None:
    room.controller.queue_last(["five"])
    start_session(room)
    room.player.play(20)
    assert room.controller.undo().text == "Undid: a session of 2 episodes"
    assert room.controller.session is None
    assert (room.playing, room.position, room.upcoming) == ("two", 20.0, ("five",))
    assert room.controller.undo().text == "Undid: “Five” queued"
    assert room.upcoming == ()
    room.controller.redo()
    room.controller.redo()
    assert room.controller.session is not None
    assert room.upcoming == ("one", "five")
    room.controller.sessions.end()
    assert room.controller.session is None
    assert (room.playing, room.upcoming) == ("two", ("five",))
    room.controller.sessions.end()
    assert room.controller.undo().text == "Undid: the end of the session"
    assert room.controller.session is not None
    assert room.upcoming == ("one", "five")


@pytest.mark.parametrize("is_paused", [False, True])
def test_session_undone_brings_back_what_it_interrupted(room: Room, is_paused: bool) -> None:
    room.play("four", seconds=40)
    room.controller.set_paused(is_paused)
    start_session(room)
    assert room.playing == "two"
    room.player.play(20)
    room.controller.undo()
    assert (room.playing, room.controller.is_paused) == ("four", is_paused)
    assert room.progress("two").position == 20.0
    room.controller.redo()
    assert room.controller.session is not None


def test_session_undone_after_it_was_planned_anew_leaves_nothing_of_it(room: Room) -> None:
    room.controller.queue_last(["one", "five"])
    start_session(room)
    room.controller.next()
    room.controller.undo()
    assert room.controller.session is None
    assert room.upcoming == ("five",)


def test_session_planned_anew_leaves_what_the_listener_queued(room: Room) -> None:
    room.controller.queue_last(["one", "five"])
    start_session(room)
    assert room.upcoming == ("one", "five")
    room.controller.editor.mark(["three"], played=True)
    assert "one" in room.upcoming
    room.controller.sessions.end()
    assert room.upcoming == ("one", "five")


def test_session_begun_takes_the_place_of_one_under_way(room: Room) -> None:
    start_session(room)
    room.controller.sessions.start(SessionRequest(200.0), Plan((4,), 200.0, room.library, ("",)))
    assert room.upcoming == ()
    room.controller.undo()
    assert present(room.controller.session).episodes == ("two", "one")
    start_session(room)
    assert "replaced the previous one" in room.listener.said[-1]


def test_session_skipped_episode_is_planned_no_more_and_its_time_filled_anew(room: Room) -> None:
    start_session(room)
    room.player.play(20)
    room.controller.next()
    session = present(room.controller.session)
    assert (room.playing, session.episodes, session.skipped) == ("one", ("one",), frozenset(("two",)))


def test_session_skipped_episode_makes_room_for_another(room: Room) -> None:
    request = SessionRequest(300.0)
    plan = plan_session(room.library, room.progress_index, request, room.controller.mixer.speed_rule)
    room.controller.sessions.start(request, plan)
    assert room.controller.session is not None
    planned = room.controller.session.episodes
    room.controller.next()
    assert set(present(room.controller.session).episodes) - set(planned)


def test_session_episode_marked_played_is_not_waited_for(room: Room) -> None:
    start_session(room)
    room.controller.editor.mark(["one"], played=True)
    assert room.upcoming == ()
    room.player.play(200)
    assert (room.playing, len(room.listener.summaries)) == (None, 1)


def begin_long_session(room: Room) -> None:
    """Start a session of `one`, `two` and `three`, in the order of the queue."""
    indexes = tuple(room.library.ids.index(ident) for ident in ("one", "two", "three"))
    plan = Plan(indexes, 600.0, room.library, ("",) * len(indexes))
    room.controller.sessions.start(SessionRequest(600.0, topic=1), plan)


def test_session_episode_taken_out_of_the_queue_is_of_the_session_no_more_and_not_replaced(room: Room) -> None:
    begin_long_session(room)
    room.controller.unqueue(["two"])
    assert present(room.controller.session).episodes == ("one", "three")
    assert (room.controller.sessions.status().count, room.controller.sessions.status().left) == (2, 400.0)
    room.controller.editor.mark(["five"], played=True)  # plans anew where it is of the session
    room.controller.next()
    assert room.playing == "three"
    assert room.upcoming == ()


def test_session_moved_about_in_the_queue_keeps_its_order_when_it_is_planned_anew(room: Room) -> None:
    begin_long_session(room)
    room.controller.move_in_queue("three", -1)
    assert present(room.controller.session).episodes == ("one", "three", "two")
    room.controller.next()
    assert room.playing == "three"
    assert room.upcoming[:1] == ("two",)


def test_session_change_is_undone_and_redone_with_its_place_in_the_queue(room: Room) -> None:
    begin_long_session(room)
    before = room.controller.session
    room.controller.unqueue(["two"])
    after = room.controller.session
    room.controller.undo()
    assert room.controller.session == before
    assert list(room.upcoming) == ["two", "three"]
    room.controller.redo()
    assert room.controller.session == after
    assert list(room.upcoming) == ["three"]
    room.controller.unqueue(["three"])
    room.controller.queue_next(["five"])
    changed = present(room.controller.session)
    assert changed.episodes == ("one",)
    room.player.play(100.0)
    assert (room.controller.session, room.status) == (None, PlayerStatus.STOPPED)


def saved(room: Room) -> SavedSession | None:
    """Return the session as a start would read it."""
    values = {(r.table, r.key): r.value for r in room.writer.records if isinstance(r, SettingRecord)}
    return from_settings(lambda table, key, default: values.get((table, key), default), room.library.topics, START)


def test_session_waits_while_something_else_plays_and_its_interrupted_piece_is_next(room: Room) -> None:
    start_session(room)
    room.player.play(20)
    room.play("five", seconds=5)
    status = room.controller.sessions.status()
    assert (status.number, status.waiting, status.left, status.next) == (None, 2, 280.0, "two")
    assert present(room.controller.session).used == 20.0
    room.controller.next()
    assert (room.playing, room.position, room.controller.sessions.status().number) == ("two", 20.0, 1)


def test_session_planned_anew_while_it_waits_keeps_its_interrupted_piece(room: Room) -> None:
    plan = Plan((0, 1, 2), 600.0, room.library, ("",) * 3)
    room.controller.sessions.start(SessionRequest(600.0, topic=1, has_started=False), plan)
    room.player.play(20)
    room.play("five", seconds=5)
    room.controller.editor.mark(["three"], played=True)
    assert room.controller.queue.upcoming[:2] == ("one", "two")
    assert room.controller.sessions.status().next == "one"


def test_session_is_saved_with_its_end_time_and_goes_on_after_a_restart(room: Room) -> None:
    start_session(room)
    room.player.play(20)
    room.controller.toggle_pause()
    paused = present(saved(room))
    assert (paused.session.heard, paused.session.used) == (20.0, 20.0)
    room.controller.end()
    kept = present(saved(room))
    assert (kept.session, kept.ends - room.clock()) == (room.controller.session, timedelta(seconds=280.0))
    again = make_room(progress=dict(room.progress_index), queue=room.controller.queue, session=kept.session)
    again.play("two", seconds=180)
    again.player.play(100)
    assert [summary.finished for summary in again.listener.summaries] == [2]
    assert saved(again) is None


def test_session_saved_by_hand_with_wrong_values_is_read_as_far_as_it_goes(room: Room) -> None:
    values: dict[tuple[str, str], object] = {("session", "episodes"): ["one", 7], ("session", "order"): "loud"}
    found = from_settings(lambda table, key, default: values.get((table, key), default), room.library.topics, START)
    assert found is not None
    assert (found.session.episodes, found.session.request.topic, found.ends) == (("one",), 0, START)


def test_begun_episode_that_three_sessions_offer_in_vain_is_not_first_any_more() -> None:
    """`one` is half heard, and skipped each time; once it is played again, it is first again."""

    def half(minutes: float) -> Progress:
        when = START - timedelta(days=1) + timedelta(minutes=minutes)
        return Progress(when, 50.0, listened=when, played_ranges=((0.0, 50.0),))

    request, room = SessionRequest(10_000.0, topic=1), make_room(progress={"one": half(1)})
    for number in range(4):
        plan = room.controller.sessions.plan(request)
        assert (room.library.ids[plan.indexes[0]] == "one") is (number < 3)
        room.controller.sessions.start(request, plan)
        room.player.play(5)
        if room.playing == "one":
            room.controller.sessions.skip()
        room.controller.sessions.end()
        room.controller.stop()
        room.clock.go(86_400)
        saved = {"offers": room.writer.table("list")["offers"]}
        room = make_room(progress=dict(room.progress_index), saved_list=saved)
    room.play("one", seconds=20)
    room.controller.stop()
    assert room.library.ids[room.controller.sessions.plan(request).indexes[0]] == "one"
