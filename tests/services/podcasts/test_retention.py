"""When the downloads of a podcast are looked at: once an episode was played, or is no longer in use."""

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.app_driver import AppDriver, embedded_library, run_app
from tests.fakes import FakeSettings
from tests.present import present
from tests.rooms import make_podcast, make_room
from tests.services.podcasts.rig import ServiceRig, add_sounds, serve_sounds
from tests.sources import server
from tests.sources.server import Site, feed, item
from tui_pod.config.paths import embedded_transcripts
from tui_pod.config.settings import FeedSettings
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.library.podcast_settings import ROWS
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import ListQuery
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


def keys_of(driver: AppDriver) -> str:
    return re.sub(" {2,}", "  ", " ".join(driver.rows_of(driver.main.query_one("#keys"))).strip())


def test_course_topics_are_those_with_its_path_while_it_is_shown() -> None:
    library, settings = embedded_library(), FakeSettings([])

    def is_offered(name: str) -> bool:
        topic = present(library.topics.find(name))
        return settings.is_course_topic(library, topic)

    names = ("Generative AI", "The course", "1. The Guessing Machine", "Transformers", "All Topics")
    assert [is_offered(name) for name in names] == [True, True, True, False, False]
    assert not settings.is_course_topic(library, -1)
    settings.has_course = False  # another catalogue was named on the command line
    assert not is_offered("The course")


def test_course_that_is_hidden_or_another_catalogue_is_not_shown() -> None:
    settings = FakeSettings([])
    assert settings.is_course_shown(embedded_library())
    for other in (build_library([], []), make_podcast({}), make_room().library):
        assert not settings.is_course_shown(other)


async def test_x_on_the_course_offers_to_hide_it() -> None:
    async with run_app(embedded_library(), query=ListQuery(entry=2)) as driver:
        await driver.press("tab", "x")
        assert "Hide the course" in driver.text
        await driver.press("escape")
        assert driver.services.asked_feeds.wishes == []
        await driver.press("x", "enter")
        assert driver.services.asked_feeds.wishes == [("configure", "course", {"hidden": "yes"})]


async def test_empty_library_offers_only_what_works() -> None:
    async with run_app(build_library([], [])) as driver:
        assert "Press a to add a podcast, or to search for one." in driver.text
        assert "Press a to add a podcast, ? for all keys" in driver.text
        assert keys_of(driver) == "a Add podcast  q Quit  ctrl+f Everywhere  ctrl+p Palette  ? Help"
        await driver.press("tab")
        assert keys_of(driver) == "a Add podcast  q Quit  ctrl+f Everywhere  ctrl+p Palette  ? Help"


async def test_key_line_offers_to_add_a_podcast_until_there_is_one() -> None:
    for library, is_first in ((embedded_library(), True), (make_podcast({}), False)):
        for width in (200, 120, 80):
            async with run_app(library, size=(width, 23)) as driver:
                before, is_there, _ = keys_of(driver).partition("a Add podcast")
                assert ("Transcript" not in before) is is_first
                assert bool(is_there) is is_first


async def test_settings_are_changed_at_once_and_can_be_taken_back(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    await service.add(site.url("/f"))
    settings = service.service.settings
    settings.configure(site.url("/f"), {"speed": "1.5", "name": "Mine"})
    await service.done()
    assert service.topics == ["Mine"]
    assert service.controller.mixer.speed_rule(0) == 1.5
    assert service.driver.said[-1] == "Test Cast: speed 1.5, name Mine. Press u to undo."
    await service.do(service.controller.undo)
    assert (service.topics, service.controller.mixer.speed_rule(0)) == (["Test Cast"], 1.0)
    await service.do(service.controller.redo)
    assert service.topics == ["Mine"]


async def test_hidden_podcast_is_still_among_the_settings(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    await service.add(site.url("/f"))
    service.service.settings.configure(site.url("/f"), {"hidden": "yes"})
    await service.done()
    assert (service.topics, service.titles) == ([], [])
    podcasts = await service.service.settings.all()
    assert [(podcast.name, podcast.settings.hidden) for podcast in podcasts] == [
        ("Test Cast", True),
        ("The course", False),
    ]


async def test_podcast_is_found_by_its_address_its_episode_or_not_at_all(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    await service.add(site.url("/f"))
    settings, library = service.service.settings, service.controller.library
    for index, entry in ((0, 0), (None, 1), (0, 1), (0, -1)):
        found = present(await settings.find_at(library, index, entry))
        assert (found.id, found.name, found.podcast) == (site.url("/f"), "Test Cast", None)
        assert found.rows.keys() == ROWS.keys() - {"kind"}  # it has a feed
    assert await settings.find_at(library, None, 0) is None
    assert await settings.find("https://a.example.org/none") is None


async def test_settings_of_what_is_gone_change_nothing(service: ServiceRig) -> None:
    await service.do(service.service.settings.configure, "https://a.example.org/none", {"speed": "1.5"})
    assert service.driver.said == []


async def test_course_is_hidden_and_shown_again_with_a_word_of_its_own(service: ServiceRig) -> None:
    settings = service.service.settings
    for is_hidden, said in ((True, "The course hidden"), (False, "The course shown again")):
        await service.do(settings.hide_course, is_hidden)
        assert service.driver.said[-1] == f"{said}. Press u to undo."
        (course,) = await settings.all()
        assert (course.settings.hidden, list(course.rows)) == (is_hidden, ["hidden"])


async def test_setting_that_is_emptied_is_named_as_usual(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    await service.add(site.url("/f"))
    await service.do(service.service.settings.configure, site.url("/f"), {"skip_start": "5"})
    assert service.driver.said[-1] == "Test Cast: skip start 5. Press u to undo."
    await service.do(service.service.settings.configure, site.url("/f"), {"skip_start": ""})
    assert service.driver.said[-1] == f"Test Cast: skip start {ROWS['skip_start'].usual}. Press u to undo."


async def test_embedded_course_has_no_other_catalogue_in_its_place(service: ServiceRig) -> None:
    assert not service.service.settings.has_course
    assert not service.service.settings.is_course_shown(embedded_library())


@pytest.mark.parametrize("has_course", [True, False])
def test_course_is_shown_if_the_first_episode_is_of_it(service: ServiceRig, has_course: bool) -> None:
    settings = service.service.settings
    settings.has_course = has_course
    first = Episode("a", "A", transcript=str(embedded_transcripts() / "a.txt"))
    assert settings.is_course_shown(build_library([], [first, Episode("b", "B")])) is has_course
    assert not settings.is_course_shown(build_library([], [Episode("b", "B"), first]))
    assert not settings.is_course_shown(build_library([], []))
