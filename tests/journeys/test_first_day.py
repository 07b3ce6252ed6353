"""A first day: the course speaks at the first Enter, asks at a piece's end, is left and found again, and read along."""

from pathlib import Path

from tests.journeys.listener import Listener
from tests.tools import needs_voice

FIRST, SECOND, THIRD = "What is generative AI", "How GenAI differs from traditional AI", "How GenAI generates"


@needs_voice
def test_first_day(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "anna")
    with listener.sits_down() as app:
        app.see("The course · 119 episodes", "0/119 played")
        assert app.line_at_cursor.startswith(FIRST)
        app.press("\r")
        app.hear(FIRST, 2)
        app.see("1 of 16")
        app.press("...")  # to where it counts as played
        app.hear(SECOND)
        app.see("Q Question: One program says", "1/119 played")
        app.do("Q", "Which is generative", f"‖ {SECOND}")
        app.do("\r", "1-4 Rate")
        app.escape("1-4 Rate")
        app.hear(SECOND, 3)
        app.do(" ", f"‖ {SECOND}")
        app.quit()
    first, second = (listener.progress(each) for each in ("what-is-generative-ai", "genai-vs-traditional-ai"))
    assert (first.played, first.plays, second.played) == (True, 1, False)
    paused = int(second.position)
    assert paused >= 3

    with listener.sits_down() as app:
        app.see("The course · 119 episodes", f"◐ {SECOND}", f" 0:{paused:02} ▐")
        app.press(" ")
        app.hear(SECOND, paused + 1)
        app.do("t", "following", f"╭─ {SECOND}")
        app.do("t", "t Transcript")
        app.press("j")
        app.do("t", f"Not playing: {THIRD}")
        app.do("c", "following", f"╭─ {SECOND}")
        app.do("t", "t Transcript")
        app.do("b", "Bookmarked “")
        app.quit()
    assert [bookmark.episode for bookmark in listener.state.notebook.bookmarks] == ["genai-vs-traditional-ai"]
    assert listener.run("status").startswith(f"resume\tgenai-vs-traditional-ai\t{SECOND}")
