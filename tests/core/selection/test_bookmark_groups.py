from datetime import timedelta

import pytest

from tests.fakes import START
from tests.rooms import make_room
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.selection.bookmark_groups import Grouping, group_bookmarks, quote, title_of

LIBRARY = make_room().library


def kept(episode: str, start: float, hours: float, title: str = "") -> Bookmark:
    time = START + timedelta(hours=hours)
    return Bookmark(episode, start, start + 5.0, time, time, title=title)


SOME = (kept("one", 50.0, 0), kept("two", 5.0, 1), kept("one", 10.0, 30), kept("gone", 1.0, 2, "Old title"))


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (Grouping.EPISODE, {"One": [10.0, 50.0], "Old title": [1.0], "Two": [5.0]}),
        (Grouping.DATE, {"Wednesday 25 November 2026": [10.0], "Tuesday 24 November 2026": [1.0, 5.0, 50.0]}),
        (Grouping.TOPIC, {"Numbers": [10.0, 50.0, 5.0], "No longer in the library": [1.0]}),
    ],
)
def test_groups_begin_with_the_last_kept(by: Grouping, expected: dict[str, list[float]]) -> None:
    groups = group_bookmarks(LIBRARY, SOME, by)
    assert {group.head: [each.start for each in group.bookmarks] for group in groups} == expected
    assert [group.head for group in groups] == list(expected)


def test_episodes_of_one_title_are_groups_of_their_own() -> None:
    both = [kept("gone", 1.0, 0, "Same"), kept("gone too", 2.0, 1, "Same")]
    assert len(group_bookmarks(LIBRARY, both, Grouping.EPISODE)) == 2


def test_groupings_follow_each_other_round_and_round() -> None:
    assert Grouping.EPISODE.following.following.following is Grouping.EPISODE


def test_title_of_an_episode_gone_is_what_was_kept_of_it_else_its_id() -> None:
    assert [title_of(LIBRARY, each) for each in (kept("gone", 1.0, 0, "Kept"), kept("gone", 1.0, 0))] == [
        "Kept",
        "gone",
    ]


def test_quote_has_words_note_and_source() -> None:
    bookmark = kept("one", 70.0, 0)._replace(text="Said.", note="Mine.")
    assert quote(LIBRARY, bookmark, "Podcast") == "“Said.”\nMine.\n— One, Podcast, 1:10"
    assert quote(LIBRARY, bookmark._replace(text="", note="")) == "— One, 1:10"
