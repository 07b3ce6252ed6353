"""Sessions of listening as an Audiobookshelf server counts them, made from the stretches in the state. Pure.

The state keeps the stretches, so nothing is lost while the server is away. A session has the same id whenever it is
made, and a server replaces what it has under an id: however often a session is sent, its time counts once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from tui_pod.core.progress.records import HeardRecord
from tui_pod.core.progress.statistics import LONGEST

LEAST = 1.0
"""Shortest session that is sent, in seconds of the listener's time."""

LOCAL = 3
"""How the server calls recordings that it did not play itself."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class ListeningSession(NamedTuple):
    """What one run of the app played of one episode on one day of the listener."""

    ident: str
    episode: str
    day: date
    started: datetime
    ended: datetime
    wall: float
    """Seconds of the listener's time, which is what the server counts."""
    heard: float
    """Seconds of the episode, and of what was skipped as heard before."""

    def to_json(self, item: str, own: str | None, end: float, updated: datetime) -> dict[str, Any]:
        """Return the session as the server takes it.

        Args:
            item: id of the book or podcast; `own` is that of the episode within the podcast.
            end: position in seconds where it ended.
            updated: its time; the server takes its position if it has no newer one.
        """
        return {
            "id": self.ident,
            "libraryItemId": item,
            "episodeId": own,
            "playMethod": LOCAL,
            "mediaPlayer": "tui-pod",
            "date": self.day.isoformat(),
            "dayOfWeek": _WEEKDAYS[self.day.weekday()],
            "timeListening": round(self.wall, 2),
            "startTime": round(max(0.0, end - self.heard), 2),
            "currentTime": end,
            "startedAt": to_milliseconds(self.started),
            "updatedAt": to_milliseconds(updated),
        }


def make_sessions(records: Iterable[HeardRecord], account: str, now: datetime) -> list[ListeningSession]:
    """Return the sessions for an account, newest first.

    What is dated later than `now` waits: the state reads an impossible time as another one each time.
    """
    found: dict[str, ListeningSession] = {}
    for each in records:
        if each.started > now:
            continue
        day = (each.started + timedelta(minutes=each.offset)).date()
        run = each.key.rpartition("-")[0]
        ident = str(uuid5(NAMESPACE_URL, f"{account}\n{run}\n{each.episode}\n{day}"))
        end = each.started + timedelta(seconds=min(each.wall, LONGEST))
        one = found.get(ident) or ListeningSession(ident, each.episode, day, each.started, end, 0.0, 0.0)
        found[ident] = one._replace(
            ended=max(one.ended, end), wall=one.wall + each.wall, heard=one.heard + each.seconds
        )
    return sorted((one for one in found.values() if one.wall >= LEAST), key=lambda one: one.ended, reverse=True)


def to_milliseconds(time: datetime) -> int:
    """Return a time as servers have it, in milliseconds since 1970."""
    return int(time.timestamp() * 1000 + 0.0005)
