"""What the actions of the table of keys do, whoever asks for them."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.app_driver import FakeServices, list_model
from tests.fakes import START, FakeFrontend, OpenedPodcasts
from tui_pod.core.actions import ABOUT_EPISODES, ACTIONS, needs_cursor
from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.library.topics import list_key
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.outcome import DONE, Outcome, changed, refused
from tui_pod.core.playback.sleep_timer import SleepTimer
from tui_pod.core.progress.bookmarks import Stretch
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.selection.list_query import ListQuery, SmartList, Sort
from tui_pod.core.selection.queue import Queue
from tui_pod.sources.opened import Podcasts
from tui_pod.wishes.actions import COMMANDS, run_command, run_unseen
from tui_pod.wishes.wish import Subject


class Front(FakeFrontend):
    """A front end in which nothing is reported by a player."""

    def emit(self, event: object) -> None:
        pass


class Stage:
    """A list of episodes, and what acts on it."""

    def __init__(self, library: Library, entry: int = 1, queue: tuple[str, ...] = (), is_new: bool = False) -> None:
        progress = {} if is_new else {"one": Progress(START, position=50.0, listened=START)}
        self.services = FakeServices(library, progress, Queue(queue), query=ListQuery(entry=entry))
        self.frontend = Front()
        self.services.frontend = self.frontend
        self.controller = self.services.controller
        self.model = list_model(self.services)
        self.own: list[str] = []
        """Actions that the front end was asked for."""

    def run(self, ident: str, *episodes: str, entry: int | None = None) -> Outcome:
        return run_command(ident, Subject(self.services, self.model, episodes, entry))

    def do(self, ident: str, *episodes: str, **values: str) -> Outcome:
        on = Subject(self.services, self.model, episodes, look=self.model.change, values=values)
        return run_unseen(ident, on, self.own.append)

    def show_list(self, own_list: OwnList) -> None:
        """List one of the listener's own lists."""
        self.frontend.library_changed = self.model.adopt  # type: ignore[method-assign]  # the screen does this
        self.controller.bookmarks.receive_all(Notebook(lists=(own_list,)))
        self.model.change(ListQuery(self.model.library.topics.with_key(list_key(own_list.name)) or 0))


@pytest.fixture
def stage(library: Library) -> Stage:
    """A list of the first topic."""
    return Stage(library)


@pytest.mark.parametrize(("ident", "position"), [("episode.play", 50.0), ("episode.restart", 0.0)])
def test_restart_plays_from_the_beginning(stage: Stage, ident: str, position: float) -> None:
    assert stage.run(ident, "one") == DONE
    assert stage.controller.playback.episode == "one"
    assert stage.controller.playback.position == pytest.approx(position, abs=15)


def test_toggle_plays_what_the_cursor_is_on_and_then_pauses_it(library: Library) -> None:
    stage = Stage(library, is_new=True)
    assert not stage.run("playback.toggle").is_done
    stage.run("playback.toggle", "two")
    assert (stage.controller.playback.episode, stage.controller.is_paused) == ("two", False)
    stage.run("playback.toggle", "three")
    assert (stage.controller.playback.episode, stage.controller.is_paused) == ("two", True)


def test_mark_names_one_episode_and_counts_several(stage: Stage) -> None:
    assert stage.run("episode.toggle_played", "two") == changed("“Two” marked played")
    assert stage.controller.progress_index.status("two") is Status.PLAYED
    assert stage.run("episode.toggle_played", "two", "three", "four") == changed("2 episodes marked played")
    assert stage.run("undo") == Outcome("Undid: 2 episodes marked played")
    assert stage.run("redo") == Outcome("Redid: 2 episodes marked played")
    assert stage.run("redo") == refused("Nothing to redo.")


@pytest.mark.parametrize(
    ("ident", "queue", "said"),
    [
        ("queue.add_last", ("two", "three", "four"), "2 episodes queued"),
        ("queue.add_next", ("three", "four", "two"), "2 episodes queued next"),
    ],
)
def test_episodes_are_queued_in_their_order(library: Library, ident: str, queue: tuple[str, ...], said: str) -> None:
    stage = Stage(library, queue=("two",))
    assert stage.run(ident, "three", "four") == changed(said)
    assert stage.controller.queue.entries == queue


def test_entry_of_the_queue_is_moved_and_removed(library: Library) -> None:
    stage = Stage(library, SmartList.QUEUE, ("two", "three", "four"))
    stage.run("queue.move_down", "two")
    assert stage.controller.queue.entries == ("three", "two", "four")
    stage.run("queue.move_up", "two")
    assert stage.controller.queue.entries == ("two", "three", "four")
    assert stage.run("list.remove", "two") == changed("“Two” taken out of the queue")
    assert list(stage.controller.queue.entries) == ["three", "four"]
    assert not stage.run("queue.move_up", "one").is_done


def test_entry_of_continue_is_taken_off(library: Library) -> None:
    stage = Stage(library, SmartList.CONTINUE)
    assert stage.run("list.remove", "one") == changed("“One” taken off Continue")
    assert list(stage.controller.progress_index.unfinished()) == []


def test_episode_elsewhere_is_no_longer_downloaded(library: Library) -> None:
    stage = Stage(library, 0)
    assert stage.run("list.remove", "one") == DONE
    assert [asked[0] for asked in stage.services.asked_feeds.wishes] == ["remove_downloads"]


def test_episode_is_taken_off_new_and_is_new_again_after_undo(library: Library) -> None:
    stage = Stage(library, SmartList.NEW)
    index = stage.controller.progress_index
    index.set_new({"two", "three"})
    assert stage.run("list.remove", "two") == changed("“Two” taken off New")
    assert index.new == {"three"}
    assert stage.run("episode.toggle_played", "three").is_done
    assert not index.new
    stage.run("undo")
    stage.run("undo")
    assert index.new == {"two", "three"}
    assert stage.run("list.catch_up") == changed("2 episodes taken off New")
    assert not index.new
    assert not stage.run("list.catch_up").is_done


def test_all_that_is_listed_is_marked_played_with_one_undo(stage: Stage) -> None:
    listed = [stage.model.ident(index) for index in stage.model.indexes]
    assert stage.run("list.mark_played").can_undo
    assert {stage.controller.progress_index.status(ident) for ident in listed} == {Status.PLAYED}
    stage.run("undo")
    assert stage.controller.progress_index.status("two") is Status.UNPLAYED


def test_list_by_hand_is_ordered_shortened_and_removed(stage: Stage) -> None:
    stage.show_list(OwnList("Mine", START, episodes=("three", "one")))
    stage.run("queue.move_down", "three")
    assert [own.episodes for own in stage.controller.lists] == [("one", "three")]
    stage.model.change(stage.model.query._replace(sort=Sort.TITLE))
    assert stage.run("queue.move_down", "one").text.startswith("This list is not in your own order now.")
    assert stage.run("list.remove", "three") == changed("“Three” taken off “Mine”")
    assert [own.episodes for own in stage.controller.lists] == [("one",)]
    assert stage.run("list.remove", entry=stage.model.query.entry) == changed("List “Mine” removed")
    assert len(stage.controller.lists) == 0


def test_topic_that_is_neither_podcast_nor_list_stays(stage: Stage) -> None:
    said = stage.run("list.remove", "one", entry=1)
    assert (said.is_done, stage.services.asked_feeds.wishes) == (False, [])
    assert not stage.run("feed.refresh").is_done


def test_session_that_fits_nothing_is_not_started_and_one_that_is_over_says_so(stage: Stage) -> None:
    stage.services.lifetime.start_session(1.0)
    assert "Nothing left fits into 1 second." in stage.frontend.said[-1]
    assert not stage.run("session.end").is_done
    stage.services.lifetime.start_session(300.0)
    assert stage.controller.session is not None
    assert stage.run("session.end").can_undo
    assert stage.controller.session is None


@pytest.mark.parametrize("ident", sorted(ABOUT_EPISODES))
def test_action_of_an_episode_without_one_says_why(library: Library, ident: str) -> None:
    stage = Stage(library, SmartList.QUEUE)
    assert not stage.run(ident).is_done


def test_do_reaches_every_action_that_needs_no_cursor(stage: Stage) -> None:
    stage.run("episode.play", "one")
    others = {"feed.refresh"}  # no podcast is listed here
    for action in ACTIONS:
        is_reached = not needs_cursor(action)
        if action.id not in COMMANDS:
            said = stage.do(action.id)
            assert (said.is_done, action.id in stage.own) == (is_reached, is_reached)
            assert said.text  # what was done, or why not: what plays does not tell of it
        elif not is_reached:
            assert "press its key" in stage.do(action.id).text
    assert not others & set(stage.own)


@pytest.mark.parametrize(
    ("ident", "said"),
    [
        ("move.down", "move.down needs the cursor; press its key in tui-pod."),
        ("playback.go_to", "playback.go_to needs time=, such as 12:34, +90, -30 or 50%."),
        ("search.start", "search.start needs words=, such as attention."),
        ("sync.set_up", "sync.set_up needs with=, such as folder or server or library."),
        ("no.such", "There is no such action. See: tui-pod keys"),
        ("episode.restart", "Nothing is playing."),
        ("session.end", "No session is in progress."),
    ],
)
def test_do_says_in_a_line_what_it_cannot(library: Library, ident: str, said: str) -> None:
    stage = Stage(library, is_new=True)
    assert stage.do(ident).text.startswith(said)
    assert not stage.do(ident).is_done


def test_do_acts_on_the_episodes_that_it_names(stage: Stage) -> None:
    stage.show_list(OwnList("Mine", START, episodes=("one", "four")))
    assert stage.do("queue.add_last", "two", "three") == changed("2 episodes queued")
    assert stage.do("queue.move_down", "two").is_done  # it is not on the list that is shown
    assert stage.controller.queue.entries == ("three", "two")
    assert stage.do("episode.toggle_played", "three") == changed("“Three” marked played")
    assert stage.do("undo").text == "Undid: “Three” marked played"
    for ident in ("playback.mute", "view.statistics", "list.remove"):
        assert not stage.do(ident, "two").is_done
    assert stage.own == []


def test_do_acts_on_what_is_loaded(stage: Stage) -> None:
    stage.run("episode.play", "two")
    assert stage.do("episode.toggle_played") == changed("“Two” marked played")
    for seconds in (300.0, 600.0):
        stage.do("sleep.timer")
        assert stage.controller.sleep == SleepTimer(seconds)


@pytest.mark.parametrize(
    ("ident", "words", "position", "said"),
    [
        ("one", "", 50.0, "“The men row after it.” · 45 % of what is read."),
        ("two", "swims past", 20.0, "“The whale swims past.” · 0 % of what is read."),
        ("two", "past THE men", 20.0, "“The whale swims past.” · 0 % of what is read."),
        ("two", "a shark", None, "This is nowhere in the transcript of “Two”."),
        ("three", "whale", None, "“Three” has no transcript with times."),
    ],
)
async def test_place_in_the_text_is_told_or_played(
    stage: Stage, ident: str, words: str, position: float | None, said: str
) -> None:
    cues = Cue("The whale swims past.", 20.0, 30.0), Cue("The men row after it.", 30.0, 60.0), Cue("Gone.", 60.0, 61.0)
    stage.services.transcripts.update(one=Transcript(cues), two=Transcript(cues), three=Transcript((Cue("A whale."),)))
    assert stage.do("transcript.place", ident, words=words).is_done
    await stage.services.tasks.settle()
    assert stage.frontend.said[-1:] == [said]
    assert stage.frontend.errors == ([said] if position is None else [])
    playback = stage.controller.playback
    assert (playback.position if playback.episode == ident else None) == position


async def test_bookmarks_are_exported_and_where_not_it_is_told(stage: Stage, tmp_path: Path) -> None:
    stage.services.context.podcasts = OpenedPodcasts(
        cast("Podcasts", SimpleNamespace(documents=SimpleNamespace(notes=lambda _: EpisodeNotes())))
    )
    for start in (10.0, 20.0):
        stage.controller.bookmarks.add("one", "One", Stretch(start, start + 5, "Words."))
    (tmp_path / "a file").write_text("mine")
    for folder in (tmp_path / "notes", tmp_path / "a file"):
        assert stage.do("bookmark.export", folder=str(folder)).is_done
        await stage.services.tasks.settle()
    assert stage.frontend.said[0] == f"2 bookmarks of 1 episode in {tmp_path / 'notes'}."
    assert [path.read_text("utf-8").count("Words.") for path in (tmp_path / "notes").iterdir()] == [2]
    assert "cannot be written" in stage.frontend.errors[0]


async def test_given_text_is_kept_and_recognised(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    given = []

    async def give_text(episode: Episode, file: Path | None) -> str:
        given.append((episode.id, file))
        if file == Path("/none.txt"):
            raise UserError("none.txt cannot be read")
        return "5 sentences"

    monkeypatch.setattr(stage.services.reader, "give_text", give_text)
    for file in ("/whale.epub", "/none.txt", ""):
        stage.do("transcript.give_text", "one", file=file)
        await stage.services.tasks.settle()
    assert given == [("one", Path("/whale.epub")), ("one", Path("/none.txt")), ("one", None)]
    assert stage.services.asked_recognition.asked == [("request", "one")]
    assert stage.frontend.said[-2:] == ["none.txt cannot be read", "“One” has no text of yours any more."]
    assert "is a path" in stage.do("transcript.give_text", "one", file="whale").text
