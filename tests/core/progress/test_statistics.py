from datetime import date, timedelta

import pytest

from tests.fakes import START
from tui_pod.core.library.library import Library
from tui_pod.core.progress.records import HeardRecord
from tui_pod.core.progress.statistics import RECENT, compute_statistics, streak

TODAY = date(2026, 11, 24)


def heard(episode: str, minutes: float, seconds: float, wall: float | None = None, offset: int = 0) -> HeardRecord:
    """Return a stretch that began so many minutes after the start."""
    when = START + timedelta(minutes=minutes)
    return HeardRecord(f"{episode}-{minutes}", episode, when, offset, seconds, seconds if wall is None else wall)


def test_look_back_on_nothing_is_nothing(library: Library) -> None:
    history = compute_statistics([], library)
    assert (history.total, history.saved, history.days, history.topics, history.sessions) == (0, 0, {}, {}, ())


def test_look_back_sums_days_weeks_and_months_in_local_time(library: Library) -> None:
    """13:00 UTC is 1 December there; its week began on the Monday before."""
    records = [heard("one", 0, 60.0), heard("two", 6 * 24 * 60, 30.0, offset=14 * 60)]
    history = compute_statistics(records, library)
    assert history.days == {TODAY: 60.0, date(2026, 12, 1): 30.0}
    assert history.weeks == {"2026-W48": 60.0, "2026-W49": 30.0}
    assert history.months == {"2026-11": 60.0, "2026-12": 30.0}


def test_look_back_topics_have_what_was_heard_in_them_and_below_once(library: Library) -> None:
    records = [heard("one", 0, 60.0), heard("two", 5, 30.0), heard("gone", 9, 7.0), heard("lost", 9, 2.0)]
    history = compute_statistics(records, library, {"gone": "Ships", "one": "Here again"})
    names = {library.topics.names[topic]: seconds for topic, seconds in history.topics.items()}
    assert names == {"All Topics": 90.0, "Basics": 90.0, "Numbers": 90.0}
    assert (history.total, history.gone) == (99.0, 9.0)
    assert [*history.elsewhere] == [("Ships (removed)", 7.0), ("No longer in the library", 2.0)]


def test_look_back_names_the_removed_podcasts_heard_most_and_sums_the_others(library: Library) -> None:
    records = [heard(f"gone-{number}", 0, 60.0 + number) for number in range(14)]
    names = {record.episode: record.episode for record in records}
    *named, rest = compute_statistics(records, library, names).elsewhere
    assert [seconds for _, seconds in named] == [73.0 - number for number in range(12)]
    assert rest == ("No longer in the library", 60.0 + 61.0)


def test_periods_say_no_sum_twice_and_since_when(library: Library) -> None:
    records = [heard("one", -days * 24 * 60, 60.0) for days in (700, 10, 0)]
    past, *_, first = [compute_statistics(records[start:], library).periods for start in range(3)]
    assert [*first(TODAY)] == [("today", 60.0)]
    assert [*past(TODAY)] == [("today", 60.0), ("this month", 120.0), ("since 2024", 180.0)]
    assert [*past(TODAY + timedelta(days=1))][:2] == [("today", 0.0), ("this week", 60.0)]


def test_topics_above_are_listed_if_their_sum_is_their_own(library: Library) -> None:
    def listed(**seconds: float) -> list[list[str]]:
        history = compute_statistics([heard(ident, 0, each) for ident, each in seconds.items()], library)
        return [[library.topics.names[topic] for topic in topics] for topics in history.listed_topics(library.topics)]

    assert listed(one=60.0) == [["Numbers"], []]
    assert listed(five=60.0) == [["Basics"], []]  # Series has the same
    assert listed(one=60.0, three=90.0) == [["Numbers"], []]  # Basics has all that was heard
    assert listed(one=60.0, three=90.0, **{"hostile-token": 70.0}) == [["Hostile", "Numbers"], ["Basics"]]


def test_look_back_hours_are_local_and_share_what_goes_on_into_the_next(library: Library) -> None:
    """13:00 UTC is 23:00 there; two hours and a quarter at 1.5 times the speed end at 0:30."""
    hours = compute_statistics([heard("one", 0, 8100.0, 5400.0, offset=600)], library).hours
    assert {hour: seconds for hour, seconds in enumerate(hours) if seconds} == {23: 5400.0, 0: 2700.0}


def test_look_back_hours_of_an_absurd_length_are_no_more_than_was_heard(library: Library) -> None:
    history = compute_statistics([heard("one", 30, 100.0, wall=1e12)], library)
    assert sum(history.hours) == pytest.approx(100.0)


def test_look_back_speed_saves_the_listeners_time(library: Library) -> None:
    history = compute_statistics([heard("one", 0, 90.0, wall=60.0), heard("two", 5, 30.0, wall=60.0)], library)
    assert (history.total, history.wall, history.saved) == (120.0, 120.0, 0.0)


def test_look_back_a_silence_of_half_an_hour_begins_another_session(library: Library) -> None:
    records = [heard("one", 0, 60.0), heard("two", 30, 60.0), heard("one", 60.9, 60.0), heard("three", 91.9, 60.0)]
    sessions = compute_statistics(records, library).sessions
    assert [session.episodes for session in sessions] == [("three",), ("one", "two")]
    assert [session.heard for session in sessions] == [60.0, 180.0]
    assert sessions[1].ended - sessions[1].started == timedelta(minutes=61.9)


def test_look_back_lists_only_the_recent_sessions(library: Library) -> None:
    sessions = compute_statistics([heard("one", 60.0 * hour, 60.0) for hour in range(50)], library).sessions
    assert len(sessions) == RECENT
    assert sessions[0].started > sessions[1].started


@pytest.mark.parametrize(
    ("ago", "free_days", "days"),
    [
        pytest.param([], 0, 0, id="nothing"),
        pytest.param([0], 0, 1, id="today"),
        pytest.param([1], 0, 1, id="yesterday, today may still come"),
        pytest.param([2], 0, 0, id="too long ago"),
        pytest.param([0, 1, 2, 4], 0, 3, id="a gap"),
        pytest.param([0, 1, 2, 4], 1, 4, id="a free day"),
        pytest.param([0, 2, 4], 1, 2, id="two gaps in a week with one free day"),
        pytest.param([0, 2, 9], 1, 2, id="a long gap"),
    ],
)
def test_streak_counts_days_in_a_row(ago: list[int], free_days: int, days: int) -> None:
    assert streak([TODAY - timedelta(days=one) for one in ago], TODAY, free_days) == days


def test_streak_of_years_is_counted_to_its_beginning_in_a_few_comparisons_a_day() -> None:
    compared = 0

    class Day(date):
        def __lt__(self, other: date) -> bool:
            nonlocal compared
            compared += 1
            return super().__lt__(other)

    today = Day(TODAY.year, TODAY.month, TODAY.day)
    assert streak([today - timedelta(days=one) for one in range(2000)], today) == 2000
    assert compared < 10 * 2000
