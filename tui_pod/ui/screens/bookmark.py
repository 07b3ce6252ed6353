"""The dialog that edits a bookmark: its note and its text."""

from __future__ import annotations

from collections.abc import Mapping

from tui_pod.core.playback.bookmark_editor import BookmarkEditor
from tui_pod.core.progress.bookmarks import NOTE_LIMIT, WORDS_LIMIT, Bookmark
from tui_pod.core.text.clean import clean, clock
from tui_pod.ui.screens.form import FormDialog, FormField


class BookmarkScreen(FormDialog):
    """Asks for the note and the text; enter saves both."""

    def __init__(self, bookmark: Bookmark, bookmarks: BookmarkEditor) -> None:
        fields = (
            FormField("note", "Note", "What you want to remember of it", bookmark.note, usual="none", limit=NOTE_LIMIT),
            FormField(
                "text", "Text", "What was said; it can be corrected", bookmark.text, usual="none", limit=WORDS_LIMIT
            ),
        )
        super().__init__("Bookmark", fields, f"{bookmark.title or bookmark.episode} · {clock(bookmark.start)}")
        self._bookmark = bookmark
        self._bookmarks = bookmarks

    def save(self, values: Mapping[str, str]) -> None:
        """Close, and save both."""
        self.dismiss()
        self._bookmarks.edit(self._bookmark.key, clean(values["text"], WORDS_LIMIT), clean(values["note"], NOTE_LIMIT))
