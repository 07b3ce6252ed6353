"""Lists that keys move through in the plain program."""

import sys

import pytest

from tui_pod.core.actions import BY_ID
from tui_pod.plain.row_commands import PAGE, RowCommands


class Rows(RowCommands):
    """A list that notes where it is told to go."""

    def __init__(self) -> None:
        super().__init__({"bookmark.group": lambda: None})
        self.is_open = True
        self.gone: list[int] = []

    def go(self, row: int) -> None:
        self._row = max(0, min(row, 30))
        self.gone.append(row)


@pytest.mark.parametrize(
    ("action", "row"),
    [
        ("move.down", 1),
        ("move.up", -1),
        ("move.top", 0),
        ("move.bottom", sys.maxsize),
        ("move.page_down", PAGE),
        ("move.page_up", -PAGE),
        ("move.half_down", PAGE // 2),
        ("move.half_up", -PAGE // 2),
    ],
)
def test_key_moves_by_its_rows(action: str, row: int) -> None:
    rows = Rows()
    command = rows.here(BY_ID[action])
    assert command is not None
    command()
    assert rows.gone == [row]


def test_moves_add_up() -> None:
    rows = Rows()
    for action in ("move.down", "move.page_down", "move.up"):
        rows.commands[action]()
    assert rows.gone == [1, 1 + PAGE, PAGE]


@pytest.mark.parametrize(
    ("action", "is_open"), [("bookmark.group", True), ("playback.mute", True), ("list.filter", False)]
)
def test_action_that_the_list_lacks_closes_it_unless_it_works_everywhere(action: str, is_open: bool) -> None:
    rows = Rows()
    assert (rows.here(BY_ID[action]) is not None) == (action in rows.commands)
    assert rows.is_open is is_open


def test_closed_list_has_no_commands() -> None:
    rows = Rows()
    rows.is_open = False
    assert rows.here(BY_ID["move.down"]) is None


def test_new_list_is_closed() -> None:
    assert RowCommands.is_open is False
