"""Every key of the table does what the table says, in the pane that it belongs to and nowhere it would harm."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from textual.widgets import Input

from tests.app_driver import WORDS, AppDriver, run_app
from tests.fakes import START
from tests.present import present
from tui_pod.config.settings import Settings
from tui_pod.core.actions import ACTIONS, BY_ID
from tui_pod.core.library.library import Library
from tui_pod.core.library.podcast_settings import PodcastSettings
from tui_pod.core.player.events import PassagesKnown
from tui_pod.core.player.options import Sound
from tui_pod.core.player.snapshot import PlayerStatus, RepeatKind
from tui_pod.core.progress.bookmarks import Stretch
from tui_pod.core.progress.cards import OF_EPISODE, Card
from tui_pod.core.progress.passages import Passage
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.records import SettingRecord
from tui_pod.core.selection.list_query import Filter, SmartList, Sort
from tui_pod.recall.questions import Question
from tui_pod.services.frontend import Job
from tui_pod.services.podcasts.podcast_settings import PodcastChoice
from tui_pod.ui.palette import NoticesScreen, PaletteScreen, ThemeScreen
from tui_pod.ui.screens.asking import AskScreen
from tui_pod.ui.screens.dialog import ChoiceDialog
from tui_pod.ui.screens.help import HelpScreen
from tui_pod.ui.screens.main import MainScreen
from tui_pod.ui.screens.podcasts.podcast_settings import PodcastsScreen, SettingsScreen
from tui_pod.ui.screens.recall import RecallScreen
from tui_pod.ui.screens.session import PlanScreen, SleepScreen

Exercise = Callable[[AppDriver, str], Awaitable[None]]

EXERCISES: dict[str, Exercise] = {}
"""What shows that a key did its work, by the id of its action: each of the table needs one."""


def exercises(ident: str) -> Callable[[Exercise], Exercise]:
    """Make a function the exercise of an action; it is given a fresh stage and one of the action's keys."""

    def register(exercise: Exercise) -> Exercise:
        EXERCISES[ident] = exercise
        return exercise

    return register


Before = str | Callable[[AppDriver], Awaitable[None]]


def leads_to(ident: str, before: Before, see: Callable[[AppDriver], object], wanted: object, after: str = "") -> None:
    """Make it the exercise of an action that its key, between other keys, leads to this being seen."""

    async def exercise(driver: AppDriver, key: str) -> None:
        if isinstance(before, str):
            await driver.press(*before.split())
        else:
            await before(driver)
        await driver.press(key, *after.split())
        await driver.until(lambda: see(driver) == wanted, f"{wanted} is seen")

    EXERCISES[ident] = exercise


def heard(driver: AppDriver) -> tuple[str | None, float]:
    """Return what plays, and where in it the listener is."""
    return driver.playback.episode, driver.playback.position


@pytest.mark.parametrize(
    ("ident", "key"),
    [pytest.param(action.id, key, id=f"{action.id}-{key}") for action in ACTIONS for key in action.key_list],
)
async def test_key_pressed_does_its_action(ident: str, key: str, driver: AppDriver) -> None:
    await EXERCISES[ident](driver, key)


@pytest.mark.parametrize("ident", [action.id for action in ACTIONS if not action.keys])
async def test_action_without_a_key_does_it_with_one_of_the_keymap(ident: str, library: Library) -> None:
    async with run_app(library, settings=Settings(keymap={ident: "f9"})) as driver:
        await EXERCISES[ident](driver, "f9")


def focus(driver: AppDriver) -> str:
    return driver.focus


def last_call(driver: AppDriver) -> tuple[object, ...]:
    """Return what the player was asked last."""
    return driver.player.calls[-1]


def playing(driver: AppDriver) -> str | None:
    return driver.playback.episode


def position(driver: AppDriver) -> float:
    return driver.playback.position


def queued(driver: AppDriver) -> tuple[str, ...]:
    return driver.controller.queue.entries


def speeds(driver: AppDriver) -> set[float]:
    """Return the speeds that the player has and that are shown."""
    return {driver.player.speed, driver.playback.speed}


def notices(driver: AppDriver) -> list[str]:
    return driver.notices


def wishes(driver: AppDriver) -> list[tuple[object, ...]]:
    """Return what the podcasts were asked for."""
    return driver.services.asked_feeds.wishes


# -- playing -------------------------------------------------------------------------------------------


@exercises("playback.toggle")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press("enter", key)
    assert driver.status() is PlayerStatus.PAUSED
    await driver.press(key)
    assert driver.status() is PlayerStatus.PLAYING


leads_to("episode.play", "j", lambda driver: (driver.playback.episode, driver.status()), ("two", PlayerStatus.PLAYING))
leads_to("episode.restart", "enter full_stop", heard, ("one", 0.0))
leads_to("playback.back", "enter full_stop", position, 20.0)
leads_to("playback.forward", "enter", position, 30.0)
leads_to("playback.back_small", "enter full_stop", position, 25.0)
leads_to("playback.forward_small", "enter", position, 5.0)
leads_to("playback.previous_mark", "enter full_stop", position, 20.0)
leads_to("playback.next_mark", "enter", position, 20.0)


@exercises("playback.take_over")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press("enter")
    later = START + timedelta(days=1)
    driver.app.controller.editor.receive({"one": Progress(later, 70.0, origin="laptop")})
    await driver.press(key)
    assert driver.notices == ["1 min further, from laptop, just now · w goes there"]
    assert driver.playback.position == 70.0


@exercises("passage.skip")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press("enter")
    passage = Passage(0.0, 42.0, 4)
    driver.app.controller.handle(PassagesKnown(driver.playback.load, driver.playback.episode or "", (passage,)))
    await driver.press(key)
    assert driver.notices == ["Skipped 42 seconds, heard 4 times. Press u to undo."]
    assert driver.playback.position == 41.7


@exercises("playback.go_to")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press(key)
    await driver.press("4")
    assert "Nothing is playing. Press enter on an episode to play it." in driver.text
    await driver.press("enter")
    assert (driver.shows(AskScreen), driver.main.views.is_open, driver.playback.episode) == (True, False, None)
    await driver.press("backspace", "enter", key)
    assert driver.shows(AskScreen)
    await driver.press(*"wrong", "enter")
    assert driver.shows(AskScreen)
    assert "write a time like" in driver.text
    await driver.press(*["backspace"] * 5, *"+42")
    assert "0:42, now at 0:00 of 1:40" in driver.text
    await driver.press("enter")
    assert not driver.shows(AskScreen)
    assert driver.playback.position == 42.0


leads_to("queue.previous", "j enter", playing, "one")
leads_to("queue.next", "enter", playing, "two")
leads_to("playback.slower", "", speeds, {0.9})
leads_to("playback.faster", "", speeds, {1.1})
leads_to("playback.normal_speed", "] ]", speeds, {1.0})
leads_to("playback.quieter", "", lambda driver: (driver.playback.volume, driver.player.calls[-1]), (75, ("volume", 75)))
leads_to("playback.louder", "", lambda driver: (driver.playback.volume, driver.player.calls[-1]), (85, ("volume", 85)))
leads_to(
    "playback.mute", "", lambda driver: (driver.playback.is_muted, driver.player.calls[-1]), (True, ("mute", True))
)
leads_to("audio.level", "", last_call, ("sound", Sound(is_level=True)))
leads_to("audio.skip_silence", "", last_call, ("sound", Sound(skips_silence=True)))
leads_to("audio.clear_speech", "", last_call, ("sound", Sound(is_clear=True)))
leads_to("audio.mono", "", last_call, ("sound", Sound(is_mono=True)))
leads_to("audio.left", "", last_call, ("sound", Sound(balance=-10)))
leads_to("audio.right", "", last_call, ("sound", Sound(balance=10)))
leads_to("audio.device", "", last_call, ("device", "pulse/headset"), "j enter")


@exercises("sleep.timer")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press(key)
    assert driver.shows(SleepScreen)
    await driver.press("enter")
    assert driver.controller.sleep is not None
    assert driver.controller.sleep.seconds == 300.0
    await driver.press(key, key)
    assert driver.controller.sleep.seconds == 600.0


leads_to(
    "sleep.back",
    "",
    notices,
    ["No sleep timer was set in an episode that is still in the library."],
)


# -- moving --------------------------------------------------------------------------------------------


@exercises("move.down")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press(key)
    assert driver.current == "two"
    await driver.press("tab", "home")
    place = driver.tree.entry
    await driver.press(key)
    assert driver.tree.entry != place


leads_to("move.up", "j j", lambda driver: driver.current, "two")
leads_to("move.top", "j j", lambda driver: driver.episodes.cursor, 0)
leads_to("move.bottom", "", lambda driver: driver.episodes.cursor - len(driver.library), -1)
leads_to(
    "move.page_down", "", lambda driver: driver.episodes.cursor, 15
)  # of 34 lines, two a row and two more at the cursor
leads_to("move.page_up", "G", lambda driver: driver.episodes.cursor - len(driver.library), -17)
leads_to("move.half_down", "", lambda driver: driver.episodes.cursor, 7)
leads_to("move.half_up", "G", lambda driver: driver.episodes.cursor - len(driver.library), -9)


# -- panes ---------------------------------------------------------------------------------------------


leads_to("focus.next", "", focus, "tree")
leads_to("focus.previous", "tab", focus, "list")
leads_to("focus.left", "", focus, "tree")
leads_to("focus.right", "tab home", focus, "list")
leads_to(
    "topic.open",
    "tab j",
    lambda driver: (driver.focus, driver.listed, driver.shown),
    ("list", 1, ["one", "two", "three", "four", "five"]),
)
leads_to("topic.fold", "tab j", lambda driver: "Numbers" in dict(driver.tree_rows()), False)
leads_to("topic.unfold", "tab j left", lambda driver: "Numbers" in dict(driver.tree_rows()), True)


# -- marking and the queue -----------------------------------------------------------------------------


@exercises("episode.toggle_played")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press(key)
    assert driver.progress_index.status("one") is Status.PLAYED
    assert driver.current == "two"
    await driver.press("k", key)
    assert driver.progress_index.status("one") is Status.UNPLAYED


@exercises("select.one")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press(key, "j", key, "m")
    assert [driver.progress_index.status(ident) for ident in ("one", "two", "three")] == [
        Status.PLAYED, Status.UNPLAYED, Status.PLAYED,
    ]  # fmt: skip


def played(driver: AppDriver) -> list[str]:
    return [ident for ident, progress in driver.progress_index if progress.played]


leads_to("select.range", "", played, ["one", "two", "three"], "j j m")
leads_to("queue.add_last", "e", queued, ("one", "two"))
leads_to("queue.add_next", "e", queued, ("two", "one"))
leads_to(
    "queue.move_down",
    "e e e 2",
    lambda driver: (queued(driver), driver.current),
    (("two", "one", "three"), "one"),
)
leads_to(
    "queue.move_up",
    "e e e 2 G",
    lambda driver: (queued(driver), driver.current),
    (("one", "three", "two"), "three"),
)


leads_to("queue.least_left", "e e E", queued, ("one", "two", "three"))
leads_to("queue.spread", "e e E", lambda driver: "spread evenly" in driver.notices[-1], True)


@exercises("list.collect")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press("v", "v", key, *"Mine", "enter")
    made = present(driver.controller.lists.named("Mine"))
    assert made.episodes == ("one", "two")


leads_to("list.remove", "e e 2", queued, ("two",))
leads_to("feed.add", "", wishes, [("add", "a.org")], "a full_stop o r g enter")
leads_to(
    "feed.refresh",
    "",
    notices,
    ["This topic is not a podcast. Press R to refresh all of them, a to add one."],
)


@exercises("work.stop")
async def _work_stops(driver: AppDriver, key: str) -> None:
    stopped = list[str]()
    driver.services.tasks.show("refresh", Job("refreshing", None, lambda: stopped.append("refresh")))
    await driver.press(key)
    assert stopped == ["refresh"]


@exercises("feed.settings")
async def _(driver: AppDriver, key: str) -> None:
    driver.services.asked_feeds.asked_settings.podcasts = [PodcastChoice("cast", "Cast", PodcastSettings())]
    await driver.press(key)
    assert driver.shows(PodcastsScreen)


leads_to("feed.troubles", "", notices, ["No podcast has trouble."])
leads_to("feed.refresh_all", "", wishes, [("refresh", None)])
leads_to("download.start", "v v", wishes, [("download", "one", "two")])
leads_to("download.rename", "", wishes, [("rename_downloads",)])
leads_to("undo", "m", lambda driver: driver.progress_index.status("one"), Status.UNPLAYED)
leads_to("redo", "m u", lambda driver: driver.progress_index.status("one"), Status.PLAYED)


# -- looking -------------------------------------------------------------------------------------------


leads_to("search.start", "", lambda driver: (driver.focus, driver.shown), ("search", ["three"]), "t h r e e")
leads_to("topic.find", "", lambda driver: driver.library.topics.names[driver.tree.entry], "Numbers", "n u m enter")
leads_to("search.next", "slash t h e enter", lambda driver: driver.current, "two")
leads_to("search.previous", "slash t h e enter j", lambda driver: driver.current, "one")
leads_to(
    "search.clear",
    "slash t h r e e enter",
    lambda driver: (len(driver.shown) - len(driver.library), driver.current),
    (0, "three"),
)


@exercises("list.filter")
async def _(driver: AppDriver, key: str) -> None:
    seen = []
    await driver.press(key)
    assert "✓ all" in driver.text
    for _ in Filter:
        await driver.press(key)
        seen.append(driver.main.model.query.filter)
    assert seen == [Filter.UNPLAYED, Filter.STARTED, Filter.PLAYED, Filter.ALL]


@exercises("list.sort")
async def _(driver: AppDriver, key: str) -> None:
    seen = []
    await driver.press(key)
    assert "✓ newest first" in driver.text
    for _ in Sort:
        await driver.press(key)
        seen.append(driver.main.model.query.sort)
    offered = [
        Sort.COURSE,
        Sort.SHORTEST,
        Sort.LONGEST,
        Sort.TITLE,
        Sort.HEARD,
        Sort.SHUFFLE,
        Sort.NEWEST,
    ]  # no authors
    assert seen[: len(offered)] == offered


leads_to("list.go_to_playing", "j enter G", lambda driver: driver.current, "two")


@exercises("view.details")
@exercises("view.episode")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press(key)
    assert driver.shows_details
    await driver.press(key)
    assert not driver.shows_details


leads_to("details.choose", "i", playing, "one")
leads_to(
    "details.answer", "i", lambda driver: (driver.shows_details, driver.shows(MainScreen)), (True, True)
)  # not the dialog that the key opens elsewhere


leads_to("details.copy", "i", lambda driver: driver.notices[-1], "Move to a link first; y copies its address.")


@exercises("view.transcript")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press(key)
    assert driver.focus == "transcript"
    await driver.press(key)
    assert driver.focus == "list"


leads_to("transcript.seek", "enter t j", position, 20.0)
leads_to("transcript.follow", "enter t j", lambda driver: driver.transcript.is_following, True)
leads_to("transcript.copy", "enter t j", lambda driver: driver.app.clipboard, "Two.")


@exercises("transcript.nudge_back")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press("enter", "t", key, key)
    assert driver.services.nudges == {"one": -1.0}
    assert SettingRecord("nudges", "one", driver.services.nudges["one"]) in driver.writer.records
    await driver.until(lambda: "moved" in str(driver.transcript.border_subtitle), "the pane says so")


leads_to("transcript.nudge_forward", "enter t", lambda driver: driver.services.nudges, {"one": 0.5})


@exercises("transcript.stop")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press("t", key)
    assert driver.services.asked_recognition.asked == []
    driver.services.asked_recognition.labels["one"] = "recognising 5 %"
    await driver.press(key)
    assert driver.services.asked_recognition.asked == [("remove", "one")]


leads_to("transcript.recognise", "t", lambda driver: driver.services.asked_recognition.asked, [("request", "one")])
leads_to("transcript.remove", "t", lambda driver: driver.services.asked_recognition.asked, [("remove", "one")])
leads_to("transcript.give_text", "", lambda driver: driver.shows(AskScreen), True)
leads_to("transcript.place", "", lambda driver: driver.notices, ["“One.” · 0 % of what is read."], "enter")
leads_to("transcript.look_up", "", lambda driver: driver.shows(AskScreen), True)
leads_to("transcribe.pause", "", lambda driver: driver.services.asked_recognition.asked, [("toggle_pause",)])
leads_to("session.end", "S enter", lambda driver: driver.controller.session, None)
leads_to("view.preview", "", lambda driver: driver.writer.setting("preview"), False)
leads_to("view.recap", "", lambda driver: driver.main.episode.is_detailed, True)
leads_to("triage.start", "", lambda driver: driver.services.controller.interlude is not None, True)
leads_to("recall.offers", "", lambda driver: driver.writer.setting("questions"), "no")
leads_to("sync.now", "", lambda driver: driver.notices[-1].partition(".")[0], "There is nothing to sync with")
leads_to("sync.machines", "", lambda driver: driver.notices[-1].partition(":")[0], "No machines are known")
leads_to("sync.set_up", "", lambda driver: driver.shows(ChoiceDialog), True)
leads_to("view.notices", "", lambda driver: driver.shows(NoticesScreen), True)
leads_to("view.theme", "", lambda driver: driver.shows(ThemeScreen), True)
leads_to("list.save", "", lambda driver: driver.shows(SettingsScreen), True)
leads_to("list.mark_played", "", lambda driver: driver.progress_index.status("three"), Status.PLAYED)


@exercises("list.catch_up")
async def _(driver: AppDriver, key: str) -> None:
    driver.progress_index.set_new({"one", "two"})
    await driver.press(key)
    assert driver.notices == ["2 episodes taken off New. Press u to undo."]


leads_to("course.show", "", lambda driver: driver.services.asked_feeds.wishes[0][:2], ("configure", "course"))
leads_to("session.plan", "", lambda driver: driver.shows(PlanScreen), True)


@exercises("view.library")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press("2", key)
    assert driver.listed == 0
    await driver.press("3")
    await driver.until(lambda: driver.focus == "statistics", "the statistics are shown")
    await driver.press(key)
    assert driver.focus == "list"


@exercises("statistics.open")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press("enter")
    await driver.play(30)
    await driver.press("3")
    await driver.until(lambda: driver.focus == "statistics", "the statistics are shown")
    await driver.press(key)
    assert (driver.focus, driver.library.topics.names[driver.listed]) == ("list", "Numbers")


leads_to("view.session", "", lambda driver: driver.listed, SmartList.QUEUE)
leads_to("view.statistics", "", focus, "statistics")
leads_to("view.history", "", focus, "statistics")
leads_to("statistics.search", "3", lambda driver: driver.shows(AskScreen), True)


# -- bookmarks -----------------------------------------------------------------------------------------


async def keep(driver: AppDriver, *starts: float) -> None:
    """Keep parts of the first episode, and show them."""
    for start in starts or (20.0,):
        driver.controller.bookmarks.add("one", "One", Stretch(start, start + 5.0, f"Words of {start:g}."))
    await driver.press("4")
    await driver.until(lambda: driver.focus == "bookmarks", "the bookmarks are shown")


def kept(driver: AppDriver) -> list[str]:
    return [bookmark.text for bookmark in driver.controller.bookmarks]


leads_to("bookmark.add", "enter full_stop", kept, ["Two."])
leads_to("transcript.bookmark", "enter t j j", kept, ["Three."])
leads_to("transcript.select", "enter t j j", kept, ["Two. Three."], "k b")


@exercises("playback.repeat")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press("enter")
    await driver.play(2)
    await driver.press(key)
    await driver.until(lambda: driver.playback.repeat is not None, "the sentence is repeated")
    assert "↺ sentence 1" in driver.text
    await driver.press("escape")
    assert driver.playback.repeat is None


@exercises("transcript.repeat")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press("enter", "t", "j", "j", key)
    await driver.until(lambda: driver.playback.repeat is not None, "the sentence is repeated")
    assert driver.playback.repeat is not None
    assert driver.playback.repeat.start == driver.playback.position > 0
    await driver.press(key)
    assert present(driver.playback.repeat).kind is RepeatKind.EPISODE


leads_to("view.bookmarks", "", focus, "bookmarks")
leads_to("bookmark.play", keep, heard, ("one", 20.0))
leads_to(
    "bookmark.edit", keep, lambda driver: [each.note for each in driver.controller.bookmarks], ["Mine"], "M i n e enter"
)
leads_to("bookmark.group", keep, lambda driver: "1 bookmark · by date" in driver.text, True)
leads_to("bookmark.remember", keep, lambda driver: len(driver.controller.bookmarks.cards), 1)


@exercises("recall.start")
async def _(driver: AppDriver, key: str) -> None:
    await keep(driver)
    await driver.press("m")
    driver.clock.go(24 * 3600)
    await driver.press(key)
    assert driver.shows(RecallScreen)


@exercises("question.show")
async def _(driver: AppDriver, key: str) -> None:
    driver.main.question.offer(Card("one", OF_EPISODE, START, START), Question("One", "Why?", "So."))
    await driver.press(key)
    assert not driver.main.question.is_offered


leads_to("bookmark.export", "", lambda driver: driver.shows(AskScreen), True)
leads_to("bookmark.copy", keep, lambda driver: driver.app.clipboard, "“Words of 20.”\n— One, 0:20")


@exercises("bookmark.remove")
async def _(driver: AppDriver, key: str) -> None:
    await keep(driver, 20.0, 50.0)
    await driver.press("j", key)
    assert kept(driver) == ["Words of 20."]


# -- searching everywhere ------------------------------------------------------------------------------


async def search_everywhere(driver: AppDriver) -> None:
    """Find a sentence at 40 seconds of the third episode, and go to it."""
    driver.services.transcripts["three"] = WORDS
    await driver.press("ctrl+f", *"three")

    def is_found() -> bool:
        return "0:40" in driver.text and all(worker.group != "found" for worker in driver.app.workers)

    await driver.until(is_found, "it is found")
    await driver.press("enter", "down")


leads_to("search.everywhere", "", focus, "everywhere")
leads_to("found.play", search_everywhere, heard, ("three", 40.0))
leads_to("found.queue", search_everywhere, queued, ("three",))
leads_to("found.bookmark", search_everywhere, kept, ["Three."])
leads_to("found.search", search_everywhere, focus, "everywhere")


# -- the app -------------------------------------------------------------------------------------------


leads_to("app.palette", "", lambda driver: driver.shows(PaletteScreen), True)
leads_to("app.help", "", lambda driver: driver.shows(HelpScreen), True)


@exercises("app.quit")
async def _(driver: AppDriver, key: str) -> None:
    await driver.press("enter")
    await driver.play(3)
    await driver.pilot.press(key)
    assert not driver.app.is_running
    assert driver.writer.progress("one")[-1] == 3.0


@exercises("app.suspend")
async def _(driver: AppDriver, key: str) -> None:
    asked = []
    driver.app.action_suspend_process = lambda: asked.append(key)  # type: ignore[method-assign]  # no terminal to leave
    await driver.press(key)
    assert asked == [key]


leads_to("app.detach", "", lambda driver: "Cannot leave this terminal" in driver.notices[-1], True)


# -- where a key works ---------------------------------------------------------------------------------

DIALOGS = {
    "details": ("i",), "help": ("question_mark",), "plan": ("S",), "sleep": ("z",), "statistics": ("3",),
    "palette": ("ctrl+p",),
}  # fmt: skip
"""Keys that open each dialog."""

PANES = {"list": (), "tree": ("tab",), "transcript": ("t",), "queue": ("2",)}
"""Keys that give each pane the focus."""


async def _open(driver: AppDriver, *keys: str) -> None:
    await driver.press(*keys)
    if keys == ("3",):
        await driver.until(lambda: driver.focus == "statistics", "the statistics are shown")


@pytest.mark.parametrize("where", [*PANES, *DIALOGS])
async def test_seeking_pausing_and_quitting_work_anywhere_but_in_a_text_field(where: str, driver: AppDriver) -> None:
    await driver.press("enter")
    await _open(driver, *{**PANES, **DIALOGS}[where])
    field = driver.app.screen.focused
    is_field = isinstance(field, Input)
    assert is_field is (where in ("help", "plan", "palette"))
    await driver.press("full_stop", "comma")
    assert driver.playback.position == (0.0 if is_field else 20.0)
    await driver.press("space")
    assert (driver.status() is PlayerStatus.PLAYING) == is_field
    await driver.press("p")
    assert driver.status() is PlayerStatus.PLAYING
    await driver.pilot.press("q")
    if isinstance(field, Input):
        assert field.value.endswith("., pq")  # it can be typed in at once
        assert driver.app.is_running
        await driver.pilot.press("ctrl+q")
    assert not driver.app.is_running


@pytest.mark.parametrize("where", [*PANES, *DIALOGS])
async def test_escape_pressed_often_never_quits(where: str, driver: AppDriver) -> None:
    await _open(driver, *{**PANES, **DIALOGS}[where])
    await driver.press("escape", "escape", "escape")
    assert driver.app.is_running
    assert driver.shows(MainScreen)


@pytest.mark.parametrize("where", PANES)
async def test_arrows_seek_but_in_the_tree_where_they_fold(where: str, driver: AppDriver) -> None:
    await driver.press("enter")
    await _open(driver, *PANES[where])
    await driver.press("right", "left")
    assert driver.playback.position == (0.0 if where == "tree" else 20.0)


BEFORE = {
    "Pause": ("enter",), "Seek": ("enter",), "Bookmark": ("enter",), "Chapter": ("enter",),
    "Move": ("e", "e", "2", "j"), "Remove": ("e", "2"), "Download": ("v",), "Clear": ("v",),
    "End session": ("S", "enter", "2"),
}  # fmt: skip
"""Keys after which the key line offers what is not always of use."""


@pytest.mark.parametrize(
    ("word", "ident"),
    [
        (action.hint, action.id)
        for action in ACTIONS
        if action.hint
        and action.where not in ("transcript", "statistics", "bookmarks", "found")
        and action.id not in ("download.start", "feed.settings")  # are offered on podcasts only
        and action.id != "work.stop"  # is offered while there is work
        and action.id
        not in ("bookmark.add", "view.details", "session.plan", "app.quit")  # are the seventh and more here
    ],
)
async def test_hint_of_the_key_line_clicked_does_what_its_key_does(word: str, ident: str, driver: AppDriver) -> None:
    if BY_ID[ident].where == "tree" or ident == "topic.find":
        await driver.press("tab", "j")
    await driver.press(*BEFORE.get(word, ()))
    line = driver.main.query_one("#keys")
    column, row = next(
        (text.index(f" {word}") + 1, row) for row, text in enumerate(driver.rows_of(line)) if word in text
    )
    before = driver.text
    await driver.pilot.click(line, offset=(column, row))
    assert not driver.app.is_running or driver.text != before


@pytest.mark.parametrize("key", ["3", "4", "ctrl+f", "/", "a", "P", "S", "z", "?", "ctrl+p"])
async def test_key_that_follows_at_once_is_for_what_opens_and_not_for_the_list(driver: AppDriver, key: str) -> None:
    await driver.press_at_once(key, "m")
    assert driver.focus != "list"
    assert played(driver) == []
