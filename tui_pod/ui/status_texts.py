"""The texts above the list, in the header, the bar and the key line of the library screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui_pod.config.settings import bound_actions
from tui_pod.core.actions import BY_ID, HINT_PLACES, key_hints, key_of
from tui_pod.core.library.library import Library
from tui_pod.core.library.speed import make_speed_rule
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import Filter, SmartList
from tui_pod.core.text.clean import counted, span
from tui_pod.core.wall_time import local_time
from tui_pod.services.episode_list import EpisodeListModel
from tui_pod.services.first_screen import FirstScreen
from tui_pod.services.frontend import Job
from tui_pod.services.services import Services
from tui_pod.ui.look.cells import fit
from tui_pod.ui.widgets.lines import Tab
from tui_pod.ui.widgets.playback_bar import BarFacts

if TYPE_CHECKING:
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.core.selection.session_status import SessionStatus


RESUMES = f"{key_of('playback.toggle')} resumes"
"""What the bar says beside the episode played last."""

SOUND_KEYS = "\n".join((
    f"{key_of('playback.slower')} {key_of('playback.faster')}",
    f"{key_of('playback.quieter')} {key_of('playback.louder')}",
    key_of("sleep.timer"),
))  # fmt: skip
"""The keys for speed, volume and sleep timer, a line each."""


JOB_BAR = 6
"""Cells of the bar that shows how much of the work in progress is done."""

MIN_NAME = 8
"""Minimum width of the name in a title, in cells."""

WAITING = f"session waits, {{}} left · {key_of('queue.next')} goes on"
"""What the bar says of a session while something else plays, with the number of its episodes."""


def pane_hints(
    focus: str, services: Services, model: EpisodeListModel, playback: Playback, own_words: Mapping[str, str]
) -> tuple[tuple[str, str, str], ...]:
    """Return key, word and action of each key that does something now; `focus` is the id of the focused widget.

    `own_words` replaces words of the table of keys for this pane, by action id; an empty one hides the key.
    """
    if focus in ("search", "everywhere"):
        key, clear = services.first.with_keys, BY_ID["search.clear"].action
        if focus == "everywhere":
            results = (("enter", "Results", "results"),) if "found.play" not in own_words else ()
            return *results, (key(key_of("search.clear")), "Close", clear)
        wider = BY_ID["search.everywhere"].action
        return (
            ("enter", "Results", "screen.show_results"),
            (key(key_of("search.clear")), "Clear", clear),
            (key(key_of("search.everywhere")), "Everywhere", wider),
        )
    pane = focus if focus in ("tree", "details", "transcript", "statistics", "bookmarks", "found") else "list"
    is_list, is_tree = pane == "list", pane == "tree"
    is_queue, is_selecting = is_list and model.is_queue, is_list and model.has_selection
    is_podcast = model.podcast(model.query.entry) is not None
    can_remove = model.is_queue or model.is_by_hand or model.query.entry in (SmartList.CONTINUE, SmartList.OLDER)
    has_row, has_library = not is_list or model.index is not None, len(model.library) > 0
    unavailable = (
        (("playback.forward", "episode.play", "search.start", "session.plan", "bookmark.add", "view.transcript"),
         is_selecting),
        (("search.clear",), not is_selecting and not (is_list and model.query.query)),
        (("queue.add_last", "search.start"), not is_selecting and is_queue),
        (("queue.move_up",), is_selecting or not (is_queue or (is_list and model.is_by_hand))),
        (("download.start",), not is_list or not model.is_downloadable),
        (("feed.settings",), not (is_list or is_tree) or not (is_podcast or model.own_list is not None)),
        (("list.remove",), not (is_list and can_remove) and not (is_tree and is_podcast)),
        (("list.remove",), not has_row and not model.indexes),
        (("episode.play", "queue.move_up", "episode.toggle_played", "queue.add_last", "view.transcript",
          "view.details"), not has_row),  # an empty list, or it is gone
        (("episode.toggle_played", "queue.add_last", "search.start", "session.plan", "view.transcript",
          "view.details"), not has_library),
        (("topic.open",), not has_library),
        (("topic.find",), not is_tree or not has_library),
        (("session.end",), not is_queue or services.controller.session is None),
        (("session.plan",), pane == "transcript"),  # the key that closes it is worth more room
        (("playback.forward", "bookmark.add", "transcript.follow"), not playback.is_loaded),
    )  # fmt: skip
    hidden = set[str]().union(*(idents for idents, is_hidden in unavailable if is_hidden))
    is_busy = playback.is_going or model.is_queue or is_selecting  # other keys are worth more room
    is_spare = model.library.has_podcasts or not (is_list or is_tree) or is_busy
    pause = "Pause" if playback.is_going else "Resume" if playback.is_loaded else ""
    if playback.problem:
        pause = "Try again"
    of_pane = {
        "transcript": {"view.transcript": "Close"},
        "tree": {"episode.toggle_played": "All played", "queue.add_last": "Queue all"},
    }
    words = {"playback.toggle": pause, **of_pane.get(pane, {}), **own_words}
    if is_tree and is_podcast:
        words["list.remove"] = "Unsubscribe"
    hints = key_hints(pane, bound_actions(services.first.settings))
    found = [(keys, words.get(action.id, action.hint), action) for keys, action in hints if action.id not in hidden]
    moved = dict.fromkeys(("queue.add_last", "search.start"), "session.plan") if is_tree else {}
    if is_list and is_podcast and not is_busy:
        moved["view.details"] = "download.start"  # its settings are in the tree too
    if is_tree or not is_spare:
        moved["feed.add"] = "download.start"
    if moved:
        found.sort(key=lambda hint: HINT_PLACES[moved.get(hint[2].id, hint[2].id)])
    return tuple((keys, word, action.action) for keys, word, action in found if word)


def job_text(job: Job, has_bar: bool) -> str:
    """Return what the header says of work: `refreshing 3/10 ━━╌╌╌╌`."""
    if job.share is None or not has_bar:
        return job.text
    full = int(JOB_BAR * job.share)
    return f"{job.text} {'━' * full}{'╌' * (JOB_BAR - full)}"


def bar_hint(library: Library) -> str:
    """Return what the bar says if nothing was played yet."""
    first = "episode.play" if len(library) else "feed.add"
    return f"Press {key_of(first)} to {'play' if len(library) else 'add a podcast'}, {key_of('app.help')} for all keys"


def make_tabs(model: EpisodeListModel, bookmarks: int, services: Services) -> tuple[Tab, ...]:
    """Return the tabs of the views, with the number of things in each."""
    counts = {"queue": len(model.queue.upcoming), "bookmarks": bookmarks}
    views = {"library": "Library", "session": "Queue", "statistics": "Statistics", "bookmarks": "Bookmarks"}
    key = services.first.with_keys
    tabs = [
        Tab(key(key_of(f"view.{ident}")), name, counts.get(name.lower(), 0), BY_ID[f"view.{ident}"].action)
        for ident, name in views.items()
    ]
    if model.troubles:
        action = BY_ID["feed.troubles"]
        tabs.append(Tab(key(key_of(action.id)), "Trouble", len(model.troubles), action.action, is_fault=True))
    return tuple(tabs)


def filter_text(model: EpisodeListModel) -> str:
    """Return what narrows the list and how many rows are selected; empty if neither applies."""
    query, parts = model.query, list[str]()
    if words := query.query.strip():
        parts.append(f"/ {words}  {len(model.indexes)} of {len(model.unsearched)}")
    if query.filter is not Filter.ALL and query.entry >= 0:
        parts.append(str(query.filter))
    if model.has_selection:
        parts.append(f"{len(model.chosen)} selected")
    if model.indexes and model.left_out:
        parts.append(model.left_out.rstrip("."))
    return " · ".join(parts)


def counts_text(model: EpisodeListModel) -> str:
    """Return how many episodes of the library are played and how much time is left; empty if it has none."""
    if not len(model.library):
        return ""
    stats = model.progress_index.topic_stats[0]
    return f"{stats.played}/{len(model.library.topics.members[0])} played · {span(stats.left)} left"


def path_text(model: EpisodeListModel) -> str:
    """Return the path of topics to the current one."""
    entry = model.query.entry
    path = [entry] if entry < 0 else model.library.topics.path(entry)
    return " › ".join(map(model.name, path))


def start_facts(model: EpisodeListModel, held: str | None, first: FirstScreen, now: datetime) -> BarFacts:
    """Return the bar's facts of the held episode and the session, before anything can play."""
    facts = _episode_facts(model.library, model.progress_index, held) if held is not None else BarFacts()
    session = first.session
    if session is None:
        return facts
    from tui_pod.core.selection.session_status import ComingTimes, session_status  # few starts have a session

    library = model.library
    upcoming = [ident for ident in first.queue.upcoming if ident != held and library.index(ident) is not None]
    speed_rule = make_speed_rule(first.usual_speed, library, first.settings.speeds)
    times = ComingTimes(library, model.progress_index, held, first.playback.speed, speed_rule)
    following = upcoming[0] if any(ident in session.episodes for ident in upcoming) else None
    status = session_status(session, upcoming, following, times)
    if held is None:
        return BarFacts(waiting=_waiting(status, first))
    return _with_session(facts, status, library, now, first)


def bar_facts(services: Services) -> BarFacts:
    """Return the bar's facts besides the playback: topic, session, next episode and sleep timer."""
    controller = services.controller
    status, playback, sleep = controller.sessions.status(), controller.playback, controller.sleep
    library, sleeps = controller.library, sleep.short if sleep is not None else ""
    if not playback.is_loaded:
        return BarFacts(waiting=_waiting(status, services.first), sleep=sleeps)
    facts = _episode_facts(library, controller.progress_index, playback.episode or "")._replace(sleep=sleeps)
    facts = _with_session(facts, status, library, controller.now(), services.first)
    is_last = sleep is not None and sleep.ended().is_over
    return facts._replace(following="") if is_last else facts


def _with_session(
    facts: BarFacts, status: SessionStatus, library: Library, now: datetime, first: FirstScreen
) -> BarFacts:
    """Return an episode's facts with the session and what follows."""
    following = library.index(status.next) if status.next else None
    session = None
    if status.number is not None:
        session = (status.number, status.count, _time_after(now, status.left))
    title = library.titles[following] if following is not None else ""
    return facts._replace(session=session, waiting=_waiting(status, first), following=title)


def _waiting(status: SessionStatus, first: FirstScreen) -> str:
    return first.with_keys(WAITING.format(status.waiting)) if status.waiting else ""


def _episode_facts(library: Library, progress_index: ProgressIndex, episode: str) -> BarFacts:
    """Return the bar's facts of an episode alone: its topic, its place in a course, and the ranges played."""
    index, progress = library.index(episode), progress_index.get(episode)
    from tui_pod.core.library.course import course_place, place_text  # the very first screen needs none of it

    topics, topic, place = library.topics, "", ""
    if index is not None and topics.courses and (found := course_place(topics, index)) is not None:
        topic, place = topics.names[found.part], place_text(topics, index)
    elif index is not None:
        topic = next(iter(library.episode(index).tags), "")
    return BarFacts(topic, place=place, heard=progress.played_ranges if progress is not None else ())


def title_text(model: EpisodeListModel, queue_parts: Sequence[str], room: int) -> str:
    """Return the title of the list: its topic, number of episodes and total time; `queue_parts` are those of the queue.

    Parts that do not fit into `room` cells are left out, the last ones first. If that is not enough, the name is cut.
    """
    indexes, query, topics = model.indexes, model.query, model.library.topics
    parts = [model.name(query.entry)]
    if model.is_queue:
        parts += queue_parts
    elif query.entry < 0:
        left = f"{span(sum(map(model.progress_index.remaining, indexes)))} left"
        parts += [counted(len(indexes)), *([left] if indexes else [])]
    else:
        is_whole = len(indexes) == len(topics.members[query.entry])
        durations = model.library.durations
        total = topics.seconds[query.entry] if is_whole else sum(durations[i] for i in indexes)
        order = model.order_name
        parts += [counted(len(indexes)), *([span(total)] if total else []), order]
        if cell_len(" · ".join(parts)) > room > 0:
            parts[-1] = order.removesuffix(" first").replace("course order", "course").removeprefix("by ")
    while len(parts) > 2 and cell_len(" · ".join(parts)) > room > 0:
        parts.pop(-2 if len(parts) == 4 and not model.is_queue else -1)
    excess = cell_len(" · ".join(parts)) - room
    if excess > 0 and room > 0:
        parts[0] = fit(parts[0], max(MIN_NAME, cell_len(parts[0]) - excess)).rstrip()
    return " · ".join(parts)


def queue_times(model: EpisodeListModel, controller: PlaybackController) -> tuple[list[str], dict[int, str]]:
    """Return the length and end time of the queue, and when each entry ends, by library index.

    Entries of the current session carry its mark, and those say so that joined by themselves.
    """
    library = model.library
    current = library.index(controller.playback.episode or "")
    upcoming = [index for ident in model.queue.upcoming
                if (index := library.index(ident)) is not None and index != current]  # fmt: skip
    first = [] if current is None else [current]
    now, sums = controller.now(), list(accumulate(controller.sessions.times.of([*first, *upcoming])))
    times = [_time_after(now, total) for total in sums[len(first) :]]
    session, listed = controller.session, len(model.indexes)
    of_session = frozenset(session.episodes) if session is not None else frozenset[str]()
    arrived = dict.fromkeys(controller.queue_notes.arrived, "by itself, ") | dict.fromkeys(of_session, "▰ ")
    ends = {
        index: f"{arrived.get(library.ids[index], '')}until {time}" for index, time in zip(upcoming, times, strict=True)
    }
    count = counted(listed) if len(model.queue.upcoming) >= listed else f"{len(times)} of {listed} to come"
    if not times:
        return [count], ends
    before = sums[0] if first else 0.0
    parts = [count, span(sums[-1] - before), f"plays until {times[-1]}"]
    status = controller.sessions.status()
    if status.waiting:
        parts.append(f"session waits, {span(status.left)} left")
    elif session is not None:
        parts.append(f"session until {_time_after(now, status.left)}")
    return parts, ends


def _time_after(now: datetime, seconds: float) -> str:
    """Return the time of day `seconds` after `now`, with the weekday if that is at least a day away."""
    away = timedelta(seconds=seconds)
    return f"{local_time(now + away):{'%a %H:%M' if away.days else '%H:%M'}}"
