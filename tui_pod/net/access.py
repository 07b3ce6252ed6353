"""What the listener's settings let feeds and episodes do on the network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tui_pod.net.address import Origin, absolute, origin
from tui_pod.net.fetch import Limits, Request
from tui_pod.net.login import Login

FEED_SIZE = 32 * 1024 * 1024
"""Largest feed that is read (bytes)."""

ALL_TOGETHER = 1.5
"""Longest time for one feed, redirects included, as a multiple of the wait for a silent server."""


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """Which hosts feeds and episodes may lead to, and how long to wait for a feed."""

    private: frozenset[Origin] = frozenset()
    """Origins in the listener's own network that any feed or catalogue may name."""
    limits: Limits = field(default_factory=lambda: Limits(FEED_SIZE, seconds=30.0, idle=20.0))
    """Limits for one feed."""
    logins: tuple[Login, ...] = field(default=(), repr=False)
    """Logins of the feed that is fetched."""

    def request(self, address: str, headers: Mapping[str, str] | None = None) -> Request:
        """Return a request within this policy."""
        return Request(address, self.private, headers or {}, logins=self.logins)

    def widened(self, origins: Iterable[Origin], logins: tuple[Login, ...]) -> NetworkPolicy:
        """Return this policy with additional private origins, and with these logins."""
        return replace(self, private=self.private.union(origins), logins=logins)


PUBLIC = NetworkPolicy()
"""Public hosts only."""


def make_policy(hosts: Iterable[str], patience: float) -> NetworkPolicy:
    """Return the policy that the settings describe.

    Args:
        hosts: hosts in the own network, such as `nas.home`, or `nas.home:8080` for a port other than the usual ones.
        patience: how long a server may be silent (seconds).
    """
    named = [absolute(f"{scheme}://{host}/") for host in hosts for scheme in ("http", "https")]
    private = frozenset(origin(address) for address in named if address)
    return NetworkPolicy(private, Limits(FEED_SIZE, seconds=ALL_TOGETHER * patience, idle=patience))
