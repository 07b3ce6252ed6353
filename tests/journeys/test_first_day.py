"""A first day: the course speaks at the first Enter, asks at a piece's end, is left and found again, and read along.

A machine without sound and without network: everything says what is missing, and nothing pretends to play. A listener
without any podcast finds one in the charts, looks inside, plays, subscribes, and asks the course. Keys that are
pressed as soon as the saved screen is shown do their work. An episode from a directory is played without subscribing,
goes on after a restart, and brings its podcast.
"""

import json
import re
from functools import partial
from pathlib import Path

import pytest

from tests.journeys.listener import Listener, Sitting
from tests.sources.podcasts.asking import CHART, LOOKUP
from tests.sources.server import Ranged, Site, body, feed, item
from tests.sync.real_server import needs_server, serving_gpodder
from tests.tools import needs_voice
from tests.torture.shelf import make_home, make_silence

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


UNKNOWN = "cast.invalid"
"""A host that no machine finds, as none does without a network (RFC 6761)."""


def test_machine_without_sound_and_network(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "cleo", sound="nowhere")
    catalog = str(make_home(listener.folder, [600.0], parts=2).catalog)
    with listener.sits_down("--catalog", catalog) as app:
        app.see("2 episodes")
        app.do("\r", "! Part 1")
        app.see("sound")
        app.do("m", "1/2 played")
        app.do("a", "Add a podcast")
        app.do(f"http://{UNKNOWN}/feed.xml\r", f"The host {UNKNOWN} cannot be found", "offline")
        app.escape("Add a podcast")
        app.quit()
    assert listener.progress("part-1").played
    assert listener.progress("part-1").plays == 0

    with listener.sits_down("--catalog", catalog) as app:
        app.see("1/2 played", "✓ Part 1")
        app.do("3", "Nothing played yet")
        app.quit()
    assert "\tPart 1" not in listener.run("list", "--catalog", catalog, "--status", "unplayed")


QUESTIONS = {
    "what does temperature do": "Temperature",
    "why does it make things up": "Why hallucinations happen",
    "how much can it remember": "Context window",
}
"""What is asked, and the title that answers it."""


def test_first_podcast_is_found_by_category(site: Site, tmp_path: Path) -> None:
    make_silence(tmp_path / "1.wav", 600.0)
    other = f'<podcast:remoteItem feedUrl="{site.url("/other")}" title="Harbour Talk"/>'
    recommended = f"<podcast:podroll>{other}</podcast:podroll>"
    whole = feed("".join(item(number, site.url("/1.wav")) for number in (1, 2, 3)), "Tall Ships")
    site.replies["/ships"] = body(whole.replace("<item>", f"{recommended}<item>", 1))
    site.replies["/other"] = body(feed(item(1, site.url("/1.wav"), title="The quay"), "Harbour Talk"))
    site.replies["/1.wav"] = Ranged((tmp_path / "1.wav").read_bytes())
    site.replies["/at/rss/toppodcasts/limit=50/genre=1487/explicit=true/json"] = body(json.dumps(CHART))
    answer = json.dumps(LOOKUP).replace("https://ships.example/feed.xml", site.url("/ships"))
    site.replies["/lookup"] = body(answer)
    listener = Listener(
        tmp_path / "eva",
        changes=(f"--itunes={site.url('')}",),
        variables={"LANG": "de_AT.UTF-8", "LC_ALL": "de_AT.UTF-8"},
    )
    listener.configure("", site)
    with listener.sits_down() as app:
        app.do("a", "↓ Top podcasts")
        app.do("\x1b[B", "Top podcasts in AT", "True Crime")
        app.do("hist\r", "Top podcasts in AT, History", "2 podcasts from iTunes", "Tall Ships")
        app.do("j\r", "Episode 2", "a Subscribe")
        app.press("j\r")
        app.hear("Episode 2", 1)
        app.do("a", "↓ Top podcasts")
        app.do("\x1b[B", "True Crime")
        app.do("hist\r", "2 podcasts from iTunes")
        app.do("ja", "Tall Ships: 3 episodes", "▶ Tall Ships")
        app.do("\ti", "Recommends: Harbour Talk")
        app.do("G\r", "The quay")
        app.escape("The quay")
        app.escape("a Subscribe")
        app.do(" ", "‖ Episode 2")
        for question, title in QUESTIONS.items():
            app.do("\x06", "Search everywhere")
            app.press(f"{question}\r")
            app.until(partial(is_first, app, title), title)
            app.escape("Search everywhere")
        app.quit()
    assert [line.split("\t")[1] for line in listener.run("feeds", "list").splitlines()] == ["Tall Ships"]
    assert listener.run("find", "--top", "--category", "history").startswith("http://harbours.example/rss\tHarbours")
    assert sum(path.startswith(("/at/", "/lookup")) for path in site.paths()) == 2  # each was asked for once


def is_first(app: Sitting, title: str) -> bool:
    """Whether this episode is the first of those that were found."""
    return title in next((line for line in app.lines if " — " in line), "")


def test_keys_right_after_the_saved_screen_move_in_the_tree(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "ann")
    with listener.sits_down() as app:  # makes the caches from which the next start is drawn at once
        app.do("\t", "enter Open")
        app.quit()
    for above in ("Generative AI", "All Topics"):
        with listener.sits_down() as app:
            app.press("\tk")
            app.see("enter Open", f"╭─ {above} · 119 episodes")
            app.quit()


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
    listener.configure('[find]\ndirectories = ["itunes"]\n', site)
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
        listener.configure(f'[sync]\nserver = "{server}"\nuser = "ann"\npassword_command = "echo s3cret"\n')
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
