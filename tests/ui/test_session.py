"""Sessions: planned to a time, followed in the bar, summed up, and put to sleep."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from tests.fakes import START
from tests.stage import Stage, embedded_library, on_stage
from tui_pod.core.library.library import Library
from tui_pod.core.playback.sleep_timer import SleepTimer
from tui_pod.core.playback.snapshot import PlayerStatus
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.selection.list_query import View
from tui_pod.ui.screens.main import MainScreen
from tui_pod.ui.screens.session import PlanScreen, SleepScreen, SummaryScreen

BASICS = View(place=1)


async def plan(stage: Stage, budget: str) -> None:
    """Open the planner and type a time."""
    await stage.press("S", "ctrl+u", *budget)


def said(stage: Stage) -> str:
    """Return what the dialog says, on one line."""
    return " ".join(stage.text.replace("│", " ").split())


# -- planning ------------------------------------------------------------------------------------------


async def test_planner_opened_shows_a_plan_and_its_end_before_it_starts(library: Library) -> None:
    async with on_stage(embedded_library(), view=BASICS) as stage:
        await stage.press("S")
        assert "10 episodes, 15 m, until 13:14" in said(stage)
        assert "1:18 What is generative AI" in said(stage)
        assert not stage.playback.is_loaded


@pytest.mark.parametrize(
    ("budget", "answer"),
    [
        ("abc", "“abc” is no time; write minutes like 15, 15m or 1h30m, or an end time like 18:42"),
        ("0", "a session takes between a minute and a day"),
        ("25:00", "“25:00” is no time of day; write it like 18:42"),
        ("99h", "a session takes between a minute and a day"),
        ("[/]", "“[/]” is no time; write minutes"),
        ("", "“” is no time"),
    ],
)
async def test_time_that_is_none_is_answered_in_words_and_starts_nothing(
    budget: str, answer: str, library: Library
) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await plan(stage, budget)
        assert answer[:60] in said(stage)
        await stage.press("enter")
        assert stage.shows(PlanScreen)
        assert not stage.playback.is_loaded


async def test_end_time_plans_until_then(library: Library) -> None:
    async with on_stage(embedded_library(), view=BASICS) as stage:
        await plan(stage, "13:30")
        assert "until 13:30" in said(stage) or "until 13:29" in said(stage)


async def test_arrows_offer_the_usual_times_round_and_round(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("S")
        seen = []
        for _ in range(5):
            await stage.press("down")
            seen.append(stage.app.screen.query_one("#budget", Input).value)
        assert seen == ["30m", "45m", "60m", "5m", "15m"]
        await stage.press("up")
        assert stage.app.screen.query_one("#budget", Input).value == "5m"


async def test_topic_order_and_unfinished_ones_can_be_chosen(library: Library) -> None:
    started = {"two": Progress(START, position=20.0, listened=START)}
    async with on_stage(library, view=BASICS, progress=started) as stage:
        await stage.press("S")
        assert "from: Basics" in said(stage)
        assert "3:00 Two" in said(stage)  # what is left of it, and first
        await stage.press("ctrl+s")
        assert "unfinished ones: left out" in said(stage)
        assert "Two" not in said(stage).split("until")[1].split("╰")[0]
        await stage.press("ctrl+o", "ctrl+t")
        assert "order: newest" in said(stage)
        assert "from: All Topics" in said(stage)


async def test_topic_with_nothing_left_says_so(library: Library) -> None:
    done = {ident: Progress(START, played=True) for ident in ("one", "two", "three", "four", "five")}
    async with on_stage(library, view=BASICS, progress=done) as stage:
        await stage.press("S")
        assert "Nothing left in Basics fits into 15 m." in said(stage)
        await stage.press("enter")
        assert stage.shows(PlanScreen)


async def test_planner_closed_changes_nothing(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("S", "escape")
        assert stage.shows(MainScreen)
        assert stage.listening.queue.entries == ()


# -- in the session ------------------------------------------------------------------------------------


async def test_session_started_plays_its_first_and_says_where_one_is(library: Library) -> None:
    async with on_stage(embedded_library(), view=BASICS) as stage:
        await stage.press("S", "enter")
        assert stage.playback.title.startswith("What is generative AI")
        assert stage.bar.note.startswith("session 1/10 · 14:")
        assert "next: How GenAI differs" in stage.bar.note
        assert ("Queue", 9) in stage.tree_rows()
        await stage.play(20)
        assert "session 1/10 · 14:32 left" in stage.bar.note


async def test_session_at_double_speed_holds_twice_as_much(library: Library) -> None:
    async with on_stage(embedded_library(), view=BASICS) as stage:
        await stage.press(*["]"] * 10, "S", "enter")
        assert stage.listening.session is not None
        total = sum(stage.library.durations[stage.library.index(ident) or 0]
                    for ident in stage.listening.session.episodes)  # fmt: skip
        assert 0.8 * 1800 <= total <= 1.05 * 1800
        left = stage.listening.outlook().left
        assert left == pytest.approx(total / 2, abs=1)


async def test_session_skipped_in_plans_the_rest_anew(library: Library) -> None:
    async with on_stage(embedded_library(), view=BASICS) as stage:
        await stage.press("S", "enter")
        first = stage.playback.episode
        await stage.press(">")
        assert stage.playback.episode != first
        assert stage.listening.session is not None
        assert first not in stage.listening.session.episodes
        assert 0.8 * 900 <= stage.listening.outlook().left <= 1.05 * 900


async def test_session_under_way_can_be_ended_in_the_planner_and_taken_back(library: Library) -> None:
    async with on_stage(embedded_library(), view=BASICS) as stage:
        await stage.press("S")
        assert "ctrl+x" not in said(stage)
        await stage.press("enter", "S", "ctrl+x")
        assert stage.shows(MainScreen)
        assert "session" not in stage.bar.note
        assert ("Queue", 0) in stage.tree_rows()
        assert stage.status() is PlayerStatus.PLAYING
        await stage.press("u")
        assert stage.bar.note.startswith("session 1/10")
        await stage.press("u")
        assert "session" not in stage.bar.note


async def test_after_the_sleep_timer_has_ended_the_listening_space_goes_on_with_the_next(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter")
        stage.listening.set_sleep(SleepTimer(episodes=1))
        await stage.play(100)
        assert not stage.playback.is_loaded
        assert stage.current == "two"
        await stage.press("space")
        assert stage.playback.episode == "two"
        assert stage.book.status("one") is Status.PLAYED


async def test_sleep_timer_is_seen_on_a_narrow_terminal(library: Library) -> None:
    async with on_stage(library, size=(40, 12), view=BASICS) as stage:
        await stage.press("enter", "z", "enter")
        assert "sleep 5:00" in stage.rows_of(stage.bar)[1]


async def test_session_over_is_summed_up_and_waits(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await plan(stage, "5m")
        await stage.press("ctrl+o", "enter")
        assert stage.listening.session is not None
        for ident in stage.listening.session.episodes:
            await stage.play(stage.library.durations[stage.library.index(ident) or 0])
        assert stage.shows(SummaryScreen)
        assert not stage.playback.is_loaded
        assert "episodes finished, 5 m heard" in said(stage)
        assert "2 of 2 Numbers" in said(stage)
        await stage.press("escape")
        assert stage.shows(MainScreen)
        assert not stage.playback.is_loaded


async def test_session_over_goes_on_when_asked(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter", "G", "e")  # five waits behind the session
        await plan(stage, "2m")
        await stage.press("ctrl+o", "enter")
        assert stage.listening.session is not None
        for ident in stage.listening.session.episodes:
            await stage.play(stage.library.durations[stage.library.index(ident) or 0])
        assert stage.shows(SummaryScreen)
        await stage.press("enter")
        assert stage.playback.is_loaded
        assert stage.status() is PlayerStatus.PLAYING


async def test_session_of_the_command_line_that_fits_nothing_says_so(library: Library) -> None:
    done = {ident: Progress(START, played=True) for ident in library.ids}
    async with on_stage(library, progress=done) as stage:
        stage.app.start_session(900.0)
        await stage.settle()
        assert stage.notices == ["Nothing left fits into 15 m. Press S to plan another session."]


# -- the sleep timer -----------------------------------------------------------------------------------


async def test_sleep_timer_counts_only_while_something_plays(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("j", "j", "enter", "z", "enter")
        await stage.play(10)
        assert stage.bar.extra == "sleep 4:50"
        await stage.press("space")
        await stage.play(100)
        assert stage.bar.extra == "sleep 4:50"


async def test_sleep_timer_asked_again_gives_five_minutes_more(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("z", "enter", "z")
        assert "Sleep timer: 5:00" in said(stage)
        await stage.press("z")
        assert stage.bar.extra == "sleep 10:00"
        assert not stage.shows(SleepScreen)
        await stage.press("z", "enter")
        assert stage.bar.extra == "sleep 15:00"


async def test_sleep_timer_that_runs_can_be_turned_off(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("z", "enter", "z", "j", "enter")
        assert stage.listening.sleep is None
        assert stage.bar.extra == ""


async def test_sleep_timer_at_its_end_fades_pauses_and_gives_the_fade_back(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("j", "j", "enter")
        stage.listening.set_sleep(SleepTimer(seconds=60.0))
        for _ in range(55):
            await stage.play(1)
        volumes = [call[1] for call in stage.player.calls if call[0] == "volume"]
        assert volumes[-1] == 40  # half of 80, half way through the fade
        for _ in range(5):
            await stage.play(1)
        assert stage.status() is PlayerStatus.PAUSED
        assert stage.playback.position == 50.0
        assert [call for call in stage.player.calls if call[0] == "volume"][-1] == ("volume", 80)
        assert stage.notices == ["The sleep timer has paused. Press space to go on."]
        assert stage.bar.extra == ""


@pytest.mark.parametrize(("downs", "ends"), [(5, 1), (6, 2)])
async def test_sleep_timer_of_episodes_stops_at_an_end(downs: int, ends: int, library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("enter", "z", *["down"] * downs, "enter")
        assert stage.bar.extra == f"sleep after {ends} episode{'s' * (ends != 1)}"
        for seconds in (100, 200)[:ends]:
            assert stage.playback.is_loaded
            await stage.play(seconds)
        assert not stage.playback.is_loaded
        assert stage.notices[-1] == "The sleep timer has ended the listening here. Good night."


async def test_sleep_timer_can_be_set_off_from_the_dialog(library: Library) -> None:
    async with on_stage(library, view=BASICS) as stage:
        await stage.press("z", "j", "j", "enter")
        assert stage.bar.extra == "sleep 30:00"
        stage.listening.set_sleep(None)
        await stage.settle()
        assert stage.bar.extra == ""
        await stage.press("z", "end", "enter")
        assert stage.listening.sleep is None
