"""The plain program: keys in, lines out, on the same services as the screen. It never imports Textual.

One event is one line. The cursor never moves and nothing is drawn, so a screen reader reads the lines in order, and
any terminal will do, or none.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from tui_pod.config.settings import bound_actions
from tui_pod.core.actions import BY_ID, key_of
from tui_pod.core.library.library import Library
from tui_pod.core.library.row_states import DownloadState
from tui_pod.core.outcome import Outcome, refused
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.changes import ChangeReader
from tui_pod.core.player.events import Event
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.progress.cards import Card
from tui_pod.core.progress.progress import Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import SmartList
from tui_pod.core.selection.session_planner import Summary
from tui_pod.core.text.clean import counted
from tui_pod.plain.bookmark_commands import BookmarkCommands
from tui_pod.plain.browser import Browser
from tui_pod.plain.dialogue import Dialogue, Verbosity
from tui_pod.plain.keyboard import PASTE, Keyboard
from tui_pod.plain.menu_commands import MenuCommands
from tui_pod.plain.navigation_commands import NavigationCommands
from tui_pod.plain.playback_commands import PlaybackCommands
from tui_pod.plain.podcast_commands import PodcastCommands
from tui_pod.plain.search_commands import SearchCommands
from tui_pod.plain.spoken import (
    say_change,
    say_download,
    say_key,
    say_list,
    say_summary,
    sentence,
    source_of,
)
from tui_pod.recall.questions import Question
from tui_pod.services.episode_list import EpisodeListModel
from tui_pod.services.frontend import NOT_TYPED, Job, LoginQuestion
from tui_pod.services.lifetime import Lifetime
from tui_pod.services.podcasts.troubles import Trouble
from tui_pod.wishes.actions import run_unseen
from tui_pod.wishes.grant import WishRequest, grant
from tui_pod.wishes.wish import Subject

if TYPE_CHECKING:
    from tui_pod.services.caller import Caller

LONG_LOAD = 1.0
"""Loading is announced after this long (seconds)."""

HERE = (
    "The plain program ends with its terminal and cannot leave it. Start it inside tmux or screen, which can be left,"
    " or start tui-pod without plain lines."
)
"""What a listener hears who wants to detach."""

OFFLINE = "offline"

NOT_HERE = "{}: not in the plain program."

OPENLY = "This server uses http, so others on the network can read the login. Send it anyway? Answer yes or no:"


class PlainProgram(ChangeReader):
    """A `Frontend` that prints lines."""

    def __init__(self, lifetime: Lifetime, descriptor: int = 0, output: TextIO | None = None) -> None:
        self.lifetime = lifetime
        self.services = services = lifetime.services
        self._output = output or sys.stdout
        verbosity = Verbosity(services.first.settings.ui.verbosity)
        self._keyboard = Keyboard(descriptor, self._press, self.quit, lambda text: self._dialogue.write(text))
        self._dialogue = Dialogue(
            self._output,
            self._keyboard,
            lambda text: services.first.with_keys(text, say_key),
            self.quit,
            verbosity,
        )
        self._playback = services.first.playback
        self._loading: asyncio.TimerHandle | None = None
        self._work: Mapping[str, str] = {}  # what was said to have begun, by kind
        self._source = ""  # the podcast that was last said to play
        self._offered: Card | None = None
        self._list = EpisodeListModel(services.first, lambda: services.controller)
        self._browser = Browser(self._list, verbosity)
        self._navigation: NavigationCommands
        self._bookmarks: BookmarkCommands
        self._found: SearchCommands
        self._commands: dict[str, Callable[[], object]]
        self._menu: MenuCommands
        self._loop: asyncio.AbstractEventLoop
        self._ended: asyncio.Event

    def run(self) -> None:
        """Run until the user quits, the input ends, or a signal arrives."""
        gc.enable()
        if isinstance(self._output, io.TextIOWrapper):
            with contextlib.suppress(ValueError):  # it is closed
                self._output.reconfigure(errors="replace")
        asyncio.run(self.run_on_loop())

    async def run_on_loop(self) -> None:
        """Run on an existing loop."""
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        handlers: dict[signal.Signals, Callable[[], object]] = {
            signal.SIGTERM: self.quit,
            signal.SIGHUP: self.quit,
            signal.SIGINT: self._interrupt,
            signal.SIGQUIT: lambda: self._dialogue.say(HERE),
            signal.SIGCONT: self._keyboard.resume,
        }
        for number, handler in handlers.items():
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                self._loop.add_signal_handler(number, handler)
        self._navigation = NavigationCommands(self._dialogue, self.services, self._browser)
        podcasts = PodcastCommands(self._dialogue, self.services, self._browser)
        self._bookmarks = BookmarkCommands(self._dialogue, self.services, podcasts.ask_setting_of)
        playback = PlaybackCommands(self._dialogue, self.services, self._browser, self._bookmarks.edit)
        self._found = SearchCommands(self._dialogue, self.services, self._bookmarks.edit, podcasts.ask_setting_of)
        self._menu = menu = MenuCommands(
            self._dialogue, self.services, self._navigation, (self._bookmarks, self._found), playback.subject
        )
        own = {
            "app.quit": self.quit,
            "question.show": self._ask_offered,
            "app.detach": lambda: self._dialogue.say(HERE),
            "app.suspend": lambda: os.kill(os.getpid(), signal.SIGTSTP),
        }
        parts = (playback, self._navigation, podcasts, self._bookmarks, self._found, menu)
        self._commands = {ident: command for part in parts for ident, command in part.by_id().items()} | own
        menu.commands = self._commands
        self._greet()
        await self.lifetime.after_paint()
        self._keyboard.start()
        try:
            await self._ended.wait()
        finally:
            self._keyboard.close()
            await self.lifetime.close()

    def _greet(self) -> None:
        progress_index, library = self.services.first.progress_index, self.services.first.library
        self._dialogue.say_all(self.services.first.notices)
        self._dialogue.say(
            f"tui-pod. {counted(len(library.topics.members[0]))}, {progress_index.topic_stats[0].played} played."
            f" Press {key_of('app.help')} for help."
        )
        self._dialogue.say(say_list(self._list))
        self._dialogue.say(self._browser.say_here())

    @property
    def controller(self) -> PlaybackController:
        """What plays."""
        return self.services.controller

    @property
    def known(self) -> set[str]:
        """The ids of the actions that work here."""
        return self._menu.known

    # -- keys ------------------------------------------------------------------------------------------

    def _press(self, key: str) -> None:
        """Run the action of a key, given Textual's name for it, in the listener's context."""
        if key == PASTE:
            self._refuse(NOT_TYPED)
            return
        self.lifetime.key_pressed()
        actions = bound_actions(self.services.first.settings)
        panes: tuple[str, ...] = ("tree" if self._browser.is_on_topics else "list", "episodes", "move", "screen", "app")
        if self._bookmarks.is_open:
            panes = ("bookmarks", "move", "screen", "app")
        elif self._found.is_open:
            panes = ("found", "move", "screen", "app")
        elif self._navigation.reading is not None:
            panes = ("transcript", *panes)
        panes = (*panes, "question")
        found = [action for action in actions if action.where in panes and key in action.key_list]
        found = [action for action in found if action.where != "transcript" or action.id in self._commands]
        if not found:
            self._refuse(f"That key does nothing. Press {key_of('app.help')} for help.")
            return
        action = min(found, key=lambda action: panes.index(action.where))
        if action.where not in ("app", "question"):
            self._offered = None
        if action.where != "transcript" and action.id != "view.transcript":
            self._navigation.reading = None
        command = self._bookmarks.here(action) or self._found.here(action) or self._commands.get(action.id)
        if command is None:
            self._refuse(NOT_HERE.format(action.label))
        else:
            command()

    def _ask_offered(self) -> None:
        """Ask the question that is offered."""
        offered, self._offered = self._offered, None
        if offered is None:
            self._dialogue.say("No question is offered now.")
        else:
            self.services.recall.ask_offered(offered)

    def _refuse(self, text: str) -> None:
        """Say that a key does nothing, and discard what was typed together with it."""
        self._keyboard.drop()
        self._dialogue.say(text)

    def _interrupt(self) -> None:
        """End the question that is open; without one, the work under way; without any, the program."""
        if self._keyboard.is_asking:
            self._keyboard.cancel()
        elif (outcome := self.services.tasks.stop()).is_done:
            self._dialogue.say(outcome.text)
        else:
            self.quit()

    def quit(self) -> None:
        """Stop the sound, save and end."""
        if not self._ended.is_set():
            self._ended.set()
            self.controller.end()

    # -- from the services ----------------------------------------------------------------------------

    def emit(self, event: Event) -> None:
        """Handle an event on the event loop; any thread may call this."""
        with contextlib.suppress(RuntimeError):  # the loop has ended, and the program with it
            self._loop.call_soon_threadsafe(self.controller.handle, event)

    def library_changed(self, library: Library, progress_index: ProgressIndex) -> None:
        """Show another library, at the same episode."""
        self._browser.adopt(library, progress_index)

    def downloads_changed(self, downloads: Mapping[str, DownloadState | None]) -> None:
        """Say when a download that was asked for starts and ends."""
        for ident, download in downloads.items():
            former = self._browser.downloads.pop(ident, None)
            if download is not None:
                self._browser.downloads[ident] = download
            index = self.controller.library.index(ident)
            said = say_download(former, download)
            if said and index is not None:
                self._dialogue.say(f"{said}: {sentence(self.controller.library.titles[index])}")

    def troubles_changed(self, troubles: Mapping[str, Trouble]) -> None:
        """Keep the troubles of podcasts, each of which is said with its topic."""
        self._browser.model.troubles = troubles

    def work_changed(self, jobs: Mapping[str, Job]) -> None:
        """Say when work starts and ends; the services tell the result."""
        former = self._work
        self._work = {
            kind: job.text
            for kind, job in jobs.items()
            if job.text == OFFLINE or (job.stop is not None and kind != "downloads")  # those are said by title
        }
        if self._dialogue.verbosity is Verbosity.BRIEF:
            return
        for kind, text in self._work.items():
            if kind not in former:
                said = sentence(f"{text[0].upper()}{text[1:]}")
                self._dialogue.say(said if text == OFFLINE else f"{said} Press {key_of('work.stop')} to stop it.")
        for kind, text in former.items():
            if kind not in self._work:
                self._dialogue.say(
                    "No longer offline." if text == OFFLINE else f"{text.split()[0].capitalize()}: done."
                )

    def write_control(self, sequence: str) -> None:
        """Ignore a control sequence, because a screen reader would read it."""

    def ask_login(self, question: LoginQuestion) -> None:
        """Ask for user name and password in turn; if another question is open, only say that a login is needed."""
        self._dialogue.say(question.said)
        if self._dialogue.is_asking:
            return
        user, password = question.known

        def take_user(text: str) -> None:
            if text.strip():
                self._dialogue.ask("Password:", lambda secret: take_password(text, secret), is_secret=True)

        def take_password(user: str, secret: str) -> None:
            if question.needs_yes:
                self._dialogue.ask_yes(OPENLY, lambda: answer(user, secret))
            else:
                answer(user, secret)

        def answer(user: str, secret: str) -> None:
            self.services.tasks.run(question.answer(user, secret))

        if password:
            take_password(user, password)
        else:
            self._dialogue.ask(f"User name for {question.host}, or press enter for no login:", take_user)

    def ask_yes(self, question: str, answer: Callable[[bool], None], title: str = "") -> bool:  # noqa: ARG002  # a dialog has one
        """Ask for y or n; any other line leaves the question without an answer."""
        if self._dialogue.is_asking:
            return False

        def take(line: str) -> None:
            typed = line.strip().lower()
            if typed in ("y", "yes", "n", "no"):
                answer(typed.startswith("y"))

        self._dialogue.ask(f"{question} Type y or n, or press enter to decide later:", take)
        return True

    def run_action(self, ident: str, episodes: Sequence[str], values: Mapping[str, str]) -> Outcome:
        """Run an action on these episodes, and say what it did."""
        on = Subject(self.services, self._list, episodes, look=self._navigation.look, values=values)
        outcome = run_unseen(ident, on, self._run_own)
        if outcome.is_done and outcome.notice:
            self._dialogue.say(outcome.sentence)
        return outcome

    async def grant(self, wish: str, values: Mapping[str, Any], caller: Caller) -> Outcome:
        """Grant a wish of someone else, and say what it did."""
        outcome = await grant(self.services, self._list, WishRequest(wish, values), caller)
        if outcome.is_done and outcome.notice:
            self._dialogue.say(outcome.sentence)
        return outcome

    def _run_own(self, ident: str) -> Outcome | None:
        """Run an action that only a front end has."""
        command = self._commands.get(ident)
        if command is None:
            return refused(NOT_HERE.format(BY_ID[ident].label))
        command()
        return None

    def ask_recall(self, cards: Sequence[Card], then: Callable[[], None]) -> None:
        """Say how many cards there are, and ask them."""
        self._dialogue.say(f"{counted(len(cards), 'question')} to recall.")
        self._bookmarks.ask(cards, then)

    def offer_question(self, card: Card, question: Question) -> None:
        """Offer a question: its key asks it until a key comes that is not about playback."""
        self._offered = card
        self._dialogue.say(
            f"{sentence(question.source)} It has a question. Press {key_of('question.show')} to be asked."
        )

    def show_statistics(self) -> None:
        """Say the statistics."""
        self._navigation.say_statistics()

    def show_answer(self, answer: str) -> None:
        """Say the lines of an answer."""
        self._dialogue.say_all(answer.splitlines())

    # -- from playback ---------------------------------------------------------------------------

    def playback_changed(self, playback: Playback) -> None:
        """Say what playback does now, with the podcast if it is another one; a long load is announced."""
        former, self._playback = self._playback, playback
        if self._loading is not None and (
            playback.shown_status is not PlayerStatus.LOADING or playback.load != former.load
        ):
            self._loading.cancel()
        if playback.status is PlayerStatus.LOADING and playback.load != former.load:
            self._loading = self._loop.call_later(LONG_LOAD, self._dialogue.say, f"Preparing: {playback.title}")
        library, source = self.controller.library, ""
        if playback.status is PlayerStatus.PLAYING and (index := library.index(playback.episode)) is not None:
            source = source_of(library, index)
            is_known = source == self._source and self._dialogue.verbosity is not Verbosity.FULL
            self._source, source = source, "" if is_known else source
        is_finished = self.controller.progress_index.status(former.episode or "") is Status.PLAYED
        self._dialogue.say_all(say_change(former, playback, source, is_finished))

    def progress_changed(self, episodes: frozenset[str]) -> None:  # noqa: ARG002
        """Update a list whose members depend on it; progress is said when the listener moves to the episode."""
        entry = self._list.query.entry
        if entry == SmartList.NEW or entry in self._list.library.candidates:
            self._list.update()

    def queue_changed(self) -> None:
        """Take the queue over in silence: commands say what they changed."""
        self._list.take_queue(self.controller.queue)

    def tell(self, text: str, is_error: bool = False) -> None:
        """Say a notice."""
        self._dialogue.say(f"Error: {text}" if is_error else text)

    def session_ended(self, summary: Summary) -> None:
        """Say what the session was, and how to play on."""
        self._dialogue.say_all(say_summary(self.controller.library, summary))
        if summary.next:
            self._dialogue.say(f"Press {key_of('queue.next')} to play on.")
