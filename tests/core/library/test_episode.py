"""How long an episode is new, and from when on it is archived.

After one edition of a book the others are no longer to be heard.
"""

import pytest

from tests.fakes import START
from tests.rooms import make_room
from tui_pod.core.library.episode import Episode, Topic, has_only_teaser
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.parts import Part, arrange, pack_parts, part_at, unpack_parts
from tui_pod.core.library.podcast_settings import DAY, archived_before, make_settings, new_since
from tui_pod.core.library.topics import topic_key
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.session_planner import SessionRequest, plan_session


@pytest.mark.parametrize(
    ("audio", "transcript", "is_one"),
    [(None, None, True), ("/a.mp3", None, False), (None, "/a.txt", False), ("refused://", None, False)],
)
def test_episode_without_recording_and_transcript_has_only_a_teaser(
    audio: str | None, transcript: str | None, is_one: bool
) -> None:
    assert has_only_teaser(Episode("a", "A", audio=audio, transcript=transcript)) is is_one


NOW = 1_767_225_600.0


@pytest.mark.parametrize(("text", "days"), [("", 28), ("3", 3), ("30", 30)])
def test_episode_is_new_for_the_days_of_its_podcast(text: str, days: int) -> None:
    assert new_since(make_settings({"new_for": text}), NOW) == NOW - days * DAY


@pytest.mark.parametrize(("text", "days"), [("", None), ("never", None), ("10", 10)])
def test_episode_is_archived_after_the_days_of_its_podcast(text: str, days: int | None) -> None:
    assert archived_before(make_settings({"archive_after": text}), NOW) == (days and NOW - days * DAY)


PARTS = arrange([Part("/a.mp3", 60.0, "One"), Part("/b\n.mp3", 30.5), Part("/c.mp3", 90.0, "Three")])


def test_each_part_starts_where_the_one_before_ends() -> None:
    assert [(part.start, part.end) for part in PARTS] == [(0.0, 60.0), (60.0, 90.5), (90.5, 180.5)]


@pytest.mark.parametrize(("position", "number"), [(-1, 0), (0, 0), (59.99, 0), (60, 1), (90.5, 2), (999, 2)])
def test_position_is_in_the_part_that_plays_there(position: float, number: int) -> None:
    assert part_at(PARTS, position) is PARTS[number]


def test_packed_parts_are_unpacked_as_they_were() -> None:
    assert unpack_parts(pack_parts(PARTS)) == PARTS
    assert unpack_parts(pack_parts(())) == ()
    with pytest.raises(ValueError, match="shorter"):
        unpack_parts("12.0\0/a.mp3")


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
