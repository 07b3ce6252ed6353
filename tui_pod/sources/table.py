"""The table of sources: which one an address belongs to, and which one takes what the listener types."""

from __future__ import annotations

from collections.abc import Sequence

from tui_pod.net.access import PUBLIC, NetworkPolicy
from tui_pod.net.address import no_address
from tui_pod.net.login import Login, split_login
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Folder
from tui_pod.shelf.published import FeedError
from tui_pod.sources.folders.source import FolderSource
from tui_pod.sources.podcasts.source import PodcastSource
from tui_pod.sources.servers.source import ServerSource
from tui_pod.sources.source import EpisodeSource, Subscribed, Wish

PODCASTS = PodcastSource()

SOURCES: tuple[EpisodeSource, ...] = (ServerSource(), FolderSource(), PODCASTS)
"""In the order in which they are asked whether they take what is typed."""

_BY_SCHEME = {scheme: source for source in SOURCES for scheme in source.schemes}


def source_of(address: str) -> EpisodeSource:
    """Return the source of a stored address."""
    return _BY_SCHEME.get(address.partition(":")[0], PODCASTS)


def subscribe(
    store: FeedStore,
    typed: str,
    folders: Sequence[Folder] = (),
    cancel: CancelToken | None = None,
    policy: NetworkPolicy = PUBLIC,
    login: Login | None = None,
    is_shell: bool = False,
    is_listed: bool = False,
) -> Subscribed:
    """Subscribe to what a typed text names, by the first source that takes it: see `Wish` for the arguments.

    Raises:
        LoginWanted: a server requires a login, or refuses this one.
        UserError: no source takes the text, or what it names cannot be read or stored.
    """
    wish = Wish(typed, tuple(folders), policy, login, is_shell, is_listed)
    sources = (PODCASTS,) if is_listed else SOURCES
    for source in sources:
        if source.takes(typed, is_shell) is not None:
            return source.subscribe(store, wish, cancel or CancelToken())
    raise FeedError(no_address(split_login(typed).text))
