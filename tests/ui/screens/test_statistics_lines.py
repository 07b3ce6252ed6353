"""The lines of the statistics view: what is drawn at which width, and what is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from rich.cells import cell_len

from tests.fakes import START
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.progress.history import heard_days
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.records import HeardRecord
from tui_pod.core.progress.statistics import PastSession, Statistics, compute_statistics
from tui_pod.ui.look.parts import ACCENT, HEAD, NOW, PLAIN, QUIET
from tui_pod.ui.screens.statistics_lines import (
    LARGE,
    LOW,
    PARENTS,
    RECENT_DAYS,
    WEEKS,
    Shown,
    StatLine,
    make_lines,
)

TODAY = date(2026, 11, 26)
"""A Thursday."""

LIBRARY = build_library(
    [Topic("Basics"), Topic("Numbers", "Basics"), Topic("Songs", "Basics"), Topic("Talks")],
    [
        Episode("one", "One — first", "", 100.0, tags=("Numbers",)),
        Episode("two", "Two", "", 300.0, tags=("Numbers",)),
        Episode("three", "Three", "", 200.0, tags=("Songs",)),
        Episode("four", "Four", "", 1000.0, tags=("Talks",)),
    ],
)


def topic(name: str) -> int:
    return LIBRARY.topics.names.index(name)


def made(
    width: int = 80,
    height: int = 15,
    days: Mapping[date, float] | None = None,
    weeks: Mapping[str, float] | None = None,
    total: float = 0.0,
    wall: float | None = None,
    hours: Sequence[float] = (0.0,) * 24,
    topics: Mapping[str, float] | None = None,
    sessions: Sequence[PastSession] = (),
    progress: Mapping[str, Progress] | None = None,
    free_days: int | None = None,
    is_ascii: bool = False,
    has_parents: bool | None = None,
    today: date = TODAY,
) -> list[StatLine]:
    """Return the lines for these statistics."""
    statistics = Statistics(
        total,
        total if wall is None else wall,
        days or {},
        weeks or {},
        {},
        tuple(hours),
        {topic(name): seconds for name, seconds in (topics or {}).items()},
        tuple(sessions),
    )
    index = ProgressIndex(LIBRARY, progress or {})
    return make_lines(Shown(statistics, LIBRARY, index, today, free_days, is_ascii, has_parents), width, height)


def made_of(
    library: Library,
    width: int,
    heard: Mapping[int, float] | None = None,
    sessions: Sequence[PastSession] = (),
) -> list[StatLine]:
    """Return the lines for another library."""
    statistics = Statistics(9.0, 9.0, {}, {}, {}, (0.0,) * 24, heard or {}, tuple(sessions))
    return make_lines(Shown(statistics, library, ProgressIndex(library, {}), TODAY, None), width, 15)


def text(line: StatLine) -> str:
    return "".join(part for part, _ in line.parts)


def texts(lines: Sequence[StatLine]) -> list[str]:
    return [text(line).rstrip() for line in lines]


def block(lines: Sequence[StatLine], head: str) -> list[StatLine]:
    """Return the lines from the one that starts with these words to the next blank one."""
    start = next(number for number, line in enumerate(lines) if text(line).startswith(head))
    found = lines[start:]
    return list(found[: next((number for number, line in enumerate(found) if not text(line)), None)])


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.0, "0 s"),
        (59.9, "59 s"),
        (60.0, "1 m"),
        (89.0, "1 m"),
        (91.0, "2 m"),
        (3600.0, "1 h"),
        (3600.0 * 99 + 300, "99 h 05 m"),
        (3600.0 * 100 + 300, "100 h 05 m"),
    ],
)
def test_time_has_the_unit_of_its_size(seconds: float, shown: str) -> None:
    line = made(height=LOW - 1, days={TODAY: seconds})[0]
    assert text(line).partition("today")[0].rstrip() == shown


def test_numbers_of_a_low_view_have_a_line_and_an_aligned_label_each() -> None:
    lines = made(
        height=LOW - 1,
        days={TODAY: 120.0},
        weeks={"2026-W48": 3600.0},
        total=7200.0,
        wall=7140.0,
        free_days=0,
        progress={"one": Progress(START, played=True, plays=1)},
    )
    assert texts(lines)[:6] == [
        "2 m        today",
        "1 h        this week",
        "2 h        in all",
        "1          finished",
        "1 m        saved",
        "1          days in a row",
    ]
    assert text(made(height=LOW)[1]).startswith("today ")


@pytest.mark.parametrize(("saved", "is_shown"), [(59.0, False), (60.0, True)])
def test_saved_time_is_shown_from_a_minute_on(saved: float, is_shown: bool) -> None:
    assert ("saved" in text(made(total=1000.0, wall=1000.0 - saved)[1])) is is_shown


def test_numbers_continue_below_where_there_is_no_room_beside() -> None:
    sums = partial(made, days={TODAY: 60.0}, weeks={"2026-W48": 120.0}, total=180.0)
    assert texts(sums(width=56))[:2] == [
        "1 m           2 m           3 m           0",
        "today         this week     in all        finished",
    ]
    assert texts(sums(width=55))[:6] == [
        "1 m           2 m           3 m",
        "today         this week     in all",
        "",
        "0",
        "finished",
        "",
    ]
    assert texts(sums(width=5))[:3] == ["1 m", "today", ""]


@pytest.mark.parametrize(
    ("width", "height", "is_ascii", "is_large"),
    [
        (*LARGE, False, True),
        (LARGE[0] - 1, LARGE[1], False, False),
        (LARGE[0], LARGE[1] - 1, False, False),
        (*LARGE, True, False),
    ],
)
def test_numbers_are_large_where_there_is_room(width: int, height: int, is_ascii: bool, is_large: bool) -> None:
    assert text(made(width, height, is_ascii=is_ascii)[3]).startswith("today") is is_large


def test_large_number_has_its_unit_on_its_last_line_and_a_narrow_colon() -> None:
    lines = made(*LARGE, weeks={"2026-W48": 3600.0 * 12})
    assert [text(line)[18:36].rstrip() for line in lines[:4]] == [
        "╶╮ ╶─╮ ╭─╮╭─╮",
        " │ ┌─┘:│ ││ │",
        "╶┴╴╰─╴ ╰─╯╰─╯ h",
        "this week",
    ]
    assert lines[4] == StatLine()
    assert texts(made(*LARGE, free_days=0))[5] == "Nothing played yet."  # a fifth number would have a row of its own


@pytest.mark.parametrize(
    ("seconds", "last"), [(59.9, "╶─╯ s"), (91.0, "╰─╴ m"), (3600.0 * 99 + 300, "╰─╯╶─╯ h"), (3600.0 * 100, "╰─╯ h")]
)
def test_large_time_has_the_unit_of_its_size(seconds: float, last: str) -> None:
    assert text(made(*LARGE, days={TODAY: seconds})[2])[:18].rstrip().endswith(last)


def test_view_of_a_first_session_says_its_time_once() -> None:
    session = PastSession(
        datetime(2026, 11, 26, 9, 5, tzinfo=UTC), datetime(2026, 11, 26, 9, 25, tzinfo=UTC), 1200.0, ("one",)
    )
    week, hours = {"2026-W48": 1200.0}, [1200.0, *[0.0] * 23]
    lines = texts(made(days={TODAY: 1200.0}, weeks=week, total=1200.0, hours=hours, sessions=[session]))
    assert lines[:3] == ["20 m          0", "today         finished", ""]
    assert lines[3:6] == ["Topics by time heard", "No longer in the library: 20 m", ""]
    assert lines[6:] == ["Recent sessions", "Thu 26 Nov 09:05–09:25  One"]


@pytest.mark.parametrize(("width", "cells"), [(60, 2), (59, 1)])
def test_hours_are_bars_above_a_scale(width: int, cells: int) -> None:
    hours = [0.0, 0.001, 50.0, *[0.0] * 20, 100.0]
    bars, scale = block(made(width, hours=hours), "Hours")
    assert text(bars) == "Hours  " + "".join(bar * cells for bar in "▁▁▄" + "▁" * 20 + "█")
    assert text(scale) == "       " + "".join(hour.ljust(6 * cells) for hour in ("0", "6", "12", "18"))
    assert [(len(part), name) for part, name in bars.parts[2:4]] == [(2 * cells, ACCENT), (20 * cells, "line")]


def test_hours_in_ascii_rise_from_the_dot_to_the_hash() -> None:
    hours = [0.0, 25.0, *[0.0] * 21, 100.0]
    assert text(block(made(hours=hours, is_ascii=True), "Hours")[0]) == f"Hours  ..::{'..' * 21}##"


def test_hours_without_listening_are_not_drawn() -> None:
    assert not [line for line in texts(made(days={TODAY: 100.0})) if line.startswith("Hours")]


def year(**given: object) -> list[StatLine]:
    """Return the months, and seven lines of days."""
    lines = made(**given)  # type: ignore[arg-type]
    monday = next(number for number, line in enumerate(lines) if text(line).startswith("Mon"))
    return lines[monday - 1 : monday + 7]


def test_year_begins_in_the_week_of_the_first_day_and_ends_today() -> None:
    days = {TODAY - timedelta(days=9): 10.0, TODAY: 4000.0}  # Tuesday of last week, and Thursday
    assert [text(line) for line in year(days=days)] == [
        "    Nov  ",
        "Mon   · ",
        "    ▪ · ",
        "Wed · · ",
        "    · ■ ◂",
        "Fri ·   ",
        "    ·   ",
        "Sun ·   ",
    ]


@pytest.mark.parametrize(
    ("seconds", "tint"),
    [(0.0, 0), (1.0, 1), (300.0, 1), (301.0, 2), (901.0, 3), (1801.0, 4), (3600.0, 4), (3601.0, 5)],
)
def test_day_has_a_tint_by_its_time(seconds: float, tint: int) -> None:
    days = {TODAY: seconds, **{TODAY - timedelta(days=ago): 1.0 for ago in (6, 8)}}
    *_, (cells, name), mark = year(days=days, is_ascii=True)[4].parts
    assert (cells[-2:], name, mark) == (("..", "::", "--", "++", "xx", "##")[tint], f"tint{tint}", ("<", NOW))


@pytest.mark.parametrize(
    ("ago", "is_drawn"), [((0, 5), False), ((0, 6), True), ((6,), False), ((0, 900), False), ((0, 1, 900), True)]
)
def test_year_is_drawn_from_a_week_on_and_for_more_than_a_day(ago: Sequence[int], is_drawn: bool) -> None:
    lines = texts(made(days={TODAY - timedelta(days=each): 9.0 for each in ago}))
    assert any(line.startswith("Mon") for line in lines) is is_drawn


LONG_AGO = {TODAY - timedelta(days=ago): 1.0 for ago in (0, 1, 2100)}


def test_year_has_at_most_so_many_weeks_and_two_cells_for_each() -> None:
    assert len(text(year(days=LONG_AGO, width=115)[4])) == 4 + 2 * WEEKS + 1
    assert len(text(year(days=LONG_AGO, width=46)[4])) == 4 + 2 * 20 + 1
    assert len(text(year(days=LONG_AGO, width=45)[4])) == 4 + 2 * 19 + 1
    assert len(text(year(days=LONG_AGO, width=3)[4])) == 4 + 2 + 1


def test_month_is_named_over_the_week_that_begins_in_its_first_seven_days() -> None:
    days = {date(2026, 9, 14): 1.0, date(2026, 9, 15): 1.0}
    assert text(year(days=days)[0]).rstrip() == "    Sep   Oct     Nov"  # 5 October, 2 November
    assert text(year(days=LONG_AGO, width=120)[0]).startswith("'25   Dec ")


def test_month_of_the_first_week_is_left_out_where_the_next_one_follows_at_once() -> None:
    assert text(year(days={date(2026, 10, 26): 1.0, TODAY: 1.0})[0]).split() == ["Nov"]
    assert text(year(days={date(2026, 10, 19): 1.0, TODAY: 1.0})[0]).split() == ["Oct", "Nov"]
    alone = {date(2026, 11, 30): 1.0, date(2026, 12, 6): 1.0}
    assert text(year(days=alone, today=date(2026, 12, 6))[0]).split() == ["Nov"]


HEARD = {"Numbers": 60.0, "Songs": 120.0, "Talks": 60.0, "Basics": 180.0}


def names(lines: Sequence[StatLine]) -> list[str]:
    """Return the first word of each line of the topics, below the heading."""
    return [text(line).split()[0] for line in block(lines, "Topics")[1:]]


def test_topics_above_others_are_below_a_line_that_hides_them() -> None:
    lines = block(made(topics=HEARD, has_parents=True), "Topics")
    assert [line.topic for line in lines] == [
        None,
        topic("Songs"),
        topic("Numbers"),
        topic("Talks"),
        PARENTS,
        topic("Basics"),
    ]
    assert text(lines[4]) == "Above these"


def test_hidden_topics_above_others_are_counted() -> None:
    lines = block(made(topics=HEARD, has_parents=False), "Topics")
    assert (text(lines[-1]), lines[-1].topic) == ("Show 1 topic above these", PARENTS)
    assert names(made(topics={"Talks": 10.0}, has_parents=True)) == ["Talks"]


@pytest.mark.parametrize(("height", "is_shown"), [(13, True), (12, False)])
def test_topics_above_others_are_shown_by_themselves_if_all_have_room(height: int, is_shown: bool) -> None:
    numbers = len(block(made(), "0 s")) + 1
    hours = len(block(made(hours=[1.0] * 24), "Hours")) + 1
    assert numbers + hours + len(HEARD) + 2 == 12
    assert ("Basics" in names(made(height=height - 1, topics=HEARD, hours=[1.0] * 24))) is is_shown


def test_topic_shows_time_share_count_and_what_is_left() -> None:
    progress = {"two": Progress(START, played=True)}
    line = block(made(LARGE[0], topics={"Numbers": 60.0}, progress=progress), "Topics")[1]
    assert text(line) == f"Numbers     1 m  {'━' * 22}{'╌' * 8}  1/2  2 m left"
    line = block(made(LARGE[0] - 1, topics={"Numbers": 60.0}, progress=progress, is_ascii=True), "Topics")[1]
    assert text(line) == f"Numbers     1 m  {'=' * 22}{'-' * 8}  1/2"


def test_topic_without_a_known_length_has_no_share() -> None:
    progress = {name: Progress(START, played=True) for name in ("one", "two")}
    assert text(block(made(69, topics={"Numbers": 9.0}, progress=progress), "Topics")[1]).count("━") == 30


def test_nothing_is_said_to_be_left_of_a_topic_that_was_played_whole() -> None:
    progress = {"three": Progress(START, position=199.5, duration=200.0)}
    assert "left" not in text(block(made(topics={"Songs": 10.0}, progress=progress), "Topics")[1])
    progress = {"three": Progress(START, position=199.0, duration=200.0)}
    assert "left" in text(block(made(topics={"Songs": 10.0}, progress=progress), "Topics")[1])


@pytest.mark.parametrize(("width", "bar"), [(34, 9), (31, 6), (30, 0)])
def test_share_is_left_out_where_it_would_be_too_short(width: int, bar: int) -> None:
    line = text(block(made(width, topics={"Songs": 10.0}), "Topics")[1])
    assert line == f"{'Songs':10}  10 s  {'╌' * bar}{'  ' * bool(bar)}0/1"


def test_columns_of_the_topics_are_aligned() -> None:
    lines = block(made(60, topics={"Songs": 6000.0, "Talks": 5.0}), "Topics")
    assert [text(line)[:21] for line in lines[1:]] == ["Songs       1 h 40 m ", "Talks            5 s "]


def test_long_name_of_a_topic_has_a_third_of_the_width() -> None:
    name = "A name that is rather long"
    library = build_library([Topic(name)], [Episode("one", "One", "", 9.0, tags=(name,))])
    assert [text(block(made_of(library, width, {1: 9.0}), "Topics")[1])[:19] for width in (45, 99)] == [
        "A name that is…  9 ",
        "A name that is rath",
    ]


def test_removed_podcasts_are_listed_where_no_topic_is_and_keep_their_time() -> None:
    statistics = Statistics(600.0, 600.0, {}, {}, {}, (0.0,) * 24, {}, (), {"船と港" * 9: 600.0})
    lines = make_lines(Shown(statistics, LIBRARY, ProgressIndex(LIBRARY, {}), TODAY, None), 40, 15)
    *name, time = text(block(lines, "Topics")[1]).partition(": ")
    assert (name[0][:3], time, cell_len(text(block(lines, "Topics")[1])) <= 40) == ("船と港", "10 m", True)


def test_only_so_many_topics_are_listed() -> None:
    titles = [f"T{number:02}" for number in range(13)]
    library = build_library([Topic(title) for title in titles], [Episode("one", "One", "", 9.0, tags=tuple(titles))])
    heard = {library.topics.names.index(title): 9.0 for title in titles}
    assert names(made_of(library, 80, {0: 99.0, **heard})) == titles[:-1]


SITTING = PastSession(
    datetime(2026, 11, 6, 9, 5, tzinfo=UTC),
    datetime(2026, 11, 6, 10, 15, tzinfo=UTC),
    3000.0,
    ("one", "gone", "two", "three"),
)
WHEN = "Fri 6 Nov 09:05–10:15         50 m  "


def sitting(width: int, session: PastSession = SITTING) -> str:
    """Return the line of a session, in a view of this width."""
    return text(block(made(width, sessions=[session]), "Recent sessions")[1])


def test_session_shows_when_and_how_long_it_was_and_its_titles() -> None:
    assert sitting(80) == f"{WHEN}One · Two · Three · +1"
    earlier = replace(SITTING, started=SITTING.started.replace(year=2025))
    lines = block(made(80, sessions=[SITTING, earlier]), "Recent sessions")
    assert text(lines[1])[:39] == "Fri 6 Nov 09:05–10:15              50 m"
    assert text(lines[2])[:39] == "Thu 6 Nov 2025 09:05–10:15         50 m"


@pytest.mark.parametrize(
    ("room", "shown"),
    [(30, "One · Two · Three · +1"), (29, "4 episodes")],
)
def test_session_has_titles_from_a_width_on(room: int, shown: str) -> None:
    assert sitting(len(WHEN) + room) == WHEN + shown


def test_titles_leave_room_for_the_number_of_the_others() -> None:
    library = build_library([], [Episode("one", "A title of some nineteen"), Episode("two", "Four")])
    both = PastSession(SITTING.started, SITTING.ended, 3000.0, ("one", "two"))
    found = [text(made_of(library, len(WHEN) + room, sessions=[both])[-1])[len(WHEN) :] for room in (36, 37)]
    assert found == ["A title of some nineteen · +1", "A title of some nineteen · Four"]


def test_session_of_nothing_that_is_still_there_counts_its_episodes() -> None:
    gone = PastSession(SITTING.started, SITTING.ended, 3000.0, ("gone", "lost"))
    assert sitting(80, gone) == f"{WHEN}2 episodes"


def test_long_title_is_cut_to_leave_room_for_the_number_of_the_others() -> None:
    library = build_library([], [Episode("one", "A title that goes on and on and on")])
    both = PastSession(SITTING.started, SITTING.ended, 3000.0, ("one", "two"))
    assert text(made_of(library, len(WHEN) + 30, sessions=[both])[-1]) == f"{WHEN}A title that goes on an… · +1"


@pytest.mark.parametrize(("width", "is_beside"), [(166, True), (165, False)])
def test_sessions_are_beside_the_rest_where_there_is_room(width: int, is_beside: bool) -> None:
    lines = made(width, topics=HEARD, sessions=[SITTING])
    assert [part for part, _ in lines[0].beside] == ["Recent sessions"] * is_beside
    assert is_beside is (lines[1].beside == ((WHEN, PLAIN), ("4 episodes", QUIET)))
    assert ("Recent sessions" in texts(lines)) is not is_beside


def test_longer_column_goes_on_beside_nothing() -> None:
    lines = made(166, sessions=[SITTING] * 9)
    assert [bool(line.beside) for line in lines] == [True] * 10
    assert [bool(line.parts) for line in lines] == [True, True] + [False] * 8


def test_left_column_keeps_a_gap_to_the_right_one() -> None:
    assert len(text(year(days=LONG_AGO, width=166)[4])) == 111
    name = "long " * 20
    library = build_library([Topic(name)], [Episode("one", "One", "", 9.0, tags=(name,))])
    line = block(made_of(library, 166, {1: 9.0}), "Topics")[1]
    assert text(line).index("9 s") == 112 // 3 + 2


def test_history_lists_each_day_with_the_last_seven_above_and_earlier_ones_on_demand() -> None:
    heard = [HeardRecord(f"r-{ago}", "one", datetime(2026, 11, 26 - ago, 9, tzinfo=UTC), 0, 60.0, 60.0)
             for ago in range(19, -1, -1)]  # fmt: skip
    shown = Shown(
        compute_statistics(heard, LIBRARY), LIBRARY, ProgressIndex(LIBRARY, {}), TODAY, None,
        history=heard_days(heard, ()),
    )  # fmt: skip
    lines = make_lines(shown, 100, 40)
    first = next(row for row, line in enumerate(lines) if line.parts == (("History", HEAD),))
    texts = ["".join(text for text, _ in line.parts) for line in lines[first + 1 :]]
    assert texts[0] == "   ".join(f"{day} 1 m" for day in ("Fri", "Sat", "Sun", "Mon", "Tue", "Wed", "Thu"))
    assert texts[1:3] == ["Thu 26 Nov  1 m", f"{'09:00–09:01':<11}  {'1 m':>8}  One — first · Numbers"]
    assert (len(texts), texts[-1]) == (1 + 2 * RECENT_DAYS + 1, "Show 6 earlier days")
    assert [line.episode for line in lines if line.episode] == ["one"] * RECENT_DAYS
    everything = make_lines(shown._replace(has_earlier=True), 30, 40)
    assert [line.episode for line in everything if line.episode] == ["one"] * 20
    assert all(cell_len("".join(text for text, _ in line.parts)) <= 30 for line in everything[-40:])
