"""The tree of topics: folded, unfolded, and walked through."""

from __future__ import annotations

from tests.app_driver import run_app
from tui_pod.core.library.library import Library
from tui_pod.core.selection.list_query import ListQuery


async def test_left_folds_a_topic_and_then_goes_to_its_parent(library: Library) -> None:
    async with run_app(library, query=ListQuery()) as driver:
        tree, topics = driver.tree, library.topics
        basics, numbers = topics.names.index("Basics"), topics.names.index("Numbers")
        driver.main.set_focus(tree)
        tree.go_to(numbers)
        await driver.press("left")
        assert tree.entry == basics
        rows = tree.row_count()
        await driver.press("left")
        assert (tree.entry, tree.row_count()) == (basics, rows - 1)
        await driver.press("right")
        assert (tree.entry, tree.row_count()) == (basics, rows)
