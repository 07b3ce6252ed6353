"""Do what the least program would do for the same work, and tell what that takes.

    inside_floors.py WHAT [ARGUMENT…]

Runs in the measured process, without a line of tui-pod's own code. Prints JSON; times are seconds.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

Report = dict[str, Any]

REPEATS = 200


def dlopen() -> Report:
    """Load libmpv's shared library."""
    import ctypes
    import ctypes.util

    name = ctypes.util.find_library("mpv")
    began = time.perf_counter()
    ctypes.CDLL(name)
    return {"seconds": time.perf_counter() - began}


def voice(text: str) -> Report:
    """Load the voice and speak a text, a sentence a line; the time counts from the start of the process."""
    from hibari import Hibari

    speak = Hibari(voice="heart")
    for line in filter(None, Path(text).read_text("utf-8").splitlines()):
        speak(line, speed=1.0, seed=0)
    status = Path("/proc/self/status").read_text("ascii")
    resident, peak = (int(status.partition(f"{kind}:")[2].split()[0]) / 1024 for kind in ("VmRSS", "VmHWM"))
    started = time.clock_gettime(time.CLOCK_BOOTTIME) - _started()
    return {"seconds": started, "resident": resident, "peak": peak}


def _started() -> float:
    """Return when this process was started, in seconds since the boot."""
    return int(Path("/proc/self/stat").read_text("ascii").rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")


def whisper(model: str, recording: str) -> Report:
    """Recognise a WAV file of 16 kHz mono with faster-whisper itself."""
    import wave

    import numpy as np
    from faster_whisper import WhisperModel

    began, before = time.perf_counter(), time.process_time()
    with wave.open(recording) as file:
        audio = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / np.float32(32768)
        length = file.getnframes() / file.getframerate()
    recogniser = WhisperModel(model, "cpu", compute_type="int8", cpu_threads=min(4, os.cpu_count() or 1))
    segments, _ = recogniser.transcribe(audio, language="en", beam_size=5, vad_filter=True, word_timestamps=True)
    list(segments)
    seconds, cpu = time.perf_counter() - began, time.process_time() - before
    return {"seconds": seconds, "cpu": cpu, "length": length}


def index(file: str, texts: str) -> Report:
    """Insert texts into a bare FTS5 table, then ask it for common words and phrases; CPU times."""
    lines = Path(texts).read_text("utf-8").splitlines()
    questions = json.loads(lines.pop(0))
    db = sqlite3.connect(file)
    db.execute("PRAGMA journal_mode=WAL")
    began = time.process_time()
    db.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
    db.executemany("INSERT INTO words VALUES (?)", ((line,) for line in lines))
    db.commit()
    fill, asked = time.process_time() - began, []
    for question in questions:
        began = time.process_time()
        db.execute("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT 50", (question,)).fetchall()
        asked.append(time.process_time() - began)
    return {"fill": fill, "asked": asked}


def rows(count: str) -> Report:
    """Read so many rows of an episode's size from bare SQLite; CPU time, the median of five."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE episodes (id TEXT, title TEXT, summary TEXT, duration REAL, published TEXT)")
    made = ((f"episode-{n:06}", f"E{n:06} five words of a title", "word " * 28, 600.0, "2026-11-20")
            for n in range(int(count)))  # fmt: skip
    db.executemany("INSERT INTO episodes VALUES (?, ?, ?, ?, ?)", made)
    times = []
    for _ in range(5):
        began = time.process_time()
        db.execute("SELECT * FROM episodes").fetchall()
        times.append(time.process_time() - began)
    return {"seconds": statistics.median(times)}


def podcasts(file: str, count: str) -> Report:
    """Insert so many podcasts, each named by its address, into bare SQLite on the disk; CPU time."""
    began = time.process_time()
    db = sqlite3.connect(file)
    db.execute("CREATE TABLE podcasts (address TEXT PRIMARY KEY, title TEXT, added REAL)")
    made = ((f"https://example.org/{n}", f"example.org/{n}", float(n)) for n in range(int(count)))
    db.executemany("INSERT INTO podcasts VALUES (?, ?, ?)", made)
    db.commit()
    return {"seconds": time.process_time() - began}


def append(file: str) -> Report:
    """Append a line to a file and sync it; CPU time of one."""
    line = b'[[progress]]\nid = "episode-000000"\nposition = 42.3\n' * 4
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    began = time.process_time()
    for _ in range(REPEATS):
        os.write(descriptor, line)
        os.fsync(descriptor)
    return {"seconds": (time.process_time() - began) / REPEATS}


def fetch(etag: str, addresses: str, database: str) -> Report:
    """Fetch feeds over eight connections with urllib, and have SQLite keep what ElementTree reads in them.

    Tells the time on the clock and that of CPU, both for all.
    """
    import threading
    import xml.etree.ElementTree as ET
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    db, lock = sqlite3.connect(database, check_same_thread=False), threading.Lock()
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("CREATE TABLE IF NOT EXISTS items (id TEXT PRIMARY KEY, title TEXT, notes TEXT, address TEXT)")

    def one(address: str) -> None:
        try:
            body = urlopen(Request(address, headers={"If-None-Match": etag} if etag else {})).read()
        except HTTPError as error:
            if error.code != 304:
                raise
            return
        rows = [
            (item.findtext("guid"), item.findtext("title"), item.findtext("description"), audio.get("url"))
            for item in ET.fromstring(body).iter("item")
            if (audio := item.find("enclosure")) is not None
        ]
        with lock, db:
            db.executemany("INSERT INTO items VALUES (?, ?, ?, ?)", rows)

    words = Path(addresses).read_text("utf-8").split()
    began, before = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, words))
    return {"seconds": time.perf_counter() - began, "cpu": time.process_time() - before}


def part(address: str, start: str, count: str) -> Report:
    """Fetch a part of a recording with urllib; the time on the clock."""
    from urllib.request import Request, urlopen

    began = time.perf_counter()
    with urlopen(Request(address, headers={"Range": f"bytes={start}-"})) as reply:
        reply.read(int(count))
    return {"seconds": time.perf_counter() - began}


def tags(folder: str) -> Report:
    """Read the tags of every file below a folder with tinytag; CPU time of the process."""
    from tinytag import TinyTag

    for parent, _, names in os.walk(folder):
        for name in names:
            TinyTag.get(os.path.join(parent, name))
    return {"seconds": time.process_time()}


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
