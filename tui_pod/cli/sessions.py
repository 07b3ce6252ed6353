"""The commands about listening: plan a session, and statistics."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

from tui_pod.cli.library import SMART, find_new
from tui_pod.cli.queue import read_queue
from tui_pod.cli.shared import Column, episode_json, find_topics, open_library, print_json, print_table, tell
from tui_pod.core.errors import UsageError, UserError
from tui_pod.core.library.library import Library
from tui_pod.core.library.speed import make_speed_rule
from tui_pod.core.player.options import clamp
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.statistics import Statistics, compute_statistics
from tui_pod.core.selection.list_query import Orders, Sort
from tui_pod.core.selection.offers import KEY, Offers
from tui_pod.core.selection.session_planner import SessionRequest, make_request, parse_budget, plan_session
from tui_pod.core.text.clean import counted, length, span
from tui_pod.core.wall_time import local_date, local_time

if TYPE_CHECKING:
    from tui_pod.core.progress.history import Day


def request_of(library: Library, orders: Orders, budget: float, topic: str | None, order: str | None) -> SessionRequest:
    """Return the session that a command line asks for. Raises UserError if there is no such topic, or more than one."""
    if topic is not None and topic.capitalize() in SMART and library.topics.find(topic) is None:
        return SessionRequest(budget, SMART[topic.capitalize()])
    found = find_topics(library, topic) if topic is not None else [0]
    members = library.topics.members
    if any(members[index] != members[found[0]] for index in found):
        paths = ", ".join(map(library.topics.path_text, found))
        raise UserError(f"more than one topic is called “{topic}”. Name one by its path: {paths}")
    if order is None:
        return make_request(library, orders, budget, found[0])
    seed = orders.seed(library, found[0]) if order == Sort.SHUFFLE else 0
    return SessionRequest(budget, found[0], Sort(order), seed=seed)


def run_plan(options: Namespace) -> None:
    """Print the episodes that fit into a time. Raises UsageError: the time is invalid."""
    now = datetime.now(UTC)
    try:
        budget = parse_budget(options.time, now)
    except ValueError as error:
        raise UsageError(str(error)) from None
    opened = open_library(options)
    library, state, *_, settings = opened
    progress_index = opened.count_progress()
    request = request_of(library, Orders(state.strings("ui", "sorts")), budget, options.topic, options.order)
    speed = clamp(Playback(speed=state.setting("player", "speed", settings.playback.speed))).speed
    speed_rule = make_speed_rule(speed, library, settings.speeds)
    refused = Offers(state.strings("list", KEY)).refused(progress_index)
    find_new(opened, progress_index)
    queue = read_queue(opened).upcoming
    plan = plan_session(library, progress_index, request, speed_rule, refused=refused, queue=queue)
    ends = local_time(now + timedelta(seconds=plan.total))
    if options.json:
        episodes = [episode_json(library, progress_index, index) for index in plan.indexes]
        print_json({"episodes": episodes, "total": round(plan.total, 1), "ends": ends.isoformat(timespec="seconds")})
        return
    if not plan.indexes:
        tell(f"nothing left in {options.topic or library.topics.names[request.topic]} fits into {span(budget)}")
    rows = (
        (library.ids[index], length(progress_index.remaining(index) / speed_rule(index)), library.titles[index], origin)
        for index, origin in zip(plan.indexes, plan.origins, strict=True)
    )
    print_table((Column("id"), Column("length", is_right=True), Column("title", 24), Column("from", 8)), rows)
    tell(f"{counted(len(plan.indexes))}, {span(plan.total)}, until {ends:%H:%M}")


def run_stats(options: Namespace) -> None:
    """Print listening statistics."""
    from tui_pod.shelf.library import read_removed_names  # the other commands need none of it

    opened = open_library(options)
    library = opened.library
    progress_index = opened.count_progress()
    history = compute_statistics(opened.file.heard_records(), library, read_removed_names(opened.paths.data))
    if options.json:
        print_json(_stats_json(history, progress_index, library))
        return
    today, removed = local_date(datetime.now(UTC)), progress_index.removed_played()
    rows = [
        *((name, span(seconds)) for name, seconds in history.periods(today)),
        *([("saved", span(history.saved))] if history.saved >= 60 else []),
        ("finished", str(progress_index.finished())),
        ("played", f"{progress_index.topic_stats[0].played + removed} of {len(library) + removed}"),
    ]
    topics = sorted(chain(*history.listed_topics(library.topics)), key=lambda topic: -history.topics[topic])
    rows += [(library.topics.names[topic], span(history.topics[topic])) for topic in topics]
    rows += [(name, span(seconds)) for name, seconds in history.elsewhere]
    print_table((Column("what", 12), Column("heard", is_right=True)), rows)


def run_history(options: Namespace) -> None:
    """Print what was heard, day by day. Raises UsageError if the day is none."""
    from tui_pod.core.progress.history import heard_days, only_with, to_day, to_markdown  # the others need none of it

    opened = open_library(options)
    library = opened.library
    days = heard_days(opened.file.heard_records(), opened.count_progress())
    if options.day is not None:
        try:
            wanted = to_day(options.day, datetime.now(UTC))
        except ValueError:
            raise UsageError(f"“{options.day}” is no day; today, yesterday, or such as 2026-06-03") from None
        days = [day for day in days if day.date == wanted]
    days = only_with(days, library, options.words)
    if options.json:
        print_json([_day_json(day, library) for day in days])
    elif options.markdown:
        print(*to_markdown(days, library), sep="\n", end="")
    else:
        heard = ((str(day.date), each) for day in days for each in day.heard)
        rows = ((day, each.when, each.how_long, *each.named(library)) for day, each in heard)
        print_table((*map(Column, ("day", "time", "heard")), Column("title", 24), Column("topic", 8)), rows)


def _day_json(day: Day, library: Library) -> dict[str, object]:
    """Return a day. Numbers are seconds of episodes played."""
    heard = [
        {
            "id": each.episode,
            "title": each.named(library)[0],
            "started": each.started.isoformat(timespec="seconds"),
            "ended": each.ended.isoformat(timespec="seconds"),
            "heard": round(each.seconds, 1),
            "from": each.machine or None,
        }
        for each in day.heard
    ]
    return {"day": day.date, "heard": round(day.seconds, 1), "episodes": heard}


def _stats_json(history: Statistics, progress_index: ProgressIndex, library: Library) -> dict[str, object]:
    """Return the statistics. Numbers are seconds of episodes played, unless named otherwise."""
    topics = [
        {
            "name": name,
            "heard": round(history.topics.get(topic, 0.0), 1),
            "episodes": len(members),
            "played": stats.played,
            "started": stats.started,
            "left": round(stats.left, 1),
        }
        for topic, (name, members, stats) in enumerate(
            zip(library.topics.names, library.topics.members, progress_index.topic_stats, strict=True)
        )
    ]
    return {
        "heard": round(history.total, 1),
        "wall": round(history.wall, 1),
        "saved": round(history.saved, 1),
        "days": {day.isoformat(): round(seconds, 1) for day, seconds in sorted(history.days.items())},
        "weeks": {week: round(seconds, 1) for week, seconds in sorted(history.weeks.items())},
        "months": {month: round(seconds, 1) for month, seconds in sorted(history.months.items())},
        "topics": topics,
        "gone": round(history.gone, 1),
        "removed": {name: round(seconds, 1) for name, seconds in history.removed.items()},
        "sessions": [
            {
                "started": session.started.isoformat(timespec="seconds"),
                "ended": session.ended.isoformat(timespec="seconds"),
                "heard": round(session.heard, 1),
                "episodes": list(session.episodes),
            }
            for session in history.sessions
        ],
    }
