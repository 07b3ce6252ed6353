"""Commands of the plain program that play, mark, queue and plan.

What plays is said when playback reports it; the other commands say what they did.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tui_pod.core.actions import key_of
from tui_pod.core.errors import UserError
from tui_pod.core.playback.commands import playback_commands
from tui_pod.core.playback.controller import NOTHING_PLAYS
from tui_pod.core.playback.go_to import parse_position
from tui_pod.core.playback.sleep_timer import SleepTimer, SleepUnit
from tui_pod.core.progress.progress import Status
from tui_pod.core.selection.session_planner import SessionRequest, parse_budget
from tui_pod.core.text.clean import counted, enumerated, spoken_time
from tui_pod.plain.browser import Browser
from tui_pod.plain.spoken import say_plan, say_playback, say_position, sentence
from tui_pod.services.hints import NOT_REMOVABLE
from tui_pod.services.recall import Asking

if TYPE_CHECKING:
    from tui_pod.plain.dialogue import Dialogue
    from tui_pod.services.services import Services


class PlaybackCommands:
    """Runs the commands that play, mark, queue and plan."""

    def __init__(self, dialogue: Dialogue, services: Services, browser: Browser) -> None:
        self._dialogue = dialogue
        self._services, self._controller = services, services.controller
        self._browser, self._list = browser, browser.model

    def by_id(self) -> dict[str, Callable[[], object]]:
        """Return what to call, by the ids in the table of keys."""
        controller = self._controller
        return {
            **playback_commands(controller),
            "playback.toggle": self._toggle,
            "episode.play": self._play,
            "episode.restart": partial(self._play, is_restart=True),
            "playback.previous_mark": partial(self._seek_mark, -1),
            "playback.next_mark": partial(self._seek_mark, 1),
            "playback.go_to": self._ask_position,
            "audio.device": self._choose_device,
            "session.plan": self._plan,
            "session.end": lambda: self._dialogue.say(self._list.end_session()),
            "sleep.timer": self._sleep,
            "select.one": self._select_one,
            "select.range": self._select_range,
            "episode.toggle_played": self._toggle_played,
            "queue.add_last": partial(self._queue, is_next=False),
            "queue.add_next": partial(self._queue, is_next=True),
            "queue.move_down": partial(self._move_in_queue, 1),
            "queue.move_up": partial(self._move_in_queue, -1),
            "list.remove": self._remove,
            "list.collect": self._collect,
            "download.start": self._download,
            "undo": partial(self._change, controller.undo),
            "redo": partial(self._change, controller.redo),
        }

    # -- playing ---------------------------------------------------------------------------------------

    def _toggle(self) -> None:
        if self._controller.can_pause:
            self._controller.toggle_pause()
        else:
            self._play()

    def _play(self, is_restart: bool = False) -> None:
        episode, playback = self._list.episode, self._controller.playback
        if episode is None:
            self._dialogue.say(self._browser.say_here())
            return
        self._list.play(episode, is_restart)
        if episode == playback.episode and playback.is_going and not is_restart:  # else its start is said
            self._dialogue.say(say_playback(self._controller.playback))

    def _seek_mark(self, direction: int) -> None:
        playback = self._controller.playback
        if playback.is_loaded and direction > 0 and playback.next_mark() is None:
            self._dialogue.say("No chapter or sentence follows.")
            return
        self._controller.seek_mark(direction)
        playback = self._controller.playback
        title = next((mark.title for mark in reversed(playback.marks) if mark.start <= playback.position + 0.01), "")
        if title:
            self._dialogue.say(title)

    def _ask_position(self) -> None:
        playback = self._controller.playback
        if not playback.is_loaded:
            self._dialogue.ask(NOTHING_PLAYS, lambda typed: None if typed else self._play())  # also takes the time
            return
        here = say_position(playback.position, playback.duration)
        question = f"Go to which time? Such as 12:34, +90, -30 or 50%. Now at {here}. Or press enter to stay:"
        self._dialogue.ask(question, self._go_to)

    def _go_to(self, answer: str) -> None:
        playback = self._controller.playback
        if answer.strip():
            try:
                position = parse_position(answer, playback.position, playback.duration)
            except ValueError as error:
                self._dialogue.say(f"Error: {error}.")
            else:
                self._controller.seek_to(position)

    def _choose_device(self) -> None:
        mixer = self._controller.mixer
        devices = mixer.devices()
        self._dialogue.say_all(f"{number}: {device}." for number, (_, device) in enumerate(devices, 1))

        def choose(row: int) -> None:
            name, device = devices[row]
            mixer.set_device(name)
            self._dialogue.say(f"Sound device: {device}.")

        self._dialogue.ask_number("Which one? Its number:", len(devices), choose, "The sound device stays.")

    def _sleep(self) -> None:
        timer = self._controller.sleep
        if timer is not None:
            self._say_sleep(timer)
            self._dialogue.ask("Press enter for more, or type 0 for none, or another time:", self._choose_sleep)
        else:
            ends = "c for the end of this chapter, or e" if self._controller.playback.chapters else "or e"
            question = f"Sleep when? Minutes such as 15, a time such as 22:30, {ends} for the end of this episode:"
            self._dialogue.ask(question, self._choose_sleep)

    def _choose_sleep(self, answer: str) -> None:
        answer, timer = answer.strip().lower(), self._controller.sleep
        if not answer and timer is not None:
            self._set_sleep(timer.extended())
        elif answer in ("", "0"):
            self._controller.set_sleep(None)
            self._dialogue.say("No sleep timer.")
        elif answer == "e":
            self._set_sleep(SleepTimer(1, SleepUnit.EPISODE))
        elif answer == "c" and self._controller.playback.chapters:
            self._set_sleep(SleepTimer(1, SleepUnit.CHAPTER))
        else:
            try:
                self._set_sleep(SleepTimer(parse_budget(answer, self._controller.now())))
            except ValueError as error:
                self._dialogue.say(f"Error: {error}.")

    def _set_sleep(self, timer: SleepTimer) -> None:
        self._controller.set_sleep(timer)
        self._say_sleep(timer)

    def _say_sleep(self, timer: SleepTimer) -> None:
        if timer.seconds is not None:
            self._dialogue.say(f"Sleep in {spoken_time(timer.seconds)} of listening.")
        else:
            self._dialogue.say(f"Sleep {timer}.")

    # -- marking and queueing --------------------------------------------------------------------------

    def _chosen(self) -> list[str]:
        """Return the episode at the cursor, or all episodes of the topic at the cursor."""
        return self._list.episodes_of(self._browser.entry) if self._browser.is_on_topics else self._list.chosen

    def _done(self, episodes: list[str], what: str, moves_on: bool = True) -> None:
        """Say what was done with episodes, and go on to the next one."""
        index = self._controller.library.index(episodes[0])
        is_one = len(episodes) == 1 and index is not None
        name = self._controller.library.titles[index or 0] if is_one else counted(len(episodes))
        self._dialogue.say(f"{what}: {sentence(name)}")
        before = self._list.episode
        self._list.clear_selection()
        self._list.update()
        if moves_on and not self._browser.is_on_topics and self._list.episode == before:
            self._browser.move_on()
        self._dialogue.say(self._browser.say_here())

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

    def _toggle_played(self) -> None:
        episodes = self._chosen()
        if episodes:
            self._controller.editor.toggle_played(episodes)
            is_played = self._controller.progress_index.status(episodes[0]) is Status.PLAYED
            self._done(episodes, "Marked played" if is_played else "Marked unplayed")

    def _queue(self, is_next: bool) -> None:
        episodes = self._chosen()
        if episodes:
            (self._controller.queue_next if is_next else self._controller.queue_last)(episodes)
            self._done(episodes, "Queued next" if is_next else "Queued last")

    def _collect(self) -> None:
        """Ask for the list of one's own that the chosen episodes are put on, or that what is listed becomes."""
        episodes, names = self._chosen(), [each.name for each in self._controller.lists.by_hand]
        known = f" Yours: {enumerated(names)}." if names else ""
        question = (
            f"Put {counted(len(episodes))} on which list?{known} Type a name. To save what is listed as a smart list,"
        )
        self._dialogue.ask(f"{question} type “rule” and a name:", partial(self._put_on, episodes))

    def _put_on(self, episodes: list[str], answer: str) -> None:
        lists, (word, _, rule) = self._controller.lists, answer.strip().partition(" ")
        if not answer.strip():
            self._dialogue.say("Nothing changed.")
            return
        try:
            if word == "rule":
                self._dialogue.say(f"{lists.set(self._list.as_rule()._replace(name=rule))}.")
            else:
                self._dialogue.say(f"{lists.put_on(answer, episodes)}.")
        except UserError as error:
            self._dialogue.say(sentence(f"{str(error)[:1].upper()}{str(error)[1:]}"))

    def _move_in_queue(self, by: int) -> None:
        episode = self._list.episode
        if episode is not None and (refused := self._list.move(episode, by)):
            self._dialogue.say(f"{refused}.")
        self._dialogue.say(self._browser.say_here())

    def _remove(self) -> None:
        episodes, settings = self._list.chosen, self._services.feeds.settings
        own = self._list.library.lists.get(self._browser.entry) if self._browser.is_on_topics else None
        if own is not None:
            self._dialogue.say(f"{self._controller.lists.remove(own.name)}.")
        elif self._browser.is_on_topics and self._browser.feed is not None:
            self._services.feeds.remove_feed(self._browser.feed)
        elif self._browser.is_on_topics and settings.is_course_topic(self._list.library, self._browser.entry):
            self._dialogue.ask_yes("Type y to hide the course, or press enter to cancel:", settings.hide_course)
        elif self._browser.is_on_topics or not episodes:
            self._dialogue.say(NOT_REMOVABLE)
        elif self._list.remove(episodes):
            self._done(episodes, "Removed", moves_on=False)

    def _change(self, change: Callable[[], object]) -> None:
        change()
        self._list.update()

    def _download(self) -> None:
        episodes = self._chosen()
        if episodes:
            self._services.feeds.downloads.toggle(episodes)

    # -- sessions --------------------------------------------------------------------------------------

    def _plan(self) -> None:
        self._dialogue.ask("How long have you got? Such as 15m, 1h30m, or an end time such as 18:42:", self._show_plan)

    def _show_plan(self, answer: str) -> None:
        controller = self._controller
        if not answer.strip():
            self._dialogue.say("No session.")
            return
        try:
            request = self._list.request(parse_budget(answer, controller.now()), max(0, self._list.query.entry))
        except ValueError as error:
            self._dialogue.say(f"Error: {error}.")
            return
        plan = controller.sessions.plan(request)
        if not plan.indexes:
            self._dialogue.say(f"Nothing left in {controller.library.topics.names[request.topic]} fits into that.")
            return
        self._dialogue.say_all(
            say_plan(controller.library, controller.progress_index, plan, controller.mixer.speed_rule, controller.now())
        )
        due = len(self._services.recall.due())
        aloud = f", type aloud to be asked {counted(due, 'question')} aloud first" if due else ""
        self._dialogue.ask(f"Press enter to start{aloud}, or type no:", partial(self._start_session, request))

    def _start_session(self, request: SessionRequest, answer: str) -> None:
        answer = answer.strip().lower()
        if answer and answer != "aloud":
            self._dialogue.say("No session.")
        else:
            self._services.recall.start_session(request, Asking.ALOUD if answer else None)
