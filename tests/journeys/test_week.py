"""A week with two podcasts: added, heard, refreshed on later days, downloaded, and played without their server."""

from pathlib import Path

from tests.journeys.listener import Listener
from tests.sources.server import Site, body, feed, item, serving, sound
from tests.tools import needs

SECONDS = 40.0
"""Length of each recording."""


def publish(site: Site, name: str, title: str, episodes: int) -> str:
    """Publish a podcast with so many episodes; return its address."""
    items = [item(number, site.url("/audio.wav"), title=f"{title} {number}") for number in range(episodes, 0, -1)]
    site.replies[f"/{name}.xml"] = body(feed("".join(items), title))
    return site.url(f"/{name}.xml")


@needs("faketime")
def test_week_with_two_podcasts(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "dora")
    with serving() as site:
        site.replies["/audio.wav"] = body(sound(SECONDS), "audio/wav")
        ships, rivers = publish(site, "ships", "Ships", 2), publish(site, "rivers", "Rivers", 3)
        with listener.sits_down() as app:
            app.do("a", "Add a podcast")
            app.do(f"{ships}\r", "Ships · 2 episodes")
            app.press("\r")
            app.hear("Ships 2", 2)
            app.quit()
        assert listener.run("feeds", "add", rivers) == f"{rivers}\tRivers\t3\n"
        ((heard, progress),) = listener.state.progress.items()
        assert progress.position >= 2

        listener.day = 1
        publish(site, "ships", "Ships", 4)
        with listener.sits_down() as app:
            app.see("◐ Ships 2", "‖ Ships 2", "Rivers")
            app.do("R", "Ships · 4 episodes")
            app.until(lambda: app.line_at_cursor == "Ships 2", "the cursor stays on its episode")
            app.press("k")
            app.until(lambda: app.line_at_cursor == "Ships 3", "the cursor is on a new episode")
            app.do("d", "↓  ")  # no share beside it: it is whole
            app.quit()

    listener.day = 6  # the server is gone
    with listener.sits_down() as app:
        app.see("Ships · 4 episodes", "↓  ", "‖ Ships 2")
        app.press("gj")
        app.until(lambda: app.line_at_cursor == "Ships 3", "the cursor is on the download")
        app.press("\r")
        app.hear("Ships 3", 1)
        app.see("! 3")  # Rivers could not be refreshed
        app.quit()
    assert listener.progress(heard).position >= 2
    assert len(listener.state.progress) == 2
    assert listener.run("status").startswith("resume\t")
