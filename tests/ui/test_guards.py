"""The guards of these tests catch what they are there for."""

from __future__ import annotations

import threading
import time

import pytest

from tests.app_driver import on_stage
from tui_pod.core.library.library import Library


async def test_standstill_of_the_loop_is_noticed(library: Library) -> None:
    async def block() -> None:
        async with on_stage(library) as driver:
            driver.app.call_later(lambda: time.sleep(0.5))
            await driver.settle()

    with pytest.raises(AssertionError, match="stood still"):
        await block()


async def test_busy_loop_that_takes_turns_is_no_standstill(library: Library) -> None:
    async with on_stage(library) as driver:
        await driver.press("j", "k", "j")


async def test_widget_touched_from_another_thread_is_noticed(library: Library, request: pytest.FixtureRequest) -> None:
    async with on_stage(library) as driver:
        thread = threading.Thread(target=driver.header.refresh)
        thread.start()
        thread.join()
        await driver.settle()
    trespasses = request.getfixturevalue("_own_thread_only")
    assert trespasses
    trespasses.clear()
