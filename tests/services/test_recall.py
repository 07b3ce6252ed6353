from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes import START, FakeExcerpts, FakeFrontend, FakeReader, FakeVoice, make_context
from tests.rooms import EPISODES, make_room
from tui_pod.config.settings import RecallSettings, Settings
from tui_pod.core.progress.bookmarks import Bookmark, Stretch
from tui_pod.core.progress.cards import OF_EPISODE, Card
from tui_pod.core.progress.records import SettingRecord
from tui_pod.recall.schedule import Rating
from tui_pod.services.recall import RecallService

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


async def test_bookmark_made_a_card_is_due_the_next_day_and_asks_its_words(rig: Rig) -> None:
    rig.remember()
    assert rig.recall.due() == []
    rig.room.clock.go(24 * 3600)
    (card,) = rig.recall.due()
    question = await rig.recall.question(card)
    assert question is not None
    assert (question.source, question.text, question.answer) == ("Two · 0:05", "Mine.", "Said.")


async def test_answer_puts_a_card_off_and_can_be_undone(rig: Rig) -> None:
    rig.remember()
    rig.room.clock.go(24 * 3600)
    (card,) = rig.recall.due()
    rig.recall.answer(card, Rating.GOOD)
    assert rig.recall.due() == []
    rig.controller.undo()
    assert [each.key for each in rig.recall.due()] == [card.key]


async def test_card_made_and_unmade(rig: Rig) -> None:
    assert rig.recall.toggle(rig.bookmark) == "It will be asked from tomorrow on, at growing intervals."
    assert rig.recall.has_card(rig.bookmark.key)
    assert rig.recall.toggle(rig.bookmark) == "It will not be asked again."
    assert not rig.recall.has_card(rig.bookmark.key)


async def test_place_alone_is_no_card(rig: Rig) -> None:
    bare, _ = rig.controller.bookmarks.add("two", "Two", Stretch(50.0, 80.0))
    assert rig.recall.toggle(bare) == "There is nothing to ask. Give it a note first."
    assert not rig.recall.has_card(bare.key)


async def test_card_of_a_bookmark_that_was_removed_is_not_asked_and_comes_back_with_it(rig: Rig) -> None:
    rig.remember()
    rig.room.clock.go(24 * 3600)
    rig.controller.bookmarks.remove([rig.bookmark.key])
    assert rig.recall.due() == []
    rig.controller.undo()
    assert len(rig.recall.due()) == 1


async def test_question_of_an_episode_is_offered_unasked_and_kept_by_recall_only_if_enabled() -> None:
    for is_enabled in (True, False):
        rig = Rig(RecallSettings(enabled=is_enabled))
        rig.recall.offer("one")
        ((card, question),) = rig.screen.offered
        assert (card.episode, card.start, card.due) == ("one", OF_EPISODE, START)
        assert (question.source, question.text, question.answer) == ("One", "Why?", "So.")
        assert rig.recall.due() == [card] * is_enabled
        assert rig.screen.said == []


async def test_question_is_not_offered_before_it_is_due_again(rig: Rig) -> None:
    rig.recall.offer("one")
    rig.recall.answer(rig.screen.offered[0][0], Rating.GOOD)
    rig.recall.offer("one")
    assert len(rig.screen.offered) == 1


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
    off.recall.toggle_offers()
    assert off.screen.said == ["The settings turn questions off: questions in [recall]."]


async def test_offers_are_turned_off_for_good_and_on_again(rig: Rig) -> None:
    rig.recall.toggle_offers()
    rig.recall.offer("one")
    assert rig.screen.offered == []
    assert SettingRecord("recall", "questions", "no") in rig.room.writer.records
    rig.recall.toggle_offers()
    rig.recall.offer("one")
    assert len(rig.screen.offered) == 1
    assert rig.screen.said == [
        "Questions are no longer offered after episodes.",
        "Questions are offered after episodes.",
    ]


async def test_what_plays_waits_while_an_offered_question_is_open(rig: Rig) -> None:
    rig.room.play("two", 5.0)
    rig.recall.offer("one")
    rig.recall.ask_offered(rig.screen.offered[0][0])
    assert rig.controller.is_paused
    assert rig.screen.asked is not None
    rig.screen.asked[1]()
    assert not rig.controller.is_paused


async def test_what_was_paused_before_a_question_stays_paused(rig: Rig) -> None:
    rig.room.play("two", 5.0)
    rig.controller.toggle_pause()
    rig.recall.offer("one")
    rig.recall.ask_offered(rig.screen.offered[0][0])
    assert rig.screen.asked is not None
    rig.screen.asked[1]()
    assert rig.controller.is_paused


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
