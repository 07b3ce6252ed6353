"""A listener without any podcast finds one in the charts, looks inside, plays, subscribes, and asks the course."""

import json
from functools import partial
from pathlib import Path

from tests.journeys.listener import Listener, Sitting
from tests.sources.podcasts.asking import CHART, LOOKUP
from tests.sources.server import Ranged, Site, body, feed, item
from tests.torture.shelf import make_silence

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
    config = tmp_path / "eva" / "config" / "tui-pod"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(f'[network]\nprivate_hosts = ["127.0.0.1:{site.server_port}"]\n')
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
