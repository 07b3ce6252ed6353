"""Commands of the plain program that change nothing: move, search, sort and read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from tui_pod.core.actions import key_of
from tui_pod.core.library.episode import Episode
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.selection.list_query import ListQuery, SmartList
from tui_pod.core.text.clean import counted, enumerated
from tui_pod.core.wall_time import local_date
from tui_pod.plain.browser import Browser
from tui_pod.plain.dialogue import Dialogue
from tui_pod.plain.row_commands import PAGE, moves
from tui_pod.plain.spoken import (
    say_chapters,
    say_details,
    say_history,
    say_list,
    say_notes,
    say_outlook,
    say_passages,
    say_playback,
    say_statistics,
    sentence,
)
from tui_pod.services.hints import NO_SEARCH, why_no_transcript
from tui_pod.services.services import Services
from tui_pod.wishes.actions import run_command
from tui_pod.wishes.wish import Subject

SENTENCES = 20
"""Sentences read at a time."""

HISTORY_DAYS = 7
"""Days of listening that are read out."""


class NavigationCommands:
    """Runs the commands that change nothing."""

    def __init__(self, dialogue: Dialogue, services: Services, browser: Browser) -> None:
        self._dialogue, self._services = dialogue, services
        self._controller = services.controller
        self._browser, self._list = browser, browser.model
        self.reading: tuple[str, int | None] | None = None
        """The episode whose transcript is being read, and the next sentence (None after the last); None if none is."""

    def by_id(self) -> dict[str, Callable[[], object]]:
        """Return what to call, by the ids in the table of keys."""
        browser = self._browser
        return {
            **moves(lambda by: self._dialogue.say(browser.move(by)), self.go),
            "topic.open": self._open_topic,
            "topic.fold": self._left,
            "topic.unfold": self._open_topic,
            "focus.next": self._change_pane,
            "focus.previous": self._change_pane,
            "focus.left": self._left,
            "focus.right": self._right,
            "topic.find": self._ask_topic,
            "search.next": partial(self._search_next, 1),
            "search.previous": partial(self._search_next, -1),
            "search.clear": self._clear,
            "list.go_to_playing": self._go_to_playing,
            "view.details": self._details,
            "view.recap": self._recap,
            "view.episode": self._choose_chapter,
            "view.transcript": self._read,
            "transcript.stop": partial(self._run_on_transcript, "transcript.stop"),
            "transcript.remove": partial(self._run_on_transcript, "transcript.remove"),
            "transcript.nudge_back": partial(self._nudge, -0.5),
            "transcript.nudge_forward": partial(self._nudge, 0.5),
            "view.library": lambda: self.open_entry(self._list.topic),
            "view.session": lambda: self.open_entry(SmartList.QUEUE),
            "view.statistics": self.say_statistics,
            "view.history": lambda: self._services.tasks.run(self._ask_history()),
        }

    # -- going ------------------------------------------------------------------------------------------

    def _change_pane(self) -> None:
        self._right() if self._browser.is_on_topics else self._left()

    def _left(self) -> None:
        self._dialogue.say(self._browser.go_to_parent() if self._browser.is_on_topics else self._browser.show_topics())

    def _right(self) -> None:
        self.look(self._list.query)

    def _open_topic(self) -> None:
        self.look(self._list.query._replace(entry=self._browser.entry, query=""))

    def _ask_topic(self) -> None:
        question = "Names of topics and podcasts:"
        self._dialogue.ask(question, lambda typed: self._dialogue.say(self._browser.narrow(typed)))

    def look(self, query: ListQuery, keeps_cursor: bool = False) -> None:
        """List something; say what it is and where the listener is in it."""
        self._browser.look(query, keeps_cursor)
        self._dialogue.say(say_list(self._list))
        self._dialogue.say(self._browser.say_here())

    def open_entry(self, entry: int) -> None:
        """List a topic or a smart list."""
        self.look(ListQuery(entry=entry))

    def go(self, row: int) -> None:
        """Go to a row, or to the nearest end, and say it."""
        self._dialogue.say(self._browser.go(row))

    @property
    def episode(self) -> Episode | None:
        """The episode at the cursor."""
        return self._list.library.find(self._list.episode)

    def _search_next(self, by: int) -> None:
        total = len(self._list.indexes)
        if self._list.query.query.strip() and total:
            self._dialogue.say(self._browser.go((self._list.cursor + by) % total))
        else:
            self._dialogue.say(NO_SEARCH)

    def _clear(self) -> None:
        if self._browser.is_on_topics and self._browser.words:
            self._dialogue.say(f"All topics. {self._browser.narrow('')}")
        elif self._list.query.query:
            self.look(self._list.query._replace(query=""), keeps_cursor=True)
        elif self._list.has_selection:
            self._list.clear_selection()
            self._dialogue.say("Nothing is selected.")
        elif self._controller.playback.repeat is not None:
            self._dialogue.say(self._controller.repeat.end().sentence)
        else:
            self._dialogue.say(self._browser.say_here())

    def _nudge(self, by: float) -> None:
        episode = self._controller.playback.episode
        self._dialogue.say("Nothing is playing." if episode is None else self._services.reader.nudge(episode, by))

    def _go_to_playing(self) -> None:
        controller = self._controller
        self._dialogue.say(say_playback(controller.playback))
        index = controller.library.index(controller.playback.episode or "")
        if index is not None:
            self._dialogue.say_all(say_outlook(controller.library, controller.sessions.status()))
            self._browser.is_on_topics = False
            self._list.go_to(index)

    def say_statistics(self) -> None:
        """Say how long the listener listened, in all and in the last sessions."""
        self._services.tasks.run(self._say_statistics())

    async def _say_statistics(self) -> None:
        (history, _), controller = await self._services.compute_statistics(), self._controller
        finished = controller.progress_index.finished()
        self._dialogue.say_all(say_statistics(history, local_date(controller.now()), controller.library, finished))

    async def _ask_history(self) -> None:
        """Say what was heard in the last days, and ask which of it to play."""
        (_, days), controller = await self._services.compute_statistics(), self._controller
        heard = [each for day in days[:HISTORY_DAYS] for each in reversed(day.heard)]
        if not heard:
            self._dialogue.say("Nothing was played yet.")
            return
        self._dialogue.say_all(say_history(days[:HISTORY_DAYS], controller.library))
        question = "The number of what to play again, or enter to leave:"
        self._dialogue.ask_number(question, len(heard), lambda row: self._play_again(heard[row].episode))

    def _play_again(self, episode: str) -> None:
        if self._controller.library.index(episode) is None:
            self._dialogue.say("That episode is no longer in the library.")
        else:
            self._controller.play(episode)

    # -- reading ---------------------------------------------------------------------------------------

    def _details(self) -> None:
        podcast = self._browser.podcast if self._browser.is_on_topics else None
        if podcast is not None:
            self._services.tasks.run(self._say_podcast(podcast))
        if self._list.index is None or podcast is not None:
            self._dialogue.say(self._browser.say_here())
        else:
            controller, index = self._controller, self._list.index
            self._dialogue.say_all(say_details(controller.library, controller.progress_index, index))
            if elsewhere := controller.handover.elsewhere(controller.library.ids[index]):
                self._dialogue.say(f"Elsewhere: {elsewhere}.")
            self._services.tasks.run(self._say_notes(controller.library.episode(index)))

    async def _say_podcast(self, feed: str) -> None:
        if (facts := await self._services.feeds.describe(feed)) is not None:
            self._dialogue.say_all([*facts.summary.split("\n"), f"Page: {facts.page}" if facts.page else ""])

    async def _say_notes(self, episode: Episode) -> None:
        notes = await self._services.reader.notes(episode)
        notes = notes._replace(text=notes.text.removesuffix(episode.summary))  # which was said
        chapters = await self._chapters(episode)
        self._dialogue.say_all(say_notes(notes, chapters))
        passages = await self._services.passages.of(episode, [chapter.start for chapter in chapters])
        self._dialogue.say_all(say_passages(passages))
        if self._services.recap.position(episode) and (story := await self._services.recap.story(episode)).met:
            self._dialogue.say(f"Named so far: {enumerated([met.name for met in story.met])}.")

    def _recap(self) -> None:
        episode = self._controller.library.find(self._list.to_read())
        if episode is None:
            self._dialogue.say(self._browser.say_here())
        else:
            self._services.tasks.run(self._say_recap(episode))

    async def _say_recap(self, episode: Episode) -> None:
        story, recap = await self._services.recap.story(episode), self._services.recap
        if story.fault:
            self._dialogue.say(f"The story so far cannot be told: {story.fault}. {sentence(episode.title)}")
            return
        self._dialogue.say(f"The story so far: {sentence(episode.title)}")
        self._dialogue.say_all(f"{number}: {met.name}. {met.sentence}" for number, met in enumerate(story.met, 1))
        question = "Type a number to play that sentence, or press enter to leave:"
        self._dialogue.ask_number(question, len(story.met), lambda row: recap.hear(episode, story.met[row]))

    async def _chapters(self, episode: Episode) -> Sequence[Chapter]:
        """Return the chapters of an episode, those of the player if it is loaded."""
        playback = self._controller.playback
        own = playback.chapters if playback.episode == episode.id else ()
        return own or await self._services.reader.chapters(episode)

    def _choose_chapter(self) -> None:
        episode = self._controller.library.find(self._list.to_read())
        if episode is None:
            self._dialogue.say(self._browser.say_here())
        else:
            self._services.tasks.run(self._say_chapters(episode))

    async def _say_chapters(self, episode: Episode) -> None:
        chapters = await self._chapters(episode)
        if not chapters:
            self._dialogue.say(f"No chapters: {sentence(episode.title)}")
            return
        self._dialogue.say(f"{counted(len(chapters), 'chapter')}: {sentence(episode.title)}")
        self._ask_chapter(episode, chapters, 0)

    def _ask_chapter(self, episode: Episode, chapters: Sequence[Chapter], first: int) -> None:
        """Say the next chapters, and ask for one."""
        last, play = first + PAGE, self._controller.play_from
        self._dialogue.say_all(say_chapters(chapters[first:last], first + 1))
        more = partial(self._ask_chapter, episode, chapters, last) if last < len(chapters) else None
        question = f"Type a number to play from that chapter{', more' if more else ''}, or press enter to leave:"
        self._dialogue.ask_number(question, len(chapters), lambda row: play(episode.id, chapters[row].start), more=more)

    def _read(self) -> None:
        episode = self._controller.library.find(self._list.to_read())
        if episode is None:
            self._dialogue.say(self._browser.say_here())
            return
        following = self.reading[1] if self.reading is not None and self.reading[0] == episode.id else None
        self._services.tasks.run(self._read_transcript(episode, following))

    async def _read_transcript(self, episode: Episode, first: int | None) -> None:
        """Read some sentences from `first` on; None starts at the sentence being played, or at the top."""
        transcript = await self._services.reader.transcript(episode)
        label = self._services.recognition.label(episode.id).replace(" ·", ",")
        if first is None:
            playback = self._controller.playback
            is_playing = playback.episode == episode.id
            first = (transcript.active(playback.position) if is_playing else None) or 0
            if playback.is_loaded and not is_playing:
                self._dialogue.say(f"{episode.title}, which is not playing.")
            if transcript.note:
                self._dialogue.say(sentence(transcript.note.capitalize()))
        following = min(first + SENTENCES, len(transcript.cues))
        left = len(transcript.cues) - following
        is_over = not left and not label and not transcript.is_partial
        self.reading = (episode.id, None if is_over else following)
        self._dialogue.say_all(cue.text for cue in transcript.cues[first:following])
        if left:
            self._dialogue.say(f"{counted(left, 'sentence')} more. Press {key_of('view.transcript')} to read on.")
        elif label:
            read_on, stop = key_of("view.transcript"), key_of("transcript.stop")
            self._dialogue.say(
                f"{sentence(label.capitalize())} Press {read_on} to read on, {stop} to stop recognition."
            )
        elif is_over and (transcript.cues or transcript.note):
            self._dialogue.say("End of the transcript." if transcript.cues else "No speech was recognised.")
        else:
            self._offer("" if transcript.cues else why_no_transcript(episode, transcript.fault), episode)

    def _offer(self, why: str, episode: Episode) -> None:
        """Say why there is no transcript, and offer to recognise one if that is possible."""
        recognition = self._services.recognition
        said = f"{why} {recognition.offer(episode, 'Type yes')}".strip()
        if episode.audio is not None and recognition.is_ready:
            self._dialogue.ask_yes(said, partial(recognition.request, [episode.id]))
        else:
            self._dialogue.say(said)

    def _run_on_transcript(self, ident: str) -> None:
        """Run the command of an action on the transcript being read, or to read."""
        episode = self.reading[0] if self.reading is not None else self._list.to_read()
        outcome = run_command(ident, Subject(self._services, self._list, [episode] if episode is not None else []))
        if outcome.text:
            self._dialogue.say(outcome.sentence)
