"""Downloads in the running app: what a login resumes, and what is shown of failures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.feeds import server
from tests.feeds.server import Ranged, Site, feed, guarded, item, sound
from tests.services.podcasts.test_feeds import ServiceRig


@pytest.fixture
async def rig(site: Site, tmp_path: Path) -> ServiceRig:
    """A podcast with two episodes, whose recordings need a login."""
    rig = ServiceRig(tmp_path)
    site.replies["/f"] = server.body(feed(item(1, "/1.wav") + item(2, "/2.wav")))
    for name in ("/1.wav", "/2.wav"):
        site.replies[name] = guarded(Ranged(sound(2.0)))
    await rig.add(site.url("/f"))
    return rig


async def ask(rig: ServiceRig) -> str:
    """Download the first episode until a login is asked for; return the episode's id."""
    ident = rig.controller.library.ids[0]
    rig.service.downloads.toggle([ident])
    await rig.until(lambda: rig.driver.questions, "it asks")
    return ident


async def test_download_that_wants_a_login_is_resumed_with_it(rig: ServiceRig) -> None:
    ident = await ask(rig)
    await rig.driver.questions[0].answer("ann", "s3cret")
    await rig.done()
    assert rig.podcasts.downloads.find(ident) is not None
    assert rig.driver.downloads[ident].is_whole


async def test_login_for_an_episode_that_is_gone_downloads_nothing(rig: ServiceRig, site: Site) -> None:
    ident = await ask(rig)
    await rig.do(rig.service.remove_feed, site.url("/f"))
    assert rig.controller.library.index(ident) is None
    requests = len(site.paths())
    await rig.driver.questions[0].answer("ann", "s3cret")
    await rig.done()
    assert rig.podcasts.downloads.find(ident) is None
    assert len(site.paths()) == requests


async def test_second_failure_is_counted_and_not_shown(rig: ServiceRig, site: Site) -> None:
    for name in ("/1.wav", "/2.wav"):
        site.replies[name] = server.body("", status=404)
    await rig.do(rig.service.downloads.toggle, rig.controller.library.ids)
    assert len(rig.driver.errors) == 2
    assert rig.driver.errors[-1] == "1 more downloads failed."
    assert set(rig.service.downloads.errors) == set(rig.controller.library.ids)
