"""Read what is built to be slow, and twice as much of it, and tell how many times the CPU time that takes.

Runs in the measured process, and prints JSON: the ratio of each case, by the group that it belongs to, and the
CPU seconds of a first sync with a server that lists many podcasts.
"""

from __future__ import annotations

import contextlib
import gc
import json
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from tui_pod.core.library.catalog import CatalogError, parse_catalog
from tui_pod.core.progress.progress import PlayedRule
from tui_pod.core.text.html_text import to_notes
from tui_pod.net.json_client import Reply
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.published import FeedError
from tui_pod.sources.podcasts.chapters import notes_chapters
from tui_pod.sources.podcasts.rss import parse_feed
from tui_pod.state.store import StateFile
from tui_pod.sync.podcasts import MAX_PODCASTS
from tui_pod.sync.server import ServerSync

RUNS = 3
"""Of each size, in turn; the fastest of each counts: only what disturbs differs."""


def read_feed(text: str) -> None:
    """Read a feed, or refuse it."""
    with contextlib.suppress(FeedError):
        parse_feed(text.encode(), "https://example.org/feed")


def read_catalog(text: str) -> None:
    """Read a catalogue and gather its faults."""
    with contextlib.suppress(CatalogError):
        parse_catalog(f"version = 1\n{text}")


class ListingServer:
    """A server that lists podcasts, and has nothing else."""

    def __init__(self, podcasts: list[str]) -> None:
        self._podcasts = podcasts

    def ask(self, _method: str, path: str, _data: Any = None) -> Reply:
        """See `Transport.ask`."""
        if path.startswith("/api/"):
            return Reply(404, None)
        if "episode_action" in path:
            return Reply(200, {"actions": [], "timestamp": 1})
        return Reply(200, {"add": self._podcasts, "remove": [], "timestamp": 1})


def sync_podcasts(text: str) -> None:
    """Subscribe to the podcasts, one a line, that a server lists."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        server, store = ListingServer(text.split()), FeedStore(home)
        sync = ServerSync(server, home / "sync.json", ("https://sync.example.org", "ann"), store, PlayedRule())
        file = StateFile(home / "state.toml")
        sync.run(file, file.load(), datetime.now(UTC))
        store.db.close()


class Group(NamedTuple):
    """What is read in the same way: the texts stand between their first and last part, as often as said."""

    read: Callable[[str], object]
    head: str
    tail: str
    cases: dict[str, int]
    """What is repeated, and how often; `#` in it counts. Twice as much is still less than what is cut off."""


ITEMS = 5_000
"""Of a feed."""

PODCAST = "https://example.org/#\n"

GROUPS = {
    "a feed that is too much": Group(
        read_feed,
        "<rss><channel>",
        "",
        {"<a>": 100_000, "<a#/>": 50_000, "&": 100_000},
    ),
    "an item with attributes": Group(read_feed, "<rss><channel><item", "/></channel></rss>", {" a#='x'": 5_000}),
    "a feed of little items": Group(
        read_feed,
        "<rss><channel>",
        "",
        dict.fromkeys(
            ("<item></item>", "<item><title>x</title></item>", "<item>", "<a/>", "<item><b></item>"), ITEMS
        ),
    ),
    "a root that never ends": Group(read_feed, "<rss", "", {" a": 5_000, " ": 10_000, "a": 30_000}),
    "show notes": Group(
        to_notes,
        "",
        "",
        {
            "<": 30_000, "<!--": 8_000, "<a href='": 3_500, "<a href='x'>": 2_500, "<a href=": 4_000, "<a>": 10_000,
            "<p>": 10_000, "<p ": 10_000, "&lt;p&gt;": 3_500, "<script>": 4_000, "e\u0301": 15_000,
            "\u0301": 30_000, "(": 30_000, "1:": 15_000, "\n ": 15_000,
        },
    ),
    "time codes in notes": Group(
        notes_chapters,
        "",
        "",
        {"1:": 15_000, "-": 15_000, "( ": 15_000, "-" * 290 + "\n": 100, "a(": 15_000, "1:11 " * 60 + "\n": 100},
    ),
    "podcasts from a sync server": Group(
        sync_podcasts, "", "", {PODCAST: MAX_PODCASTS // 2},
    ),
    "a catalogue's faults": Group(read_catalog, "", "", {"[[episodes]]\ntitle = 1\n": 300}),
}  # fmt: skip


def growth(group: Group, part: str, count: int) -> float:
    """Return how many times the CPU time twice as much of something takes."""
    once, twice = (
        f"{group.head}{''.join(part.replace('#', str(number)) for number in range(size))}{group.tail}"
        for size in (count, 2 * count)
    )
    pairs = [(_seconds(group.read, once), _seconds(group.read, twice)) for _ in range(RUNS)]
    return min(pair[1] for pair in pairs) / min(pair[0] for pair in pairs)


def _seconds(read: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    read(text)
    return time.process_time() - began


if __name__ == "__main__":
    gc.disable()  # what it does in between depends on what came before
    found = {
        name: {ascii(part[:20]): growth(group, part, count) for part, count in group.cases.items()}
        for name, group in GROUPS.items()
    }
    podcasts = "".join(PODCAST.replace("#", str(number)) for number in range(MAX_PODCASTS))
    seconds = _seconds(sync_podcasts, podcasts)
    print(json.dumps({"ratios": found, "podcasts": seconds}))
