"""Listen in the plain program: play, mark, queue, and plan a session.

What plays answers by itself, through what the player reports; the rest says here what it did.
"""

from __future__ import annotations

from functools import partial

from tui_pod.core.actions import key_of
from tui_pod.core.playback.sleep_timer import SleepTimer
from tui_pod.core.playback.up_next import PlayContext
from tui_pod.core.progress.progress import Status
from tui_pod.core.selection.list_query import SmartList
from tui_pod.core.selection.session_planner import Plan, SessionRequest, parse_budget, plan_session
from tui_pod.core.text.clean import counted, spoken_time
from tui_pod.plain.navigation_commands import NavigationCommands
from tui_pod.plain.spoken import say_plan, say_playback, sentence
from tui_pod.services.hints import NOT_A_PODCAST, NOT_REMOVABLE


class PlaybackCommands(NavigationCommands):
    """Does what keys ask that change something."""

    def _change_speed(self, by: float) -> None:
        self._controller.set_speed(self._controller.playback.speed + by)

    def _change_volume(self, by: int) -> None:
        self._controller.set_volume(self._controller.playback.volume + by)

    # -- playing ---------------------------------------------------------------------------------------

    def _toggle(self) -> None:
        if self._controller.playback.is_loaded:
            self._controller.toggle_pause()
        else:
            self._play()

    def _play(self, is_restart: bool = False) -> None:
        browser, controller = self._browser, self._controller
        if browser.episode is None:
            self._say(browser.say_here())
            return
        is_the_same = browser.episode == controller.playback.episode and not is_restart
        is_queue = browser.view.place == SmartList.QUEUE
        context = None if is_queue else PlayContext(browser.indexes, browser.place)
        (controller.restart if is_restart else controller.play)(browser.episode, context)
        if is_the_same:
            self._say(say_playback(controller.playback))

    def _seek_mark(self, direction: int) -> None:
        self._controller.seek_mark(direction)
        playback = self._controller.playback
        title = next((mark.title for mark in reversed(playback.marks) if mark.start <= playback.position + 0.01), "")
        if title:
            self._say(title)

    def _sleep(self) -> None:
        timer = self._controller.sleep
        if timer is not None:
            self._say_sleep(timer)
            self._host.ask("Press enter for more, or type 0 for none, or another time:", self._choose_sleep)
        else:
            question = "Sleep when? Minutes such as 15, a time such as 22:30, or e for the end of this episode:"
            self._host.ask(question, self._choose_sleep)

    def _choose_sleep(self, answer: str) -> None:
        answer, timer = answer.strip().lower(), self._controller.sleep
        if not answer and timer is not None:
            self._set_sleep(timer.extended())
        elif answer in ("", "0"):
            self._controller.set_sleep(None)
            self._say("No sleep timer.")
        elif answer == "e":
            self._set_sleep(SleepTimer(episodes=1))
        else:
            try:
                self._set_sleep(SleepTimer(seconds=parse_budget(answer, self._controller.now())))
            except ValueError as error:
                self._say(f"{error}.")

    def _set_sleep(self, timer: SleepTimer) -> None:
        self._controller.set_sleep(timer)
        self._say_sleep(timer)

    def _say_sleep(self, timer: SleepTimer) -> None:
        if timer.seconds is not None:
            self._say(f"Sleep in {spoken_time(timer.seconds)} of listening.")
        else:
            self._say(f"Sleep after {counted(timer.episodes or 0)}.")

    # -- marking and queueing --------------------------------------------------------------------------

    def _chosen(self) -> list[str]:
        """Return the episode it is at, or all of the topic it is at."""
        browser, library = self._browser, self._controller.library
        if not browser.is_on_topics:
            return [browser.episode] if browser.episode is not None else []
        place = browser.open_topic().place
        if place == SmartList.QUEUE:
            return list(self._controller.queue.entries)
        indexes = (
            self._controller.progress_index.unfinished()
            if place == SmartList.CONTINUE
            else library.topics.members[place]
        )
        return [library.ids[index] for index in indexes]

    def _done(self, episodes: list[str], what: str, moves_on: bool = True) -> None:
        """Say what was done with episodes, and go on to the next one."""
        index = self._controller.library.index(episodes[0])
        is_one = len(episodes) == 1 and index is not None
        name = self._controller.library.titles[index or 0] if is_one else counted(len(episodes))
        self._say(f"{what}: {sentence(name)}")
        before = self._browser.episode
        self._browser.update()
        if moves_on and not self._browser.is_on_topics and self._browser.episode == before:
            self._browser.move(1)
        self._say(self._browser.say_here())

    def _toggle_played(self) -> None:
        episodes = self._chosen()
        if episodes:
            self._controller.toggle_played(episodes)
            is_played = self._controller.progress_index.status(episodes[0]) is Status.PLAYED
            self._done(episodes, "Marked played" if is_played else "Marked unplayed")

    def _queue(self, is_next: bool) -> None:
        episodes = self._chosen()
        if episodes:
            (self._controller.queue_next if is_next else self._controller.queue_last)(episodes)
            self._done(episodes, "Queued next" if is_next else "Queued last")

    def _move_in_queue(self, by: int) -> None:
        episode = self._browser.episode
        if episode is None or episode not in self._controller.queue.upcoming:
            self._say(f"Only what is upcoming in the queue can be moved. Press {key_of('view.session')} for the queue.")
            return
        self._controller.move_in_queue(episode, by)
        self._browser.update()
        self._say(self._browser.say_here())

    def _remove(self) -> None:
        episodes, place = self._chosen(), self._browser.view.place
        if self._browser.is_on_topics:
            if self._browser.feed is not None:
                self._host.feeds.remove_feed(self._browser.feed)
            else:
                self._say(NOT_REMOVABLE)
        elif place >= 0:
            self._host.feeds.remove_downloads(episodes)
        elif episodes:
            (self._controller.unqueue if place == SmartList.QUEUE else self._controller.dismiss)(episodes)
            self._done(episodes, "Removed", moves_on=False)

    def _undo(self) -> None:
        self._controller.undo()
        self._browser.update()

    def _redo(self) -> None:
        self._controller.redo()
        self._browser.update()

    # -- podcasts --------------------------------------------------------------------------------------

    def _add_feed(self) -> None:
        self._host.ask("The address of a podcast, or of its page:", self._choose_feed)

    def _choose_feed(self, answer: str) -> None:
        if answer.strip():
            self._host.feeds.add(answer.strip())
        else:
            self._say("No podcast added.")

    def _refresh_feed(self) -> None:
        if self._browser.feed is not None:
            self._host.feeds.refresh(self._browser.feed)
        else:
            self._say(NOT_A_PODCAST)

    def _refresh_feeds(self) -> None:
        self._host.feeds.refresh()

    def _download(self) -> None:
        episodes = self._chosen()
        if episodes:
            self._host.feeds.download(episodes)

    # -- sessions --------------------------------------------------------------------------------------

    def _plan(self) -> None:
        self._host.ask("How long have you got? Such as 15m, 1h30m, or an end time such as 18:42:", self._show_plan)

    def _show_plan(self, answer: str) -> None:
        controller = self._controller
        if not answer.strip():
            self._say("No session.")
            return
        try:
            request = SessionRequest(parse_budget(answer, controller.now()), max(0, self._browser.view.place))
        except ValueError as error:
            self._say(f"{error}.")
            return
        plan = plan_session(controller.library, controller.progress_index, request, controller.speed_rule)
        if not plan.indexes:
            self._say(f"Nothing left in {controller.library.topics.names[request.topic]} fits into that.")
            return
        self._say_all(
            say_plan(controller.library, controller.progress_index, plan, controller.speed_rule, controller.now())
        )
        self._host.ask("Press enter to start, or type no:", partial(self._start_session, request, plan))

    def _start_session(self, request: SessionRequest, plan: Plan, answer: str) -> None:
        if answer.strip():
            self._say("No session.")
        else:
            self._controller.start_session(request, plan)
