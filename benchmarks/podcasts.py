"""Podcasts: what it takes to refresh a thousand of them, and to list a folder of ten thousand files."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.floors import run_floor
from benchmarks.rows import Row, Table

FEEDS = 1_000
HOSTS = 4
"""Addresses on loopback that the feeds are spread over."""

AWAY = 0.02
"""Seconds until the server answers."""

ITEMS = 10_000
"""Of the largest feed."""

FILES = 10_000
"""Of the folder, a hundred in each subfolder."""

FIRST_LIMITS, SECOND_LIMITS = (2.0, 3.1), (1.0, 5.5)
"""Waiting of a refresh and its CPU, ÷ those of urllib that fetches the same: the first, and without news.

3.1 × is 0.12 ms of CPU an item, where the floor takes 0.039.
"""

CONNECTIONS_LIMIT = 8
HOST_LIMIT = 2
GROWTH_LIMIT = 150.0
"""Megabytes above what is taken before."""

UNCHANGED_LIMIT = 6.0
"""CPU of a feed that has not changed, ÷ that of asking for it with urllib."""

FOLDER_LIMIT = 4.0
"""CPU of listing a folder, ÷ that of reading the tags of its files with tinytag."""


SAME = '"same"'
"""The ETag of all feeds."""


class Server(ThreadingHTTPServer):
    """Feeds that are some milliseconds away, and how many are asked for at once."""

    request_queue_size = 256
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("", 0), Exchange)
        self.busy: Counter[str] = Counter()
        self.most_of_host = self.most = 0
        self.lock = threading.Lock()

    @contextmanager
    def counted(self, host: str) -> Iterator[None]:
        """Count a connection to one of the hosts while the block runs."""
        with self.lock:
            self.busy[host] += 1
            self.most = max(self.most, self.busy.total())
            self.most_of_host = max(self.most_of_host, self.busy[host])
        yield
        with self.lock:
            self.busy[host] -= 1


class Exchange(BaseHTTPRequestHandler):
    """One request: `/NUMBER/ITEMS` is a feed, which never changes."""

    server: Server

    def do_GET(self) -> None:
        """Answer after a while."""
        with self.server.counted(self.connection.getsockname()[0]):
            time.sleep(AWAY)
            _, number, items = self.path.split("/")
            body = b"" if self.headers["If-None-Match"] else feed(int(number), int(items))
            self.send_response(200 if body else 304)
            self.send_header("ETag", SAME)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def feed(number: int, items: int) -> bytes:
    """Return a feed of so many items, each with show notes of a kilobyte."""
    notes = "What was said of ships, and by whom. " * 27
    entries = "".join(
        f"<item><title>Episode {item}</title><guid>{number}-{item}</guid><description>{notes}</description>"
        f'<enclosure url="https://audio.example.org/{number}/{item}.mp3" type="audio/mpeg" length="9"/></item>'
        for item in range(items)
    )
    return f"<rss version='2.0'><channel><title>Podcast {number}</title>{entries}</channel></rss>".encode()


def measure(bench: Bench) -> Table:
    """Measure refreshing and listing."""
    server = Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        many = bench.ask("inside_podcasts.py", "many", bench.folder / "feeds-many", server.server_port, FEEDS, HOSTS)
        most, most_of_host = server.most, server.most_of_host
        one = bench.ask("inside_podcasts.py", "one", bench.folder / "feeds-one", server.server_port, ITEMS)
        addresses = bench.folder / "addresses"
        addresses.write_text("\n".join(_addresses(server.server_port)), "utf-8")
        database = bench.folder / "feeds.sqlite"
        fetched, asked = (run_floor(bench, "fetch", tag, addresses, database) for tag in ("", SAME))
    finally:
        server.shutdown()
        server.server_close()
    folder = _files(bench.folder / "files")
    name = f"{FEEDS:,} podcasts"
    rows = [
        *_refresh_rows(f"{name}: first refresh", many, "first", fetched, FIRST_LIMITS, 2.8),
        *_refresh_rows(f"{name}: refresh when nothing has changed", many, "second", asked, SECOND_LIMITS, 1.6),
        Row(f"{name}: connections at once", most, "", CONNECTIONS_LIMIT),
        Row(f"{name}: connections at once to one host", most_of_host, "", HOST_LIMIT),
        Row(f"{name}: growth of memory", many["growth"], "MB", GROWTH_LIMIT),
        Row(
            f"{ITEMS:,} items that have not changed: CPU",
            one["unchanged"] * 1000,
            "ms",
            UNCHANGED_LIMIT,
            floor=asked["cpu"] / FEEDS * 1000,
        ),
        Row(
            f"{FILES:,} files of one's own, listed: CPU",
            _listed(bench, folder),
            "s",
            FOLDER_LIMIT,
            floor=run_floor(bench, "tags", folder, times=3)["seconds"],
        ),
    ]
    return Table(
        "Podcasts",
        f"From a server on loopback that answers after {AWAY * 1000:.0f} ms, each podcast with 20 episodes, on"
        f" {HOSTS} hosts. The folder is listed by `tui-pod feeds add`, whose start is counted; each file has tags and a"
        " picture of 30 kB. The floors are urllib over eight connections, whose feeds ElementTree reads and SQLite"
        " keeps, and tinytag alone.",
        rows,
    )


def _refresh_rows(
    what: str, many: dict[str, float], which: str, floor: dict[str, float], limits: tuple[float, float], former: float
) -> list[Row]:
    """Return the time of a refresh, and what of it is waiting and what CPU, each beside that of the floor."""
    cpu, waited = many[f"{which} CPU"], floor["seconds"] - floor["cpu"]
    note = f"what is not CPU; {former:g} × the whole time of the floor was the target before, and the two allow no more"
    return [
        Row(what, many[which], "s", floor=floor["seconds"]),
        Row(f"{what}, waiting", many[which] - cpu, "s", limits[0], floor=waited, note=note),
        Row(f"{what}, CPU", cpu, "s", limits[1], floor=floor["cpu"]),
    ]


def _addresses(port: int) -> Iterator[str]:
    return (f"http://127.0.1.{number % HOSTS + 1}:{port}/{number}/20" for number in range(FEEDS))


def _listed(bench: Bench, folder: Path, runs: int = 3) -> float:
    times = []
    for _ in range(runs):
        process = subprocess.Popen(
            bench.program("feeds", "add", str(folder)), env=bench.fresh_home(), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, process.args)
        times.append(used.ru_utime + used.ru_stime)
    return statistics.median(times)


def _files(folder: Path) -> Path:
    picture = _frame("APIC", b"\0image/jpeg\0\3\0" + bytes(30_000))
    for number in range(FILES):
        inside = folder / f"{number // 100:02}"
        inside.mkdir(parents=True, exist_ok=True)
        tags = _frame("TIT2", f"\3Chapter {number}".encode()) + _frame("TRCK", f"\3{number}".encode()) + picture
        size = bytes(len(tags) >> shift & 127 for shift in (21, 14, 7, 0))
        (inside / f"{number:05}.mp3").write_bytes(
            b"ID3\3\0\0" + size + tags + (b"\xff\xfb\x90\0" + number.to_bytes(413, "big")) * 20
        )
    return folder


def _frame(name: str, content: bytes) -> bytes:
    return name.encode() + len(content).to_bytes(4, "big") + b"\0\0" + content
