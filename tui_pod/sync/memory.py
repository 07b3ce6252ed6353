"""What was last exchanged with a server, kept beside the state, so that only changes cross the network.

All of it can be rebuilt: if it is lost or damaged, the next sync is a first one, which loses nothing.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from tui_pod.runtime import files
from tui_pod.sync.folder import SyncError

MAX_BYTES = 64 * 1024 * 1024
"""Bytes that are read, four times what 100,000 touched episodes need."""


@dataclass(slots=True)
class Memory:
    """What both sides knew after the last sync."""

    server: str = ""
    user: str = ""
    protocol: str = ""
    """Empty: it was never synced."""
    subscriptions_since: int = 0
    actions_since: int = 0
    """Times that the server told."""
    podcasts: dict[str, str] = field(default_factory=dict)
    """What the server calls each podcast, by its first address; empty where it does not take it."""
    sent: dict[str, str] = field(default_factory=dict)
    """The `updated` of each episode that the server knows, or, after a minus, that it cannot know."""
    seen: dict[str, int] = field(default_factory=dict)
    """Marks and times of the actions that the last sync read: the next one reads some of them again."""
    waiting: list[Any] = field(default_factory=list)
    """Actions of episodes that are not here yet."""


def memory_file(state: Path) -> Path:
    """Return where it is kept, beside the state."""
    return state.with_name(f"{state.stem}.sync.json")


def read_memory(path: Path, server: str, user: str) -> Memory:
    """Return what was exchanged with a server: nothing if the file is missing, damaged or of another server."""
    fresh = Memory(server, user)
    with contextlib.suppress(OSError, ValueError, RecursionError, TypeError):
        found = Memory(**json.loads(files.read_bytes(path, MAX_BYTES)))
        if (found.server, found.user) == (server, user) and _types(found) == _types(fresh):
            texts = *found.podcasts.values(), *found.sent.values()
            times = found.seen.values()
            if all(isinstance(text, str) for text in texts) and all(isinstance(time, int) for time in times):
                return found
    return fresh


def _types(memory: Memory) -> list[type]:
    return [type(getattr(memory, each.name)) for each in fields(memory)]


def write_memory(path: Path, memory: Memory) -> None:
    """Keep it, whole and in place of the former.

    Raises:
        SyncError: it could not be written.
    """
    try:
        files.replace(path, json.dumps(asdict(memory), separators=(",", ":")))
    except OSError as error:
        raise SyncError(f"Cannot write {path}: {error.strerror}.") from error
