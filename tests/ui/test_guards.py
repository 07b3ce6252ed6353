"""The guards of these tests catch what they are there for."""

import threading

import pytest

from tests.app_driver import run_app
from tui_pod.core.library.library import Library


async def test_widget_touched_from_another_thread_is_noticed(library: Library, request: pytest.FixtureRequest) -> None:
    async with run_app(library) as driver:
        thread = threading.Thread(target=driver.header.refresh)
        thread.start()
        thread.join()
        await driver.settle()
    trespasses = request.getfixturevalue("_own_thread_only")
    assert trespasses
    trespasses.clear()
