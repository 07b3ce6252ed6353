"""Remember a session over a restart: its values as settings, and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from tui_pod.core.library.topics import TopicTable
from tui_pod.core.progress.records import SettingRecord, setting_records
from tui_pod.core.selection.list_query import Sort
from tui_pod.core.selection.session_planner import Session, SessionRequest

TABLE = "session"
"""Name of the table of the settings."""

SETS = ("finished", "skipped", "dropped", "queued")
"""The sets of episodes of a session."""


class SavedSession(NamedTuple):
    """A session as it was saved last."""

    session: Session
    ends: datetime
    """When it would have ended if it had played on from then."""


def to_records(session: Session | None, topics: TopicTable, ends: datetime) -> list[SettingRecord]:
    """Return what to save of a session that would end at `ends`; None is the end of a session."""
    if session is None:
        return [SettingRecord(TABLE, "episodes", [])]
    request = session.request
    values = {
        "topic": topics.keys[max(0, request.topic)],
        "order": str(request.order),
        "seed": request.seed,
        "has_started": request.has_started,
        "budget": request.budget,
        "started": session.started,
        "ends": ends,
        "heard": round(session.heard, 2),
        "used": round(session.used, 2),
        "episodes": list(session.episodes),
        **{name: sorted(getattr(session, name)) for name in SETS},
    }
    return setting_records(TABLE, values)


def from_settings(setting: Callable[[str, str, Any], Any], topics: TopicTable, now: datetime) -> SavedSession | None:
    """Return the saved session; None if there is none.

    `setting` returns the value of a table's key, or its third argument if that is missing or of another type.
    """

    def strings(key: str) -> list[str]:
        return [value for value in setting(TABLE, key, []) if isinstance(value, str)]

    episodes = tuple(strings("episodes"))
    if not episodes:
        return None
    order = setting(TABLE, "order", "")
    request = SessionRequest(
        setting(TABLE, "budget", 0.0),
        topics.with_key(setting(TABLE, "topic", "")) or 0,
        Sort(order) if order in list(Sort) else Sort.COURSE,
        setting(TABLE, "has_started", True),
        setting(TABLE, "seed", 0),
    )
    finished, skipped, dropped, queued = (frozenset(strings(name)) for name in SETS)
    heard, used = setting(TABLE, "heard", 0.0), setting(TABLE, "used", 0.0)
    started = setting(TABLE, "started", now)
    session = Session(request, episodes, started, finished, skipped, dropped, queued, heard, used)
    return SavedSession(session, setting(TABLE, "ends", now))
