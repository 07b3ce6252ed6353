"""The settings of a podcast on the screen."""

from __future__ import annotations

import pytest

from tests.app_driver import AppDriver, run_app
from tests.ui.test_feeds import CAST, IN_CAST, LIBRARY, topic
from tui_pod.core.library.podcast_settings import COURSE, ROWS, PodcastSettings
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.services.podcasts.podcast_settings import PodcastChoice
from tui_pod.ui.screens.podcasts.podcast_settings import PodcastsScreen, SettingsScreen

IN_TALKS = ListQuery(entry=topic(LIBRARY, "Talks"))

PODCASTS = (
    PodcastChoice(CAST, "Cast [b]of[/b]", PodcastSettings(speed=1.2)),
    PodcastChoice("https://gone.example.org/f", "Away", PodcastSettings(hidden=True)),
    PodcastChoice(COURSE, "The course", PodcastSettings()),
)


def ask(driver: AppDriver) -> list[tuple[object, ...]]:
    """Give the app its podcasts; return what it asks for."""
    driver.services.asked_feeds.asked_settings.podcasts = list(PODCASTS)
    return driver.services.asked_feeds.wishes


async def test_p_shows_every_setting_with_its_value_or_what_holds_otherwise() -> None:
    async with run_app(LIBRARY, query=IN_CAST) as driver:
        ask(driver)
        await driver.press("P")
        assert driver.shows(SettingsScreen)
        assert "Cast [b]of[/b]" in driver.text
        for name, row in ROWS.items():
            assert name.replace("_", " ") in driver.text
            assert row.usual in driver.text or name == "speed"


async def test_enter_saves_what_was_edited_and_nothing_else() -> None:
    async with run_app(LIBRARY, query=IN_CAST) as driver:
        wishes = ask(driver)
        await driver.press("P", "down", "down", "end", "backspace", "5", "down", "down", "down")
        await driver.write("1:30")
        await driver.press("enter")
        assert not driver.shows(SettingsScreen)
        assert wishes == [("configure", CAST, {"speed": "1.5", "skip_start": "1:30"})]


async def test_wrong_value_is_explained_and_keeps_the_dialog_open() -> None:
    async with run_app(LIBRARY, query=IN_CAST) as driver:
        wishes = ask(driver)
        await driver.press("P", "down", "down", "ctrl+u", "9", "up", "enter")
        assert driver.shows(SettingsScreen)
        assert "must be a number from 0.5 to 3" in driver.text
        await driver.press("escape")
        assert wishes == []


@pytest.mark.parametrize(("query", "keys"), [(IN_TALKS, ()), (ListQuery(0), ("tab",))])
async def test_p_where_no_podcast_is_asks_which_and_shows_the_hidden_ones_too(
    query: ListQuery, keys: tuple[str, ...]
) -> None:
    async with run_app(LIBRARY, query=query) as driver:
        wishes = ask(driver)
        await driver.press(*keys, "P")
        assert driver.shows(PodcastsScreen)
        assert "Away · hidden" in driver.text
        await driver.press("down", "enter")
        assert driver.shows(SettingsScreen)
        for _ in ROWS:
            await driver.press("down")
        await driver.press("up", "ctrl+u", "enter")
        assert wishes == [("configure", "https://gone.example.org/f", {"hidden": ""})]


async def test_p_on_an_episode_in_another_list_is_about_its_podcast() -> None:
    async with run_app(LIBRARY, query=ListQuery(0)) as driver:
        ask(driver)
        await driver.press("P")
        assert driver.shows(SettingsScreen)


async def test_of_the_course_only_hidden_can_be_set() -> None:
    async with run_app(LIBRARY, query=IN_TALKS) as driver:
        wishes = ask(driver)
        await driver.press("P", "end", "enter")
        await driver.write("yes")
        await driver.press("enter")
        assert wishes == [("configure", COURSE, {"hidden": "yes"})]
