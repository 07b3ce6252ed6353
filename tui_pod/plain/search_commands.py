"""Commands of the plain program that search everywhere, and list the matches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from tui_pod.core.actions import Action, key_of
from tui_pod.core.progress.bookmarks import BY_MACHINE, Bookmark
from tui_pod.core.text.clean import counted, spoken_time
from tui_pod.plain.dialogue import Dialogue
from tui_pod.plain.row_commands import RowCommands
from tui_pod.plain.spoken import sentence
from tui_pod.search.lookup import NEAREST, Found, Hit, MatchKind
from tui_pod.services.services import Services

_KINDS = {MatchKind.TITLE: "In the title", MatchKind.SUMMARY: "In the summary", MatchKind.NOTES: "In the notes",
          MatchKind.WORDS: "In the transcript", MatchKind.BOOKMARK: "Bookmark"}  # fmt: skip


class SearchCommands(RowCommands):
    """Runs the commands about matches, and knows which one the listener is at."""

    def __init__(
        self,
        dialogue: Dialogue,
        services: Services,
        edit: Callable[[Bookmark], None],
        ask_setting_of: Callable[[str], None],
    ) -> None:
        """Start without matches; `edit` asks for a note on a bookmark, `ask_setting_of` about an episode's podcast."""
        self._dialogue = dialogue
        self._services, self._run = services, services.tasks.run
        self._matches: list[tuple[Found, Hit]] = []
        self._searching: asyncio.Task[object] | None = None
        commands: dict[str, Callable[[], object]] = {
            "found.play": lambda: self._run(services.search.play(*self._matches[self._row])),
            "found.queue": self._queue,
            "found.bookmark": lambda: self._run(services.search.add_bookmark(*self._matches[self._row], edit)),
            "feed.settings": lambda: ask_setting_of(self._matches[self._row][0].id),
            "search.next": lambda: self.go(self._row + 1),
            "search.previous": lambda: self.go(self._row - 1),
            "found.search": self._ask,
        }
        super().__init__(commands)

    def by_id(self) -> dict[str, Callable[[], object]]:
        """Return what to call outside the list too, by the ids in the table of keys."""
        return {"search.everywhere": self._ask}

    def here(self, action: Action) -> Callable[[], object] | None:
        """Return what an action does on the matches, once there are any."""
        command = super().here(action)
        return None if command is None else partial(self._when_found, command)

    def _when_found(self, command: Callable[[], object]) -> None:
        """Run a command on the matches once the search is done: a pipe sends keys before it is."""
        if self._searching is not None and not self._searching.done():
            self._searching.add_done_callback(lambda _: self._when_found(command))
        elif self._matches or command == self._ask:
            command()

    def _ask(self) -> None:
        self._services.search.refresh()  # while the listener types
        self._dialogue.ask("Search everywhere, transcripts included:", self._search)

    def _search(self, typed: str) -> None:
        self.is_open, self._matches = True, []
        self._searching = self._run(self._find(typed))

    async def _find(self, typed: str) -> None:
        with self._services.tasks.showing("search", "searching"):
            answer = await self._services.search.search(typed)
        results = answer.results
        self._matches = [(found, hit) for found in results.found for hit in found.hits]
        self.is_open, self._row = bool(self._matches), 0
        if answer.notice:
            self._dialogue.say(answer.notice)
        if results.is_nearest:
            self._dialogue.say(f"{NEAREST}. {counted(results.total)} in all.")
            self.go(0)
        elif self._matches:
            in_all = f"{'over ' if results.is_cut else ''}{counted(results.total)}"
            first = "" if results.total == len(results.found) else f"; the first {len(results.found)} are listed"
            self._dialogue.say(f"Found in {in_all}{first}.")
            self.go(0)
        elif answer.is_searching:
            self._dialogue.say(
                f"Nothing yet: the search is still reading. Press {key_of('search.everywhere')} to search again."
            )
        elif answer.query.wanted:
            self._dialogue.say(f"Nothing matches. Press {key_of('search.everywhere')} to search for something else.")

    def go(self, row: int) -> None:
        """Go to a match, or to the nearest end, and say it."""
        self._row = max(0, min(row, len(self._matches) - 1))
        found, hit = self._matches[self._row]
        about = "about " if hit.is_estimated else ""
        where = _KINDS[hit.kind] if hit.start is None else f"{_KINDS[hit.kind]}, at {about}{spoken_time(hit.start)}"
        if hit.is_recognised:
            where += f", {BY_MACHINE}"
        said = "" if hit.kind is MatchKind.TITLE else sentence(hit.text)
        self._dialogue.say(f"{self._row + 1} of {len(self._matches)}. {sentence(found.title)} {where}. {said}".rstrip())

    def _queue(self) -> None:
        found, _ = self._matches[self._row]
        self._dialogue.say(self._services.controller.queue_last([found.id]).sentence)
