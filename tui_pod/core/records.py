"""What the core has saved: facts in the order they came about. How they are kept is `store`'s matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tui_pod.core.progress import Progress


@dataclass(frozen=True, slots=True)
class ProgressRecord:
    """One episode's newest progress."""

    episode: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class SettingRecord:
    """One value to remember, such as the volume; `table` and `key` name its place."""

    table: str
    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class HeardRecord:
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
