"""Episodes are new until the listener has dealt with them, or for some weeks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.present import present
from tests.services.podcasts.rig import ServiceRig, added
from tests.sources import server
from tests.sources.server import Site, feed, item
from tui_pod.config.settings import FeedSettings
from tui_pod.core.playback.progress_editor import NEVER
from tui_pod.core.progress.progress import Progress
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.sources.refresh import refresh_feed


async def bring_new(site: Site, service: ServiceRig) -> None:
    """Have two episodes come that are new."""
    await added(site, service, "a")
    site.replies["/a"] = server.body(feed(item(3) + item(2) + item(1), "a"))
    service.service.start()
    service.service.refresher.refresh()
    await service.done_refreshing()


async def test_what_came_is_new_and_what_was_there_is_not(site: Site, service: ServiceRig) -> None:
    await bring_new(site, service)
    three, two, one = service.ids("Episode 3", "Episode 2", "Episode 1")
    index = service.controller.progress_index
    assert (set(index.new), index.new_in(1), one in index.new) == ({three, two}, 2, False)


async def test_what_is_new_for_weeks_leaves_and_is_named_once(
    site: Site, service: ServiceRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bring_new(site, service)
    index, news = service.controller.progress_index, service.service.news
    came = datetime.now(UTC)
    monkeypatch.setattr(service.controller, "now", lambda: came + timedelta(days=27))
    await news.show_new()
    assert len(index.new) == 2
    service.controller.editor.dismiss(service.ids("Episode 3"), is_new=True)
    monkeypatch.setattr(service.controller, "now", lambda: came + timedelta(days=29))
    for _ in range(2):
        await news.show_new()
        assert not index.new
    assert service.driver.said.count("1 episode left New: nobody looked at them for weeks.") == 1


async def test_what_is_begun_or_marked_is_not_new_and_what_is_taken_off_can_be_brought_back(
    site: Site, service: ServiceRig
) -> None:
    await bring_new(site, service)
    three, two = service.ids("Episode 3", "Episode 2")
    index = service.controller.progress_index
    service.controller.editor.mark([three], played=True)
    assert index.new == {two}
    service.controller.editor.dismiss([two], is_new=True)
    assert not index.new
    service.controller.undo()
    assert index.new == {two}
    service.controller.redo()
    assert not index.new
    service.controller.undo()
    service.controller.undo()
    assert index.new == {two, three}


async def test_what_another_machine_dismissed_is_not_new_and_what_it_heard_is_kept(
    site: Site, service: ServiceRig
) -> None:
    await bring_new(site, service)
    three, two = service.ids("Episode 3", "Episode 2")
    index, editor = service.controller.progress_index, service.controller.editor
    editor.receive({three: Progress(NEVER, is_dismissed=True)})
    assert index.new == {two}
    heard = Progress(datetime(2020, 1, 1, tzinfo=UTC), position=500.0)
    editor.dismiss([two], is_new=True)
    editor.receive({two: heard})
    assert index.get(two) == heard


async def test_what_is_queued_is_not_new(site: Site, service: ServiceRig) -> None:
    await bring_new(site, service)
    three, two = service.ids("Episode 3", "Episode 2")
    index = service.controller.progress_index
    service.controller.queue_last([three])
    service.service.news.queue_changed()
    assert index.new == {two}
    service.controller.undo()
    service.service.news.queue_changed()
    assert index.new == {two, three}


async def test_what_stays_new_is_not_shown_again(site: Site, service: ServiceRig) -> None:
    await bring_new(site, service)
    changed = list(service.driver.changed)
    await service.service.news.show_new()
    assert service.driver.changed == changed


async def publish(site: Site, service: ServiceRig, *numbers: int) -> list[str]:
    """Refresh podcast `a` with these episodes, and return the titles in the queue."""
    site.replies["/a"] = server.body(feed("".join(map(item, sorted(numbers, reverse=True))), "a"))
    service.driver.said.clear()
    await service.do(service.service.refresher.refresh)
    library = service.controller.library
    rows = map(library.index, service.controller.queue.upcoming)
    return [library.titles[row].removeprefix("Episode ") for row in rows if row is not None]


async def queueing(site: Site, service: ServiceRig, place: str) -> None:
    """Subscribe to a podcast whose new episodes join the queue."""
    await added(site, service, "a")
    service.service.settings.configure(site.url("/a"), {"queue_new": place})
    await service.done()


async def test_new_episodes_join_the_queue_by_themselves_stay_new_and_do_not_come_back(
    site: Site, service: ServiceRig
) -> None:
    await added(site, service, "a")
    assert await publish(site, service, 1, 2) == []
    service.service.settings.configure(site.url("/a"), {"queue_new": "last"})
    await service.done()
    assert await publish(site, service, 1, 2, 3, 4) == ["3", "4"]  # 2 was there before the listener asked for it
    assert "2 episodes joined the queue. Press u to undo." in service.driver.said
    three, four = service.ids("Episode 3", "Episode 4")
    assert {three, four} <= service.controller.progress_index.new
    assert [*service.controller.queue_notes.arrived] == [three, four]
    service.controller.unqueue([three])
    assert await publish(site, service, 1, 2, 3, 4, 5) == ["4", "5"]
    service.controller.undo()
    assert await publish(site, service, 1, 2, 3, 4, 5) == ["4"]
    again = ServiceRig(service.data.parent)
    again.controller.resume_queue(service.controller.queue_notes)
    assert await publish(site, again, 1, 2, 3, 4, 5, 6) == ["6"]


async def test_newest_of_a_podcast_replaces_what_came_before_unless_it_was_begun(
    site: Site, service: ServiceRig
) -> None:
    await queueing(site, service, "newest")
    assert await publish(site, service, 1, 2, 3) == ["3"]
    assert await publish(site, service, 1, 2, 3, 4) == ["4"]
    editor = service.controller.editor
    editor.put(editor.moved(service.ids("Episode 4")[0], 60.0))
    assert await publish(site, service, 1, 2, 3, 4, 5) == ["4", "5"]


async def test_full_queue_takes_no_new_episode(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=False, queue_limit=2))
    await queueing(site, service, "next")
    service.controller.queue_last(service.ids("Episode 1"))
    assert await publish(site, service, 1, 2, 3) == ["2", "1"]
    service.controller.unqueue(service.ids("Episode 1"))
    assert await publish(site, service, 1, 2, 3) == ["2"]


async def test_what_another_program_fetched_is_told_as_new_by_whichever_look_shows_it(
    site: Site, service: ServiceRig
) -> None:
    await added(site, service, "a")
    service.service.start(is_refreshing=False)
    await service.done()
    store = FeedStore(service.data)
    site.replies["/a"] = server.body(feed(item(3) + item(2) + item(1), "a"))
    refresh_feed(store, present(store.find(site.url("/a"))), CancelToken(), site.policy)
    store.db.close()
    service.changed.clear()
    await service.service.look_elsewhere()
    assert service.changed == [2]
