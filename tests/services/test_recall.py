"""Recall in the app: which cards are made, asked and put off, on the screen and by ear over a voice that is a fake."""

import asyncio
from datetime import timedelta

import pytest

from tests.fakes import START, FakeExcerpts, FakeFrontend, FakeReader, FakeVoice, make_context
from tests.patience import SOON, until
from tests.present import present
from tests.rooms import EPISODES, make_room
from tui_pod.config.settings import RecallSettings, Settings
from tui_pod.core.progress.bookmarks import Bookmark, Stretch
from tui_pod.core.progress.cards import OF_EPISODE, Card
from tui_pod.core.progress.records import SettingRecord
from tui_pod.core.selection.session_planner import SessionRequest
from tui_pod.integrations.player_api import PlayerApi
from tui_pod.recall import aloud
from tui_pod.recall.questions import Rating
from tui_pod.services.recall import Asking, RecallService

ASKING = EPISODES[0]._replace(question="Why?", answer="So.")


ENABLED = RecallSettings(enabled=True)


class Rig:
    """Recall over fakes."""

    def __init__(self, settings: RecallSettings = ENABLED) -> None:
        self.room = make_room((ASKING, *EPISODES[1:]))
        self.controller = self.room.controller
        self.screen = FakeFrontend()
        context = make_context(self.controller, self.screen, Settings(recall=settings))
        self.excerpts, self.voice = FakeExcerpts(), FakeVoice()
        self.recall = RecallService(context, FakeReader(), self.excerpts, self.voice)
        self.bookmark, _ = self.controller.bookmarks.add("two", "Two", Stretch(5.0, 9.0, "Said."), "Mine.")

    def remember(self) -> Bookmark:
        self.recall.toggle(self.bookmark)
        return self.bookmark


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_card_is_due_the_next_day_until_it_is_answered_forgotten_or_its_bookmark_removed(rig: Rig) -> None:
    key, controller = rig.remember().key, rig.controller
    assert rig.recall.due() == []
    rig.room.clock.go(24 * 3600)
    (card,) = rig.recall.due()
    question = present(await rig.recall.question(card))
    assert (question.source, question.text, question.answer) == ("Two · 0:05", "Mine.", "Said.")
    for put_off in (
        lambda: rig.recall.answer(card, Rating.GOOD),
        lambda: rig.recall.forget(key),
        lambda: controller.bookmarks.remove([key]),
    ):
        put_off()
        assert rig.recall.due() == []
        controller.undo()
        assert [each.key for each in rig.recall.due()] == [card.key]


async def test_card_made_and_unmade(rig: Rig) -> None:
    assert rig.recall.toggle(rig.bookmark) == "It will be asked from tomorrow on, at growing intervals."
    assert rig.recall.has_card(rig.bookmark.key)
    assert rig.recall.toggle(rig.bookmark) == "It will not be asked again."
    assert not rig.recall.has_card(rig.bookmark.key)
    assert rig.recall.now() == START


async def test_place_alone_is_no_card(rig: Rig) -> None:
    bare, _ = rig.controller.bookmarks.add("two", "Two", Stretch(50.0, 80.0))
    assert rig.recall.toggle(bare) == "There is nothing to ask. Give it a note first."
    assert not rig.recall.has_card(bare.key)


async def test_question_of_an_episode_is_offered_unasked_and_kept_by_recall_only_if_enabled() -> None:
    for is_enabled in (True, False):
        rig = Rig(RecallSettings(enabled=is_enabled))
        rig.recall.offer("one")
        ((card, question),) = rig.screen.offered
        assert (card.episode, card.start, card.due > START) == ("one", OF_EPISODE, True)
        assert (question.source, question.text, question.answer) == ("One", "Why?", "So.")
        assert rig.recall.due() == [], "it was just offered"
        rig.room.clock.go(24 * 3600)
        assert rig.recall.due() == [card] * is_enabled
        assert rig.screen.said == []


async def test_question_is_not_offered_before_it_is_due_again(rig: Rig) -> None:
    rig.recall.offer("one")
    rig.recall.answer(rig.screen.offered[0][0], Rating.GOOD)
    rig.recall.offer("one")
    assert len(rig.screen.offered) == 1
    rig.room.clock.go(24 * 3600)
    assert [card.reviewed for card in rig.recall.due()] == [None], "it was answered at once"


@pytest.mark.parametrize("is_enabled", [True, False])
async def test_question_that_was_not_wanted_is_not_offered_again(is_enabled: bool) -> None:
    rig = Rig(RecallSettings(enabled=is_enabled))
    rig.recall.offer("one")
    rig.recall.forget(rig.screen.offered[0][0].key)
    rig.recall.offer("one")
    assert (len(rig.screen.offered), rig.recall.due()) == (1, [])


async def test_nothing_is_offered_without_a_question_or_if_the_settings_say_so(rig: Rig) -> None:
    rig.recall.offer("two")
    rig.recall.offer("gone")
    off = Rig(RecallSettings(questions=False))
    off.recall.offer("one")
    assert rig.screen.offered == off.screen.offered == []
    assert off.recall.toggle_offers().text == "The settings turn questions off: questions in [recall]."


async def test_offers_are_turned_off_for_good_and_on_again(rig: Rig) -> None:
    assert rig.recall.toggle_offers().text == "Questions are no longer offered after episodes."
    rig.recall.offer("one")
    assert rig.screen.offered == []
    assert SettingRecord("recall", "questions", "no") in rig.room.writer.records
    assert rig.recall.toggle_offers().text == "Questions are offered after episodes."
    rig.room.clock.go(24 * 3600)
    rig.recall.offer("one")
    assert len(rig.screen.offered) == 1


@pytest.mark.parametrize("was_paused", [False, True])
async def test_what_plays_waits_while_an_offered_question_is_open(rig: Rig, was_paused: bool) -> None:
    rig.room.play("two", 5.0)
    rig.controller.set_paused(was_paused)
    rig.recall.offer("one")
    rig.recall.ask_offered(rig.screen.offered[0][0])
    assert rig.controller.is_paused
    present(rig.screen.asked)[1]()
    assert rig.controller.is_paused is was_paused


async def test_no_more_than_the_settings_say_are_asked_on_a_day() -> None:
    rig = Rig(RecallSettings(enabled=True, per_day=3))
    for number in range(8):
        bookmark, _ = rig.controller.bookmarks.add("three", "T", Stretch(number * 20.0, number * 20.0 + 5, "Said."))
        rig.recall.toggle(bookmark)
    rig.room.clock.now = START + timedelta(days=2)
    for _ in range(3):
        rig.recall.answer(rig.recall.due()[0], Rating.GOOD)
    assert rig.recall.due() == []
    rig.room.clock.go(24 * 3600)
    assert len(rig.recall.due()) == 3


async def test_seconds_before_a_bookmark_are_played_unless_it_is_at_the_start(rig: Rig) -> None:
    late, _ = rig.controller.bookmarks.add("two", "Two", Stretch(60.0, 64.0, "Late."), "")
    first, _ = rig.controller.bookmarks.add("two", "Two", Stretch(0.0, 4.0, "First."), "")
    for bookmark, played in ((late, [("two", 52.0, 60.0)]), (rig.bookmark, [("two", 0.0, 5.0)]), (first, [])):
        rig.excerpts.played.clear()
        await rig.recall.play_context(Card(bookmark.episode, bookmark.start, START, START))
        assert rig.excerpts.played == played


@pytest.mark.parametrize(
    ("settings", "usual", "before"),
    [
        (RecallSettings(), Asking.SCREEN, Asking.NOT),
        (RecallSettings(aloud=True), Asking.ALOUD, Asking.NOT),
        (RecallSettings(enabled=True), Asking.SCREEN, Asking.SCREEN),
        (RecallSettings(enabled=True, aloud=True), Asking.ALOUD, Asking.ALOUD),
    ],
)
def test_settings_say_how_and_when_questions_are_asked(settings: RecallSettings, usual: Asking, before: Asking) -> None:
    recall = Rig(settings).recall
    assert (recall.usual, recall.before_sessions) == (usual, before)


async def test_asking_says_when_nothing_is_due_and_when_all_was_asked(rig: Rig) -> None:
    rig.recall.offer("one")
    rig.recall.ask()
    assert rig.screen.said == ["Nothing is due to be recalled."]
    rig.room.clock.go(24 * 3600)
    rig.room.play("two", 5.0)
    rig.recall.ask()
    assert rig.screen.asked is not None
    cards, then = rig.screen.asked
    assert ([card.episode for card in cards], rig.controller.is_paused) == (
        ["one"],
        False,
    )  # only a voice needs silence
    then()
    assert rig.screen.said[-1] == "That is all for now."


async def test_session_pauses_for_its_questions_and_is_planned_in_the_time_they_left() -> None:
    """Three at most, and none before a short one: of an episode that was marked meanwhile nothing is planned."""
    rig = AloudRig("one", "two", "three", is_aloud=False)
    rig.remember_more()
    rig.room.play("two", 159.0)
    assert rig.recall.start_session(SessionRequest(1799.0)).indexes
    rig.controller.sessions.end()
    assert rig.screen.asked is None, "it is too short"
    rig.recall.start_session(SessionRequest(1800.0))
    assert rig.screen.asked is not None
    cards, then = rig.screen.asked
    assert (len(cards), rig.controller.is_paused, rig.controller.session) == (3, True, None)
    assert await rig.recall.question(cards[0]) is not None
    rig.room.clock.go(225)
    assert await rig.recall.question(cards[1]) is None, "the time for questions is over"
    rig.controller.editor.mark(["two"], played=True)  # on another machine, for one
    then()
    session = present(rig.controller.session)
    assert session.request.budget == 1800.0 - 225.0
    assert "two" not in session.episodes
    assert rig.screen.said[-1].startswith("The session: ")
    rig.recall.ask()
    assert await rig.recall.question(cards[1]) is not None, "these are of no session"


async def test_what_played_goes_on_if_nothing_is_left_for_the_session_after_its_questions() -> None:
    rig = AloudRig("one", is_aloud=False)
    rig.room.play("two", 20.0)
    rig.begin()
    rig.controller.editor.mark(rig.room.library.ids, played=True)
    present(rig.screen.asked)[1]()
    assert (rig.controller.session, rig.controller.is_paused) == (None, False)


async def test_nothing_before_a_bookmark_is_played_while_something_plays_or_if_it_is_gone(rig: Rig) -> None:
    card = Card("two", 5.0, START, START)
    rig.room.play("one", 5.0)
    await rig.recall.play_context(card)
    rig.controller.toggle_pause()
    for gone in (Card("two", 7.0, START, START), Card("gone", 5.0, START, START)):
        await rig.recall.play_context(gone)
    assert rig.excerpts.played == []
    await rig.recall.play_context(card)
    assert rig.excerpts.played == [("two", 0.0, 5.0)]


@pytest.mark.parametrize("moved", [-3.0, None])
async def test_context_of_a_bookmark_of_another_version_is_where_its_sound_is_or_told_to_be_gone(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, moved: float | None
) -> None:
    async def find(*_: object) -> dict[str, float]:
        return {} if moved is None else {"former": moved}

    monkeypatch.setattr("tui_pod.services.versions.find_moves", find)
    rig.controller.bookmarks.replace((rig.bookmark._replace(start=60.0, end=65.0, version="former"),))
    await rig.recall.play_context(Card("two", 60.0, START, START))
    assert rig.excerpts.played == ([("two", 49.0, 57.0)] if moved else [])
    assert rig.screen.said == ([] if moved else ["What was said before it was not found in this version."])


@pytest.mark.parametrize("is_answered", [True, False])
async def test_context_that_is_found_too_late_is_not_played(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, is_answered: bool
) -> None:
    async def find(*_: object) -> dict[str, float]:
        if is_answered:
            rig.recall.stop_context()
        else:
            rig.room.play("one", 5.0)
        return {"former": -3.0}

    monkeypatch.setattr("tui_pod.services.versions.find_moves", find)
    rig.controller.bookmarks.replace((rig.bookmark._replace(start=60.0, end=65.0, version="former"),))
    await rig.recall.play_context(Card("two", 60.0, START, START))
    assert ("two", 49.0, 57.0) not in rig.excerpts.played


async def test_question_of_what_is_gone_is_none(rig: Rig) -> None:
    for gone in (Card("two", 7.0, START, START), Card("gone", OF_EPISODE, START, START)):
        assert await rig.recall.question(gone) is None
    question = present(await rig.recall.question(Card("one", OF_EPISODE, START, START)))
    assert question.text == "Why?"


ASK_ALOUD = [
    episode._replace(question=f"What is {episode.id}?", answer=f"It is {episode.id}.") for episode in EPISODES[:3]
]
KEYS = " Press > if you know it, < if not."


class AloudRig:
    """Recall by ear over fakes, with a question of each of some episodes."""

    def __init__(self, *episodes: str, is_aloud: bool = True) -> None:
        self.room = make_room((*ASK_ALOUD, *EPISODES[3:]))
        self.controller, self.screen = self.room.controller, FakeFrontend()
        self.sounds, self.voice = FakeExcerpts(), FakeVoice()
        settings = Settings(recall=RecallSettings(enabled=True, aloud=is_aloud))
        context = make_context(self.controller, self.screen, settings)
        self.recall = RecallService(context, FakeReader(), self.sounds, self.voice)
        self.api = PlayerApi(self.controller)
        for episode in episodes:
            self.recall.offer(episode)
        self.room.clock.go(24 * 3600)

    def remember_more(self) -> None:
        """Have a fourth card that is due."""
        bookmark, _ = self.controller.bookmarks.add("two", "Two", Stretch(5.0, 9.0, "Said."), "Mine.")
        self.recall.toggle(bookmark)
        self.room.clock.go(24 * 3600)

    def begin(self, asking: Asking | None = None) -> None:
        """Plan a session, which begins after the questions."""
        self.recall.start_session(SessionRequest(1800.0), asking)

    @property
    def has_begun(self) -> bool:
        """Whether the session is under way."""
        return self.controller.session is not None

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
    monkeypatch.setattr(aloud, "SHORTEST", 0.0)
    monkeypatch.setattr(aloud, "RATING", 3600.0)


async def test_chime_question_and_answer_are_heard_and_the_keys_say_what_was_known() -> None:
    rig = AloudRig("one", "two")
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
    rig = AloudRig("one", "two")
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
    rig = AloudRig()
    bookmark, _ = rig.controller.bookmarks.add("two", "Two", Stretch(5.0, 9.0, "Said."), "Mine.")
    rig.recall.toggle(bookmark)
    rig.room.clock.go(24 * 3600)
    rig.recall.ask()
    await rig.hear("chime", "Two. Mine.", "Said.")
    rig.controller.next()
    await rig.end()


async def test_pause_holds_the_sound_and_the_time_to_think() -> None:
    rig = AloudRig("one")
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
    rig = AloudRig("one")
    rig.room.play("two", 20.0)
    rig.recall.ask()
    assert rig.controller.is_paused
    await rig.hear("chime", "What is one?", "It is one.")
    rig.controller.next()
    await rig.end()
    assert not rig.controller.is_paused
    assert (rig.room.playing, rig.controller.playback.position) == ("two", 20.0)
    assert rig.controller.progress_index.get("one") is None


async def test_session_starts_after_the_round() -> None:
    rig = AloudRig("one")
    rig.begin()
    await rig.hear("chime", "What is one?", "It is one.")
    assert not rig.has_begun
    rig.controller.next()
    await rig.end()
    assert rig.has_begun
    rig.controller.sessions.end()
    rig.begin()
    assert rig.has_begun, "nothing is due any more"


async def test_planner_may_choose_otherwise() -> None:
    rig = AloudRig("one", is_aloud=False)
    rig.begin(Asking.NOT)
    assert (rig.has_begun, rig.screen.asked) == (True, None)
    rig.begin(Asking.ALOUD)
    await rig.hear("chime")
    assert [each.following for each in Asking] == [Asking.SCREEN, Asking.ALOUD, Asking.NOT]


async def test_listener_who_plays_something_ends_the_round() -> None:
    rig = AloudRig("one")
    rig.begin()
    await until(lambda: rig.sounds.played == ["chime"], "the chime is heard")
    rig.room.play("two", 5.0)
    rig.recall.playback_changed(rig.controller.playback)
    await until(lambda: rig.sounds.played[-1] == "silence", "nothing is heard any more")
    assert (rig.has_begun, rig.known()) == (False, [])
    assert rig.controller.interlude is None


async def test_nobody_who_answers_is_asked_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aloud, "RATING", 0.0)
    rig = AloudRig("one", "two", "three")
    rig.recall.ask()
    for episode in ("one", "three"):
        await rig.hear("chime", f"What is {episode}?", f"It is {episode}.")
    await rig.end()
    assert rig.known() == []
    assert "What is two?" not in rig.sounds.played
    assert len(rig.recall.due()) == 3


@pytest.mark.parametrize("fault", ["missing", "refused", "silent"])
async def test_what_cannot_be_asked_aloud_is_asked_on_the_screen_with_one_line_that_says_why(fault: str) -> None:
    rig = AloudRig("one", "two")
    if fault == "missing":
        rig.voice.missing_voice = "No voice."
    elif fault == "refused":
        rig.voice.fault = "No voice."
    rig.begin()
    if fault == "silent":
        await rig.hear("chime", fault="No voice.")
        await rig.hear("chime", fault="No voice.")
    await until(lambda: rig.screen.asked is not None, "the screen asks")
    assert rig.screen.said[-1] == "Not asked aloud: No voice."
    assert rig.screen.asked is not None
    cards, then = rig.screen.asked
    assert [card.episode for card in cards] == ["one", "two"]
    then()
    assert rig.has_begun


async def test_media_keys_reach_the_round_where_no_episode_is_loaded() -> None:
    rig = AloudRig("one")
    rig.recall.ask()
    assert not rig.controller.playback.is_loaded
    await until(lambda: rig.sounds.played == ["chime"], "the chime is heard")
    rig.controller.set_paused(True)
    assert rig.api.is_paused
    rig.api.play()
    assert not rig.api.is_paused
    rig.controller.previous()
    await rig.hear("It is one.")
    await rig.end()
    assert rig.known() == [("one", False)]


async def test_round_goes_on_while_nothing_else_plays_until_it_is_asked_for_again() -> None:
    rig = AloudRig("one")
    rig.recall.ask()
    await until(lambda: rig.sounds.played == ["chime"], "the chime is heard")
    rig.recall.playback_changed(rig.controller.playback)
    for _ in range(5):
        await asyncio.sleep(0)
    assert (rig.sounds.played, rig.controller.interlude is None) == (["chime"], False)
    rig.recall.ask()
    await rig.end()
    assert rig.screen.said[-1] == "Recall is over."
