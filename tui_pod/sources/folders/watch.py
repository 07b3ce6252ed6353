"""Detect changed folders by the times of the folders alone, without looking at files. Blocks on the disk."""

from __future__ import annotations

import os
import time

from tui_pod.net.file_address import path_of
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.sources.folders.scan import folders_in


class FolderChanges:
    """The state of a store's folders at the last look."""

    def __init__(self, store: FeedStore) -> None:
        self._store = store
        self._generation: tuple[int, int] | None = None
        self._roots: dict[str, str] = {}
        self._seen: dict[str, dict[str, int]] = {}
        self.cost = 0.0
        """Seconds of processor time that the last look took at folders already known."""

    def look(self, cancel: CancelToken) -> list[str]:
        """Return the ids of the folders that changed since the last look; the first look returns all.

        Raises:
            FeedStoreError: the subscriptions cannot be read.
        """
        if self._store.generation != self._generation:
            self._generation = self._store.generation
            feeds = self._store.feeds()
            self._roots = {feed.feed_id: root for feed in feeds if (root := path_of(feed.address)) is not None}
        begun = time.thread_time()
        unseen = [feed_id for feed_id, root in self._roots.items() if not self._is_as_seen(feed_id, root)]
        self.cost = time.thread_time() - begun
        for feed_id in unseen:
            self._seen[feed_id] = folders_in(self._roots[feed_id], cancel)
        return unseen

    def look_again(self, feed_id: str) -> None:
        """Report a folder as changed at the next look, because a file may still be growing."""
        self._seen.pop(feed_id, None)

    def _is_as_seen(self, feed_id: str, root: str) -> bool:
        seen = self._seen.get(feed_id)
        return seen is not None and root in seen and all(_changed_at(path) == changed for path, changed in seen.items())


def _changed_at(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return -1
