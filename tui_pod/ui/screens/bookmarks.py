"""View 4, bookmarks by episode, date or topic; and the dialog that edits one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from textual import work
from textual.content import Content

from tui_pod.core.actions import BY_ID, key_of
from tui_pod.core.playback.bookmark_editor import BookmarkEditor
from tui_pod.core.progress.bookmarks import NOTE_LIMIT, WORDS_LIMIT, Bookmark
from tui_pod.core.selection.bookmark_groups import Group, Grouping, group_bookmarks, quote, title_of
from tui_pod.core.text.clean import clean, clock, counted
from tui_pod.services.bookmarks import WHY_EMPTY
from tui_pod.services.services import Services
from tui_pod.ui.keys import bindings
from tui_pod.ui.look.cells import MARKS, fit, split_title, wrap
from tui_pod.ui.look.parts import HEAD, PLAIN, QUIET, TextLine, message
from tui_pod.ui.screens.form import FormDialog, FormField
from tui_pod.ui.widgets.lines_view import MAX_WIDTH, TIME, ChoiceLines

NO_TEXT = "(no text)"


class BookmarksView(ChoiceLines):
    """Bookmarks under headings; the one at the cursor is shown in full."""

    BINDINGS = bindings("bookmarks", "move")

    def __init__(
        self,
        services: Services,
        grouping: Grouping | None,
        edit: Callable[[Bookmark], None],
        subscribe_again: Callable[[str, str], None],
    ) -> None:
        """Show the bookmarks, by episode if no grouping is given.

        `edit` asks for another note or text, `subscribe_again` offers a podcast by its name and address.
        """
        super().__init__("bookmarks")
        self._services = services
        self.grouping = grouping or Grouping.EPISODE
        self._edit, self._subscribe_again = edit, subscribe_again
        self._bookmarks: list[Bookmark] = []  # in the order of the lines
        self._time = TIME  # the width of the times
        self._blocks: list[list[TextLine]] = []  # the lines of each heading and bookmark
        self._places: list[int] = []  # the block number of each bookmark

    @property
    def current(self) -> Bookmark | None:
        """The bookmark at the cursor."""
        return self._bookmarks[self.cursor] if self._bookmarks else None

    @property
    def episode(self) -> str | None:
        """The episode of the bookmark at the cursor."""
        return self.current.episode if self.current is not None else None

    def show(self) -> None:
        """Show the current bookmarks. The cursor stays on its bookmark, or on its row if that is gone."""
        controller, former = self._services.controller, self.current
        groups = group_bookmarks(controller.library, controller.bookmarks, self.grouping)
        self._bookmarks = [bookmark for group in groups for bookmark in group.bookmarks]
        self._time = max([TIME, *(4 + len(clock(bookmark.start)) for bookmark in self._bookmarks)])
        places = {bookmark.key: place for place, bookmark in enumerate(self._bookmarks)}
        place = self.cursor if former is None else places.get(former.key, self.cursor)
        self.cursor = max(0, min(place, len(self._bookmarks) - 1))
        due = len(self._services.recall.due())
        parts = counted(len(self._bookmarks), "bookmark"), f"by {self.grouping}", f"{due} to recall" if due else ""
        self.border_title = Content(" · ".join(filter(None, parts)))
        first = "Bookmark" if controller.playback.is_loaded else ""
        needless = "bookmark.play", "bookmark.copy", "bookmark.group", "bookmark.remove"
        empty = dict.fromkeys(needless, "") | {"bookmark.edit": first}
        self.hint_words = {} if self._bookmarks else empty
        self._lay_out(groups)

    on_resize = show

    # -- drawing ---------------------------------------------------------------------------------------

    def _lay_out(self, groups: Sequence[Group]) -> None:
        """Lay out all lines; the bookmark at the cursor is shown in full."""
        self._blocks, self._places = [], []
        if not self._bookmarks:
            said = message(self._services.first.with_keys(WHY_EMPTY), min(self.room, MAX_WIDTH))
            self._blocks = [[TextLine(), *map(TextLine, said)]]
        for group in groups:
            name, tail = split_title(group.head)
            count = [(str(len(group.bookmarks)), QUIET)]
            head = TextLine(self.spread([(name, HEAD), (f"  {tail}", QUIET)], count))
            self._blocks.append([TextLine(), head] if self._blocks else [head])
            for bookmark in group.bookmarks:
                number = len(self._places)
                self._places.append(len(self._blocks))
                self._blocks.append(list(self._lines_of(number, bookmark)))
        self._show_blocks()

    def _show_blocks(self) -> None:
        lines = [line for block in self._blocks for line in block] if self.room > self._time else []
        self.show_lines(lines)

    def _lines_of(self, number: int, bookmark: Bookmark) -> Iterator[TextLine]:
        """Yield the lines of a bookmark: all at the cursor; otherwise one of its text and one of its note."""
        room, is_open = max(1, self.room - self._time), number == self.cursor
        words = f"“{bookmark.text}”" if bookmark.text else NO_TEXT
        title = "" if self.grouping is Grouping.EPISODE else title_of(self._services.controller.library, bookmark)
        mark = MARKS["card"] if self._services.recall.has_card(bookmark.key) else " "
        time = f"{clock(bookmark.start):>{self._time - 4}} {mark}  "
        lines = [(fit(title, room).rstrip(), QUIET)] if title else []
        read = min(room, MAX_WIDTH - self._time)
        for name, text in ((PLAIN if bookmark.text else QUIET, words), (QUIET, bookmark.remark)):
            if text:
                lines += [(line, name) for line in (wrap(text, read) if is_open else [fit(text, room).rstrip()])]
        for line in lines:
            yield TextLine(((time, QUIET), line), number)
            time = " " * self._time

    # -- events and actions ----------------------------------------------------------------------------

    def count(self) -> int:
        """Return the number of bookmarks."""
        return len(self._bookmarks)

    def show_cursor(self, former: int) -> None:
        """Redraw the bookmarks from which and to which the cursor moved."""
        for number in {former, self.cursor} if self._bookmarks else ():  # only these: there may be thousands
            self._blocks[self._places[number]] = list(self._lines_of(number, self._bookmarks[number]))
        self._show_blocks()

    async def action_choose(self) -> None:
        """Play the bookmark at the cursor; if its podcast was removed, offer to subscribe again."""
        if (bookmark := self.current) is None:
            return
        controller, feeds = self._services.controller, self._services.feeds
        if controller.library.index(bookmark.episode) is None:
            podcast = await feeds.removed_podcast(bookmark.episode)
            if podcast is not None:
                self._subscribe_again(*podcast)
                return
        controller.play_from(bookmark.episode, bookmark.start)

    async def action_edit(self) -> None:
        """Edit note and text of the bookmark at the cursor; without bookmarks, add one of what was just said."""
        if (bookmark := self.current) is not None:
            self._edit(bookmark)
        else:
            await self.run_action(BY_ID["bookmark.add"].action)

    def action_remove(self) -> None:
        """Remove the bookmark at the cursor."""
        if (bookmark := self.current) is not None:
            done = self._services.controller.bookmarks.remove([bookmark.key])
            self.notify(f"{done}. Press {key_of('undo')} to undo.", markup=False)

    def action_remember(self) -> None:
        """Add the bookmark at the cursor to the recall cards, or remove it from them."""
        if (bookmark := self.current) is not None:
            self.notify(self._services.recall.toggle(bookmark), markup=False)

    def action_recall(self) -> None:
        """Recall the cards that are due."""
        self._services.recall.ask()

    @work(group="copy", exclusive=True)
    async def action_copy(self) -> None:
        """Copy the text of the bookmark at the cursor, with its source."""
        if (bookmark := self.current) is not None:
            podcast, page = await self._services.bookmarks.source(bookmark)
            self.app.copy_to_clipboard(quote(self._services.controller.library, bookmark, podcast, page))
            self.notify("Copied, with its source.", timeout=2, markup=False)

    def action_group(self) -> None:
        """Switch to the next grouping."""
        self.grouping = self.grouping.following
        self.show()


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
