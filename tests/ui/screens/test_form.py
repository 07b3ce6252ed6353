"""Dialogs of fields: what a field shows, what the line below says, and when a form is saved."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial

import pytest
from textual.widgets import Static

from tests.app_driver import AppDriver, run_app
from tests.present import present
from tests.rooms import EPISODES, TOPICS
from tui_pod.core.errors import UserError
from tui_pod.core.library.library import build_library
from tui_pod.core.library.podcast_settings import find_row
from tui_pod.ui.screens.dialog import NORMAL_WIDTH, ROOMY, DialogBody
from tui_pod.ui.screens.form import (
    CHOICE_KEYS,
    FORM_KEYS,
    MORE_KEYS,
    ChoiceField,
    FormDialog,
    FormField,
    NumberField,
    Stepper,
    TextField,
)


def number(text: str) -> None:
    if text and not text.isdigit():
        raise UserError("It must be a number.")


NAME = FormField("name", "Name", "What it is called", "Ada", usual="as usual: nobody")
AGE = FormField("age", "Age", "How old it is", allowed="0 to 9", unit="years", check=number)
SIZE = FormField("size", "Size", "How large it is", choices=("small", "large"), usual="as usual")
SWITCH = FormField("open", "Open", "Whether it is open", choices=("yes", "no"), usual="no")
RARE = FormField("rare", "Rare", "Seldom needed", is_rare=True, check=number)


class Form(FormDialog):
    """A form that keeps what was saved."""

    def __init__(self, fields: Sequence[FormField], head: str = "") -> None:
        super().__init__("Form", fields, head)
        self.saved: list[Mapping[str, str]] = []

    def save(self, values: Mapping[str, str]) -> None:
        self.saved.append(values)


@asynccontextmanager
async def shown(
    *fields: FormField, size: tuple[int, int] = (120, 40), head: str = ""
) -> AsyncIterator[tuple[AppDriver, Form]]:
    """Show a form of these fields."""
    async with run_app(build_library(TOPICS, EPISODES), size) as driver:
        form = Form(fields, head)
        driver.app.push_screen(form)
        await driver.until(lambda: driver.app.screen is form and form.query(DialogBody), "the form is open")
        yield driver, form


@pytest.mark.parametrize(("height", "blank"), [(ROOMY, 1), (ROOMY - 1, 0)])
async def test_blank_line_parts_the_text_from_the_fields_where_there_is_room(height: int, blank: int) -> None:
    async with shown(NAME, size=(80, height), head="About it") as (_, form):
        assert form.query_one("#fields").region.y == form.query_one("#form-head").region.bottom + blank


def said(form: Form) -> str:
    """Return the line below the fields."""
    return str(form.query_one("#outcome", Static).content)


def keys(form: Form) -> str:
    return form.query_one(DialogBody).keys


async def test_line_below_explains_the_focused_field_and_its_keys() -> None:
    async with shown(NAME, AGE, SIZE, RARE) as (driver, form):
        assert (said(form), keys(form)) == ("What it is called.", FORM_KEYS)
        await driver.press("down")
        assert (said(form), keys(form)) == ("How old it is: 0 to 9.", FORM_KEYS)
        await driver.press("down")
        assert (said(form), keys(form)) == ("How large it is.", CHOICE_KEYS)
        await driver.press("down")
        assert keys(form) == MORE_KEYS
        await driver.press("up")
        assert keys(form) == CHOICE_KEYS


async def test_long_value_has_an_ellipsis_where_it_is_cut_and_the_cursor_stays_visible() -> None:
    long = NAME._replace(name="long", value=f"First{' word' * 20} last")
    async with shown(NAME, long) as (driver, form):
        field = form.query_one("#field-long", TextField)

        def shown_text() -> str:
            return field.render_line(0).text

        assert shown_text().startswith("First")
        assert shown_text().endswith("…")
        await driver.press("down")
        assert shown_text().startswith("…")
        assert shown_text().endswith("last ")
        await driver.press("home")
        assert shown_text().startswith("First")
        assert shown_text().endswith("…")


@pytest.mark.parametrize(
    ("width", "text"), [(NORMAL_WIDTH, "How old it is: 0 to 9."), (NORMAL_WIDTH - 1, "How old it is.")]
)
async def test_allowed_values_are_said_where_there_is_room(width: int, text: str) -> None:
    async with shown(AGE, size=(width, 24)) as (_, form):
        assert said(form) == text


async def test_wrong_value_is_said_at_once_and_leads_back_to_its_field() -> None:
    async with shown(AGE, NAME) as (driver, form):
        age = form.query_one("#field-age", TextField)
        await driver.press("x")
        assert (said(form), age.has_class("-wrong")) == ("It must be a number.", True)
        await driver.press("down", "enter")
        await driver.until(lambda: form.focused is age, "its field has the focus")
        assert form.saved == []
        await driver.press("backspace", "7")
        assert not age.has_class("-wrong")
        await driver.press("enter")
        assert form.saved == [{"age": "7", "name": "Ada"}]


async def test_what_is_typed_is_added_to_the_value() -> None:
    async with shown(NAME) as (driver, form):
        await driver.press("x")
        assert form.query_one(TextField).value == "Adax"


async def test_wrong_value_of_a_hidden_field_shows_it() -> None:
    async with shown(NAME, RARE._replace(value="x")) as (driver, form):
        body, rare = form.query_one(DialogBody), form.query_one("#field-rare")
        assert not body.has_class("-all")
        await driver.press("enter")
        assert body.has_class("-all")
        await driver.until(lambda: form.focused is rare, "its field has the focus")
        assert form.saved == []


async def test_rare_fields_are_counted_and_shown_on_demand() -> None:
    async with shown(NAME, RARE, RARE._replace(name="rarer")) as (driver, form):
        assert "2 more settings …" in driver.text
        await driver.press("down", "enter")
        assert form.query_one(DialogBody).has_class("-all")
        await driver.until(lambda: form.focused is form.query_one("#field-rare"), "it has the focus")
        assert form.saved == []
    async with shown(NAME) as (driver, _):
        assert "more settings" not in driver.text


async def test_arrows_and_clicks_go_around_the_values_of_a_choice() -> None:
    async with shown(SIZE) as (driver, form):
        field, seen = form.query_one(ChoiceField), []
        for _ in range(3):
            await driver.press("right")
            seen.append(field.value)
        assert seen == ["small", "large", ""]
        await driver.press("left")
        assert field.value == "large"
        assert "○ as usual  ○ small  ● large" in driver.text
        for column, value in ((25, "large"), (16, "small"), (3, "")):
            await driver.click(field, column, 0)
            assert field.value == value
        await driver.press("enter")
        assert form.saved == [{"size": ""}]


def test_choice_of_yes_and_no_is_a_switch_that_begins_as_usual() -> None:
    switch = ChoiceField(SWITCH)
    assert (switch.value, switch.render().plain) == ("no", "○━━ no")
    switch.action_change(1)
    assert switch.render().plain == "━━● yes"
    switch.action_change(1)
    assert switch.value == "no"
    assert ChoiceField(SWITCH._replace(value="yes")).value == "yes"
    assert ChoiceField(SWITCH._replace(usual="")).value == ""  # three values: yes, no and as usual
    assert ChoiceField(SIZE).value == ""


async def test_what_usually_holds_loses_its_first_words_where_it_has_no_room() -> None:
    async with shown(NAME._replace(value=""), SIZE._replace(usual="as usual: large")) as (driver, form):
        assert "as usual: nobody" in driver.text
        assert "← as usual: large →" in driver.text
        for field, shorter in (("name", "nobody"), ("size", "← large →")):
            widget = form.query_one(f"#field-{field}")
            widget.styles.width = 14
            longer = f"as usual: {shorter.strip('← →')}"
            await driver.until(partial(lacks, driver, longer), "it is shortened")
            assert shorter in driver.text


def lacks(driver: AppDriver, text: str) -> bool:
    return text not in driver.text


async def test_unit_is_behind_a_field_that_begins_with_a_digit() -> None:
    async with shown(AGE) as (driver, form):
        line = present(form.query_one("#field-age").parent)
        for key, is_number in (("7", True), ("x", True), ("home", True), ("x", False)):
            await driver.press(key)
            assert line.has_class("-number") is is_number
    async with shown(NAME._replace(value="99 Names"), AGE._replace(value="7", step=1)) as (_, form):
        assert form.query_one("#field-name").region.width > 50  # a name is no number
        assert form.query_one(Stepper).region.right == form.query_one("#field-name").region.right


async def test_number_is_stepped_by_clicks_from_one_if_nothing_less_is_allowed() -> None:
    speed = FormField("speed", "Speed", "How fast", usual="as usual", check=find_row("speed").parse, step=0.1)
    async with shown(NAME, speed) as (driver, form):
        field = form.query_one(NumberField)
        for column, value in ((3, "1.1"), (3, "1.2"), (1, "1.1")):
            await driver.click(form.query_one(Stepper), column, 0)
            assert (field.value, form.focused) == (value, field)


async def test_explanation_is_below_the_focused_field() -> None:
    async with shown(NAME, AGE, size=(80, 24)) as (driver, form):
        for name in ("name", "age"):
            line, said = form.query_one(f"#field-{name}"), form.query_one("#outcome")
            await driver.until(partial(lambda a, b: a.region.bottom == b.region.y, line, said), "it is below")
            await driver.press("down")


@pytest.mark.parametrize(
    ("size", "head", "room"),
    [((NORMAL_WIDTH, 24), "", 14), ((NORMAL_WIDTH, 24), "About", 13), ((60, 24), "", 21), ((60, 7), "About", 3)],
)
async def test_fields_leave_room_for_what_is_around_them(size: tuple[int, int], head: str, room: int) -> None:
    async with shown(NAME, size=size, head=head) as (_, form):
        height = present(form.query_one("#fields").styles.max_height)
        assert height.value == room
