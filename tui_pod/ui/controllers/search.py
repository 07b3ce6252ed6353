"""The search field of the library screen, which narrows the list or lights matches in the transcript."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui_pod.services.hints import NO_SEARCH, why_empty

if TYPE_CHECKING:
    from tui_pod.ui.screens.main import MainScreen


class SearchController:
    """Owns the field, which is made when it is first opened."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._is_of_transcript = False
        self._folding: asyncio.Task[object] | None = None  # prepares the text that a search looks at

    async def open(self) -> None:
        """Open the field: of the transcript where that has the focus, else of the list."""
        from tui_pod.runtime.threads import in_thread  # after the first paint, as the field
        from tui_pod.ui.widgets.search_field import LIST_WORDS, SearchField

        screen = self._screen
        self._is_of_transcript = screen.transcript.is_open and screen.focused is screen.transcript.pane
        field = next(screen.query("#search").results(SearchField), None)
        if field is None:
            field = SearchField()
            await screen.mount(field, after="#panes")
        field.placeholder = "words in this transcript" if self._is_of_transcript else LIST_WORDS
        field.value = "" if self._is_of_transcript else screen.model.query.query
        field.add_class("-shown")
        screen.set_focus(field)  # at once: the next key is its own
        if not self._is_of_transcript:
            library = screen.model.library
            self._folding = asyncio.create_task(in_thread(lambda _: library.folded))

    async def type(self, words: str) -> bool:
        """Search for what is typed; return whether the list changed."""
        if self._is_of_transcript and self._screen.transcript.pane is not None:
            self._screen.transcript.pane.search(words)
            return False
        if self._folding is not None:
            await self._folding
        self._screen.model.search(words)
        return True

    def go_on(self, by: int) -> None:
        """Go to the next or previous match, round and round: in the transcript where that has the focus."""
        screen = self._screen
        model, pane = screen.model, screen.transcript.pane
        if pane is not None and screen.focused is pane:
            if not pane.go_to_match(by):
                screen.app.notify(pane.search_text or NO_SEARCH)
        elif not model.query.query.strip():
            screen.app.notify(NO_SEARCH)
        elif model.indexes:
            screen.episodes.go((model.cursor + by) % len(model.indexes))
        else:
            screen.app.notify(why_empty(model.query))

    def close(self) -> None:
        """Hide the field, and keep what it found."""
        self._screen.query("#search").remove_class("-shown")

    def clear_transcript(self) -> bool:
        """Forget a search of the transcript; return whether there was one."""
        pane, was_searched = self._screen.transcript.pane, self._is_of_transcript
        if pane is not None and was_searched:
            self._is_of_transcript = False
            pane.search("")
        return was_searched
