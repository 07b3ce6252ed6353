"""Kill a program that subscribes, at any moment, again and again: what it was told is kept must be there."""

import os
import random
import subprocess
import sys
from pathlib import Path

from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import parse_opml

TRIALS = 12

WRITER = """
import sys
from pathlib import Path
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.feed_store import FeedStore
store = FeedStore(Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    address = f"https://{number}.example.org/f"
    store.subscribe([Entry(address, f"T{number}", (("A", "B"),))])
    store.store(address, Published(f"T{number}", tuple(PublishedItem(guid=str(n), title=f"E{n}") for n in range(20))))
    print(number, flush=True)
    number += 1
"""


def test_killed_at_any_moment_no_subscription_is_lost(tmp_path: Path) -> None:
    folder, chance, kept = tmp_path / "data", random.Random(7), []
    for trial in range(TRIALS):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), str(trial * 1000)],
            stdout=subprocess.PIPE, text=True, env=os.environ,
        )  # fmt: skip
        assert process.stdout is not None
        for _ in range(chance.randint(1, 8)):
            kept.append(int(process.stdout.readline()))
        process.kill()
        kept += [int(line) for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        process.wait()
        store = FeedStore(folder)
        found = {feed.feed_id: feed for feed in store.feeds()}
        assert store.db.notices == []
        assert all(found[f"https://{number}.example.org/f"].episodes == 20 for number in kept)
        backed_up = {entry.address for entry in parse_opml(store.db.backup.read_bytes()).entries}
        assert {f"https://{number}.example.org/f" for number in kept} <= backed_up
        store.db.close()
