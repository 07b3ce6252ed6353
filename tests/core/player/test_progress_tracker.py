import random
from collections.abc import Callable
from datetime import UTC, timedelta

import pytest

from tests.fakes import START, FakeClock, FakeListener, FakePlayer, FakeSources, FakeWriter
from tui_pod.core.library.library import Library
from tui_pod.core.player.options import PlaybackOptions, Sound
from tui_pod.core.player.ports import Ports
from tui_pod.core.player.progress_tracker import LARGEST_GAP, SAVE_EVERY, ProgressTracker
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.player.state import PlaybackState
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.records import HeardRecord, ProgressRecord


class Listener:
    """A tracker on the episode `one`, 100 s long, standing at its start."""

    def __init__(self, library: Library, clock: FakeClock, progress: Progress | None = None) -> None:
        self.clock = clock
        self.progress_index = ProgressIndex(library, {"one": progress} if progress else {})
        self.writer = FakeWriter()
        ports = Ports(FakePlayer(), FakeSources(), self.writer, FakeListener(), clock, "run")
        self.state = PlaybackState(library, self.progress_index, Playback(), PlaybackOptions(), ports)
        self.tracker = ProgressTracker(self.state)
        self.tracker.begin("one")
        self.tracker.duration = 100.0
        self.tracker.arrive(0.0)

    def play(self, start: float, end: float, speed: float = 1.0) -> None:
        for quarter in range(1, round((end - start) * 4) + 1):
            self.clock.go(0.25 / speed)
            self.tracker.move(start + quarter / 4, speed)

    @property
    def progress(self) -> Progress:
        progress = self.progress_index.get("one")
        assert progress is not None
        return progress

    def heard(self) -> dict[str, HeardRecord]:
        """Return the newest record of each stretch, by its key."""
        return {record.key: record for record in self.writer.records if isinstance(record, HeardRecord)}


@pytest.fixture
def listener(library: Library, clock: FakeClock) -> Listener:
    return Listener(library, clock)


@pytest.mark.parametrize(
    ("wished", "start", "end", "is_saved"),
    [
        (0.0, 50.0, 50.25, True), (100.0, 99.0, 99.25, True), (100.0, 98.5, 98.75, False), (100.0, 0.0, 0.25, False),
        (100.0, 130.0, 130.25, True), (100.0, 130.5, 130.75, False), (100.0, 98.0, 101.0, True),
        (100.0, 199.0, 200.0, False),
    ],
)  # fmt: skip
def test_move_saves_its_position_where_the_wished_one_is_reached(
    listener: Listener, wished: float, start: float, end: float, is_saved: bool
) -> None:
    listener.tracker.begin("one", wished)
    listener.tracker.duration = 300.0
    listener.tracker.arrive(start)
    listener.tracker.move(end, 1.0)
    assert listener.progress.position == (end if is_saved else 0.0)


def test_wished_position_once_reached_is_no_longer_kept(listener: Listener) -> None:
    listener.tracker.begin("one", 50.0)
    listener.tracker.arrive(50.0)
    listener.tracker.arrive(5.0)
    listener.tracker.move(5.25, 1.0)
    assert listener.progress.position == 5.25
    listener.tracker.wish(50.0)
    listener.tracker.move(5.5, 1.0)
    assert listener.progress.position == 5.25


@pytest.mark.parametrize("speed", [0.5, 1.0, 3.0])
def test_move_playing_never_leaves_five_seconds_of_the_listener_unsaved(
    listener: Listener, clock: FakeClock, speed: float
) -> None:
    saved_at, saved_position = clock.now, 0.0
    for quarter in range(1, 361):
        clock.go(0.25 / speed)
        count = len(listener.writer.records)
        listener.tracker.move(quarter / 4, speed)
        if len(listener.writer.records) > count:
            saved_at, saved_position = clock.now, quarter / 4
        assert clock.now - saved_at < timedelta(seconds=5)
        assert quarter / 4 - saved_position < 5


def test_move_jump_in_the_files_own_times_is_not_heard_and_only_the_end_makes_it_played(listener: Listener) -> None:
    listener.play(0, 3)
    listener.clock.go(0.25)
    assert not listener.tracker.move(99.0, 1.0)
    listener.clock.go(0.5)
    assert not listener.tracker.move(99.5, 1.0)
    listener.tracker.save()
    listener.clock.go(0.5)
    assert listener.tracker.finish(100.0, 1.0)
    assert (listener.progress.played, listener.tracker.heard) == (True, 4.0)
    assert listener.progress.played_ranges == ((0.0, 3.0), (99.0, 100.0))
    assert [record.seconds for record in listener.heard().values()] == [3.0, 1.0]


@pytest.mark.parametrize("seed", range(300))
def test_finish_decides_by_the_position_and_by_what_played_since_a_seek(library: Library, seed: int) -> None:
    """Stalls and jumps before the end of the file change nothing; a seek alone, or a file that is cut, is no end."""
    drawn = random.Random(seed)
    listener, here, has_played = Listener(library, FakeClock()), 0.0, False
    end = drawn.choice((100.0, 98.5, 94.0, 60.0))
    for _ in range(drawn.randrange(1, 30)):
        kind, seconds = drawn.choice(("play", "play", "stall", "jump", "seek")), drawn.uniform(0.05, 60.0)
        if kind == "seek":
            here, has_played = min(seconds, end), False
            listener.tracker.seek(here)
            listener.tracker.arrive(here)
            continue
        former, here = here, min(here + (0.25 if kind == "play" else seconds), 90.0, end)
        listener.clock.go({"play": 0.25, "stall": seconds, "jump": 0.0}[kind] if here > former else 0.0)
        listener.tracker.move(here, 1.0)
        has_played = has_played or (here > former and (kind != "jump" or here - former <= LARGEST_GAP))
    assert not (listener.progress_index.get("one") or Progress(START)).played
    listener.tracker.finish(end, 1.0)  # at once: what is more than a gap is a jump
    is_played = end >= 98.0 and (has_played or 0 < end - here <= LARGEST_GAP)
    assert (listener.progress_index.get("one") or Progress(START)).played is is_played


def test_move_notes_what_was_heard_and_backwards_or_nowhere_changes_nothing(listener: Listener) -> None:
    listener.play(0, 10)
    listener.clock.go(20)  # the machine was busy
    listener.tracker.move(30.0, 1.0)
    before = listener.progress
    assert (before.position, before.played_ranges, before.listened) == (30.0, ((0.0, 30.0),), listener.clock.now)
    assert not listener.tracker.move(10.0, 1.0)
    assert not listener.tracker.move(3.0, 1.0)
    assert listener.progress == before


def test_move_to_the_threshold_makes_it_played_at_position_zero_in_one_saved_step(listener: Listener) -> None:
    listener.play(0, 95)
    assert (listener.progress.played, listener.progress.position, listener.progress.plays) == (True, 0.0, 1)
    last = listener.writer.records[-2]
    assert last == ProgressRecord("one", listener.progress)
    assert listener.writer.compactions == 1
    saved = [r.progress for r in listener.writer.records if isinstance(r, ProgressRecord)]
    assert not any(progress.played and progress.position for progress in saved)
    assert len(saved) <= 95 / SAVE_EVERY + 1
    listener.play(95, 100)
    assert (listener.progress.played, listener.progress.position, listener.progress.plays) == (True, 0.0, 1)
    assert listener.progress.played_ranges == ((0.0, 100.0),)


def test_move_straight_after_a_load_waits_for_where_it_arrived(listener: Listener) -> None:
    """Without a known place, the first position is a place and no way."""
    listener.tracker.begin("one")
    assert not listener.tracker.move(99.0, 1.0)
    assert listener.progress_index.get("one") is None


@pytest.mark.parametrize("first", [0.0, 0.25])
def test_seek_in_what_was_hardly_heard_leaves_it_brief_until_half_was_heard(listener: Listener, first: float) -> None:
    listener.play(0.0, first)
    unsaved = listener.tracker.unsaved(first + 0.2, 1.0)
    assert unsaved is None or unsaved.progress.is_brief
    listener.tracker.seek(30.0)
    assert listener.writer.progress("one")[-1] == listener.progress.position == 30.0
    assert listener.progress.is_brief
    listener.play(30.0, 79.5)
    assert listener.progress.is_brief
    listener.play(79.5, 80.5)
    assert not listener.progress.is_brief


def test_seek_after_the_end_makes_it_started_again_and_keeps_its_plays(listener: Listener) -> None:
    listener.play(0, 96)
    listener.tracker.seek(50.0)
    assert (listener.progress.played, listener.progress.position, listener.progress.plays) == (False, 50.0, 1)


def test_finish_of_unknown_length_is_the_end_but_not_played(listener: Listener) -> None:
    listener.tracker.duration = None
    listener.play(0, 6)
    assert listener.tracker.finish(6.0, 1.0)
    assert (listener.progress.played, listener.progress.position) == (False, 6.0)


def test_finish_without_a_second_heard_is_not_played(listener: Listener) -> None:
    listener.tracker.duration = 1.0
    assert listener.tracker.finish(0.0, 1.0)
    assert listener.progress_index.get("one") is None


def test_finish_of_a_short_one_is_played_and_tells_what_was_heard(listener: Listener) -> None:
    """Two seconds may be missing at the end, which is more than the played rule leaves of so short a one."""
    listener.tracker.duration = 5.0
    listener.play(0, 3)
    assert listener.tracker.finish(3.25, 1.0)
    assert (listener.progress.played, listener.progress.duration) == (True, 5.0)
    assert ProgressRecord("one", listener.progress) in listener.writer.records
    assert sum(record.seconds for record in listener.heard().values()) == 3.25


def test_leave_saves_what_was_not_saved(listener: Listener) -> None:
    listener.play(0, 1)
    ticket = listener.tracker.leave()
    assert listener.writer.progress("one") == [1.0]
    assert ticket == len(listener.writer.records)
    assert listener.tracker.episode is None


def test_stamp_with_the_clock_set_back_is_after_the_former_one(library: Library, clock: FakeClock) -> None:
    """Of two values the newer holds: what is heard now must be the newer."""
    listener = Listener(library, clock, Progress(START + timedelta(hours=1), position=1.0))
    listener.play(0, 5)
    stamps = [record.progress.updated for record in listener.writer.records if isinstance(record, ProgressRecord)]
    assert stamps
    assert all(stamp > START + timedelta(hours=1) for stamp in stamps)


def test_heard_record_grows_under_one_key_and_a_jump_begins_another(listener: Listener) -> None:
    listener.play(0, 10)
    listener.tracker.seek(50.0)
    listener.tracker.arrive(50.0)
    listener.play(50, 60, speed=2.0)
    listener.tracker.leave()
    first, second = listener.heard().values()
    assert (first.seconds, first.wall, first.started) == (10.0, 10.0, START)
    assert (second.seconds, second.wall) == (10.0, 5.0)
    assert listener.progress.played_ranges == ((0.0, 10.0), (50.0, 60.0))
    listener.tracker.begin("one")
    listener.tracker.leave()
    assert len(listener.heard()) == 2


def test_heard_record_is_split_at_local_midnight(library: Library, zone: str) -> None:
    clock = FakeClock()
    midnight = (START.astimezone() + timedelta(days=1)).replace(hour=0, minute=0, second=0)
    clock.now = midnight.astimezone(UTC) - timedelta(seconds=10)
    listener = Listener(library, clock)
    listener.play(0, 20)
    listener.tracker.leave()
    before, after = listener.heard().values()
    assert after.started.astimezone().date() - before.started.astimezone().date() == timedelta(days=1)
    assert before.seconds + after.seconds == 20.0


@pytest.mark.parametrize(("rule", "minutes"), [("XXX-05:30", 330), ("XXX+03", -180), ("UTC", 0)])
def test_heard_record_tells_how_far_local_time_is_ahead(
    library: Library, clock: FakeClock, set_zone: Callable[[str], None], rule: str, minutes: int
) -> None:
    set_zone(rule)
    listener = Listener(library, clock)
    listener.play(0, 5)
    assert [record.offset for record in listener.heard().values()] == [minutes]


def test_time_that_shorter_silence_saved_is_not_the_listeners(listener: Listener) -> None:
    listener.state.sound = Sound(skips_silence=True)
    listener.play(0.0, 10.0)
    listener.clock.go(0.25)
    listener.tracker.move(30.0, 1.0)  # twenty seconds of silence at once
    listener.play(30.0, 40.0)
    listener.clock.go(3600.0)  # a pause
    listener.play(40.0, 50.0)
    listener.tracker.save()
    (record,) = listener.heard().values()
    assert record.seconds == 50.0
    assert record.wall == pytest.approx(31.25, abs=0.01)
