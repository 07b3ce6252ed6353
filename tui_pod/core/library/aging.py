"""How long an episode of a podcast is new, and from when on it is archived. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from tui_pod.core.library.podcast_settings import PodcastSettings

DAY = 86_400.0
"""Seconds."""

NEW_DAYS, NEW_DAYS_DAILY = 14, 3
"""Days for which an episode is new, also for a podcast that publishes daily."""

RECENT_DAYS, DAILY_SPAN = 5, 7
"""A podcast is daily if its newest episodes, of `RECENT_DAYS` different days, span at most `DAILY_SPAN` days."""


def is_daily(times: Iterable[float]) -> bool:
    """Return whether a podcast publishes on most days, as on working days; `times` are those of its episodes."""
    days = sorted({int(time // DAY) for time in times}, reverse=True)[:RECENT_DAYS]
    return len(days) == RECENT_DAYS and days[0] - days[-1] <= DAILY_SPAN


def new_since(settings: PodcastSettings, is_daily: bool, now: float) -> float:
    """Return the time since which an episode must have been listed to be new, in seconds since 1970 as is `now`."""
    usual = NEW_DAYS_DAILY if is_daily else NEW_DAYS
    return now - DAY * (usual if settings.new_for is None else settings.new_for)


def archived_before(settings: PodcastSettings, now: float) -> float | None:
    """Return the time before which episodes are archived; None if none are."""
    return now - DAY * settings.archive_after if settings.archive_after else None
