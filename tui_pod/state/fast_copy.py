"""Keep the values of a large snapshot in a form that is read several times as fast as TOML.

The file is a cache beside the snapshot: it is written after it and is valid for exactly that one. If it is missing,
damaged, or of another snapshot or version, nothing is lost: the snapshot has everything.
"""

from __future__ import annotations

import contextlib
import marshal
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from tui_pod import __version__
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.progress import Progress
from tui_pod.runtime import files
from tui_pod.state.fields import BOOKMARK, CARD, PROGRESS, Layout
from tui_pod.state.format import parse_snapshot, snapshot_text
from tui_pod.state.notebook import read_notebook
from tui_pod.state.values import Table

Values = tuple[dict[str, Progress], Notebook, Table]
"""The content of a snapshot: progress, notebook, and its tables without those that these two are made from."""

_LAYOUTS: tuple[Layout[Any], ...] = (PROGRESS, BOOKMARK, CARD)

_FORM = (__version__, *(layout.record._fields for layout in _LAYOUTS))
"""What the values depend on, besides the snapshot."""

_UNFIT = (ValueError, TypeError, EOFError, OverflowError, OSError)
"""Errors of values that cannot be kept, and of a file that has something else."""


def write_values(path: Path, snapshot: Path, data: Table, progress: dict[str, Progress], notebook: Notebook) -> None:
    """Write the values of a snapshot's tables, unless it has invalid entries, or others that cannot be kept exactly."""
    records = (progress.values(), notebook.bookmarks, notebook.cards)
    counts = [len(data.get(layout.section, ())) for layout in _LAYOUTS]
    try:
        rest = snapshot_text({**data, "episodes": {}, "bookmarks": [], "cards": []}, datetime.now(UTC))
        body = marshal.dumps((_FORM, files.stamp(snapshot), rest, list(progress), [*map(_pack, records)]))
        content = zlib.crc32(body).to_bytes(4) + body
        if counts == [*map(len, records)] and (_unpack(content, snapshot) or ())[:2] == (progress, notebook):
            files.replace(path, content)
            return
    except _UNFIT:
        pass  # as if they were not the same
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def read_values(path: Path, snapshot: Path) -> Values | None:
    """Return the values of a snapshot; None if there are none for this one."""
    try:
        return _unpack(files.read_bytes(path), snapshot)
    except _UNFIT:
        return None


def _pack(records: Iterable[tuple[Any, ...]]) -> list[tuple[bool, list[Any]]]:
    """Return the columns of records, and whether each has times, which become seconds since 1970."""
    found = []
    for column in zip(*records, strict=True):
        has_times = any(type(value) is datetime for value in column)
        found.append((has_times, [value and value.timestamp() for value in column] if has_times else list(column)))
    return found


def _unpack(content: bytes, snapshot: Path) -> Values | None:
    body = content[4:]
    if zlib.crc32(body) != int.from_bytes(content[:4]):
        return None
    form, stamp, rest, idents, packed = marshal.loads(body)
    if (form, stamp) != (_FORM, files.stamp(snapshot)):
        return None
    time, data, records = partial(datetime.fromtimestamp, tz=UTC), parse_snapshot(rest), list[list[Any]]()
    for layout, columns in zip(_LAYOUTS, packed, strict=True):
        values = ([v if v is None else time(v) for v in column] if is_time else column for is_time, column in columns)
        records.append([*map(layout.record._make, zip(*values, strict=True))])
    progress, bookmarks, cards = records
    notebook = read_notebook(data)._replace(bookmarks=tuple(bookmarks), cards=tuple(cards))
    return dict(zip(idents, progress, strict=True)), notebook, data
