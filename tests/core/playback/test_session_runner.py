"""The list that playing goes on in: where it comes from, and that it survives a restart.

What is repeated, where it ends, and that it never becomes played.
"""

from datetime import timedelta
from math import inf

import pytest

from tests.core.library.test_catalog import library as library
from tests.fakes import START
from tests.present import present
from tests.rooms import Room, make_room
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library
from tui_pod.core.library.parts import Part
from tui_pod.core.playback.up_next import PlayContext
from tui_pod.core.player.events import ChaptersKnown, FileEnded
from tui_pod.core.player.options import PlaybackOptions
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, Playback, PlayerStatus, RepeatKind, Repetition, Source
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import SettingRecord
from tui_pod.core.selection.list_query import Filter, ListQuery, Sort, list_episodes
from tui_pod.core.selection.queue import Queue
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


PLAYED = Progress(START, played=True, plays=1)
BASICS = 1
"""The topic of one to five."""

SEED = 4
"""Shuffles them to four, one, two, three, five."""


def start_from(room: Room, episode: str, view: ListQuery) -> None:
    """Start an episode from a list."""
    listed = list(list_episodes(room.library, room.progress_index, room.controller.queue, view))
    index = room.library.index(episode)
    assert index is not None
    room.controller.play(episode, PlayContext(listed, listed.index(index), view))


def restarted(room: Room) -> Room:
    """Return listening as after a restart: only what was saved is known, and the episode is held."""
    playback = room.controller.playback
    held = Playback(episode=playback.episode, title=playback.title, position=playback.position)
    room.controller.end()
    return make_room(
        progress=dict(room.progress_index),
        queue=room.controller.queue,
        playback=held,
        saved_list=room.writer.table("list"),
        library=room.library,
    )


def following(room: Room) -> str | None:
    return room.controller.sessions.status().next


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (ListQuery(BASICS, sort=Sort.SHORTEST), "three"),
        (ListQuery(BASICS, sort=Sort.TITLE), None),
        (ListQuery(BASICS, Filter.UNPLAYED, Sort.LONGEST), "one"),
        (ListQuery(BASICS, sort=Sort.SHUFFLE, seed=SEED), "three"),
        (ListQuery(0), "three"),
    ],
)
def test_list_that_an_episode_was_started_from_survives_a_restart(view: ListQuery, expected: str | None) -> None:
    room = make_room()
    start_from(room, "two", view)
    room.player.play(20)
    assert following(room) == expected
    room = restarted(room)
    assert following(room) == expected
    room.controller.toggle_pause()
    assert following(room) == expected


def test_list_survives_while_a_queued_episode_plays() -> None:
    room = make_room(queue=Queue(("five",)))
    start_from(room, "three", ListQuery(BASICS, sort=Sort.SHORTEST))
    room.player.play(300)
    assert room.playing == "five"
    room.player.play(5)
    room = restarted(room)
    room.controller.toggle_pause()
    assert following(room) == "four"  # its length is unknown, so it is the last one


def test_list_of_another_episode_is_not_taken_up_after_a_restart(library: Library) -> None:
    saved = {"topic": library.topics.keys[0], "order": "title", "filter": "all", "episode": "e"}
    held = Playback(episode="d", title="D", position=5.0)
    room = make_room(library=library, playback=held, saved_list=saved)
    assert following(room) == "c"
    assert restarted(room).controller.context.view.sort is Sort.COURSE


@pytest.mark.parametrize("saved", [{"topic": 5}, {"topic": "gone"}, {"order": "loudest"}, {"filter": []}])
def test_saved_list_that_makes_no_sense_leaves_the_own_podcast(saved: dict[str, object]) -> None:
    whole: dict[str, object] = {"topic": "Basics", "order": "title", "filter": "all", "episode": "two"}
    room = make_room(playback=Playback(episode="two", title="Two"), saved_list=whole | saved)
    assert following(room) == "three"


def test_going_back_plays_on_through_what_is_played_after_a_restart_too() -> None:
    room = make_room(progress={"two": PLAYED, "three": PLAYED})
    start_from(room, "two", ListQuery(BASICS))
    room.player.play(20)
    room = restarted(room)
    assert following(room) == "three"
    room.controller.toggle_pause()
    room.player.play(300)
    assert room.playing == "three"


@pytest.mark.parametrize("how", ["play", "play_from", "restart"])
def test_episode_started_without_a_list_leaves_the_former_list(library: Library, how: str) -> None:
    room = make_room(library=library)
    start_from(room, "f", ListQuery(0, sort=Sort.TITLE))
    room.player.play(2)
    room.controller.play_from("f", 1.0)
    room.controller.restart("f")
    assert room.controller.context.view.sort is Sort.TITLE
    getattr(room.controller, how)("d", *([3.0] if how == "play_from" else []))
    assert following(room) == "c"


SENTENCES = ((0.0, 4.0), (5.0, 9.0), (10.0, 14.0))


def repeated(room: Room) -> tuple[RepeatKind, float, float, int] | None:
    repeat = room.controller.playback.repeat
    return repeat and (repeat.kind, repeat.start, repeat.end, repeat.number)


def open_three(room: Room) -> None:
    room.sources.found["three"] = Source("/three.mp3")
    room.player.durations["/three.mp3"] = 300.0
    room.play("three")
    marks = (Chapter(0.0, "One"), Chapter(30.0, "Two"))
    room.controller.handle(ChaptersKnown(room.controller.playback.load, marks, ChapterOrigin.FILE))
    room.player.play(6)


def test_key_repeats_sentence_chapter_episode_and_then_nothing(room: Room) -> None:
    open_three(room)
    turns = [room.controller.repeat.turn(SENTENCES), *(room.controller.repeat.turn() for _ in range(3))]
    assert [turn.text for turn in turns] == ["Repeat: sentence", "Repeat: chapter", "Repeat: episode", "Repeat: off"]
    assert [room.controller.repeat.turn(()).text, room.controller.playback.repeat] == [
        "Repeat: chapter", Repetition(RepeatKind.CHAPTER, 0.0, 30.0),
    ]  # fmt: skip


def test_sentence_plays_again_until_another_one_is_sought(room: Room) -> None:
    open_three(room)
    room.controller.repeat.turn(SENTENCES)
    assert repeated(room) == (RepeatKind.SENTENCE, 5.0, 9.2, 1)
    room.player.play(8)
    assert repeated(room) == (RepeatKind.SENTENCE, 5.0, 9.2, 3)
    room.controller.seek_mark(1)
    assert (room.position, repeated(room)) == (10.0, (RepeatKind.SENTENCE, 10.0, 14.2, 1))
    room.controller.seek_mark(-1)
    room.controller.seek_mark(-1)
    assert (room.position, repeated(room)) == (0.0, (RepeatKind.SENTENCE, 0.0, 4.2, 1))
    room.controller.repeat.end()
    room.player.play(20)
    assert room.position == 20.0


def test_pause_of_its_own_length_follows_a_sentence() -> None:
    room = make_room(options=PlaybackOptions(repeats_with_pause=True))
    open_three(room)
    room.controller.mixer.set_speed(0.5)
    room.controller.repeat.turn(SENTENCES)
    room.player.play(6.5)
    playback = room.controller.playback
    assert playback.repeat is not None
    assert (playback.repeat.is_waiting, playback.status, room.position) == (True, PlayerStatus.PLAYING, 9.2)
    room.clock.go(8)
    room.controller.tick()
    assert room.position == 9.2
    room.clock.go(0.5)
    room.controller.tick()
    assert (room.position, repeated(room)) == (5.0, (RepeatKind.SENTENCE, 5.0, 9.2, 2))


def test_repeated_episode_is_heard_and_never_played(room: Room) -> None:
    room.sources.found["five"] = Source("/five.mp3", duration=10.0)
    room.play("five")
    room.controller.repeat.start_episode()
    room.player.play(35)
    assert repeated(room) == (RepeatKind.EPISODE, 0.0, inf, 4)
    assert (room.playing, room.position, room.progress("five").played) == ("five", 5.0, False)
    room.controller.repeat.end()
    room.player.play(4.75)
    assert room.progress("five").played


def test_stretch_between_two_times_ends_when_the_listener_leaves_it(room: Room) -> None:
    open_three(room)
    with pytest.raises(ValueError, match="later"):
        room.controller.go_to("1:25 1:10")
    room.controller.go_to("1:10 1:25")
    assert (room.position, repeated(room)) == (70.0, (RepeatKind.STRETCH, 70.0, 85.0, 1))
    room.player.play(16)
    assert (room.position, repeated(room)) == (71.0, (RepeatKind.STRETCH, 70.0, 85.0, 2))
    room.controller.seek_to(80)
    assert repeated(room) is not None
    room.controller.seek_to(100)
    room.player.play(1)
    assert (room.position, repeated(room)) == (101.0, None)


def test_end_that_was_reported_just_before_a_change_is_no_end_of_the_episode(room: Room) -> None:
    open_three(room)
    room.controller.go_to("10 20")
    load = room.controller.playback.load
    room.controller.repeat.end()
    room.controller.handle(FileEnded(load, 20.0))
    assert (room.status, room.position) == (PlayerStatus.PLAYING, 20.0)


def test_another_episode_and_a_stop_end_it(room: Room) -> None:
    open_three(room)
    room.controller.repeat.start_episode()
    room.controller.next()
    assert (room.playing, repeated(room)) == ("four", None)
    room.controller.repeat.start_episode()
    room.controller.stop()
    assert repeated(room) is None


def test_stretch_over_two_files_of_a_book_goes_back_to_the_first() -> None:
    parts = (Part("/1.mp3", 100.0, "One"), Part("/2.mp3", 100.0, "Two", start=100.0))
    room = make_room([Episode("book", "Book", duration=200.0, parts=parts)])
    room.controller.play("book")
    room.controller.go_to("1:30 1:50")
    room.player.play(10)  # to the end of the first file
    room.player.play(5)
    assert (room.position, repeated(room)) == (105.0, (RepeatKind.STRETCH, 90.0, 110.0, 1))
    room.player.play(5)
    room.player.play(1)
    assert (room.position, repeated(room)) == (91.0, (RepeatKind.STRETCH, 90.0, 110.0, 2))
