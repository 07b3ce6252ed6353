import asyncio
from pathlib import Path

import pytest

from tui_pod.feeds.formats.model import Feed, Item
from tui_pod.feeds.formats.opml import Entry
from tui_pod.feeds.store.feed_store import FeedStore
from tui_pod.library.reload import SMALL, reload_library

FIRST = "https://a.example.org/f"


@pytest.mark.parametrize("size", [10, SMALL + 1])
async def test_reload_has_what_the_feeds_have_now(tmp_path: Path, size: int) -> None:
    catalog, cache, data = tmp_path / "c.toml", tmp_path / "cache", tmp_path / "data"
    catalog.write_text("version = 1\n")
    store = FeedStore(data)
    store.subscribe([Entry(FIRST, "A")])
    for count in (3, 5):
        items = tuple(Item(guid=str(number), title=f"E{number}") for number in range(count))
        store.store(FIRST, Feed("A", items))
        loaded = await reload_library([catalog], cache, data, size)
        assert len(loaded.library) == count
        assert (loaded.save is None) is (size > SMALL)


async def test_reload_cancelled_ends_its_process(
    tmp_path: Path, processes: asyncio.Queue[asyncio.subprocess.Process]
) -> None:
    task = asyncio.create_task(reload_library([tmp_path / "none"], tmp_path / "cache", tmp_path / "data", SMALL + 1))
    process = await processes.get()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert process.returncode is not None
