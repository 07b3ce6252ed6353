"""What a source is: where the episodes of some subscriptions come from, and what it can do. The table is in `table`.

Outside `sources/`, nobody asks what kind a subscription is: they ask its source what it can do. A source of another
package follows `tui_pod.plugin`, and `installed` makes it one of these. What only our own may have is here: they store
what they read, and may log in by themselves, be watched and keep progress. The exchange of that progress alone knows
which server it asks, and the import contract names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tui_pod.core.errors import UserError
from tui_pod.core.library.podcast_settings import Setting
from tui_pod.net.access import PUBLIC, NetworkPolicy
from tui_pod.net.address import Origin, absolute, no_address, origin
from tui_pod.net.fetch import LoginWanted
from tui_pod.net.login import Login
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.database import FeedStoreError, number_of
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Folder
from tui_pod.shelf.published import FeedError, Published, PublishedItem
from tui_pod.shelf.subscription import Subscription, read_subscriptions

READ_IN_PART = "a part of it could not be read and is tried again with the next refresh"
"""The notice for a feed that was cut off, or has pages that could not be fetched."""


STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class SubscribeRequest:
    """What the listener wants to subscribe to."""

    typed: str
    folders: tuple[Folder, ...] = ()
    """Topics to put it under."""
    policy: NetworkPolicy = PUBLIC
    """Network access that the settings allow."""
    login: Login | None = None
    """For a server that asked for one."""
    is_shell: bool = False
    """Whether a bare name counts as a path if a file of that name exists."""
    is_listed: bool = False
    """Whether a directory named it, not the listener; it may then not be in their own network."""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The result of subscribing."""

    feed: Subscription
    new: int
    """How many episodes are new."""
    is_new: bool
    """True if it is a new subscription."""
    has_moved: bool = False
    """True if it is a known subscription at a new address; its progress is kept."""
    is_partial: bool = False
    """True if a part could not be read; the next refresh fetches all of it again."""
    episode: str | None = None
    """Id of the episode that a shared link names."""
    start: float | None = None
    """Seconds from which the link plays it; None if it does not say."""
    is_of_episode: bool = False
    """True if the link names an episode, also if the feed does not list it."""


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """The result of refreshing one subscription."""

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
    moved_to: str | None = None
    has_ended: bool = False
    """True if the server said that the podcast is gone for good, which is no failure."""
    wanted: LoginWanted | None = None
    """The login that the server asked for; None if it asked for none."""
    is_known: bool = False
    """True if it was missing the last time too, when the listener was told."""
    is_forbidden: bool = False
    """True if it is in the listener's own network, and only a list named it: it may be fetched once they agree."""


Storing = Callable[[], RefreshResult]
"""Stores what a refresh found. Called anew if it was rolled back, as another one in its transaction failed."""

Check = tuple[bool, str, str]
"""Whether something works, what was found, and what to do if it does not work."""


class EpisodeSource:
    """A source of episodes. Its methods block: run them in a thread.

    A source stores what it reads as `Published` and `PublishedItem`. An item without audio is narrated from its
    `transcript`, which may be the path of a text, or from title and summary.
    """

    noun = "podcast"
    """What the listener calls one of its subscriptions."""
    schemes: tuple[str, ...] = ()
    """What the stored addresses of its subscriptions start with, up to the colon."""
    is_online = True
    """Whether a refresh asks the network."""
    is_portable = True
    """Whether another machine can use its addresses: they are then exported as OPML."""
    hides_missing = False
    """Whether it hides the episodes that are no longer there; otherwise settings say when old ones are hidden."""
    is_watched = False
    """Whether its subscriptions are paths on this machine (see `shown`): they are refreshed when they change."""
    keeps_progress = False
    """Whether it keeps the listener's progress, with which a sync exchanges it."""
    has_parts = False
    """Whether an episode may be a book of several recordings, each with an address of its own."""
    is_single = False
    """Whether a subscription is one episode: removing that removes the subscription."""
    cannot_move = "it can only move to topics"
    """Said when the listener moves a subscription to an address."""

    def takes(self, typed: str, is_shell: bool = False) -> str | None:
        """Return the address that it would subscribe to for a typed text; None if the text means nothing to it."""
        return None

    def subscribe(self, store: FeedStore, request: SubscribeRequest, cancel: CancelToken) -> Subscribed:
        """Subscribe to what it `takes`. Raises UserError if it cannot be read or stored; nothing is stored then."""
        raise NotImplementedError

    def preview(self, address: str, policy: NetworkPolicy, cancel: CancelToken) -> Published:
        """Return what is at an address that a directory named, without subscribing. Raises UserError if it cannot."""
        raise FeedError(no_address(address))

    def refresh(
        self, store: FeedStore, feed: Subscription, cancel: CancelToken, policy: NetworkPolicy
    ) -> RefreshResult | Storing:
        """Store what is new, or return what will. Raises UserError if that fails; its episodes are kept."""
        raise NotImplementedError

    def move(self, store: FeedStore, feed: Subscription, targets: Sequence[str]) -> bool:
        """Move a subscription to the address that the targets name; return False if they are topics instead.

        Raises UserError if it cannot move there.
        """
        if any("://" in target for target in targets):
            raise UserError(self.cannot_move)
        return False

    def shown(self, address: str) -> str:
        """Return an address as the listener knows it."""
        return address

    def servers_at(self, typed: str) -> Sequence[str]:
        """Return the servers that a typed text may mean, likeliest first, if this source logs in to such."""
        return ()

    def log_in(self, store: FeedStore, typed: str, user: str, password: str, command: str = "") -> tuple[str, str]:
        """Log in to one of `servers_at` and subscribe to it, without reading it yet; return its id and what was found.

        Without a user, the password is an API key. It is tried now, and saved unless a `command` will print it.
        Raises UserError: it is no such server, does not answer, or rejects the login. Nothing was added.
        """
        raise NotImplementedError

    def server(self, address: str) -> Origin | None:
        """Return the server to which the login of a subscription goes; None if it has none."""
        return origin(address) if absolute(address) else None

    def options(self) -> Mapping[str, Setting]:
        """Return the settings that only its subscriptions have, by name."""
        return {}

    def book_at(self, store: FeedStore, feed: Subscription, place: str) -> PublishedItem | None:
        """Return what a place within a subscription names, if it is or may become a book; None if none or several."""
        return None

    def try_again(self, address: str) -> None:
        """Refresh a subscription next time, although it has failed: the listener asks for it."""

    def logins(self, store: FeedStore, feed_id: str) -> tuple[Login, ...]:
        """Return the logins of a subscription. Raises FetchError: they cannot be read."""
        return store.logins.of(feed_id)

    def clean_up(self, store: FeedStore) -> None:
        """Delete what it keeps of removed subscriptions. Raises OSError, UserError: the next start tries again."""

    def check(self, store: FeedStore, feed: Subscription) -> Check | None:
        """Return whether what a subscription needs works; None if there is nothing to check."""
        return None


def subscribed(store: FeedStore, feed_id: str) -> Subscription:
    """Return a subscription. Raises FeedStoreError: it was removed in the meantime."""
    with store.db.read() as db:
        found = read_subscriptions(db, with_removed=False, only=number_of(db, feed_id))
    if not found:
        raise FeedStoreError("The podcast was removed in the meantime.")
    return found[0]
