from tests.fakes import START
from tests.rooms import make_room
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import OF_EPISODE, Card
from tui_pod.recall.questions import Question, is_askable, question_of_bookmark, question_of_episode

WORDS = Transcript(tuple(Cue(f"Sentence {n}.", n * 10.0, n * 10.0 + 9) for n in range(5)))
UNTIMED = Transcript(tuple(Cue(cue.text) for cue in WORDS.cues))

MARK = Bookmark("one", 30.0, 39.0, START, START, "Sentence 3.", "Mine.")


def test_bookmark_is_asked_by_the_words_before_it() -> None:
    for transcript in (WORDS, UNTIMED):
        assert question_of_bookmark(MARK, "One", transcript) == Question(
            "One · 0:30", "Sentence 1. Sentence 2. …", "Sentence 3.\nMine."
        )


def test_words_that_were_edited_are_found_by_their_time() -> None:
    question = question_of_bookmark(MARK._replace(text="Shorter."), "One", WORDS)
    assert question is not None
    assert (question.text, question.answer) == ("Sentence 1. Sentence 2. …", "Shorter.\nMine.")


def test_bookmark_without_words_around_it_is_asked_by_its_note() -> None:
    assert question_of_bookmark(MARK, "One", Transcript()) == Question("One · 0:30", "Mine.", "Sentence 3.")
    bare = question_of_bookmark(MARK._replace(note=""), "One", Transcript())
    assert bare == Question("One · 0:30", "What did you bookmark here?", "Sentence 3.")


def test_bookmark_of_a_place_alone_asks_nothing() -> None:
    assert question_of_bookmark(MARK._replace(text="", note=""), "One", WORDS) is None


def test_episode_asks_its_own_question() -> None:
    assert question_of_episode(Episode("a", "A", question="Why?", answer="So.")) == Question("A", "Why?", "So.")
    assert question_of_episode(Episode("a", "A", question="Why?")) is None


def test_card_is_askable_while_its_bookmark_or_question_is_there() -> None:
    library = build_library((), [Episode("a", "A", question="Why?", answer="So."), Episode("b", "B")])
    own, other, gone = (Card(ident, OF_EPISODE, START, START) for ident in ("a", "b", "c"))
    assert [is_askable(card, library, lambda _: None) for card in (own, other, gone)] == [True, False, False]
    card = Card("one", 30.0, START, START)
    assert is_askable(card, make_room().library, lambda _: MARK)
    assert not is_askable(card, make_room().library, lambda _: None)
