"""What the listener's settings let feeds and episodes do on the network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tui_pod.feeds.net.address import Origin, absolute, origin
from tui_pod.feeds.net.fetch import Limits, Request
from tui_pod.feeds.net.login import Login

FEED_SIZE = 32 * 1024 * 1024
"""Bytes of a feed that are read."""

ALL_TOGETHER = 1.5
"""Times the patience with a silent server that one feed may take in all, redirects included."""


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """Which hosts feeds and episodes may lead to, and how long a feed is waited for."""

    private: frozenset[Origin] = frozenset()
    """Origins of the listener's own network that every feed and catalogue may name."""
    limits: Limits = field(default_factory=lambda: Limits(FEED_SIZE, seconds=30.0, idle=20.0))
    """Of one feed."""
    logins: tuple[Login, ...] = field(default=(), repr=False)
    """Of the feed that is asked for."""

    def request(self, address: str, headers: Mapping[str, str] | None = None) -> Request:
        """Return a request within this policy."""
        return Request(address, self.private, headers or {}, logins=self.logins)

    def widened(self, origins: Iterable[Origin], logins: tuple[Login, ...]) -> NetworkPolicy:
        """Return what a feed may do that has origins of the own network, and logins."""
        return replace(self, private=self.private.union(origins), logins=logins)


PUBLIC = NetworkPolicy()
"""Public hosts alone."""


def make_policy(hosts: Iterable[str], patience: float) -> NetworkPolicy:
    """Return the access that settings give.

    Args:
        hosts: of the own network, with their ports, such as `nas.home:8080`.
        patience: seconds for which a server may be silent.
    """
    named = [absolute(f"{scheme}://{host}/") for host in hosts for scheme in ("http", "https")]
    private = frozenset(origin(address) for address in named if address)
    return NetworkPolicy(private, Limits(FEED_SIZE, seconds=ALL_TOGETHER * patience, idle=patience))
