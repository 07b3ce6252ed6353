"""Escape closes what was opened last, and passes what a view does not take to the one below."""

from tests.app_driver import run_app
from tui_pod.core.library.library import Library
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.ui.controllers.views import OpenViews


class View:
    """Notes that it was asked to close; `takes` is whether it did."""

    def __init__(self, takes: bool = True) -> None:
        self.takes = takes
        self.asked = 0

    def escape(self) -> bool:
        """Count, and close if it can."""
        self.asked += 1
        return self.takes


def test_nothing_open_leaves_the_key() -> None:
    assert not OpenViews().escape()


def test_newest_view_is_closed_alone() -> None:
    views, old, new = OpenViews(), View(), View()
    views.set_open(old, True)
    views.set_open(new, True)
    assert views.escape()
    assert (old.asked, new.asked) == (0, 1)


def test_view_opened_again_is_the_newest_and_stands_once_in_the_stack() -> None:
    views, old, new = OpenViews(), View(takes=False), View(takes=False)
    for view in (old, new, old):
        views.set_open(view, True)
    assert not views.escape()
    assert (old.asked, new.asked) == (1, 1)
    old.takes = True
    assert views.escape()
    assert (old.asked, new.asked) == (2, 1)


def test_key_that_a_view_does_not_take_goes_to_the_one_below() -> None:
    views, below, above = OpenViews(), View(), View(takes=False)
    views.set_open(below, True)
    views.set_open(above, True)
    assert views.escape()
    assert (below.asked, above.asked) == (1, 1)


def test_closed_view_is_not_asked() -> None:
    views, view = OpenViews(), View()
    views.set_open(view, True)
    views.set_open(view, False)
    assert not views.escape()
    assert view.asked == 0


async def test_escape_closes_one_thing_a_time_from_the_newest_on(library: Library) -> None:
    async with run_app(library, (80, 24), query=ListQuery(entry=0, query="o")) as driver:
        await driver.press("t", "4")
        assert driver.main.views.is_open
        await driver.press("t")  # does nothing in a view
        await driver.press("escape")
        assert not driver.main.views.is_open
        assert driver.main.model.query.query == "o"
        await driver.press("escape")
        assert driver.main.model.query.query == ""
