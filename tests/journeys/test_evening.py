"""An evening that is interrupted: by kill -9, and by a terminal that is closed. No more than some seconds are lost."""

import signal
from pathlib import Path

from tests.journeys.listener import Listener, Sitting
from tests.patience import wait_until
from tests.torture.shelf import make_home

SAVED_EVERY = 5
"""Seconds of playing that may be lost at most."""

LATE = 10
"""Seconds by which the bar of a busy machine may be behind."""


def place(app: Sitting) -> int:
    """Return the position that the bar shows."""
    bar = app.bar()
    assert bar is not None
    return bar.position


def test_evening_interrupted_by_kill_and_a_closed_terminal(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "bea")
    catalog = str(make_home(listener.folder, [600.0], parts=3).catalog)
    with listener.sits_down("--catalog", catalog) as app:
        app.see("3 episodes")
        app.press("\r")
        app.hear("Part 1", 2)
        app.press(".")
        app.play_to(37)  # past a save of playing
        killed_at = place(app)
        app.send(signal.SIGKILL, to=app.app)
        assert app.wait() is not None
    assert killed_at - SAVED_EVERY - 1 <= listener.progress("part-1").position <= killed_at + LATE

    with listener.sits_down("--catalog", catalog) as app:
        app.see("‖ Part 1", "◐ Part 1")
        app.press(" ")
        app.hear("Part 1", killed_at - SAVED_EVERY)
        app.press("j\r")
        app.hear("Part 2", 1)
        app.press("..")
        app.play_to(61)
        closed_at = place(app)
        app.close()
        assert app.wait() is not None
    wait_until(lambda: listener.progress("part-2").position >= closed_at, "the position is saved")
    assert listener.progress("part-2").position <= closed_at + LATE
    assert listener.state.notices == ()

    with listener.sits_down("--catalog", catalog) as app:
        app.see("‖ Part 2", "◐ Part 1", "◐ Part 2")
        app.press(" ")
        app.hear("Part 2", closed_at)
        app.quit()
    assert listener.run("status", "--catalog", catalog).startswith("resume\tpart-2\tPart 2\t1:")
