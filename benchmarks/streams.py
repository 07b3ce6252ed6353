"""From a wish to its sound where the recording is on the network: all of it is read through the program's fetcher."""

from __future__ import annotations

import http.server
import re
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import material
from benchmarks.bench import Bench, FeedStore
from benchmarks.floors import libmpv_alone, run_floor
from benchmarks.rows import Row, Table, median_row
from benchmarks.sound import NEXT_LIMIT, run_inside

SLOW = 250_000
"""Bytes a second of the slow line."""

PLACE = 420.0
"""Seconds at which a stream is resumed."""

PLAY_LIMIT, SEEK_LIMIT = 4.0, 12.0
"""Time to the sound, ÷ that of python-mpv alone with a file."""

RESUME_LIMIT = 3.0
"""Time to its sound, ÷ that in which urllib fetches as much over the same line."""

READ_LIMIT = 400.0
"""Kilobytes read until then."""

RESUMES = 3


def measure(bench: Bench) -> Table:
    """Measure the sounds of streams."""
    varied = material.write_streams(bench.folder / "varied", is_variable=True)
    with serving(material.write_streams(bench.folder / "streams")) as server, serving(varied) as other:
        fast = stream_library(bench, server, "fast")
        found = run_inside(bench, "sound", fast.arguments, fast.variables)
        runs = 2 if bench.is_quick else RESUMES
        resumed, about = ([_resume(bench, each) for _ in range(runs)] for each in (server, other))
        floors = [_fetched(bench, each, found) for each, found in ((server, resumed), (other, about))]
    libmpv = libmpv_alone(bench)
    return Table(
        "Sound of streams",
        "From a server on the loopback with byte ranges, through the program's own fetcher: mp3 of 64 kbit/s and"
        f" constant rate. Resumed at {PLACE / 60:.0f}:00 of ten minutes over a line of {SLOW // 1000} kB/s. The"
        " floors are python-mpv alone with a file, and urllib fetching as many bytes over the same line.",
        [
            *(
                median_row(
                    f"streamed: {what} to sound", [seconds * 1000 for seconds in found[what]], "ms", limit, floor
                )
                for what, limit, floor in (
                    ("play", PLAY_LIMIT, libmpv.play * 1000),
                    ("seek", SEEK_LIMIT, libmpv.seek * 1000),
                    ("next", NEXT_LIMIT, libmpv.play * 1000),
                )
            ),
            *_resumed("", resumed, floors[0]),
            *_resumed(", variable rate, no table", about, floors[1]),
        ],
    )


def _resumed(how: str, found: list[dict[str, Any]], floor: float) -> list[Row]:
    times, read = [each["resume"] for each in found], [each["read"] / 1000 for each in found]
    return [
        median_row(f"streamed: resumed over a slow line{how}", times, "s", RESUME_LIMIT, floor),
        median_row(f"streamed: read until then{how}", read, "kB", READ_LIMIT),
    ]


def _fetched(bench: Bench, server: Server, resumed: list[dict[str, Any]]) -> float:
    """Return the seconds in which urllib fetches as much as was read until a stream was resumed."""
    count = int(statistics.median(each["read"] for each in resumed))
    words = (f"http://{server.name}/slow/0", len(server.files[0]) // 2, count)
    return float(run_floor(bench, "part", *words, times=3)["seconds"])


def _resume(bench: Bench, server: Server) -> dict[str, Any]:
    """Return what resuming came to, in a home where nothing was streamed before."""
    slow = stream_library(bench, server, "slow")
    server.sent = 0
    variables = {**slow.variables, "BENCH_SENT": f"http://{server.name}/sent", "BENCH_PLACE": str(PLACE)}
    return run_inside(bench, "resume", slow.arguments, variables)


def stream_library(bench: Bench, server: Server, line: str) -> FeedStore:
    """Return a library of streams, in a home whose settings let it reach the loopback."""
    count = len(server.files)
    catalog = material.write_catalog(
        bench.folder / f"{line}.toml", count, [f"http://{server.name}/{line}/{number}" for number in range(count)]
    )
    catalog.write_text(
        re.sub(r"duration = \d+", f"duration = {material.LONG:.0f}", catalog.read_text("utf-8")), "utf-8"
    )
    config = bench.folder / "streams.config.toml"
    config.write_text(f'[network]\nprivate_hosts = ["{server.name}"]\n', "utf-8")
    return FeedStore(count, ("--catalog", str(catalog), "--config", str(config)), bench.fresh_home(), "")


class Server(http.server.ThreadingHTTPServer):
    """Serves recordings at `/fast/NUMBER` and `/slow/NUMBER`, and at `/sent` how many bytes it sent."""

    daemon_threads = True

    def __init__(self, files: tuple[Path, ...]) -> None:
        self.files = [path.read_bytes() for path in files]
        self.sent = 0
        super().__init__(("127.0.0.1", 0), _Exchange)

    @property
    def name(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self.server_port}"


class _Exchange(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        """Answer a request for a part, or for the whole."""
        _, line, *number = self.path.split("/")
        content = self.server.files[int(number[0])] if number else str(self.server.sent).encode()
        wanted = self.headers.get("Range", "")
        start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
        headers = {"Content-Type": "audio/mpeg", "ETag": '"1"', "Content-Length": str(len(content) - start)}
        if wanted:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self.send_response(206 if wanted else 200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self._send(content[start:], SLOW if line == "slow" else None)

    def _send(self, content: bytes, rate: int | None) -> None:
        began, step = time.monotonic(), 5_000 if rate else len(content)
        for place in range(0, len(content), step):
            try:
                self.wfile.write(content[place : place + step])
            except OSError:  # the program wants another part
                return
            self.server.sent += step if rate else 0
            if rate:
                time.sleep(max(0.0, began + (place + step) / rate - time.monotonic()))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(files: tuple[Path, ...]) -> Iterator[Server]:
    """Serve recordings on the loopback during the block."""
    server = Server(files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
