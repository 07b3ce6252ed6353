"""Keys in the list, the tree and the search field: the CPU that one takes, and how soon its repaint is over."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.bench import Bench, FeedStore
from benchmarks.peers import peers_with, start_peer
from benchmarks.rows import Row, Table, percentile
from benchmarks.terminal import Terminal, settle

KEY_LIMIT = 2.5
"""CPU of a key in the list, ÷ that of the same key in a bare Textual list."""

REPAINT_LIMIT = 4.0
"""Time in which 95 of 100 repaints are over, ÷ that of the bare list."""

FIND_LIMITS = {119: None, 10_000: 6.0, 100_000: 9.0}
"""CPU of a keystroke that searches or filters, ÷ that of a page down in the bare list, by the number of episodes."""

TYPED = ("model", "cache", "search", "vector", "s0000")
"""What is searched for; each is taken out of the field before the next."""

FEW = 8
"""Keys that a peer is given which takes longer than a second for one."""


class Press(NamedTuple):
    """What a key took, in milliseconds."""

    repaint: float
    cpu: float


def measure(bench: Bench) -> Table:
    """Measure the keys at each size."""
    rows: list[Row] = []
    for size in bench.sizes:
        rows += _rows(bench, bench.store(size))
    return Table(
        "Keys",
        "CPU time of the whole program, the mean of the keys; the time on the clock from a key to the end of its"
        " repaint, or, of the peers, to the painted title at the cursor. A search has 26 keystrokes. The floor is the"
        " same key in a bare Textual list on the line API; of topics, searches and filters it is a page of that list."
        " Another filter is chosen in the list of filters; closing that without a choice is taken off.",
        rows,
    )


def _rows(bench: Bench, store: FeedStore) -> list[Row]:
    store.forget()
    few = 15 if bench.is_quick else 50
    with Terminal(bench.program(*store.arguments), store.variables) as terminal:
        terminal.wait_for(store.marker)
        settle(terminal)
        downs = _presses(terminal, ["down"] * few)
        pages = _pages(terminal, few // 8)
        terminal.press("tab", pause=0.3)
        topics = _presses(terminal, ["down"] * 12)
        terminal.press("tab", pause=0.3)
        filters = [_filter(terminal, "down") for _ in range(8)]
        unchanged = statistics.median(_filter(terminal).cpu for _ in range(8))
        filters = [press._replace(cpu=press.cpu - unchanged) for press in filters]
        terminal.press("/", pause=0.5)
        finds: list[Press] = []
        for word in TYPED:
            finds += _presses(terminal, list(word))
            terminal.press("escape", "/", pause=0.3)
    peers = _peer_presses(bench, store.size)
    bare_downs, bare_pages = _bare_presses(bench, store.size, few)
    name, limit = store.name, FIND_LIMITS[store.size]
    return [
        _cpu_row(f"{name}: a key in the list, CPU", downs, bare_downs, KEY_LIMIT, peers),
        *(_repaint_row(f"{name}: a key in the list, repaint, p{n}", downs, n, bare_downs, peers) for n in (50, 95)),
        _cpu_row(f"{name}: a page down, CPU", pages, bare_pages, KEY_LIMIT),
        _repaint_row(f"{name}: a page down, repaint, p95", pages, 95, bare_pages),
        _cpu_row(f"{name}: another topic, CPU", topics, bare_pages),
        _repaint_row(f"{name}: another topic, repaint, p50", topics, 50, bare_pages),
        _cpu_row(f"{name}: a keystroke of a search, CPU", finds, bare_pages, limit),
        _cpu_row(f"{name}: another filter, CPU", filters, bare_pages, limit),
    ]


def _bare_presses(bench: Bench, size: int, few: int) -> tuple[list[Press], list[Press]]:
    """Press the same keys in a bare list: down, and pages, which paint all of it."""
    with Terminal(bench.inside("bare_list.py", size), bench.fresh_home()) as terminal:
        terminal.wait_for("E000000")
        terminal.rest(1.0)
        downs = _presses(terminal, ["down"] * few)
        return downs, _pages(terminal, few // 8)


def _presses(terminal: Terminal, keys: Sequence[str]) -> list[Press]:
    return [_press(terminal, key) for key in keys]


def _filter(terminal: Terminal, *keys: str) -> Press:
    """Choose the filter that these keys lead to in the list of filters; without any it stays."""
    terminal.press("f", *keys, pause=0.2)
    return _press(terminal, "enter")


def _pages(terminal: Terminal, times: int) -> list[Press]:
    """Press page down so that each scrolls: the first ones, again and again, for a list may be short."""
    found = []
    for _ in range(times):
        terminal.press("home", "pagedown", pause=0.1)
        found += _presses(terminal, ["pagedown"] * 4)
    return found


def _press(terminal: Terminal, key: str, expected: str = "") -> Press:
    repaint, cpu = terminal.time_key(key, expected, timeout=60.0)
    return Press(repaint * 1000, cpu * 1000)


def _press_down(terminal: Terminal, number: int) -> Press:
    """Go to the episode of a number, as which a list paints it in another colour."""
    return _press(terminal, "down", f"E{number:06}")


def _cpu_row(
    what: str,
    presses: Sequence[Press],
    bare: Sequence[Press],
    limit: float | None = None,
    peers: dict[str, list[Press] | None] | None = None,
) -> Row:
    others = {name: _mean(found) if found else None for name, found in (peers or {}).items()}
    return Row(what, _mean(presses), "ms", limit, others, floor=_mean(bare))


def _mean(presses: Sequence[Press]) -> float:
    return statistics.fmean(press.cpu for press in presses)


def _repaint_row(
    what: str,
    presses: Sequence[Press],
    percent: int,
    bare: Sequence[Press],
    peers: dict[str, list[Press] | None] | None = None,
) -> Row:
    def at(found: Sequence[Press]) -> float:
        return percentile([press.repaint for press in found], percent)

    others = {name: at(found) if found else None for name, found in (peers or {}).items()}
    return Row(what, at(presses), "ms", REPAINT_LIMIT if percent == 95 else None, others, floor=at(bare))


def _peer_presses(bench: Bench, size: int) -> dict[str, list[Press] | None]:
    found: dict[str, list[Press] | None] = {}
    for name, peer in peers_with(bench, size).items():
        if peer is None:
            found[name] = None
            continue
        with start_peer(peer) as terminal:
            terminal.press(*peer.to_list, pause=1.0)
            terminal.rest(1.0)
            presses = [_press_down(terminal, 1)]
            count = FEW if presses[0].repaint > 1000 else 30
            found[name] = [_press_down(terminal, number) for number in range(2, 2 + count)]
    return found
