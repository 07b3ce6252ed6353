"""The field in which one types what to search for; it is made when it is first asked for."""

from __future__ import annotations

from textual.widgets import Input


class SearchField(Input):
    """A field of one line under the panes."""

    DEFAULT_CSS = """
    SearchField { display: none; height: 1; border: none; padding: 0 1; background: $surface; }
    SearchField.-shown { display: block; &:focus { border: none; } }
    """

    def __init__(self) -> None:
        super().__init__(placeholder="words in title, summary or topic", id="search", select_on_focus=True)
