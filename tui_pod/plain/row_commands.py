"""Rows that the listener goes through by keys in the plain program, beside the list of episodes."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_pod.core.actions import Action

PAGE = 10
"""Rows a page."""


def moves(move: Callable[[int], object], go: Callable[[int], object]) -> dict[str, Callable[[], object]]:
    """Return what to call for the keys that lead from row to row, by their ids.

    Args:
        move: goes so many rows down, or up when negative.
        go: goes to a row. For both, one past either end is that end.
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
    """Runs commands while the listener is among the rows. A subclass says which rows."""

    is_open = False
    """Whether the listener is among them."""

    def __init__(self, commands: Mapping[str, Callable[[], object]]) -> None:
        """Offer moves and `commands`, by the ids in the table of keys."""
        self._row = 0
        self.commands = {**moves(lambda by: self._go(self._row + by), self._go), **commands}
        """What works among the rows, by its id."""

    def here(self, action: Action) -> Callable[[], object] | None:
        """Return what an action does among the rows; one that they do not have leads away from them."""
        if not self.is_open:
            return None
        self.is_open = action.where == "app" or action.id in self.commands
        return self.commands.get(action.id)

    @abstractmethod
    def _go(self, row: int) -> None:
        """Go to a row, and say it; one past either end is that end."""
