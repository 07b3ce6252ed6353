"""The table of sources: which one an address belongs to, and which one takes what the listener types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tui_pod.net.access import PUBLIC, NetworkPolicy
from tui_pod.net.address import no_address
from tui_pod.net.login import Login, split_login
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.files import Book, book_named, hidden_book
from tui_pod.shelf.opml import Folder
from tui_pod.shelf.published import FeedError, NotAFeed
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.folders.source import FolderSource
from tui_pod.sources.installed import SCHEME, installed_source, installed_sources
from tui_pod.sources.podcasts.source import PodcastSource
from tui_pod.sources.servers.source import ServerSource
from tui_pod.sources.source import Check, EpisodeSource, Subscribed, SubscribeRequest
from tui_pod.sources.texts.source import FEWEST_WORDS, TextSource

PODCASTS, TEXTS = PodcastSource(), TextSource()

SOURCES: tuple[EpisodeSource, ...] = (ServerSource(), TEXTS, FolderSource(), PODCASTS)
"""In the order in which they are asked whether they take what is typed; those of other packages are asked first."""

_BY_SCHEME = {scheme: source for source in SOURCES for scheme in source.schemes}


def source_of(address: str) -> EpisodeSource:
    """Return the source of a stored address."""
    if address.startswith(SCHEME):
        return installed_source(address)
    return _BY_SCHEME.get(address.partition(":")[0], PODCASTS)


def shown_address(feed: Subscription, address: str = "") -> str:
    """Return the address of a subscription, or a former one, for the shell: as typed if another package reads it."""
    address = address or feed.address
    return installed_source(address).shown(address) if address.startswith(SCHEME) else address


def find_subscription(store: FeedStore, typed: str) -> Subscription | None:
    """Return the subscription with a title or an address, as a source takes it; None if none or several match."""
    if (found := store.find(typed)) is not None:
        return found
    if shown := [feed for feed in store.feeds() if shown_address(feed) == typed]:
        return shown[0]
    places = (source.takes(typed) for source in installed_sources().values())
    return next((found for place in places if place and (found := store.find(place))), None)


def find_book(store: FeedStore, text: str) -> Book | None:
    """Return a book as `book_named` does, or by its place; None if no or several books match.

    A text with a slash is a place within a subscription, whose talks may become a book.
    """
    if "/" in text and not store.is_empty:
        books = ((feed.feed_id, source_of(feed.address).book_at(store, feed, text)) for feed in store.feeds())
        found = [(feed_id, book) for feed_id, book in books if book is not None]
        if len(found) == 1:
            text = hidden_book(store, *found[0])
    return book_named(store, text)


def subscribe(
    store: FeedStore,
    typed: str,
    folders: Sequence[Folder] = (),
    cancel: CancelToken | None = None,
    policy: NetworkPolicy = PUBLIC,
    login: Login | None = None,
    is_shell: bool = False,
    is_listed: bool = False,
    is_text: bool = False,
) -> Subscribed:
    """Subscribe to what a typed text names, by the first source that takes it: see `SubscribeRequest`.

    A page that is no feed and names none is a text; if `is_text`, whatever is named is one.

    Raises:
        LoginWanted: a server requires a login, or refuses this one.
        UserError: no source takes the text, or what it names cannot be read or stored.
    """
    request = SubscribeRequest(typed, tuple(folders), policy, login, is_shell, is_listed)
    cancel = cancel or CancelToken()
    if is_text:
        return TEXTS.subscribe(store, request, cancel)
    brought = [] if is_listed else [*installed_sources().values()]
    asked = (PODCASTS,) if is_listed else (*brought, *SOURCES)
    source = next((source for source in asked if source.takes(typed, is_shell) is not None), None)
    store.db.notices += [source.fault for source in brought if source.fault]
    if source is None:
        raise FeedError(no_address(split_login(typed).text))
    try:
        return source.subscribe(store, request, cancel)
    except NotAFeed as error:
        if is_listed:
            raise
        try:
            return TEXTS.subscribe(store, request, cancel, FEWEST_WORDS)
        except FeedError:
            raise error from None


def login_source(typed: str) -> EpisodeSource:
    """Return the source that logs in to the server that a typed text means. Raises UserError: it means none."""
    found = next((source for source in SOURCES if source.servers_at(typed)), None)
    if found is None:
        raise FeedError(no_address(typed))
    return found


def servers(store: FeedStore) -> list[Subscription]:
    """Return the servers that the listener has added: what keeps progress of its own."""
    return [feed for feed in store.feeds() if source_of(feed.address).keeps_progress]


def is_named(feed: Subscription, typed: str) -> bool:
    """Return whether a typed text is the server or the address of a subscription."""
    source = source_of(feed.address)
    return source.shown(feed.address) in (typed, *source.servers_at(typed))


def clean_up(store: FeedStore) -> None:
    """Delete what sources keep of removed subscriptions. Raises OSError, UserError: it is tried again later."""
    for source in SOURCES:
        source.clean_up(store)


def check_sources(store: FeedStore) -> Iterator[Check]:
    """Yield what the sources of the subscriptions need, and the sources of other packages, for `doctor`."""
    for feed in store.feeds():
        if (found := source_of(feed.address).check(store, feed)) is not None:
            yield found
    for source in installed_sources().values():
        yield source.check_itself()
