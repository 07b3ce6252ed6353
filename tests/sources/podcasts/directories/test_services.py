"""What each directory is asked."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sources import server
from tests.sources.podcasts.directories.answers import FYYD, ITUNES, PODCAST_INDEX
from tests.sources.server import Site
from tui_pod.net.access import NetworkPolicy
from tui_pod.runtime.passwords import PasswordError
from tui_pod.sources.podcasts.directories.find import Finding, FoundPodcast, find
from tui_pod.sources.podcasts.directories.services import (
    MOST,
    Directory,
    country_for,
    fyyd,
    itunes,
    make_directories,
    podcast_index,
)

PATHS = {"itunes": "/search", "fyyd": "/0.2/search/podcast", "podcastindex": "/api/1.0/search/byterm"}


def directories(site: Site, *names: str) -> list[Directory]:
    """Return directories that are on the loopback server."""
    base = site.url("")
    made: dict[str, Directory] = {
        "itunes": itunes("AT", base), "fyyd": fyyd(base), "podcastindex": podcast_index("key", lambda: "secret", base),
    }  # fmt: skip
    return [made[name] for name in names]


async def ask(site: Site, *names: str) -> Finding:
    return await find("Tall ships & more", directories(site, *names), NetworkPolicy(site.allowed))


async def answer(site: Site, entries: list[Any]) -> Finding:
    """Return what is made of entries of iTunes."""
    site.replies["/search"] = server.body(json.dumps({"results": entries}), "text/javascript")
    return await ask(site, "itunes")


def say(site: Site) -> None:
    """Have all directories answer as they do."""
    for name, answer in (("itunes", ITUNES), ("fyyd", FYYD), ("podcastindex", PODCAST_INDEX)):
        site.replies[PATHS[name]] = server.body(json.dumps(answer), "application/json")


async def test_itunes_is_asked_for_podcasts_of_the_country(site: Site) -> None:
    say(site)
    found = await ask(site, "itunes")
    asked = urlsplit(site.paths()[0])
    wanted = {"media": ["podcast"], "term": ["Tall ships & more"], "limit": [str(MOST)], "country": ["AT"]}
    assert (asked.path, parse_qs(asked.query)) == ("/search", wanted)
    assert found == Finding(
        (
            FoundPodcast("https://ships.example/feed.xml", "Tall Ships", "Ann & Bob", 120, date(2026, 11, 20), None,
                         "https://img.example/600.jpg", "", ("iTunes",)),
            FoundPodcast("http://harbours.example/rss", "Harbours", directories=("iTunes",)),
        ),
        without_feed=1,
    )  # fmt: skip


async def test_fyyd_tells_language_and_summary(site: Site) -> None:
    say(site)
    found = await ask(site, "fyyd")
    assert found.podcasts[0] == FoundPodcast(
        "https://licht.example/m4a", "Leuchttürme", "Carla", 44, date(2026, 11, 13), "de-at",
        "https://licht.example/c.jpg", "Über Leuchttürme & Licht.", ("fyyd",),
    )  # fmt: skip


async def test_podcast_index_is_asked_with_the_proof_of_the_key(site: Site) -> None:
    say(site)
    found = await ask(site, "podcastindex")
    _, headers = site.asked[0]
    proof = hashlib.sha1(f"keysecret{headers['X-Auth-Date']}".encode()).hexdigest()
    assert (headers["X-Auth-Key"], headers["Authorization"]) == ("key", proof)
    assert headers["User-Agent"].startswith("tui-pod/")
    (podcast,) = found.podcasts  # the dead one is left out
    assert (podcast.title, podcast.publisher, podcast.episodes) == ("Sea Stories", "Dora", 7)
    assert (podcast.newest, podcast.language) == (date(2026, 11, 24), "en-us")


async def test_secret_that_cannot_be_had_is_told(site: Site) -> None:
    def refuse() -> str:
        raise PasswordError("password_command failed with exit status 1.")

    found = await find("x", [podcast_index("key", refuse, site.url(""))], NetworkPolicy(site.allowed))
    assert found.faults == ("Podcast Index: password_command failed with exit status 1.",)
    assert site.asked == []


def test_directories_are_those_chosen_and_podcast_index_needs_a_key() -> None:
    names = ("podcastindex", "fyyd", "itunes", "fyyd")
    assert [one.name for one in make_directories(names, "", "", "")] == ["fyyd", "iTunes", "iTunes"]
    assert [one.name for one in make_directories(names, "", "key", "")] == ["Podcast Index", "fyyd", "iTunes", "iTunes"]
    assert "secret" not in repr(make_directories(names, "", "key", "echo secret"))


@pytest.mark.parametrize(
    ("chosen", "language", "country"),
    [("at", "", "AT"), ("", "de_AT.UTF-8", "AT"), ("", "C.UTF-8", "US"), ("Austria", "", "US"), ("", "", "US")],
)
def test_country_is_chosen_else_that_of_the_language(chosen: str, language: str, country: str) -> None:
    assert country_for(chosen, {"LANG": language}) == country
