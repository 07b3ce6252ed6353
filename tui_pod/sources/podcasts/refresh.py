"""Refresh the podcast of a feed: fetch what has changed, follow it to a new address, and store it."""

from __future__ import annotations

import contextlib
from urllib.parse import urlsplit

from tui_pod.net.access import NetworkPolicy
from tui_pod.net.fetch import FetchError, Response
from tui_pod.runtime.passwords import PasswordError
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore, Stored
from tui_pod.shelf.published import FeedError, Published
from tui_pod.shelf.schedule import note_answer
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.podcasts.own_network import is_forbidden
from tui_pod.sources.podcasts.pages import ask, read_answer, read_page, with_older_pages
from tui_pod.sources.source import RefreshResult


def refresh_podcast(store: FeedStore, feed: Subscription, cancel: CancelToken, policy: NetworkPolicy) -> RefreshResult:
    """Store what is new in a feed.

    Raises:
        FetchError: it could not be fetched.
        FeedError: it is not a feed.
    """
    if is_forbidden(feed, policy):
        said = f"{urlsplit(feed.address).netloc} is in your own network. A list named it; to allow it, add it yourself"
        raise FetchError(f"{said}: tui-pod feeds add {feed.address}", is_final=True)
    policy = policy.widened(feed.allowed, store.logins.of(feed.feed_id))
    response, content = ask(feed.address, policy, cancel, feed.etag, feed.modified)
    if response.status == 304:
        store.touch(feed.feed_id)
        note_answer(store.db, feed, response.headers, None)
        return RefreshResult(feed.feed_id, feed.name)
    response, found = read_answer(response, content, policy, cancel)
    moved_to = response.moved_to
    if found.moved_to not in (None, feed.address, response.address):
        successor = _successor(found, policy, cancel)
        if successor is not None:
            response, found = successor
            moved_to = response.moved_to or response.address
    was_whole = bool(feed.etag or feed.modified)  # a feed that was read in part has none
    known = store.guids(feed.feed_id) if was_whole else frozenset[str]()
    found = with_older_pages(found, response.address, known, policy, cancel)
    cancel.check()
    if moved_to and moved_to != feed.address:
        store.move(feed.feed_id, moved_to)
    stored = keep_answer(store, feed.feed_id, response, found)
    note_answer(store.db, feed, response.headers, found.ttl)
    return RefreshResult(feed.feed_id, found.title or feed.name, stored.new, stored.has_changed, moved_to=moved_to)


def keep_answer(store: FeedStore, feed_id: str, response: Response, found: Published) -> Stored:
    """Store a feed, its logins and validators; a partial feed gets none, so the next refresh fetches it whole."""
    with contextlib.suppress(PasswordError):  # the server will ask for it
        store.logins.learn(feed_id, (item.login for item in found.items if item.login is not None))
    if found.is_partial:
        return store.store(feed_id, found)
    return store.store(feed_id, found, response.headers.get("etag"), response.headers.get("last-modified"))


def _successor(found: Published, policy: NetworkPolicy, cancel: CancelToken) -> tuple[Response, Published] | None:
    """Return the feed that `itunes:new-feed-url` names, if it is the same podcast."""
    try:
        response, successor = read_page(found.moved_to or "", policy, cancel)
    except (FetchError, FeedError):
        return None
    is_same = is_same_podcast(found, successor.guid, {item.guid for item in successor.items})
    return (response, successor) if is_same else None


def is_same_podcast(found: Published, guid: str | None, guids: set[str]) -> bool:
    """Return True if a feed shares an item's guid and does not contradict the `podcast:guid`."""
    if found.guid and guid and found.guid != guid:
        return False
    return any(item.guid and item.guid in guids for item in found.items)
