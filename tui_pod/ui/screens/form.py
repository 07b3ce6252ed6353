"""The base class of dialogs with fields: a line for each, and below the focused one what it is."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import accumulate
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import counted
from tui_pod.ui.look.cells import fit
from tui_pod.ui.screens.dialog import NORMAL_WIDTH, Dialog, DialogBody

FORM_KEYS = "↑\N{NO-BREAK SPACE}↓ Field · enter Save"
LOGIN_KEYS = FORM_KEYS.replace("Save", "Log in")
CHOICE_KEYS = f"←\N{NO-BREAK SPACE}→ Change · {FORM_KEYS}"
MORE_KEYS = "enter Show them · ↑\N{NO-BREAK SPACE}↓ Field"

USUAL = "as usual"

AROUND, SMALL_AROUND = 10, 3
"""Lines of the screen that fields cannot have: frame and key line; on a small screen nothing else."""


class FormField(NamedTuple):
    """A line of a form."""

    name: str
    """By which the form returns its value."""
    label: str
    about: str
    """What it is, in one line."""
    value: str = ""
    allowed: str = ""
    """Which values there are; said too where there is room."""
    usual: str = ""
    """What holds while it is empty."""
    unit: str = ""
    """Shown behind a value."""
    choices: tuple[str, ...] = ()
    """The only values besides none; if empty, any text."""
    check: Callable[[str], object] = str
    """Raises UserError for a wrong value."""
    limit: int | None = None
    """Maximum number of characters; None for any number."""
    is_secret: bool = False
    is_rare: bool = False
    """Whether it is hidden until more is asked for."""
    group: str = ""
    """The heading above it and its neighbours; empty for none."""
    offer: tuple[str, str] = ("", "")
    """A value that the right arrow puts into the empty field, and why it fits."""
    step: float = 0.0
    """By how much `+` and `-` change it; 0 if it is no number."""
    make: Callable[[], Input] | None = None
    """Makes a text field of another kind."""


class ChoiceField(Static, can_focus=True):
    """One of some values, all of which are listed while it has the focus. A switch if they are yes and no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "change(1)"),
        Binding("left", "change(-1)"),
        Binding("enter", "submit"),
    ]

    class Submitted(Message):
        """Enter was pressed."""

    value: reactive[str] = reactive("", init=False)

    def __init__(self, field: FormField) -> None:
        super().__init__(id=f"field-{field.name}")
        self._usual = field.usual
        is_switch = {*field.choices} == {"yes", "no"} and field.usual in field.choices
        self._is_switch = is_switch
        self._values = ("no", "yes") if is_switch else ("", *field.choices)
        self.set_reactive(ChoiceField.value, field.usual if is_switch and not field.value else field.value)

    def render(self) -> Content:
        """Return the value with arrows or, in the field with the focus, all values with a mark at the present one."""
        if self._is_switch:
            return Content(f"{'━━●' if self.value == 'yes' else '○━━'} {self.value}")
        if self._is_list:
            return Content("  ").join(
                Content.styled(text, "" if value == self.value else "not bold $text-muted")
                for value, text in zip(self._values, self._texts, strict=True)
            )
        usual = _fit_usual(self._usual, self.size.width - 4)
        quiet = f"{'dim ' * self.app.native_ansi_color}$text-muted"  # as Textual draws an empty text field
        text = Content(self.value) if self.value else Content.styled(usual, quiet)
        look = "$text-primary" if self.has_focus else "$text-muted"
        return Content.assemble(("← ", look), text, (" →", look))

    @property
    def _texts(self) -> list[str]:
        """The values as they are listed."""
        return [f"{'●' if value == self.value else '○'} {value or self._usual}" for value in self._values]

    @property
    def _is_list(self) -> bool:
        return self.has_focus and not self._is_switch and cell_len("  ".join(self._texts)) <= self.size.width

    def action_change(self, by: int) -> None:
        """Go to the next (1) or previous (-1) value."""
        self.value = self._values[(self._values.index(self.value) + by) % len(self._values)]

    def on_click(self, event: events.Click) -> None:
        """Take the value that was clicked, or go to the next one."""
        offset, ends = event.get_content_offset(self), accumulate(cell_len(text) + 2 for text in self._texts)
        if self._is_list and offset is not None:
            self.value = next((v for v, end in zip(self._values, ends, strict=True) if offset.x < end), self.value)
        else:
            self.action_change(1)

    def action_submit(self) -> None:
        """Save the form."""
        self.post_message(self.Submitted())


class TextField(Input):
    """Any text, cut to its width with an ellipsis at each end that is hidden."""

    def __init__(self, field: FormField) -> None:
        super().__init__(
            field.value,
            placeholder=field.usual,
            password=field.is_secret,
            max_length=field.limit or 0,
            id=f"field-{field.name}",
            select_on_focus=False,
        )
        self._usual, self._offer, self._unit = field.usual, field.offer[0], field.unit

    def action_cursor_right(self, select: bool = False) -> None:
        """Take the value that is offered, if any, else go on as usual."""
        if self._offer and not self.value:
            self.value = self._offer
        super().action_cursor_right(select)

    def on_mount(self) -> None:
        """Show the unit of a number."""
        self.watch(self, "value", self._show_unit)

    def _show_unit(self, value: str) -> None:
        assert self.parent is not None
        self.parent.set_class(bool(self._unit) and value[:1].isdigit(), "-number")

    def on_resize(self) -> None:
        """Cut what holds while it is empty."""
        self.placeholder = _fit_usual(self._usual, self.content_size.width)

    def on_focus(self) -> None:
        """Scroll to the cursor, which Textual leaves out of sight at the end of an initial value."""
        self.scroll_to_region(Region(self.scroll_offset.x + self._cursor_cell, 0, 1, 1), force=True, animate=False)

    @property
    def _cursor_cell(self) -> int:
        return self.cursor_screen_offset.x - self.content_region.x

    def render_line(self, y: int) -> Strip:
        """Draw the text with an ellipsis at an end that is cut, which does not hide the cursor."""
        strip, width, start = super().render_line(y), self.content_size.width, self.scroll_offset.x
        cursor = self._cursor_cell if self.has_focus else None
        is_cut_left = start > 0 and cursor != 0
        is_cut_right = cell_len(self.value) - start > width and cursor != width - 1
        dots = Strip([Segment("…", self.rich_style)])
        shown = strip.crop(is_cut_left, width - is_cut_right)
        return Strip.join([*[dots] * is_cut_left, shown, *[dots] * is_cut_right])


class NumberField(TextField):
    """A number, or a word that stands for one; `+` and `-` change it by a step."""

    def __init__(self, field: FormField) -> None:
        super().__init__(field)
        self._field = field

    async def _on_key(self, event: events.Key) -> None:
        if event.character in ("+", "-"):
            event.stop()
            event.prevent_default()
            self.change(event.character)
        else:
            await super()._on_key(event)

    def change(self, key: str) -> None:
        """Change the number, or the one that holds while the field is empty, by a step, unless that is not allowed."""
        by = self._field.step if key == "+" else -self._field.step
        found = re.search(r"[\d.]+", self.value or self._usual)
        for start in (float(found[0]),) if found else (0.0, 1.0):  # a speed starts at 1
            value = f"{max(0.0, start + by):g}"
            with contextlib.suppress(UserError):
                self._field.check(value)
                self.value = value
                self.cursor_position = len(value)
                return


class Stepper(Static):
    """The keys that change a number, to be clicked."""

    def __init__(self, field: NumberField) -> None:
        super().__init__("- +", classes="field-steps")
        self._field = field

    def on_click(self, event: events.Click) -> None:
        """Change the number."""
        self._field.focus()
        self._field.change("-" if event.x < 2 else "+")


class MoreFields(Static, can_focus=True):
    """The line that shows the rare fields."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "screen.show_rare")]

    def on_click(self) -> None:
        """Show them."""
        self.screen.call_later(self.screen.run_action, "show_rare")


class FormDialog(Dialog):
    """A dialog of fields; enter saves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", priority=True),  # else the box scrolls, and the next key overtakes it
        Binding("up", "app.focus_previous", priority=True),
    ]

    _explained: FormField | None = None
    """The field above the explanation."""

    keys = FORM_KEYS
    """What the key line shows while a text field has the focus."""

    def __init__(self, title: str, fields: Sequence[FormField], head: str = "") -> None:
        """Show fields under a text about all of them."""
        super().__init__()
        self._title, self._head = title, head
        self.fields = fields
        self._more = f"{counted(sum(field.is_rare for field in fields), 'more setting')} …"
        self._go_on: Callable[[], object] | None = None

    def lead_to(self, name: str, go_on: Callable[[], object], head: str) -> None:
        """Have a last line that leads to another dialog instead of rare fields, and a text about all fields."""
        self._more, self._go_on, self._head = name, go_on, head

    def compose(self) -> ComposeResult:
        """Show the fields, and what the focused one means."""
        widest = max(cell_len(field.label) for field in self.fields)
        body, lines = DialogBody(self._title, self.keys, "form"), Vertical(id="fields")
        body.can_focus = False
        with body:
            if self._head:
                yield Static(Content(self._head), id="form-head")
            with lines:
                for number, field in enumerate(self.fields):
                    if field.group and field.group not in (each.group for each in self.fields[:number]):
                        yield Static(Content(field.group), classes="field-group")
                    with Horizontal(classes="field -rare" if field.is_rare else "field"):
                        yield Static(Content(fit(field.label, widest)), classes="field-label")
                        make_text = field.make or partial(NumberField if field.step else TextField, field)
                        widget = ChoiceField(field) if field.choices else make_text()
                        yield widget
                        if field.unit:
                            yield Static(Content(field.unit), classes="field-unit")
                        if isinstance(widget, NumberField):
                            yield Stepper(widget)
                if self._go_on is not None or any(field.is_rare for field in self.fields):
                    yield MoreFields(self._more, id="more-fields")
                yield Static(id="outcome", markup=False)

    def on_mount(self) -> None:
        """Focus the first field now: keys typed before the first paint would be lost otherwise."""
        self.on_resize()
        self.screen_layout_refresh_signal.subscribe(self, self._keep_in_sight)
        self.set_focus(next(iter(self.query("Input, ChoiceField"))))

    def _keep_in_sight(self, _: Screen[object]) -> None:
        """Scroll to the explanation wherever a layout has put it, which may come after the focus has moved on."""
        self.query_one("#outcome").scroll_visible(animate=False)

    def save(self, values: Mapping[str, str]) -> None:
        """Take the values, all of which are right; the dialog is still open."""
        raise NotImplementedError

    def _widget(self, field: FormField) -> Input | ChoiceField:
        found = self.query_one(f"#field-{field.name}")
        assert isinstance(found, Input | ChoiceField)
        return found

    @on(events.DescendantFocus)
    @on(Input.Changed)
    def _explain(self) -> None:
        """Show below the focused field what it is, or what is wrong with its value."""
        field = next((field for field in self.fields if self._widget(field) is self.focused), None)
        if field is None:
            is_more = isinstance(self.focused, MoreFields)
            self.query_one(DialogBody).keys = MORE_KEYS if is_more else self.keys
            return
        keys = (
            CHOICE_KEYS if field.choices else f"+\N{NO-BREAK SPACE}- Change · {self.keys}" if field.step else self.keys
        )
        self.query_one(DialogBody).keys = keys
        outcome, line = self.query_one("#outcome"), self._widget(field).parent
        if isinstance(line, Widget) and self._explained is not field:
            self._explained = field
            self.query_one("#fields").move_child(outcome, after=line)
            self.call_after_refresh(outcome.scroll_visible, animate=False)
        has_room = field.allowed and self.app.size.width >= NORMAL_WIDTH
        widget, about = self._widget(field), f"{field.about}: {field.allowed}." if has_room else f"{field.about}."
        if field.offer[0] and not widget.value:
            about = f"{field.offer[1]}: → takes {field.offer[0]}."
        try:
            field.check(widget.value)
        except UserError as error:
            about = str(error)
            widget.add_class("-wrong")
        else:
            widget.remove_class("-wrong")
        self.say(about, is_fault=widget.has_class("-wrong"))

    @on(Input.Submitted)
    @on(ChoiceField.Submitted)
    def _submit(self) -> None:
        if self.is_waiting:
            return
        values = {field.name: self._widget(field).value for field in self.fields}
        for field in self.fields:
            try:
                field.check(values[field.name])
            except UserError:
                self._go_to(field)  # its line says what is allowed
                return
        self.save(values)

    def action_show_rare(self) -> None:
        """Show the rare fields, and go to the first one; or the dialog that takes their place."""
        if self._go_on is not None:
            self._go_on()
            return
        self._go_to(next(field for field in self.fields if field.is_rare))

    def _go_to(self, field: FormField) -> None:
        """Focus a field, with all rare ones shown if it is one."""
        if field.is_rare:
            self.query_one(DialogBody).add_class("-all")
        self.call_after_refresh(self._widget(field).focus)

    def on_resize(self) -> None:
        """Leave room for what is around the fields."""
        is_small = self.app.size.width < NORMAL_WIDTH
        around = (SMALL_AROUND if is_small else AROUND) + bool(self._head)
        self.query_one("#fields").styles.max_height = max(1, self.app.size.height - around)


def _fit_usual(text: str, width: int) -> str:
    """Return what holds while a field is empty in at most `width` cells, without “as usual” if it has no room."""
    if len(text) > width:
        text = text.removeprefix(f"{USUAL}: ")
    return fit(text, width).rstrip() if width > 0 else text
