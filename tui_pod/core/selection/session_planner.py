"""Sessions: fill a time budget with episodes, and track how much of it is used.

Times are seconds; a budget is the listener's time, so an episode costs its length divided by the speed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from itertools import accumulate, pairwise, takewhile, zip_longest
from math import inf
from operator import or_

from tui_pod.core.library.course import home_topic
from tui_pod.core.library.editions import other_editions
from tui_pod.core.library.library import Library
from tui_pod.core.library.speed import SpeedRule
from tui_pod.core.progress.progress import Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import (
    SORT_NAMES,
    ListQuery,
    Orders,
    SmartList,
    Sort,
    list_episodes,
    sort_indexes,
)
from tui_pod.core.selection.play_order import ordered_series
from tui_pod.core.selection.queue import Queue
from tui_pod.core.text.clean import parse_span
from tui_pod.core.wall_time import local_time

OVER = 1.05
"""Largest share of the budget that a plan may take if no other fills it, since sessions end between episodes."""

ENOUGH = 0.80
"""Share of the budget from which a plan counts as full."""

MAX_BUDGET = 24 * 3600.0
"""Seconds of the longest session."""

MAX_CANDIDATES = 2_000
"""Episodes considered when the first ones in order do not fill the time."""

_TIME = re.compile(r"(\d{1,2}):(\d{2})")


ORDERS = (Sort.COURSE, Sort.NEWEST, Sort.SHORTEST, Sort.SHUFFLE)
"""Orders in which unplayed episodes can be chosen."""


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """What a session should contain."""

    budget: float
    """Seconds of the listener's time."""
    topic: int = 0
    """A topic's index, or a `SmartList`."""
    order: Sort = Sort.COURSE
    has_started: bool = True
    """Whether to take unfinished episodes, and these first."""
    seed: int = 0
    """Decides the order if it is shuffled."""


def make_request(library: Library, orders: Orders, budget: float, topic: int) -> SessionRequest:
    """Return a session of a topic or smart list in its usual order; course order if that is none of sessions."""
    if topic < 0:
        return SessionRequest(budget, topic)
    view = orders.of_sessions(library, topic)
    order = view.sort if view.sort in ORDERS else Sort.COURSE
    return SessionRequest(budget, topic, order, seed=view.seed)


def order_name(library: Library, request: SessionRequest) -> str:
    """Return the order of a session in words."""
    topic = request.topic
    if topic < 0:
        return "as listed"
    if request.order is Sort.COURSE and topic in library.lists:
        return "your order"
    if request.order is Sort.COURSE and library.topics.podcast(topic) is not None:
        return "by number"
    has_shows = any(index >= library.first_of_podcasts for index in library.topics.members[topic][-1:])
    return "each show in turn" if request.order is Sort.COURSE and has_shows else SORT_NAMES[request.order]


def why_these(library: Library, request: SessionRequest) -> str:
    """Return in a line what a session begins with, and in which order it goes on."""
    is_as_listed = request.topic < 0 or request.topic in library.lists or request.order is Sort.SHUFFLE
    first = ["queued ones"] + ["begun ones"] * request.has_started + ["new ones"] * (not is_as_listed)
    said = ", then ".join([*first, order_name(library, request)])
    return f"{said[0].upper()}{said[1:]}."


@dataclass(frozen=True, slots=True)
class Plan:
    """The episodes chosen, in order."""

    indexes: tuple[int, ...]
    total: float
    """Seconds of the listener's time that they take."""
    library: Library
    """The library of the indexes, and of the topic of the request."""
    origins: tuple[str, ...]
    """Why each of them is in it, and from which show if there are several: `queued, Ships`."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session under way."""

    request: SessionRequest
    episodes: tuple[str, ...]
    """Ids in the order they are played, those done included."""
    started: datetime
    finished: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    """Ids of those that the listener removed from it."""
    queued: frozenset[str] = frozenset()
    """Those that the listener had queued; they stay queued if the plan drops them."""
    heard: float = 0.0
    """Seconds of episodes played."""
    used: float = 0.0
    """Seconds of the listener's time used."""

    def spent(self, heard: float, speed: float) -> Session:
        """Return the session after playing `heard` more seconds of an episode."""
        return replace(self, heard=self.heard + heard, used=self.used + heard / speed)


@dataclass(frozen=True, slots=True)
class Summary:
    """The result of a session."""

    finished: int
    heard: float
    """Seconds of episodes played."""
    used: float
    """Seconds of the listener's time used."""
    topics: tuple[tuple[str, int, int], ...]
    """Topics that moved forward: name, episodes played, episodes in all."""
    next: str | None
    """Id of what would play next."""


def parse_budget(text: str, now: datetime, what: str = "session") -> float:
    """Return the seconds that a text names: `15`, `15m`, `1h30m`, or an end time such as `18:42`.

    Raises ValueError, with a message for the listener about `what`, if that is not between a minute and a day.
    """
    text = text.strip().lower()
    if (end := parse_end(text, now)) is not None:
        seconds = (end - now).total_seconds()
    else:
        try:
            seconds = parse_span(text)
        except ValueError:
            said = f"“{text}” is no time; write minutes like 15, 15m or 1h30m, or an end time like 18:42"
            raise ValueError(said) from None
    if not 60 <= seconds <= MAX_BUDGET:
        raise ValueError(f"a {what} takes between a minute and a day")
    return seconds


def parse_end(text: str, now: datetime) -> datetime | None:
    """Return the next moment of a local time of day such as `18:42`; None if the text is of another form.

    Raises ValueError, with a message for the listener, if there is no such time.
    """
    if not (found := _TIME.fullmatch(text)):
        return None
    hour, minute = int(found[1]), int(found[2])
    if hour > 23 or minute > 59:
        raise ValueError(f"“{text}” is no time of day; write it like 18:42")
    here = local_time(now).replace(tzinfo=None)
    end = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return local_time(end if end > here else end + timedelta(days=1))  # also if the clock is changed until then


def plan_session(
    library: Library,
    progress_index: ProgressIndex,
    request: SessionRequest,
    speed_rule: SpeedRule,
    without: Iterable[str] = (),
    refused: Collection[str] = (),
    queue: Sequence[str] = (),
) -> Plan:
    """Return the episodes that fill a budget: queued ones, unfinished ones, new ones, then the others in order.

    Those in `refused` are unfinished, and not first unless they are queued.

    It takes at most `OVER` of the budget, and at least `ENOUGH` if there are enough episodes. What an ordered series
    has is taken in its order, and nothing of it is passed over.
    """
    excluded, costs = {library.index(ident) for ident in without}, dict[int, float]()
    waiting = [index for ident in queue if (index := library.index(ident)) is not None]
    for index in _candidates(library, progress_index, request, refused, waiting):
        cost = progress_index.remaining(index) / speed_rule(index)
        if index not in excluded and (cost > 0 or not progress_index.length(index)):
            costs[index] = cost or inf  # neither one of unknown length nor what follows it can be planned
    candidates, before = _in_series(library, progress_index, request, costs, waiting)
    chosen = dict[int, None]()
    total = 0.0
    for index in candidates:
        if index in before and before[index] not in chosen:
            continue
        if total + costs[index] <= request.budget:
            chosen[index] = None
            total += costs[index]
        elif total >= request.budget * ENOUGH:
            break
    if total < request.budget * ENOUGH:
        room, chains = request.budget * OVER, dict[int, list[int]]()  # each episode's; a series is one
        for index in candidates:
            chain = chains.get(before[index]) if index in before else []
            if chain is not None and sum(map(costs.__getitem__, chain), costs[index]) <= room:
                chain.append(index)
                chains[index] = chain
            if len(chains) == MAX_CANDIDATES:
                break
        firsts = [chain for index, chain in chains.items() if chain[0] == index]
        better = _first_to_fill(firsts, costs, request.budget * ENOUGH, room)
        if sum(costs[index] for index in better) > total:
            chosen = dict.fromkeys(index for index in candidates if index in better)
    new, begun = progress_index.new_indexes(), progress_index.unfinished()
    why = {**dict.fromkeys(new, "new"), **dict.fromkeys(begun, "begun"), **dict.fromkeys(waiting, "queued")}
    shows = [_show_of(library, index) for index in chosen]
    shows = shows if len(set(shows)) > 1 else [""] * len(shows)
    origins = (", ".join(filter(None, (why.get(index), show))) for index, show in zip(chosen, shows, strict=True))
    return Plan(tuple(chosen), sum(costs[index] for index in chosen), library, tuple(origins))


def _show_of(library: Library, index: int) -> str:
    """Return the name of an episode's podcast, folder or course; empty if it belongs to none."""
    topic = home_topic(library.topics, index)
    return library.topics.names[topic] if topic else ""


def _candidates(
    library: Library,
    progress_index: ProgressIndex,
    request: SessionRequest,
    refused: Collection[str],
    waiting: Sequence[int],
) -> list[int]:
    view = ListQuery(request.topic, sort=request.order, seed=request.seed)
    is_smart, played = request.topic < 0, progress_index.indexes[Status.PLAYED]
    if is_smart and request.topic != SmartList.QUEUE:
        members = list_episodes(library, progress_index, Queue(), view)
    else:
        members = waiting if is_smart else library.topics.members[request.topic]
    inside = set(members) if request.topic else None
    begun = progress_index.indexes[Status.STARTED]
    first = [index for index in waiting if index not in played and (request.has_started or index not in begun)]
    if request.has_started:
        first += (index for index in progress_index.unfinished() if library.ids[index] not in refused)
    first = [index for index in first if inside is None or index in inside]
    left_out = played.union(first if request.has_started else begun)
    rest = [index for index in members if index not in left_out]
    if is_smart:
        return [*first, *rest]
    if library.works and (request.topic not in library.lists or library.lists[request.topic].is_rule):
        rest = list(_one_edition_each(library, progress_index, rest))
    unplayed = sort_indexes(library, rest, request.order, request.topic, request.seed)
    if request.topic in library.lists or request.order is Sort.SHUFFLE:
        return [*first, *unplayed]  # as it is shown
    if request.order is Sort.COURSE:
        unplayed = _by_turns(library, unplayed, request)
    new = set(progress_index.new_indexes())
    return [*first, *sorted(unplayed, key=lambda index: index not in new)]


def _by_turns(library: Library, course_order: Sequence[int], request: SessionRequest) -> list[int]:
    """Return episodes with each show in turn: the listener's own, newest first, and then the course as one of them."""
    first = library.first_of_podcasts
    shows = dict[int, list[int]]()
    own = [index for index in course_order if index >= first]
    show_of = {index: show for show, members in reversed([*enumerate(library.members_of_feeds)]) for index in members}
    for index in sort_indexes(library, own, Sort.NEWEST, request.topic, request.seed):
        shows.setdefault(show_of[index], []).append(index)
    course = [index for index in course_order if index < first]
    turns = zip_longest(*shows.values(), course)
    return [index for turn in turns for index in turn if index is not None]


def _one_edition_each(library: Library, progress_index: ProgressIndex, indexes: Iterable[int]) -> Iterator[int]:
    """Yield indexes without books of which another edition was begun or played, or comes before."""
    taken = progress_index.indexes[Status.PLAYED] | progress_index.indexes[Status.STARTED]
    for index in indexes:
        if taken.isdisjoint(other_editions(library, index)):
            taken.add(index)
            yield index


def _in_series(
    library: Library,
    progress_index: ProgressIndex,
    request: SessionRequest,
    candidates: Iterable[int],
    waiting: Sequence[int],
) -> tuple[list[int], dict[int, int]]:
    """Return candidates with those of a series in its order, and what must be taken before each of them, if anything.

    What the listener has begun or queued is where a series goes on, whatever was left out before it. The order of a
    list by hand is the listener's own, and so is another order than the series' if nothing but the series is asked for.
    """
    candidates, before, turns = list(candidates), dict[int, int](), dict[int, Iterator[int]]()
    begun, own_list = {*progress_index.unfinished(), *waiting}, library.lists.get(request.topic)
    wanted = set(candidates)
    for path in ordered_series(library) if own_list is None or own_list.is_rule else ():
        coming = [index for index in path if index in wanted]
        if len(coming) == len(candidates) and request.order is not Sort.COURSE:
            break
        before |= {index: former for former, index in pairwise(coming) if index not in begun}
        turn = iter([index for index in coming if index not in begun])
        turns |= dict.fromkeys((index for index in coming if index not in begun), turn)
    return [next(turns[index]) if index in turns else index for index in candidates], before


def _first_to_fill(chains: Sequence[Sequence[int]], costs: Mapping[int, float], enough: float, room: float) -> set[int]:
    """Return beginnings of the first chains in order that together take from `enough` to `room` whole seconds.

    If none do, return those that come nearest to `room` from below. Each sum that the chains from one on can reach is
    a bit of a number, so that adding an episode to all sums is one shift.
    """
    limit = (1 << (int(room) + 1)) - 1
    reach = [1]
    sums = [[0, *takewhile(room.__ge__, accumulate(_whole(costs[index]) for index in chain))] for chain in chains]
    for taken in reversed(sums):
        reach.append(reduce(or_, map(reach[-1].__lshift__, taken)) & limit)
    wanted = limit >> _whole(enough) << _whole(enough)
    if not reach[-1] & wanted:
        wanted = 1 << reach[-1].bit_length() - 1
    chosen = set[int]()
    used = 0
    for chain, taken, later in zip(chains, sums, reach[-2::-1], strict=True):
        count = max(count for count, more in enumerate(taken) if later << used + more & wanted)
        chosen.update(chain[:count])
        used += taken[count]
    return chosen


def _whole(seconds: float) -> int:
    return max(1, -int(-seconds // 1))
