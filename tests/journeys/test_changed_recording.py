"""A podcast inserts another advertisement: playing goes on where it was left, at home and on another machine."""

import re
from pathlib import Path

import pytest

from tests.journeys.listener import Listener
from tests.journeys.test_passages import sounding, talk
from tests.sources.server import Ranged, Site, body, feed, item
from tui_pod.core.player.version import parse_place

AD, SHORT_AD = 30.0, 2.0
"""Seconds of the advertisement before the talk, on the first day and since."""

NOTICE = re.compile(r"This version is 28 s shorter, so it goes on at (\d):(\d\d)")


def serve(site: Site, advertisement: float) -> None:
    """Publish the talk after an advertisement of so many seconds."""
    content = sounding(talk(advertisement, round(advertisement)), talk(100, 5))
    site.replies["/1.wav"] = Ranged(content, etag=f'"{advertisement}"')


def listens(site: Site, folder: Path) -> Listener:
    """Return a listener with the podcast, who syncs by a folder."""
    listener = Listener(folder / "own")
    (folder.parent / "shared").mkdir(exist_ok=True)
    sync = f'[sync]\nfolder = "{folder.parent / "shared"}"\ndevice = "{folder.name}"\n'
    listener.configure(f'{sync}[passages]\nfind = "always"\n', site)
    listener.run("feeds", "set", "course", "hidden=yes")
    listener.run("feeds", "add", site.url("/feed"))
    return listener


def place_of(listener: Listener) -> tuple[str, float, str]:
    """Return the episode, its saved position, and what is saved of its version."""
    ((ident, progress),) = listener.state.progress.items()
    return ident, progress.position, progress.version


@pytest.fixture
def left(site: Site, tmp_path: Path) -> Listener:
    """A listener who has paused at about 70 s of a stream, and bookmarked something 10 s earlier."""
    serve(site, AD)
    site.replies["/feed"] = body(feed(item(1, site.url("/1.wav"), "<itunes:duration>130</itunes:duration>")))
    (tmp_path / "desk").mkdir()
    listener = listens(site, tmp_path / "desk")
    with listener.sits_down() as app:
        app.see("Test Cast")
        app.press("\r")
        app.hear("Episode 1", 1)
        app.do(":", "Go to")
        app.press("66\r")
        app.lose("Go to")
        app.play_to(69)
        app.do(" ", "‖ Episode 1")
        app.until(lambda: len(place_of(listener)[2]) > 100, "the sound around the position")
        app.quit()
    serve(site, SHORT_AD)
    return listener


def goes_on(listener: Listener, before: float) -> None:
    """Play, and see that it goes on at the same sound."""
    with listener.sits_down() as app:
        app.see("Episode 1")
        app.press(" ")
        found = app.until(lambda: NOTICE.search(app.text), "the position in the shorter version")
        after = int(found[1]) * 60 + int(found[2])
        assert after == pytest.approx(before - (AD - SHORT_AD), abs=4.5)  # three seconds back after a pause
        app.play_to(after + 2)
        app.do(" ", "‖ Episode 1")
        app.quit()
    place = parse_place(place_of(listener)[2])
    assert place is not None
    assert place.length == pytest.approx(102, abs=1)


def test_stream_that_is_shorter_now_goes_on_at_the_same_words(left: Listener) -> None:
    for name in left.folder.glob("cache/tui-pod/streams/*"):
        name.unlink()
    goes_on(left, place_of(left)[1])


def test_plain_lines_go_on_at_the_same_words_and_say_so(left: Listener) -> None:
    for name in left.folder.glob("cache/tui-pod/streams/*"):
        name.unlink()
    ident, before, _ = place_of(left)
    with left.sits_down("--plain", waits=False) as app:
        app.see("Episode 1")
        app.press("p\r")
        found = app.until(lambda: NOTICE.search(" ".join(app.text.split())), "the position in the shorter version")
        after = int(found[1]) * 60 + int(found[2])
        assert after == pytest.approx(before - (AD - SHORT_AD), abs=4.5)
        app.until(lambda: abs(left.progress(ident).position - after) < 10, "the position that it played from there")
        app.press("q\r")
        assert app.wait() is not None
    assert left.progress(ident).position == pytest.approx(after, abs=15)


def test_other_machine_that_gets_a_shorter_version_goes_on_at_the_same_words(
    left: Listener, site: Site, tmp_path: Path
) -> None:
    (tmp_path / "away").mkdir()
    away = listens(site, tmp_path / "away")
    left.run("sync", "--yes")
    away.run("sync", "--yes")
    assert place_of(away) == place_of(left)
    goes_on(away, place_of(left)[1])
