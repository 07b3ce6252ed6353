from __future__ import annotations

from pathlib import Path

import pytest

from tests.feeds.store.making import FIRST
from tui_pod.feeds.formats.opml import Entry
from tui_pod.feeds.store.feed_store import FeedStore


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    store = FeedStore(tmp_path / "data")
    store.subscribe([Entry(FIRST, "Cast", (("Science", "Physics"),))])
    return store
