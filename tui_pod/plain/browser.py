"""Where the listener is in the plain program: in the topics or in a list of episodes. Moves return what to say."""

from __future__ import annotations

from collections.abc import Sequence

from tui_pod.core.library.library import Library
from tui_pod.core.library.row_states import DownloadState
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import ListQuery, SmartList, smart_lists
from tui_pod.core.text.clean import fold
from tui_pod.core.text.names import match_key
from tui_pod.plain.dialogue import Verbosity
from tui_pod.plain.spoken import say_episode, say_topic, sentence, source_of
from tui_pod.services.episode_list import EpisodeListModel


class Browser:
    """A list of episodes, and a cursor in the entries: smart lists and topics."""

    def __init__(self, model: EpisodeListModel, verbosity: Verbosity = Verbosity.USUAL) -> None:
        self.model = model
        self._verbosity = verbosity
        self._source = ""  # the podcast that was named last
        self.words: Sequence[str] = ()
        """What the names of the listed topics contain, folded; empty if all are listed."""
        self.is_on_topics = False
        self.downloads: dict[str, DownloadState] = {}
        """Downloads by episode id."""
        self.entry = model.query.entry
        """The topic or smart list at the cursor."""

    @property
    def _entries(self) -> list[int]:
        library, shown = self.model.library, smart_lists(self.model.library, self.model.progress_index)
        smart = [entry for entry in SmartList if entry in shown or entry == self.entry]
        entries = [*smart, *library.lists, *range(len(library.base_topics.names))]
        if not self.words:
            return entries
        found = (entry for entry in entries if entry == self.entry or self._is_called(entry))
        return sorted(found, key=lambda entry: match_key(" ".join(self.words), self.model.name(entry)))

    def _is_called(self, entry: int) -> bool:
        name = fold(self.model.name(entry))
        return all(word in name for word in self.words)

    def narrow(self, typed: str) -> str:
        """List only topics with these words in their names, and go to the first; without words, list all."""
        self.words = fold(typed).split()
        found = [entry for entry in self._entries if self._is_called(entry)]
        if not found:
            self.words = ()
            return "No topic or podcast is called that."
        self.is_on_topics, self.entry = True, found[0] if self.words else self.entry
        return self.say_here()

    def adopt(self, library: Library, progress_index: ProgressIndex) -> None:
        """Show another library: the same topic and episode, if they still exist."""
        if self.entry >= 0:
            self.entry = self.model.library.topics.found_in(library.topics, self.entry)
        self.model.adopt(library, progress_index)

    def say_here(self) -> str:
        """Return the entry at the cursor, and its number."""
        model, entries = self.model, self._entries
        if self.is_on_topics:
            failed = self.entry >= 0 and model.library.topics.feed(self.entry) in model.troubles
            fault = "It could not be refreshed. " if failed else ""
            return f"{self._number(entries.index(self.entry), len(entries))}{fault}{say_topic(model, self.entry)}"
        if not model.indexes:
            return " ".join(model.why_empty.split())
        where = self._number(model.cursor, len(model.indexes))
        if model.is_selected(model.cursor):
            where += "Selected. "
        if model.index is None:
            return f"{where}{model.episode}, which is no longer in the library."
        ident = model.library.ids[model.index]
        download = self.downloads.get(ident)
        state = "" if download is None else " Downloaded." if download.is_whole else f" Downloading, {download.text}."
        if download is not None and download.error:
            where, state = f"{where}The download failed: {sentence(download.error)} ", ""
        if model.came_by_itself(ident):
            state += " It joined the queue by itself."
        said = say_episode(model.library, model.progress_index, model.index, self._new_source(model.index))
        if self._verbosity is Verbosity.FULL and (summary := model.library.episode(model.index).summary):
            state += f" {sentence(summary)}"
        return f"{where}{said}{state}"

    def _number(self, row: int, count: int) -> str:
        return "" if self._verbosity is Verbosity.BRIEF else f"{row + 1} of {count}. "

    def _new_source(self, index: int) -> str:
        """Return the podcast of a row, if the list does not say it and the row before did not."""
        former, self._source = self._source, source_of(self.model.library, index, self.model.query.entry)
        return "" if self._source == former and self._verbosity is not Verbosity.FULL else self._source

    @property
    def podcast(self) -> str | None:
        """The first address of the feed at the cursor or above it, or whose episodes are listed; None if it is none."""
        return self.model.podcast(self._topic)

    @property
    def _topic(self) -> int:
        return self.entry if self.is_on_topics else self.model.query.entry

    def move_on(self) -> None:
        """Move down by one entry after a command; the listener did not ask for that row."""
        chosen = self.model.pointed_at
        self.move(1)
        self.model.pointed_at = chosen

    def move(self, by: int) -> str:
        """Move down by so many entries, or up if negative; stop at either end."""
        return self.go((self._entries.index(self.entry) if self.is_on_topics else self.model.cursor) + by)

    def go(self, row: int) -> str:
        """Go to a row, or to the nearest end if there is no such row."""
        if self.is_on_topics:
            self.entry = self._entries[min(max(0, row), len(self._entries) - 1)]
        else:
            self.model.cursor = max(0, min(row, len(self.model.indexes) - 1))
            self.model.pointed_at = self.model.episode
        return self.say_here()

    def show_topics(self) -> str:
        """Go to the topics, to the one whose episodes are listed."""
        self.is_on_topics, self.words = True, ()
        self.entry = self.model.query.entry
        return f"Topics. {self.say_here()}"

    def go_to_parent(self) -> str:
        """Go to the topic above."""
        if self.entry > 0:
            self.entry = self.model.library.topics.parents[self.entry]
        return self.say_here()

    def look(self, query: ListQuery, keeps_cursor: bool = False) -> None:
        """List something else, and leave the topics."""
        self.is_on_topics, self._source = False, ""
        self.model.change(query, keeps_cursor or query == self.model.query)
