"""The question of an episode that has ended, as the screen offers and shows it."""

from collections.abc import AsyncIterator

import pytest

from tests.app_driver import AppDriver, run_app
from tests.rooms import EPISODES, TOPICS
from tui_pod.core.library.library import build_library
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.ui.screens.recall import RecallScreen

QUESTION = "Why does the lighthouse keeper light the lamp before it is dark?"

LIBRARY = build_library(TOPICS, [EPISODES[0]._replace(question=QUESTION, answer="For the ships."), *EPISODES[1:]])


@pytest.fixture(params=[(80, 24), (120, 40)], ids=str)
async def driver(request: pytest.FixtureRequest) -> AsyncIterator[AppDriver]:
    """An app in which the question of the first episode is offered while the second plays."""
    async with run_app(LIBRARY, size=request.param, query=ListQuery(entry=1)) as driver:
        await driver.press("j", "enter")
        await driver.play(3)
        driver.services.recall.offer("one")
        await driver.settle()
        yield driver


def key_line(driver: AppDriver) -> str:
    return " ".join(driver.rows_of(driver.main.query_one("#keys")))


async def test_question_is_offered_in_the_key_line_and_covers_nothing(driver: AppDriver) -> None:
    assert "Q Question: Why does the" in key_line(driver)
    assert "esc Later" in key_line(driver)
    assert "space Pause" in key_line(driver)
    assert driver.notices == []
    assert driver.status() is PlayerStatus.PLAYING


async def test_enter_plays_and_asks_nothing(driver: AppDriver) -> None:
    await driver.press("enter")
    await driver.settle()
    assert not driver.shows(RecallScreen)
    assert driver.status() is PlayerStatus.PLAYING


async def test_question_is_shown_by_its_key_and_the_piece_waits(driver: AppDriver) -> None:
    await driver.press("Q")
    await driver.until(lambda: "light the lamp" in driver.text, "the question is shown")
    assert driver.status() is PlayerStatus.PAUSED
    assert driver.playback.episode == "two"
    await driver.press("enter")
    assert "For the ships." in driver.text
    await driver.press("escape")
    assert driver.status() is PlayerStatus.PLAYING
    assert "Question" not in key_line(driver)


@pytest.mark.parametrize("keys", [["escape"], ["k"], [">"]], ids=str)
async def test_offer_ends_when_the_listener_does_something_else(keys: list[str], driver: AppDriver) -> None:
    await driver.press(*keys)
    assert "Question" not in key_line(driver)
    await driver.press("Q")
    assert not driver.shows(RecallScreen)


async def test_offer_stays_when_the_former_episode_is_drawn_late(driver: AppDriver) -> None:
    driver.main.question.follow(driver.playback._replace(load=driver.playback.load - 1))
    assert "Question" in key_line(driver)


async def test_time_of_the_offer_runs_once_the_next_episode_has_loaded(
    driver: AppDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.ui.controllers.question.LAPSE", 0.01)
    driver.sources.is_holding = True
    await driver.press(">")
    driver.services.recall.offer("one")
    await driver.settle()
    assert "Question" in key_line(driver)
    driver.sources.is_holding = False
    driver.sources.request(EPISODES[2], driver.playback.load)
    await driver.until(lambda: "Question" not in key_line(driver), "the offer lapses")


async def test_key_in_the_search_field_is_a_letter(driver: AppDriver) -> None:
    await driver.press("slash", *"Q")
    assert not driver.shows(RecallScreen)


async def test_question_is_shown_from_the_transcript_too(driver: AppDriver) -> None:
    await driver.press("t", "Q")
    await driver.until(lambda: driver.shows(RecallScreen), "the question is shown")
