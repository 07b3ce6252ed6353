from pathlib import Path

import pytest

from tests.shelf.making import FIRST
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    store = FeedStore(tmp_path / "data")
    store.subscribe([Entry(FIRST, "Cast", (("Science", "Physics"),))])
    return store
