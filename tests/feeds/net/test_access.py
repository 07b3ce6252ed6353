"""The settings limit what feeds may do on the network."""

from __future__ import annotations

from tui_pod.feeds.net.access import make_policy


def test_access_waits_as_long_as_the_settings_say() -> None:
    limits = make_policy((), 4.0).limits
    assert (limits.idle, limits.seconds) == (4.0, 6.0)
