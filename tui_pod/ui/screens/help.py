"""The dialog with all keys: play and seek first, then those of the current pane; typing narrows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from tui_pod.core.action_words import words_of
from tui_pod.core.actions import OF_EPISODES, PARTS, Action, part_of, shown_keys
from tui_pod.core.text.clean import fold
from tui_pod.ui.look.cells import wrap
from tui_pod.ui.screens.dialog import DialogBody, InputDialog

FRAME = 8
"""Cells beside the text of a dialog of full width."""

_PANES = {
    "list": "In the list",
    "episodes": "In the list and the tree",
    "tree": "In the tree",
    "details": "In the details",
    "transcript": "In the transcript",
    "statistics": "In the statistics",
    "bookmarks": "In the bookmarks",
    "found": "In the search results",
    "question": "When a question is offered",
}
"""Group names of actions that need a pane; the others are in the groups of their parts."""

_ORDER = ("playing", "In the list", "In the list and the tree", "In the tree", "finding", "bookmarks", "podcasts")


FIRST, _FIRST = "Play and seek", ("playback.toggle", "playback.back", "playback.forward")
"""The group above all others, and its actions."""


def make_groups(actions: Sequence[Action], pane: str) -> list[tuple[str, list[Action]]]:
    """Return the actions in groups; after the first, those of the pane with this id."""
    here = {pane, *(("episodes",) if pane in OF_EPISODES else ())}
    first = [name for where, name in _PANES.items() if where in here]
    groups: dict[str, list[Action]] = {name.capitalize(): [] for name in (FIRST, *first, *_ORDER, *PARTS)}
    for action in actions:
        name = FIRST if action.id in _FIRST else _PANES.get(action.where) or part_of(action).capitalize()
        groups.setdefault(name, []).append(action)
    return list(groups.items())


class HelpScreen(InputDialog):
    """All keys, in groups."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "dismiss", id="app.help"),
    ]

    def __init__(self, actions: Sequence[Action], pane: str) -> None:
        """Show all keys; `pane` is the id of the one that had the focus."""
        super().__init__()
        self._groups = make_groups(actions, pane)
        self._width = max(cell_len(_keys(action)) for action in actions)

    def compose(self) -> ComposeResult:
        """Show a search field over the table of keys."""
        with DialogBody("Keys"):
            yield Input(placeholder="search the keys", id="key-search")
            yield Static(self._table(""), id="table")

    def on_input_changed(self) -> None:
        """Show the matching keys, wrapped to the width of the screen."""
        self.query_one("#table", Static).update(self._table(self.query_one(Input).value))

    on_resize = on_input_changed

    def _table(self, query: str) -> Content:
        words, lines = fold(query).split(), list[Content]()
        room = max(10, self.app.size.width - FRAME - self._width - 2)
        for name, actions in self._groups:
            found = [action for action in actions if action.keys and _matches(action, name, words)]
            if found:
                lines += [Content(""), Content(name).stylize("bold $text-primary")]
            for action in found:
                keys = _keys(action)
                cell = keys + " " * (self._width + 2 - cell_len(keys))  # one segment: ASCII needs its spaces
                label = f"\n{' ' * (self._width + 2)}".join(wrap(action.label, room))
                lines.append(Content.assemble((cell, "bold"), label))
        return Content("\n").join(lines[1:]) if lines else Content("No key does that.")


def _keys(action: Action) -> str:
    return " ".join(shown_keys(action))


def _matches(action: Action, group: str, words: Sequence[str]) -> bool:
    text = fold(f"{action.label} {_keys(action)} {action.id} {group} {words_of(action.id).synonyms}")
    return all(word in text for word in words)
