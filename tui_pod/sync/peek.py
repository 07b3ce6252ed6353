"""Find out cheaply whether other machines have synced: by the folder's file times, and one request to the server.

It changes nothing. Used by the running app between two syncs; every call may block.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tui_pod.net.fetch import Limits
from tui_pod.net.json_client import MAX_PROGRESS
from tui_pod.sync.actions import action_mark, action_time
from tui_pod.sync.memory import Memory, memory_file, read_memory
from tui_pod.sync.podcasts import address_key, valid_addresses
from tui_pod.sync.protocols import Server, paths_of
from tui_pod.sync.server import OVERLAP, SAME_TIME
from tui_pod.sync.transport import HttpTransport, Transport

LIMITS = Limits(MAX_PROGRESS, seconds=10.0, idle=5.0)
"""Limits of the request."""

FileTimes = dict[str, tuple[int, int]]
"""Modification time in nanoseconds, and size, of each file."""


class Peek:
    """Compares folder and server with what the last sync saw."""

    def __init__(self, folder: str, names: tuple[str, str], state: Path, read_password: Callable[[], str]) -> None:
        """Prepare to look. The folder, or server and user, are empty if nothing is synced there."""
        self._folder = folder
        self._names = names
        self._memory = memory_file(state)
        self._read_password = read_password
        self._password: str | None = None
        self._seen: FileTimes = {}
        self._machine = ""

    def files(self) -> FileTimes:
        """Return the times of all machines' files; empty if there is no folder."""
        try:
            with os.scandir(self._folder or os.devnull) as entries:
                found = {e.name: e.stat() for e in entries if e.name.endswith(".toml") and e.name[0] != "."}
        except OSError:  # not mounted: the next sync says so
            return {}
        return {name: (stat.st_mtime_ns, stat.st_size) for name, stat in found.items()}

    def synced(self, before: FileTimes, machine: str) -> None:
        """Note a sync: what `files` returned before it, and this machine's file, which nobody else writes."""
        self._seen, self._machine = before, machine

    def has_news(self, with_server: bool) -> bool:
        """Return whether the folder has changed, or the server has unread actions. Raises UserError."""
        own, files = f"{self._machine}.toml", self.files()
        if files and (files | {own: None}) != (self._seen | {own: None}):
            return True
        return with_server and all(self._names) and self._has_server_news()

    def _has_server_news(self) -> bool:
        memory = read_memory(self._memory, *self._names)
        if self._password is None:
            self._password = self._read_password()
        return has_unread(memory, HttpTransport(*self._names, self._password, LIMITS))


def has_unread(memory: Memory, transport: Transport) -> bool:
    """Return whether a server has changes that the last sync did not read; False before the first sync."""
    paths = paths_of(memory.protocol, memory.user)
    if paths is None:
        return False
    server = Server(transport, paths)
    changes = server.subscriptions(max(0, memory.subscriptions_since - SAME_TIME))
    known = set(map(address_key, memory.podcasts.values()))
    added, removed = (set(map(address_key, valid_addresses(each))) for each in (changes.add, changes.remove))
    if added - known or removed & known:
        return True
    page = server.actions(max(0, memory.actions_since - SAME_TIME))
    oldest = memory.actions_since - OVERLAP
    return any(action_mark(value) not in memory.seen and action_time(value) >= oldest for value in page.actions)
