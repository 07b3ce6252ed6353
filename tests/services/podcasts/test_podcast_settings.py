import re

import pytest

from tests.app_driver import AppDriver, embedded_library, run_app
from tests.fakes import FakeSettings
from tests.present import present
from tests.rooms import make_podcast, make_room
from tests.services.podcasts.rig import ServiceRig
from tests.sources import server
from tests.sources.server import Site, feed, item
from tui_pod.config.paths import embedded_transcripts
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.library.podcast_settings import ROWS
from tui_pod.core.selection.list_query import ListQuery


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
