"""Commands of the plain program that play, mark, queue and plan.

What plays is said when playback reports it; the other commands say what they did.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tui_pod.core.actions import MOVING_ON, key_of
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.core.selection.session_planner import SessionRequest, parse_budget
from tui_pod.core.text.clean import counted
from tui_pod.plain.asking import ask_for
from tui_pod.plain.browser import Browser
from tui_pod.plain.dialogue import Dialogue
from tui_pod.plain.spoken import say_list, say_plan, say_playback
from tui_pod.services.recall import Asking
from tui_pod.services.services import Services
from tui_pod.wishes.actions import COMMANDS, run_command
from tui_pod.wishes.wish import Subject

LISTING = ("list.filter", "list.sort", "search.start")
"""Actions after which the list is said."""

MOVES = ("queue.move_down", "queue.move_up")
"""Actions after which the row is said even if nothing was moved."""


class PlaybackCommands:
    """Runs the commands that play, mark, queue and plan."""

    def __init__(
        self, dialogue: Dialogue, services: Services, browser: Browser, edit: Callable[[Bookmark], object]
    ) -> None:
        """Run commands where the listener is in `browser`; `edit` asks for a note on a bookmark."""
        self._dialogue, self._edit = dialogue, edit
        self._services, self._controller = services, services.controller
        self._browser, self._list = browser, browser.model

    def by_id(self) -> dict[str, Callable[[], object]]:
        """Return what to call, by the ids in the table of keys."""
        shared = {ident: partial(self._run, ident) for ident in COMMANDS}
        own: dict[str, Callable[[], object]] = {
            "playback.previous_mark": partial(self._seek_mark, "playback.previous_mark"),
            "playback.next_mark": partial(self._seek_mark, "playback.next_mark"),
            "session.plan": self._plan,
            "select.one": self._select_one,
            "select.range": self._select_range,
        }
        return shared | own

    def subject(self) -> Subject:
        """Return what commands act on: the selection, the episode at the cursor, or all of the topic at the cursor."""
        entry = self._browser.entry if self._browser.is_on_topics else None
        return Subject(self._services, self._list, self._chosen(), entry, self._look, self._edit)

    def _look(self, query: ListQuery) -> None:
        """List something else; the cursor keeps its episode unless that is a search."""
        is_search = query.query != self._list.query.query
        self._browser.look(query, keeps_cursor=not is_search)
        if is_search:
            self._list.pointed_at = self._list.episode

    def _run(self, ident: str) -> None:
        """Ask what an action needs to know, then run its command."""
        ask_for(self._dialogue, ident, self.subject(), partial(self._do, ident))

    def _do(self, ident: str, on: Subject) -> None:
        """Run the command of an action; say what it did and, if it changed the list, the row at the cursor."""
        model, browser, playback = self._list, self._browser, self._controller.playback
        episode = model.episode
        outcome = run_command(ident, on)
        if outcome.text:
            self._dialogue.say(outcome.sentence)
        if ident in LISTING and outcome.is_done:
            self._dialogue.say(say_list(model))
            self._dialogue.say(browser.say_here())
        model.update()
        if ident == "episode.play" and episode == playback.episode and playback.is_going:  # else its start is said
            self._dialogue.say(say_playback(self._controller.playback))
        if ident in MOVES or (ident in (*MOVING_ON, "list.remove") and outcome.can_undo):
            if outcome.can_undo:
                model.clear_selection()
            if ident in MOVING_ON and not browser.is_on_topics and model.episode == episode:
                browser.move_on()
            self._dialogue.say(browser.say_here())

    # -- playing ---------------------------------------------------------------------------------------

    def _seek_mark(self, ident: str) -> None:
        """Seek, and say the title of the chapter, or the sentence, that was reached."""
        before = self._controller.playback.position
        self._run(ident)
        playback = self._controller.playback
        title = next((mark.title for mark in reversed(playback.marks) if mark.start <= playback.position + 0.01), "")
        if title and playback.position != before:
            self._dialogue.say(title)

    # -- marking and queueing --------------------------------------------------------------------------

    def _chosen(self) -> list[str]:
        """Return the episode at the cursor, or all episodes of the topic at the cursor."""
        return self._list.episodes_of(self._browser.entry) if self._browser.is_on_topics else self._list.chosen

    def _select_one(self) -> None:
        if self._browser.is_on_topics or self._list.episode is None:
            self._dialogue.say(self._browser.say_here())
            return
        self._list.selected ^= {self._list.cursor}
        self._say_selection()
        self._dialogue.say(self._browser.move(1))

    def _select_range(self) -> None:
        if self._browser.is_on_topics or self._list.episode is None:
            self._dialogue.say(self._browser.say_here())
            return
        self._list.select_range()
        if self._list.range_start is not None:
            self._dialogue.say(f"A range begins here. Press {key_of('select.range')} at its end.")
        else:
            self._say_selection()

    def _say_selection(self) -> None:
        count = len(self._list.selected)
        self._dialogue.say(f"Selected: {counted(count)}." if count else "Nothing is selected.")

    # -- sessions --------------------------------------------------------------------------------------

    def _plan(self) -> None:
        self._dialogue.ask("How long have you got? Such as 15m, 1h30m, or an end time such as 18:42:", self._show_plan)

    def _show_plan(self, answer: str) -> None:
        controller = self._controller
        if not answer.strip():
            self._dialogue.say("No session.")
            return
        try:
            request = self._list.request(parse_budget(answer, controller.now()), self._list.planned_from)
        except ValueError as error:
            self._dialogue.say(f"Error: {error}.")
            return
        plan = controller.sessions.plan(request)
        if not plan.indexes:
            self._dialogue.say(f"Nothing left in {self._list.name(request.topic)} fits into that.")
            return
        self._dialogue.say_all(
            say_plan(controller.library, controller.progress_index, plan, controller.mixer.speed_rule, controller.now())
        )
        due = len(self._services.recall.due_before(request))
        aloud = f", type aloud to be asked {counted(due, 'question')} aloud first" if due else ""
        self._dialogue.ask(f"Press enter to start{aloud}, or type no:", partial(self._start_session, request))

    def _start_session(self, request: SessionRequest, answer: str) -> None:
        answer = answer.strip().lower()
        if answer and answer != "aloud":
            self._dialogue.say("No session.")
        else:
            self._services.recall.start_session(request, Asking.ALOUD if answer else None)
