"""Subscribe to a feed, or to the feed that a web page names. Calls block: run them in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_pod.core.text.clean import clean
from tui_pod.core.text.html_text import feed_links
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.address import Origin, absolute, is_private, no_address, origin, typed_addresses
from tui_pod.net.fetch import FetchError, LoginWanted, Response
from tui_pod.net.login import Login, check_user, split_login
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry, Folder
from tui_pod.shelf.published import FeedError, NotAFeed, Published
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.podcasts.pages import ask, read_answer, read_page, with_older_pages
from tui_pod.sources.podcasts.refresh import is_same_podcast, keep_answer
from tui_pod.sources.source import Subscribed, Wish, subscribed

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


def subscribe_podcast(store: FeedStore, wish: Wish, cancel: CancelToken) -> Subscribed:
    """Fetch the feed that a wish names, and store it; on failure nothing is stored.

    What is typed is the address of a feed or of a page that names one, which may contain `user:password@`.

    Raises:
        LoginWanted: a server requires a login, or refuses this one.
        FetchError: it could not be fetched.
        FeedError: it is not a feed, nor a page that names one.
        FeedStoreError: it could not be stored.
    """
    text, user, password = split_login(wish.typed)
    addresses = typed_addresses(text)
    if not addresses:
        raise FeedError(no_address(text))
    problem: FetchError | None = None
    for address in addresses:
        given = [wish.login] if wish.login else []
        if user or password:
            given.append(Login(origin(address), check_user(user), password))
        known = store.find(address, with_removed=True)
        kept = store.logins.of(known.feed_id) if known else ()
        typed = [] if wish.is_listed else [origin(address)]
        wider = wish.policy.widened(typed, (*given, *kept))
        try:
            found = _find(address, wider, cancel)
        except LoginWanted:
            raise
        except FetchError as error:
            if problem is None or (problem.status is None and error.status is not None):  # an answer tells more
                problem = error
            continue
        whole = with_older_pages(found.feed, found.response.address, frozenset(), wider, cancel)
        cancel.check()
        private = origin(address) if not wish.is_listed and is_private(address) else None
        found = replace(found, feed=whole)
        former = _former(store, found, wish.policy, cancel)
        done = _keep(store, found, private, wish.folders, former)
        for each in reversed(given):
            store.logins.add(done.feed.feed_id, each)
        return done
    if problem is not None and problem.is_offline:
        no_file = "; there is no file of this name here" if wish.is_shell and "/" not in wish.typed else ""
        raise FetchError(f"{problem} If it is online, check the address{no_file}.", is_offline=True)
    raise problem or FeedError("There is no feed.")


def _find(address: str, policy: NetworkPolicy, cancel: CancelToken) -> _Found:
    response, content = ask(address, policy, cancel)
    try:
        return _Found(address, *read_answer(response, content, policy, cancel))
    except FeedError as error:
        refused: FeedError = error
    named = feed_links(content[: 1024 * 1024].decode("utf-8", "replace"))[:MAX_LINKS]
    for link in filter(None, (absolute(link, response.address) for link in named)):
        try:
            return _Found(link, *read_page(link, policy, cancel))
        except (FetchError, FeedError):
            continue
    if isinstance(refused, NotAFeed):
        raise FeedError(f"{clean(address, 100)} is neither a feed nor a page that names one.")
    raise refused


def _keep(
    store: FeedStore, found: _Found, private: Origin | None, folders: Sequence[Folder], former: Subscription | None
) -> Subscribed:
    """Store a feed: under its own id if known, as the new address of a feed that moved here, else as new."""
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
