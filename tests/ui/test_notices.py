"""Notices: said plainly, shown letter for letter, and gone when dismissed."""

from __future__ import annotations

import pytest

from tests.hostile import HOSTILE_TITLES
from tests.stage import FakeStart, on_stage
from tui_pod.core.library.library import Library
from tui_pod.core.text.clean import clean


async def test_notice_of_the_start_is_shown(library: Library) -> None:
    def prepare(start: FakeStart) -> None:
        start.notices = ("The state is newer [/] than this program: nothing will be saved.",)

    async with on_stage(library, prepare=prepare) as stage:
        assert stage.notices == ["The state is newer [/] than this program: nothing will be saved."]
        assert "newer [/] than" in stage.text


async def test_notices_dismissed_by_escape_are_gone(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("u", "c")
        assert len(stage.notices) == 2
        await stage.press("escape")
        assert stage.notices == []
        assert "Nothing" not in stage.text


async def test_notice_in_a_dialog_leaves_it_open(library: Library) -> None:
    async with on_stage(library) as stage:
        await stage.press("i")
        dialog = stage.app.screen
        stage.app.tell("Something went wrong.", is_error=True)
        await stage.settle()
        assert stage.app.screen is dialog
        assert "Something went wrong." in stage.text


async def test_many_notices_at_once_leave_the_app_usable(library: Library) -> None:
    async with on_stage(library, size=(40, 12)) as stage:
        for number in range(30):
            stage.app.tell(f"Number {number}.")
        await stage.settle()
        await stage.press("j")
        assert stage.current == "two"
        await stage.press("escape")
        assert stage.notices == []


@pytest.mark.parametrize("name", [name for name in HOSTILE_TITLES if name not in ("long", "long-wide")])
async def test_hostile_text_in_a_notice_is_shown_letter_for_letter(name: str, library: Library) -> None:
    said = f"At {clean(HOSTILE_TITLES[name], 60)}."
    async with on_stage(library) as stage:
        stage.app.tell(said)
        await stage.settle()
        shown = "".join(stage.text.replace("▌", "").split())
        assert "".join(said.split()) in shown
