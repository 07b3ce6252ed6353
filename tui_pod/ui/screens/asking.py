"""The dialog that asks one thing that an action needs to know, as text."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import visible
from tui_pod.services.caller import Kind
from tui_pod.ui.screens.dialog import DialogBody, InputDialog
from tui_pod.wishes.asks import check_answer
from tui_pod.wishes.wish import Ask, Subject


class AskScreen(InputDialog):
    """Asks for a text; below the field stands what it would do, or why it is not possible."""

    def __init__(self, ask: Ask, subject: Subject, take: Callable[[str], object]) -> None:
        """Ask; `take` is called with an answer that is possible."""
        super().__init__()
        self._ask, self._subject, self._take = ask, subject, take

    def compose(self) -> ComposeResult:
        """Show the field, and what its text means."""
        with DialogBody(self._ask.title, f"enter {self._ask.verb}"):
            yield Input(placeholder=self._ask.example, password=self._ask.kind is Kind.SECRET, id="answer")
            yield Static(self._meaning(""), id="meaning")

    @on(Input.Changed)
    def _on_changed(self, event: Input.Changed) -> None:
        self.query_one("#meaning", Static).update(self._meaning(event.value))

    @on(Input.Submitted)
    def _on_typed(self, event: Input.Submitted) -> None:
        try:
            check_answer(self._ask, self._subject, event.value)
        except UserError as error:  # what was typed ahead belongs to the dialog, not to the screen behind it
            self.query_one("#meaning", Static).update(self._fault(error))
            return
        self.dismiss()
        if event.value.strip() or self._ask.takes_empty(self._subject):
            self._take(event.value)

    def _meaning(self, text: str) -> Content:
        try:
            if text.strip():
                check_answer(self._ask, self._subject, text)
            said = self._ask.about(self._subject, text) if self._ask.about is not None else ""
        except UserError as error:
            return self._fault(error)
        return Content(visible(self._tui.first.with_keys(said)))

    def _fault(self, error: UserError) -> Content:
        return Content.styled(visible(self._tui.first.with_keys(str(error))), "$text-error")
