"""What the program needs while nobody presses a key: memory, CPU while idle and while playing; and how it quits."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from typing import NamedTuple

from benchmarks.bench import Bench, FeedStore
from benchmarks.floors import libmpv_alone
from benchmarks.peers import Peer, peers_with, start_peer
from benchmarks.processes import memory
from benchmarks.programs import find_mpv
from benchmarks.rows import Row, Table
from benchmarks.terminal import Terminal, rest_together, settle, used_together

MEMORY_LIMITS = {119: 1.15, 10_000: None, 100_000: 2.0}
"""Memory with libmpv loaded, ÷ that of a bare app and python-mpv together, by the number of episodes."""

IDLE_LIMIT = 1.3
"""CPU while idle, ÷ that of a bare app."""

PLAYING_LIMIT = 2.4
"""CPU while playing, ÷ that of python-mpv in a bare app."""

PLAYING_NOTE = "2.4 × is no more than 3.7 × python-mpv alone, the target before, which paints nothing"

QUIT_LIMIT, QUIT_MOST = 2.0, 4.0
"""Time to quit, ÷ that of a bare app: usually, and always."""

QUITS = 10

PEER_WINDOW = 4.0
"""Seconds: the peers need so much that more say nothing new."""


class Alone(NamedTuple):
    """What the program needs while it is the only one that runs: MiB while playing and after a search, then seconds."""

    playing: float
    searched: float
    """With the text of all episodes."""
    filling: float
    """Of CPU, to fill the index of words."""


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


def measure(bench: Bench) -> Table:
    """Measure upkeep and quitting at each size."""
    window = 5.0 if bench.is_quick else 10.0
    stores = [bench.store(size) for size in bench.sizes]
    alone = [_alone(bench, store) for store in stores]
    bare, *own = _together(bench, stores, window)
    quits = _quit_rows(bench, stores)
    fixed = {"bare": bare, "mpv": _mpv(bench, window)}
    rows: list[Row] = []
    for store, memories, used, quit_rows in zip(stores, alone, own, quits, strict=True):
        peers = {name: peer and _peer(name, peer) for name, peer in peers_with(bench, store.size).items()}
        rows += _rows(bench, store, memories, used, bare, {**fixed, **peers} if store.size == 119 else peers)
        rows += quit_rows
    return Table(
        "Memory, idling, playing and quitting",
        f"PSS of all processes, with libmpv loaded and playing; what other programs map too counts in part. CPU over"
        f" {window:g} s, of the peers over {PEER_WINDOW:g} s, 100 % being one core; each plays the same WAV file. The"
        " app idles once its index of words is filled; what filling it from nothing takes in all has a row of its own."
        f" Quit: q while playing, {QUITS} times. The floors are a bare Textual app for idling and quitting, one that"
        " shows each second where python-mpv plays for playing, and the bare app and python-mpv alone for memory.",
        rows,
    )


def _rows(
    bench: Bench, store: FeedStore, alone: Alone, own: Upkeep, bare: Upkeep, others: dict[str, Upkeep | None]
) -> list[Row]:
    def of(name: str) -> dict[str, float | None]:
        known = {peer: getattr(found, name) if found else None for peer, found in others.items()}
        return {peer: value for peer, value in known.items() if value is not None or others[peer] is None}

    name, limit, libmpv = store.name, MEMORY_LIMITS[store.size], libmpv_alone(bench)
    both = bare.memory + libmpv.memory
    return [
        Row(f"{name}: memory", alone.playing, "MiB", limit, of("memory"), floor=both),
        Row(f"{name}: memory after a search", alone.searched, "MiB", limit, floor=both),
        Row(f"{name}: idle", own.idle, "%", IDLE_LIMIT, of("idle"), floor=bare.idle),
        Row(f"{name}: fill the index of words from nothing, CPU", alone.filling, "s"),
        Row(f"{name}: playing", own.playing, "%", PLAYING_LIMIT, of("playing"), PLAYING_NOTE, libmpv.shown),
        Row(f"{name}: playing, silence shortened", own.shortened, "%", PLAYING_LIMIT, floor=libmpv.shown),
        Row(f"{name}: written to the terminal, playing", own.written, "B/s"),
    ]


def _alone(bench: Bench, store: FeedStore) -> Alone:
    """Measure what others that run at the same time would change: memory, and filling the index."""
    store.forget()
    for file in store.cache.glob("search*"):
        file.unlink()
    with Terminal(bench.program(*store.arguments), store.variables) as terminal:
        terminal.wait_for(store.marker)
        terminal.rest(1.0)
        before = terminal.cpu()
        settle(terminal)
        filling = terminal.cpu() - before
        _play(terminal, 1.0)
        playing = memory(terminal.pid)
        terminal.press("/", *"model", pause=0.3)
        return Alone(playing, memory(terminal.pid), filling)


def _together(bench: Bench, stores: Sequence[FeedStore], window: float) -> list[Upkeep]:
    """Let the bare app and the program with each library idle and play at the same time; the bare app is first."""
    text = "the least that an app can show"
    with ExitStack() as stack:
        command = bench.inside("first_titles.py", "never painted", bench.folder / "report", "bare")
        bare = stack.enter_context(Terminal([*command, text], bench.fresh_home()))
        bare.wait_for(text)
        bare.rest(2.0)
        of_bare = memory(bare.pid)
        own = []
        for store in stores:
            own.append(stack.enter_context(Terminal(bench.program(*store.arguments), store.variables)))
            own[-1].wait_for(store.marker)
        rest_together(5.0, *own)
        for terminal in own:
            settle(terminal, 0.0)
        idle = used_together(window, bare, *own)
        for terminal in own:
            _play(terminal, 1.0)
        playing = used_together(window, *own)
        for terminal in own:
            terminal.press("C", pause=0.0)
        rest_together(8.0, *own)  # in which the recording is measured
        shortened = used_together(window, *own)
    return [
        Upkeep(of_bare, idle[0][0]),
        *(
            Upkeep(0.0, quiet, *loud, short)
            for (quiet, _), loud, (short, _) in zip(idle[1:], playing, shortened, strict=True)
        ),
    ]


def _play(terminal: Terminal, seconds: float) -> None:
    terminal.forget()
    terminal.press("^", pause=0.0)  # from the start: enough is left of the recording
    terminal.wait_for("▶")
    terminal.rest(seconds)


def _quit_rows(bench: Bench, stores: Sequence[FeedStore]) -> list[list[Row]]:
    took: dict[int, list[float]] = {store.size: [] for store in stores}
    floors = []
    for _ in range(3 if bench.is_quick else QUITS):
        with Terminal(bench.inside("bare_list.py", stores[0].size), bench.fresh_home()) as terminal:
            terminal.wait_for("E000000")
            terminal.rest(0.3)
            terminal.press("q", pause=0.0)
            floors.append(terminal.wait_for_end(10.0))
        for store in stores:
            with Terminal(bench.program(*store.arguments), store.variables) as terminal:
                terminal.wait_for(store.marker)
                terminal.rest(0.3)
                _play(terminal, 0.3)
                terminal.press("q", pause=0.0)
                took[store.size].append(terminal.wait_for_end(10.0))
    usual, most = statistics.median(floors), max(floors)
    return [
        [
            Row(f"{store.name}: quit, the median", statistics.median(took[store.size]), "s", QUIT_LIMIT, floor=usual),
            Row(f"{store.name}: quit, the slowest", max(took[store.size]), "s", QUIT_MOST, floor=most),
        ]
        for store in stores
    ]


def _mpv(bench: Bench, window: float) -> Upkeep | None:
    command = find_mpv()
    if command is None:
        return None
    words: Sequence[str] = [str(command), "--no-config", "--ao=null", "--no-video", str(bench.sounds[0])]
    with Terminal(words, bench.fresh_home()) as terminal:
        terminal.wait_for("A: 00:00:0[12]")
        ((playing, written),) = used_together(window, terminal)
        return Upkeep(memory(terminal.pid), None, playing, written)


def _peer(name: str, peer: Peer) -> Upkeep:
    with start_peer(peer) as terminal:
        terminal.press(*peer.to_list, pause=1.0)
        terminal.rest(1.0)
        ((idle, _),) = used_together(PEER_WINDOW, terminal)
        if name != "castero":  # newsboat plays nothing by itself
            return Upkeep(memory(terminal.pid), idle)
        terminal.forget()
        terminal.press("enter", pause=0.0)
        terminal.wait_for("Playing: E", 60.0)
        terminal.rest(1.0)
        ((playing, written),) = used_together(PEER_WINDOW, terminal)
        return Upkeep(memory(terminal.pid), idle, playing, written)
