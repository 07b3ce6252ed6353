"""The search field, which is created when it is first opened."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui_pod.core.actions import BY_ID

LIST_WORDS = "words in title, summary or topic"
"""The placeholder for a search of the list."""


class SearchField(Input):
    """A field of one line below the panes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+f", BY_ID["search.everywhere"].action, id="search.everywhere"),  # the field would delete a word
    ]
    DEFAULT_CSS = """
    SearchField { display: none; height: 1; border: none; padding: 0 1; background: $surface; }
    SearchField.-shown { display: block; &:focus { border: none; } }
    """

    def __init__(self) -> None:
        super().__init__(placeholder=LIST_WORDS, id="search")
