"""What all dialogs have in common."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input

from tui_pod.ui.actions import bindings


class DialogBody(VerticalScroll):
    """The box of a dialog; long text scrolls in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False, id="move.down"),
        Binding("k", "scroll_up", show=False, id="move.up"),
    ]


class Dialog(ModalScreen[None]):
    """A dialog that esc closes. The app's keys work in it where no text is typed."""

    CSS_PATH = Path(__file__).with_name("dialog.tcss")  # whole: dialogs elsewhere would look for it beside themselves
    HORIZONTAL_BREAKPOINTS = [(0, "-small"), (94, "-normal")]  # noqa: RUF012  # as Textual declares it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", id="dialog.close"),
        *bindings("app"),
    ]


class InputDialog(Dialog):
    """A dialog with a text field that has the focus from the start."""

    def on_mount(self) -> None:
        """Focus the field now; after the first paint would lose keys typed meanwhile."""
        self.set_focus(self.query_one(Input))
