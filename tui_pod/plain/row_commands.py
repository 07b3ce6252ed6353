"""Lists other than that of the episodes, which the listener moves through by keys in the plain program."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import partial

from tui_pod.core.actions import Action

PAGE = 10
"""Rows per page."""


def moves(move: Callable[[int], object], go: Callable[[int], object]) -> dict[str, Callable[[], object]]:
    """Return what to call for the keys that move from row to row, by their ids.

    `move` moves down by so many rows, or up if negative; `go` goes to a row. Both stop at either end.
    """
    return {
        "move.down": partial(move, 1),
        "move.up": partial(move, -1),
        "move.top": partial(go, 0),
        "move.bottom": partial(go, sys.maxsize),
        "move.page_down": partial(move, PAGE),
        "move.page_up": partial(move, -PAGE),
        "move.half_down": partial(move, PAGE // 2),
        "move.half_up": partial(move, -PAGE // 2),
    }


class RowCommands(ABC):
    """Runs commands while the listener is in a list. A subclass says which."""

    is_open = False
    """True while the listener is in the list."""

    def __init__(self, commands: Mapping[str, Callable[[], object]]) -> None:
        """Offer moves and `commands`, by the ids in the table of keys."""
        self._row = 0
        self.commands = {**moves(lambda by: self.go(self._row + by), self.go), **commands}
        """What works in the list, by its id."""

    def here(self, action: Action) -> Callable[[], object] | None:
        """Return what an action does in the list; an action that the list lacks closes it."""
        if not self.is_open:
            return None
        self.is_open = action.where == "app" or action.id in self.commands
        return self.commands.get(action.id)

    @abstractmethod
    def go(self, row: int) -> None:
        """Go to a row, or to the nearest end, and say it."""
