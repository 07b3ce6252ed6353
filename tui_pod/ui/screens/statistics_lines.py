"""The lines of the statistics view for a given width. Pure; the widget only draws them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import zip_longest
from typing import NamedTuple

from rich.cells import cell_len
from textual.renderables.digits import DIGITS, DIGITS3X3

from tui_pod.core.library.library import Library
from tui_pod.core.progress.history import Day, only_with
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.statistics import PastSession, Statistics, streak
from tui_pod.core.text.clean import counted, span
from tui_pod.ui.look.cells import fit, split_title
from tui_pod.ui.look.parts import ACCENT, HEAD, LINE, NOW, PLAIN, QUIET, Part, joined

WEEKS = 53
"""Columns of the year, two cells each."""

LEVELS = (0.0, 300.0, 900.0, 1800.0, 3600.0)
"""A day above this many seconds has the next tint."""

CELLS, ASCII_CELLS = ("· ", "▪ ", "▪ ", "■ ", "■ ", "■ "), ("..", "::", "--", "++", "xx", "##")
"""The two cells of a day by tint; the first is for a day without listening."""

SPARKS, ASCII_SPARKS = "▁▁▂▃▄▅▆▇█", "..:-=+*x#"
"""Bars of an hour of the day, from empty to the fullest."""

PARENTS = -1
"""What a line opens that shows or hides the topics above others."""

EARLIER, RECENT_DAYS = -2, 14
"""What a line opens that shows all days of the history, and how many are shown before."""

MOST_TOPICS = 12
"""How many topics are listed, by listening time, and how many of those above others."""

NUMBER_WIDTH = 14
"""Width of a small number with its label, in cells."""

LARGE, LOW = (70, 20), 10
"""From this size (columns, rows) on, numbers are three lines high; below this height, each has its label beside it."""

BESIDE, GAP = (116, 50), 4
"""Width of the left column, minimum width of the right one, and the gap between them, in cells."""

TINTS = tuple(f"tint{level}" for level in range(len(LEVELS) + 1))
"""Looks of a day, from no listening to the fullest."""


class StatLine(NamedTuple):
    """One line of the view."""

    parts: tuple[Part, ...] = ()
    topic: int | None = None
    """The topic that the line opens, or `PARENTS`; None if it opens nothing."""
    episode: str = ""
    """The episode that the line plays."""
    beside: tuple[Part, ...] = ()
    """What is drawn in the right column, from cell `BESIDE[0]` on."""


class Shown(NamedTuple):
    """The data of the view."""

    statistics: Statistics
    library: Library
    progress_index: ProgressIndex
    today: date
    free_days: int | None
    """Days per week that may be missed in a streak; None if the streak is not shown."""
    is_ascii: bool = False
    has_parents: bool | None = None
    """Whether topics above others are listed too, which have the same minutes again; None if space allows."""
    history: Sequence[Day] = ()
    """The days of listening, the newest first."""
    has_earlier: bool = False
    """Whether all of them are listed."""
    words: str = ""
    """What the history is searched for."""


def make_lines(shown: Shown, width: int, height: int) -> list[StatLine]:
    """Return all lines, at most `width` cells wide; `height` is the height of the view.

    If there is room, the sessions are beside the rest instead of below.
    """
    is_large = width >= LARGE[0] and height >= LARGE[1] and not shown.is_ascii
    room = BESIDE[0] - GAP if width >= sum(BESIDE) else width
    lines = [*_numbers(shown, room, is_large, height < LOW), *_hours(shown, room), *_year(shown, room)]
    lines += _topics(shown, room, height - len(lines))
    if room == width:
        return [*lines, *_sessions(shown, width), *_history(shown, width)]
    sessions = _sessions(shown, width - BESIDE[0])
    both = zip_longest(lines, sessions, fillvalue=StatLine())
    return [*(line._replace(beside=session.parts) for line, session in both), *_history(shown, room)]


def _numbers(shown: Shown, width: int, is_large: bool, is_low: bool) -> list[StatLine]:
    """Return the numbers with their labels below, in as many rows as needed; large ones in a single row.

    In a low view each number has one line.
    """
    statistics, today = shown.statistics, shown.today
    time = _time if is_large else lambda seconds: (span(seconds), "")
    entries = [
        *((*time(seconds), name) for name, seconds in statistics.periods(today, has_month=False)),
        (str(shown.progress_index.finished()), "", "finished"),
    ]
    if statistics.saved >= 60:
        entries.append((*time(statistics.saved), "saved"))
    if shown.free_days is not None:
        entries.append((str(streak(statistics.days, today, shown.free_days)), "", "days in a row"))
    if is_low:
        return [StatLine(((f"{value:<10} ", NOW), (label, QUIET))) for value, _, label in entries]
    size = NUMBER_WIDTH + 4 * is_large
    many = max(1, width // size)
    lines: list[StatLine] = []
    for first in range(0, len(entries), many):
        row = entries[first : first + many]
        drawn = [_digits(value, unit) if is_large else [value] for value, unit, _ in row]
        for number in zip(*drawn, strict=True):
            lines.append(StatLine(tuple((fit(text, size), NOW) for text in number)))
        lines += [StatLine(tuple((fit(label, size - 1) + " ", QUIET) for *_, label in row)), StatLine()]
        if is_large:
            break
    return lines


def _time(seconds: float) -> tuple[str, str]:
    """Return the number and the unit of a time that is drawn large, such as `22` and `m`."""
    if seconds < 60:
        return f"{int(seconds)}", "s"
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours >= 100:
        return f"{hours}", "h"
    return (f"{hours}:{minutes:02}", "h") if hours else (f"{minutes}", "m")


def _digits(value: str, unit: str) -> list[str]:
    """Return a number three lines high, with the unit on the last line."""
    rows = ["", "", ""]
    for character in value:
        first = DIGITS.index(character) * 3
        for row in range(3):
            rows[row] += f"{DIGITS3X3[first + row]:<3}" if character != ":" else DIGITS3X3[first + row].strip() or " "
    rows[2] += f" {unit}"
    return rows


def _hours(shown: Shown, width: int) -> list[StatLine]:
    """Return the bars of the hours; of a single session, its line has the time."""
    if not any(shown.statistics.hours) or len(shown.statistics.sessions) == 1:
        return []
    hours, sparks = shown.statistics.hours, ASCII_SPARKS if shown.is_ascii else SPARKS
    most = max(hours)
    cells = 2 if width >= 60 else 1
    levels = (max(int(hour > 0), round(hour / most * (len(sparks) - 1))) for hour in hours)
    parts = [(sparks[level] * cells, ACCENT if level else LINE) for level in levels]
    scale = "".join(f"{hour:<{6 * cells}}" for hour in ("0", "6", "12", "18"))
    return [StatLine((("Hours  ", HEAD), *joined(parts))), StatLine(((f"       {scale}", QUIET),)), StatLine()]


def _year(shown: Shown, width: int) -> list[StatLine]:
    """Return the map of the year: a column per week, a row per weekday, two cells per day, the current week last.

    It begins with the first day of listening, if that is not longer ago. There is none in the first week, nor for a
    single day.
    """
    cells = ASCII_CELLS if shown.is_ascii else CELLS
    today, days = shown.today, shown.statistics.days
    begun = min(days, default=today)
    week = today - timedelta(days=today.weekday())
    since = (week - begun + timedelta(days=begun.weekday())).days // 7 + 1
    weeks = max(1, min(WEEKS, (width - 6) // 2, since))
    monday = week - timedelta(weeks=weeks - 1)
    if begun > today - timedelta(days=6) or sum(monday <= day <= today for day in days) < 2:
        return []
    months = [" "] * (2 * weeks + 1)
    year = ""  # of the first name
    for column in range(weeks):
        first = monday + timedelta(weeks=column)
        if first.day <= 7 or (column == 0 and (weeks == 1 or (first + timedelta(weeks=1)).day > 7)):
            months[2 * column : 2 * column + 3] = f"{first:%b}"
            year = year or f"{first:%Y}"
    since_year = f"'{year[2:]}" if year != str(today.year) else ""
    lines = [StatLine(((f"{since_year:<4}{''.join(months)}"[:width], QUIET),))]
    for row, name in enumerate(("Mon", "", "Wed", "", "Fri", "", "Sun")):
        parts: list[Part] = [(f"{name:<4}", QUIET)]
        for column in range(weeks):
            day = monday + timedelta(weeks=column, days=row)
            level = sum(days.get(day, 0.0) > least for least in LEVELS)
            if not begun <= day <= today:
                parts.append(("  ", PLAIN))
            else:
                parts.append((cells[level], TINTS[level]))
        if row == today.weekday():
            parts.append(("<" if shown.is_ascii else "◂", NOW))
        lines.append(StatLine(tuple(joined(parts))))
    return [*lines, StatLine()]


def _topics(shown: Shown, width: int, rows: int) -> list[StatLine]:
    """Return the topics by listening time, each with the share played, then those above others.

    The latter are shown on demand, or if all fit into so many rows.
    """
    topics, heard, elsewhere = shown.library.topics, shown.statistics.topics, [*shown.statistics.elsewhere]
    leaves, parents = (found[:MOST_TOPICS] for found in shown.statistics.listed_topics(topics))
    if not leaves and not elsewhere:
        return []
    has_parents = len(leaves) + len(parents) + 2 <= rows if shown.has_parents is None else shown.has_parents
    order = [*leaves, *(parents if has_parents else ())]
    stats, longest = shown.progress_index.topic_stats, max((cell_len(topics.names[each]) for each in order), default=0)
    names = max(10, min(longest, width // 3))
    times = [span(heard[topic]) for topic in order]
    counts = [f"{stats[topic].played}/{len(topics.members[topic])}" for topic in order]
    lefts = [f"  {span(stats[topic].left)} left" * (stats[topic].left >= 1 and width >= LARGE[0]) for topic in order]
    columns = tuple(max(map(len, texts), default=0) for texts in (times, counts, lefts))
    bar_width = min(30, width - names - sum(columns) - 8)
    full, rest = ("=", "-") if shown.is_ascii else ("━", "╌")
    lines = [StatLine((("Topics by time heard", HEAD),))]
    for topic, time, count, left in zip(order, times, counts, lefts, strict=True):
        parts = [(f"{fit(topics.names[topic], names)}  {time:>{columns[0]}}  ", PLAIN)]
        if bar_width >= 6:
            share = 1 - stats[topic].left / (topics.seconds[topic] or stats[topic].left or 1.0)
            done = round(bar_width * max(0.0, min(1.0, share)))
            parts += [(full * done, ACCENT), (rest * (bar_width - done), LINE), ("  ", PLAIN)]
        parts.append((f"{count:>{columns[1]}}{left}", QUIET))
        lines.append(StatLine(tuple(parts), topic))
    if parents:
        text = "Above these" if has_parents else f"Show {counted(len(parents), 'topic')} above these"
        lines.insert(len(leaves) + 1, StatLine(((text, QUIET),), PARENTS))
    for name, seconds in elsewhere:
        time = f": {span(seconds)}"
        lines.append(StatLine(((f"{fit(name, width - len(time)).rstrip()}{time}", QUIET),)))
    return [*lines, StatLine()]


def _sessions(shown: Shown, width: int) -> list[StatLine]:
    sessions = shown.statistics.sessions
    if not sessions:
        return [
            StatLine((("Nothing played yet.", HEAD),)),
            StatLine((("Your listening time is counted here.", QUIET),)),
        ]
    lines = [StatLine((("Recent sessions", HEAD),))]
    years = [f" {each.started:%Y}" if each.started.year != shown.today.year else "" for each in sessions]
    room, whole = 24 + max(map(len, years)), span(shown.statistics.total)
    for session, year in zip(sessions, years, strict=True):
        when = f"{session.started:%a %-d %b}{year} {session.started:%H:%M}–{session.ended:%H:%M}"
        heard = span(session.heard)
        text = f"{when:<{room}} {heard:>9}  " if heard != whole else f"{when}  "
        lines.append(StatLine(((text, PLAIN), (_titles(session, shown.library, width - len(text)), QUIET))))
    return lines


def _history(shown: Shown, width: int) -> list[StatLine]:
    """Return the days of listening with what was heard, below a line with the last seven."""
    if not shown.history:
        return []
    sums = {day.date: span(day.seconds) for day in shown.history if day.seconds}
    week = [shown.today - timedelta(days=ago) for ago in range(6, -1, -1)]
    cells = [f"{day:%a} {sums.get(day, '–')}" for day in week]
    while cell_len("   ".join(cells)) > width:
        cells.pop(0)
    lines = [StatLine(), StatLine((("History", HEAD),)), StatLine((("   ".join(cells), QUIET),))]
    found = only_with(shown.history, shown.library, words) if (words := shown.words.split()) else shown.history
    days = found if shown.has_earlier or words else found[:RECENT_DAYS]
    if not days:
        lines.append(StatLine((("Nothing that you heard matches.", QUIET),)))
    for day in days:
        year = f" {day.date:%Y}" if day.date.year != shown.today.year else ""
        lines.append(StatLine(((f"{day.date:%a %-d %b}{year}  {sums.get(day.date, '')}", ACCENT),)))
        for heard in day.heard:
            title, topic = heard.named(shown.library)
            text = f"{heard.when:<11}  {heard.how_long:>8}  "
            name = fit(f"{title} · {topic}" if topic else title, max(0, width - cell_len(text))).rstrip()
            known = heard.episode if shown.library.index(heard.episode) is not None else ""
            lines.append(StatLine(((text, QUIET), (name, PLAIN)), episode=known))
    if len(days) < len(found):
        lines.append(StatLine(((f"Show {counted(len(found) - len(days), 'earlier day')}", QUIET),), EARLIER))
    return lines


def _titles(session: PastSession, library: Library, width: int) -> str:
    """Return as many titles as fit, and the number of the others."""
    found = [library.titles[index] for ident in session.episodes if (index := library.index(ident)) is not None]
    titles = [split_title(title)[0] for title in found]
    if not titles or width < 30:
        return counted(len(session.episodes))
    shown = [fit(titles[0], width - 6).rstrip()]
    while len(shown) < len(titles) and cell_len(" · ".join([*shown, titles[len(shown)]])) <= width - 6:
        shown.append(titles[len(shown)])
    left = len(session.episodes) - len(shown)
    return " · ".join([*shown, f"+{left}"] if left else shown)
