"""Directories on a loopback server, and questions to them."""

import json
from typing import Any

from tests.sources import server
from tests.sources.podcasts.directories.answers import FYYD, ITUNES, PODCAST_INDEX
from tests.sources.server import Site
from tui_pod.net.access import NetworkPolicy
from tui_pod.sources.podcasts.directories.find import Finding, find
from tui_pod.sources.podcasts.directories.services import Directory, fyyd, itunes, podcast_index

PATHS = {"itunes": "/search", "fyyd": "/0.2/search/podcast", "podcastindex": "/api/1.0/search/byterm"}


def directories(site: Site, *names: str) -> list[Directory]:
    """Return directories that are on the loopback server."""
    base = site.url("")
    made: dict[str, Directory] = {
        "itunes": itunes("AT", base), "fyyd": fyyd(base), "podcastindex": podcast_index("key", lambda: "secret", base),
    }  # fmt: skip
    return [made[name] for name in names]


async def ask(site: Site, *names: str) -> Finding:
    """Return what some directories have."""
    return await find("Tall ships & more", directories(site, *names), NetworkPolicy(site.allowed))


async def answer(site: Site, entries: list[Any]) -> Finding:
    """Return what is made of entries of iTunes."""
    site.replies["/search"] = server.body(json.dumps({"results": entries}), "text/javascript")
    return await ask(site, "itunes")


def say(site: Site) -> None:
    """Have all directories answer as they do."""
    for name, answer in (("itunes", ITUNES), ("fyyd", FYYD), ("podcastindex", PODCAST_INDEX)):
        site.replies[PATHS[name]] = server.body(json.dumps(answer), "application/json")
