"""Servers for the tests of feeds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.feeds.server import Site, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture
def inside() -> Iterator[Site]:
    """A server of the listener's own network that nothing from outside may reach."""
    with serving() as running:
        yield running
