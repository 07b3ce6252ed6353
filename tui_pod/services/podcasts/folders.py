"""Watches the folders of the listener's own files, and refreshes those that change. Runs on the event loop."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_pod.core.errors import UserError
from tui_pod.core.player.snapshot import Chapter, pack_chapters
from tui_pod.runtime.limited_processes import ContentFault, LimitedProcesses
from tui_pod.runtime.log import log
from tui_pod.runtime.threads import in_thread

if TYPE_CHECKING:
    from tui_pod.runtime.threads import CancelToken
    from tui_pod.services.context import Context
    from tui_pod.shelf.feed_store import FeedStore
    from tui_pod.sources.refresh import FolderChanges

EVERY = 10.0
"""Seconds between two checks."""

RARELY = 1_000
"""Shortest wait between two checks, as a multiple of their CPU time: they take a thousandth of a core at most."""

SELDOM = 300.0
"""Longest wait between two checks, in seconds."""

MOST_ASKED = 1_000
"""Most files that the player is asked about in one check of a folder; takes 2 to 10 s in the background."""

AT_ONCE = 200
"""How many of these one process is asked about."""

RESTS_AFTER = 3
"""A folder rests when this many refreshes in a row have found no change."""


class FolderWatch:
    """Checks the folders at intervals, once it is started."""

    def __init__(self, context: Context, refresh: Callable[[str], Awaitable[bool]]) -> None:
        """Watch nothing yet; `refresh` refreshes a folder, and returns True if anything in it had changed."""
        self._context = context
        self._tasks = context.tasks
        self._refresh = refresh
        self._changes: FolderChanges | None = None
        self._is_started = False
        self._wait = EVERY
        self._restless: dict[str, int] = {}  # by folder: how many more checks refresh it without a sign of change

    def start(self) -> None:
        """Schedule the first check; later calls do nothing."""
        if not self._is_started:
            self._is_started = True
            self._plan(EVERY)

    async def _look(self) -> None:
        """Refresh the folders that changed, again and again until their files rest: one may still be growing."""
        podcasts = await self._context.podcasts.get()
        if self._changes is None:
            from tui_pod.sources.refresh import FolderChanges  # only with podcasts

            self._changes = FolderChanges(podcasts.store)
        changes = self._changes
        changed = await in_thread(changes.look)
        self._wait = min(max(EVERY, RARELY * changes.cost), SELDOM)
        for feed_id in changed:
            await in_thread(partial(_ask_player, podcasts.store, feed_id))
            if await self._refresh(feed_id):
                self._restless[feed_id] = RESTS_AFTER
            if self._restless.get(feed_id):
                self._restless[feed_id] -= 1
                changes.look_again(feed_id)

    def _plan(self, wait: float) -> None:
        self._tasks.later("folders", wait, lambda: self._tasks.run(self._look_in_turn()))

    async def _look_in_turn(self) -> None:
        try:
            await self._look()
        except UserError as error:  # the store cannot be read now: retried
            log(f"folders are not watched: {error}")
        self._plan(self._wait)


def _ask_player(store: FeedStore, feed_id: str, cancel: CancelToken) -> None:
    """Ask the player for the lengths and chapters of a folder's files whose tags do not tell."""
    from tui_pod.shelf.files import store_contents, without_contents  # only with podcasts

    asked, feed = without_contents(store, feed_id, MOST_ASKED), store.find(feed_id)
    if not asked or feed is None:
        return
    from tui_pod.sources.table import source_of  # seldom needed

    root = source_of(feed.address).shown(feed.address)
    paths = {os.path.join(root, path): path for path in asked}
    opened = [*filter(_can_be_opened, paths)]
    found: dict[str, Any] = {}
    for start in range(0, len(opened), AT_ONCE):
        found |= _contents(opened[start : start + AT_ONCE], cancel)
    if found:  # else there is no player
        contents = {
            paths[path]: (duration, pack_chapters(starmap(Chapter, chapters)), title)
            for path, (duration, chapters, title) in found.items()
        }
        store_contents(store, feed_id, contents)


def _contents(paths: Sequence[str], cancel: CancelToken) -> dict[str, Any]:
    """Return what `read_contents` does, from a process with limits; nothing is known of a file that harms it."""
    from tui_pod.audio.contents import FileContents  # seldom needed
    from tui_pod.audio.cover import LIMITS

    processes = LimitedProcesses(LIMITS)
    try:
        found: dict[str, Any] = processes.call("tui_pod.audio.contents:read_contents", paths, cancel=cancel)
    except ContentFault as fault:
        if len(paths) > 1:
            return {path: one for each in paths for path, one in _contents([each], cancel).items()}
        return dict.fromkeys(paths, FileContents()) if fault.is_lasting else {}
    finally:
        processes.close()
    return found


def _can_be_opened(path: str) -> bool:
    from tui_pod.recordings.heads import fault_of  # seldom needed

    with contextlib.suppress(OSError):
        return fault_of(Path(path)) is None
    return False
