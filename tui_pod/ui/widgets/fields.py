"""Text fields of one line: one that completes paths, and one that searches the list. Made when first needed."""

from __future__ import annotations

import asyncio
import os
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.suggester import Suggester
from textual.widgets import Input

from tui_pod.core.actions import BY_ID
from tui_pod.core.text.clean import is_safe
from tui_pod.net.file_address import is_path

MOST = 20_000
"""How many names of a folder are read."""

LIST_WORDS = "words in title, summary or topic"
"""The placeholder for a search of the list."""

TREE_WORDS = "names of topics and podcasts"
"""The placeholder for a search of the tree."""


class PathInput(Input):
    """A text field for an address or a path; the rest of a path is shown dim, and → accepts it, as tab does alone."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete")]

    def __init__(self, value: str, placeholder: str, name: str) -> None:
        super().__init__(
            value,
            placeholder=placeholder,
            id=name,
            suggester=_PathSuggester(use_cache=False, case_sensitive=True),
            select_on_focus=False,
        )

    async def action_complete(self) -> None:
        """Complete a path; in other text, or with other fields around, go to the next field."""
        typed = self.value
        if not is_path(typed) or len(self.screen.query(Input)) > 1:
            self.screen.focus_next()
        elif (whole := await asyncio.to_thread(completed, typed)) and self.value == typed:
            self.value = whole
            self.cursor_position = len(whole)


class _PathSuggester(Suggester):
    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(completed, value) if is_path(value) else None


def completed(text: str) -> str | None:
    """Return a path that starts with the typed text, with a slash if it is a folder; None if there is none."""
    folder, _, start = text.rpartition("/")
    if not folder and not text.startswith("/"):
        return f"{text}/" if text in ("~", ".", "..") else None
    found: list[tuple[str, bool]] = []
    try:
        with os.scandir(os.path.expanduser(folder) or "/") as entries:
            for _, entry in zip(range(MOST), entries, strict=False):
                name = entry.name
                if name.startswith(start) and (start or not name.startswith(".")) and is_safe(name):
                    found.append((name, entry.is_dir()))
    except OSError:
        return None
    if not found:
        return None
    name, is_folder = min(found)
    return f"{folder}/{name}{'/' if is_folder else ''}"


class SearchField(Input):
    """The field below the panes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+f", BY_ID["search.everywhere"].action, id="search.everywhere"),  # the field would delete a word
    ]
    DEFAULT_CSS = """
    SearchField { display: none; height: 1; padding: 0 1; background: $surface; }
    SearchField.-shown { display: block; &, &:focus { border: none; border-left: wide $primary; } }
    """

    def __init__(self) -> None:
        super().__init__(placeholder=LIST_WORDS, id="search")
