"""What the list of the library screen shows, and where its cursor goes."""

from __future__ import annotations

import pytest

from tests.app_driver import run_app
from tui_pod.core.library.library import Library
from tui_pod.core.selection.list_query import ListQuery, Sort


@pytest.mark.parametrize("keeps_cursor", [False, True])
async def test_cursor_goes_to_the_top_of_another_list_unless_it_is_kept(keeps_cursor: bool, library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=0)) as driver:
        await driver.press("j", "j")
        model = driver.main.model
        chosen = model.episode
        given = {"keeps_cursor": True} if keeps_cursor else {}
        driver.main.listing.change_query(model.query._replace(sort=Sort.TITLE), **given)
        assert (model.episode == chosen) is keeps_cursor
        assert keeps_cursor or model.cursor == 0


async def test_clearing_clears_the_search_before_the_selection(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=0, query="o")) as driver:
        await driver.press("v")
        driver.main.listing.clear()
        assert (driver.main.model.query.query, driver.main.model.has_selection) == ("", True)
        driver.main.listing.clear()
        assert not driver.main.model.has_selection
