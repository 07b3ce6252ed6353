"""When the downloads of a podcast are looked at: once an episode was played, or is no longer in use."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.services.podcasts.rig import ServiceRig, add_sounds, serve_sounds
from tests.sources import server
from tests.sources.server import Site, feed, item
from tui_pod.config.settings import FeedSettings
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress import Progress
from tui_pod.services.podcasts import retention as module
from tui_pod.services.podcasts.retention import RetentionPolicy
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.marks import candidates, set_marked
from tui_pod.shelf.subscription import Subscription


class Looks(RetentionPolicy):
    """Records which podcasts it would look at."""

    def __init__(self, rig: ServiceRig) -> None:
        super().__init__(rig.context, rig.service.downloads)
        self.looks: list[list[str]] = []

    async def keep(self, feeds: Iterable[Subscription]) -> None:
        """Record the podcasts."""
        self.looks.append(sorted(found.feed_id for found in feeds))


@pytest.fixture
async def rig(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServiceRig:
    """Two podcasts with an episode each."""
    monkeypatch.setattr(module, "SOON", 0.0)
    rig = ServiceRig(tmp_path)
    for number, name in enumerate(("/f", "/g")):
        site.replies[name] = server.body(feed(item(number, "/1.wav")))
        await rig.add(site.url(name))
    return rig


async def looks_after(policy: Looks, rig: ServiceRig) -> list[list[str]]:
    """Return the looks that are due by now, and forget them."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await rig.done()
    found, policy.looks = policy.looks, []
    return found


def set_progress(rig: ServiceRig, ident: str, is_played: bool, position: float = 0.0) -> None:
    """Change the progress of an episode."""
    rig.controller.progress_index.put(ident, Progress(rig.controller.now(), position, 100.0, played=is_played))


async def test_podcast_is_looked_at_once_its_episode_is_played_or_unplayed(rig: ServiceRig) -> None:
    policy, ident = Looks(rig), rig.controller.library.ids[0]
    podcast = rig.controller.library.feed_of(0)
    for position in (5.0, 10.0):  # it only started
        set_progress(rig, ident, False, position)
        policy.progress_changed([ident])
    assert await looks_after(policy, rig) == []
    for is_played in (True, False):
        set_progress(rig, ident, is_played)
        policy.progress_changed([ident])
        assert await looks_after(policy, rig) == [[podcast]]
        policy.progress_changed([ident])
        assert await looks_after(policy, rig) == []
    set_progress(rig, ident, True)
    policy.progress_changed([ident])
    await rig.context.tasks.close()  # the app ends
    assert await looks_after(policy, rig) == []


async def test_several_marks_cause_one_look(rig: ServiceRig) -> None:
    policy, library = Looks(rig), rig.controller.library
    for ident in library.ids:
        set_progress(rig, ident, True)
        policy.progress_changed([ident])
    assert await looks_after(policy, rig) == [sorted(filter(None, map(library.feed_of, range(2))))]


async def test_podcast_is_looked_at_once_its_episode_is_no_longer_in_use(rig: ServiceRig) -> None:
    policy, (first, second) = Looks(rig), rig.controller.library.ids
    for episode in (first, first):
        policy.playback_changed(Playback(episode=episode))
        assert await looks_after(policy, rig) == []
    policy.playback_changed(Playback(episode=second))
    assert await looks_after(policy, rig) == [[rig.controller.library.feed_of(0)]]
    policy.playback_changed(Playback())
    assert await looks_after(policy, rig) == [[rig.controller.library.feed_of(1)]]
    policy.playback_changed(Playback(episode="unknown"))  # it is of no podcast
    policy.playback_changed(Playback())
    assert await looks_after(policy, rig) == []


async def test_podcast_is_looked_at_once_its_episode_is_queued_or_leaves_the_queue(rig: ServiceRig) -> None:
    policy, first = Looks(rig), rig.controller.library.ids[0]
    for change in (rig.controller.queue_last, rig.controller.unqueue):
        change([first])
        policy.queue_changed()
        assert await looks_after(policy, rig) == [[rig.controller.library.feed_of(0)]]
        policy.queue_changed()
        assert await looks_after(policy, rig) == []


async def test_episode_that_is_queued_is_wanted_again(rig: ServiceRig) -> None:
    policy, first = Looks(rig), rig.controller.library.ids[0]
    podcast, database = str(rig.controller.library.feed_of(0)), rig.podcasts.store.db
    set_marked(database, "unwanted", [first], True)
    assert candidates(database, podcast) == []
    rig.controller.queue_last([first])
    policy.queue_changed()
    await looks_after(policy, rig)
    assert [found.id for found in candidates(database, podcast)] == [first]


async def test_next_ones_of_each_feed_are_kept(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=False, keep_next=2))
    await add_sounds(service, site, 4)
    assert set(service.driver.downloads) == set(service.ids("Episode 3", "Episode 2"))
    assert all(download.is_automatic for download in service.driver.downloads.values())
    service.controller.editor.mark(service.ids("Episode 3"), played=True)
    await service.do(service.service.refresher.refresh)
    assert set(service.driver.downloads) == set(service.ids("Episode 3", "Episode 2", "Episode 1"))


async def test_next_ones_are_as_many_as_the_feed_itself_says(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=False, keep_next=2))
    serve_sounds(site, 4)
    FeedStore(service.data)
    service.podcasts.store.subscribe([])
    await service.add(site.url("/f"))
    for ident in list(service.driver.downloads):
        service.podcasts.downloads.delete(ident)
    service.podcasts.store.configure(site.url("/f"), {"keep": "0"})
    site.asked.clear()
    await service.do(service.service.refresher.refresh)
    assert site.paths() == ["/f"]
    service.podcasts.store.configure(site.url("/f"), {"keep": "1"})
    await service.do(service.service.refresher.refresh)
    assert site.paths()[-1] == "/3.wav"


async def test_next_ones_are_topped_up_once_one_is_marked(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=False, keep_next=2, delete_played=0))
    await add_sounds(service, site, 4)
    three, two, one = service.ids("Episode 3", "Episode 2", "Episode 1")
    service.controller.editor.mark([three], played=True)
    await service.until(lambda: set(service.driver.downloads) == {two, one}, "the next comes, the played goes")
    service.controller.undo()
    await service.until(lambda: set(service.driver.downloads) == {three, two}, "what was marked by mistake is back")
    assert site.paths().count("/3.wav") == 1


async def test_download_of_what_plays_goes_once_something_else_plays(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=False, delete_played=0))
    await add_sounds(service, site, 2)
    one, zero = service.ids("Episode 1", "Episode 0")
    await service.do(service.service.downloads.toggle, [one])
    service.controller.play(one)
    service.controller.editor.mark([one], played=True)
    service.controller.play(zero)
    await service.until(lambda: not service.driver.downloads, "it goes")


async def test_next_one_that_the_listener_removed_stays_away_until_it_is_wanted(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=False, keep_next=1))
    await add_sounds(service, site, 2)
    one, zero = service.ids("Episode 1", "Episode 0")
    await service.do(service.service.downloads.remove, [one])
    await service.do(service.service.refresher.refresh)
    assert set(service.driver.downloads) == {zero}
    await service.do(service.controller.undo)
    await service.do(service.service.refresher.refresh)
    assert set(service.driver.downloads) == {one}


async def test_next_ones_that_fail_are_logged_and_trouble_nobody(
    site: Site, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=False, keep_next=1))
    serve_sounds(site, 1)
    site.replies["/0.wav"] = server.body("no", status=404)
    await service.add(site.url("/f"))
    assert (service.driver.errors, service.driver.downloads) == ([], {})
    assert "“Episode 0” was not downloaded" in capfd.readouterr().err
