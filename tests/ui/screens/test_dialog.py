"""What all dialogs have: their keys, their width, what they say of a request, and the terminal's own colours.

Help: keys in groups, those of the present pane first.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from rich.style import Style
from textual import events
from textual._compositor import LayoutUpdate
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input, Label, Static

from tests.app_driver import AppDriver, WidgetHost
from tests.patience import until
from tui_pod.core.actions import ACTIONS, BY_ID
from tui_pod.core.errors import UserError
from tui_pod.services.first_screen import FirstScreen
from tui_pod.ui.screens.asking import AskScreen
from tui_pod.ui.screens.dialog import ChoiceDialog, ChoiceList, Dialog, DialogBody, InputDialog, TitledRow
from tui_pod.ui.screens.help import FIRST, HelpScreen, make_groups
from tui_pod.ui.widgets.lines import KeyLine

HAS_NO_KEYS: FirstScreen = FirstScreen(*[None] * 3)  # type: ignore[arg-type]  # only its settings are asked for


class Host(WidgetHost):
    """An app with a word under its dialogs."""

    CSS = "KeyLine { height: 1; }"
    first = SimpleNamespace(is_ascii=False, with_keys=lambda text: FirstScreen.with_keys(HAS_NO_KEYS, text))

    def compose(self) -> ComposeResult:
        yield Label("under it")


class Asking(InputDialog):
    """A dialog with a field, and a line for what comes of it."""

    def __init__(self, keys: str = "enter Add") -> None:
        super().__init__()
        self._own_keys = keys

    def compose(self) -> ComposeResult:
        with DialogBody("Title", self._own_keys):
            yield Input()
            yield Static(id="outcome")
            yield ChoiceList(["one", "two"])

    @property
    def said(self) -> str:
        """What the line says."""
        return str(self.query_one("#outcome", Static).content)

    @property
    def keys(self) -> list[str]:
        """The keys that are shown, and what they do."""
        return [f"{key} {word}" for key, word, _ in self.query_one(KeyLine).hints]


@asynccontextmanager
async def shown(
    dialog: Dialog, size: tuple[int, int] = (100, 30), theme: str = "textual-dark", no_color: bool = False
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """Show a dialog."""
    app = Host()
    app.theme, app.no_color = theme, no_color
    async with app.run_test(size=size) as pilot:
        await app.push_screen(dialog)
        await pilot.pause()
        yield app, pilot


EVERYWHERE, PALETTE = ["space Play/pause", "? Help"], "ctrl+p Palette"


@pytest.mark.parametrize(
    ("keys", "own"),
    [("enter Add", ["enter Add", "esc Close"]), ("esc Back", ["esc Back"]), ("", ["esc Close"])],
)
async def test_dialog_shows_its_own_keys_and_those_that_work_everywhere(keys: str, own: list[str]) -> None:
    dialog = Asking(keys)
    async with shown(dialog):
        assert dialog.keys == [*own, PALETTE]  # in a field, letters are text
        dialog.set_focus(dialog.query_one(ChoiceList))
        await asyncio.sleep(0)
        dialog.on_descendant_focus()
        assert dialog.keys == [*own, *EVERYWHERE, PALETTE]
        dialog.query_one(DialogBody).keys = "↑ Up · a Other"
        assert dialog.keys[:3] == ["↑ Up", "a Other", "esc Close"]
        actions = [action for _, _, action in dialog.query_one(KeyLine).hints]
        assert actions[:3] == [f"app.simulate_key('{key}')" for key in ("up", "a", "escape")]
        assert actions[3] == BY_ID["playback.toggle"].action


@pytest.mark.parametrize(("width", "is_small"), [(93, True), (94, False)])
async def test_dialog_of_a_small_terminal_is_marked_from_its_first_paint(width: int, is_small: bool) -> None:
    dialog = ChoiceDialog("Title", ("one",), print)
    async with shown(dialog, (width, 20)):
        assert dialog.has_class("-small") is is_small


async def test_dialog_is_as_wide_as_its_title() -> None:
    title = "A title of more than forty cells, which is the least"
    async with shown(ChoiceDialog(title, ("one",), print)) as (app, _):
        assert app.screen.query_one(DialogBody).outer_size.width == len(title) + 10


@pytest.mark.parametrize("dialog", [Asking(), ChoiceDialog("Title", ("one",), print, "About")])
async def test_blank_line_parts_the_field_or_the_text_from_what_follows(dialog: Dialog) -> None:
    async with shown(dialog, (80, 24)):
        first, second, *_ = (each.region for each in dialog.query_one(DialogBody).children)
        assert second.y == first.bottom + 1


async def test_details_of_a_row_are_indented_where_they_wrap() -> None:
    rows = TitledRow("A title", "word " * 20), TitledRow("Another", "")
    async with shown(ChoiceDialog("Title", rows, print), (50, 20)) as (app, _):
        choices = app.screen.query_one(ChoiceList)
        title, *details, last = (choices.render_line(y).text.rstrip() for y in range(choices.size.height))
        assert (title, last) == ("A title", "Another")
        assert len(details) > 1
        assert all(line.startswith("  word") for line in details)


async def test_row_that_is_chosen_closes_the_dialog() -> None:
    chosen: list[int] = []
    async with shown(ChoiceDialog("Title", ("one", "two"), chosen.append, "About")) as (app, pilot):
        assert str(app.screen.query_one("#outcome", Static).content) == "About"
        await pilot.press("j", "enter")
        assert chosen == [1]
        assert not isinstance(app.screen, Dialog)
    async with shown(ChoiceDialog("Title", ("one", "two"), chosen.append)) as (app, _):
        assert not app.screen.query("#outcome")


async def done() -> None:
    """End at once."""


async def fail() -> None:
    raise UserError("It is full.")


@pytest.mark.parametrize(
    ("leave", "keys"), [("Back", ["esc Back"]), ("", ["ctrl+c Stop", "esc Go on in the background"])]
)
async def test_request_says_what_is_waited_for_and_how_to_leave_it(leave: str, keys: list[str]) -> None:
    dialog, asked = Asking(), asyncio.Event()
    async with shown(dialog) as (_, pilot):

        async def ask() -> None:
            await asked.wait()

        assert not dialog.is_waiting
        dialog.wait_for(ask(), "Asking …", leave)
        assert (dialog.said, dialog.keys[:-1], dialog.is_waiting) == ("Asking …", keys, True)
        asked.set()
        await pilot.pause()
        assert not dialog.is_waiting


async def test_request_that_fails_says_why_and_brings_the_keys_back() -> None:
    dialog = Asking()
    async with shown(dialog) as (app, pilot):
        dialog.wait_for(fail(), "Asking …")
        await pilot.pause()
        assert (dialog.said, dialog.is_waiting) == ("It is full.", False)
        assert dialog.query_one("#outcome").has_class("-wrong"), "in red"
        assert dialog.keys[0] == "enter Add"
        assert not app._notifications


async def test_request_that_is_stopped_says_so() -> None:
    dialog = Asking()
    async with shown(dialog) as (app, pilot):
        dialog.wait_for(asyncio.Event().wait(), "Asking …")  # type: ignore[arg-type]
        await pilot.pause()
        app.workers.cancel_all()
        await pilot.pause()
        assert (dialog.said, dialog.is_waiting) == ("Stopped.", False)
        assert not dialog.query_one("#outcome").has_class("-wrong")


@pytest.mark.parametrize(("leave", "notices"), [("", ["It is full."]), ("Back", [])])
async def test_request_that_fails_after_the_dialog_was_closed_is_told_in_a_notice(
    leave: str, notices: Sequence[str]
) -> None:
    dialog, asked = Asking(), asyncio.Event()
    async with shown(dialog) as (app, pilot):

        async def ask() -> None:
            await asked.wait()
            await fail()

        dialog.wait_for(ask(), "Asking …", leave)
        await pilot.pause()
        await pilot.press("escape")
        asked.set()
        await pilot.pause()
        assert [notice.message for notice in app._notifications] == notices
        assert {notice.severity for notice in app._notifications} <= {"error"}


async def test_cursor_of_the_terminals_own_colours_is_reversed_on_its_row_alone() -> None:
    async with shown(ChoiceDialog("Title", ("one", "two"), print)) as (app, pilot):
        rows = app.screen.query_one(ChoiceList)
        for theme, is_reversed in (("ansi-dark", True), ("textual-dark", False)):
            app.theme = theme
            await pilot.pause()
            lit, other = (any((segment.style or Style()).reverse for segment in rows.render_line(y)) for y in range(2))
            assert (lit, other) == (is_reversed, False)


@pytest.mark.parametrize(("no_color", "color", "is_dim"), [(False, "bright_black", False), (True, "default", True)])
async def test_what_is_under_a_dialog_in_the_terminals_own_colours_is_grey_or_dim(
    no_color: bool, color: str, is_dim: bool
) -> None:
    dialog = ChoiceDialog("Title", ("one",), print)
    async with shown(dialog, theme="ansi-dark", no_color=no_color) as (app, pilot):
        await app.screen_stack[0].mount(scroll := VerticalScroll(Static("\n" * 99)))
        await until(lambda: scroll.vertical_scrollbar.region, "there is a scroll bar", pilot.pause)
        update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
        assert isinstance(update, LayoutUpdate)
        (style,) = {segment.style for segment in Strip.join(update.strips[0]) if "under" in segment.text}
        assert style is not None
        assert style.color is not None
        assert (style.color.name, bool(style.dim), bool(style.reverse), bool(style.bold)) == (
            color,
            is_dim,
            False,
            False,
        )
        turned = [part for strips in update.strips for part in Strip.join(strips) if part.style and part.style.reverse]
        assert "▄▄" in {part.text for part in turned}, "the end of the scroll bar"


async def test_dialog_answers_once_whatever_arrives_together_with_the_answer() -> None:
    async with Host().run_test() as pilot:
        chosen: list[int] = []
        for repeat in ("clicks", "keys", "mixed", "dismissals"):
            dialog = ChoiceDialog("Title", ["one", "two"], chosen.append)
            await pilot.app.push_screen(dialog)
            rows = dialog.query_one(ChoiceList)
            rows.highlighted = 1
            match repeat:
                case "clicks":
                    for _ in range(3):
                        rows.post_message(ChoiceList.OptionSelected(rows, rows.get_option_at_index(1), 1))
                case "keys":
                    for _ in range(3):
                        rows.action_select()
                case "mixed":
                    rows.action_select()
                    rows.post_message(ChoiceList.OptionSelected(rows, rows.get_option_at_index(0), 0))
                    dialog.post_message(events.Key("escape", None))
                case _:
                    rows.action_select()
                    await pilot.pause()
                    dialog.dismiss()
            await pilot.pause()
            await pilot.pause()
            assert len(pilot.app.screen_stack) == 1, repeat
            assert chosen == [1], repeat
            chosen.clear()


FRAME = 8
"""Cells beside the text of the widest dialog, its scroll bar included."""


def lines(driver: AppDriver) -> list[str]:
    """Return what the dialog says, without its scroll bar."""
    return [line.rstrip(" ▁▂▃▄▅▆▇█").lstrip() for line in driver.rows_of(driver.app.screen.query_one("DialogBody"))]


def test_help_has_every_action_in_one_group() -> None:
    for pane in ("list", "tree", "transcript", "statistics"):
        shown = [action.id for _, actions in make_groups(ACTIONS, pane) for action in actions]
        assert sorted(shown) == sorted(action.id for action in ACTIONS)


@pytest.mark.parametrize(
    ("keys", "group"), [((), "In the list"), (("tab",), "In the list and the tree"), (("t",), "In the transcript")]
)
async def test_help_has_the_keys_of_the_pane_below_play_and_seek(
    keys: tuple[str, ...], group: str, driver: AppDriver
) -> None:
    await driver.press(*keys, "question_mark")
    assert lines(driver)[2] == FIRST
    assert lines(driver)[lines(driver).index("", 2) + 1] == group


async def test_help_is_narrowed_by_what_is_typed_with_the_groups_that_are_left(driver: AppDriver) -> None:
    await driver.press("question_mark", *"volumes")
    assert "No key does that." in lines(driver)
    await driver.press("backspace", *" louder")
    assert [line for line in lines(driver)[1:] if line] == ["Playing", "+ =            Volume: louder by 5"]


async def test_help_wraps_a_label_beside_its_keys_where_the_terminal_is_too_narrow(driver: AppDriver) -> None:
    label = BY_ID["work.stop"].label
    await driver.press("question_mark", *"stop the work")
    (row,) = (row for row in lines(driver) if row.endswith(label))
    needed = len(row) + FRAME
    await driver.resize(needed, 40)
    assert row in lines(driver)
    await driver.resize(needed - 1, 40)
    words, last = label.rsplit(" ", 1)
    shown = driver.rows_of(driver.app.screen.query_one("#table"))
    assert shown[-2:] == [row.removesuffix(f" {last}"), last.rjust(row.index(words) + len(last))]


async def test_dialog_takes_the_place_of_another(driver: AppDriver) -> None:
    await driver.press("enter", "i", "question_mark")
    assert driver.shows(HelpScreen)
    await driver.press("escape", "i", "colon")
    assert driver.shows(AskScreen)
    await driver.press("escape")
    assert driver.app.screen is driver.main
