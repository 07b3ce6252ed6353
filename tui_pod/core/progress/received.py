"""Describe progress that comes from elsewhere: another machine, or another player."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from tui_pod.core.library.library import Library
from tui_pod.core.progress.progress import Progress
from tui_pod.core.text.clean import clock
from tui_pod.core.wall_time import ago


def received_rows(
    library: Library, progress: Mapping[str, Progress], former: Mapping[str, Progress | None], now: datetime
) -> Iterator[tuple[str, ...]]:
    """Yield a row for each episode: id, title, old and new position, machine and age.

    The library need not have the episode. Old position, machine and age are left out if they are not known.
    """
    for ident, value in progress.items():
        episode, old = library.find(ident), former.get(ident)
        said = f"{_position(old)} → {_position(value)}" if old is not None else _position(value)
        made = (value.origin, ago(value.updated, now)) if value.origin else ()
        yield ident, episode.title if episode else "", said, *made


def _position(progress: Progress) -> str:
    return "played" if progress.played else clock(progress.position)
