"""After one edition of a book the others are no longer to be heard."""

import pytest

from tests.fakes import START
from tests.rooms import make_room
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.topics import topic_key
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.session_planner import SessionRequest, plan_session

PLAYED = Progress(START, played=True, plays=1, listened=START)


def make_shelf(other: Episode) -> Library:
    """Return a folder with Emma, another recording, and Persuasion; all take 100 seconds."""
    emma = Episode("emma", "Emma", duration=100.0, author="Austen", narrator="Ann")
    last = emma._replace(id="last", title="Persuasion")
    books = [emma, other._replace(id="other", duration=100.0, author="Austen"), last]
    shelf = topic_key("", "Shelf", feed="file:///shelf")
    topics = [Topic(shelf, episodes=tuple(book.id for book in books))]
    return build_library(topics, books, [(shelf,)] * 3)


@pytest.mark.parametrize(
    ("other", "is_edition"),
    [
        (Episode("", "Emma", narrator="Bo"), True),
        (Episode("", "EMMA (Ungekürzte Lesung)", narrator="Ann"), True),
        (Episode("", "Emma", narrator="Bo", series="Novels 4"), True),
        (Episode("", "Emma", narrator="Ann"), False),  # its second volume, as long as nothing tells more
        (Episode("", "Emma’s sister", narrator="Bo"), False),
    ],
)
def test_other_edition_is_neither_next_nor_in_continue_nor_in_a_session(other: Episode, is_edition: bool) -> None:
    library, wanted = make_shelf(other), "last" if is_edition else "other"
    room = make_room(library=library)
    room.controller.play("emma")
    room.player.play(10)
    assert room.controller.sessions.status().next == wanted
    index = ProgressIndex(library, {"emma": PLAYED})
    assert [library.ids[row] for row in index.to_continue()] == [wanted]
    for progress, count in (({"emma": PLAYED}, 2), ({}, 3)):
        index = ProgressIndex(library, progress)
        plan = plan_session(library, index, SessionRequest(900.0), lambda _: 1.0)
        assert len(plan.indexes) == count - is_edition
    room = make_room(library=library, progress={"emma": PLAYED})
    room.controller.play("other")
    assert room.controller.sessions.status().next == "last"  # which the listener chose
