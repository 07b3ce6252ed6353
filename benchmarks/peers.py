"""The peers: how castero and newsboat are given the same episodes, and brought to show them."""

from __future__ import annotations

import functools
import subprocess
import threading
from collections.abc import Mapping
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from benchmarks import material
from benchmarks.bench import MARKER, Bench
from benchmarks.programs import find_castero, find_newsboat
from benchmarks.terminal import NotPainted, Terminal

PATIENCE = 120.0
"""Seconds that a peer may take to show or take in 100,000 episodes."""


class Peer(NamedTuple):
    """A program that has the episodes."""

    command: tuple[str, ...]
    variables: Mapping[str, str]
    is_told: bool
    """Whether a key must open the list."""
    to_list: tuple[str, ...] = ()
    """The keys that put the cursor into the painted list."""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@functools.cache
def _serve(folder: Path) -> str:
    """Serve a folder on the loopback until the suite ends, and return its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


@functools.cache
def peers_with(bench: Bench, count: int) -> dict[str, Peer | None]:
    """Return the peers with a feed of so many episodes; None for one that is not installed."""
    if not bench.has_peers:
        return {}
    address = _serve(bench.folder)
    sound = bench.sounds[0].relative_to(bench.folder)
    (bench.folder / f"{count}.xml").write_bytes(material.feed(count, f"{address}/{sound}"))
    feed = f"{address}/{count}.xml"
    makers = {"newsboat": _newsboat, "castero": _castero}
    return {name: make(bench.fresh_home(), feed) for name, make in makers.items()}


def _newsboat(variables: Mapping[str, str], feed: str) -> Peer | None:
    command = find_newsboat()
    if command is None:
        return None
    home = Path(variables["HOME"])
    (home / "urls").write_text(f"{feed}\n", "utf-8")
    (home / "config").write_text("", "utf-8")
    whole = (str(command), "-u", str(home / "urls"), "-c", str(home / "cache.db"), "-C", str(home / "config"))
    _run([*whole, "-x", "reload"], variables)
    return Peer(whole, variables, is_told=True)


def _castero(variables: Mapping[str, str], feed: str) -> Peer | None:
    command = find_castero()
    if command is None:
        return None
    outline = Path(variables["HOME"]) / "feeds.opml"
    outline.write_text(
        f'<opml version="2.0"><head/><body><outline type="rss" text="Measured" xmlUrl="{feed}"/></body></opml>', "utf-8"
    )
    _run([str(command), "--import", str(outline)], variables)
    return Peer((str(command),), variables, is_told=False, to_list=("right",))


def _run(command: list[str], variables: Mapping[str, str]) -> None:
    subprocess.run(
        command, env=dict(variables), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, timeout=PATIENCE
    )


def start_peer(peer: Peer) -> Terminal:
    """Start a peer and return its terminal once the titles are painted."""
    terminal = Terminal(peer.command, peer.variables)
    try:
        if peer.is_told:
            terminal.wait_for("Measured", PATIENCE)
            terminal.press("enter", pause=0.0)
        terminal.wait_for(MARKER, PATIENCE)
    except NotPainted:
        terminal.end()
        raise
    return terminal
