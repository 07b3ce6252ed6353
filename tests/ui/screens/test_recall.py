"""Recall on the screen: cards, what is due, and the answers."""

from tests.app_driver import AppDriver
from tests.rooms import make_room
from tui_pod.config.settings import RecallSettings, Settings
from tui_pod.core.progress.bookmarks import Stretch
from tui_pod.ui.screens.recall import RecallScreen
from tui_pod.ui.screens.session import PlanScreen

LIBRARY = make_room().library


async def show(driver: AppDriver, *starts: float) -> None:
    """Keep sentences of an episode, show them, and make each a card; then let a day pass."""
    for number, start in enumerate(starts):
        driver.controller.bookmarks.add("one", "One", Stretch(start, start + 19.0, ("One.", "Two.", "Three.")[number]))
    await driver.press("4")
    await driver.until(lambda: driver.focus == "bookmarks", "the bookmarks are shown")
    for _ in starts:
        await driver.press("m", "j")
    driver.clock.go(24 * 3600)


def due(driver: AppDriver) -> int:
    return len(driver.services.recall.due())


async def test_card_is_marked_and_what_is_due_is_counted(driver: AppDriver) -> None:
    await show(driver, 0.0, 20.0)
    assert "0:00 ↻" in driver.text
    await driver.press("s")
    assert "2 bookmarks · by date · 2 to recall" in driver.text


async def test_recall_shows_context_then_the_sentence_and_takes_an_answer(driver: AppDriver, zone: str) -> None:
    await show(driver, 0.0, 20.0, 40.0)
    await driver.press("r")
    await driver.until(lambda: "1 of 3" in driver.text, "it asks")
    assert "What did you bookmark here?" in driver.text
    assert "enter Answer  x Remove card  esc Close" in driver.text
    await driver.press("3")
    assert due(driver) == 3, "an answer counts once the words were seen"
    await driver.press("enter", "3")
    await driver.until(lambda: "2 of 3" in driver.text, "it asks the next")
    assert "One. …" in driver.text
    await driver.press("enter")
    assert "1 forgot: in 1 day · 2 hard: in 1 day · 3 good: in 2 days · 4 easy: in 8 days" in driver.text
    await driver.press("4")
    await driver.until(lambda: "3 of 3" in driver.text, "it asks the next")
    await driver.press("enter", "1")
    await driver.until(lambda: not driver.shows(RecallScreen), "it is over")
    assert driver.notices[-1] == "That is all for now."
    assert due(driver) == 0


async def test_card_can_be_given_up_and_escape_leaves_the_rest(driver: AppDriver) -> None:
    await show(driver, 0.0, 20.0)
    await driver.press("r")
    await driver.until(lambda: "1 of 2" in driver.text, "it asks")
    await driver.press("x")
    await driver.until(lambda: "2 of 2" in driver.text, "it asks the next")
    await driver.press("escape")
    assert not driver.shows(RecallScreen)
    assert [card.start for card in driver.services.recall.due()] == [20.0]
    assert len(driver.controller.bookmarks) == 2


async def test_planned_session_begins_with_what_is_due(driver: AppDriver) -> None:
    settings = Settings(recall=RecallSettings(enabled=True))
    driver.services.first = driver.services.first._replace(settings=settings)
    await show(driver, 20.0)
    await driver.press("1", "S")
    await driver.until(lambda: driver.shows(PlanScreen), "it asks for the time")
    await driver.press("ctrl+u", *"45m")  # short sessions ask nothing
    await driver.press("enter")
    await driver.until(lambda: driver.shows(RecallScreen) and "1 of 1" in driver.text, "it asks")
    assert driver.controller.session is None
    await driver.press("escape")
    assert driver.controller.session is not None


async def test_planner_offers_recall_by_ear_and_the_keys_of_playback_answer(driver: AppDriver) -> None:
    await driver.press("S")
    await driver.until(lambda: driver.shows(PlanScreen), "it asks for the time")
    assert "recall first" not in driver.text, "nothing is due"
    await driver.press("escape")
    await show(driver, 20.0)
    await driver.press("1", "S", "ctrl+u", *"45m")
    await driver.until(lambda: "ctrl+r  recall first: no" in driver.text, "it offers to recall")
    await driver.press("ctrl+r", "ctrl+r")
    assert "recall first: aloud" in driver.text
    await driver.press("enter")
    await driver.until(lambda: driver.services.excerpts == ["chime"], "it asks aloud")
    assert driver.controller.session is None
    await driver.press("space")
    assert driver.services.excerpts[-1] == "pause"
    await driver.press(">")
    await driver.until(lambda: driver.controller.session is not None, "the session begins")
    assert due(driver) == 0
