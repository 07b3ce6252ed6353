"""The base classes of dialogs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.css.styles import RulesMap
from textual.geometry import Size, Spacing
from textual.message import Message
from textual.reactive import var
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.visual import Padding, RenderOptions, Visual
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui_pod.core.actions import BY_ID, key_of
from tui_pod.core.text.clean import visible
from tui_pod.runtime.log import log_error
from tui_pod.services.tasks import explain
from tui_pod.ui.keys import dialog_bindings
from tui_pod.ui.look.layout import AIRY, HIGH
from tui_pod.ui.look.parts import CURSOR, HEAD, look
from tui_pod.ui.widgets.lines import KeyLine

if TYPE_CHECKING:
    from tui_pod.ui.app import TuiPodApp

PRESSED = {"esc": "escape", "↑": "up", "↓": "down", "↑\N{NO-BREAK SPACE}↓": "down", "←\N{NO-BREAK SPACE}→": "right"}
"""Textual's names of keys that a dialog shows otherwise."""

TITLE_FRAME = 4
"""Cells of the border beside a title."""

NORMAL_WIDTH = 94
"""From this width on, the widest dialog fits with a margin."""

ROOMY = 20
"""From this height on, a blank line parts the text above fields from them."""


class DialogBody(VerticalScroll):
    """The box of a dialog; long content scrolls."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", id="move.down"),
        Binding("k", "scroll_up", id="move.up"),
    ]

    keys: var[str] = var("")
    """The dialog's own keys, for the key line: `enter Add`; `esc Close` is added if `esc` does nothing else."""

    def __init__(self, title: str = "", keys: str = "", ident: str | None = None) -> None:
        """Make an empty box; `keys` is shown in the key line."""
        super().__init__(id=ident)
        self.border_title = Content(title)
        self._title_width = cell_len(title) + TITLE_FRAME
        self.set_reactive(DialogBody.keys, keys)

    def watch_keys(self) -> None:
        """Show other keys."""
        if isinstance(self.screen, Dialog):
            self.screen.show_keys()

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Return at least the width of the title, which Textual would cut."""
        return max(super().get_content_width(container, viewport), self._title_width)


class TitledRow(Visual):
    """A title over details, which are indented where they wrap, too."""

    def __init__(self, title: str, details: str) -> None:
        below = Padding(Content.styled(details, "$text-muted"), Spacing(left=2))
        self._parts: tuple[Visual, ...] = (Content.styled(title, "bold"), below)[: 1 + bool(details)]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """Return the width in which nothing wraps."""
        return max(part.get_optimal_width(rules, container_width) for part in self._parts)

    def get_height(self, rules: RulesMap, width: int) -> int:
        """Return the number of lines in this width."""
        return sum(part.get_height(rules, width) for part in self._parts)

    def render_strips(self, width: int, height: int | None, style: VisualStyle, options: RenderOptions) -> list[Strip]:
        """Return the lines."""
        return [strip for part in self._parts for strip in part.render_strips(width, None, style, options)]


class ChoiceList(OptionList):
    """A list to choose from, as high as its rows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", id="move.down"),
        Binding("k", "cursor_up", id="move.up"),
        Binding("g", "first", id="move.top"),
        Binding("G", "last", id="move.bottom"),
    ]

    def __init__(self, rows: Iterable[Visual | str] = ()) -> None:
        super().__init__(*map(Option, rows), compact=True)

    def render_line(self, y: int) -> Strip:
        """Return a line; in the terminal's own colours, Textual 8.2 leaves out that the cursor is reversed."""
        line = super().render_line(y)
        style = next(iter(line)).style if line.cell_length else None
        if style is None or style.meta.get("option") != self.highlighted or not self.app.native_ansi_color:
            return line
        cursor = look(self.app, HEAD, CURSOR)
        return Strip([Segment(text, style and style + cursor) for text, style, _ in line], line.cell_length)

    def on_resize(self) -> None:
        """Keep the cursor in sight in a list that became lower."""
        self.call_after_refresh(self.scroll_to_highlight)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the height of the rows; Textual's list raises an error if there is no room for a single cell."""
        return super().get_content_height(container, viewport, max(1, width))


class Backdrop(BackgroundScreen):
    """Draws the screen under a dialog in grey, or dim: the terminal's own colours cannot be blended.

    A scroll bar stays reversed: without it, the glyph at its end would be left alone.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the segments of the screen."""
        color, is_dim = ("default", True) if self.screen.app.no_color else ("bright_black", False)
        style = Style(color=color, bgcolor="default", dim=is_dim, bold=False, reverse=False)
        for segment in console.render(self.screen._compositor, options):
            is_bar = segment.style is not None and segment.style.reverse and "grab" in segment.style.meta.values()
            yield Segment(segment.text, style + Style(reverse=True) if is_bar else style, segment.control)


class Dialog(ModalScreen[None]):
    """A dialog that escape closes. Keys that are neither its own nor work everywhere ring the bell."""

    CSS_PATH = Path(__file__).with_name("dialog.tcss")  # absolute: subclasses may be in other folders
    HORIZONTAL_BREAKPOINTS = [(0, "-small"), (NORMAL_WIDTH, "-normal")]  # noqa: RUF012  # as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-dense"), (ROOMY, "-roomy"), (HIGH, "-high"), (AIRY, "-airy")]  # noqa: RUF012  # covers the same notice on the screen below
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", id="dialog.close"),
        *dialog_bindings(),
    ]

    def render(self) -> RenderableType:
        """Return what is under the dialog."""
        shown = super().render()
        if isinstance(shown, BackgroundScreen) and self.app.native_ansi_color:
            return Backdrop(shown.screen, shown.color)
        return shown

    @property
    def is_on_top(self) -> bool:
        """Whether the dialog is open and not covered; Textual's `is_current` is true under another dialog, too."""
        return self.app.screen_stack[-1:] == [self]

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close; do nothing if it is closed, or if another dialog covers it, which Textual would close instead."""
        return super().dismiss(result) if self.is_on_top else AwaitComplete()

    async def _dispatch_message(self, message: Message) -> None:
        """Drop what its widgets report after it was closed: the second of two clicks in one read would choose again.

        Textual has no public place for this: such messages are already queued. Those that do not bubble end the screen,
        but one that closes before it is mounted has nothing to prepare.
        """
        if self in self.app.screen_stack or not (message.bubble or isinstance(message, events.Mount | events.Resize)):
            await super()._dispatch_message(message)

    async def on_key(self, event: events.Key) -> None:
        """Refuse a key that does something on the screen behind the dialog."""
        if event.key in self.app.screen_stack[0].active_bindings:
            self.app.bell()

    async def on_click(self, event: events.Click) -> None:
        """Do what escape does at a click beside the dialog, unless something is typed in it."""
        escape = self.active_bindings.get("escape")
        if event.widget is self and escape is not None and not any(field.value for field in self.query(Input)):
            await self.app.run_action(escape.binding.action, escape.node)

    def on_mount(self) -> None:
        """Set the width class for the first paint, which Textual sets only afterwards, and show the keys."""
        self.set_class(self.app.size.width < NORMAL_WIDTH, "-small")
        self._key_line = KeyLine(self._tui.first.is_ascii)
        self.show_keys()
        if self.is_attached:  # it may have been closed meanwhile
            self.mount(self._key_line)

    @property
    def _tui(self) -> TuiPodApp:
        return self.app  # type: ignore[return-value]  # the only app there is

    def on_descendant_focus(self) -> None:
        """Show the keys that work with this focus: in a text field, letters are text."""
        self.show_keys()

    def show_keys(self) -> None:
        """Show the keys of the dialog, and those that work everywhere."""
        if self._key_line is None:
            return
        keys = self.query_one(DialogBody).keys
        keys = keys if "esc " in keys else f"{keys} · esc Close".removeprefix(" · ")
        hints = [
            (key, word, f"app.simulate_key('{PRESSED.get(key, key)}')")
            for key, _, word in (hint.partition(" ") for hint in keys.split(" · "))
        ]
        known = () if isinstance(self.focused, Input) else (("playback.toggle", "Play/pause"), ("app.help", "Help"))
        hints += [
            (self._tui.first.with_keys(key_of(ident)), word, BY_ID[ident].action)
            for ident, word in (*known, *self.offered)
        ]
        self._key_line.hints = tuple(hints)

    offered: tuple[tuple[str, str], ...] = (("app.palette", BY_ID["app.palette"].hint),)
    """Action id and word of each key that works in every dialog, also in text fields."""
    _key_line: KeyLine | None = None
    is_waiting = False
    """Whether a request is in progress."""

    def say(self, text: str, keys: str | None = None, is_fault: bool = False) -> None:
        """Show the outcome of a request, or what is wrong, and the keys; None leaves the keys as they are."""
        self.query_one("#outcome", Static).set_class(is_fault, "-wrong").update(Content(visible(text)))
        if keys is not None:
            self.query_one(DialogBody).keys = keys

    _keys_before = ""

    @property
    def keys_again(self) -> str:
        """The keys once a request has failed or was stopped."""
        return self._keys_before

    def wait_for(self, work: Coroutine[Any, Any, None], said: str, leave: str = "") -> None:
        """Wait for a request, saying so meanwhile, and show why it failed.

        Escape does what `leave` says, and stops the request; if that is empty, it closes the dialog, and the request
        goes on.
        """
        self.is_waiting = True
        self._keys_before = self.query_one(DialogBody).keys
        stop = self._tui.first.with_keys(key_of("work.stop"))
        self.say(said, f"esc {leave}" if leave else f"{stop} Stop · esc Go on in the background")
        (self if leave else self.app).run_worker(self._wait_for(work))

    async def _wait_for(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except asyncio.CancelledError:
            if self.is_waiting and self.is_current and self.is_attached:
                self._end_waiting("Stopped.", is_fault=False)
            raise
        except Exception as error:  # any failure leaves what was typed
            log_error(error)
            self._end_waiting(explain(error))
        else:
            self.is_waiting = False

    def _end_waiting(self, said: str, is_fault: bool = True) -> None:
        """Show why there is no answer: in the dialog, or as a notice once it is closed."""
        self.is_waiting = False
        if self.is_current:
            self.say(said, self.keys_again, is_fault)
        else:
            self.app.notify(said, severity="error")


class ChoiceDialog(Dialog):
    """A dialog that closes when a row is chosen."""

    AUTO_FOCUS = "OptionList"

    def __init__(
        self,
        title: str,
        rows: Sequence[Visual | str],
        choose: Callable[[int], object],
        about: str = "",
        ident: str | None = None,
        keys: str = "enter Choose",
    ) -> None:
        """Show rows under a text about them; `choose` is called with the number of the chosen row."""
        super().__init__()
        self._body = DialogBody(title, keys, ident)
        self._rows, self._choose, self._about = rows, choose, about

    def compose(self) -> ComposeResult:
        """Show the rows."""
        with self._body:
            if self._about:
                yield Static(Content(self._about), id="outcome")
            yield ChoiceList(self._rows)

    @on(OptionList.OptionSelected)
    def _on_chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss()
        self._choose(event.option_index)


class CycleDialog(ChoiceDialog):
    """A few choices with the present one marked; the key that opened it takes the next one at once.

    A key that is not its own closes it, and does what it does on the library screen.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(action.keys, f"cycle('{action.id}')", id=action.id)
        for action in (BY_ID["list.filter"], BY_ID["list.sort"])
    ]

    def __init__(
        self, title: str, texts: Sequence[str], present: int, choose: Callable[[int], object], action: str, key: str
    ) -> None:
        """Show the choices; `action` is the id of the action that cycles, `key` its key."""
        self._texts, self._present, self._action = texts, present, action
        super().__init__(title, self._marked, choose, keys=f"{key} Next · enter Choose")

    @property
    def _marked(self) -> list[str]:
        return [f"{'✓' if number == self._present else ' '} {text}" for number, text in enumerate(self._texts)]

    def on_mount(self) -> None:
        """Put the cursor on the present choice."""
        self.query_one(OptionList).highlighted = self._present

    async def on_key(self, event: events.Key) -> None:
        """Close the dialog, and run the key's command on the screen below, if it has one."""
        event.prevent_default()
        bound = self.app.screen_stack[0].active_bindings.get(event.key)
        if bound is not None and bound.enabled:
            self.dismiss()
            await self.app.run_action(bound.binding.action, bound.node)

    def action_cycle(self, action: str) -> None:
        """Take the next choice, if this is the key that opened the dialog."""
        if action == self._action:
            self._present = (self._present + 1) % len(self._texts)
            self._choose(self._present)
            self.query_one(OptionList).set_options(self._marked)
            self.query_one(OptionList).highlighted = self._present


class InputDialog(Dialog):
    """A dialog with a text field that has the focus from the start."""

    def on_mount(self) -> None:
        """Focus the field now: keys typed before the first paint would be lost otherwise."""
        self.set_focus(self.query_one(Input))


class SearchDialog(InputDialog):
    """A field over a list: typing narrows the list, and enter or a click chooses a row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "move('cursor_down')"),
        Binding("up", "move('cursor_up')"),
        Binding("pagedown", "move('page_down')"),
        Binding("pageup", "move('page_up')"),
    ]

    def compose_in(self, body: DialogBody, field: Input, *below: Static) -> ComposeResult:
        """Show the field over the list, and what is below it."""
        with body:
            yield field
            choices = ChoiceList()
            choices.can_focus = False  # the field keeps the focus
            yield choices
            yield from below

    def show_rows(self, typed: str) -> None:
        """List what fits to the text."""
        raise NotImplementedError

    def choose(self, number: int) -> None:
        """Take a row of the list."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """List everything."""
        self.show_rows("")

    @on(Input.Changed)
    def _on_typed(self, event: Input.Changed) -> None:
        self.show_rows(event.value)

    @on(Input.Submitted)
    def _on_submitted(self) -> None:
        number = self.query_one(OptionList).highlighted
        if number is not None:
            self.choose(number)

    @on(OptionList.OptionSelected)
    def _on_clicked(self, event: OptionList.OptionSelected) -> None:
        self.choose(event.option_index)

    def action_move(self, move: str) -> None:
        """Move the cursor of the list."""
        getattr(self.query_one(OptionList), f"action_{move}")()
