"""Refresh feeds: several at once, few from one host, each with a deadline; a bad feed does not affect the others.

`refresh` runs on the event loop and does its work in threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from tui_pod.net.access import PUBLIC, NetworkPolicy
from tui_pod.net.fetch import FetchError, LoginWanted, Response
from tui_pod.runtime.log import log_error
from tui_pod.runtime.passwords import PasswordError
from tui_pod.runtime.threads import CancelToken, in_thread
from tui_pod.shelf.database import FeedStoreError
from tui_pod.shelf.feed_store import FeedStore, Stored
from tui_pod.shelf.published import FeedError, Published
from tui_pod.shelf.schedule import is_left_alone, note_answer, note_ended, note_refusal
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.folders.address import is_folder
from tui_pod.sources.podcasts.own_network import is_forbidden
from tui_pod.sources.podcasts.pages import ask, read_answer, read_page, with_older_pages
from tui_pod.sources.servers.address import is_server

AT_ONCE = 8
"""Feeds that are refreshed at the same time."""

NAMED = 5
"""Podcasts with new episodes that are named; the others are only counted."""

GONE, MISSING = 410, 404
"""HTTP status of what is gone for good, and of what is not there."""

PER_HOST = 2
"""How many of these may be from one host."""


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """The result of refreshing one feed."""

    feed_id: str
    name: str
    new: int = 0
    """Episodes that were not known before."""
    has_changed: bool = False
    """Whether the library is out of date."""
    error: str | None = None
    is_offline: bool = False
    """True if it failed because this machine seems to have no network."""
    is_reached: bool = False
    """True if it failed although its server answered."""
    is_missing: bool = False
    """True if the server does not have it: another try hardly helps."""
    moved_to: str | None = None
    has_ended: bool = False
    """True if the server said that the podcast is gone for good, which is no failure."""
    wanted: LoginWanted | None = None
    """The login that the server asked for; None: it failed for another reason, or not at all."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The result of a refresh."""

    outcomes: tuple[RefreshResult, ...] = ()

    @property
    def new(self) -> int:
        """Episodes that were not known before."""
        return sum(outcome.new for outcome in self.outcomes)

    @property
    def named_new(self) -> str:
        """The podcasts with new episodes and how many, most first: `Quarks 3, Bugs 1`; a single one by name only."""
        found = sorted((outcome for outcome in self.outcomes if outcome.new), key=lambda outcome: -outcome.new)
        names = [f"{outcome.name} {outcome.new}" if found[1:] else outcome.name for outcome in found[:NAMED]]
        return ", ".join([*names, f"{len(found) - NAMED} more podcasts"] if len(found) > NAMED else names)

    @property
    def failed(self) -> tuple[RefreshResult, ...]:
        """The feeds that could not be refreshed."""
        return tuple(outcome for outcome in self.outcomes if outcome.error)

    @property
    def is_offline(self) -> bool:
        """True if there seems to be no network: no server answered, and at least one failed for that reason."""
        asked = [outcome for outcome in self.outcomes if not is_folder(outcome.feed_id)]
        is_silent = all(outcome.error and not outcome.is_reached for outcome in asked)
        return is_silent and any(outcome.is_offline for outcome in asked)

    @property
    def asked_network(self) -> bool:
        """True if any feed was fetched over the network."""
        return any(not is_folder(outcome.feed_id) for outcome in self.outcomes)


async def refresh(
    store: FeedStore,
    feeds: Sequence[Subscription] | None = None,
    progress: Callable[[int, int, RefreshResult], None] = lambda _done, _total, _last: None,
    policy: NetworkPolicy = PUBLIC,
) -> Refreshed:
    """Refresh feeds; cancelling stops it at once.

    Args:
        store: their store.
        feeds: None: all except those that are hidden or must not be fetched yet.
        progress: called on the event loop after each feed, with the number done, the total, and its result.
        policy: network access that the settings allow.

    Raises:
        FeedStoreError: the subscriptions cannot be read.
    """
    wanted = await in_thread(lambda _: _all(store)) if feeds is None else list(feeds)
    slots = asyncio.Semaphore(AT_ONCE)
    hosts: dict[str, asyncio.Semaphore] = {}
    outcomes: list[RefreshResult] = []

    async def work(feed: Subscription) -> None:
        host = hosts.setdefault(urlsplit(feed.address).hostname or "", asyncio.Semaphore(PER_HOST))
        async with host, slots:
            outcome = await in_thread(lambda cancel: refresh_feed(store, feed, cancel, policy))
        outcomes.append(outcome)
        progress(len(outcomes), len(wanted), outcome)

    backup = contextlib.ExitStack()
    backup.enter_context(store.db.backing_up_once())
    try:
        async with asyncio.TaskGroup() as group:
            for feed in wanted:
                group.create_task(work(feed))
    finally:
        await in_thread(lambda _: backup.close())  # waits for the disk
    return Refreshed(tuple(outcomes))


def _all(store: FeedStore) -> list[Subscription]:
    now = time.time()
    return [feed for feed in store.feeds() if not is_left_alone(feed, now, is_asked=True)]


def refresh_feed(store: FeedStore, feed: Subscription, cancel: CancelToken, policy: NetworkPolicy) -> RefreshResult:
    """Refresh one feed in this thread; a failure is in the result. Raises only `Cancelled`."""
    refused_for = None
    try:
        return _refreshed(store, feed, cancel, policy)
    except FetchError as error:
        if error.status == GONE:
            return _end(store, feed)
        wanted = error if isinstance(error, LoginWanted) else None
        if wanted:
            store.logins.ask_again()
        refused_for = error.retry_after
        is_missing = error.status == MISSING
        said = f"{feed.name}: the server does not have it any more ({MISSING})." if is_missing else str(error)
        outcome = RefreshResult(
            feed.feed_id, feed.name, error=said, is_offline=error.is_offline, is_reached=error.status is not None,
            is_missing=is_missing, wanted=wanted,
        )  # fmt: skip
    except (FeedError, FeedStoreError) as error:
        outcome = RefreshResult(feed.feed_id, feed.name, error=f"{feed.name}: {error}", is_reached=True)
    except (RecursionError, MemoryError, ValueError, TypeError, AttributeError, LookupError) as error:
        # an unexpected document: one bad feed must not stop the others
        log_error(error, "a feed cannot be read")
        outcome = RefreshResult(feed.feed_id, feed.name, error=f"{feed.name}: cannot be read ({type(error).__name__}).")
    if not outcome.is_offline:
        with contextlib.suppress(FeedStoreError):  # the next refresh reports it again
            store.fail(feed.feed_id, outcome.error)
            if refused_for:
                note_refusal(store.db, feed, refused_for)
    return outcome


def _end(store: FeedStore, feed: Subscription) -> RefreshResult:
    with contextlib.suppress(FeedStoreError):  # the next refresh finds it again
        store.fail(feed.feed_id, None)
        note_ended(store.db, feed)
    return RefreshResult(feed.feed_id, feed.name, has_ended=True)


def _refreshed(store: FeedStore, feed: Subscription, cancel: CancelToken, policy: NetworkPolicy) -> RefreshResult:
    if is_folder(feed.address):
        from tui_pod.sources.folders.podcast import refresh_folder  # reads tags: only with folders

        return _result(feed, refresh_folder(store, feed, cancel))
    if is_server(feed.address):
        from tui_pod.sources.servers.library import refresh_server  # only with servers

        return _result(feed, refresh_server(store, feed, cancel))
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


def _result(feed: Subscription, stored: Stored) -> RefreshResult:
    return RefreshResult(feed.feed_id, feed.name, stored.new, stored.has_changed)


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
