"""An episode from a directory is played without subscribing, goes on after a restart, and brings its podcast."""

import json
import re
from pathlib import Path

import pytest

from tests.journeys.listener import Listener
from tests.sources.server import Ranged, Site, body, feed, item
from tests.sync.real_server import needs_server, serving_gpodder
from tests.torture.shelf import make_silence


@pytest.fixture
def listener(site: Site, tmp_path: Path) -> Listener:
    """A listener whose only directory finds one episode of a podcast, both on the loopback server."""
    make_silence(tmp_path / "1.wav", 60.0)
    for number in (1, 2, 3):
        site.replies[f"/{number}.wav"] = Ranged((tmp_path / "1.wav").read_bytes())
    extra = "<itunes:duration>60</itunes:duration>"
    site.replies["/feed"] = body(feed("".join(item(n, site.url(f"/{n}.wav"), extra) for n in (1, 2, 3))))
    found = {"feedUrl": site.url("/feed"), "collectionName": "Test Cast", "trackName": "Episode 2"}
    site.replies["/search"] = body(json.dumps({"results": [found]}), "text/javascript")
    listener = Listener(tmp_path / "ben", changes=(f"--itunes={site.url('')}",))
    config = tmp_path / "ben" / "config" / "tui-pod"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(
        f'[find]\ndirectories = ["itunes"]\n[network]\nprivate_hosts = ["127.0.0.1:{site.server_port}"]\n'
    )
    return listener


def test_command_plays_an_episode_in_the_running_app(listener: Listener) -> None:
    with listener.sits_down() as app:
        app.until(listener.is_heard, "a command reaches it")
        assert "Episode 2" in listener.run("find", "episode", "two", "--episodes", "--play", "1")
        app.hear("Episode 2")
        assert not listener.run("feeds", "list")
        app.quit()


@needs_server
def test_episode_is_found_played_continued_and_its_podcast_subscribed(
    listener: Listener, site: Site, tmp_path: Path
) -> None:
    with serving_gpodder(tmp_path / "gpodder.db") as server:
        with (tmp_path / "ben" / "config" / "tui-pod" / "config.toml").open("a") as config:
            config.write(f'[sync]\nserver = "{server}"\nuser = "ann"\npassword_command = "echo s3cret"\n')
        listener.run("feeds", "set", "course", "hidden=yes")
        with listener.sits_down() as app:
            app.do("a", "words to search for")
            app.do("episode two\r", "1 episode below", "Episode 2")
            app.press("j\r")
            app.hear("Episode 2")
            app.press("]" * 20)  # three times as fast
            app.play_to(32)  # half of it, long enough for Continue
            app.do(" ", "‖ Episode 2")
            app.quit()
        (ident,) = listener.state.progress
        assert listener.progress(ident).position >= 31
        listener.run("sync", "--yes")
        assert "/feed" not in (tmp_path / "gpodder.db").read_bytes().decode("latin-1")
        with listener.sits_down() as app:
            app.until(lambda: re.search(r"Continue +1 ", app.text), "one episode in Continue")
            app.see("‖ Episode 2")
            app.until(lambda: re.search(r" 0:[345]\d ▐", app.text), "the position that was left")
            app.do("\t", "enter Open")
            app.do("k", "Queue · 0 episodes")
            app.do("k", "Continue · 1 episode")
            app.press("\t")
            app.do("a", "Test Cast: 3 episodes", "◈ Test Cast")
            app.quit()
        assert list(listener.state.progress) == [ident]
        assert listener.progress(ident).position >= 31
        listener.run("sync", "--yes")
        assert site.url("/feed") in (tmp_path / "gpodder.db").read_bytes().decode("latin-1")
