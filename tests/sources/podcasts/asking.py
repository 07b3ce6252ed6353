"""Directories on a loopback server, and questions to them.

Answers of the shape that the directories gave when they were looked at, with everything that is not read left in.
"""

import json
from typing import Any

from tests.sources import server
from tests.sources.server import Site
from tui_pod.net.access import NetworkPolicy
from tui_pod.sources.directories import Directory, Finding, find, fyyd, itunes, podcast_index

ITUNES: dict[str, Any] = {
    "resultCount": 3,
    "results": [
        {
            "wrapperType": "track", "kind": "podcast", "artistId": 1, "collectionId": 2, "trackId": 2,
            "artistName": "Ann & Bob", "collectionName": "Tall Ships", "trackName": "Tall Ships",
            "collectionViewUrl": "https://podcasts.example/us/podcast/id2?uo=4",
            "feedUrl": "https://ships.example/feed.xml", "artworkUrl30": "https://img.example/30.jpg",
            "artworkUrl600": "https://img.example/600.jpg", "collectionPrice": 0.0, "trackCount": 120,
            "releaseDate": "2026-11-20T10:00:00Z", "collectionExplicitness": "cleaned", "country": "USA",
            "currency": "USD", "primaryGenreName": "History", "genreIds": ["1487", "26"],
            "genres": ["History", "Podcasts"],
        },
        {"kind": "podcast", "collectionName": "Only Here", "artistName": "Apple", "trackCount": 3},
        {"kind": "podcast", "collectionName": "Harbours", "feedUrl": "http://harbours.example/rss", "trackCount": 0},
    ],
}  # fmt: skip

CHART: dict[str, Any] = {
    "feed": {
        "author": {"name": {"label": "iTunes Store"}, "uri": {"label": "http://www.apple.com/itunes/"}},
        "entry": [
            {
                "im:name": {"label": title},
                "im:image": [{"label": "https://img.example/55.png", "attributes": {"height": "55"}}],
                "summary": {"label": f"About {title}."},
                "im:contentType": {"attributes": {"term": "Podcast", "label": "Podcast"}},
                "title": {"label": f"{title} - Ann"},
                "id": {"label": "https://podcasts.example/at/podcast/id2?uo=2", "attributes": {"im:id": number}},
                "im:artist": {"label": "Ann"},
                "category": {"attributes": {"im:id": "1303", "term": "Comedy", "label": "Comedy"}},
            }
            for number, title in (("4", "Harbours"), ("2", "Tall Ships"), ("3", "Only Here"))
        ],
        "updated": {"label": "2026-11-29T08:00:00-07:00"},
        "title": {"label": "iTunes Store: Top Podcasts in Comedy"},
    }
}
"""A chart; what `LOOKUP` lists in another order, and without one of them."""

LOOKUP: dict[str, Any] = {
    "resultCount": 2,
    "results": [{**ITUNES["results"][0]}, {**ITUNES["results"][2], "collectionId": 4, "trackId": 4}],
}

FYYD: dict[str, Any] = {
    "status": 1,
    "msg": "ok",
    "meta": {"paging": {"count": 2, "page": 0, "next_page": None}, "API_INFO": {"API_VERSION": 0.2}},
    "data": [
        {
            "title": "Leuchttürme", "id": 85, "xmlURL": "https://licht.example/m4a", "htmlURL": "https://licht.example",
            "imgURL": "https://licht.example/c.jpg", "status": 304, "slug": "licht", "language": "de_AT",
            "lastpoll": "2026-11-24 00:36:29", "lastpub": "2026-11-13 02:03:27", "rank": 32, "categories": [52, 61],
            "author": "Carla", "episode_count": 44, "description": "Über <b>Leuchttürme</b> &amp; Licht.",
            "subtitle": "Licht!",
        },
        {"title": "tall ships", "xmlURL": "http://ships.example/feed.xml/", "language": "en", "categories": 38,
         "lastpub": "2026-11-25 00:30:17", "description": None},
    ],
}  # fmt: skip

PODCAST_INDEX: dict[str, Any] = {
    "status": "true",
    "count": 2,
    "query": "ships",
    "description": "Found matching feeds.",
    "feeds": [
        {
            "id": 75075, "podcastGuid": "9b024349", "title": "Sea Stories", "url": "https://sea.example/feed",
            "originalUrl": "https://sea.example/feed", "link": "https://sea.example", "description": "Stories.",
            "author": "", "ownerName": "Dora", "image": "https://sea.example/i.png",
            "artwork": "https://sea.example/a.png", "lastUpdateTime": 1_790_000_000, "lastHttpStatus": 200,
            "newestItemPubdate": 1_795_500_000, "itunesId": 3, "language": "en-US", "explicit": False, "dead": 0,
            "episodeCount": 7, "categories": {"77": "Society"},
        },
        {"id": 1, "title": "Sunk", "url": "https://sunk.example/feed", "dead": 1},
    ],
}  # fmt: skip

NOT_A_LIST: list[tuple[str, bytes]] = [
    ("html", b"<!DOCTYPE html><html><body>Please log in to the hotel's network</body></html>"),
    ("empty", b""),
    ("cut", json.dumps(ITUNES).encode()[:300]),
    ("other", b'{"errorMessage": "Invalid value"}'),
    ("scalar", b"42"),
    ("list", b'{"results": {"a": 1}, "data": "x", "feeds": null}'),
    ("deep", b"[" * 200_000),
    ("huge number", b'{"results": ' + b"9" * 10_000 + b"}"),
    ("not UTF-8", b"\xff\xfe\x00"),
]
"""Answers that are no list of podcasts, by what they are."""


PATHS = {"itunes": "/search", "fyyd": "/0.2/search/podcast", "podcastindex": "/api/1.0/search/byterm"}


def on_loopback(site: Site, *names: str) -> list[Directory]:
    """Return directories that are on the loopback server."""
    base = site.url("")
    made: dict[str, Directory] = {
        "itunes": itunes("AT", base), "fyyd": fyyd(base), "podcastindex": podcast_index("key", lambda: "secret", base),
    }  # fmt: skip
    return [made[name] for name in names]


async def ask(site: Site, *names: str) -> Finding:
    """Return what some directories have."""
    return await find("Tall ships & more", on_loopback(site, *names), NetworkPolicy(site.allowed))


async def answer(site: Site, entries: list[Any]) -> Finding:
    """Return what is made of entries of iTunes."""
    site.replies["/search"] = server.body(json.dumps({"results": entries}), "text/javascript")
    return await ask(site, "itunes")


def say(site: Site) -> None:
    """Have all directories answer as they do."""
    for name, answer in (("itunes", ITUNES), ("fyyd", FYYD), ("podcastindex", PODCAST_INDEX)):
        site.replies[PATHS[name]] = server.body(json.dumps(answer), "application/json")
