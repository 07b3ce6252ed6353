"""What the running app does when a server wants a login: it asks, and goes on with what wanted it."""

from pathlib import Path

import pytest

from tests.services.podcasts.rig import ServiceRig
from tests.sources import server
from tests.sources.server import Ranged, Site, feed, guarded, item, sound
from tui_pod.core.errors import UserError
from tui_pod.net.fetch import LoginWanted
from tui_pod.services.frontend import LoginNeeded


@pytest.fixture
def rig(site: Site, tmp_path: Path) -> ServiceRig:
    site.replies["/f"] = guarded(server.body(feed(item(1, "/1.wav"))))
    site.replies["/1.wav"] = guarded(Ranged(sound(2.0)))
    return ServiceRig(tmp_path)


async def subscribe(rig: ServiceRig, site: Site) -> str:
    """Subscribe with the login; return the id of the episode."""
    with pytest.raises(LoginNeeded) as caught:
        await rig.service.subscribe(site.url("/f"))
    await caught.value.question.answer("ann", "s3cret")
    await rig.done()
    return rig.controller.library.ids[0]


async def test_adding_asks_until_the_login_is_right(rig: ServiceRig, site: Site) -> None:
    await rig.do(rig.service.add, site.url("/f"))
    (question,) = rig.driver.questions
    assert (question.host, question.needs_yes, question.known) == (f"127.0.0.1:{site.server_port}", True, ("", ""))
    with pytest.raises(UserError, match="does not take this login"):
        await question.answer("ann", "wrong")
    with pytest.raises(UserError, match="user name is needed"):
        await question.answer("", "s3cret")
    assert await question.answer("ann", "s3cret") == site.url("/f")
    await rig.done()
    assert len(rig.controller.library) == 1


async def test_refresh_of_one_podcast_asks_and_one_of_all_says_how(rig: ServiceRig, site: Site) -> None:
    await subscribe(rig, site)
    site.replies["/f"] = guarded(server.body(feed(item(1, "/1.wav") + item(2))), password="new")
    await rig.do(rig.service.refresher.refresh)
    assert rig.driver.errors[-1].endswith("on it asks for it.")
    await rig.do(rig.service.refresher.refresh, site.url("/f"))
    (question,) = rig.driver.questions
    assert question.known == ("ann", "")
    with pytest.raises(UserError, match="does not take this login"):
        await question.answer("ann", "wrong")
    await question.answer("ann", "new")
    await rig.done()
    assert len(rig.controller.library) == 2


async def test_recording_that_wants_a_login_is_played_with_it(rig: ServiceRig, site: Site, inside: Site) -> None:
    rig.podcasts.access.policy = inside.policy
    inside.replies["/1.wav"] = guarded(Ranged(sound(2.0)), "bob", "other")
    site.replies["/f"] = guarded(server.body(feed(item(1, inside.url("/1.wav")))))
    await subscribe(rig, site)
    episode = rig.controller.library.episode(0)
    with pytest.raises(LoginWanted) as caught:
        rig.podcasts.audio.source(episode)
    await rig.do(rig.service.ask_to_play, episode, caught.value)
    (question,) = rig.driver.questions
    with pytest.raises(UserError, match="does not take this login"):
        await question.answer("bob", "wrong")
    assert rig.controller.playback.episode is None
    await question.answer("bob", "other")
    assert rig.controller.playback.episode == episode.id


async def test_logins_of_podcasts_that_are_gone_are_forgotten_at_the_start(rig: ServiceRig, site: Site) -> None:
    await subscribe(rig, site)
    rig.podcasts.store.remove(site.url("/f"))
    await rig.do(rig.service.start)
    assert len(rig.podcasts.store.logins.of(site.url("/f"))) == 1  # it can be brought back
    rig.podcasts.store.purge(before=float("inf"))
    await rig.do(rig.service.start)
    assert rig.podcasts.store.logins.of(site.url("/f")) == ()
