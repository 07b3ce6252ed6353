"""What libmpv calls back: nothing may read from its handle once it ends, and an error is told."""

from __future__ import annotations

from tui_pod.audio.callbacks import Callbacks


def test_callback_that_comes_while_libmpv_ends_is_not_run() -> None:
    called: list[int] = []
    callbacks = Callbacks(lambda error: None)
    callbacks.run(called.append, 1)
    callbacks.end()
    callbacks.run(called.append, 2)
    assert called == [1]


def test_callback_that_fails_is_told_and_the_next_runs() -> None:
    told: list[Exception] = []
    called: list[int] = []
    callbacks = Callbacks(told.append)
    callbacks.run(called.remove, 1)
    callbacks.run(called.append, 2)
    assert [type(error) for error in told] == [ValueError]
    assert called == [2]
