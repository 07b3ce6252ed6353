"""A first day: the course speaks at the first Enter, is left and found again, and is read along."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.listener import Listener
from tests.tools import needs_voice


@needs_voice
def test_first_day(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "anna")
    with listener.sits_down() as app:
        app.see("119 episodes", "0/119 played")
        title = app.line_at_cursor
        assert title
        app.press("\r")
        app.hear(title, 3)
        app.do(" ", f"‖ {title}")
        paused = app.bar()
        assert paused is not None
        app.quit()
    ((episode, progress),) = listener.state.progress.items()
    assert int(progress.position) == paused.position
    assert not progress.played

    with listener.sits_down() as app:
        app.see(f"◐ {title}", f" 0:{paused.position:02} ▐")
        app.press(" ")
        app.hear(title, paused.position + 1)
        app.do("t", "following")
        app.do("t", "t Transcript")
        app.do("b", "Bookmarked “")
        app.quit()
    assert [bookmark.episode for bookmark in listener.state.notebook.bookmarks] == [episode]
    assert listener.run("status").startswith(f"resume\t{episode}\t{title}")
