"""What was last exchanged with a server, saved beside the state, so that only changes are sent.

All of it can be rebuilt: if it is lost or damaged, the next sync is a first sync, which loses nothing.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tui_pod.core.wall_time import UNKNOWN
from tui_pod.runtime import files
from tui_pod.runtime.log import logged
from tui_pod.sync.folder import Machine, SyncError
from tui_pod.sync.sending import record_file

MAX_BYTES = 64 * 1024 * 1024
"""Largest file that is read, in bytes: four times what progress in 100,000 episodes needs."""


@dataclass(slots=True)
class Memory:
    """What both sides knew after the last sync."""

    server: str = ""
    user: str = ""
    device: str = ""
    """Id of this machine as registered there."""
    protocol: str = ""
    """Empty before the first sync."""
    subscriptions_since: int = 0
    actions_since: int = 0
    """Timestamps from the server."""
    podcasts: dict[str, str] = field(default_factory=dict)
    """The server's address of each podcast, by the feed's id; empty if the server did not accept the podcast."""
    sent: dict[str, str] = field(default_factory=dict)
    """The `updated` of each episode that was sent; after `-` if it cannot be sent, after `?` if it lacks a length."""
    seen: dict[str, int] = field(default_factory=dict)
    """Hashes and times of the actions that the last sync read; the next sync reads some of them again."""
    waiting: list[Any] = field(default_factory=list)
    """Actions for episodes that are unknown here so far."""


def memory_file(state: Path) -> Path:
    """Return the file of the memory, beside the state."""
    return state.with_name(f"{state.stem}.sync.json")


def read_memory(path: Path, server: str, user: str) -> Memory:
    """Return what was exchanged with a server; an empty memory if the file is missing, damaged or of another server."""
    fresh = Memory(server, user)
    saved, known = read_json(path), [each.name for each in fields(Memory)]
    if {"server", "user"} <= saved.keys() <= set(known):
        found = Memory(**saved)
        if (found.server, found.user) == (server, user) and _types(found) == _types(fresh):
            texts = *found.podcasts.values(), *found.sent.values()
            times = found.seen.values()
            if all(isinstance(text, str) for text in texts) and all(isinstance(time, int) for time in times):
                return found
    return fresh


def is_first_exchange(path: Path, server: str, user: str) -> bool:
    """Return whether nothing was exchanged with a server yet."""
    return not read_memory(path, server, user).protocol


def note_sync(state: Path, now: datetime, machines: Iterable[Machine]) -> None:
    """Record that a sync was done, and which machines share the folder. Raises SyncError."""
    rows = [machine.to_row() for machine in machines]
    write_json(record_file(state), {"synced": now.isoformat(), "machines": rows})


def known_machines(state: Path) -> list[Machine]:
    """Return the machines that shared the folder at the last sync, this one first, then those seen last."""
    found = list[Machine]()
    with logged("what is known of the machines is damaged", AttributeError, KeyError, TypeError, ValueError):
        for row in read_json(record_file(state)).get("machines", ()):
            found.append(Machine(**{**row, "seen": row["seen"] and datetime.fromisoformat(row["seen"])}))
    return sorted(found, key=lambda each: (each.is_this, each.seen or UNKNOWN), reverse=True)


def last_sync(state: Path) -> datetime | None:
    """Return when the last sync was; None if there was none."""
    with logged("when the last sync was is damaged", TypeError, ValueError):
        text = read_json(record_file(state)).get("synced")
        return text and datetime.fromisoformat(text).astimezone(UTC)
    return None


def _types(memory: Memory) -> list[type]:
    return [type(getattr(memory, each.name)) for each in fields(memory)]


def read_json(path: Path) -> dict[str, Any]:
    """Return what a file remembers; empty if it is missing or damaged."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        found = json.loads(files.read_bytes(path, MAX_BYTES))
        return found if isinstance(found, dict) else {}
    return {}


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Replace a file that remembers values in one step. Raises SyncError if that fails."""
    try:
        files.replace(path, json.dumps(values, separators=(",", ":")))
    except OSError as error:
        raise SyncError(f"Cannot write {path}: {files.reason(error)}.") from error
