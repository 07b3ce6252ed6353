import random
from datetime import timedelta

import pytest

from tests.core.library.test_catalog import make_courses
from tests.core.selection.test_queue import make_shelf
from tests.fakes import START
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.topics import topic_key
from tui_pod.core.progress import progress_index as book_module
from tui_pod.core.progress.progress import (
    PlayedRule,
    Progress,
    Status,
    is_whole,
    newest,
    remaining,
    resume_position,
    rewind,
)
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import SmartList, smart_lists

RULE = PlayedRule()
LATER = START + timedelta(minutes=5)


def left_at(pause: timedelta, position: float = 500.0, duration: float | None = None) -> Progress:
    return Progress(START - pause, position, duration, listened=START - pause)


@pytest.mark.parametrize(
    ("duration", "left"),
    [
        pytest.param(10, 1, id="a tenth of a very short one"),
        pytest.param(50, 5, id="where a tenth is 5 s"),
        pytest.param(105, 5, id="5 s at least"),
        pytest.param(200, 6, id="3 %"),
        pytest.param(1000, 30, id="where 3 % is 30 s"),
        pytest.param(36_000, 30, id="30 s at most"),
    ],
)
def test_played_rule_leaves_three_percent_within_its_limits(duration: float, left: float) -> None:
    assert RULE.starts_at(duration) == pytest.approx(duration - left)
    assert RULE.is_reached(duration - left, duration)
    assert not RULE.is_reached(duration - left - 0.01, duration)
    assert not RULE.is_reached(1e9, None)
    assert not RULE.is_reached(1e9, 0.0)


def test_played_rule_of_the_listener_is_held_within_a_tenth() -> None:
    rule = PlayedRule(share=0.5, min_left=60.0, max_left=600.0)
    assert (rule.starts_at(1000.0), rule.starts_at(10_000.0)) == (900.0, 9400.0)


@pytest.mark.parametrize(
    ("position", "duration", "expected"),
    [
        (98.0, 100.0, True),
        (97.9, 100.0, False),
        (3528.0, 3600.0, True),
        (3527.9, 3600.0, False),
        (6.0, None, True),
        (6.0, 0.0, True),
    ],
)
def test_is_whole_within_two_seconds_or_two_percent(position: float, duration: float | None, expected: bool) -> None:
    assert is_whole(position, duration) is expected


@pytest.mark.parametrize(
    ("pause", "seconds"),
    [
        (timedelta(seconds=59.9), 0),
        (timedelta(minutes=1), 3),
        (timedelta(minutes=59, seconds=59), 3),
        (timedelta(hours=1), 10),
        (timedelta(hours=23, minutes=59), 10),
        (timedelta(days=1), 20),
        (timedelta(days=3650), 20),
        pytest.param(timedelta(days=-1), 0, id="clock set back"),
    ],
)
def test_rewind_grows_with_the_pause(pause: timedelta, seconds: float) -> None:
    assert rewind(pause, 3600.0) == seconds
    assert rewind(pause, None) == seconds
    assert rewind(pause, 100.0) == min(seconds, 5.0)


@pytest.mark.parametrize(
    ("progress", "duration", "expected"),
    [
        pytest.param(None, 1000.0, 0, id="untouched"),
        pytest.param(Progress(START), 1000.0, 0, id="unplayed"),
        pytest.param(Progress(START, position=50.0, played=True), 1000.0, 0, id="played"),
        pytest.param(left_at(timedelta(hours=2)), 1000.0, 490.0, id="less the rewind"),
        pytest.param(left_at(timedelta(days=2), position=3.0), 1000.0, 0, id="not before the start"),
        pytest.param(Progress(START, 500.0, listened=START - timedelta(days=2)), 1000.0, 480.0, id="by listening"),
        pytest.param(
            Progress(START - timedelta(hours=2), 500.0), 1000.0, 490.0, id="by a change, if never listened to"
        ),
        pytest.param(left_at(timedelta()), 100.0, 95.0, id="a file that got shorter does not end at once"),
        pytest.param(left_at(timedelta(), duration=1000.0), 100.0, 500.0, id="by the measured length"),
    ],
)
def test_resume_position_is_the_place_less_the_rewind(
    progress: Progress | None, duration: float, expected: float
) -> None:
    assert resume_position(progress, duration, START) == expected
    if expected == 490.0:
        assert resume_position(progress, duration, START, is_rewinding=False) == 500.0


@pytest.mark.parametrize(
    ("progress", "status"),
    [
        (Progress(START), Status.UNPLAYED),
        (Progress(START, position=0.01), Status.STARTED),
        (Progress(START, played=True), Status.PLAYED),
        (Progress(START, plays=3), Status.UNPLAYED),
    ],
)
def test_status_follows_position_and_mark(progress: Progress, status: Status) -> None:
    assert progress.status is status


def test_at_makes_a_played_episode_started_and_keeps_its_plays() -> None:
    progress = Progress(START, played=True, plays=2, duration=90.0).at(3.0, None, LATER)
    assert progress == Progress(LATER, position=3.0, plays=2, duration=90.0)
    assert progress.at(-5.0, None, LATER).position == 0


def test_with_played_adds_the_range_and_ends_a_dismissal() -> None:
    progress = Progress(START, is_dismissed=True, played_ranges=((0.0, 5.0),)).with_played(5.0, 6.0, LATER)
    assert (progress.played_ranges, progress.listened, progress.is_dismissed) == (((0.0, 6.0),), LATER, False)


@pytest.mark.parametrize("played", [True, False])
def test_marked_sets_the_mark_and_position_zero_in_one_step(played: bool) -> None:
    progress = Progress(START, position=42.0, played=not played, plays=1).marked(played, LATER)
    assert progress == Progress(LATER, position=0.0, played=played, plays=1)


def test_finished_counts_a_play_with_position_zero() -> None:
    assert Progress(START, position=96.0, plays=1).finished(LATER) == Progress(LATER, played=True, plays=2)


@pytest.mark.parametrize(
    ("progress", "duration", "expected"),
    [
        (None, 100.0, 100.0),
        (None, None, 0.0),
        (Progress(START, played=True), 100.0, 0.0),
        (Progress(START, position=30.0), 100.0, 70.0),
        (Progress(START, position=30.0, duration=110.0), 100.0, 80.0),
        (Progress(START, position=130.0), 100.0, 0.0),
        (Progress(START, position=30.0), None, 0.0),
    ],
)
def test_remaining_goes_by_the_measured_length(
    progress: Progress | None, duration: float | None, expected: float
) -> None:
    assert remaining(progress, duration) == expected


def test_what_the_listener_does_here_is_from_here() -> None:
    there = Progress(START, 40.0, 60.0, origin="laptop")
    moved, heard = there.at(1.0, None, LATER), there.with_played(1.0, 2.0, LATER)
    assert [each.origin for each in (moved, heard, there.marked(True, LATER), there.finished(LATER))] == [""] * 4
    assert newest(there, moved._replace(updated=START - timedelta(1))).source(LATER) == "from laptop, 5 m ago"


def test_newest_keeps_the_length_and_what_was_played_of_the_older() -> None:
    older = Progress(START, 5.0, 100.0, plays=2, played_ranges=((0.0, 5.0),))
    newer = Progress(LATER, 7.0, played_ranges=((6.0, 7.0),))
    expected = Progress(LATER, 7.0, 100.0, plays=2, played_ranges=((0.0, 5.0), (6.0, 7.0)))
    assert newest(older, newer) == newest(newer, older) == expected
    assert newest(older, newer._replace(duration=90.0)).duration == 90.0


PLAYED = Progress(START, played=True)
ALL, BASICS, NUMBERS = 0, 1, 2


def started(position: float, minutes: float = 0.0, is_dismissed: bool = False) -> Progress:
    when = START + timedelta(minutes=minutes)
    return Progress(when, position=position, listened=when, is_dismissed=is_dismissed)


def counted(library: Library, progress_index: ProgressIndex, topic: int) -> tuple[int, int, float]:
    """Count a topic the slow way."""
    statuses = [progress_index.status(library.ids[index]) for index in library.topics.members[topic]]
    return (
        statuses.count(Status.PLAYED),
        statuses.count(Status.STARTED),
        sum(map(progress_index.remaining, library.topics.members[topic])),
    )


def stats(progress_index: ProgressIndex, topic: int) -> tuple[int, int, float]:
    """Return what is counted of a topic."""
    found = progress_index.topic_stats[topic]
    return found.played, found.started, round(found.left, 6)


def test_index_made_from_progress_counts_it_in_every_topic_above(library: Library) -> None:
    progress_index = ProgressIndex(library, {})
    assert (stats(progress_index, BASICS), progress_index.get("one")) == ((0, 0, 610.0), None)
    progress_index.put("four", Progress(START, position=10.0, duration=400.0))
    assert progress_index.topic_stats[BASICS].left == 1000.0
    progress_index = ProgressIndex(library, {"one": PLAYED, "two": started(50.0), "gone": PLAYED})
    assert (progress_index.get("gone"), progress_index.topic_stats[ALL].played) == (PLAYED, 1)
    assert stats(progress_index, NUMBERS) == (1, 1, 150.0)
    assert stats(progress_index, BASICS) == (1, 1, 460.0)


def test_put_keeps_every_count_right_through_any_changes(library: Library) -> None:
    random.seed(11)
    progress_index = ProgressIndex(library, {})
    values = [
        Progress(START),
        PLAYED,
        started(0.0),
        started(5.0),
        started(900.0),
        Progress(START, position=5.0, duration=99.0),
    ]
    values.append(started(5.0, is_dismissed=True))
    for _ in range(500):
        progress_index.put(random.choice(library.ids), random.choice(values))
        continuing = [ident for ident, p in progress_index if p.status is Status.STARTED and not p.is_dismissed]
        assert progress_index.continue_count == len(progress_index.unfinished()) == len(continuing)
    for topic in range(len(library.topics.names)):
        assert stats(progress_index, topic) == counted(library, progress_index, topic)
    assert {library.ids[i] for i in progress_index.indexes[Status.PLAYED]} == {
        i for i, p in progress_index if p.status is Status.PLAYED
    }


@pytest.mark.parametrize("few", [0, 10_000])
def test_index_made_from_much_progress_counts_as_one_filled_by_and_by(
    library: Library, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(book_module, "FEW", few)
    random.seed(12)
    values = [PLAYED, started(0.0), started(5.0), started(900.0), Progress(START, position=5.0, duration=99.0)]
    progress = {ident: random.choice(values) for ident in (*library.ids, "gone")}
    filled = ProgressIndex(library, {})
    for ident, value in progress.items():
        filled.put(ident, value)
    made = ProgressIndex(library, progress)
    topics = range(len(library.topics.names))
    assert [stats(made, topic) for topic in topics] == [stats(filled, topic) for topic in topics]
    assert (made.indexes, dict(made)) == (filled.indexes, dict(filled))


def test_new_ones_are_counted_by_topic_until_they_are_touched(library: Library) -> None:
    progress_index = ProgressIndex(library, {"one": started(5.0)})
    progress_index.set_new(["one", "two", "three", "gone"])
    assert progress_index.new == frozenset(("two", "three"))
    assert (progress_index.new_in(BASICS), progress_index.new_indexes()) == (2, [1, 2])
    progress_index.put("two", started(1.0))
    assert progress_index.new == frozenset(("three",))
    assert progress_index.new_in(BASICS) == 1


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        ({"one": started(5.0, 1), "two": started(5.0, 3), "three": started(5.0, 2), "five": PLAYED}, [1, 2, 0]),
        ({"one": started(5.0), "two": started(5.0, is_dismissed=True)}, [0]),
        ({"two": started(5.0), "one": started(5.0)}, [0, 1]),
        ({"one": started(5.0, 1)._replace(updated=START + timedelta(days=1)), "two": started(5.0, 2)}, [1, 0]),
    ],
    ids=["most recently heard first", "dismissed", "at once in catalogue order", "by listening, not by a change"],
)
def test_unfinished_are_in_the_order_of_listening(
    library: Library, progress: dict[str, Progress], expected: list[int]
) -> None:
    progress_index = ProgressIndex(library, progress)
    assert progress_index.unfinished() == expected
    assert progress_index.continue_count == len(expected)


def test_playing_time_of_a_played_one_is_its_whole_length(library: Library) -> None:
    progress_index = ProgressIndex(library, {"one": PLAYED, "two": started(50.0)})
    assert [progress_index.playing_time(index) for index in (0, 1, 2, 3)] == [100.0, 150.0, 300.0, 0.0]


def test_progress_under_another_id_of_an_episode_counts_for_the_episode() -> None:
    episodes = [Episode("a", "A", duration=100.0), Episode("b", "B", duration=100.0)]
    library = build_library([], episodes, aliases={"copy": "a", "gone": "x", "b": "a"})
    assert [library.index(ident) for ident in ("copy", "gone", "b")] == [0, None, 1]
    before = Progress(START, position=40.0, played_ranges=((0.0, 40.0),))
    later = Progress(START + timedelta(days=1), played=True, plays=1, played_ranges=((30.0, 100.0),))
    both = ProgressIndex(library, {"a": before, "copy": later})
    found = both.get("a")
    assert found is not None
    assert (found.played, found.plays, found.played_ranges) == (True, 1, ((0.0, 100.0),))
    assert both.indexes[Status.PLAYED] == {0}
    assert ProgressIndex(library, {"copy": before}).unfinished() == [0]


def test_fragments_leave_continue_after_a_while_and_stay_started() -> None:
    library = build_library([], [Episode(ident, ident, duration=100.0) for ident in "abc"])
    progress = {"a": started(20.0), "b": started(30.0), "c": started(20.0, minutes=9)}
    index = ProgressIndex(library, progress, timedelta(days=1), START + timedelta(days=1, minutes=5))
    assert index.unfinished() == [2, 1]
    assert index.resumable() == [2, 0, 1]
    moved = index.moved_to(library)
    assert moved.unfinished() == [2, 1]
    assert moved.age(START + timedelta(days=1, minutes=8)) == []
    assert moved.age(START + timedelta(days=1, minutes=10)) == ["c"]
    assert (moved.unfinished(), moved.continue_count, moved.resumable()) == ([1], 1, [2, 0, 1])


def test_what_is_left_alone_for_long_rests_in_older_until_it_is_played_again() -> None:
    podcast = topic_key("", "Serial", feed="https://serial.example/f")
    topics = [Topic(podcast, episodes=("s1", "s2"))]
    episodes = [Episode(ident, ident, duration=100.0) for ident in ("a", "b", "s1", "s2")]
    library = build_library(topics, episodes, [(), (), (podcast,), (podcast,)])
    progress = {"a": started(60.0), "b": started(60.0, minutes=9), "s1": heard(1)}
    index = ProgressIndex(library, progress, None, START + timedelta(minutes=5), timedelta(days=1))

    def lists() -> tuple[list[str], list[str]]:
        found = index.to_continue(), index.to_continue(is_older=True)
        assert (index.continue_count, index.older_count) == tuple(map(len, found))
        assert set(index.unfinished()) <= set(found[0])
        shown = smart_lists(library, index)
        assert (SmartList.OLDER in shown) is bool(found[1])
        return tuple([library.ids[row] for row in rows] for rows in found)  # type: ignore[return-value]

    assert lists() == (["b", "s2", "a"], [])
    assert index.age(START + timedelta(days=1, minutes=5)) == ["a"]
    assert lists() == (["b"], ["s2", "a"])
    index = index.moved_to(library)
    assert lists() == (["b"], ["s2", "a"])
    index.put("a", started(70.0, minutes=1440))
    assert lists() == (["a", "b"], ["s2"])
    index.put("b", started(60.0, is_dismissed=True))
    assert lists() == (["a"], ["s2"])


@pytest.fixture
def courses() -> Library:
    return make_courses()


def heard(minutes: float) -> Progress:
    when = START + timedelta(minutes=minutes)
    return Progress(when, played=True, plays=1, listened=when)


def continued(library: Library, progress: dict[str, Progress]) -> list[str]:
    """Return Continue, whether all progress was known at the start or came one by one."""
    at_once, later = ProgressIndex(library, progress), ProgressIndex(library, {})
    for ident, value in progress.items():
        later.put(ident, value)
        assert later.continue_count == len(later.to_continue())
    assert at_once.to_continue() == later.to_continue()
    return [library.ids[index] for index in at_once.to_continue()]


def test_continue_has_the_next_of_each_thing_begun_by_when_it_was_heard(courses: Library) -> None:
    shelf = make_shelf("CD1")
    assert continued(shelf, {"a1": heard(0), "a2": heard(1), "x": heard(2)}) == ["b1"]
    assert continued(shelf, {"a1": heard(0)}) == ["a2"]
    assert continued(courses, {"e": heard(0), "d": heard(1)}) == ["c"]
    assert continued(courses, {"c": heard(5), "e": heard(1)}) == ["b"]  # not the first gap
    assert continued(courses, {"a": heard(5)}) == []
    assert continued(courses, {"e": PLAYED, "d": PLAYED}) == []  # only marked
    assert continued(courses, {"e": heard(0), "d": Progress(START, is_dismissed=True)}) == []


def test_continue_has_one_episode_of_a_thing(courses: Library) -> None:
    assert continued(courses, {"e": heard(0), "b": started(5.0, 3)}) == ["b"]
    brief = started(5.0, 3)._replace(is_brief=True)
    assert continued(courses, {"e": heard(0), "d": brief}) == ["d"]
    assert continued(courses, {"e": heard(0), "d": brief._replace(is_brief=False)}) == ["d"]


def test_finished_counts_episodes_of_removed_podcasts_and_no_marks() -> None:
    library = build_library([], [Episode("a", "a")])
    progress = {"a": Progress(START, played=True, plays=1), "gone": Progress(START, plays=2)}
    assert ProgressIndex(library, {**progress, "marked": Progress(START, played=True)}).finished() == 2
