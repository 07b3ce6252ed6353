"""When the downloads of a podcast are looked at: once an episode was played, or is no longer in use."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.feeds import server
from tests.feeds.server import Site, feed, item
from tests.services.podcasts.test_feeds import ServiceRig
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress import Progress
from tui_pod.feeds.store.marks import candidates, set_marked
from tui_pod.feeds.store.subscription import Subscription
from tui_pod.services.podcasts import keeping as module
from tui_pod.services.podcasts.keeping import Keeper


class Looks(Keeper):
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


async def looks_after(keeper: Looks, rig: ServiceRig) -> list[list[str]]:
    """Return the looks that are due by now, and forget them."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await rig.done()
    found, keeper.looks = keeper.looks, []
    return found


def set_progress(rig: ServiceRig, ident: str, is_played: bool, position: float = 0.0) -> None:
    """Change the progress of an episode."""
    rig.controller.progress_index.put(ident, Progress(rig.controller.now(), position, 100.0, played=is_played))


async def test_podcast_is_looked_at_once_its_episode_is_played_or_unplayed(rig: ServiceRig) -> None:
    keeper, ident = Looks(rig), rig.controller.library.ids[0]
    podcast = rig.controller.library.feed_of(0)
    for is_played in (True, False):
        set_progress(rig, ident, is_played)
        keeper.progress_changed([ident])
        assert await looks_after(keeper, rig) == [[podcast]]
        keeper.progress_changed([ident])
        assert await looks_after(keeper, rig) == []


async def test_podcast_of_an_episode_that_only_started_is_not_looked_at(rig: ServiceRig) -> None:
    keeper, ident = Looks(rig), rig.controller.library.ids[0]
    for position in (5.0, 10.0):
        set_progress(rig, ident, False, position)
        keeper.progress_changed([ident])
    assert await looks_after(keeper, rig) == []


async def test_several_marks_cause_one_look(rig: ServiceRig) -> None:
    keeper, library = Looks(rig), rig.controller.library
    for ident in library.ids:
        set_progress(rig, ident, True)
        keeper.progress_changed([ident])
    assert await looks_after(keeper, rig) == [sorted(filter(None, map(library.feed_of, range(2))))]


async def test_podcast_is_looked_at_once_its_episode_is_no_longer_in_use(rig: ServiceRig) -> None:
    keeper, (first, second) = Looks(rig), rig.controller.library.ids
    for episode in (first, first):
        keeper.playback_changed(Playback(episode=episode))
        assert await looks_after(keeper, rig) == []
    keeper.playback_changed(Playback(episode=second))
    assert await looks_after(keeper, rig) == [[rig.controller.library.feed_of(0)]]
    keeper.playback_changed(Playback())
    assert await looks_after(keeper, rig) == [[rig.controller.library.feed_of(1)]]


async def test_podcast_is_looked_at_once_its_episode_is_queued_or_leaves_the_queue(rig: ServiceRig) -> None:
    keeper, first = Looks(rig), rig.controller.library.ids[0]
    for change in (rig.controller.queue_last, rig.controller.unqueue):
        change([first])
        keeper.queue_changed()
        assert await looks_after(keeper, rig) == [[rig.controller.library.feed_of(0)]]
        keeper.queue_changed()
        assert await looks_after(keeper, rig) == []


async def test_episode_that_is_queued_is_wanted_again(rig: ServiceRig) -> None:
    keeper, first = Looks(rig), rig.controller.library.ids[0]
    podcast, database = str(rig.controller.library.feed_of(0)), rig.podcasts.store.db
    set_marked(database, "unwanted", [first], True)
    assert candidates(database, podcast) == []
    rig.controller.queue_last([first])
    keeper.queue_changed()
    await looks_after(keeper, rig)
    assert [found.id for found in candidates(database, podcast)] == [first]


async def test_episode_of_no_podcast_causes_no_look(rig: ServiceRig) -> None:
    keeper = Looks(rig)
    keeper.playback_changed(Playback(episode="unknown"))
    keeper.playback_changed(Playback())
    assert await looks_after(keeper, rig) == []
