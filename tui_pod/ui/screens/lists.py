"""The dialog that asks for the list to put episodes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, OptionList

from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.text.clean import clean, counted, fold
from tui_pod.ui.screens.dialog import DialogBody, SearchDialog

A_NEW_LIST = "A new list …"
BY_RULE = "A smart list of what is listed …"


class CollectScreen(SearchDialog):
    """Lists the lists; typing narrows them, and offers to make a list of that name."""

    def __init__(
        self, title: str, lists: Sequence[OwnList], put_on: Callable[[str], object], save_rule: Callable[[], object]
    ) -> None:
        """Ask, then call `put_on` with the name of a list, which may be new, or `save_rule` for a smart list."""
        super().__init__()
        self._title, self._lists, self._put_on, self._save_rule = title, lists, put_on, save_rule
        self._shown: list[tuple[str, Callable[[], object]]] = []

    def compose(self) -> ComposeResult:
        """Show a field over the lists."""
        return self.compose_in(DialogBody(self._title, "enter Choose"), Input(placeholder="a list, or a new name"))

    def show_rows(self, typed: str) -> None:
        """Show the lists that have all words in their names, and a new one unless a list is called so."""
        name, words = clean(typed), fold(typed).split()
        found = [each for each in self._lists if all(word in fold(each.name) for word in words)]
        self._shown = [
            (f"{each.name} · {counted(len(each.episodes))}", partial(self._put_on, each.name)) for each in found
        ]
        if not words:
            self._shown += (A_NEW_LIST, self._ask_name), (BY_RULE, self._save_rule)
        elif all(each.name != name for each in found):
            self._shown.append((f"A new list “{name}”", partial(self._put_on, name)))
        choices = self.query_one(OptionList)
        choices.set_options(Content(row) for row, _ in self._shown)
        choices.highlighted = 0

    def choose(self, number: int) -> None:
        """Close, and take what was chosen; a new list needs a name first."""
        if self._shown[number][0] != A_NEW_LIST:
            self.dismiss()
        self._shown[number][1]()

    def _ask_name(self) -> None:
        self.query_one(Input).placeholder = "its name, such as Morning"
