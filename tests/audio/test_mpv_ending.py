"""The end of libmpv: nothing may read from its handle any more."""

from __future__ import annotations

from tui_pod.audio.mpv_player import MpvPlayer


def test_callback_that_comes_while_libmpv_ends_is_not_run() -> None:
    player = MpvPlayer(lambda event: None, "null")
    player.open()
    player.close()
    player._thread.join(30)
    called: list[int] = []
    player._guard(called.append, 1)
    assert called == []
