"""Samples in the app: what is played of each, how keys and headsets decide, and what is left of it."""

import asyncio

import pytest

from tests.app_driver import FakePassages
from tests.core.library.test_recap import VOYAGE, spoken
from tests.fakes import FakeEpisodeSources, FakeExcerpts, FakeFrontend, FakeReader, FakeVoice, make_context
from tests.patience import until
from tests.rooms import EPISODES, make_room
from tui_pod.config.settings import PlaybackSettings, Settings
from tui_pod.core.library.episode import Episode
from tui_pod.core.player.snapshot import Source
from tui_pod.integrations.player_api import PlayerApi
from tui_pod.services.triage import TriageService


class Rig:
    """Samples of what lies in New, over fakes; each begins at its first sentence."""

    def __init__(self, has_titles: bool = False) -> None:
        self.room = make_room()
        self.controller, self.screen = self.room.controller, FakeFrontend()
        self.excerpts, self.sources = FakeExcerpts(), FakeEpisodeSources()
        settings = Settings(playback=PlaybackSettings(sample_titles=has_titles))
        self.context = make_context(self.controller, self.screen, settings)
        self.reader = FakeReader(spoken(["[Music]", *VOYAGE], 8.0))
        passages = FakePassages(self.controller)
        self.triage = TriageService(self.context, self.reader, passages, self.sources, self.excerpts, FakeVoice())
        self.room.broadcast.add(self.triage)
        self.api = PlayerApi(self.controller)

    @property
    def samples(self) -> list[str]:
        """What was played, in order."""
        return [str(each[0]) for each in self.excerpts.played if isinstance(each, tuple)]

    async def start(self, *episodes: str) -> None:
        assert self.triage.start(episodes).is_done
        await self.plays(episodes[0])

    async def plays(self, episode: str, count: int = 0) -> None:
        """Wait until a sample plays, and so many did."""
        await until(lambda: self.samples[-1:] == [episode] and len(self.samples) >= count, f"{episode} is sampled")

    async def over(self) -> str:
        """Wait for the end; return what is said."""
        await until(lambda: self.controller.interlude is None, "it is over")
        await self.context.tasks.settle()
        return self.screen.said[-1]


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_samples_begin_with_a_sentence_and_follow_each_other_without_leaving_a_trace(rig: Rig) -> None:
    await rig.start("one", "two")
    assert rig.excerpts.played == [("one", 8.0, 24.0)]
    assert "1 of 2: One" in rig.screen.said[-1]
    rig.excerpts.ended(None)
    await rig.plays("two")
    rig.excerpts.ended(None)
    assert (await rig.over()).startswith("2 heard, 0 queued, 0 dismissed")
    assert not [*rig.controller.progress_index]
    assert rig.controller.undo_history.last is None


async def test_sample_plays_at_the_speed_of_its_episode_and_takes_as_long(rig: Rig) -> None:
    rig.controller.mixer.use_usual_speed(2.0)
    await rig.start("one")
    assert rig.excerpts.speed == 2.0
    assert rig.excerpts.played == [("one", 8.0, 48.0)]


async def test_keys_queue_and_dismiss_what_is_sampled_and_undo_takes_all_back(rig: Rig) -> None:
    await rig.start("one", "two", "three")
    for key, following in (("queue.add_last", "two"), ("list.remove", "three"), ("queue.add_next", None)):
        assert rig.triage.decide(key) is not None
        if following:
            await rig.plays(following)
    said = await rig.over()
    assert said.startswith("3 heard, 2 queued, 1 dismissed, ")
    assert said.endswith("Press u to undo.")
    assert rig.controller.queue.upcoming == ("three", "one")
    assert rig.room.progress("two").is_dismissed
    assert rig.controller.undo().text == "Undid: 3 heard, 2 queued, 1 dismissed"
    assert not rig.controller.queue.upcoming
    assert not rig.room.progress("two").is_dismissed
    rig.controller.redo()
    assert rig.controller.queue.upcoming == ("three", "one")
    assert rig.triage.decide("queue.add_last") is None


async def test_next_and_previous_of_a_headset_move_and_while_paused_they_decide(rig: Rig) -> None:
    await rig.start("one", "two", "three")
    rig.controller.next()
    await rig.plays("two")
    rig.controller.previous()
    await rig.plays("one", 3)
    rig.api.toggle()
    assert rig.api.is_paused
    rig.controller.next()
    await rig.plays("two", 4)
    assert not rig.api.is_paused
    rig.api.toggle()
    rig.controller.previous()
    await rig.plays("three")
    assert rig.controller.queue.upcoming == ("one",)
    assert rig.room.progress("two").is_dismissed
    assert rig.triage.start(()).is_done  # the key that starts it ends it, too
    assert (await rig.over()).startswith("3 heard, 1 queued, 1 dismissed")


async def test_what_plays_waits_and_goes_on_afterwards_at_its_place(rig: Rig) -> None:
    rig.room.play("five", 2.0)
    position = rig.room.position
    await rig.start("one")
    assert rig.controller.is_paused
    rig.excerpts.ended(None)
    await rig.over()
    assert (rig.controller.is_paused, rig.room.position) == (False, position)


async def test_playing_something_else_ends_it(rig: Rig) -> None:
    await rig.start("one", "two")
    rig.room.play("three", 1.0)
    await rig.over()
    assert (rig.room.playing, rig.samples) == ("three", ["one"])


async def test_episode_that_cannot_be_opened_is_said_and_passed_over(rig: Rig) -> None:
    rig.sources.faults["one"] = "the server is gone"
    assert rig.triage.start(["one", "two"]).is_done
    await rig.plays("two")
    rig.excerpts.ended("it is no sound")
    assert (await rig.over()).startswith("0 heard")
    assert rig.screen.errors == ["1 of 2: One: the server is gone", "2 of 2: Two: it is no sound"]


async def test_sample_that_takes_long_is_shown_as_fetched_and_next_passes_it_over(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, never = rig.sources.find, asyncio.Event()

    async def slow(episode: Episode, start: float = 0.0, end: float = 0.0) -> Source | None:
        if episode.id == "one":
            await never.wait()
        return await find(episode, start, end)

    monkeypatch.setattr(rig.sources, "find", slow)
    assert rig.triage.start(["one", "two"]).is_done
    await until(lambda: "triage" in rig.screen.jobs, "it is shown")
    assert rig.screen.jobs["triage"].text == "fetching sample 1 of 2"
    rig.controller.next()
    await rig.plays("two")
    assert rig.screen.jobs["triage"].text == "sample 2 of 2"


async def test_title_is_said_first_if_wished_and_a_key_during_it_skips_the_sample() -> None:
    rig = Rig(has_titles=True)
    assert rig.triage.start(["one", "two"]).is_done
    await until(lambda: rig.excerpts.played == [". One."], "the title is said")
    rig.excerpts.ended(None)
    await rig.plays("one")
    rig.excerpts.ended(None)
    await until(lambda: ". Two." in rig.excerpts.played, "the next title is said")
    rig.controller.next()
    await rig.over()
    assert rig.samples == ["one"]


async def test_nothing_to_sample_is_refused(rig: Rig) -> None:
    rig.controller.editor.mark([EPISODES[0].id], played=True)
    assert rig.triage.start(["one"]).text == "There is nothing here to sample."
    assert rig.triage.decide("queue.add_last") is None
