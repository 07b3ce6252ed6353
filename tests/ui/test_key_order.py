"""Keys go to what they are bound to, or on to Textual."""

import time

import pytest
from textual import events
from textual.strip import Strip

from tests.app_driver import AppDriver, run_app
from tests.patience import until
from tui_pod.core.library.library import Library
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.ui import keys
from tui_pod.ui.keys import handle_key
from tui_pod.ui.widgets.topic_tree import TopicTree

pytestmark = pytest.mark.app(query=ListQuery(entry=1))


async def handled(driver: AppDriver, key: str) -> bool:
    """Handle a key, and return whether it was not handed on to Textual."""
    handed_on: list[events.Key] = []

    async def hand_on(event: events.Key) -> None:
        handed_on.append(event)

    await handle_key(driver.app, events.Key(key, key if len(key) == 1 else None), hand_on)
    return not handed_on


@pytest.mark.parametrize(("key", "is_handled"), [("j", True), ("1", True), ("question_mark", True), ("f20", False)])
async def test_key_that_is_bound_is_handled_and_another_is_handed_on(
    key: str, is_handled: bool, driver: AppDriver
) -> None:
    assert await handled(driver, key) is is_handled
    assert driver.episodes.cursor == (key == "j")


async def test_letter_in_a_field_is_text_and_no_key(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press("slash")
        assert not await handled(driver, "j")
        assert await handled(driver, "escape")


async def test_key_waits_for_the_pane_that_handles_it(driver: AppDriver) -> None:
    assert await handled(driver, "m")
    assert driver.progress_index.status("one").value == "played"  # no moment later


async def test_tree_and_list_are_drawn_at_once_after_a_move(driver: AppDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    await driver.press("tab")
    drawn, draw, former = list[int](), TopicTree.render_line, driver.main.model.query.entry

    def render_line(tree: TopicTree, y: int) -> Strip:
        drawn.append(driver.main.model.query.entry)
        return draw(tree, y)

    monkeypatch.setattr(TopicTree, "render_line", render_line)

    async def hold_up() -> None:
        began = time.monotonic()
        await until(
            lambda: bool(drawn) or time.monotonic() - began > 0.1, "the tree has been drawn, or some frames passed"
        )

    driver.main.query_one("#panes").call_later(hold_up)  # the way from the tree to the list
    assert await handled(driver, "k")
    await until(lambda: bool(drawn), "the tree is drawn")
    assert former not in drawn


async def test_first_key_waits_for_a_slow_screen(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "PATIENCE", 0.001)
    async with run_app(library, query=ListQuery(entry=1)) as driver:
        driver.main.set_focus(None)

        async def place_cursors() -> None:
            began = time.monotonic()
            await until(lambda: time.monotonic() - began > 10 * keys.PATIENCE, "the patience for other keys has passed")
            driver.main.set_focus(driver.episodes)

        driver.main.call_later(place_cursors)
        assert await handled(driver, "j")
        await driver.settle()
        assert driver.episodes.cursor == 1
