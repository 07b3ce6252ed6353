"""Podcasts with a feed, as a source: subscribe to a feed, or to the one that a web page names, and refresh it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import clean
from tui_pod.core.text.html_text import feed_links
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.address import Origin, absolute, is_private, no_address, origin, typed_address, typed_addresses
from tui_pod.net.fetch import FetchError, LoginWanted, Response
from tui_pod.net.login import Login, check_user, split_login
from tui_pod.runtime.limited_processes import spending
from tui_pod.runtime.passwords import PasswordError
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore, Stored
from tui_pod.shelf.opml import Entry, Folder
from tui_pod.shelf.published import FeedError, NotAFeed, Published
from tui_pod.shelf.subscription import Subscription, note_answer
from tui_pod.sources.foreign_texts import FEED
from tui_pod.sources.own_network import OwnNetworkError, is_forbidden
from tui_pod.sources.podcasts.pages import (
    Link,
    ask,
    follow,
    login_page,
    named_in,
    read_answer,
    read_link,
    read_page,
    refusal,
    with_older_pages,
)
from tui_pod.sources.source import EpisodeSource, RefreshResult, Storing, Subscribed, SubscribeRequest, subscribed
from tui_pod.sources.texts.source import with_articles

MOST_WAITING = 100
"""Maximum number of episodes in a feed that waits for others; more would take much memory and a long transaction."""

MAX_LINKS = 4
"""How many of the feeds that a page names are tried."""


@dataclass(frozen=True, slots=True)
class _Found:
    asked: str
    response: Response
    feed: Published

    @property
    def address(self) -> str:
        return self.response.moved_to or self.asked


class PodcastSource(EpisodeSource):
    """Podcasts with a feed."""

    schemes = ("https", "http")

    def takes(self, typed: str, is_shell: bool = False) -> str | None:
        """Take any http or https address, and the links of other players."""
        if (address := typed_address(text := split_login(typed).text)) is None and (link := read_link(text)):
            address = link.page or link.feed
        return address

    @spending(FEED.seconds)
    def subscribe(self, store: FeedStore, request: SubscribeRequest, cancel: CancelToken) -> Subscribed:
        """Fetch the feed that a request names, and store it; on failure nothing is stored.

        What is typed is the address of a feed or of a page that names one, which may contain `user:password@`, or a
        link from another player. Where that leads was not typed, so it may not be in the listener's own network.

        Raises:
            LoginWanted: a server requires a login, or refuses this one.
            FetchError: it could not be fetched.
            FeedError: It is neither a feed nor a page that names one.
            FeedStoreError: it could not be stored.
        """
        text, user, password = split_login(request.typed)
        link = None if request.is_listed else read_link(text)
        target = follow(link, request.policy, cancel) if link else None
        if target is not None:
            request = replace(request, is_listed=True)
        addresses = list(target.feeds[:MAX_LINKS]) if target is not None else typed_addresses(text)
        if not addresses:
            raise FeedError(no_address(text))
        problem: FetchError | None = None
        for address in addresses:
            given = [request.login] if request.login else []
            if user or password:
                given.append(Login(origin(address), check_user(user), password))
            known = store.find(address, with_removed=True)
            kept = store.logins.of(known.feed_id) if known else ()
            typed = [] if request.is_listed else [origin(address)]
            wider = request.policy.widened(typed, (*given, *kept))
            try:
                found = _find(address, wider, cancel)
            except LoginWanted:
                raise
            except NotAFeed:
                if target is None:
                    raise
                continue
            except FetchError as error:
                if problem is None or (problem.status is None and error.status is not None):  # an answer tells more
                    problem = error
                continue
            whole = with_older_pages(found.feed, found.response.address, frozenset(), wider, cancel)
            whole = with_articles(store, known.feed_id if known else address, whole, wider, cancel)
            cancel.check()
            private = origin(address) if not request.is_listed and is_private(address) else None
            found = replace(found, feed=whole)
            former = _former(store, found, request.policy, cancel)
            done = _keep(store, found, private, request.folders, former)
            for each in reversed(given):
                store.logins.add(done.feed.feed_id, each)
            if target is not None and link is not None:
                item = target.item_in(found.feed)
                episode = store.id_of(done.feed.feed_id, item) if item is not None else None
                done = replace(done, episode=episode, start=link.start, is_of_episode=bool(link.episode))
            return done
        if problem is not None and problem.is_offline:
            no_file = "; there is no file of this name here" if request.is_shell and "/" not in request.typed else ""
            raise FetchError(f"{problem} If it is online, check the address{no_file}.", is_offline=True)
        raise problem or FeedError(refusal(link) if link is not None else "There is no feed.")

    @spending(FEED.seconds)
    def preview(self, address: str, policy: NetworkPolicy, cancel: CancelToken) -> Published:
        """Return the feed at an address, without older pages."""
        return read_page(address, policy, cancel)[1]

    @spending(FEED.seconds)
    def refresh(
        self, store: FeedStore, feed: Subscription, cancel: CancelToken, policy: NetworkPolicy
    ) -> RefreshResult | Storing:
        """Find what is new in a feed. Raises FetchError, or FeedError if it is no feed."""
        if is_forbidden(feed, policy):
            raise OwnNetworkError(f"{urlsplit(feed.address).netloc} is in your own network, and only a list named it.")
        policy = policy.widened(feed.allowed, store.logins.of(feed.feed_id))
        response, content = ask(feed.address, policy, cancel, feed.etag, feed.modified)
        if response.status == 304:

            def touch() -> RefreshResult:
                store.touch(feed.feed_id)
                note_answer(store.db, feed, response.headers, None)
                return RefreshResult(feed.feed_id, feed.name)

            return touch
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
        found = with_articles(store, feed.feed_id, found, policy, cancel)
        cancel.check()
        _learn_logins(store, feed.feed_id, found)

        def keep() -> RefreshResult:
            if moved_to and moved_to != feed.address:
                store.move(feed.feed_id, moved_to)
            done = keep_answer(store, feed.feed_id, response, found)
            note_answer(store.db, feed, response.headers, found.ttl)
            return RefreshResult(feed.feed_id, found.title or feed.name, done.new, done.has_changed, moved_to=moved_to)

        return keep if len(found.items) <= MOST_WAITING else keep()

    def move(self, store: FeedStore, feed: Subscription, targets: Sequence[str]) -> bool:
        """Fetch it from another address; return False if the targets are topics."""
        addresses = [target for target in targets if "://" in target]
        if not addresses:
            return False
        text, user, password = split_login(addresses[0])
        address = typed_address(text)
        if len(targets) > 1 or address is None:
            raise UserError("a podcast can only move to one http or https address, or to topics")
        store.move(feed.feed_id, address)
        if is_private(address):
            store.set_private_origin(feed.feed_id, origin(address))
        if user:
            store.logins.add(feed.feed_id, Login(origin(address), check_user(user), password))
        return True


def _find(address: str, policy: NetworkPolicy, cancel: CancelToken) -> _Found:
    response, content = ask(address, policy, cancel)
    try:
        return _Found(address, *read_answer(response, content, policy, cancel))
    except FeedError as error:
        refused: FeedError = error
    page = content[: 1024 * 1024].decode("utf-8", "replace")
    named = [found for each in feed_links(page)[:MAX_LINKS] if (found := absolute(each, response.address))]
    if not named and isinstance(refused, NotAFeed):
        with contextlib.suppress(FetchError, FeedError):
            named += named_in(content, Link("", response.address), policy, cancel).feeds[:MAX_LINKS]
    for link in named:
        try:
            return _Found(link, *read_page(link, policy, cancel))
        except (FetchError, FeedError):
            continue
    if isinstance(refused, NotAFeed):
        raise NotAFeed(*login_page(content) or [f"{clean(address, 100)} is neither a feed nor a page that names one."])
    raise refused


def _keep(
    store: FeedStore, found: _Found, private: Origin | None, folders: Sequence[Folder], former: Subscription | None
) -> Subscribed:
    """Store a feed: under its own id if known, as the new address of a feed that moved here, or as new."""
    address = found.address
    known = store.find(found.asked, with_removed=True) or store.find(address, with_removed=True)
    is_moved = known is None and former is not None
    known = known or former
    feed_id = known.feed_id if known is not None else found.asked
    entry = Entry(known.address if known is not None else address, found.feed.title, tuple(folders), feed_id)
    store.subscribe([entry])
    # a list may claim any first address; who types it means what is at that address, not what the list says
    is_claimed = known is not None and private is not None and known.address not in (address, found.asked)
    if is_moved or is_claimed or (known is not None and found.response.moved_to):
        store.move(feed_id, address)
    if known is None or private is not None:
        store.set_private_origin(feed_id, private)
    _learn_logins(store, feed_id, found.feed)
    stored = keep_answer(store, feed_id, found.response, found.feed)
    is_new = known is None or known.removed is not None
    return Subscribed(subscribed(store, feed_id), stored.new, is_new, is_moved, found.feed.is_partial)


def _former(store: FeedStore, found: _Found, policy: NetworkPolicy, cancel: CancelToken) -> Subscription | None:
    """Return the subscription that moved to this feed; its old address must confirm it, since guids can be copied."""
    for known in store.feeds() if found.feed.guid else []:
        if known.guid != found.feed.guid or not is_same_podcast(found.feed, known.guid, store.guids(known.feed_id)):
            continue
        try:
            wider = policy.widened(known.allowed, store.logins.of(known.feed_id))
            response, feed = read_page(known.address, wider, cancel)
        except (FetchError, FeedError):
            continue
        if {response.moved_to, feed.moved_to} & {found.asked, found.address}:
            return known
    return None


def _learn_logins(store: FeedStore, feed_id: str, found: Published) -> None:
    with contextlib.suppress(PasswordError):  # the server will ask for it
        store.logins.learn(feed_id, (item.login for item in found.items if item.login is not None))


def keep_answer(store: FeedStore, feed_id: str, response: Response, found: Published) -> Stored:
    """Store a feed and its validators; a partial feed gets none, so the next refresh fetches it whole."""
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
