"""What the core has saved: facts in the order they came about. How they are kept is `store`'s matter."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from tui_pod.core.progress.progress import Progress


class ProgressRecord(NamedTuple):
    """One episode's newest progress."""

    episode: str
    progress: Progress


class SettingRecord(NamedTuple):
    """One value to remember, such as the volume; `table` and `key` name its place."""

    table: str
    key: str
    value: Any


class HeardRecord(NamedTuple):
    """A stretch of listening for the statistics; a later record with the same key replaces it."""

    key: str
    episode: str
    started: datetime
    """When the stretch began (UTC)."""
    offset: int
    """Minutes that local time was ahead of UTC."""
    seconds: float
    """Seconds of the episode that were heard."""
    wall: float
    """Seconds of the listener's time that it took."""


Record = ProgressRecord | SettingRecord | HeardRecord
