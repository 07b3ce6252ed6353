"""Podcasts with a feed, as a source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_pod.core.errors import UserError
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.address import is_private, origin, typed_address
from tui_pod.net.login import Login, check_user, split_login
from tui_pod.sources.source import EpisodeSource, RefreshResult, Subscribed, SubscribeRequest

if TYPE_CHECKING:
    from tui_pod.runtime.threads import CancelToken
    from tui_pod.shelf.feed_store import FeedStore
    from tui_pod.shelf.subscription import Subscription


class PodcastSource(EpisodeSource):
    """Podcasts with a feed."""

    schemes = ("https", "http")

    def takes(self, typed: str, is_shell: bool = False) -> str | None:
        """See `EpisodeSource.takes`: any http or https address."""
        return typed_address(split_login(typed).text)

    def subscribe(self, store: FeedStore, request: SubscribeRequest, cancel: CancelToken) -> Subscribed:
        """See `EpisodeSource.subscribe`."""
        from tui_pod.sources.podcasts.subscribe import subscribe_podcast  # brings the formats of feeds

        return subscribe_podcast(store, request, cancel)

    def refresh(
        self, store: FeedStore, feed: Subscription, cancel: CancelToken, policy: NetworkPolicy
    ) -> RefreshResult:
        """See `EpisodeSource.refresh`."""
        from tui_pod.sources.podcasts.subscribe import refresh_podcast  # brings the formats of feeds

        return refresh_podcast(store, feed, cancel, policy)

    def move(self, store: FeedStore, feed: Subscription, targets: Sequence[str]) -> bool:
        """See `EpisodeSource.move`: to the address of its feed."""
        addresses = [target for target in targets if "://" in target]
        if not addresses:
            return False
        text, user, password = split_login(addresses[0])
        address = typed_address(text)
        if len(targets) > 1 or address is None:
            raise UserError("a podcast moves to one http or https address, or to topics")
        store.move(feed.feed_id, address)
        if is_private(address):
            store.set_private_origin(feed.feed_id, origin(address))
        if user:
            store.logins.add(feed.feed_id, Login(origin(address), check_user(user), password))
        return True
