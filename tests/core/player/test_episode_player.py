import math
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.fakes import START, FakeAudio
from tests.present import present
from tests.rooms import Room, make_room
from tui_pod.core.library.speed import MAX_SPEED, MIN_SPEED
from tui_pod.core.player.events import (
    BufferingChanged,
    ChaptersKnown,
    DeviceChanged,
    DurationKnown,
    Event,
    FileEnded,
    FileLoaded,
    LoadFailed,
    PauseChanged,
    PositionChanged,
    RecordsSaved,
    SeekFinished,
    SourceReady,
)
from tui_pod.core.player.load_watch import MAX_WAIT, PAUSES
from tui_pod.core.player.options import PlaybackOptions
from tui_pod.core.player.remote_audio import FetchProgress
from tui_pod.core.player.snapshot import Chapter, Playback, PlayerStatus, Source
from tui_pod.core.progress.progress import Progress, Status

PLAYED = Progress(START - timedelta(days=9), played=True, plays=2)


def started(position: float, pause: timedelta = timedelta(0)) -> Progress:
    return Progress(START - pause, position, listened=START - pause)


def stream(duration: float | None = None) -> Source:
    return Source("https://example.org/a.mp3", is_stream=True, duration=duration)


def send(room: Room, event: Callable[..., Event], *values: object) -> None:
    """Send an event of the present load."""
    room.controller.handle(event(room.controller.playback.load, *values))


def seeks(room: Room) -> list[object]:
    return [call[1] for call in room.player.calls if call[0] == "seek"]


def test_teaser_makes_no_progress_and_is_not_played_at_its_end_but_can_be_marked(room: Room) -> None:
    room.sources.found["one"] = Source("/one.wav", is_narrated=True, is_teaser=True, duration=4.0)
    room.play("one")
    assert room.controller.playback.is_teaser
    room.controller.seek_to(1.0)
    room.player.play(1.0)
    assert room.controller.unsaved() is None
    send(room, FileEnded, 4.0)
    assert room.controller.playback.episode == "two"
    assert not room.controller.playback.is_teaser
    assert room.controller.progress_index.status("one") is Status.UNPLAYED
    assert not [record for record in room.writer.records if getattr(record, "episode", "") == "one"]
    room.controller.editor.mark(["one"], True)
    assert room.controller.progress_index.status("one") is Status.PLAYED
    room.sources.found["five"] = Source("/five.wav", is_narrated=True, is_teaser=True, duration=4.0)
    room.play("five", following=())
    send(room, FileEnded, 4.0)
    assert (room.controller.playback.episode, room.controller.playback.position) == ("five", 0.0)


# -- loading and resuming ------------------------------------------------------------------------------


def test_play_shows_loading_then_playing_with_what_the_source_knows(room: Room) -> None:
    room.play("one")
    assert [playback.status for playback in room.listener.playbacks[:2]] == ["loading", "playing"]
    playback = room.controller.playback
    assert (playback.title, playback.duration, playback.is_narrated) == ("One", 100.0, True)
    assert playback.marks[1] == Chapter(20.0, "Two.")


@pytest.mark.parametrize(
    ("pause", "start"),
    [(timedelta(seconds=30), 150), (timedelta(minutes=2), 147), (timedelta(hours=2), 140), (timedelta(days=2), 135)],
)
def test_play_started_one_resumes_with_a_rewind_of_a_twentieth_at_most(pause: timedelta, start: float) -> None:
    room = make_room(progress={"three": started(150, pause)})
    room.play("three")
    assert room.starts() == [start]


@pytest.mark.parametrize(("arrives", "sought"), [(0.0, [150]), (150.4, [])])
def test_play_player_that_starts_elsewhere_is_sent_to_the_place(arrives: float, sought: list[float]) -> None:
    room = make_room(progress={"three": started(150)})
    room.player.is_holding = True
    room.play("three")
    send(room, PositionChanged, 0.0)  # before it is loaded
    assert (room.position, room.progress("three").position) == (150, 150)
    send(room, FileLoaded, arrives, 300.0)
    assert seeks(room) == sought
    assert room.progress("three").position == 150


def test_play_played_one_starts_at_zero_is_started_again_and_keeps_its_plays() -> None:
    room = make_room(progress={"one": PLAYED})
    room.play("one", seconds=2)
    assert room.starts() == [0]
    assert (room.progress("one").status, room.progress("one").plays) == (Status.STARTED, 2)


def test_play_played_one_that_cannot_be_opened_stays_played() -> None:
    room = make_room(progress={"one": PLAYED})
    room.player.is_holding = True
    room.play("one")
    send(room, LoadFailed, "gone")
    assert room.progress("one") == PLAYED


def test_play_seek_while_loading_is_shown_and_starts_there(room: Room) -> None:
    room.sources.is_holding = True
    room.play("three")
    room.controller.seek_by(60)
    assert (room.position, seeks(room)) == (60, [])
    send(room, SourceReady, Source("/three.opus"))
    assert room.starts() == [60]


def test_play_pause_while_loading_loads_paused(room: Room) -> None:
    room.sources.is_holding = True
    room.play("one")
    room.controller.toggle_pause()
    assert room.controller.is_paused
    send(room, SourceReady, Source("/one.opus"))
    assert room.status is PlayerStatus.PAUSED


def test_share_of_a_narration_is_shown_after_two_seconds_until_it_sounds(room: Room) -> None:
    room.sources.is_holding, room.sources.share = True, 0.25
    room.play("one")
    shown = []
    for _ in range(3):
        room.controller.tick()
        shown.append(room.controller.playback.narrated_share)
        room.clock.go(1.0)
    send(room, SourceReady, Source("/one.opus"))
    assert [*shown, room.controller.playback.narrated_share] == [None, None, 0.25, None]


def test_play_pause_twice_while_loading_plays(room: Room) -> None:
    room.player.is_holding = True
    room.play("one")
    room.controller.toggle_pause()
    assert (room.status, room.writer.compactions) == (PlayerStatus.LOADING, 0)
    room.controller.toggle_pause()
    send(room, FileLoaded, 0.0, 100.0)
    assert room.status is PlayerStatus.PLAYING


@pytest.mark.parametrize(
    ("is_narrated", "duration", "start"), [(True, 600.0, 300), (True, 301.0, 150), (False, 600.0, 150)]
)
def test_play_narration_made_anew_with_another_length_resumes_at_the_same_share(
    is_narrated: bool, duration: float, start: float
) -> None:
    room = make_room(progress={"three": Progress(START, 150.0, 300.0, listened=START)})
    room.sources.found["three"] = Source("/three.opus", is_narrated=is_narrated, duration=duration)
    room.play("three", seconds=1)
    assert room.starts() == [start]
    assert (room.position, room.progress("three").position) == (start + 1, start + 1)


@pytest.mark.parametrize(("sought", "start"), [(None, 70.5), (30.0, 40.0)])
def test_play_from_a_sentence_starts_there_once_it_is_narrated(sought: float | None, start: float) -> None:
    room = make_room(progress={"three": Progress(START, 150.0, 300.0, listened=START)})
    room.sources.is_holding = True
    room.controller.play_from("three", 95.0, sentence="Second.")
    if sought is not None:
        room.controller.seek_to(sought)
    marks = (Chapter(0.0, "First."), Chapter(70.5, "Second."))
    send(room, SourceReady, Source("/three.opus", is_narrated=True, duration=400.0, marks=marks))
    assert room.starts() == [start]


def test_play_source_with_a_notice_tells_it(room: Room) -> None:
    room.sources.found["one"] = Source("/one.opus", notice="The text was too long.")
    room.play("one")
    assert room.listener.said == ["The text was too long."]


def test_play_damaged_narration_is_made_anew_once_at_the_same_place(room: Room) -> None:
    room.player.is_holding = True
    room.controller.play_from("three", 42.0)
    send(room, LoadFailed, "damaged")
    assert (room.sources.discarded, room.sources.requests) == (["/three.opus"], ["three", "three"])
    assert (room.starts()[-1], room.listener.said) == (42.0, [])
    send(room, LoadFailed, "damaged again")
    assert (room.status, room.listener.said) == (PlayerStatus.STOPPED, ["damaged again"])


@pytest.mark.parametrize("is_fatal", [True, False])
def test_play_recording_that_fails_is_not_tried_again(room: Room, is_fatal: bool) -> None:
    room.sources.found["one"] = Source("/one.mp3", is_narrated=is_fatal)
    room.player.is_holding = True
    room.play("one")
    send(room, LoadFailed, "no device", is_fatal)
    assert (room.status, room.listener.said, room.sources.requests) == (PlayerStatus.STOPPED, ["no device"], ["one"])
    assert (room.progress_index.get("one"), room.writer.progress("one")) == (None, [])


def test_play_narration_that_fails_after_it_was_opened_is_not_tried_again(room: Room) -> None:
    room.play("one", seconds=1)
    send(room, LoadFailed, "no device")
    assert (room.sources.requests, room.sources.discarded) == (["one"], [])


def test_play_episode_that_is_gone_says_so_and_plays_on(room: Room) -> None:
    room.play("one", seconds=1)
    room.controller.play("vanished")
    assert room.playing == "one"
    assert "no longer in the library" in room.listener.said[-1]


# -- the outgoing episode is saved before the next is loaded -------------------------------------------


def test_last_of_others_that_are_played_waits_for_the_save_of_the_outgoing_one(room: Room) -> None:
    room.play("one", seconds=10.25)
    room.writer.is_holding = True
    room.play("two")
    needed = len(room.writer.records)
    room.play("three")
    for saved, loads in ((needed - 1, ["one"]), (needed, ["one", "three"])):
        assert room.loads() == ["one"]
        room.controller.handle(RecordsSaved(saved))
        assert room.loads() == loads


@pytest.mark.parametrize("waits", [(0.25, 0.01), (0.0, -3600)], ids=["a quarter second", "the clock set back"])
def test_play_another_while_the_save_hangs_goes_on(room: Room, waits: tuple[float, float]) -> None:
    room.play("one", seconds=10.25)
    room.writer.is_holding = True
    room.play("two")
    assert room.writer.progress("one")[-1] == 10.25
    for wait, loads in zip(waits, (["one"], ["one", "two"]), strict=True):
        room.clock.go(wait)
        room.controller.tick()
        assert room.loads() == loads


def test_play_another_when_nothing_was_heard_loads_at_once(room: Room) -> None:
    room.play("one")
    room.writer.is_holding = True
    room.play("two")
    assert room.loads() == ["one", "two"]


# -- late events ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "late",
    [
        PositionChanged(1, 99.0),
        SeekFinished(1, 99.0),
        FileEnded(1, 100.0),
        FileLoaded(1, 99.0, 100.0),
        DurationKnown(1, 5.0),
        PauseChanged(1, True),
        BufferingChanged(1, True),
        ChaptersKnown(1, (Chapter(7.0),)),
        LoadFailed(1, "gone"),
        SourceReady(1, Source("/one.opus")),
    ],
    ids=lambda event: type(event).__name__,
)
def test_handle_event_of_a_former_load_changes_nothing(room: Room, late: Event) -> None:
    room.play("one", seconds=10)
    room.play("two", seconds=1)
    before = room.controller.playback, room.progress_index.get("one"), room.progress_index.get("two"), room.loads()
    room.controller.handle(late)
    assert before == (
        room.controller.playback,
        room.progress_index.get("one"),
        room.progress_index.get("two"),
        room.loads(),
    )


def test_handle_event_after_stop_changes_nothing(room: Room) -> None:
    room.play("one", seconds=10)
    room.controller.stop()
    send(room, PositionChanged, 99.0)
    send(room, FileEnded, 100.0)
    assert (room.status, room.progress("one").position) == (PlayerStatus.STOPPED, 10.0)


# -- saving --------------------------------------------------------------------------------------------


def test_pause_saves_its_moment_alone_and_brings_the_file_up_to_date(room: Room) -> None:
    room.play("one", seconds=10)
    room.player.now = 10.5
    room.controller.toggle_pause()
    assert (room.status, room.position, room.writer.progress("one")[-1]) == (PlayerStatus.PAUSED, 10.5, 10.5)
    assert room.writer.compactions == 1
    room.player.now = 99.0
    room.controller.save()
    assert room.progress("one").position == 10.5


@pytest.mark.parametrize(("arrives", "position"), [(59.8, 60.0), (55.0, 55.0)])
def test_seek_that_arrives_nearly_there_is_there(room: Room, arrives: float, position: float) -> None:
    """A paused player is off by what its sound device has buffered, and steps must add up."""
    room.play("three", seconds=10)
    room.controller.seek_to(60.0)
    send(room, SeekFinished, arrives)
    assert room.position == position


def test_seek_saves_where_it_goes_before_the_player_arrives(room: Room) -> None:
    room.play("three", seconds=1)
    room.player.is_holding = True
    room.controller.seek_by(60)
    assert room.writer.progress("three")[-1] == 61


def test_end_stops_the_sound_before_it_saves_the_exact_position(room: Room) -> None:
    """A disk whose sync takes ten seconds must not play on meanwhile."""
    room.play("one", seconds=10)
    room.player.now = 10.2
    room.writer.emit = lambda _: room.player.calls.append(("save",))
    room.controller.end()
    assert room.player.calls.index(("stop",)) < room.player.calls.index(("save",))
    assert room.writer.progress("one")[-1] == 10.2
    room.controller.end()
    assert room.writer.progress("one")[-1] == 10.2


def test_unsaved_is_the_exact_position_and_changes_nothing(room: Room) -> None:
    assert room.controller.unsaved() is None
    room.play("one", seconds=10)
    saved, before = list(room.writer.records), room.progress("one")
    room.player.now = 10.2
    record = present(room.controller.unsaved())
    assert (record.episode, record.progress.position) == ("one", 10.2)
    assert record.progress.updated > before.updated
    room.player.now = 90.0  # the file jumps
    assert present(room.controller.unsaved()).progress.position == before.position
    assert (room.writer.records, room.progress("one")) == (saved, before)


def test_play_another_ends_the_sound_before_anything_else(room: Room) -> None:
    room.play("one", seconds=1)
    room.sources.is_holding = True
    room.play("two")
    assert room.player.calls[-1] == ("stop",)


def test_stop_ends_the_sound_keeps_the_place_and_saves_it(room: Room) -> None:
    room.play("one", seconds=10.25)
    room.controller.stop()
    assert room.player.calls[-1] == ("stop",)
    assert room.writer.progress("one")[-1] == 10.25
    assert (room.status, room.playing) == (PlayerStatus.STOPPED, None)
    assert room.progress("one").status is Status.STARTED


# -- the played rule -----------------------------------------------------------------------------------


def test_seek_forward_stops_at_the_threshold_and_only_playing_there_makes_it_played(room: Room) -> None:
    room.play("one", seconds=1)
    room.controller.seek_by(1000)
    assert (room.position, room.progress("one").played) == (95, False)
    room.player.play(0.5)
    assert room.progress("one").played


@pytest.mark.parametrize("is_paused", [False, True])
def test_seek_forward_after_the_threshold_stays_and_stays_played(room: Room, is_paused: bool) -> None:
    room.play("one", seconds=97)
    room.controller.set_paused(is_paused)
    room.controller.seek_by(30)
    assert (room.position, room.progress("one").played, room.writer.progress("one")[-1]) == (97, True, 0)
    room.controller.set_paused(False)
    room.player.play(1)
    assert room.progress("one").plays == 1


def test_pausing_long_after_the_threshold_and_going_on_stays_played(room: Room) -> None:
    """The rewind after a pause is not the listener's asked to hear it again."""
    room.play("one", seconds=97)
    room.controller.toggle_pause()
    room.clock.go(7200)
    room.controller.toggle_pause()
    room.player.play(1)
    assert (room.progress("one").played, room.progress("one").plays) == (True, 1)


def test_playing_of_unknown_length_to_the_end_is_not_played_and_goes_on(room: Room) -> None:
    room.sources.found["four"] = Source("/four.mp3")
    room.player.durations["/four.mp3"] = None
    room.play("four", seconds=500)
    send(room, FileEnded, 500.0)
    assert room.progress("four").status is Status.STARTED
    assert (room.playing, room.writer.compactions) == ("five", 1)


def test_playing_an_estimated_length_is_played_only_at_its_real_end(room: Room) -> None:
    """A VBR mp3 may say 326 s and have 600."""
    room.sources.found["four"] = Source("/four.mp3")
    room.player.durations["/four.mp3"] = 326.0
    room.player.is_exact = False
    room.play("four", seconds=325.75)
    room.player.duration = 600.0
    room.player.play(250)
    assert not room.progress("four").played
    assert room.controller.playback.duration == 575.75
    room.player.play(100)
    assert (room.progress("four").plays, room.progress("four").duration) == (1, 600.0)


@pytest.mark.parametrize("total", [None, 3_000_000])
def test_playing_a_stream_of_unknown_size_is_played_only_at_its_real_end(room: Room, total: int | None) -> None:
    """Its length is how far the player has read: a moment ahead, however long it is."""
    audio = FakeAudio(total=total)
    audio.state = audio.state._replace(has_end=total is None)
    room.sources.found["four"] = audio.source()
    room.player.durations["https://example.org/a.mp3"] = 1.5
    room.play("four")
    for second in range(1, 61):
        room.player.duration = second + 1.5
        send(room, DurationKnown, second + 1.5)
        room.player.play(1)
    assert (room.progress("four").position, room.controller.playback.duration) == (60.0, None)
    assert not room.progress("four").played
    audio.state = audio.state._replace(total=3_000_000)
    send(room, FileEnded, 61.0)
    assert (room.progress("four").plays, room.progress("four").duration) == (1, 61.0)
    assert room.playing == "five"


def test_recording_that_changes_while_it_grows_is_not_over_where_its_reader_ends(room: Room) -> None:
    audio = FakeAudio(total=None)
    room.sources.found["four"] = audio.source()
    room.player.durations["https://example.org/a.mp3"] = 1.5
    room.play("four")
    for second in range(1, 61):
        room.player.duration = second + 1.5
        send(room, DurationKnown, second + 1.5)
        room.player.play(1)
    audio.state = audio.state._replace(total=3_000_000, is_intact=False)
    send(room, FileEnded, 61.0)
    assert (room.progress("four").plays, room.progress("four").played) == (0, False)


def test_playing_a_recording_that_was_cut_is_not_played_and_keeps_its_place(room: Room) -> None:
    """Its own start and the catalogue say 300 s, and it ends after 50."""
    room.sources.found["three"] = Source("/three.mp3")
    room.player.durations["/three.mp3"] = 299.0
    room.player.is_exact = False
    room.play("three", seconds=50)
    send(room, FileEnded, 50.0)
    assert (room.status, room.progress("three").status) == (PlayerStatus.STOPPED, Status.STARTED)
    assert room.progress("three").position == 50.0
    assert room.writer.progress("three")[-1] == 50.0
    assert "broke off at 0:50 of 5:00" in room.listener.said[-1]


def test_playing_a_stream_goes_by_the_larger_of_the_stated_and_the_measured_length(room: Room) -> None:
    room.sources.found["three"] = stream()
    room.player.durations["https://example.org/a.mp3"] = 163.0
    room.play("three", seconds=162)
    assert (room.controller.playback.duration, room.progress("three").played) == (300.0, False)
    send(room, DurationKnown, 400.0)
    assert room.controller.playback.duration == 400.0


def test_playing_a_narration_goes_by_its_own_length(room: Room) -> None:
    room.sources.found["three"] = Source("/three.opus", is_narrated=True, duration=200.0)
    room.play("three", seconds=194.25)
    assert (room.controller.playback.duration, room.progress("three").played) == (200.0, True)


def test_playing_beyond_the_known_length_makes_it_longer(room: Room) -> None:
    room.sources.found["four"] = stream()
    room.player.durations["https://example.org/a.mp3"] = None
    room.play("four", seconds=1)
    send(room, DurationKnown, 1.0)
    room.player.play(1)
    assert room.controller.playback.duration == 2.0


# -- ends ----------------------------------------------------------------------------------------------


def test_end_tells_the_counts(room: Room) -> None:
    room.play("five", seconds=9.75)
    room.listener.changed.clear()
    send(room, FileEnded, 10.0)
    assert frozenset(("five",)) in room.listener.changed


def dropped(room: Room) -> None:
    """Play a stream whose connection drops after six seconds."""
    room.sources.found["three"] = stream()
    room.player.durations["https://example.org/a.mp3"] = 300.0
    room.play("three", seconds=6)
    send(room, FileEnded, 6.2)


@pytest.mark.parametrize("wait", [PAUSES[0], -3600], ids=["a while", "the clock set back"])
def test_stream_that_drops_is_not_played_and_is_opened_again_from_the_same_place(room: Room, wait: float) -> None:
    dropped(room)
    assert (room.progress("three").played, room.writer.progress("three")[-1]) == (False, 6.2)
    assert (room.status, room.playing, room.position) == (PlayerStatus.LOADING, "three", 6.2)
    assert room.controller.playback.is_buffering
    room.clock.go(wait)
    room.controller.tick()
    assert (room.status, room.position, room.listener.said) == (PlayerStatus.PLAYING, 6.2, [])
    assert room.player.calls[-1][:3] != ("stop",)
    assert room.sources.requests == ["three", "three"]


def test_stream_that_dropped_is_left_alone_until_it_is_opened_again(room: Room) -> None:
    dropped(room)
    room.clock.go(PAUSES[0] / 2)
    room.controller.tick()
    room.controller.seek_to(3.0)
    assert room.player.calls[-1] == ("stop",)
    room.clock.go(PAUSES[0] / 2)
    room.controller.tick()
    assert (room.status, room.position) == (PlayerStatus.PLAYING, 3.0)


def test_stream_that_cannot_be_opened_again_is_given_up_with_its_place_kept(room: Room) -> None:
    dropped(room)
    room.player.is_holding = True
    for pause in PAUSES:
        room.clock.go(pause)
        room.controller.tick()
        send(room, LoadFailed, "The server is in trouble.")
    assert (room.status, room.writer.progress("three")[-1]) == (PlayerStatus.STOPPED, 6.2)
    assert room.listener.said == ["The server is in trouble."]
    assert len(room.sources.requests) == 1 + len(PAUSES)


def refused(room: Room, wait: float | None = None) -> None:
    """Resume an episode at 150 s whose server refuses the first request."""
    room.sources.is_holding = True
    room.play("three")
    send(room, LoadFailed, "The server is in trouble (503).", False, False, "the server answers 503", wait)


def resumed_room() -> Room:
    return make_room(progress={"three": started(150)})


def test_stream_refused_at_first_is_requested_again_and_plays_where_it_was() -> None:
    room = resumed_room()
    refused(room)
    assert (room.status, room.position, room.listener.said) == (PlayerStatus.LOADING, 150, [])
    assert str(room.controller.playback.attempt) == "the server answers 503, trying again in 2 s"
    room.sources.found["three"] = stream()
    room.player.durations["https://example.org/a.mp3"] = 300.0
    room.sources.is_holding = False
    room.clock.go(PAUSES[0])
    room.controller.tick()
    assert (room.status, room.position, room.controller.playback.attempt) == (PlayerStatus.PLAYING, 150, None)


def test_stream_refused_at_first_waits_as_long_as_the_server_asks() -> None:
    room = resumed_room()
    refused(room, wait=41.0)
    room.clock.go(40.5)
    room.controller.tick()
    assert str(room.controller.playback.attempt) == "the server answers 503, trying again in 1 s"
    assert room.sources.requests == ["three"]
    room.clock.go(0.5)
    room.controller.tick()
    assert room.sources.requests == ["three", "three"]


def test_stream_whose_server_asks_to_wait_too_long_is_given_up_at_once() -> None:
    room = resumed_room()
    refused(room, wait=MAX_WAIT + 1)
    assert (room.status, room.listener.said) == (PlayerStatus.STOPPED, ["The server is in trouble (503)."])


def test_space_and_seek_act_on_a_stream_that_waits_for_its_next_request() -> None:
    room = resumed_room()
    refused(room)
    room.controller.toggle_pause()
    assert str(room.controller.playback.attempt) == "the server answers 503, trying again in 2 s; paused"
    room.controller.seek_to(60.0)
    assert room.position == 60
    room.sources.is_holding = False
    room.clock.go(PAUSES[0])
    room.controller.tick()
    assert (room.status, room.position) == (PlayerStatus.PAUSED, 60)


def test_stream_that_waits_while_it_plays_shows_when_its_server_is_asked_again(room: Room) -> None:
    audio = FakeAudio()
    audio.state = FetchProgress(1, failed="the server answers 503", retry_in=4.2)
    room.sources.found["three"] = audio.source()
    room.player.durations["https://example.org/a.mp3"] = 300.0
    room.play("three", seconds=6)
    send(room, BufferingChanged, True)
    assert room.controller.playback.is_buffering
    room.controller.tick()
    assert str(room.controller.playback.attempt) == "the server answers 503, trying again in 5 s"
    send(room, BufferingChanged, False)
    assert room.controller.playback.attempt is None


@pytest.mark.parametrize("following", ["one", None])
def test_another_episode_or_stopping_ends_the_attempts_at_a_dropped_stream(room: Room, following: str | None) -> None:
    dropped(room)
    if following is None:
        room.controller.stop()
    else:
        room.play(following)
    room.clock.go(60)
    room.controller.tick()
    assert (room.playing, room.sources.requests.count("three")) == (following, 1)


def test_failure_while_playing_keeps_the_place_and_says_why(room: Room) -> None:
    room.play("one", seconds=10.25)
    send(room, LoadFailed, "The sound device went away.")
    assert (room.status, room.writer.progress("one")[-1]) == (PlayerStatus.STOPPED, 10.25)
    assert room.listener.said == ["The sound device went away."]
    assert room.loads() == ["one"]


def end_at_once(room: Room) -> None:
    """Play five episodes in a row that end at once."""
    for ident in ("one", "two", "three", "four", "five"):
        room.sources.found[ident] = Source(f"/{ident}.mp3")
        room.player.durations[f"/{ident}.mp3"] = 0.1
    room.play("one")
    for _ in range(5):
        send(room, FileEnded, 0.1)


def test_three_ends_at_once_stop_the_autoplay_until_the_listener_tries_again(room: Room) -> None:
    end_at_once(room)
    assert room.loads() == ["one", "two", "three"]
    assert room.status is PlayerStatus.STOPPED
    assert "ended at once" in room.listener.said[-1]
    room.play("three")
    room.player.play(300)
    send(room, FileEnded, 0.1)
    assert room.loads()[3:] == ["three", "four", "five"]


# -- pausing, seeking, speed and volume ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "is_rewinding", "position"), [(30, True, 50), (90, True, 47), (7200, True, 45), (7200, False, 50)]
)
def test_going_on_after_a_pause_rewinds_a_twentieth_at_most(
    seconds: float, is_rewinding: bool, position: float
) -> None:
    room = make_room(options=PlaybackOptions(is_rewinding=is_rewinding))
    room.play("one", seconds=50)
    room.controller.toggle_pause()
    room.clock.go(seconds)
    room.controller.toggle_pause()
    assert (room.status, room.position) == (PlayerStatus.PLAYING, position)


def test_going_on_after_a_pause_begun_while_loading_rewinds_too() -> None:
    room = make_room(progress={"three": started(150)})
    room.player.is_holding = True
    room.play("three")
    room.controller.toggle_pause()
    send(room, FileLoaded, 150.0, 300.0)
    room.clock.go(3600)
    room.controller.toggle_pause()
    assert seeks(room) == [140.0]


def test_set_paused_twice_pauses_once(room: Room) -> None:
    room.play("one", seconds=1)
    room.controller.set_paused(True)
    room.controller.set_paused(True)
    assert [call for call in room.player.calls if call[0] == "pause"] == [("pause", True)]


def test_pause_that_the_player_reports_itself_is_shown_and_saved(room: Room) -> None:
    room.play("one", seconds=7.25)
    send(room, PauseChanged, True)
    assert (room.status, room.writer.progress("one")[-1]) == (PlayerStatus.PAUSED, 7.25)


def test_seek_tells_the_counts_leaves_out_what_was_jumped_over_and_stays_in_the_recording(room: Room) -> None:
    room.play("three", seconds=10)
    room.listener.changed.clear()
    room.controller.seek_to(50)
    assert frozenset(("three",)) in room.listener.changed
    assert room.progress_index.topic_stats[0].left == room.library.topics.seconds[0] - 50
    room.player.play(1)
    assert room.progress("three").played_ranges == ((0.0, 10.0), (50.0, 51.0))
    room.controller.seek_by(-60)
    assert room.position == 0


def test_seek_pause_and_save_with_nothing_loaded_do_nothing(room: Room) -> None:
    room.controller.seek_to(50)
    room.controller.toggle_pause()
    room.controller.set_paused(True)
    room.controller.save()
    assert (seeks(room), room.position, room.writer.records) == ([], 0, [])
    assert not [call for call in room.player.calls if call[0] == "pause"]


def test_seek_steps_are_the_listeners() -> None:
    room = make_room(options=PlaybackOptions(seek_back=7, seek_forward=11, seek_small=2))
    room.play("three", seconds=20)
    room.controller.step_forward()
    room.controller.step_back()
    room.controller.step_forward(is_small=True)
    room.controller.step_back(is_small=True)
    assert seeks(room) == [31, 24, 26, 24]


@pytest.mark.parametrize(
    ("here", "direction", "there"),
    [
        pytest.param(5, 1, 20, id="next"),
        pytest.param(20, 1, 40, id="next from a start"),
        pytest.param(25, -1, 20, id="start of the present one"),
        pytest.param(21, -1, 0, id="shortly after a start, the one before"),
        pytest.param(50, 1, 50, id="no next one"),
        pytest.param(0, -1, 0, id="no one before"),
    ],
)
def test_seek_mark_goes_to_the_neighbouring_sentence(room: Room, here: float, direction: int, there: float) -> None:
    room.play("one")
    room.controller.seek_to(here)
    room.controller.seek_mark(direction)
    assert room.position == there


def test_chapters_outside_the_recording_are_not_gone_to() -> None:
    room = make_room()
    room.sources.found["three"] = stream()
    room.play("three")
    send(room, ChaptersKnown, (Chapter(-5.0, "Before"), Chapter(100.0, "Main"), Chapter(9e6, "Beyond")))
    room.controller.seek_mark(1)
    room.controller.seek_mark(1)
    assert room.position == 100
    room.controller.seek_mark(-1)
    assert room.position == 0


@pytest.mark.parametrize(("asked", "speed"), [(1.25, 1.25), (1.1 + 0.1, 1.2), (9.0, MAX_SPEED), (0.0, MIN_SPEED)])
def test_set_speed_is_held_shown_and_remembered(room: Room, asked: float, speed: float) -> None:
    room.controller.mixer.set_speed(asked)
    assert (room.player.speed, room.controller.playback.speed, room.writer.setting("speed")) == (speed, speed, speed)


def test_speed_volume_and_mute_are_remembered_and_stay_through_episodes(room: Room) -> None:
    room.controller.mixer.set_speed(1.5)
    room.controller.mixer.set_volume(35)
    room.controller.mixer.toggle_mute()
    expected = [("player", "speed", 1.5), ("player", "volume", 35), ("player", "muted", True)]
    assert [tuple(record) for record in room.writer.records] == expected
    room.play("one")
    room.controller.stop()
    playback = room.controller.playback
    assert (playback.speed, playback.volume, playback.is_muted) == (1.5, 35, True)


def test_start_hands_stored_speed_volume_and_mute_to_the_player() -> None:
    room = make_room(playback=Playback(speed=1.5, volume=40, is_muted=True))
    assert (room.player.speed, room.player.calls) == (1.5, [("volume", 40), ("mute", True)])
    room.play("one")
    assert (room.player.speed, room.controller.playback.speed) == (1.5, 1.5)


@pytest.mark.parametrize(("asked", "volume"), [(55, 55), (-5, 0)])
def test_set_volume_is_held_shown_and_remembered(room: Room, asked: int, volume: int) -> None:
    room.controller.mixer.set_volume(asked)
    assert room.player.calls[-1] == ("volume", volume)
    assert (room.controller.playback.volume, room.writer.setting("volume")) == (volume, volume)


@pytest.mark.parametrize("speed", [0.0, -1.0, math.nan, math.inf, 1e9])
def test_start_with_a_speed_that_is_none_is_held(speed: float) -> None:
    """A state file may say anything."""
    room = make_room(playback=Playback(speed=speed, volume=10_000))
    room.play("one", seconds=1)
    assert MIN_SPEED <= room.player.speed == room.controller.playback.speed <= MAX_SPEED
    assert ("volume", 100) in room.player.calls


def test_position_of_the_same_second_does_not_redraw_the_counts(room: Room) -> None:
    room.play("one", seconds=1)
    room.listener.changed.clear()
    room.player.play(0.75)
    assert room.listener.changed == []
    room.player.play(0.25)
    assert room.listener.changed == [frozenset(("one",))]


def test_next_one_is_prepared_once_the_present_one_is_loaded_and_anew_when_the_queue_changes(room: Room) -> None:
    room.play("one")
    assert room.sources.prepared == ["two"]
    room.controller.queue_next(["five"])
    assert room.sources.prepared[-1] == "five"


def go_on_to(room: Room, *idents: str) -> None:
    """Hear `one` to its end, so that the queue begins, whose episodes do not load."""
    for ident in idents:
        room.sources.found[ident] = Source(f"/{ident}.mp3")
    room.controller.queue_last(idents)
    room.play("one", seconds=99)
    room.player.is_holding = True
    room.player.play(1)
    assert (room.playing, room.status) == (idents[0], PlayerStatus.LOADING)


def test_episode_that_fails_when_another_has_ended_is_told_and_passed_over(room: Room) -> None:
    go_on_to(room, "two", "five")
    room.player.is_holding = False
    send(room, LoadFailed, "It is gone.")
    assert (room.playing, room.status) == ("five", PlayerStatus.PLAYING)
    assert room.listener.said == room.listener.errors == ["“Two”: It is gone."]
    assert room.progress_index.get("two") is None


def test_episode_that_fails_when_the_listener_plays_it_ends_playing(room: Room) -> None:
    go_on_to(room, "two", "five")
    room.controller.next()
    send(room, LoadFailed, "It is gone.")
    assert (room.status, room.listener.said) == (PlayerStatus.STOPPED, ["It is gone."])


@pytest.mark.parametrize("failure", [(False, True), (True, False)], ids=["no network", "no sound device"])
def test_failure_that_every_episode_would_have_ends_playing(room: Room, failure: tuple[bool, bool]) -> None:
    go_on_to(room, "two", "five")
    send(room, LoadFailed, "It is gone.", *failure)
    assert (room.status, room.controller.queue.upcoming) == (PlayerStatus.STOPPED, ("two", "five"))


def test_three_that_fail_in_a_row_end_playing(room: Room) -> None:
    go_on_to(room, "two", "three", "five", "hostile-click")
    for _ in range(3):
        send(room, LoadFailed, "It is gone.")
    assert (room.status, len(room.listener.said)) == (PlayerStatus.STOPPED, 3)
    room.controller.next()
    assert room.playing == "hostile-click"


# -- the sound between two narrations ------------------------------------------------------------------

LEAD = "/chime.wav"


def narration(ident: str) -> Source:
    """Return the source of an episode's narration, with a sound before it."""
    return Source(f"/{ident}.opus", is_narrated=True, duration=100.0, chime=LEAD)


def after_one(first: Source, second: Source) -> Room:
    """Return a room in which an episode has ended and the next one follows."""
    room = make_room()
    room.sources.found |= {"one": first, "two": second}
    room.play("one")
    room.player.play(100)
    return room


def loaded(room: Room) -> list[tuple[object, object]]:
    """Return what the player was given, and the load of each."""
    return [(call[1], call[3]) for call in room.player.calls if call[0] == "load"]


def test_lead_sounds_between_two_narrations() -> None:
    room = after_one(narration("one"), narration("two"))
    assert loaded(room) == [("/one.opus", 1), (LEAD, -2)]
    assert (room.controller.playback.episode, room.controller.playback.status) == ("two", "loading")
    room.controller.handle(PositionChanged(-2, 1.0))
    assert room.controller.playback.position == 0
    room.controller.handle(FileEnded(-2, 1.9))
    assert loaded(room)[2:] == [("/two.opus", 2)]
    assert room.controller.playback.status == "playing"


def test_lead_that_cannot_be_played_delays_nothing() -> None:
    room = after_one(narration("one"), narration("two"))
    room.controller.handle(LoadFailed(-2, "gone"))
    assert loaded(room)[-1] == ("/two.opus", 2)
    assert room.listener.said == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Source("/one.mp3", duration=100.0), narration("two")),
        (narration("one"), Source("/two.mp3", duration=100.0)),
        (narration("one"), narration("two")._replace(chime=None)),
    ],
    ids=["after a recording", "before a recording", "switched off"],
)
def test_other_pairs_have_no_lead_between_them(first: Source, second: Source) -> None:
    assert [location for location, _ in loaded(after_one(first, second))] == [first.location, second.location]


def test_narration_that_the_listener_starts_has_no_lead() -> None:
    room = make_room()
    room.sources.found |= {"one": narration("one"), "two": narration("two")}
    room.play("one")
    room.play("two")
    assert [location for location, _ in loaded(room)] == ["/one.opus", "/two.opus"]


def test_pause_and_seek_during_the_lead_count_for_what_follows_and_stop_ends_it() -> None:
    room = after_one(narration("one"), narration("two"))
    room.controller.toggle_pause()
    assert room.player.calls[-1] == ("pause", True)
    room.controller.seek_by(30)
    room.controller.handle(FileEnded(-2, 1.9))
    assert (room.controller.playback.status, room.starts()[-1]) == ("paused", 30)
    room = after_one(narration("one"), narration("two"))
    room.controller.stop()
    room.controller.handle(FileEnded(-2, 1.9))
    assert [location for location, _ in loaded(room)] == ["/one.opus", LEAD]


def test_name_is_spoken_before_a_narration_that_begins_at_its_start() -> None:
    room = after_one(narration("one"), narration("two")._replace(name="/two.name.wav"))
    room.controller.handle(FileEnded(-2, 1.9))
    assert loaded(room)[-1] == ("/two.name.wav", -2)
    room.controller.save()  # the place in the name is none in the episode
    playback = room.controller.playback
    assert (playback.status, playback.shown_status, playback.position) == ("loading", "playing", 0.0)
    room.controller.toggle_pause()
    assert room.controller.playback.shown_status == "paused"
    room.controller.toggle_pause()
    room.controller.handle(FileEnded(-2, 2.5))
    assert loaded(room)[-1] == ("/two.opus", 2)
    room.player.play(40)
    room.play("one")
    room.play("two")
    assert loaded(room)[-1] == ("/two.opus", 4)


def test_narration_that_moves_while_its_name_is_spoken_is_opened_where_it_is() -> None:
    room = make_room()
    room.sources.found |= {"one": narration("one")._replace(location="/one.wav", name="/one.name.wav")}
    room.play("one")
    room.sources.found |= {"one": narration("one")._replace(name="/one.name.wav")}
    room.controller.handle(FileEnded(-1, 2.5))
    assert loaded(room) == [("/one.name.wav", -1), ("/one.opus", 1)]


def test_seek_before_the_name_leaves_it_out() -> None:
    room = after_one(narration("one"), narration("two")._replace(name="/two.name.wav"))
    room.controller.seek_by(30)
    room.controller.handle(FileEnded(-2, 1.9))
    assert (loaded(room)[-1], room.starts()[-1]) == (("/two.opus", 2), 30)


def test_device_that_is_gone_and_back_is_told(room: Room) -> None:
    room.play("one", 10.0)
    send(room, DeviceChanged, "Headset", False)
    assert room.listener.said[-1] == "Headset is gone, so playback paused at its position."
    send(room, DeviceChanged, "Headset", True)
    assert room.listener.said[-1] == "Headset is back. Press space to go on there."


# -- another version, and events that come late --------------------------------------------------------------------


def shorter(is_exact: bool = True, source: Source | None = None) -> Room:
    """Return a room in which a stream of 199 s was left at 215 of its former 227 s, and has just ended."""
    progress = Progress(START, 215.0, 227.0, listened=START)
    room = make_room(progress={"three": progress})
    room.player.is_holding = True
    room.sources.found["three"] = source or stream()
    room.play("three")
    send(room, FileLoaded, 199.0, 199.0, is_exact)
    send(room, FileEnded, 199.0)
    return room


def test_stream_that_is_shorter_than_the_position_goes_on_at_the_same_share() -> None:
    room = shorter()
    assert room.listener.said[-1] == "This version is 28 s shorter, so it goes on at 3:04."
    assert seeks(room)[-1] == pytest.approx(184.0)  # 15 s before its end, since the share is later
    assert room.progress("three").status is Status.STARTED
    send(room, SeekFinished, 184.0)
    for second in range(185, 200):
        room.clock.go(1.0)
        send(room, PositionChanged, float(second))
    send(room, FileEnded, 199.0)
    assert room.progress("three").played, "it can be finished"


def test_stream_that_changes_while_it_is_read_is_not_taken_for_a_shorter_one() -> None:
    """Its reader ends where the former version does."""
    audio = FakeAudio(3_000_000)
    audio.state = audio.state._replace(is_intact=False)
    room = shorter(source=audio.source())
    assert "shorter" not in " ".join(room.listener.said)
    assert room.progress("three").position == 215.0


def test_stream_of_unknown_length_is_shorter_only_if_it_ends_there_twice() -> None:
    room = shorter(is_exact=False)
    assert room.status is PlayerStatus.LOADING
    send(room, FileEnded, 199.0)  # of the file that was given up
    assert room.status is PlayerStatus.LOADING
    room.clock.go(PAUSES[0])
    room.controller.tick()
    send(room, FileLoaded, 199.0, 199.0, False)
    send(room, FileEnded, 199.0)
    assert "28 s shorter" in room.listener.said[-1]
