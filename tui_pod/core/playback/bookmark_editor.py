"""Add, edit, remove and find the bookmarks of the listener, and the cards made from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui_pod.core.playback.editable_records import EditableRecords
from tui_pod.core.playback.list_editor import ListEditor
from tui_pod.core.playback.undo import UndoHistory
from tui_pod.core.player.state import PlaybackState
from tui_pod.core.progress.bookmarks import Bookmark, BookmarkKey, Stretch, find_same
from tui_pod.core.progress.cards import Card, Notebook
from tui_pod.core.progress.moves import moved_notebook
from tui_pod.core.text.clean import clock, counted


class BookmarkEditor(EditableRecords[Bookmark]):
    """All bookmarks."""

    def __init__(self, state: PlaybackState, undo: UndoHistory, notebook: Notebook, lists: ListEditor) -> None:
        """Begin with the saved bookmarks and cards; `lists` are received and saved together with them."""
        super().__init__(state, undo, notebook.bookmarks)
        self._lists = lists
        self.cards = EditableRecords[Card](state, undo, notebook.cards)

    def of(self, episode: str | None) -> list[Bookmark]:
        """Return an episode's bookmarks in the order of its time."""
        return sorted((each for each in self if each.episode == episode), key=lambda each: each.start)

    def add(self, episode: str, title: str, stretch: Stretch, note: str = "") -> tuple[Bookmark, bool]:
        """Add a bookmark of a stretch; can be undone. Return it, and whether it is new."""
        if (same := find_same(self.of(episode), stretch)) is not None:
            return same, False
        key = BookmarkKey(episode, stretch.start)
        now, state = self.stamp(key), self._state
        version = state.version if episode == state.playback.episode else None
        bookmark = Bookmark(
            episode,
            stretch.start,
            stretch.end,
            now,
            now,
            stretch.text,
            note,
            title,
            is_recognised=stretch.is_recognised,
            version=version.place(stretch.start) if version is not None else "",
        )
        self.change(f"bookmark at {clock(stretch.start)}", {key: bookmark})
        return bookmark, True

    def adopt(self) -> None:
        """Move bookmarks and cards to where their recordings are in the current library."""
        library = self._state.library
        notebook = Notebook(self.all, self.cards.all, self._lists.all)
        bookmarks, cards, lists = moved_notebook(notebook, library.moves, library.aliases)
        self.replace(bookmarks)
        self.cards.replace(cards)
        self._lists.replace(lists)

    def edit(self, key: BookmarkKey, text: str, note: str) -> None:
        """Change the words and the note of a bookmark; can be undone. If it was removed meanwhile, it comes back."""
        former = self._all[key]
        if former.is_removed or (text, note) != (former.text, former.note):
            is_recognised = former.is_recognised and text == former.text
            now = self.stamp(key)
            bookmark = former._replace(text=text, note=note, is_removed=False, is_recognised=is_recognised, updated=now)
            self.change(f"edit of the bookmark at {clock(key.start)}", {key: bookmark})

    def remove(self, keys: Sequence[BookmarkKey]) -> str:
        """Remove bookmarks; can be undone. Return what was done, such as `2 bookmarks removed`."""
        label = f"{counted(len(keys), 'bookmark')} removed"
        self.remove_all(keys, label)
        return label

    def receive_all(self, notebook: Notebook, said: str | None = None) -> bool:
        """Accept bookmarks, cards and lists from other machines; `said` follows their number in a notice, if any."""
        notebook = moved_notebook(notebook, self._state.library.moves, self._state.library.aliases)

        def label(noun: str) -> Callable[[int], str] | None:
            return (lambda number: f"{counted(number, noun)} {said}") if said else None

        are_new = (  # bookmarks last: u takes back what the last notice says
            self.cards.receive(notebook.cards, label("card")),
            self._lists.receive(notebook.lists, label("list")),
            self.receive(notebook.bookmarks, label("bookmark")),
        )
        return any(are_new)

    def save(self) -> None:
        """Save all bookmarks, cards and lists again, after the files were lost."""
        super().save()
        self.cards.save()
        self._lists.save()
