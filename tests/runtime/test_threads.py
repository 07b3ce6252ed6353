"""Work in threads: it stops when asked to, even while it waits for a socket."""

import asyncio
import socket
import threading

import pytest

from tests.patience import PATIENCE
from tui_pod.runtime.threads import Cancelled, CancelToken, in_thread


async def test_result_and_error_of_the_work_come_back() -> None:
    assert await in_thread(lambda _: threading.current_thread() is not threading.main_thread())
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda _: 1 // 0)


def test_token_that_is_set_stops_the_work() -> None:
    stop = CancelToken()
    stop.check()
    stop.set()
    assert stop.is_set
    with pytest.raises(Cancelled):
        stop.check()


async def test_cancelled_wait_wakes_the_work_from_its_socket() -> None:
    ours, theirs = socket.socketpair()
    waits, ended = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def work(stop: CancelToken) -> None:
        with stop.waking(theirs):
            loop.call_soon_threadsafe(waits.set)
            theirs.recv(1)
        loop.call_soon_threadsafe(ended.set)

    with ours, theirs:
        task = asyncio.create_task(in_thread(work))
        await waits.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(ended.wait(), PATIENCE)


def test_socket_is_left_alone_after_the_block() -> None:
    ours, theirs = socket.socketpair()
    stop = CancelToken()
    with ours, theirs:
        with stop.waking(theirs):
            pass
        stop.set()
        ours.send(b"x")
        assert theirs.recv(1) == b"x"
        with pytest.raises(Cancelled), stop.waking(theirs):
            pass
