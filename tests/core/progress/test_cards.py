"""Two notebooks are merged and compared, whichever comes first."""

from datetime import timedelta

from tests.fakes import START
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Card, Notebook

LATER = START + timedelta(seconds=1)
MARK = Bookmark("one", 1.0, 2.0, START, START, "Said.")
CARD = Card("one", 1.0, START, START, stability=2.0, difficulty=3.0, reviewed=START)
LIST = OwnList("Mine", START, episodes=("one",))


def test_merged_has_the_newest_of_each_whichever_comes_first() -> None:
    old = Notebook((MARK,), (CARD,), (LIST,))
    new = Notebook((MARK._replace(note="New.", updated=LATER),), (), (LIST._replace(episodes=(), updated=LATER),))
    wanted = Notebook(new.bookmarks, old.cards, new.lists)
    assert old.merged(new) == new.merged(old) == wanted


def test_merged_prefers_the_removed_one_of_the_same_time() -> None:
    here, there = Notebook((MARK,)), Notebook((MARK.removed(START),))
    assert here.merged(there) == there.merged(here) == there


def test_without_leaves_what_the_other_lacks_or_has_with_other_values() -> None:
    other = Notebook((MARK._replace(note="New."),), (CARD,))
    assert Notebook((MARK,), (CARD,), (LIST,)).without(other) == Notebook((MARK,), (), (LIST,))


def test_removed_card_has_forgotten_how_well_it_was_known() -> None:
    assert CARD.removed(LATER) == Card("one", 1.0, START, LATER, is_removed=True)
