"""Refresh podcasts, and tell the time that it takes.

    inside_podcasts.py WHAT FOLDER PORT [NUMBER…]

Runs in the measured process. Prints numbers as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import statistics
import sys
import time
from pathlib import Path

from tui_pod.net.access import NetworkPolicy, make_policy
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.sources.refresh import refresh, refresh_feed

EPISODES = 20
"""Of each of many podcasts."""

LOOKS = 20


def many(folder: str, port: str, feeds: str, hosts: str) -> dict[str, float]:
    """Refresh many feeds twice: seconds of both, and the megabytes that the first took at most."""
    names = [f"127.0.1.{number + 1}:{port}" for number in range(int(hosts))]
    store, policy = FeedStore(Path(folder)), make_policy(names, 20.0)
    addresses = (f"http://{names[number % len(names)]}/{number}/{EPISODES}" for number in range(int(feeds)))
    store.subscribe([Entry(address) for address in addresses])
    before = _peak()
    found = {}
    for which in ("first", "second"):
        cpu = _cpu()
        found[which] = _seconds(store, policy)
        found[f"{which} CPU"] = _cpu() - cpu
    return {**found, "growth": _peak() - before}


def one(folder: str, port: str, items: str) -> dict[str, float]:
    """Refresh one large feed that has not changed: seconds of CPU."""
    name = f"127.0.1.1:{port}"
    store, policy = FeedStore(Path(folder)), make_policy([name], 20.0)
    store.subscribe([Entry(f"http://{name}/0/{items}")])
    _seconds(store, policy)
    (feed,) = store.feeds()
    times = []
    for _ in range(LOOKS):
        began = time.process_time()
        outcome = refresh_feed(store, feed, CancelToken(), policy)
        times.append(time.process_time() - began)
        if outcome.error or outcome.new:
            raise RuntimeError(outcome.error)
    return {"unchanged": statistics.median(times)}


def _seconds(store: FeedStore, policy: NetworkPolicy) -> float:
    began = time.monotonic()
    result = asyncio.run(refresh(store, store.feeds(), policy=policy))
    if result.failed:
        raise RuntimeError(result.failed[0].error)
    return time.monotonic() - began


def _cpu() -> float:
    """Return the seconds of CPU of this process and of those it started, which parse."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = time.process_time() + ended.ru_utime + ended.ru_stime
    for children in Path("/proc/self/task").glob("*/children"):
        for child in children.read_text("ascii").split():
            fields = Path(f"/proc/{child}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            used += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
