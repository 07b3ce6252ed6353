"""What each directory is asked, what is made of its answers, and Apple's charts."""

import hashlib
import json
import os
import socket
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sources import server
from tests.sources.podcasts.asking import CHART, LOOKUP, NOT_A_LIST, PATHS, answer, ask, on_loopback, say
from tests.sources.server import Site
from tui_pod.core.errors import UserError
from tui_pod.net.access import NetworkPolicy
from tui_pod.runtime.passwords import PasswordError
from tui_pod.sources import directories
from tui_pod.sources.directories import (
    MOST,
    Finding,
    FoundPodcast,
    country_for,
    find,
    make_directories,
    parse_top,
    podcast_index,
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


async def test_directories_offline_say_so_in_one_line(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    found = await ask(site, "itunes", "fyyd")
    assert found.faults == ("iTunes and fyyd: this machine is offline.",)
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
    await find("x" * 201, on_loopback(site, "itunes"), NetworkPolicy(site.allowed))
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


COMEDY = "/at/rss/toppodcasts/limit=50/genre=1303/explicit=true/json"
FEEDS = "/lookup?id=4,2,3&entity=podcast&country=AT"


@pytest.fixture
def apple(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Apple on the loopback server, with a chart of comedy in Austria."""
    real = directories.itunes
    monkeypatch.setattr(directories, "itunes", lambda country: real(country, site.url("")))
    site.replies[COMEDY] = server.body(json.dumps(CHART), "text/javascript")
    site.replies["/lookup"] = server.body(json.dumps(LOOKUP), "text/javascript")
    return site


async def find_charts(site: Site, folder: Path, category: str = "Comedy") -> Finding:
    return await directories.find_top(category, "AT", folder / "remote", NetworkPolicy(site.allowed))


async def test_chart_is_in_its_order_with_feeds_and_summaries_and_kept_for_a_day(apple: Site, tmp_path: Path) -> None:
    found = await find_charts(apple, tmp_path)
    assert [(one.title, one.address, one.summary) for one in found.podcasts] == [
        ("Harbours", "http://harbours.example/rss", "About Harbours."),
        ("Tall Ships", "https://ships.example/feed.xml", "About Tall Ships."),
    ]
    assert found.without_feed == 1
    assert apple.paths() == [COMEDY, FEEDS]
    assert await find_charts(apple, tmp_path) == found
    assert len(apple.paths()) == 2
    for copy in (tmp_path / "remote").iterdir():
        os.utime(copy, (time.time() - 90_000,) * 2)
    assert await find_charts(apple, tmp_path) == found
    assert len(apple.paths()) == 4


@pytest.mark.parametrize("answer", ["<html>Please log in</html>", '{"feed": 3}', '{"feed": {"entry": [{"id": {}}]}}'])
async def test_what_is_no_chart_is_one_line_and_not_kept(apple: Site, tmp_path: Path, answer: str) -> None:
    whole, apple.replies[COMEDY] = apple.replies[COMEDY], server.body(answer)
    found = await find_charts(apple, tmp_path)
    assert found.faults == ("iTunes did not answer with a list of podcasts. Try again later.",)
    assert (found.podcasts, found.unanswered) == ((), ("iTunes",))
    apple.replies[COMEDY] = whole
    assert (await find_charts(apple, tmp_path)).podcasts


async def test_country_without_charts_and_no_network_are_one_line(
    apple: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del apple.replies[COMEDY]
    assert (await find_charts(apple, tmp_path)).faults[0].startswith("iTunes: there are no charts for AT (answer 4")

    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert (await find_charts(apple, tmp_path)).faults == ("iTunes: this machine is offline.",)


async def test_empty_chart_or_a_single_podcast_is_no_fault(apple: Site, tmp_path: Path) -> None:
    apple.replies["/at/rss/toppodcasts/limit=50/explicit=true/json"] = server.body('{"feed": {"title": {}}}')
    assert await find_charts(apple, tmp_path, "") == Finding()
    single = {"feed": {"entry": CHART["feed"]["entry"][1]}}
    apple.replies[COMEDY] = server.body(json.dumps(single))
    assert [one.title for one in (await find_charts(apple, tmp_path)).podcasts] == ["Tall Ships"]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("", ("AT", "")), ("comedy", ("AT", "Comedy")), ("DE", ("DE", "")), ("crime GB", ("GB", "True Crime")),
        ("TV", ("AT", "TV & Film")), ("AR", ("AR", "")), ("ar", ("AT", "Arts")),
    ],
)  # fmt: skip
def test_top_takes_a_category_and_a_country_in_capitals(typed: str, wanted: tuple[str, str]) -> None:
    assert parse_top(typed, "AT") == wanted


@pytest.mark.parametrize("typed", ["gardens", "s", "xx"])
def test_unknown_or_ambiguous_category_is_refused_with_all_of_them(typed: str) -> None:
    with pytest.raises(UserError, match=r"Arts, Business, .* and True Crime"):
        parse_top(typed, "AT")
