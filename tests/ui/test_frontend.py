"""What the services tell the screen: notices, questions, and what plays."""

import pytest

from tests.app_driver import AppDriver
from tui_pod.core.player.events import Event, FileLoaded, PositionChanged
from tui_pod.core.selection.session_planner import Summary
from tui_pod.ui.frontend import PlaybackEvent
from tui_pod.ui.screens.dialog import ChoiceDialog
from tui_pod.ui.screens.session import SummaryScreen


@pytest.mark.parametrize(
    ("event", "newer", "is_replaced"),
    [
        (PositionChanged(1, 5.0), PositionChanged(1, 6.0), True),
        (PositionChanged(1, 5.0), PositionChanged(2, 0.0), False),
        (PositionChanged(1, 5.0), FileLoaded(1, 0.0, 60.0), False),
        (FileLoaded(1, 0.0, 60.0), PositionChanged(1, 5.0), False),
        (FileLoaded(1, 0.0, 60.0), FileLoaded(1, 0.0, 60.0), False),
    ],
)
def test_only_a_position_is_replaced_and_only_by_a_newer_one_of_the_same_file(
    event: Event, newer: Event, is_replaced: bool
) -> None:
    assert PlaybackEvent(event).can_replace(PlaybackEvent(newer)) is is_replaced


async def test_error_is_shown_longer_than_other_notices(driver: AppDriver) -> None:
    driver.app.frontend.tell("Saved.")
    driver.app.frontend.tell("Not saved.", is_error=True)
    await driver.settle()
    shown = [(notice.message, notice.severity, notice.timeout) for notice in driver.app._notifications]
    assert shown == [("Saved.", "information", 4), ("Not saved.", "error", 12)]


@pytest.mark.parametrize(("keys", "answers"), [((), [True]), (("down",), [False]), (("down", "down"), [])])
async def test_enter_answers_yes_to_a_sync_that_was_asked_for(
    keys: tuple[str, ...], answers: list[bool], driver: AppDriver
) -> None:
    given: list[bool] = []
    assert driver.app.frontend.ask_yes("Merge them?", given.append)
    await driver.until(lambda: driver.shows(ChoiceDialog), "it asks")
    assert not driver.app.frontend.ask_yes("Again?", given.append)
    await driver.press(*keys, "enter")
    assert given == answers


async def test_listener_who_types_is_not_asked(driver: AppDriver) -> None:
    await driver.press("slash")
    assert not driver.app.frontend.ask_yes("Merge them?", lambda _: None)


async def test_end_of_a_session_is_a_dialog_or_a_notice_over_another_one(driver: AppDriver) -> None:
    summary = Summary(finished=2, heard=120.0, used=60.0, topics=(), next=None)
    driver.app.frontend.session_ended(summary)
    await driver.until(lambda: driver.shows(SummaryScreen), "it is summed up")
    driver.app.frontend.session_ended(summary)
    await driver.settle()
    assert driver.notices == ["Session over: 2 episodes finished, 2 m heard."]


@pytest.mark.parametrize(("follows", "positions"), [(False, [0, 1, 2]), (True, [0, 0, 0])])
async def test_time_stands_still_for_a_screen_reader_until_it_jumps(
    follows: bool, positions: list[int], driver: AppDriver
) -> None:
    await driver.press("enter")
    driver.app.follows_cursor = follows
    shown = []
    for position in (0.0, 1.0, 2.0):
        driver.app.frontend.playback_changed(driver.controller.playback._replace(position=position))
        shown.append(int(driver.main.playback.position))
    assert shown == positions
    driver.app.frontend.playback_changed(driver.controller.playback._replace(position=60.0))
    assert driver.main.playback.position == 60.0
    driver.app.frontend.playback_changed(driver.controller.playback._replace(position=50.0))
    assert driver.main.playback.position == 50.0
