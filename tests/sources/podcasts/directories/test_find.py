import json
import socket
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sources import server
from tests.sources.podcasts.directories.answers import NOT_A_LIST
from tests.sources.podcasts.directories.asking import PATHS, answer, ask, directories, say
from tests.sources.server import Site
from tui_pod.net.access import NetworkPolicy
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.sources.podcasts.directories.find import FoundPodcast, find
from tui_pod.sources.podcasts.directories.services import (
    MOST,
)


async def test_answers_are_put_together_by_rank_and_each_podcast_once(site: Site) -> None:
    say(site)
    found = await ask(site, "itunes", "fyyd", "podcastindex")
    assert [podcast.title for podcast in found.podcasts] == ["Tall Ships", "Leuchttürme", "Sea Stories", "Harbours"]
    ships = found.podcasts[0]
    assert (ships.directories, ships.language, ships.newest) == (("iTunes", "fyyd"), "en", date(2026, 11, 25))


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize(("what", "content"), NOT_A_LIST)
async def test_answer_that_is_no_list_is_told_and_others_are_shown(
    site: Site, name: str, what: str, content: bytes
) -> None:
    say(site)
    site.replies[PATHS[name]] = server.body(content, "text/html")
    other = next(one for one in PATHS if one != name)
    found = await ask(site, name, other)
    (fault,) = found.faults
    assert fault.endswith("did not answer with a list of podcasts. Try again later.")
    assert found.podcasts


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (server.body("no", status=403), "the key or the request is refused (403)"),
        (server.body("no", status=401), "the key or the request is refused (401)"),
        (server.body("no", status=429), "gets too many requests"),
        (server.body("no", status=503), "is in trouble"),
        (server.redirect("http://localhost:1/elsewhere"), "redirects to"),
        (server.bomb(50), "larger than 4 MB"),
    ],
)
async def test_directory_that_refuses_says_why(site: Site, reply: server.Reply, said: str) -> None:
    site.replies[PATHS["podcastindex"]] = reply
    found = await ask(site, "podcastindex")
    (fault,) = found.faults
    assert fault.startswith("Podcast Index")
    assert said in fault
    assert "secret" not in fault


async def test_directories_offline_say_so_and_name_what_was_looked_for(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    found = await ask(site, "itunes", "fyyd")
    assert found.faults == ("iTunes and fyyd cannot be asked for “Tall ships & more”: this machine is offline.",)
    assert found.answered(["iTunes", "fyyd", "Podcast Index"]) == ["Podcast Index"]


async def test_hostile_entries_are_cleaned_or_left_out(site: Site) -> None:
    evil = "\x1b[2J\u202e<b>evil</b>\n" + "x" * 1000
    found = await answer(
        site,
        [
            {"collectionName": evil, "artistName": evil, "feedUrl": "https://a.example/", "trackCount": 1e300,
             "releaseDate": "99999-99-99", "artworkUrl600": "javascript:alert(1)"},
            {"collectionName": {"a": 1}, "artistName": 7, "feedUrl": "https://b.example/", "trackCount": True,
             "releaseDate": -1, "artworkUrl600": []},
            {"collectionName": "File", "feedUrl": "file:///etc/passwd"},
            {"collectionName": "Login", "feedUrl": "https://ann:secret@c.example/"},
            {"collectionName": "Script", "feedUrl": "javascript:alert(1)"},
            {"collectionName": "None", "feedUrl": None},
            "text", None, 7, [],
        ],
    )  # fmt: skip
    one, two = found.podcasts
    assert one.title.startswith("[2J<b>evil</b> xxx")
    assert len(one.title) == len(one.publisher or "") == 300
    assert (one.episodes, one.newest, one.cover) == (None, None, None)
    assert two == FoundPodcast("https://b.example/", "https://b.example/", directories=("iTunes",))
    assert found.without_feed == 4


async def test_no_more_are_taken_than_asked_for(site: Site) -> None:
    found = await answer(site, [{"feedUrl": f"https://{number}.example/"} for number in range(1_000)])
    assert len(found.podcasts) == MOST == 50
    await find("x" * 201, directories(site, "itunes"), NetworkPolicy(site.allowed))
    assert parse_qs(urlsplit(site.paths()[-1]).query)["term"] == ["x" * 200]
    (one,) = (await answer(site, [{"feedUrl": "https://a.example/", "releaseDate": "4900-01-01T00:00:00Z"}])).podcasts
    assert one.newest is not None
    assert one.newest.year < 4900  # it counts as now
    for stated in (True, -1, 0, 1e11, None, "soon"):
        entry = {"url": "https://a.example/", "newestItemPubdate": stated}
        site.replies[PATHS["podcastindex"]] = server.body(json.dumps({"feeds": [entry]}), "application/json")
        assert (await ask(site, "podcastindex")).podcasts[0].newest is None


@pytest.mark.parametrize("step", [1, -1])
async def test_entries_of_one_podcast_complete_each_other(site: Site, step: int) -> None:
    named = {"title": "Ships", "xmlURL": "https://ships.example/f"}
    entries = [{**named, "description": "About ships.", "episode_count": 3},
               {**named, "author": "Ann", "language": "de", "imgURL": "https://ships.example/c.jpg",
                "episode_count": 5}]  # fmt: skip
    site.replies[PATHS["fyyd"]] = server.body(json.dumps({"data": entries[::step]}), "application/json")
    (found,) = (await ask(site, "fyyd")).podcasts
    assert (found.summary, found.publisher, found.language) == ("About ships.", "Ann", "de")
    assert (found.cover, found.episodes, found.directories) == ("https://ships.example/c.jpg", 5, ("fyyd",))


@pytest.mark.parametrize(("stated", "shown"), [(0, None), (1, 1), (1_000_000, 1_000_000), (1_000_001, None)])
async def test_number_of_episodes_is_believed_up_to_a_million(site: Site, stated: int, shown: int | None) -> None:
    found = await answer(site, [{"feedUrl": "https://a.example/", "trackCount": stated}])
    assert found.podcasts[0].episodes == shown


def test_podcast_is_described_by_its_numbers_and_an_episode_by_its_podcast() -> None:
    podcast = FoundPodcast("https://a.example/", "Ships", "Ann", 3, date(2026, 11, 2), "en")
    assert (podcast.name, podcast.details) == ("Ships", ("Ann", "3 episodes", "last 2 Nov 2026", "en"))
    episode = replace(podcast, episodes=None, episode="Sails")
    assert (episode.name, episode.details) == ("Sails", ("Ships", "Ann", "2 Nov 2026", "en"))


def test_episode_that_was_found_is_told_by_its_title_in_the_feed() -> None:
    found = FoundPodcast("https://a.example/", "Ships", episode="SAILS")
    feed = Published("Ships", (PublishedItem("1", "Ropes"), PublishedItem("2", "Sails")))
    assert found.item_in(feed) == feed.items[1]
    assert found.item_in(Published("Ships", feed.items[:1])) is None
    assert replace(found, episode=None).item_in(feed) is None
