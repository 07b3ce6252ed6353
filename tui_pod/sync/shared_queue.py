"""Decide what a sync changes in the queue: what every machine has queued, taken and moved last, by entry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from tui_pod.core.library.list_entries import EntryMark, by_episode, listed, marked, merged_marks, stored
from tui_pod.core.progress.records import Record, setting_records
from tui_pod.core.selection.queue import Queue
from tui_pod.core.selection.shared_queue import TABLE, QueueNews, changed_entries, own_entries, read_times
from tui_pod.core.wall_time import UNKNOWN, believed
from tui_pod.state.fields import MARKS
from tui_pod.state.store import State


class QueuePlan(NamedTuple):
    """The marks of all machines, and what to save here."""

    marks: tuple[EntryMark, ...]
    records: list[Record]
    change: str
    """What has changed here, such as `2 added`."""


def merge_queue(state: State, theirs: Mapping[str, EntryMark], now: datetime) -> QueuePlan:
    """Return the queue of this machine, merged with that of the others.

    What changed here since the last sync has the time that was noted, or else that of the queue's last change. An app
    that had not yet taken over the last sync when it saved the queue has taken nothing out. What joined the queue by
    itself did so at an `UNKNOWN` time: whatever a listener did, on any machine, is newer.
    """
    saved = MARKS.read(state.strings(TABLE, "marks"))
    marks, on = by_episode(saved), listed(by_episode(saved))
    queue = Queue(state.strings("queue", "entries"), state.setting("queue", "cursor", 0))
    planned = set(state.strings("session", "episodes")).difference(state.strings("session", "queued"))
    own = own_entries(queue, planned, on)
    changed, generation = state.setting("queue", "updated", UNKNOWN), state.setting(TABLE, "generation", "")
    is_current = state.setting("queue", "seen", "") == generation
    here = own if is_current else (*own, *(ident for ident in on if ident not in own))
    times = read_times(state.strings("queue", "times"))
    off = {ident for ident, mark in marks.items() if not mark.is_on}  # and does not come back by itself
    here = tuple(ident for ident in here if ident not in off or times.get(ident) != UNKNOWN)
    ours = marked(marks, here, now if changed == UNKNOWN else min(changed, now))
    for ident, time in times.items():
        if ident not in ours:  # it was taken out before any sync: the others shall not keep it
            ours[ident] = EntryMark(ident, time, False, time, 0.0)
    for ident, mark in ours.items():
        noted_at = believed(times.get(ident, UNKNOWN), now)
        if ident not in marks or noted_at > marks[ident].time:
            ours[ident] = mark._replace(time=noted_at if ident in times else mark.time)
    marks = merged_marks(ours, theirs)
    after, records = listed(marks), list[Record]()
    if stored(marks) != saved:
        records += setting_records(TABLE, {"marks": MARKS.write(stored(marks)) or []})
    if after != own:
        news = QueueNews(now.isoformat(), generation, own, after)
        queue = news.put_into(queue, planned, generation)
        values = {"entries": list(queue.entries), "cursor": queue.cursor, "seen": news.generation}
        records += setting_records("queue", values)
        records += setting_records(TABLE, news._asdict() | {"before": list(own), "after": list(after)})
    return QueuePlan(stored(marks), records, changed_entries(own, after))


def read_news(state: State) -> QueueNews:
    """Return the last change that a sync has brought."""
    before, after = (tuple(state.strings(TABLE, key)) for key in ("before", "after"))
    return QueueNews(state.setting(TABLE, "generation", ""), state.setting(TABLE, "former", ""), before, after)
