"""Every event in every phase of a load, from one table: none may end the app, whenever it comes."""

from datetime import timedelta

import pytest

from tests.fakes import START, FakeAudio
from tests.rooms import Room, make_room
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
)
from tui_pod.core.player.load import TAKES, Phase
from tui_pod.core.player.snapshot import Source
from tui_pod.core.progress.progress import Progress, Status

STREAM = Source("https://example.org/one.mp3", is_stream=True)

EVENTS: tuple[tuple[type, tuple[object, ...]], ...] = (
    (SourceReady, (STREAM,)), (FileLoaded, (0.0, 100.0)), (PositionChanged, (30.0,)), (SeekFinished, (30.0,)),
    (DurationKnown, (100.0,)), (ChaptersKnown, ((),)), (PauseChanged, (True, 30.0)), (BufferingChanged, (True,)),
    (DeviceChanged, ("Speakers", False)), (FiltersMissing, ()), (FileEnded, (30.0,)), (FileEnded, (100.0,)),
    (LoadFailed, ("It failed.",)), (LoadFailed, ("It failed.", False, False, "the server is gone")),
)  # fmt: skip


def bring_to(phase: Phase, said: list[str]) -> Room:
    """Return a room whose load is in a phase, and which adds lines of its log to `said`."""
    room = make_room(log=said.append)
    room.sources.found["one"] = STREAM
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


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize(("kind", "values"), EVENTS)
def test_event_in_any_phase_is_taken_or_logged(phase: Phase, kind: type[Event], values: tuple[object, ...]) -> None:
    said: list[str] = []
    room = bring_to(phase, said)
    before = room.controller.playback
    for _ in range(2):
        room.controller.handle(kind(before.load, *values))  # type: ignore[arg-type]
    room.controller.tick()
    if kind not in TAKES[phase]:
        assert room.controller.playback == before
        is_quiet = kind is PositionChanged
        assert said == ([] if is_quiet else [f"{kind.__name__} came in phase {phase.name}, and was ignored"] * 2)


def test_table_has_each_phase_and_each_event_somewhere() -> None:
    assert set(TAKES) == set(Phase)
    assert {kind for kind, _ in EVENTS} == set().union(*TAKES.values())


def shortened(position: float, measured: float) -> Room:
    """Return a room in which a stream that was left at a position is shorter than its podcast states."""
    room = make_room(progress={"two": Progress(START - timedelta(seconds=9), position, 200.0, listened=START)})
    audio = FakeAudio(3_000_000, is_seekable=True)
    audio.state = audio.state._replace(is_intact=True)
    room.sources.found["two"] = audio.source()
    room.player.durations["https://example.org/a.mp3"] = measured
    return room


def test_stream_that_is_shorter_than_stated_can_be_finished() -> None:
    room = shortened(position=190.0, measured=172.0)
    room.play("two", 20.0)
    assert room.controller.progress_index.status("two") is Status.PLAYED
    assert not room.listener.errors
