"""The dialog that edits a bookmark: its note and its text."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from tui_pod.core.playback.bookmark_editor import BookmarkEditor
from tui_pod.core.progress.bookmarks import NOTE_LIMIT, WORDS_LIMIT, Bookmark
from tui_pod.core.text.clean import clean, clock
from tui_pod.ui.screens.dialog import DialogBody, InputDialog


class BookmarkScreen(InputDialog):
    """Asks for the note and the text; enter saves both."""

    def __init__(self, bookmark: Bookmark, bookmarks: BookmarkEditor) -> None:
        super().__init__()
        self._bookmark = bookmark
        self._bookmarks = bookmarks

    def compose(self) -> ComposeResult:
        """Show a field for the note, one for the text, and where the bookmark is."""
        bookmark = self._bookmark
        with DialogBody("Bookmark", "enter Save · tab Next field · esc Close"):
            yield Static(Content(f"{bookmark.title or bookmark.episode} · {clock(bookmark.start)}"))
            yield Input(bookmark.note, placeholder="your note", max_length=NOTE_LIMIT, id="note")
            yield Input(bookmark.text, placeholder="the text", max_length=WORDS_LIMIT, id="text")

    @on(Input.Submitted)
    def _on_submitted(self) -> None:
        note, text = (clean(self.query_one(f"#{name}", Input).value, NOTE_LIMIT) for name in ("note", "text"))
        self.dismiss()
        self._bookmarks.edit(self._bookmark.key, text, note)
