"""The search field of the library screen: it narrows the list or the tree, or highlights matches in the transcript."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from tui_pod.services.hints import NO_SEARCH, why_empty

if TYPE_CHECKING:
    from tui_pod.ui.screens.main import MainScreen

WAITING = "list search"
"""The group of workers that wait for the text of a large library."""


class SearchController:
    """Owns the field, which is created when it is first opened."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._services = screen.services
        self._transcript = screen.transcript
        self._is_of_transcript = False
        self.is_of_tree = False
        """Whether it narrows the tree."""
        self._typed = ""  # the words for the list
        self._folding: asyncio.Task[object] | None = None  # folds the text that a search looks at

    async def open(self, of_tree: bool = False) -> None:
        """Open the field. It searches the tree, or the transcript if that has the focus, otherwise the list."""
        from tui_pod.runtime.threads import in_thread  # after the first paint, as the field
        from tui_pod.ui.widgets.fields import LIST_WORDS, TREE_WORDS, SearchField

        screen = self._screen
        if of_tree:
            screen.show_pane(is_tree=True)
        elif self.is_of_tree:
            screen.topic_tree.narrow("", screen.model.query.entry)
        self.is_of_tree, self._is_of_transcript = of_tree, self._transcript.has_focus
        field = next(screen.query("#search").results(SearchField), None)
        if field is None:
            field = SearchField()
            await screen.mount(field, after="#panes")
        field.placeholder = (
            "words in this transcript" if self._is_of_transcript else TREE_WORDS if of_tree else LIST_WORDS
        )
        field.value = "" if self._is_of_transcript or of_tree else screen.model.query.query
        field.add_class("-shown")
        self._screen.open_views.set_open(self, True)
        screen.set_focus(field)  # at once: it takes the next key
        if not self._is_of_transcript and not of_tree:
            library = screen.model.library
            self._folding = asyncio.create_task(in_thread(lambda _: library.folded))

    def type(self, words: str) -> None:
        """Search for what is typed."""
        if self.is_of_tree:
            self._screen.topic_tree.narrow(words)
            return
        if self._is_of_transcript:
            self._transcript.search(words)
            return
        self._typed = words
        if self._folding is None or self._folding.done():
            self._show()
        else:
            self._screen.run_worker(partial(self._wait, self._folding), group=WAITING, exclusive=True)  # type: ignore[arg-type]  # its result is not used

    async def _wait(self, folding: asyncio.Task[object]) -> None:
        with self._services.tasks.showing("list search", "searching"):
            await asyncio.shield(folding)
        self._show()

    def _show(self) -> None:
        self._screen.model.search(self._typed)  # a later key may have come before the end of the wait
        self._screen.listing.show()

    def go_on(self, by: int) -> None:
        """Jump to the next (1) or previous (-1) match, wrapping around: in the transcript if that has the focus."""
        screen = self._screen
        model = screen.model
        if self._transcript.has_focus:
            self._transcript.go_to_match(by)
        elif not model.query.query.strip():
            screen.app.notify(NO_SEARCH)
        elif model.indexes:
            screen.episodes.point_at((model.cursor + by) % len(model.indexes))
        else:
            screen.app.notify(why_empty(model.query, not len(model.library)))

    def close(self) -> None:
        """Hide the field; what it found stays."""
        self._screen.query("#search").remove_class("-shown")
        self._screen.open_views.set_open(self, self._is_of_transcript or self.is_of_tree)

    def escape(self) -> bool:
        """Hide the field and clear the search of transcript or tree; return False if the list was searched."""
        self._screen.workers.cancel_group(self._screen, WAITING)
        was_typing = self._screen.focused is not None and self._screen.focused.id == "search"
        was_of_transcript, self._is_of_transcript = self._is_of_transcript, False
        was_of_tree, self.is_of_tree = self.is_of_tree, False
        self.close()
        if was_typing:
            self._screen.show_pane(is_tree=was_of_tree)
        if was_of_transcript:
            self._transcript.search("")
        if was_of_tree:
            self._screen.topic_tree.narrow("", self._screen.model.query.entry)
        return was_of_transcript or was_of_tree
