"""Folders, playlists and recordings on this machine, as a source. Blocks on the disk.

Sorting and storing hold the interpreter lock, which would delay keys: a separate process reads large folders.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tui_pod.core.errors import UserError
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.file_address import SCHEME, path_of, to_address, to_path, typed_path
from tui_pod.runtime.subprocesses import end_with_parent, running, start_of
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.files import read_files, read_kinds, store_files
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import UNSAID, FeedError, Listing, PublishedItem
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.folders.beside import FolderTexts
from tui_pod.sources.folders.listing import PLAYLIST_ENDINGS, book_at, read_listing
from tui_pod.sources.folders.scan import holds_more
from tui_pod.sources.foreign_texts import door
from tui_pod.sources.source import EpisodeSource, RefreshResult, Subscribed, SubscribeRequest, subscribed
from tui_pod.sources.texts.kept import folder_of

SAME_SHARE = 0.5
"""Share of a missing folder's files that another folder must contain to count as the same folder, moved."""

MANY = 2_000
"""Maximum number of files that are read in this process; a separate one takes a quarter of a second to start."""

MANY_BYTES = 100 * MANY
"""Largest playlist that is read in this process (bytes)."""

LOOK = 0.2
"""Seconds between two checks for cancellation."""


class FolderSource(EpisodeSource):
    """Recordings on this machine."""

    noun = "folder"
    schemes = (SCHEME.partition(":")[0],)
    is_online = is_portable = False
    hides_missing = is_watched = True
    cannot_move = "a folder can only move to another folder, or to topics"

    def takes(self, typed: str, is_shell: bool = False) -> str | None:
        """Take any path."""
        path = typed_path(typed, is_shell)
        return None if path is None else to_address(path)

    def subscribe(self, store: FeedStore, request: SubscribeRequest, cancel: CancelToken) -> Subscribed:
        """List the folder in a process of its own. A folder without audio is a FeedError."""
        path = typed_path(request.typed, request.is_shell)
        assert path is not None
        feed_id, *result = _do("add", store, path, json.dumps(request.folders), cancel)
        return Subscribed(subscribed(store, feed_id), *result)

    def refresh(
        self, store: FeedStore, feed: Subscription, cancel: CancelToken, policy: NetworkPolicy
    ) -> RefreshResult:
        """List the folder again. One that is gone or empty is a FeedError."""
        path = to_path(feed.address)
        return RefreshResult(feed.feed_id, feed.name, *_do("refresh", store, path, feed.feed_id, cancel))

    def move(self, store: FeedStore, feed: Subscription, targets: Sequence[str]) -> bool:
        """Follow it to another path; return False if the targets are topics."""
        path = typed_path(targets[0]) if list(targets) != ["/"] else None
        if path is None:
            return super().move(store, feed, targets)
        if not os.path.exists(path):
            raise UserError(f"there is no file or folder {path}")
        store.move(feed.feed_id, to_address(path))
        return True

    def shown(self, address: str) -> str:
        """Return its path."""
        return to_path(address)

    def book_at(self, store: FeedStore, feed: Subscription, place: str) -> PublishedItem | None:
        """Return a folder within it as the book that it is or may become."""
        return book_at(read_files(store, feed.feed_id).values(), to_path(feed.address), place, feed.feed_id)


def _refresh(store: FeedStore, path: str, feed_id: str, cancel: CancelToken) -> tuple[int, bool]:
    kinds, is_same = read_kinds(store, feed_id)
    texts = FolderTexts(folder_of(store), subscribed(store, feed_id).settings.code, cancel)
    listing = read_listing(path, read_files(store, feed_id), cancel, kinds, is_same, texts)
    stored = store_files(store, feed_id, listing)
    return stored.new, stored.has_changed


def _add(store: FeedStore, path: str, folders: str, cancel: CancelToken) -> tuple[str, int, bool, bool]:
    address = to_address(path)
    known = store.find(address, with_removed=True)
    former, kinds = (
        (read_files(store, known.feed_id), read_kinds(store, known.feed_id)) if known else ({}, (UNSAID, False))
    )
    texts = FolderTexts(folder_of(store), known is not None and known.settings.code, cancel)
    listing = read_listing(path, former, cancel, *kinds, texts)
    if known is None and (known := _moved(store, listing)) is not None:
        store.move(known.feed_id, address)
    feed_id = known.feed_id if known is not None else address
    store.subscribe([Entry(address, listing.title, tuple(map(tuple, json.loads(folders))), feed_id)])
    stored = store_files(store, feed_id, listing)
    is_new = known is None or known.removed is not None
    return feed_id, stored.new, is_new, known is not None and known.address != address


def _moved(store: FeedStore, listing: Listing) -> Subscription | None:
    """Return the subscribed folder that moved here: its path is gone, and its files are these."""
    keys = {file.key for file in listing.files}
    for feed in store.feeds():
        path = path_of(feed.address)
        if path is not None and not os.path.exists(path):
            former = {file.key for file in read_files(store, feed.feed_id).values()}
            if former and len(former & keys) >= SAME_SHARE * len(former):
                return feed
    return None


_WAYS: dict[str, Callable[[FeedStore, str, str, CancelToken], tuple[Any, ...]]] = {"refresh": _refresh, "add": _add}


def _do(what: str, store: FeedStore, path: str, other: str, cancel: CancelToken) -> tuple[Any, ...]:
    """Run one of `_WAYS` on a path, in this process or, if that would take long, in a separate one."""
    with contextlib.suppress(OSError):  # reading it reports the error
        is_long_list = path.lower().endswith(PLAYLIST_ENDINGS) and os.path.getsize(path) > MANY_BYTES
        if is_long_list or (os.path.isdir(path) and holds_more(path, MANY)):
            return _done_apart(what, store, path, other, cancel)
    return _WAYS[what](store, path, other, cancel)


def _done_apart(what: str, store: FeedStore, path: str, other: str, cancel: CancelToken) -> tuple[Any, ...]:
    command, environment = start_of(__name__, store.db.file.parent, what, path, other)
    nothing = subprocess.DEVNULL
    with running(command, env=environment, stdin=nothing, stdout=subprocess.PIPE, stderr=nothing) as process:
        said = None
        while said is None:
            cancel.check()
            with contextlib.suppress(subprocess.TimeoutExpired):
                said, _ = process.communicate(timeout=LOOK)
    if process.returncode:
        raise FeedError("The folder was not read completely: the process that read it was killed.")
    answer = json.loads(said)
    store.db.notices += answer["notices"]
    if answer["error"]:
        raise FeedError(answer["error"])
    return tuple(answer["done"])


def main(data: str, what: str, path: str, other: str) -> None:
    """Run one of `_WAYS` in this process, and print the result as JSON."""
    end_with_parent()
    gc.disable()  # saves a tenth of the time in a short process
    store, done, error = FeedStore(Path(data)), (), ""
    try:
        done = _WAYS[what](store, path, other, CancelToken())
    except UserError as failure:
        error = str(failure)
    door().close()  # its time counts as that of this process
    json.dump({"done": done, "error": error, "notices": store.db.notices}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
