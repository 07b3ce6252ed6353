"""What each directory is asked."""

import hashlib
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sources.podcasts.directories.asking import ask, say
from tests.sources.server import Site
from tui_pod.net.access import NetworkPolicy
from tui_pod.runtime.passwords import PasswordError
from tui_pod.sources.podcasts.directories.find import Finding, FoundPodcast, find
from tui_pod.sources.podcasts.directories.services import (
    MOST,
    country_for,
    make_directories,
    podcast_index,
)


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
