"""Words that are recognised on this machine: offered, growing, labelled, and shown in the rows."""

import pytest

from tests.app_driver import AppDriver, run_app
from tests.rooms import make_room
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.row_states import RecognitionState
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.progress.bookmarks import BY_MACHINE
from tui_pod.core.selection.list_query import ListQuery

ALL = ListQuery(entry=0)

FIRST, SECOND = Cue("It rained.", 0.0, 2.0), Cue("We stayed in.", 2.5, 4.0)


pytestmark = pytest.mark.app(query=ALL)


@pytest.fixture
def library() -> Library:
    """A library of an episode with a recording, and of one without."""
    return build_library((), [Episode("talk", "Talk", duration=100.0, audio="/talk.mp3"), Episode("told", "Told")])


def words(driver: AppDriver) -> str:
    """Return what the pane shows, on one line."""
    return " ".join(" ".join(driver.rows_of(driver.transcript)).split())


async def test_episode_without_words_offers_to_recognise_those_of_a_recording(driver: AppDriver) -> None:
    driver.services.transcripts.update(talk=Transcript(), told=Transcript())
    await driver.press("j", "t", "enter")
    assert "Press t to close" in words(driver)
    assert driver.services.asked_recognition.asked == []
    await driver.press("t", "k", "t")
    assert "no transcript. Press enter to have them recognised." in words(driver)
    await driver.press("enter")
    assert driver.services.asked_recognition.asked == [("request", "talk")]
    await driver.press("ctrl+p", *"pause or resume rec", "enter")
    assert driver.services.asked_recognition.asked[1:] == [("toggle_pause",)]
    await driver.press("t")
    driver.services.transcripts["talk"] = Transcript((), BY_MACHINE)
    await driver.press("t")
    assert "No speech was recognised in it" in words(driver)


async def test_words_grow_while_they_are_read(driver: AppDriver) -> None:
    services = driver.services
    services.transcripts["talk"] = Transcript()
    await driver.press("t")
    services.asked_recognition.labels["talk"] = f"{BY_MACHINE} · 2 %"
    driver.app.frontend.transcript_changed("talk", RecognitionState("…"))
    await driver.settle()
    assert "first sentences will appear soon" in words(driver)
    for cues in ((FIRST,), (FIRST, SECOND)):
        services.transcripts["talk"] = Transcript(cues, BY_MACHINE)
        driver.app.frontend.transcript_changed("talk", RecognitionState("2 %", 2.0))
        await driver.settle()
        assert all(cue.text in words(driver) for cue in cues)
    assert f"{BY_MACHINE} · 2 % · x stops" in str(driver.transcript.border_subtitle)
    await driver.press("j", "y")
    assert driver.app.clipboard == f"We stayed in. ({BY_MACHINE})"


async def test_words_that_broke_off_go_on_from_the_last_sentence(driver: AppDriver) -> None:
    driver.services.transcripts["talk"] = Transcript((FIRST, SECOND), f"{BY_MACHINE} up to 0:04", is_partial=True)
    await driver.press("t")
    assert "up to 0:04 · enter on the last sentence continues" in str(driver.transcript.border_subtitle)
    await driver.press("enter")
    assert driver.services.asked_recognition.asked == []
    await driver.press("j", "enter")
    assert driver.services.asked_recognition.asked == [("request", "talk")]


async def test_row_shows_how_far_they_are_until_they_are_done(driver: AppDriver) -> None:
    driver.app.frontend.transcript_changed("talk", RecognitionState("42 %", 42.0))
    await driver.settle()
    assert "“ 42 %" in driver.rows_of(driver.episodes)[0]
    driver.app.frontend.transcript_changed("talk", None)
    await driver.settle()
    assert "42 %" not in driver.rows_of(driver.episodes)[0]


async def test_words_without_times_offer_to_have_them_found_and_are_not_moved(driver: AppDriver) -> None:
    driver.services.transcripts["talk"] = Transcript((Cue("It rained."),))
    await driver.press("t")
    assert "no times · enter recognises them on this machine" in str(driver.transcript.border_subtitle)
    await driver.press("enter")
    assert driver.services.asked_recognition.asked == [("request", "talk")]
    driver.main.transcript.nudge(0.5)
    assert driver.services.nudges == {}


async def test_recogniser_makes_way_for_keys(driver: AppDriver) -> None:
    await driver.press("j")
    assert driver.services.lifetime.keys_pressed == 1


async def test_words_with_times_are_recognised_from_the_palette(driver: AppDriver) -> None:
    driver.services.transcripts["talk"] = Transcript((FIRST, SECOND))
    await driver.press("t", "ctrl+p", *"recognise this", "enter", "enter")
    await driver.until(lambda: driver.services.asked_recognition.asked != [], "it is asked for")
    assert driver.services.asked_recognition.asked == [("request", "talk")]


async def test_escape_closes_the_transcript_only_while_it_has_the_focus(driver: AppDriver) -> None:
    await driver.press("t")
    controller = driver.main.transcript
    driver.main.set_focus(driver.episodes)
    assert not controller.escape()
    assert controller.is_open
    driver.main.set_focus(driver.transcript)
    assert controller.escape()
    assert not controller.is_open


async def test_words_are_moved_for_what_is_shown_else_for_what_plays() -> None:
    async with run_app(make_room().library, query=ListQuery(entry=1)) as driver:
        nudge = driver.main.transcript.nudge
        nudge(0.5)
        await driver.settle()
        assert driver.notices == ["Nothing is playing."]
        await driver.press("enter")
        nudge(0.5)
        assert driver.services.nudges == {"one": 0.5}
        await driver.press("j", "j", "t")
        nudge(0.5)
        await driver.settle()
        assert driver.services.nudges == {"one": 0.5, "three": 0.5}
        assert "moved +0.5 s" in str(driver.transcript.border_subtitle)
