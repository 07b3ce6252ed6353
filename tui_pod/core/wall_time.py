"""Wall times: which ones are believed, and what a clock on the wall shows at one.

A time is a point in time, in UTC. Nothing else is stored, passed on or calculated with: an hour after a local time may
have another offset. `local_time` is the only way to a local one, at the place that shows it or needs its day.

Any clock, this machine's included, may be years off.

A time that is more than two days ahead counts as now. Where it is read again and again, as in a file of another
machine, "now" would move on with every reading and beat what the listener did since; there it counts as `UNKNOWN`, and
as now when progress is first taken over.
"""

from datetime import UTC, date, datetime, timedelta

FUTURE = timedelta(days=2)
"""How far ahead a time may be: a clock may be a day fast, and a day is not the same everywhere."""

UNKNOWN = datetime(1970, 1, 2, tzinfo=UTC)
"""Stands for a time that is not known, or not believed: anything that has a time is newer."""


def local_time(time: datetime) -> datetime:
    """Return a time as this machine's time zone has it, to show it or to read its day; not to calculate with."""
    return time.astimezone()


def local_date(time: datetime) -> date:
    """Return the day that it is at a time in this machine's time zone."""
    return local_time(time).date()


def is_believed(time: datetime, now: datetime) -> bool:
    """Return False for an aware time that is too far ahead."""
    return time - now <= FUTURE


def believed(time: datetime, now: datetime) -> datetime:
    """Return a time, or `now` if it is too far ahead."""
    return time if is_believed(time, now) else now


def believed_or_unknown(time: datetime, now: datetime) -> datetime:
    """Return a time, or `UNKNOWN` if it is too far ahead."""
    return time if is_believed(time, now) else UNKNOWN


def is_believed_seconds(seconds: float, now: float) -> bool:
    """Return False for a time in seconds since 1970 that is too far ahead."""
    return seconds - now <= FUTURE.total_seconds()


def believed_seconds(seconds: float, now: float) -> float:
    """Return a time in seconds since 1970, or `now` if it is too far ahead."""
    return seconds if is_believed_seconds(seconds, now) else now


def stamp_later(former: datetime, now: datetime) -> datetime:
    """Return `now`, or the moment after `former` if that is later."""
    return max(now, former + timedelta(milliseconds=1))


def ago(time: datetime, now: datetime) -> str:
    """Return how long ago a time was: `just now`, `5 m ago`, `3 h ago`, `4 days ago`."""
    minutes = max(0, int((now - time).total_seconds() // 60))
    if minutes >= 60:
        return f"{minutes // 60} h ago" if minutes < 2880 else f"{minutes // 1440} days ago"
    return f"{minutes} m ago" if minutes else "just now"
