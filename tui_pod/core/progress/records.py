"""Records that the core saves. It does not know how they are stored."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Card
from tui_pod.core.progress.progress import Progress


class ProgressRecord(NamedTuple):
    """One episode's newest progress."""

    episode: str
    progress: Progress


class SettingRecord(NamedTuple):
    """One value to remember, such as the volume; `table` and `key` name it."""

    table: str
    key: str
    value: Any


def setting_records(table: str, values: Mapping[str, Any]) -> list[SettingRecord]:
    """Return the records that save values in a table."""
    return [SettingRecord(table, key, value) for key, value in values.items()]


CHOSEN_AT = "chosen_at"
"""The table with the time of each shared choice, in ISO 8601, by table and key such as `player.speed`."""

USUAL = "usual"
"""The table of the settings of all podcasts that were chosen in the app, by their paths."""

_SHARED = {"player": {"speed", "level", "skip_silence"}, "ui": {"theme"}, USUAL: None, "returned": None}
"""The tables and keys that machines share; None for all keys."""


def is_shared(table: str, key: str) -> bool:
    """Return whether machines share a remembered value."""
    keys = _SHARED.get(table, ())
    return keys is None or key in keys


def with_times(records: Iterable["Record"], now: datetime) -> list["Record"]:
    """Return records after those that say when the choices among them were made: now, unless they say otherwise."""
    records = list(records)
    chosen = [each for each in records if isinstance(each, SettingRecord) and is_shared(each.table, each.key)]
    return [*(SettingRecord(CHOSEN_AT, f"{each.table}.{each.key}", now.isoformat()) for each in chosen), *records]


class HeardRecord(NamedTuple):
    """A stretch of listening for the statistics; a later record with the same key replaces it."""

    key: str
    episode: str
    started: datetime
    """When the stretch began (UTC)."""
    offset: int
    """Offset of local time from UTC, in minutes."""
    seconds: float
    """Seconds of the episode that were played."""
    wall: float
    """Seconds of the listener's time that it took."""


def is_to_send(record: "Record") -> bool:
    """Return whether other machines should get a record soon: no setting but a shared one, and the queue's change.

    Nor do they get a position reached by mere playing: playing sends its position when it pauses.
    """
    if isinstance(record, ProgressRecord):
        return record.progress.listened is None or record.progress.listened < record.progress.updated
    if isinstance(record, SettingRecord):
        return is_shared(record.table, record.key) or (record.table, record.key) == ("queue", "updated")
    return not isinstance(record, HeardRecord)


Record = ProgressRecord | Bookmark | Card | OwnList | SettingRecord | HeardRecord
