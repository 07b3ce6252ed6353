"""Every event in every phase of a load, from one table: none may end the app, whenever it comes."""

import random
from datetime import timedelta
from functools import partial

import pytest

from tests.fakes import START, FakeAudio
from tests.rooms import EPISODES, Room, make_room
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.parts import Part, arrange
from tui_pod.core.player.events import (
    BufferingChanged,
    ChaptersKnown,
    DeviceChanged,
    DurationKnown,
    Event,
    FileEnded,
    FileLoaded,
    FiltersMissing,
    LoadFailed,
    PauseChanged,
    PositionChanged,
    SeekFinished,
    SourceReady,
    VersionKnown,
)
from tui_pod.core.player.load import TAKES, Phase
from tui_pod.core.player.snapshot import Source
from tui_pod.core.progress.progress import Progress, Status

STREAM = Source("https://example.org/one.mp3", is_stream=True)

BOOK = Episode("one", "One", duration=230.0, audio="/a.mp3", parts=arrange(
    [Part("/a.mp3", 100.0, "Part A"), Part("/b.mp3", 50.0, "Part B"), Part("/c.mp3", 80.0, "Part C")]))  # fmt: skip

KINDS = {
    "stream": (EPISODES[0], STREAM),
    "file": (EPISODES[0], Source("/one.mp3")),
    "narration": (EPISODES[0], Source("/one.opus", is_narrated=True, duration=100.0, name="/name.opus")),
    "book": (BOOK, Source("/a.mp3")),
}
"""What is played, and what is found for it."""

EVENTS: tuple[tuple[type, tuple[object, ...]], ...] = (
    (SourceReady, (STREAM,)), (FileLoaded, (0.0, 100.0)), (PositionChanged, (30.0,)), (SeekFinished, (30.0,)),
    (DurationKnown, (100.0,)), (ChaptersKnown, ((),)), (PauseChanged, (True, 30.0)), (BufferingChanged, (True,)),
    (DeviceChanged, ("Speakers", False)), (FiltersMissing, ()), (FileEnded, (30.0,)), (FileEnded, (100.0,)),
    (VersionKnown, (4_300,)), (LoadFailed, ("It failed.",)),
    (LoadFailed, ("It failed.", False, False, "the server is gone")),
)  # fmt: skip


def bring_to(phase: Phase, said: list[str], kind: str = "stream") -> Room:
    """Return a room whose load is in a phase, and which adds lines of its log to `said`."""
    episode, source = KINDS[kind]
    room = make_room((episode, *EPISODES[1:]), log=said.append)
    for name in ("one", *(part.audio for part in episode.parts)):
        room.sources.found[name] = source
    room.sources.is_holding = phase is Phase.REQUESTED
    room.writer.is_holding = phase is Phase.READY
    room.player.is_holding = phase in (Phase.OPENING, Phase.LEAD)
    if phase is Phase.LEAD:
        room.sources.found["one"] = Source("/one.opus", is_narrated=True, duration=100.0, name="/name.opus")
    if phase is Phase.READY:
        room.play("two", 10.0)
    room.play("one")
    if phase is Phase.RETRYING:
        room.player.play(30.0)
        room.controller.handle(FileEnded(room.controller.playback.load, 30.0))
    if phase is Phase.HELD:
        room.controller.stop()
    return room


@pytest.mark.parametrize("played", KINDS)
@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize(("kind", "values"), EVENTS)
def test_event_in_any_phase_is_taken_or_logged(
    played: str, phase: Phase, kind: type[Event], values: tuple[object, ...]
) -> None:
    said: list[str] = []
    room = bring_to(phase, said, played)
    said.clear()
    before = room.controller.playback
    for _ in range(2):
        room.controller.handle(kind(before.load, *values))  # type: ignore[arg-type]
    room.controller.tick()
    if played == "stream" and kind not in TAKES[phase] and kind is not VersionKnown:  # no other is ever retried
        assert room.controller.playback == before
        is_quiet = kind is PositionChanged
        assert said == ([] if is_quiet else [f"{kind.__name__} came in phase {phase.name}, and was ignored"] * 2)


@pytest.mark.parametrize("played", KINDS)
@pytest.mark.parametrize("seed", range(20))
def test_events_in_any_order_between_any_wishes_leave_a_position_in_the_episode(played: str, seed: int) -> None:
    chance, said = random.Random(seed), list[str]()
    room = bring_to(chance.choice([*Phase]), said, played)
    room.sources.is_holding = room.writer.is_holding = room.player.is_holding = False
    controller = room.controller
    wishes = (
        controller.tick, controller.toggle_pause, controller.stop, controller.next, controller.previous,
        controller.undo, partial(room.play, "one"), partial(room.player.play, 5.0), partial(controller.seek_mark, 1),
        partial(controller.seek_by, 30.0), partial(controller.seek_by, -10.0),
    )  # fmt: skip
    for _ in range(200):
        if chance.random() < 0.3:
            chance.choice(wishes)()
        else:
            kind, values = chance.choice(EVENTS)
            controller.handle(kind(controller.playback.load * chance.choice((1, 1, 1, -1)), *values))
        playback = controller.playback
        assert 0 <= playback.position <= max(playback.duration or 0.0, 310.0)


def test_table_has_each_phase_and_each_event_somewhere() -> None:
    assert set(TAKES) == set(Phase)
    assert {kind for kind, _ in EVENTS} - {VersionKnown} == set().union(*TAKES.values())


def shortened(position: float, measured: float) -> Room:
    """Return a room in which a stream that was left at a position is shorter than its podcast states."""
    room = make_room(progress={"two": Progress(START - timedelta(seconds=9), position, 200.0, listened=START)})
    audio = FakeAudio(3_000_000, is_seekable=True)
    room.sources.found["two"] = audio.source()
    room.player.durations["https://example.org/a.mp3"] = measured
    return room


def test_stream_that_is_shorter_than_stated_can_be_finished() -> None:
    room = shortened(position=190.0, measured=172.0)
    room.play("two", 20.0)
    assert room.controller.progress_index.status("two") is Status.PLAYED
    assert not room.listener.errors
