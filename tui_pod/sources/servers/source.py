"""Servers with libraries of books and podcasts, as a source. `adding` subscribes to one, since it needs a login."""

from __future__ import annotations

from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import clean
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.login import Login
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.servers.address import SCHEME, to_base
from tui_pod.sources.servers.library import list_libraries, refresh_server, server_login, server_logins
from tui_pod.sources.source import Check, EpisodeSource, RefreshResult


class ServerSource(EpisodeSource):
    """Servers with libraries."""

    noun = "server"
    schemes = (f"{SCHEME}http", f"{SCHEME}https")
    is_portable = False
    hides_missing = keeps_progress = has_parts = True
    cannot_move = "add a server under its new address; it has your progress"

    def refresh(
        self, store: FeedStore, feed: Subscription, cancel: CancelToken, policy: NetworkPolicy
    ) -> RefreshResult:
        """See `EpisodeSource.refresh`."""
        stored = refresh_server(store, feed, cancel)
        return RefreshResult(feed.feed_id, feed.name, stored.new, stored.has_changed)

    def shown(self, address: str) -> str:
        """See `EpisodeSource.shown`: its address on the web."""
        return to_base(address)

    def logins(self, store: FeedStore, feed_id: str) -> tuple[Login, ...]:
        """See `EpisodeSource.logins`: one that gets tokens from the server."""
        return server_logins(store, feed_id)

    def check(self, store: FeedStore, feed: Subscription) -> Check:
        """See `EpisodeSource.check`: whether it answers, and takes the login."""
        base = clean(to_base(feed.address), 100)
        try:
            libraries = list_libraries(to_base(feed.address), server_login(store, feed))
        except UserError as error:
            return False, str(error), f"try again, or log in anew: tui-pod server add {base}"
        return True, f"{base}: libraries: {len(libraries)}", ""
