import json
import os
import socket
import time
from pathlib import Path

import pytest

from tests.sources import server
from tests.sources.podcasts.directories.answers import CHART, LOOKUP
from tests.sources.server import Site
from tui_pod.core.errors import UserError
from tui_pod.net.access import NetworkPolicy
from tui_pod.sources.podcasts.directories import charts, services
from tui_pod.sources.podcasts.directories.charts import parse_top
from tui_pod.sources.podcasts.directories.find import Finding

COMEDY = "/at/rss/toppodcasts/limit=50/genre=1303/explicit=true/json"
FEEDS = "/lookup?id=4,2,3&entity=podcast&country=AT"


@pytest.fixture
def apple(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Apple on the loopback server, with a chart of comedy in Austria."""
    real = services.itunes
    monkeypatch.setattr(services, "itunes", lambda country: real(country, site.url("")))
    site.replies[COMEDY] = server.body(json.dumps(CHART), "text/javascript")
    site.replies["/lookup"] = server.body(json.dumps(LOOKUP), "text/javascript")
    return site


async def find(site: Site, folder: Path, category: str = "Comedy") -> Finding:
    return await charts.find_top(category, "AT", folder / "remote", NetworkPolicy(site.allowed))


async def test_chart_is_in_its_order_with_feeds_and_summaries_and_kept_for_a_day(apple: Site, tmp_path: Path) -> None:
    found = await find(apple, tmp_path)
    assert [(one.title, one.address, one.summary) for one in found.podcasts] == [
        ("Harbours", "http://harbours.example/rss", "About Harbours."),
        ("Tall Ships", "https://ships.example/feed.xml", "About Tall Ships."),
    ]
    assert found.without_feed == 1
    assert apple.paths() == [COMEDY, FEEDS]
    assert await find(apple, tmp_path) == found
    assert len(apple.paths()) == 2
    for copy in (tmp_path / "remote").iterdir():
        os.utime(copy, (time.time() - 90_000,) * 2)
    assert await find(apple, tmp_path) == found
    assert len(apple.paths()) == 4


@pytest.mark.parametrize("answer", ["<html>Please log in</html>", '{"feed": 3}', '{"feed": {"entry": [{"id": {}}]}}'])
async def test_what_is_no_chart_is_one_line_and_not_kept(apple: Site, tmp_path: Path, answer: str) -> None:
    whole, apple.replies[COMEDY] = apple.replies[COMEDY], server.body(answer)
    found = await find(apple, tmp_path)
    assert found.faults == ("iTunes did not answer with a list of podcasts. Try again later.",)
    assert (found.podcasts, found.unanswered) == ((), ("iTunes",))
    apple.replies[COMEDY] = whole
    assert (await find(apple, tmp_path)).podcasts


async def test_country_without_charts_and_no_network_are_one_line(
    apple: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del apple.replies[COMEDY]
    assert (await find(apple, tmp_path)).faults == ("iTunes: there are no charts for AT.",)

    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert (await find(apple, tmp_path)).faults == ("iTunes cannot be asked for its charts: this machine is offline.",)


async def test_empty_chart_or_a_single_podcast_is_no_fault(apple: Site, tmp_path: Path) -> None:
    apple.replies["/at/rss/toppodcasts/limit=50/explicit=true/json"] = server.body('{"feed": {"title": {}}}')
    assert await find(apple, tmp_path, "") == Finding()
    single = {"feed": {"entry": CHART["feed"]["entry"][1]}}
    apple.replies[COMEDY] = server.body(json.dumps(single))
    assert [one.title for one in (await find(apple, tmp_path)).podcasts] == ["Tall Ships"]


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
