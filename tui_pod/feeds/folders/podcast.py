"""Subscribe to a folder, a playlist or a file, and bring it up to date. Waits for the disk."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tui_pod.feeds.folders.address import is_folder, to_address, to_path
from tui_pod.feeds.folders.listing import Listing, read_listing
from tui_pod.feeds.formats.opml import Entry, Folder
from tui_pod.feeds.store.database import FeedStoreError
from tui_pod.feeds.store.feed_store import FeedStore, Stored, Subscription
from tui_pod.feeds.store.files import read_files, store_files
from tui_pod.runtime.threads import CancelToken

SAME_SHARE = 0.5
"""Share of a vanished folder's files that must be in another one for it to be that folder, moved."""


def refresh_folder(store: FeedStore, feed: Subscription, cancel: CancelToken) -> Stored:
    """Store what a folder holds now.

    Raises:
        FeedError: it is not there, or holds nothing any more: its episodes stay.
    """
    listing = read_listing(to_path(feed.address), read_files(store, feed.feed_id), cancel)
    return _keep(store, feed.feed_id, listing)


def subscribe_folder(
    store: FeedStore, path: str, folders: Sequence[Folder], cancel: CancelToken
) -> tuple[Subscription, Stored, Subscription | None]:
    """Store a folder as a podcast; return it, what was stored, and what it was known as before, if it was.

    Raises:
        FeedError: nothing can be heard there.
    """
    address = to_address(path)
    known = store.find(address, with_removed=True)
    listing = read_listing(path, read_files(store, known.feed_id) if known else {}, cancel)
    if known is None and (known := _moved(store, listing)) is not None:
        store.move(known.feed_id, address)
    feed_id = known.feed_id if known is not None else address
    store.subscribe([Entry(address, listing.title, tuple(folders), feed_id)])
    stored = _keep(store, feed_id, listing)
    kept = store.find(feed_id)
    if kept is None:
        raise FeedStoreError("The folder was removed meanwhile.")
    return kept, stored, known


def _keep(store: FeedStore, feed_id: str, listing: Listing) -> Stored:
    return store_files(store, feed_id, listing.items, listing.files, listing.notices)


def _moved(store: FeedStore, listing: Listing) -> Subscription | None:
    """Return the folder that is no longer where it was and whose files these are."""
    guids = {item.guid for item in listing.items}
    for feed in store.feeds():
        if is_folder(feed.address) and not os.path.exists(to_path(feed.address)):
            former = store.guids(feed.feed_id)
            if former and len(former & guids) >= SAME_SHARE * len(former):
                return feed
    return None
