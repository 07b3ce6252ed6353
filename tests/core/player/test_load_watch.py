"""Streams from servers that send them in one piece: what is waited for is shown, and what cannot be is said."""

from datetime import timedelta

import pytest

from tests.fakes import START, FakeAudio
from tests.rooms import EPISODES, Room, make_room
from tui_pod.core.player.events import FileLoaded, SeekFinished
from tui_pod.core.player.load_watch import COMING, LIMIT, LoadWatch, fetching, is_estimated, missing
from tui_pod.core.player.snapshot import FetchStatus, PlayerStatus, Source
from tui_pod.core.progress.progress import Progress

TOTAL = 3_000_000
"""Bytes that `FakeAudio` has."""


@pytest.fixture
def audio() -> FakeAudio:
    return FakeAudio()


@pytest.fixture(name="resumed")
def resumed_room(audio: FakeAudio) -> Room:
    """Episode three, being resumed at its half from a server without ranges."""
    room = make_room(EPISODES, {"three": Progress(START - timedelta(seconds=10), position=150.0, duration=300.0)})
    room.sources.found["three"] = audio.source()
    room.player.is_holding = True
    room.play("three")
    return room


def go_on(room: Room, seconds: float) -> None:
    """Let time pass, with the ticks of a load that waits."""
    for _ in range(int(seconds * 4)):
        room.clock.go(0.25)
        room.controller.tick()


def test_share_of_what_is_needed_is_shown_with_the_time_it_takes(resumed: Room, audio: FakeAudio) -> None:
    audio.fetch(630_000, rate=24_800.0)
    resumed.controller.tick()
    shown = resumed.controller.playback.fetching
    assert str(shown) == "fetching up to your position 42 %, about 0:35"
    resumed.player.emit(FileLoaded(resumed.controller.playback.load, 150.0, 300.0))
    assert resumed.controller.playback.fetching is None


def test_load_goes_on_while_anything_comes_and_ends_when_nothing_does(resumed: Room, audio: FakeAudio) -> None:
    for step in range(10):
        audio.fetch(step * COMING)
        go_on(resumed, LIMIT - 1)
        assert resumed.status is PlayerStatus.LOADING
    go_on(resumed, 2.0)
    assert resumed.status is PlayerStatus.STOPPED
    assert any("next to nothing" in text for text in resumed.listener.said)
    assert resumed.progress("three").position == 150.0


def test_file_that_never_opens_is_given_up(resumed: Room) -> None:
    resumed.sources.found["three"] = Source("/three.mp3")
    resumed.controller.stop()
    resumed.play("three")
    go_on(resumed, LIMIT + 1)
    assert any("did not begin to play within 40 s" in text for text in resumed.listener.said)
    assert resumed.progress("three").position == 150.0


@pytest.mark.parametrize("key", ["enter", "start"])
def test_start_is_played_meanwhile_and_can_be_taken_back(resumed: Room, audio: FakeAudio, key: str) -> None:
    audio.fetch(300_000)
    resumed.controller.tick()
    if key == "enter":
        resumed.controller.play("three")
    else:
        resumed.controller.restart("three")
    assert resumed.player.calls[-1] == ("load", "https://example.org/a.mp3", 0.0, resumed.controller.playback.load)
    resumed.player.emit(FileLoaded(resumed.controller.playback.load, 0.0, 300.0))
    resumed.player.play(5.0)
    assert resumed.controller.undo().text == "Undid: seek from 2:30 to 0:00"
    assert resumed.player.calls[-1] == ("load", "https://example.org/a.mp3", 150.0, resumed.controller.playback.load)


def test_seek_that_cannot_be_done_yet_says_so_and_changes_nothing(resumed: Room, audio: FakeAudio) -> None:
    resumed.player.emit(FileLoaded(resumed.controller.playback.load, 150.0, 300.0))
    audio.fetch(int(0.6 * TOTAL))
    resumed.controller.seek_to(200.0)
    assert resumed.position == 150.0
    assert resumed.listener.said[-1].startswith("Only 60% of it is here yet")
    resumed.player.seek = lambda position: resumed.player.emit(SeekFinished(resumed.controller.playback.load, position))  # type: ignore[method-assign]
    resumed.controller.seek_to(170.0)
    assert resumed.position == 170.0
    resumed.controller.seek_to(20.0)
    assert resumed.position == 20.0
    audio.fetch(TOTAL)
    resumed.controller.seek_to(200.0)
    assert resumed.position == 200.0


@pytest.mark.parametrize(
    ("is_seekable", "is_constant_rate", "place", "fetched", "expected"),
    [
        (True, True, 150.0, 0, None),
        (True, None, 150.0, 0, None),
        (True, False, 150.0, 750_000, FetchStatus(0.5)),
        (False, True, 0.0, 0, None),
        (False, True, 150.0, 1_500_000, None),
        (False, None, 150.0, 1_500_000, FetchStatus(0.5)),
    ],
)
def test_place_is_waited_for_only_where_all_before_it_must_come(
    is_seekable: bool, is_constant_rate: bool | None, place: float, fetched: int, expected: FetchStatus | None
) -> None:
    source = FakeAudio(fetched, TOTAL, is_seekable).source(is_constant_rate)
    assert fetching(source, place, 300.0) == expected


@pytest.mark.parametrize(
    ("audio", "constant", "place", "here", "expected"),
    [
        (FakeAudio(0, TOTAL, is_seekable=True), False, 150.0, None, True),
        (FakeAudio(1_400_000, TOTAL, is_seekable=True), False, 150.0, None, False),
        (FakeAudio(0, TOTAL, is_seekable=True), False, 0.0, None, False),
        (FakeAudio(0, TOTAL, is_seekable=True), False, 150.0, 100.0, False),
        (FakeAudio(0, TOTAL, is_seekable=True), True, 150.0, None, False),
        (FakeAudio(0, TOTAL, is_seekable=False), False, 150.0, None, False),
        (FakeAudio(0, None, is_seekable=True), False, 150.0, None, False),
    ],
    ids=["far", "fetched", "start", "a step", "constant", "no ranges", "no size"],
)
def test_place_is_estimated_only_where_counting_costs_too_much(
    audio: FakeAudio, constant: bool, place: float, here: float | None, expected: bool
) -> None:
    assert is_estimated(audio.source(constant)._replace(has_length=True), place, 300.0, here) is expected


def test_seek_far_ahead_opens_the_file_anew_and_its_place_is_about_until_it_is_counted() -> None:
    audio = FakeAudio(0, TOTAL, is_seekable=True)
    room = make_room(EPISODES)
    room.sources.found["three"] = audio.source(is_constant_rate=False)._replace(has_length=True)
    room.play("three")
    assert not room.controller.playback.is_estimated
    room.controller.seek_to(200.0)
    assert room.player.calls[-1] == ("load", "https://example.org/a.mp3", 200.0, room.controller.playback.load)
    assert (room.status, room.position, room.controller.playback.is_estimated) == (PlayerStatus.PLAYING, 200.0, True)
    audio.fetch(TOTAL)
    room.controller.seek_to(190.0)
    assert room.player.calls[-1][:3] == ("load", "https://example.org/a.mp3", 190.0)
    assert not room.controller.playback.is_estimated


@pytest.mark.parametrize(
    ("fetched", "constant", "shown"),
    [(500_000, None, "None"), (1_500_000, None, "downloading the whole file; it cannot be streamed 50 %"),
     (1_500_000, True, "None")],
)  # fmt: skip
def test_file_that_does_not_begin_is_shown_coming(fetched: int, constant: bool | None, shown: str) -> None:
    audio = FakeAudio()
    audio.fetch(fetched)
    source = audio.source()._replace(is_constant_rate=constant)
    assert str(fetching(source, 0.0, 300.0)) == shown
    tagged = source._replace(tag=2_000_000)
    assert str(fetching(tagged, 0.0, 300.0)) == f"fetching the pictures before the sound {fetched / 20_000:.0f} %"
    assert str(fetching(source._replace(tag=900_000), 0.0, 300.0)) == shown
    assert str(fetching(FakeAudio(total=None).source(), 150.0, 300.0)) == "fetching up to your position"
    assert (missing(Source("/a.mp3"), 9.0, 10.0), fetching(Source("/a.mp3"), 9.0, 10.0)) == (None, None)


def test_watch_bears_a_clock_that_is_set_back() -> None:
    watch = LoadWatch(START)
    assert watch.problem(START - timedelta(hours=1), Source("/a.mp3")) is None
    assert watch.problem(START - timedelta(hours=1) + timedelta(seconds=LIMIT + 1), Source("/a.mp3")) is not None
