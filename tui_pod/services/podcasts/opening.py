"""Opens the podcasts with the limits of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_pod.config.settings import MEGABYTE

if TYPE_CHECKING:
    from tui_pod.config.paths import Paths
    from tui_pod.config.settings import Settings
    from tui_pod.net.access import NetworkPolicy
    from tui_pod.shelf.feed_store import FeedStore
    from tui_pod.sources.foreign_texts import ForeignTexts
    from tui_pod.sources.opened import Podcasts


def open_podcasts(
    paths: Paths, settings: Settings, texts: ForeignTexts | None = None, store: FeedStore | None = None
) -> Podcasts:
    """Return the podcasts, with the limits of the settings."""
    from tui_pod.sources.opened import Podcasts  # brings TLS and XML, 7 MiB

    feeds, policy = settings.feeds, network_policy(settings)
    quotas = feeds.downloads_mb * MEGABYTE, feeds.stream_cache_mb * MEGABYTE
    return Podcasts(paths.data, paths.cache, quotas[0], policy, quotas[1], texts, store, feeds.download_names)


def network_policy(settings: Settings) -> NetworkPolicy:
    """Return what the settings allow on the network."""
    from tui_pod.net.access import make_policy  # brings TLS, 2 MiB
    from tui_pod.net.connect import trust_certificates

    trust_certificates(settings.network.trusted_certificates)
    return make_policy(settings.network.private_hosts, settings.feeds.timeout)
