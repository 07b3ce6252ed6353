"""What the program needs while nobody presses a key: memory, CPU while idle and while playing; and how it quits."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.bench import Bench, FeedStore
from benchmarks.floors import libmpv_alone
from benchmarks.peers import Peer, peers_with, start_peer
from benchmarks.processes import memory
from benchmarks.programs import find_mpv
from benchmarks.rows import Row, Table
from benchmarks.terminal import Terminal

MEMORY_LIMITS = {119: 1.15, 10_000: None, 100_000: 2.0}
"""Memory with libmpv loaded, ÷ that of a bare app and python-mpv together, by the number of episodes."""

IDLE_LIMIT = 1.3
"""CPU while idle, ÷ that of a bare app."""

PLAYING_LIMIT = 3.7
"""CPU while playing, ÷ that of python-mpv alone."""

QUIT_LIMIT, QUIT_MOST = 2.0, 4.0
"""Time to quit, ÷ that of a bare app: usually, and always."""

QUITS = 10


class Upkeep(NamedTuple):
    """What a program needs."""

    memory: float
    """MiB, playing where it can."""
    idle: float | None
    """Percent of a core; None: it is never idle."""
    playing: float | None = None
    """Percent of a core; None: it does not play."""
    written: float = 0.0
    """Bytes a second to the terminal while playing."""
    shortened: float = 0.0
    """Percent of a core while silence is shortened."""
    searched: float = 0.0
    """MiB after a search, for which the text of all episodes is in memory."""


def measure(bench: Bench) -> Table:
    """Measure upkeep and quitting at each size."""
    window = 5.0 if bench.is_quick else 15.0
    bare = _bare(bench, window)
    fixed = {"bare": bare, "mpv": _mpv(bench, window)}
    rows: list[Row] = []
    for size in bench.sizes:
        bench.store(size).forget()
        own = _program(bench, bench.store(size), window)
        peers = {name: peer and _peer(name, peer, window) for name, peer in peers_with(bench, size).items()}
        rows += _rows(bench, bench.store(size), own, bare, {**fixed, **peers} if size == 119 else peers)
        rows += _quit_rows(bench, bench.store(size))
    return Table(
        "Memory, idling, playing and quitting",
        f"PSS of all processes, with libmpv loaded and playing; what other programs map too counts in part. CPU over"
        f" {window:g} s, 100 % being one core; each plays the same WAV file. Quit: q while playing, {QUITS} times. The"
        " floors are a bare Textual app for idling and quitting, python-mpv alone for playing, and both for memory.",
        rows,
    )


def _rows(bench: Bench, store: FeedStore, own: Upkeep, bare: Upkeep, others: dict[str, Upkeep | None]) -> list[Row]:
    def of(name: str) -> dict[str, float | None]:
        known = {peer: getattr(found, name) if found else None for peer, found in others.items()}
        return {peer: value for peer, value in known.items() if value is not None or others[peer] is None}

    name, limit, libmpv = store.name, MEMORY_LIMITS[store.size], libmpv_alone(bench)
    both = bare.memory + libmpv.memory
    return [
        Row(f"{name}: memory", own.memory, "MiB", limit, of("memory"), floor=both),
        Row(f"{name}: memory after a search", own.searched, "MiB", limit, floor=both),
        Row(f"{name}: idle", own.idle, "%", IDLE_LIMIT, of("idle"), floor=bare.idle),
        Row(f"{name}: playing", own.playing, "%", PLAYING_LIMIT, of("playing"), floor=libmpv.playing),
        Row(f"{name}: playing, silence shortened", own.shortened, "%", PLAYING_LIMIT, floor=libmpv.playing),
        Row(f"{name}: written to the terminal, playing", own.written, "B/s"),
    ]


def _used(terminal: Terminal, seconds: float) -> tuple[float, float]:
    """Return the percent of a core that a program uses for so many seconds, and the bytes a second that it writes."""
    before = terminal.cpu()
    written = terminal.rest(seconds)
    return (terminal.cpu() - before) / seconds * 100, written / seconds


def _program(bench: Bench, store: FeedStore, window: float) -> Upkeep:
    with Terminal(bench.program(*store.arguments), store.variables) as terminal:
        terminal.wait_for(store.marker)
        terminal.rest(4.0)
        idle, _ = _used(terminal, window)
        _play(terminal)
        playing, written = _used(terminal, window)
        used = memory(terminal.pid)
        terminal.press("C", pause=0.0)
        terminal.rest(8.0)  # in which the recording is measured
        shortened, _ = _used(terminal, window)
        terminal.press("C", pause=0.0)
        terminal.press("/", *"model", pause=0.3)
        return Upkeep(used, idle, playing, written, shortened, memory(terminal.pid))


def _play(terminal: Terminal) -> None:
    terminal.forget()
    terminal.press("^", pause=0.0)  # from the start: enough is left of the recording
    terminal.wait_for("▶")
    terminal.rest(2.0)


def _quit_rows(bench: Bench, store: FeedStore) -> list[Row]:
    took, floors = [], []
    for _ in range(3 if bench.is_quick else QUITS):
        with Terminal(bench.inside("bare_list.py", store.size), bench.fresh_home()) as terminal:
            terminal.wait_for("E000000")
            terminal.rest(1.0)
            terminal.press("q", pause=0.0)
            floors.append(terminal.wait_for_end(10.0))
        with Terminal(bench.program(*store.arguments), store.variables) as terminal:
            terminal.wait_for(store.marker)
            terminal.rest(1.0)
            _play(terminal)
            terminal.press("q", pause=0.0)
            took.append(terminal.wait_for_end(10.0))
    return [
        Row(
            f"{store.name}: quit, the median", statistics.median(took), "s", QUIT_LIMIT, floor=statistics.median(floors)
        ),
        Row(f"{store.name}: quit, the slowest", max(took), "s", QUIT_MOST, floor=max(floors)),
    ]


def _bare(bench: Bench, window: float) -> Upkeep:
    text = "the least that an app can show"
    command = bench.inside("first_titles.py", "never painted", bench.folder / "report", "bare")
    with Terminal([*command, text], bench.fresh_home()) as terminal:
        terminal.wait_for(text)
        terminal.rest(2.0)
        return Upkeep(memory(terminal.pid), _used(terminal, window)[0])


def _mpv(bench: Bench, window: float) -> Upkeep | None:
    command = find_mpv()
    if command is None:
        return None
    words: Sequence[str] = [str(command), "--no-config", "--ao=null", "--no-video", str(bench.sounds[0])]
    with Terminal(words, bench.fresh_home()) as terminal:
        terminal.wait_for("A: 00:00:0[12]")
        playing, written = _used(terminal, window)
        return Upkeep(memory(terminal.pid), None, playing, written)


def _peer(name: str, peer: Peer, window: float) -> Upkeep:
    with start_peer(peer) as terminal:
        terminal.press(*peer.to_list, pause=1.0)
        terminal.rest(2.0)
        idle, _ = _used(terminal, window)
        if name != "castero":  # newsboat plays nothing by itself
            return Upkeep(memory(terminal.pid), idle)
        terminal.forget()
        terminal.press("enter", pause=0.0)
        terminal.wait_for("Playing: E", 60.0)
        terminal.rest(2.0)
        playing, written = _used(terminal, window)
        return Upkeep(memory(terminal.pid), idle, playing, written)
