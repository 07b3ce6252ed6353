"""Recall by ear, with a voice and a player that are fakes: what is heard, in which order, and what the keys do."""

from __future__ import annotations

import asyncio

import pytest

from tests.fakes import FakeExcerpts, FakeFrontend, FakeReader, FakeVoice, make_context
from tests.patience import SOON, until
from tests.rooms import EPISODES, make_room
from tui_pod.config.settings import RecallSettings, Settings
from tui_pod.core.progress.bookmarks import Stretch
from tui_pod.integrations.player_api import PlayerApi
from tui_pod.recall import aloud
from tui_pod.services.recall import Asking, RecallService

ASKING = [
    episode._replace(question=f"What is {episode.id}?", answer=f"It is {episode.id}.") for episode in EPISODES[:3]
]
KEYS = " Press > if you know it, < if not."


class Rig:
    """Recall by ear over fakes, with a question of each of some episodes."""

    def __init__(self, *episodes: str, is_aloud: bool = True) -> None:
        self.room = make_room((*ASKING, *EPISODES[3:]))
        self.controller, self.screen = self.room.controller, FakeFrontend()
        self.sounds, self.voice = FakeExcerpts(), FakeVoice()
        settings = Settings(recall=RecallSettings(enabled=True, aloud=is_aloud))
        context = make_context(self.controller, self.screen, settings)
        self.recall = RecallService(context, FakeReader(), self.sounds, self.voice)
        self.api = PlayerApi(self.controller)
        self.started = 0
        for episode in episodes:
            self.recall.offer(episode)

    def start(self) -> None:
        """Stand for the start of a session."""
        self.started += 1

    async def hear(self, *sounds: str, fault: str | None = None) -> None:
        """Wait for sounds, each of which ends once it was waited for, or fails."""
        for sound in sounds:
            await until(lambda sound=sound: self.sounds.played[-1:] == [sound], f"{sound} is heard")  # type: ignore[misc]
            count = len(self.sounds.played)
            self.sounds.ended(fault)
            await until(lambda count=count: len(self.sounds.played) > count, "it is over")  # type: ignore[misc]

    async def end(self) -> None:
        """Wait until the round is over."""
        await until(lambda: self.controller.interlude is None, "the round is over")

    def known(self) -> list[tuple[str, bool]]:
        """Return which cards were answered, and whether they were known: those are asked later."""
        cards = [card for card in self.controller.bookmarks.cards if card.reviewed is not None]
        return [(card.episode, (card.due - (card.reviewed or card.due)).days > 1) for card in cards]


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aloud, "THINKING", 0.0)
    monkeypatch.setattr(aloud, "RATING", 3600.0)


async def test_chime_question_and_answer_are_heard_and_the_keys_say_what_was_known() -> None:
    rig = Rig("one", "two")
    rig.recall.ask()
    await rig.hear("chime", "What is one?", "It is one.")
    rig.controller.next()
    await rig.hear("chime", "What is two?", "It is two.")
    rig.controller.previous()
    await rig.end()
    assert rig.known() == [("one", True), ("two", False)]
    assert rig.screen.said == [
        f"What is one?{KEYS}",
        "It is one.",
        f"What is two?{KEYS}",
        "It is two.",
        "That is all for now.",
    ]
    assert [text for text in rig.screen.works if text] == ["recall 1 of 2", "recall 2 of 2"]


async def test_answer_is_left_out_where_it_is_known_and_spoken_where_it_is_not() -> None:
    rig = Rig("one", "two")
    rig.recall.ask()
    await rig.hear("chime")
    rig.controller.next()
    await rig.hear("chime", "What is two?")
    rig.controller.previous()
    await rig.hear("It is two.")
    await rig.end()
    assert "It is one." not in rig.sounds.played
    assert rig.known() == [("one", True), ("two", False)]


async def test_bookmark_says_of_which_episode_it_is() -> None:
    rig = Rig()
    bookmark, _ = rig.controller.bookmarks.add("two", "Two", Stretch(5.0, 9.0, "Said."), "Mine.")
    rig.recall.toggle(bookmark)
    rig.room.clock.go(24 * 3600)
    rig.recall.ask()
    await rig.hear("chime", "Two. Mine.", "Said.")
    rig.controller.next()
    await rig.end()


async def test_pause_holds_the_sound_and_the_time_to_think() -> None:
    rig = Rig("one")
    rig.recall.ask()
    await until(lambda: rig.sounds.played == ["chime"], "the chime is heard")
    rig.api.toggle()
    assert rig.sounds.played[-1] == "pause"
    assert rig.screen.work == "recall 1 of 1, paused"
    rig.sounds.ended(None)
    await until(lambda: rig.sounds.played[-1] == "What is one?, paused", "the question waits")
    rig.sounds.ended(None)
    await until(lambda: rig.sounds.played[-1] == "silence", "the time to think begins")
    for _ in range(SOON):
        await asyncio.sleep(0)
    assert rig.sounds.played[-1:] == ["silence"]
    rig.api.toggle()
    await rig.hear("It is one.")


async def test_what_plays_waits_and_goes_on_afterwards_at_its_place() -> None:
    rig = Rig("one")
    rig.room.play("two", 20.0)
    rig.recall.ask()
    assert rig.controller.is_paused
    await rig.hear("chime", "What is one?", "It is one.")
    rig.api.next()
    await rig.end()
    assert not rig.controller.is_paused
    assert (rig.room.playing, rig.controller.playback.position) == ("two", 20.0)
    assert rig.controller.progress_index.get("one") is None


async def test_session_starts_after_the_round() -> None:
    rig = Rig("one")
    rig.recall.before(rig.start)
    await rig.hear("chime", "What is one?", "It is one.")
    assert rig.started == 0
    rig.controller.next()
    await rig.end()
    assert rig.started == 1
    rig.recall.before(rig.start)
    assert rig.started == 2, "nothing is due any more"


async def test_planner_may_choose_otherwise() -> None:
    rig = Rig("one", is_aloud=False)
    rig.recall.before(rig.start, Asking.NOT)
    assert (rig.started, rig.screen.asked) == (1, None)
    rig.recall.before(rig.start, Asking.ALOUD)
    await rig.hear("chime")
    assert Asking.ALOUD.following is Asking.NOT


async def test_listener_who_plays_something_ends_the_round() -> None:
    rig = Rig("one")
    rig.recall.before(rig.start)
    await until(lambda: rig.sounds.played == ["chime"], "the chime is heard")
    rig.room.play("two", 5.0)
    rig.recall.playback_changed(rig.controller.playback)
    await until(lambda: rig.sounds.played[-1] == "silence", "nothing is heard any more")
    assert (rig.started, rig.known()) == (0, [])
    assert rig.controller.interlude is None


async def test_asking_again_ends_the_round() -> None:
    rig = Rig("one")
    rig.recall.ask()
    await until(lambda: rig.sounds.played == ["chime"], "the chime is heard")
    rig.recall.ask()
    await rig.end()
    assert rig.screen.said[-1] == "Recall is over."


async def test_nobody_who_answers_is_asked_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aloud, "RATING", 0.0)
    rig = Rig("one", "two", "three")
    rig.recall.ask()
    for episode in ("one", "three"):
        await rig.hear("chime", f"What is {episode}?", f"It is {episode}.")
    await rig.end()
    assert rig.known() == []
    assert "What is two?" not in rig.sounds.played
    assert len(rig.recall.due()) == 3


@pytest.mark.parametrize("fault", ["missing", "refused", "silent"])
async def test_what_cannot_be_asked_aloud_is_asked_on_the_screen_with_one_line_that_says_why(fault: str) -> None:
    rig = Rig("one", "two")
    if fault == "missing":
        rig.voice.missing_voice = "No voice."
    elif fault == "refused":
        rig.voice.fault = "No voice."
    rig.recall.before(rig.start)
    if fault == "silent":
        await rig.hear("chime", fault="No voice.")
        await rig.hear("chime", fault="No voice.")
    await until(lambda: rig.screen.asked is not None, "the screen asks")
    assert rig.screen.said[-1] == "Not asked aloud: No voice."
    assert rig.screen.asked is not None
    cards, then = rig.screen.asked
    assert [card.episode for card in cards] == ["one", "two"]
    then()
    assert rig.started == 1


async def test_media_keys_reach_the_round_where_no_episode_is_loaded() -> None:
    rig = Rig("one")
    rig.recall.ask()
    assert not rig.controller.playback.is_loaded
    await until(lambda: rig.sounds.played == ["chime"], "the chime is heard")
    rig.api.pause()
    assert rig.api.is_paused
    rig.api.play()
    assert not rig.api.is_paused
    rig.api.previous()
    await rig.hear("It is one.")
    await rig.end()
    assert rig.known() == [("one", False)]


async def test_round_goes_on_while_nothing_else_plays() -> None:
    rig = Rig("one")
    rig.recall.before(rig.start)
    await until(lambda: rig.sounds.played == ["chime"], "the chime is heard")
    rig.recall.playback_changed(rig.controller.playback)
    for _ in range(5):
        await asyncio.sleep(0)
    assert (rig.sounds.played, rig.controller.interlude is None) == (["chime"], False)
    rig.recall.ask()
    await rig.end()
