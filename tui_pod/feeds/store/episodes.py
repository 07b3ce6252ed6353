"""Store the items of a feed as episodes, and their order."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from tui_pod.feeds.formats.model import Feed
from tui_pod.feeds.store.match import Identified, KnownEpisode, identify

FUTURE = 2 * 86_400.0
"""Seconds by which a date may lie in the future and still be used for sorting."""

_CONTENT = (
    "guid", "title", "summary", "duration", "published", "sort", "audio", "kind", "transcript", "chapters", "marks",
    "keywords", "link",
)  # fmt: skip
_UPSERT = (
    f"INSERT INTO episodes VALUES ({', '.join('?' * 17)}) ON CONFLICT DO UPDATE SET"
    f" {', '.join(f'{name} = excluded.{name}' for name in _CONTENT)} WHERE feed = excluded.feed"
    f" AND ({', '.join(_CONTENT)}) IS NOT ({', '.join(f'excluded.{name}' for name in _CONTENT)})"
)


def store_episodes(db: sqlite3.Connection, number: int, feed_id: str, feed: Feed, now: float) -> int:
    """Insert and update the episodes of a feed; return how many rows that changed."""
    rows = db.execute(
        "SELECT id, guid, title, audio, published, duration, seen, sort, place FROM episodes WHERE feed = ?", (number,)
    ).fetchall()
    known = [KnownEpisode(*row[:6]) for row in rows]
    former: dict[str, tuple[float, float, int]] = {row[0]: row[6:] for row in rows}
    found = identify(feed_id, feed.items, known)
    sorts = _sort_times(found, former, now)
    ordinal = max((row[8] for row in rows), default=-1) + sum(one.id not in former for one in found)
    values = []
    for one, sort in zip(found, sorts, strict=True):
        seen, _, kept_ordinal = former.get(one.id, (now, sort, ordinal))
        ordinal -= one.id not in former
        item = one.item
        marks = json.dumps([(mark.start, mark.title) for mark in item.marks]) if item.marks else "[]"
        values.append(
            (one.id, number, one.guid, item.title, item.summary, item.duration, item.published, sort, kept_ordinal,
             seen, item.audio, item.audio_type, item.transcript, item.chapters, marks, "\n".join(item.keywords),
             item.link)
        )  # fmt: skip
    before = db.total_changes
    db.executemany(_UPSERT, values)
    changes = db.total_changes - before
    db.executemany(
        "INSERT INTO notes VALUES (?, ?) ON CONFLICT DO UPDATE SET html = excluded.html"
        " WHERE html IS NOT excluded.html",
        ((one.id, one.item.notes) for one in found if one.item.notes),
    )
    db.executemany(
        "INSERT INTO sizes VALUES (?, ?) ON CONFLICT DO UPDATE SET size = excluded.size"
        " WHERE size IS NOT excluded.size",
        ((one.id, one.item.size) for one in found if one.item.size),
    )
    unstated = ((one.id,) for one in found if not one.item.size and one.id in former)
    db.executemany("DELETE FROM sizes WHERE id = ?", unstated)
    return changes


def _sort_times(found: Sequence[Identified], former: dict[str, tuple[float, float, int]], now: float) -> list[float]:
    """Return the time to sort each item by: its date, else its neighbour's in the feed, else when first seen."""
    times: list[float | None] = []
    for one in found:
        seen, sort, _ = former.get(one.id, (now, None, 0))
        published = one.item.published
        times.append(sort if published is None else seen if published > seen + FUTURE else published)
    last: float | None = None
    for index, value in enumerate(times):
        last = times[index] = value if value is not None else last
    last = None
    for index in range(len(times) - 1, -1, -1):
        value = times[index]
        last = times[index] = value if value is not None else last
    return [now if value is None else value for value in times]
