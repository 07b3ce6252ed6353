"""Move progress, bookmarks and cards to where their recordings are now; see `Library.moves`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from math import inf
from types import MappingProxyType
from typing import TypeVar

from tui_pod.core.library.parts import GROWN, Move, by_former, move_at, moved_time, within
from tui_pod.core.progress.bookmarks import Bookmark, BookmarkKey
from tui_pod.core.progress.cards import Card, Notebook, newest_of
from tui_pod.core.progress.progress import Progress, newest
from tui_pod.core.progress.ranges import Ranges, add_range

Moved = TypeVar("Moved", Bookmark, Card)


def moved_notebook(
    notebook: Notebook, moves: Sequence[Move], aliases: Mapping[str, str] = MappingProxyType({})
) -> Notebook:
    """Return a notebook with its bookmarks and cards moved to where their words are now.

    What is noted under another id of an episode is noted of that episode, and lists name it by its own id.
    """
    if not (moves or aliases):
        return notebook
    in_books = {move.former for move in moves if move.end == inf}
    names = {alias: ident for alias, ident in aliases.items() if alias not in in_books}
    return notebook._replace(
        bookmarks=moved_records(notebook.bookmarks, moves, names),
        cards=moved_records(notebook.cards, moves, names),
        lists=tuple(each.renamed(names) for each in notebook.lists) if names else notebook.lists,
    )


def moved_records(
    records: Iterable[Moved], moves: Iterable[Move], names: Mapping[str, str] = MappingProxyType({})
) -> tuple[Moved, ...]:
    """Return bookmarks or cards moved to where their words are now; of two at one place the newer one."""
    former = by_former(moves)
    found: dict[BookmarkKey, Moved] = {}
    for record in records:
        moved = _moved(record, former)
        moved = moved._replace(episode=names.get(moved.episode, moved.episode))
        found[moved.key] = newest_of(found.get(moved.key), moved)
    return tuple(found.values())


def _moved(record: Moved, former: Mapping[str, Sequence[Move]]) -> Moved:
    moves = within(former.get(record.episode, ()), record.updated)
    move = move_at(moves, record.start)
    if move is not None:
        record = _put(record, move, moves)._replace(updated=moved_time(move))
    others = (move for move in former.get(record.episode, ()) if move.episode != record.episode)
    move = move_at(others, record.start)
    return _put(record, move) if move is not None else record


def _put(record: Moved, move: Move, moves: Sequence[Move] = ()) -> Moved:
    start = move.place(record.start)
    if isinstance(record, Bookmark):
        last = move_at(moves, record.end)
        is_behind = last is not None and round(last.at - move.last, 1) == 0  # it goes on in the next part, as before
        end = (last if last is not None and is_behind else move).place(record.end)
        return record._replace(episode=move.episode, start=start, end=max(start, end))
    return record._replace(episode=move.episode, start=start)


def move_progress(progress: Mapping[str, Progress], moves: Iterable[Move]) -> dict[str, Progress]:
    """Return progress moved to where its recordings are now; of two values for an episode the newer one."""
    former = by_former(moves)
    found = dict(progress)
    for ident in former.keys() & progress.keys():
        if steps := within(former[ident], found[ident].updated):
            found[ident] = _shifted(found[ident], steps)
    carried: dict[str, list[Progress]] = {}
    ends: dict[str, float] = {}
    for move in (move for stretches in former.values() for move in stretches if move.episode != move.former):
        if move.end == inf:
            ends[move.episode] = max(move.last, ends.get(move.episode, 0.0))
            if (value := found.pop(move.former, None)) is not None:
                carried.setdefault(move.episode, []).append(_in_book(value, move))
        elif (value := found.get(move.former)) is not None:
            part, known = _in_file(value, move), found.get(move.episode)
            if part is not None and (known is None or known.updated < part.updated):
                found[move.episode] = part.with_history(known)
    for book, values in carried.items():
        value = reduce(newest, values)
        if value.position >= ends[book]:
            value = value._replace(position=0.0, played=True, plays=1)
        if book not in found or found[book].updated < value.updated:
            found[book] = newest(found[book], value) if book in found else value
    return found


def _in_book(progress: Progress, move: Move) -> Progress:
    """Return the progress of a file in the book that it is a part of: a played part ends where the next begins."""
    ranges = tuple((move.place(start), move.place(end)) for start, end in progress.played_ranges)
    position = move.last if progress.played else move.place(progress.position)
    return progress._replace(position=position, duration=None, played=False, plays=0, played_ranges=ranges)


def _in_file(progress: Progress, move: Move) -> Progress | None:
    """Return the progress of a book in one of its files; None if the book was not played up to there."""
    is_played = progress.played or progress.position >= move.end
    if not is_played and progress.position <= move.start:
        return None
    ranges = tuple((move.place(max(start, move.start)), move.place(end)) for start, end in progress.played_ranges
                   if start < move.end and end > move.start)  # fmt: skip
    position = 0.0 if is_played else move.place(progress.position)
    return progress._replace(position=position, duration=None, played=is_played, plays=0, played_ranges=ranges)


def _shifted(progress: Progress, moves: Sequence[Move]) -> Progress:
    move = next((move for move in moves if move.is_growth), None) if progress.played else None
    is_played = progress.played and move is None
    position, move = (GROWN, move) if move is not None else (progress.position, move_at(moves, progress.position))
    ranges: Ranges = ()
    for start, end in progress.played_ranges:
        for there in moves:
            if start < there.end and end > there.start:
                ranges = add_range(ranges, there.place(max(start, there.start)), there.place(min(end, there.end)))
    return progress._replace(
        position=move.place(position) if move is not None and not is_played else position,
        played=is_played,
        played_ranges=ranges,
        duration=None,
        updated=moved_time(moves[0]),
    )
