"""What holds for every dialog: a key that is not its own changes nothing behind it."""

import random
from collections.abc import Callable, Iterator
from copy import copy
from functools import partial
from unittest.mock import AsyncMock

import pytest
from textual import events
from textual.geometry import Size
from textual.widgets import Input, OptionList

from tests.app_driver import AppDriver, run_app
from tests.fakes import START
from tests.present import present
from tests.ui.screens.podcasts.test_find import FOUND
from tui_pod.core.actions import ACTIONS
from tui_pod.core.library.library import Library
from tui_pod.core.library.podcast_settings import PodcastSettings
from tui_pod.core.progress.bookmarks import Bookmark, Stretch
from tui_pod.core.progress.cards import Card
from tui_pod.core.selection.session_planner import Summary
from tui_pod.net.fetch import LoginWanted
from tui_pod.services.frontend import LoginQuestion
from tui_pod.services.podcasts.podcast_settings import PodcastChoice
from tui_pod.services.podcasts.troubles import Trouble
from tui_pod.ui import palette
from tui_pod.ui.app import TuiPodApp
from tui_pod.ui.keys import IN_DIALOGS
from tui_pod.ui.screens.asking import AskScreen
from tui_pod.ui.screens.bookmarks import BookmarkScreen
from tui_pod.ui.screens.dialog import (
    ChoiceDialog,
    ChoiceList,
    CycleDialog,
    Dialog,
    DialogBody,
    InputDialog,
    SearchDialog,
)
from tui_pod.ui.screens.form import FormDialog
from tui_pod.ui.screens.help import HelpScreen
from tui_pod.ui.screens.lists import CollectScreen
from tui_pod.ui.screens.podcasts.add import AddFeedScreen, ImportScreen, TopScreen
from tui_pod.ui.screens.podcasts.find import FindScreen
from tui_pod.ui.screens.podcasts.login import LoginScreen
from tui_pod.ui.screens.podcasts.podcast_settings import PodcastsScreen, SettingsScreen
from tui_pod.ui.screens.podcasts.troubles import AddressScreen, TroublesScreen
from tui_pod.ui.screens.recall import RecallScreen
from tui_pod.ui.screens.session import PlanScreen, SleepScreen, SummaryScreen
from tui_pod.ui.screens.sync_setup import ServerScreen, SyncScreen
from tui_pod.ui.widgets.lines import KeyLine
from tui_pod.wishes.asks import ASKS

TROUBLE = Trouble("f", "A podcast", "It is broken.", "Never fetched.", "https://a.example/f")
PODCAST = PodcastChoice("https://a.example/f", "A podcast", PodcastSettings())


def bookmark(driver: AppDriver) -> Bookmark:
    """Return a bookmark, which is made if there is none."""
    return driver.controller.bookmarks.add("two", "Two", Stretch(5.0, 9.0, "Said."), "Mine.")[0]


async def _log_in(_: object) -> None:
    """Take a login."""


MAKE: dict[type[Dialog], Callable[[AppDriver], Dialog]] = {
    ChoiceDialog: lambda _: ChoiceDialog("Title", ("One", "Two"), print),
    CycleDialog: lambda _: CycleDialog("Title", ("One", "Two"), 0, print, "list.filter", "f"),
    TroublesScreen: lambda driver: TroublesScreen(driver.services, [TROUBLE], 0),
    AddressScreen: lambda _: AddressScreen(TROUBLE, AsyncMock()),
    palette.PaletteScreen: lambda driver: palette.PaletteScreen(driver.controller, [], []),
    palette.ThemeScreen: lambda driver: palette.ThemeScreen(driver.app),
    palette.NoticesScreen: lambda _: palette.NoticesScreen(["A notice."]),
    BookmarkScreen: lambda driver: BookmarkScreen(bookmark(driver), driver.controller.bookmarks),
    AskScreen: lambda driver: AskScreen(ASKS["playback.go_to"][0], driver.main.subject(()), print),
    HelpScreen: lambda _: HelpScreen(ACTIONS, "list"),
    CollectScreen: lambda _: CollectScreen("Which list?", (), print, print),
    AddFeedScreen: lambda driver: AddFeedScreen(driver.services, print),
    FindScreen: lambda driver: FindScreen(
        "Ships",
        ["fyyd"],
        partial(driver.services.feeds.directories.find, "ships"),
        driver.services,
        print,
        lambda: HelpScreen(ACTIONS, "list"),
    ),
    TopScreen: lambda driver: TopScreen(driver.services, print),
    ImportScreen: lambda driver: ImportScreen(FOUND, driver.services.asked_feeds.asked_imports),
    LoginScreen: lambda _: LoginScreen(LoginQuestion(LoginWanted("https://a.example/f", None), _log_in)),
    SettingsScreen: lambda driver: SettingsScreen.of_podcast(
        driver.services.feeds.settings, driver.services.first.settings, PODCAST
    ),
    PodcastsScreen: lambda _: PodcastsScreen([PODCAST], print),
    RecallScreen: lambda driver: RecallScreen(driver.services.recall, [Card("two", 5.0, START, START)], print),
    PlanScreen: lambda driver: PlanScreen(driver.services, driver.main.model),
    SleepScreen: lambda driver: SleepScreen(driver.controller, "z"),
    SummaryScreen: lambda driver: SummaryScreen(driver.controller, Summary(1, 60.0, 60.0, (), None)),
    ServerScreen: lambda driver: ServerScreen(driver.services.sync),
    SyncScreen: lambda driver: SyncScreen(driver.services.sync, is_server=True),
}

SMALL = 80, 24
"""A screen that is drawn in half the time of the usual one."""

BASES = {InputDialog, SearchDialog, FormDialog}


def every_kind(kind: type[Dialog] = Dialog) -> Iterator[type[Dialog]]:
    """Yield the program's kinds of dialogs."""
    for each in kind.__subclasses__():
        if each.__module__.startswith("tui_pod."):
            yield each
        yield from every_kind(each)


def keys_not_of(dialog: Dialog) -> list[str]:
    """Return all keys of the table but those of the dialog itself and those that work everywhere."""
    theirs = {"enter", "escape"}
    theirs.update(*(action.key_list for action in ACTIONS if action.is_everywhere or action.id in IN_DIALOGS))
    own = {key for binding in type(dialog).__dict__.get("BINDINGS", ()) for key in binding.key.split(",")}
    return sorted({key for action in ACTIONS for key in action.key_list} - theirs - own)


def behind(driver: AppDriver) -> tuple[object, ...]:
    """Return what a key could change: what is saved, played, asked of services, and shown behind a dialog."""
    model = driver.main.model
    services = driver.services
    return (
        len(driver.writer.records), driver.playback, [*services.asked_feeds.wishes], driver.controller.queue,
        driver.controller.sleep, driver.notices, model.query, model.cursor, driver.main.focused,
        driver.main.transcript.is_open, driver.main.views.is_open,
    )  # fmt: skip


async def test_dialog_swallows_every_key_that_is_not_its_own(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {*every_kind()} - BASES == MAKE.keys(), "make each kind of dialog here"
    async with run_app(library) as driver:
        await driver.press("j", "enter", "k", "m", "e")  # something to undo, to play and to mark
        await driver.press("u", "e")
        bookmark(driver)
        bells = list[int]()
        monkeypatch.setattr(TuiPodApp, "bell", lambda _: bells.append(1))
        for kind, make in MAKE.items():
            if kind is CycleDialog:
                continue  # it closes
            dialog = make(driver)
            await driver.app.show_dialog(dialog)
            await driver.settle()
            before = behind(driver)
            await driver.press_at_once(*keys_not_of(dialog))
            assert (kind, behind(driver)) == (kind, before)
            assert driver.app.screen is dialog
            assert bells or isinstance(driver.app.focused, Input), kind
            bells.clear()
        driver.app.close_dialogs()
        await driver.press("u")
        assert behind(driver) != before, "the keys would have changed something"


def at_once(driver: AppDriver, *sent: events.Event) -> None:
    """Hand over what arrives in one read."""
    for event in sent:
        present(driver.app._driver).send_message(event)


def click_at(x: int, y: int) -> tuple[events.Event, events.Event]:
    """Return a press of the left button and its release."""
    place = (None, x, y, 0, 0, 1, False, False, False, x, y)
    return events.MouseDown(*place), events.MouseUp(*place)


def places(dialog: Dialog) -> list[tuple[int, int]]:
    """Return a cell of each kind of thing that can be clicked: row, field, hint, and what is behind the dialog."""
    rows = [(each.region.x + 3, each.region.y) for each in dialog.query(ChoiceList)]
    fields = [(each.region.x + 2, each.region.y) for each in dialog.query("Input, Button, Checkbox")]
    hints = [(x, line.y) for line in (each.region for each in dialog.query(KeyLine)) for x in (1, line.width // 2)]
    return [*rows[:1], *fields[:1], *fields[-1:], *hints, (0, 0)]


@pytest.mark.parametrize("kind", MAKE)
async def test_what_arrives_twice_in_one_read_closes_a_dialog_once(kind: type[Dialog], library: Library) -> None:
    async with run_app(library, SMALL) as driver:
        await driver.app.show_dialog(dialog := MAKE[kind](driver))
        await driver.settle()
        events_of: list[tuple[events.Event, ...]] = [click_at(*place) for place in places(dialog)]
        events_of += [(events.Key(key, None),) for key in ("enter", "escape")]
        events_of += [(events.Paste("x\ny"),)]
        for once in events_of:
            if driver.app.screen is not dialog:
                await driver.app.show_dialog(dialog := MAKE[kind](driver))
                await driver.settle()
            at_once(driver, *(copy(event) for event in (*once, *once)))
            await driver.settle()
            assert (driver.app.is_running, driver.app.screen_stack[0]) == (True, driver.main), once


async def burst(driver: AppDriver, kind: type[Dialog], chance: random.Random) -> None:
    """Send a dialog what a busy machine may deliver at once."""
    await driver.app.show_dialog(dialog := MAKE[kind](driver))
    await driver.settle()
    spots = places(dialog)
    for _ in range(12):
        size = Size(*chance.choice((SMALL, (60, 16), (40, 12))))
        key = chance.choice(("enter", "escape", "tab", "down", "f1"))
        sent = chance.choice((
            click_at(*chance.choice(spots)), (events.Key(key, None),), (events.Paste("\x1b[31m\n"),),
            (events.Resize(size, size),),
        ))  # fmt: skip
        at_once(driver, *sent)
    await driver.settle()
    assert (driver.app.is_running, driver.app.screen_stack[0]) == (True, driver.main), kind


async def test_random_bursts_over_all_dialogs_leave_the_app_running(library: Library) -> None:
    async with run_app(library, SMALL) as driver:
        for kind in MAKE:
            await burst(driver, kind, random.Random(kind.__name__))


@pytest.mark.nightly
@pytest.mark.parametrize("kind", MAKE)
async def test_many_random_bursts_leave_the_app_running(kind: type[Dialog], library: Library) -> None:
    async with run_app(library, SMALL) as driver:
        for seed in range(8):
            await burst(driver, kind, random.Random(f"{kind.__name__} {seed}"))


async def test_row_that_is_clicked_twice_in_one_read_is_chosen_once(library: Library) -> None:
    chosen = list[int]()
    async with run_app(library) as driver:
        dialog = ChoiceDialog("Title", ("One", "Two"), chosen.append)
        await driver.app.show_dialog(dialog)
        await driver.settle()
        at_once(driver, *click_at(*places(dialog)[0]), *click_at(*places(dialog)[0]))
        await driver.settle()
        assert (chosen, driver.app.screen) == ([0], driver.main)


async def test_click_beside_a_dialog_closes_it_unless_something_is_typed_in_it(library: Library) -> None:
    async with run_app(library) as driver:
        for keys in ("z", "f", "s", "ctrl+p", "question_mark"):
            await driver.press(keys)
            assert isinstance(dialog := driver.app.screen, Dialog)
            at_once(driver, *click_at(0, 0), *click_at(0, 0))
            await driver.settle()
            assert driver.app.screen is driver.main, dialog
        await driver.press("ctrl+p", "a")
        at_once(driver, *click_at(0, 0))
        await driver.settle()
        assert driver.shows(palette.PaletteScreen)


async def test_closing_a_covered_dialog_leaves_the_one_above_it(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.app.show_dialog(below := ChoiceDialog("Below", ("One",), print))
        await driver.app.push_screen(above := ChoiceDialog("Above", ("One",), print))
        await below.dismiss()
        assert driver.app.screen is above


@pytest.mark.parametrize("opens", ["f", "s"])
async def test_key_that_is_not_of_a_short_list_closes_it_and_acts(opens: str, library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press_at_once(opens, "slash", *"two")
        await driver.until(lambda: driver.main.model.query.query == "two", "it is searched for")
        await driver.press("escape", opens, "right", "e")
        assert not driver.shows(CycleDialog)
        assert len(driver.controller.queue.upcoming) == 1


@pytest.mark.parametrize("kind", [*every_kind(SearchDialog)])
async def test_list_that_scrolls_leaves_no_room_below_it(kind: type[Dialog], library: Library) -> None:
    async with run_app(library, (80, 24)) as driver:
        dialog = MAKE[kind](driver)
        await driver.app.show_dialog(dialog)
        rows = dialog.query_one(OptionList).set_options(map(str, range(99)))
        await driver.settle()
        body = dialog.query_one(DialogBody)
        assert rows.max_scroll_y
        assert body.children[-1].region.bottom == body.content_region.bottom
