"""Episodes are new until their row was seen, or the listener has dealt with them."""

from tests.services.podcasts.rig import ServiceRig, add_sounds, added, serve_sounds
from tests.sources import server
from tests.sources.server import Site, feed, item


async def bring_new(site: Site, service: ServiceRig) -> None:
    """Have two episodes come that are new."""
    await added(site, service, "a")
    site.replies["/a"] = server.body(feed(item(3) + item(2) + item(1), "a"))
    service.service.start()
    service.service.refresher.refresh()
    await service.done_refreshing()


async def test_what_came_is_new_until_it_is_looked_at(site: Site, service: ServiceRig) -> None:
    await bring_new(site, service)
    three, two, one = service.ids("Episode 3", "Episode 2", "Episode 1")
    index = service.controller.progress_index
    assert (set(index.new), index.new_in(1), one in index.new) == ({three, two}, 2, False)
    service.service.news.mark_seen([three, two, one])
    await service.until(lambda: not index.new, "it is seen")
    other = ServiceRig(service.data.parent)
    await other.service.news.show_new()
    assert other.controller.progress_index.new == frozenset()


async def test_what_was_drawn_is_new_until_its_list_is_left(site: Site, service: ServiceRig) -> None:
    await bring_new(site, service)
    three, two = service.ids("Episode 3", "Episode 2")
    index, news = service.controller.progress_index, service.service.news
    news.drawn(three)
    await news.show_new()
    assert index.new == {three, two}
    news.list_left()
    await service.until(lambda: index.new == {two}, "what was drawn is seen")


async def test_what_was_drawn_is_not_new_after_a_restart(site: Site, service: ServiceRig) -> None:
    await bring_new(site, service)
    three, two = service.ids("Episode 3", "Episode 2")
    service.service.news.drawn(three)
    await service.service.news.close()
    assert service.controller.progress_index.new == {three, two}
    other = ServiceRig(service.data.parent)
    await other.service.news.show_new()
    assert other.controller.progress_index.new == {two}


async def test_what_is_begun_or_marked_is_not_new_and_what_is_taken_off_can_be_brought_back(
    site: Site, service: ServiceRig
) -> None:
    await bring_new(site, service)
    three, two = service.ids("Episode 3", "Episode 2")
    index = service.controller.progress_index
    service.controller.editor.mark([three], played=True)
    assert index.new == {two}
    service.service.news.take_off([two, three])
    said = "1 episode removed from New. Press u to undo."
    await service.until(lambda: service.driver.said[-1] == said, "it is taken off")
    assert not index.new
    service.controller.undo()
    await service.until(lambda: index.new == {two}, "it is back")
    service.controller.redo()
    await service.until(lambda: not index.new, "it is taken off again")


async def test_what_is_queued_or_downloaded_by_hand_is_not_new(site: Site, service: ServiceRig) -> None:
    await bring_new(site, service)
    three, two = service.ids("Episode 3", "Episode 2")
    index = service.controller.progress_index
    service.controller.queue_last([three])
    service.service.news.queue_changed()
    await service.until(lambda: index.new == {two}, "it is queued")
    await service.do(service.service.downloads.toggle, [two])
    assert index.new == {two}  # it has no recording


async def test_what_is_downloaded_by_hand_is_not_new(site: Site, service: ServiceRig) -> None:
    await add_sounds(service, site, 1)
    serve_sounds(site, 3)
    await service.do(service.service.refresher.refresh)
    two, one = service.ids("Episode 2", "Episode 1")
    index = service.controller.progress_index
    assert index.new == {two, one}
    await service.do(service.service.downloads.toggle, [two])
    assert index.new == {one}


async def test_nothing_that_is_not_new_is_taken_off_and_what_is_stays_without_another_notice(
    site: Site, service: ServiceRig
) -> None:
    await bring_new(site, service)
    said, changed = list(service.driver.said), list(service.driver.changed)
    service.service.news.take_off(service.ids("Episode 1"))
    service.service.news.list_left()
    await service.service.news.close()
    assert (service.driver.said, len(service.controller.progress_index.new)) == (said, 2)
    await service.service.news.show_new()
    assert service.driver.changed == changed
