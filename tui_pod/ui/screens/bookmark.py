"""The dialog that edits a bookmark: a note on it, and its words."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from tui_pod.core.playback.bookmark_keeper import BookmarkKeeper
from tui_pod.core.progress.bookmarks import NOTE_LIMIT, WORDS_LIMIT, Bookmark
from tui_pod.core.text.clean import clean, clock
from tui_pod.ui.screens.dialog import DialogBody, InputDialog


class BookmarkScreen(InputDialog):
    """Asks for the note first; enter saves both."""

    def __init__(self, bookmark: Bookmark, bookmarks: BookmarkKeeper) -> None:
        super().__init__()
        self._bookmark = bookmark
        self._bookmarks = bookmarks

    def compose(self) -> ComposeResult:
        """Show a field for the note, one for the words, and where they are."""
        bookmark = self._bookmark
        with DialogBody("Bookmark", "enter saves · tab words · esc closes"):
            yield Static(Content(f"{bookmark.title or bookmark.episode} · {clock(bookmark.start)}"))
            yield Input(bookmark.note, placeholder="a note of yours", max_length=NOTE_LIMIT, id="note")
            yield Input(bookmark.text, placeholder="its words", max_length=WORDS_LIMIT, id="words")

    @on(Input.Submitted)
    def _on_submitted(self) -> None:
        note, words = (clean(self.query_one(f"#{name}", Input).value, NOTE_LIMIT) for name in ("note", "words"))
        self.dismiss()
        self._bookmarks.edit(self._bookmark.key, words, note)
