"""Chapters: who is believed of those that tell where they are, and which one plays."""

import itertools
from datetime import timedelta

import pytest

from tests.core.playback.test_session_runner import start_session
from tests.fakes import START
from tests.rooms import BASICS, EPISODES, TOPICS, Room, make_room
from tui_pod.core.library.library import build_library
from tui_pod.core.outcome import refused
from tui_pod.core.playback.go_to import parse_position
from tui_pod.core.playback.sleep_timer import FADE, SleepTimer, SleepUnit
from tui_pod.core.player.events import ChaptersKnown, StateMended
from tui_pod.core.player.options import PlaybackOptions
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, Playback, PlayerStatus, Source
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.records import ProgressRecord, SettingRecord
from tui_pod.core.selection.list_query import Filter, ListQuery, SmartList, Sort
from tui_pod.core.selection.queue import Queue

PLAYED = Progress(START - timedelta(days=1), played=True, plays=1)
STARTED = Progress(START - timedelta(seconds=1), 50.0, 100.0, listened=START - timedelta(seconds=1))


def saved(room: Room, episode: str) -> Progress:
    """Return the progress last saved for an episode."""
    records = [r for r in room.writer.records if isinstance(r, ProgressRecord) and r.episode == episode]
    return records[-1].progress


def test_play_from_elsewhere_in_an_episode_starts_there_and_can_be_undone() -> None:
    room = make_room(progress={"two": Progress(START, 150.0, 200.0)})
    room.controller.play_from("two", 20.0)
    assert (room.playing, room.position) == ("two", 20.0)
    room.controller.toggle_pause()
    room.controller.play_from("two", 42.0)
    assert (room.loads(), room.position, room.status) == (["two"], 42.0, PlayerStatus.PLAYING)
    room.controller.undo()
    room.controller.undo()
    assert (room.playing, room.position) == ("two", 150.0)


@pytest.mark.parametrize("is_paused", [False, True])
def test_play_the_loaded_one_goes_on(room: Room, is_paused: bool) -> None:
    room.play("one", seconds=10)
    room.controller.set_paused(is_paused)
    room.play("one")
    assert (room.loads(), room.position, room.status) == (["one"], 10, PlayerStatus.PLAYING)


def test_restart_of_one_that_was_begun_can_be_undone(room: Room) -> None:
    room.play("one", seconds=40)
    room.play("two")
    room.controller.restart("one")
    room.player.play(3)
    assert room.controller.undo().text == "Undid: seek from 0:40 to 0:00"
    assert (room.playing, room.position, room.progress("one").position) == ("one", 40.0, 40.0)


def test_restart_the_paused_one_plays_it_from_the_start_and_can_be_undone(room: Room) -> None:
    room.play("one", seconds=10)
    room.controller.toggle_pause()
    room.controller.restart("one")
    assert (room.loads(), room.position, room.status) == (["one"], 0, PlayerStatus.PLAYING)
    room.controller.undo()
    assert room.position == 10


def test_restored_episode_is_followed_by_what_follows_in_its_own_podcast() -> None:
    playback = Playback(episode="two", title="Two", position=50.0, duration=200.0)
    room = make_room(progress={"two": STARTED}, playback=playback, settings={})
    room.controller.toggle_pause()
    room.player.play(200)
    assert room.playing == "three"


def test_end_goes_by_the_list_as_it_was_sorted_then(room: Room) -> None:
    room.play("three", seconds=300, following=BASICS[::-1])
    assert room.playing == "two"


@pytest.mark.parametrize(
    ("played", "playing"),
    [(["two"], "three"), (["one", "two"], "two"), (["two", "three", "four", "five"], None)],
    ids=["what is not played", "through what is played after a played one", "nothing"],
)
def test_end_plays_the_next_not_played_one_of_the_list(played: list[str], playing: str | None) -> None:
    room = make_room(progress=dict.fromkeys(played, PLAYED))
    room.play("one", seconds=100)
    assert room.playing == playing
    assert room.writer.compactions


def test_end_plays_the_queue_before_the_list_and_then_the_list(room: Room) -> None:
    room.play("one")
    room.controller.queue_last(["five"])
    room.player.play(100)
    room.player.play(10)
    assert room.loads() == ["one", "five", "two"]


def test_end_passes_over_a_queued_one_that_is_gone(room: Room) -> None:
    room.controller.editor.mark(["five"], True)  # what was queued is played all the same
    room.controller.queue_last(["vanished", "five"])
    room.play("one", seconds=100)
    assert room.playing == "five"


def test_next_leaves_the_present_one_where_it_is_and_previous_goes_back_in_the_list(room: Room) -> None:
    room.play("one", seconds=10)
    room.controller.previous()
    assert (room.playing, room.position) == ("one", 0)
    room.player.play(10)
    room.controller.next()
    assert (room.playing, saved(room, "one").position, saved(room, "one").played) == ("two", 10, False)
    room.controller.previous()
    assert room.playing == "one"


def test_next_with_nothing_next_says_so_and_plays_on(room: Room) -> None:
    room.play("five", seconds=1)
    outcome = room.controller.next()
    assert (room.playing, outcome.is_done, outcome.text[:18]) == ("five", False, "Nothing comes next")


def test_previous_in_the_queue_goes_back_in_it_and_begins_its_first_anew(room: Room) -> None:
    room.controller.queue_last(["one", "vanished", "three"])
    room.play("one", seconds=10)
    room.controller.previous()
    assert (room.playing, room.position) == ("one", 0)
    room.controller.next()
    room.controller.previous()
    assert (room.playing, room.upcoming) == ("one", ("three", "vanished"))
    room.controller.next()
    assert "one" not in room.controller.queue.upcoming


def test_previous_before_the_queue_and_at_the_first_of_the_list_is_what_played_before(room: Room) -> None:
    room.play("three", seconds=10)
    room.play("one", seconds=10)
    room.controller.queue_last(["five"])
    room.controller.next()
    assert room.playing == "five"
    for former in ("one", "three"):
        room.controller.previous()
        assert (room.playing, room.position) == (former, 10)


def test_queued_episode_leaves_when_it_is_finished_and_not_when_it_begins(room: Room) -> None:
    room.controller.queue_last(["five", "three"])
    room.play("five", seconds=5)
    assert (room.controller.queue.upcoming, room.upcoming) == (("five", "three"), ("three",))
    room.player.play(4.9)  # so that it counts as played, though it goes on
    assert (room.writer.setting("entries"), room.writer.setting("cursor")) == (["five", "three"], 1)


def test_interrupted_queue_entries_stay_at_the_head_and_go_on(room: Room) -> None:
    room.controller.queue_last(["three", "two"])
    room.play("three", seconds=60)
    room.play("five", seconds=5)
    assert room.controller.queue.upcoming == ("three", "two")
    room.player.play(5)
    assert (room.playing, room.position) == ("three", 60)


def test_queue_goes_on_from_the_entry_chosen_and_keeps_the_others(room: Room) -> None:
    room.controller.queue_last(["one", "two", "three"])
    room.play("three", seconds=300)
    assert (room.playing, room.controller.queue.upcoming) == ("one", ("one", "two"))


def test_mark_played_is_saved_at_once_and_the_file_brought_up_to_date(room: Room) -> None:
    room.controller.editor.mark(["one"], played=True)
    assert saved(room, "one") == room.progress("one")
    assert (room.progress("one").played, room.progress("one").plays) == (True, 0)
    assert (room.writer.compactions, room.listener.changed[-1]) == (1, frozenset(("one",)))


def test_mark_what_is_so_already_touches_nothing(room: Room) -> None:
    """Only touched episodes are in the state file."""
    room.controller.editor.mark(["one"], played=False)
    room.controller.move_in_queue("one", 1)
    assert (room.progress_index.get("one"), room.writer.records) == (None, [])
    assert room.controller.undo() == refused("Nothing to undo.")
    assert room.controller.redo() == refused("Nothing to redo.")


def test_toggle_played_marks_the_rest_of_some_and_then_takes_the_mark_off_all() -> None:
    room = make_room(progress={"one": PLAYED})
    for status in (Status.PLAYED, Status.UNPLAYED):
        room.controller.editor.toggle_played(["one", "two"])
        assert [room.progress_index.status(ident) for ident in ("one", "two")] == [status] * 2
    assert room.progress("one").plays == 1
    room.controller.undo()
    assert room.controller.undo().text == "Undid: “Two” marked played"


def test_mark_the_playing_one_played_plays_on_and_stays_played_unless_undone(room: Room) -> None:
    room.play("one", seconds=10)
    room.controller.editor.toggle_played(["one"])
    room.player.play(10)
    assert (room.playing, room.position, room.status) == ("one", 20, PlayerStatus.PLAYING)
    room.controller.undo()
    room.player.play(1)
    assert (room.progress("one").played, room.progress("one").position) == (False, 21)
    room.controller.redo()
    room.controller.stop()
    assert (saved(room, "one").played, saved(room, "one").position) == (True, 0)


def test_mark_the_playing_one_unplayed_after_its_threshold_goes_on_from_there(room: Room) -> None:
    room.play("three", seconds=292)
    room.controller.editor.toggle_played(["three"])
    assert saved(room, "three").played is False
    room.player.play(1)
    assert room.progress("three").plays == 2


def test_play_a_played_one_takes_its_mark_off_which_can_be_undone_and_redone() -> None:
    room = make_room(progress={"one": PLAYED})
    room.play("one", seconds=10)
    assert room.progress("one").played is False
    assert room.controller.undo().text == "Undid: “One” marked unplayed by playing it"
    assert (saved(room, "one").played, room.status) == (True, PlayerStatus.PLAYING)
    room.controller.redo()
    room.player.play(1)
    assert (room.progress("one").played, room.progress("one").position) == (False, 11)


def test_dismiss_takes_it_off_continue_until_it_is_played_again() -> None:
    room = make_room(progress={"one": STARTED})
    room.controller.editor.dismiss(["one"])
    assert room.progress_index.unfinished() == []
    assert (saved(room, "one").is_dismissed, saved(room, "one").position) == (True, 50)
    assert room.controller.undo().text == "Undid: “One” taken off Continue"
    assert room.progress_index.unfinished() == [0]
    room.controller.redo()
    room.play("one", seconds=1)
    assert room.progress_index.unfinished() == [0]


def test_continue_has_an_episode_after_a_minute_that_was_chosen() -> None:
    room = make_room()
    room.play("three", seconds=40)
    room.play("two", seconds=10)
    room.play("three", seconds=19)
    assert room.progress_index.unfinished() == []
    assert saved(room, "three").position == pytest.approx(59, abs=4)
    assert room.progress_index.resumable() == [2, 1]
    room.player.play(2)
    assert room.progress_index.unfinished() == [2]


def test_continue_has_an_episode_that_began_by_itself_after_three_minutes_or_half_of_it() -> None:
    room = make_room()
    room.play("two", seconds=201)
    assert room.playing == "three"
    room.player.play(149)
    assert room.progress_index.unfinished() == []
    room.player.play(2)
    assert room.progress_index.unfinished() == [2]


@pytest.mark.parametrize(
    ("after", "is_autoplaying", "queued", "playing"),
    [
        ("", True, (), "one"), ("list", False, (), "one"), ("podcast", True, (), "four"), ("queue", True, (), None),
        ("stop", True, (), None), ("podcast", True, ("five",), "five"), ("queue", True, ("five",), "five"),
        ("stop", True, ("five",), None),
    ],
)  # fmt: skip
def test_podcast_says_what_plays_after_its_episodes_and_the_queue_comes_first(
    after: str, is_autoplaying: bool, queued: tuple[str, ...], playing: str | None
) -> None:
    options = PlaybackOptions(is_autoplaying=is_autoplaying)
    room = make_room(settings={"after": after}, options=options, queue=Queue(queued))
    room.play("three", seconds=30, following=[2, 0])
    assert room.controller.sessions.status().next == playing
    assert room.controller.has_next
    room.player.play(271)
    assert (room.playing if room.controller.playback.is_loaded else None) == playing


def test_undo_and_redo_a_mark_put_the_values_back_and_say_what() -> None:
    room = make_room(progress={"one": STARTED})
    room.controller.editor.mark(["one", "two"], played=True)
    assert room.controller.undo().text == "Undid: 2 episodes marked played"
    assert (saved(room, "one").position, saved(room, "one").played) == (50, False)
    assert room.progress_index.status("two") is Status.UNPLAYED
    assert room.controller.redo().text == "Redid: 2 episodes marked played"
    assert [room.progress_index.status(ident) for ident in ("one", "two")] == [Status.PLAYED] * 2
    assert (room.progress_index.topic_stats[1].played, room.progress_index.topic_stats[1].left) == (2, 310)


def test_undo_is_newer_than_what_it_takes_back() -> None:
    """Of two values in the state file the newer holds, also with the clock set back."""
    room = make_room(progress={"one": STARTED})
    room.controller.editor.mark(["one"], played=True)
    marked = room.progress("one")
    room.clock.go(-3600)
    room.controller.undo()
    assert room.progress("one").updated > marked.updated > STARTED.updated


def test_undo_a_mark_keeps_what_was_heard_since() -> None:
    room = make_room(progress={"one": STARTED._replace(played_ranges=((0.0, 50.0),))})
    room.controller.editor.mark(["one"], played=True)
    room.play("one", seconds=10)
    room.play("two")
    room.controller.undo()  # that playing it took off the mark
    room.controller.undo()
    assert (room.progress("one").position, room.progress("one").played_ranges) == (50, ((0.0, 50.0),))
    assert room.progress("one").listened == START + timedelta(seconds=10)


def test_undo_a_seek_goes_back_redo_forward_and_undo_after_leaving_sets_its_place(room: Room) -> None:
    room.play("three", seconds=10)
    room.controller.seek_by(30)
    assert room.controller.undo().text == "Undid: seek from 0:10 to 0:40"
    assert (room.position, room.writer.progress("three")[-1]) == (10, 10)
    room.controller.redo()
    assert room.position == 40
    room.play("one", seconds=5)
    room.controller.undo()
    assert (room.playing, room.position, saved(room, "three").position) == ("one", 5, 10)


@pytest.mark.parametrize(
    ("change", "label"),
    [
        (lambda room: room.controller.queue_last(["four", "five"]), "2 episodes queued"),
        (lambda room: room.controller.queue_next(["five"]), "“Five” queued next"),
        (lambda room: room.controller.unqueue(["two"]), "“Two” taken out of the queue"),
        (lambda room: room.controller.move_in_queue("one", 1), "a move in the queue"),
        (lambda room: room.controller.unqueue(["one", "two", "three"]), "3 episodes taken out of the queue"),
    ],
)
def test_undo_and_redo_a_change_of_the_queue(change: object, label: str) -> None:
    assert callable(change)
    room = make_room(queue=Queue(("one", "two", "three")))
    before = room.controller.queue
    change(room)
    after = room.controller.queue
    assert after != before
    assert room.controller.undo().text == f"Undid: {label}"
    assert (room.controller.queue, room.writer.setting("entries")) == (before, list(before.entries))
    room.controller.redo()
    assert room.controller.queue == after


def test_undo_a_change_of_the_queue_leaves_what_has_had_its_turn_since(room: Room) -> None:
    room.controller.queue_last(["one", "two"])
    room.controller.queue_last(["three", "four"])
    room.play("one", seconds=99)
    room.controller.play("three")
    room.controller.undo()
    assert (room.playing, room.upcoming) == ("three", ("two",))
    room.controller.redo()
    assert room.upcoming == ("two", "four")
    room.controller.undo()
    room.controller.undo()
    assert (room.playing, room.controller.queue) == ("three", Queue(("one",), 1))


def test_undo_an_old_seek_leaves_an_episode_played_that_was_heard_to_its_end_since(room: Room) -> None:
    room.play("one", seconds=10)
    room.controller.seek_to(40.0)
    room.controller.queue_last(["three"])
    room.player.play(100)
    assert room.playing == "three"
    room.controller.undo()
    assert room.controller.undo() == refused("Nothing to undo.")
    assert room.progress_index.status("one") is Status.PLAYED
    room.controller.redo()
    assert (room.playing, room.progress_index.status("one")) == ("three", Status.PLAYED)


def test_undo_hundred_changes_of_all_kinds_and_redo_them_all(room: Room) -> None:
    def everything() -> tuple[object, ...]:
        states = [(ident, room.progress_index.status(ident)) for ident in room.library.ids[:5]]
        return room.controller.queue.entries, tuple(states), room.position

    room.play("three", seconds=10)
    seen = [everything()]
    for number in range(100):
        room.clock.go(10)
        ident = room.library.ids[number % 2]
        match number % 3:
            case 0:
                room.controller.editor.toggle_played([ident])
            case 1:
                room.controller.seek_to(20.0 + number)
            case _:
                queue = room.controller.queue
                (room.controller.unqueue if ident in queue.upcoming else room.controller.queue_last)([ident])
        seen.append(everything())
    for expected in reversed(seen[:-1]):
        room.controller.undo()
        assert everything() == expected
    for expected in seen[1:]:
        room.controller.redo()
        assert everything() == expected


def test_remember_view_saves_filter_and_the_topics_name(room: Room) -> None:
    room.controller.remember_view(ListQuery(2, Filter.STARTED, Sort.TITLE))
    room.controller.remember_view(ListQuery(SmartList.QUEUE))  # keeps the last topic
    assert room.writer.records == [
        SettingRecord("ui", "filter", "started"),
        SettingRecord("ui", "topic", "Numbers"),
        SettingRecord("ui", "filter", "all"),
    ]


def test_state_mended_meanwhile_is_told_and_all_that_is_known_is_saved_again() -> None:
    room = make_room(progress={"one": STARTED, "gone": STARTED})
    room.controller.queue_last(["two", "gone"])
    room.writer.records.clear()
    room.controller.handle(StateMended(("state.toml was damaged.",)))
    saved = room.writer.records
    assert {one.episode for one in saved if isinstance(one, ProgressRecord)} == {"one", "gone"}
    assert SettingRecord("queue", "entries", ["two", "gone"]) in saved
    assert room.listener.said == ["state.toml was damaged."]


def test_queue_is_sorted_by_what_is_left_except_what_plays_and_that_is_undone(room: Room) -> None:
    controller = room.controller
    controller.queue_last(["three", "two", "one"])
    room.play("three", 10)
    assert controller.sort_queue_by_left().is_done
    assert controller.queue.upcoming == ("three", "one", "two")
    assert controller.undo().text == "Undid: Queue sorted, least left first"
    assert controller.queue.upcoming == ("three", "two", "one")
    controller.unqueue(["two", "one"])
    assert not controller.spread_queue().is_done


NOTES = (Chapter(0.0, "Of the notes"),)
FILE = (Chapter(0.0, "Of the file"), Chapter(40.0, "More of it"))
FEED = (Chapter(0.0, "Of the feed"), Chapter(30.0, "More of the feed"))
TOLD = ((NOTES, ChapterOrigin.NOTES), (FILE, ChapterOrigin.FILE), (FEED, ChapterOrigin.FEED))


def play_recording(room: Room, marks: tuple[Chapter, ...] = ()) -> None:
    room.sources.found["three"] = Source("/three.mp3", marks=marks)
    room.play("three")


def told(room: Room, marks: tuple[Chapter, ...], origin: ChapterOrigin) -> None:
    room.controller.handle(ChaptersKnown(room.controller.playback.load, marks, origin))


@pytest.mark.parametrize("order", list(itertools.permutations(TOLD)))
def test_feed_is_believed_before_the_file_and_that_before_notes(
    room: Room, order: tuple[tuple[tuple[Chapter, ...], ChapterOrigin], ...]
) -> None:
    play_recording(room)
    for marks, origin in order:
        told(room, marks, origin)
    assert room.controller.playback.chapters == FEED


def test_chapters_in_the_feed_itself_are_not_replaced_and_those_of_the_next_episode_are_its_own(room: Room) -> None:
    play_recording(room, FEED)
    told(room, FILE, ChapterOrigin.FILE)
    assert room.controller.playback.chapters == FEED
    room.sources.found["one"] = Source("/one.mp3")
    room.play("one")
    assert not room.controller.playback.chapters
    told(room, NOTES, ChapterOrigin.NOTES)
    assert room.controller.playback.chapters == NOTES


def test_chapters_told_before_the_file_is_open_are_kept(room: Room) -> None:
    room.player.is_holding = True
    play_recording(room)
    told(room, FEED, ChapterOrigin.FEED)
    room.player.is_holding = False
    room.controller.restart("three")
    told(room, FILE, ChapterOrigin.FILE)
    assert room.controller.playback.chapters == FILE


def test_chapter_that_plays_is_the_last_that_began(room: Room) -> None:
    play_recording(room, FEED)
    assert room.controller.playback.chapter == "Of the feed"
    room.player.play(31)
    assert room.controller.playback.chapter == "More of the feed"
    room.controller.seek_mark(-1)
    room.controller.seek_mark(-1)
    assert (room.position, room.controller.playback.chapter) == (0, "Of the feed")


def test_sentences_of_a_narration_are_no_chapters(room: Room) -> None:
    room.play("one")
    assert room.controller.playback.marks
    assert (room.controller.playback.chapters, room.controller.playback.chapter) == ((), "")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12:34", 754.0), ("1:02:03", 3723.0), ("90", 90.0), (" +90 ", 190.0), ("-30", 70.0), ("-1:30", 10.0),
        ("+1:00:00", 3700.0), ("-200", 0.0), ("50%", 2000.0), ("12,5 %", 500.0), ("200%", 4000.0), ("99:00:00", 4000.0),
    ],
)  # fmt: skip
def test_time_typed_is_the_position_it_names(text: str, seconds: float) -> None:
    assert parse_position(text, 100.0, 4000.0) == seconds


@pytest.mark.parametrize("text", ["", "abc", "1:2:3:4", "+", "%", "½", "1e3", "--5"])
def test_time_typed_that_is_none_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="12:34"):
        parse_position(text, 0.0, 100.0)


def test_share_of_an_unknown_length_is_refused() -> None:
    with pytest.raises(ValueError, match="not known"):
        parse_position("50%", 0.0, None)


def volumes(room: Room) -> list[object]:
    return [call[1] for call in room.player.calls if call[0] == "volume"]


def test_sleep_fades_pauses_and_gives_the_fade_back(room: Room) -> None:
    room.controller.mixer.set_volume(80)
    room.controller.set_sleep(SleepTimer(20.0))
    room.play("three", seconds=15)
    room.controller.set_paused(True)
    room.player.play(20)
    sleep = room.controller.sleep
    assert sleep == SleepTimer(5.0)  # a pause is not counted
    room.controller.toggle_pause()
    assert volumes(room)[-1] == 40
    room.player.play(60)
    assert (room.status, room.position, room.controller.sleep) == (PlayerStatus.PAUSED, 20.0 - FADE, None)
    assert (volumes(room)[-1], room.controller.playback.volume) == (80, 80)
    assert room.writer.progress("three")[-1] == 20.0 - FADE
    assert "sleep timer" in room.listener.said[-1]


def test_sleep_turned_off_in_the_fade_is_loud_again(room: Room) -> None:
    room.controller.set_sleep(SleepTimer(15.0))
    room.play("three", seconds=10)
    shown = room.listener.queue_changes
    room.controller.set_sleep(None)
    assert (volumes(room)[-1], room.controller.sleep) == (80, None)
    assert room.listener.queue_changes == shown + 1
    room.player.play(60)
    assert room.status is PlayerStatus.PLAYING


@pytest.mark.parametrize(("gone", "expected"), [("", "two"), ("two", "three"), ("one", "two")])
def test_adopt_another_library_plays_on_in_the_same_list(room: Room, gone: str, expected: str) -> None:
    room.play("one", seconds=10)
    library = build_library(TOPICS, [episode for episode in EPISODES[::-1] if episode.id != gone])
    room.controller.adopt(library, ProgressIndex(library, dict(room.progress_index)))
    assert (room.playing, room.position) == ("one", 10)
    room.player.play(90)
    assert room.playing == expected


def test_sleep_at_the_end_of_an_episode_says_that_it_ended_playing(room: Room) -> None:
    room.play("one")
    room.controller.set_sleep(SleepTimer(1, SleepUnit.EPISODE))
    room.player.play(100)
    assert (room.status, room.controller.sleep) == (PlayerStatus.STOPPED, None)
    assert room.listener.said == [
        "The sleep timer has stopped playback here. Good night. Z goes back to 0:00 in “One”, where you set it."
    ]


def test_session_planned_anew_while_another_episode_plays_leaves_that_alone(room: Room) -> None:
    start_session(room)
    room.controller.play("three")
    room.controller.editor.mark(["two"], played=True)
    assert room.controller.session is not None
    assert (room.playing, room.controller.session.episodes, room.upcoming) == (
        "three", ("one",), ("one",),
    )  # fmt: skip
