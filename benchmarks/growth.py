"""What is built to be slow: what twice as much of it costs."""

from __future__ import annotations

import statistics
import subprocess
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.floors import run_floor
from benchmarks.podcasts import feed
from benchmarks.processes import ended_cpu
from benchmarks.rows import Row, Table
from benchmarks.terminal import Terminal
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.sync.podcasts import MAX_PODCASTS

LIMIT = 3.0
"""Times the work of half: 2 is what grows with the length, 4 what grows with its square."""

PODCASTS_LIMIT = 60.0
"""CPU time of a first sync with a server that lists as many podcasts as are taken at once, ÷ that of bare SQLite."""

NEW_LIMIT = 2.0
"""CPU time of a change in a large library, ÷ that of the same in a small library."""

EPISODES = 100
"""Of each podcast."""


def measure(bench: Bench) -> Table:
    """Measure each group by its worst case."""
    rows, found = [], bench.ask("inside_growth.py")
    for name, cases in found["ratios"].items():
        worst = max(cases, key=cases.__getitem__)
        rows.append(Row(name, cases[worst], "×", LIMIT, note=f"the worst of {len(cases)}, `{worst}` repeated"))
    floor = run_floor(bench, "podcasts", bench.folder / "floor.sqlite", MAX_PODCASTS)["seconds"]
    what = f"{MAX_PODCASTS:,} podcasts from a sync server"
    rows.append(Row(what, found["podcasts"], "s", PODCASTS_LIMIT, floor=floor))
    many, few = (_changes(bench, podcasts) for podcasts in (bench.sizes[-1] // EPISODES, 1))
    rows += [
        Row(f"{what} in a library of {bench.sizes[-1]:,}", many[what], "s", NEW_LIMIT, floor=few[what]) for what in many
    ]
    return Table(
        "Growth",
        "CPU time for twice as much of what is built to be slow, as times that for half of it, in a process of its own;"
        " the fastest of three each. What grows with the square takes 4 times as long. The floor of the podcasts:"
        " as many rows inserted by bare SQLite. A new episode is fetched, and a podcast added and removed, by a command"
        " while the app runs; CPU time of app, helpers and command together. The floor: the same"
        f" in a library of {EPISODES} and the course.",
        rows,
    )


class Growing(BaseHTTPRequestHandler):
    """A feed."""

    items = EPISODES

    def do_GET(self) -> None:
        """Answer with all items."""
        body = feed(0, self.items)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _changes(bench: Bench, podcasts: int) -> dict[str, float]:
    """Return the seconds of CPU of each change, with so many podcasts beside the one that has a new episode."""
    home = bench.fresh_home()
    _subscribe(Path(home["XDG_DATA_HOME"]) / "tui-pod", podcasts)
    config = Path(home["XDG_CONFIG_HOME"]) / "tui-pod" / "config.toml"
    config.parent.mkdir()
    config.write_text("[feeds]\nrefresh_at_start = false\n", "utf-8")
    times = defaultdict[str, list[float]](list)

    def run(*words: str) -> None:
        quiet = subprocess.DEVNULL
        subprocess.run(bench.program("feeds", *words), env=home, check=True, stdout=quiet, stderr=quiet)

    with HTTPServer(("127.0.0.1", 0), Growing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        run("add", address)
        with Terminal(bench.program(), home) as terminal:
            terminal.wait_for("Topics")
            _rest(terminal)
            for number in range(3):
                Growing.items += 1
                for what, words in (
                    ("a new episode", ("refresh", address)),
                    ("a podcast added", ("add", f"{address}{number}")),
                    ("a podcast removed", ("remove", f"{address}{number}")),
                ):
                    began = terminal.cpu() + ended_cpu()
                    run(*words)
                    _rest(terminal)
                    times[what].append(terminal.cpu() + ended_cpu() - began)
        server.shutdown()
    return {what: statistics.median(each) for what, each in times.items()}


def _subscribe(data: Path, podcasts: int) -> None:
    store = FeedStore(data)
    with store.db.together():
        for number in range(podcasts):
            items = (PublishedItem(f"{item}", f"E{number}-{item}", published=1.6e9 + item) for item in range(EPISODES))
            store.subscribe([Entry(f"https://{number}.example.org/")])
            store.store(f"https://{number}.example.org/", Published(f"Podcast {number}", tuple(items)))
    store.db.close()


def _rest(terminal: Terminal) -> None:
    """Wait until the program and its helpers have done nothing for two seconds."""
    former = -1.0
    while (used := terminal.cpu()) - former > 0.02:
        former = used
        terminal.rest(2.0)
