"""The story so far in the app: its position, its sentences while what plays waits, and the lead-in after days."""

import pytest

from tests.core.library.test_recap import VOYAGE, names, spoken
from tests.fakes import START, FakeExcerpts, FakeFrontend, FakeReader, make_context
from tests.patience import until
from tests.rooms import EPISODES, make_room
from tui_pod.config.settings import PlaybackSettings, Settings
from tui_pod.core.library.recap import Met
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.progress.progress import Progress
from tui_pod.services.recap import RecapService

DAY = 24 * 3600
HERE = Met("Anna", VOYAGE[0], 0.0, 10.0, 1)
THERE = HERE._replace(start=50.0, end=60.0)


class Rig:
    """The story over fakes; episode two was heard up to 1:05."""

    def __init__(self, recap: str = "off") -> None:
        self.room = make_room(EPISODES, {"two": Progress(START, position=65.0, listened=START)})
        self.controller, self.screen = self.room.controller, FakeFrontend()
        self.excerpts = FakeExcerpts()
        settings = Settings(playback=PlaybackSettings(recap=recap))
        self.context = make_context(self.controller, self.screen, settings)
        self.recap = RecapService(self.context, FakeReader(spoken(VOYAGE)), self.excerpts)
        self.room.broadcast.add(self.recap)


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_story_ends_at_the_position_of_each_episode(rig: Rig) -> None:
    one, two = EPISODES[:2]
    assert not (await rig.recap.story(one)).met
    assert "Peter" in names(await rig.recap.story(two))
    rig.controller.editor.mark(["one"], played=True)
    assert "Jonas" in names(await rig.recap.story(one))
    rig.room.play("two", 5.0)
    assert "Jonas" not in names(await rig.recap.story(two))


async def test_sentence_is_played_while_what_plays_waits_and_then_it_goes_on(rig: Rig) -> None:
    rig.room.play("two", 5.0)
    position = rig.room.position
    rig.recap.hear(EPISODES[1], HERE)
    await until(lambda: rig.excerpts.played == [("two", 0.0, 10.0)], "it is so")
    assert rig.controller.is_paused
    rig.controller.toggle_pause()
    rig.controller.toggle_pause()
    assert rig.excerpts.played[1:] == ["pause", "go on"]
    rig.recap.hear(EPISODES[1], THERE)
    await until(lambda: rig.excerpts.played[-1] == ("two", 50.0, 60.0), "it is so")
    assert rig.controller.is_paused
    rig.excerpts.ended(None)
    await until(lambda: not rig.controller.is_paused, "it is so")
    assert (rig.controller.interlude, rig.room.position) == (None, position)


async def test_sentence_ends_by_a_key_and_by_playing_something_else(rig: Rig) -> None:
    rig.recap.hear(EPISODES[1], HERE)
    await until(lambda: rig.controller.interlude is not None, "it is so")
    rig.controller.next()
    await until(lambda: rig.controller.interlude is None, "it is so")
    assert not rig.controller.playback.is_active
    rig.recap.hear(EPISODES[1], HERE)
    await until(lambda: rig.controller.interlude is not None, "it is so")
    rig.room.play("one", 5.0)
    await until(lambda: rig.excerpts.played[-1] == "silence", "it is so")
    assert (rig.room.playing, rig.room.status) == ("one", PlayerStatus.PLAYING)


async def test_sentence_without_sound_says_why(rig: Rig) -> None:
    rig.recap.hear(EPISODES[1], HERE)
    await until(lambda: rig.excerpts.played != [], "it is so")
    rig.excerpts.ended("It has no sound yet.")
    await until(lambda: rig.screen.said == ["It has no sound yet."], "it is so")


@pytest.mark.parametrize(
    ("recap", "away", "start"),
    [("30 s", 2 * DAY, 40.0), ("10 s", 2 * DAY, None), ("off", 2 * DAY, None), ("30 s", DAY - 60, None)],
)
async def test_last_sentences_lead_in_after_days(recap: str, away: int, start: float | None) -> None:
    rig = Rig(recap)
    rig.room.clock.go(away)
    rig.room.play("two")
    resumed = rig.room.position
    await rig.context.tasks.settle()
    assert rig.room.position == (resumed if start is None else start)
    assert rig.room.progress("two").position > 0


async def test_no_lead_in_to_a_place_that_was_chosen() -> None:
    rig = Rig("30 s")
    rig.room.clock.go(2 * DAY)
    rig.controller.play_from("two", 20.0)
    rig.room.player.play(0.0)
    await rig.context.tasks.settle()
    assert rig.room.position == 20.0
