import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from tui_pod.config.paths import find_paths
from tui_pod.library import reload as library_reload
from tui_pod.library.reload import SMALL, reload_library
from tui_pod.runtime.subprocesses import start_of
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import Published, PublishedItem

FEED = "https://a.example.org/f"
CATALOG = 'version = 1\n[[episodes]]\nid = "one"\ntitle = "One"\n'


def test_process_that_writes_the_cache_starts_without_event_loop_and_network() -> None:
    asked = "import sys, tui_pod.library.reload, tui_pod.library.merging; print({'asyncio', 'ssl'} & set(sys.modules))"
    command, environment = start_of("", python=sys.executable)
    done = subprocess.run([command[0], "-P", "-c", asked], env=environment, check=True, capture_output=True)
    assert done.stdout.strip() == b"set()"


async def test_library_made_by_a_process_runs_no_code_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog, paths, ran = tmp_path / "catalog.toml", find_paths(), tmp_path / "ran"
    catalog.write_text(CATALOG, "utf-8")
    (tmp_path / "sqlite3.py").write_text(f"open({str(ran)!r}, 'w')\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr(library_reload, "SMALL", 0)
    await reload_library([catalog], paths.cache, paths.data, 1)
    assert not ran.exists()


@pytest.mark.parametrize("size", [10, SMALL + 1])
async def test_reload_has_what_the_feeds_have_now(tmp_path: Path, size: int) -> None:
    catalog, cache, data = tmp_path / "c.toml", tmp_path / "cache", tmp_path / "data"
    catalog.write_text("version = 1\n")
    store = FeedStore(data)
    store.subscribe([Entry(FEED, "A")])
    for count in (3, 5):
        items = tuple(PublishedItem(guid=str(number), title=f"E{number}") for number in range(count))
        store.store(FEED, Published("A", items))
        loaded = await reload_library([catalog], cache, data, size)
        assert len(loaded.library) == count


async def test_reload_cancelled_ends_its_process(
    tmp_path: Path, processes: asyncio.Queue[asyncio.subprocess.Process]
) -> None:
    task = asyncio.create_task(reload_library([tmp_path / "none"], tmp_path / "cache", tmp_path / "data", SMALL + 1))
    process = await processes.get()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert process.returncode is not None
