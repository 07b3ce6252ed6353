import json
from pathlib import Path

import pytest

from tests.services.podcasts.rig import ServiceRig
from tests.sources import server
from tests.sources.podcasts.asking import ITUNES
from tests.sources.server import Site, feed, item
from tui_pod.config.settings import FindSettings
from tui_pod.core.errors import UserError
from tui_pod.net.access import NetworkPolicy
from tui_pod.sources import directories


@pytest.mark.parametrize("key", ["", "key"])
def test_names_are_those_of_the_directories_that_are_asked(tmp_path: Path, key: str) -> None:
    settings = FindSettings(podcastindex_key=key)
    asked = directories.make_directories(
        settings.directories, settings.country, settings.podcastindex_key, settings.podcastindex_secret_command
    )
    assert ServiceRig(tmp_path, find=settings).service.directories.names == list(
        dict.fromkeys(each.name for each in asked)
    )


async def test_found_podcasts_that_are_subscribed_to_are_told(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, real_episodes = directories.itunes, directories.itunes_episodes
    monkeypatch.setattr(directories, "itunes", lambda country: real(country, site.url("")))
    monkeypatch.setattr(directories, "itunes_episodes", lambda country: real_episodes(country, site.url("")))
    answer = json.dumps(ITUNES).replace("https://ships.example/feed.xml", site.url("/ships"))
    site.replies["/search"] = server.body(answer, "text/javascript")
    site.replies["/ships"] = server.body(feed(item(1) + item(2), "Tall Ships"))
    rig = ServiceRig(tmp_path, policy=NetworkPolicy(site.allowed), find=FindSettings(directories=("itunes",)))
    service = rig.service.directories
    found = await service.find("ships")
    address = found.finding.podcasts[0].address
    assert found.subscribed == frozenset()
    assert len((await service.preview(address)).items) == 2
    assert rig.titles == []
    await rig.service.subscribe(address, is_listed=True)
    assert (await service.find("ships")).subscribed == {address}
    await rig.service.close()


async def test_address_from_a_directory_may_not_lead_into_the_own_network(site: Site, tmp_path: Path) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    rig = ServiceRig(tmp_path)
    with pytest.raises(UserError, match="own network"):
        await rig.service.directories.preview(site.url("/f"))
    with pytest.raises(UserError, match="own network"):
        await rig.service.subscribe(site.url("/f"), is_listed=True)
    assert site.asked == []
    await rig.service.close()
