"""Sessions: planned to a time, followed in the bar, summed up, and put to sleep."""

import pytest
from textual.widgets import Input, OptionList, Static

from tests.app_driver import AppDriver, embedded_library, run_app
from tests.fakes import START
from tests.present import present
from tui_pod.core.library.library import Library
from tui_pod.core.playback.sleep_timer import SleepTimer, SleepUnit
from tui_pod.core.player.events import ChaptersKnown
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, PlayerStatus, Source
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.core.selection.session_planner import Summary
from tui_pod.ui.screens.dialog import DialogBody
from tui_pod.ui.screens.main import MainScreen
from tui_pod.ui.screens.session import PlanScreen, SleepScreen, SummaryScreen

BASICS = ListQuery(entry=1)

pytestmark = [pytest.mark.usefixtures("utc"), pytest.mark.app(query=BASICS)]


async def plan(driver: AppDriver, budget: str) -> None:
    """Open the planner and type a time."""
    await driver.press("S", "ctrl+u", *budget)


def said(driver: AppDriver) -> str:
    """Return what the dialog says, on one line."""
    return " ".join(driver.text.replace("│", " ").split())


async def test_time_that_is_none_is_answered_in_words_and_starts_nothing(driver: AppDriver) -> None:
    for budget, answer in (
        ("[/]", "“[/]” is no time; write minutes like 15, 15m or 1h30m"),
        ("0", "a session takes between a minute and a day"),
    ):
        await plan(driver, budget)
        assert answer in said(driver)
        await driver.press("enter")
        assert driver.shows(PlanScreen)
        assert not driver.playback.is_loaded
        await driver.press("escape")


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_what_is_wrong_with_a_time_is_shown_whole_in_a_small_terminal(
    size: tuple[int, int], library: Library
) -> None:
    async with run_app(library, size=size) as driver:
        await plan(driver, "at_ten")
        lines = driver.rows_of(driver.app.screen.query_one("#plan"))
        assert " ".join(" ".join(lines).split()).endswith("15m or 1h30m, or an end time like 18:42")


async def test_arrows_offer_the_usual_times_round_and_round(driver: AppDriver) -> None:
    await driver.press("S")
    seen = []
    for _ in range(5):
        await driver.press("down")
        seen.append(driver.app.screen.query_one("#budget", Input).value)
    assert seen == ["30m", "45m", "60m", "5m", "15m"]
    await driver.press("up")
    assert driver.app.screen.query_one("#budget", Input).value == "5m"


async def test_topic_order_and_unfinished_ones_can_be_chosen(library: Library) -> None:
    started = {"two": Progress(START, position=20.0, listened=START)}
    async with run_app(library, query=BASICS, progress=started) as driver:
        await driver.press("S")
        assert "from: Basics" in said(driver)
        assert "3:00 begun Two" in said(driver)  # what is left of it, and first
        await driver.press("ctrl+s")
        assert "started episodes: left out" in said(driver)
        assert "Two" not in said(driver).split("until")[1].split("╰")[0]
        assert "Queued ones, then new ones, then course order." in said(driver)
        await driver.press("ctrl+o")
        assert "order: newest first" in said(driver)
        await driver.press("ctrl+t")
        assert "from: All Topics" in said(driver)
        assert "order: course order" in said(driver)
        assert "Queued ones, then begun ones, then new ones, then course order." in said(driver)
        await driver.press("escape", "S")
        assert "from: Basics" in said(driver)
        assert "order: newest first" in said(driver)


async def test_plan_lists_twelve_episodes_and_counts_the_rest(library: Library) -> None:
    async with run_app(embedded_library()) as driver:
        await plan(driver, "30m")
        shown = said(driver)
        count = int(shown.split(" episodes,")[0].rsplit(" ", 1)[1])
        assert count > 12
        assert f"and {count - 12} more" in shown
        assert len([row for row in driver.text.splitlines() if " ─" not in row and ":" in row[:30]]) >= 12


@pytest.mark.parametrize("size", [(60, 20), (100, 24), (80, 24)])
async def test_plan_of_many_episodes_needs_no_scrolling(size: tuple[int, int]) -> None:
    async with run_app(embedded_library(), size) as driver:
        await plan(driver, "60m")
        body = driver.app.screen.query_one(DialogBody)
        assert (body.max_scroll_y, " more" in said(driver)) == (0, True)
        assert body.outer_size.height >= size[1] - 3


@pytest.mark.parametrize(
    ("heard", "used", "text"),
    [(300.0, 330.0, "1 episode finished, 5 m heard in 6 m"), (300.0, 329.0, "1 episode finished, 5 m heard"),
     (300.0, 150.0, "1 episode finished, 5 m heard in 2 m")],
)  # fmt: skip
async def test_summary_says_how_long_it_took_if_that_differs(
    heard: float, used: float, text: str, driver: AppDriver
) -> None:
    driver.app.push_screen(SummaryScreen(driver.controller, Summary(1, heard, used, (), "two")))
    await driver.settle()
    lines = str(driver.app.screen.query_one(Static).content).split("\n")
    assert (lines[0], lines[-1]) == (text, "Next: Two")


async def test_topic_with_nothing_left_says_so(library: Library) -> None:
    done = {ident: Progress(START, played=True) for ident in ("one", "two", "three", "four", "five")}
    async with run_app(library, query=BASICS, progress=done) as driver:
        await driver.press("S")
        assert "Nothing left in Basics fits into 15 m." in said(driver)
        assert "enter Start" not in driver.text
        await driver.press("enter")
        assert driver.shows(PlanScreen)


async def test_session_plays_its_first_says_where_one_is_and_is_ended_in_the_planner_and_undone(
    library: Library,
) -> None:
    async with run_app(embedded_library(), query=BASICS) as driver:
        await driver.press("S")
        assert "ctrl+x" not in said(driver)
        await driver.press("enter")
        assert driver.playback.title.startswith("What is generative AI")
        assert driver.bar.facts.session == (1, 9, "13:13")
        assert driver.bar.facts.following.startswith("How GenAI differs")
        assert ("Queue", 9) in driver.tree_rows()
        await driver.play(20)
        assert driver.bar.facts.session == (1, 9, "13:13")
        await driver.press("S", "ctrl+x")
        assert driver.shows(MainScreen)
        assert driver.bar.facts.session is None
        assert ("Queue", 0) in driver.tree_rows()
        assert driver.status() is PlayerStatus.PLAYING
        for is_under_way in (True, False):
            await driver.press("u")
            assert (driver.bar.facts.session is not None) is is_under_way


async def play_session(driver: AppDriver, budget: str) -> None:
    """Plan a session in the order of the list, and play it to its end."""
    await plan(driver, budget)
    await driver.press("ctrl+o", "enter")
    for ident in present(driver.controller.session).episodes:
        await driver.play(driver.library.durations[driver.library.index(ident) or 0])
    assert driver.shows(SummaryScreen)


async def test_session_over_is_summed_up_and_waits(driver: AppDriver) -> None:
    await play_session(driver, "5m")
    assert not driver.playback.is_loaded
    assert "episodes finished, 5 m heard" in said(driver)
    assert "2 of 2 Numbers" in said(driver)
    await driver.press("escape")
    assert driver.shows(MainScreen)
    assert not driver.playback.is_loaded


async def test_session_over_goes_on_when_asked(driver: AppDriver) -> None:
    await driver.press("enter", "G", "e")  # five waits behind the session
    await play_session(driver, "2m")
    await driver.press("enter")
    assert driver.status() is PlayerStatus.PLAYING


async def test_sleep_timer_asked_again_gives_five_minutes_more_or_is_turned_off(driver: AppDriver) -> None:
    await driver.press("z", "enter", "z")
    assert "Sleep timer: 5:00" in said(driver)
    rows = [str(option.prompt) for option in driver.app.screen.query_one(OptionList).options]
    assert (rows[1:3], rows[7]) == (["Off", "5 minutes"], "Other minutes, or a time of day …")
    await driver.press(*["j"] * 7, "enter")
    assert "It runs: 5:00. Press enter for 5 minutes more" in said(driver)
    await driver.press("escape", "z")
    await driver.press("z")
    assert driver.bar.facts.sleep == "10:00"
    assert not driver.shows(SleepScreen)
    await driver.press("z", "enter")
    assert driver.bar.facts.sleep == "15:00"
    await driver.press("z", "G")
    choices = driver.app.screen.query_one(OptionList)
    assert choices.highlighted == choices.option_count - 1
    await driver.press("g", "j", "enter")
    assert (driver.controller.sleep, driver.bar.facts.sleep) == (None, "")


async def test_each_row_of_the_sleep_timer_sets_what_it_says(driver: AppDriver) -> None:
    timers = {0: SleepTimer(300.0), 4: SleepTimer(3600.0), 10: None}
    timers |= {6 + row: SleepTimer(count, SleepUnit.EPISODE) for row, count in enumerate((1, 2, 3, 5))}
    for row, timer in timers.items():
        driver.controller.set_sleep(None)
        await driver.press("z", *["j"] * row, "enter")
        assert driver.controller.sleep == timer
    driver.controller.set_sleep(None)
    await driver.press("z", *["j"] * 5, "enter", *"25:00", "enter")
    assert "no time of day" in said(driver)
    await driver.press(*["backspace"] * 5, *"23:30", "enter")
    assert driver.bar.facts.sleep == "at 23:30"


async def test_sleep_timer_to_the_end_of_the_chapter_is_offered_where_there_are_chapters(driver: AppDriver) -> None:
    driver.sources.found["three"] = Source("/three.mp3")
    await driver.press("j", "j", "enter", "z")
    assert "End of this chapter" not in said(driver)
    await driver.press("escape")
    driver.controller.handle(
        ChaptersKnown(driver.playback.load, (Chapter(0.0, "One"), Chapter(30.0, "Two")), ChapterOrigin.FILE)
    )
    await driver.press("z")
    rows = [str(option.prompt) for option in driver.app.screen.query_one(OptionList).options]
    assert rows[5:8] == ["Other minutes, or a time of day …", "End of this chapter", "End of this episode"]
    await driver.press(*["down"] * 6, "enter")
    assert driver.bar.facts.sleep == "1 ch"
    for _ in range(32):
        await driver.play(1)
    assert (driver.status(), driver.playback.position) == (PlayerStatus.PAUSED, 30.0)


async def test_session_is_seen_shortened_reordered_and_ended_in_the_queue(library: Library) -> None:
    async with run_app(library, size=(160, 40), query=ListQuery(entry=1)) as driver:
        driver.app.lifetime.start_session(600.0)
        await driver.settle()
        session = present(driver.controller.session)
        playing, first, second, *others = driver.controller.queue.upcoming
        await driver.press("2")
        assert "End session" in driver.key_words
        assert "session until 13:" in driver.title
        assert driver.text.count("▰ until 13:") == len(driver.controller.queue.upcoming) - 1  # one plays
        driver.episodes.go(driver.shown.index(first))
        await driver.press("J")
        assert driver.controller.queue.upcoming[:3] == (playing, second, first)
        await driver.press("x")
        assert driver.controller.session is not None
        assert driver.controller.session.episodes == (session.episodes[0], second, *others)
        await driver.press("u")
        assert driver.controller.session.episodes == (session.episodes[0], second, first, *others)
        await driver.press("ctrl+x")
        assert driver.notices[-1] == "Session ended; playback continues. Press u to undo."
        assert "End session" not in driver.key_words
        await driver.press("ctrl+x")
        assert driver.notices[-1] == "No session is in progress. Press S to plan one."


async def test_planner_opened_in_the_queue_plans_from_the_topic_before_and_says_at_which_other_speed(
    driver: AppDriver,
) -> None:
    await driver.press("2", "S")
    assert ", at " not in said(driver)
    assert "from: Basics" in said(driver)  # the topic listed before
    await driver.press("escape", "1", "enter", *["]"] * 5, "space", "S")
    assert ", at 1.5×" in said(driver)
