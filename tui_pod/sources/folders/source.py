"""Folders, playlists and recordings on this machine, as a source."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_pod.core.errors import UserError
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.file_address import SCHEME, to_address, to_path, typed_path
from tui_pod.sources.source import EpisodeSource, RefreshResult, Subscribed, SubscribeRequest

if TYPE_CHECKING:
    from tui_pod.runtime.threads import CancelToken
    from tui_pod.shelf.feed_store import FeedStore
    from tui_pod.shelf.subscription import Subscription


class FolderSource(EpisodeSource):
    """Recordings on this machine."""

    noun = "folder"
    schemes = (SCHEME.partition(":")[0],)
    is_online = is_portable = False
    hides_missing = True
    cannot_move = "a folder moves to another folder, or to topics"

    def takes(self, typed: str, is_shell: bool = False) -> str | None:
        """See `EpisodeSource.takes`: any path."""
        path = typed_path(typed, is_shell)
        return None if path is None else to_address(path)

    def subscribe(self, store: FeedStore, request: SubscribeRequest, cancel: CancelToken) -> Subscribed:
        """See `EpisodeSource.subscribe`."""
        from tui_pod.sources.folders.podcast import subscribe_folder  # reads tags: only with folders

        path = typed_path(request.typed, request.is_shell)
        assert path is not None
        return subscribe_folder(store, path, request.folders, cancel)

    def refresh(
        self, store: FeedStore, feed: Subscription, cancel: CancelToken, policy: NetworkPolicy
    ) -> RefreshResult:
        """See `EpisodeSource.refresh`."""
        from tui_pod.sources.folders.podcast import refresh_folder  # reads tags: only with folders

        return refresh_folder(store, feed, cancel)

    def move(self, store: FeedStore, feed: Subscription, targets: Sequence[str]) -> bool:
        """See `EpisodeSource.move`: to another path."""
        path = typed_path(targets[0]) if list(targets) != ["/"] else None
        if path is None:
            return super().move(store, feed, targets)
        if not os.path.exists(path):
            raise UserError(f"there is no file or folder {path}")
        store.move(feed.feed_id, to_address(path))
        return True

    def shown(self, address: str) -> str:
        """See `EpisodeSource.shown`: its path."""
        return to_path(address)
