"""Playback of an episode of several recordings."""

from datetime import timedelta
from math import inf

import pytest

from tests.fakes import START, FakeAudio
from tests.rooms import Room, make_room
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.library.parts import Move, Part, arrange
from tui_pod.core.player.events import ChaptersKnown, FileEnded, LoadFailed, SourceReady
from tui_pod.core.player.load import MAX_FAULTY
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, Playback, PlayerStatus, Source
from tui_pod.core.progress.progress import Progress, Status

PARTS = arrange([Part("/a.mp3", 100.0, "Part A"), Part("/b.mp3", 50.0, "Part B"), Part("/c.mp3", 80.0, "Part C")])
BOOK = Episode("book", "Book", duration=230.0, audio="/a.mp3", parts=PARTS)
NEXT = Episode("next", "Next", duration=100.0, audio="/next.mp3")


def book_room(progress: Progress | None = None) -> Room:
    room = make_room([BOOK, NEXT], {"book": progress} if progress is not None else {})
    for part in PARTS:
        room.sources.found[part.audio] = Source(part.audio)
        room.player.durations[part.audio] = part.duration
    return room


def reading(progress: Progress | None = None) -> Room:
    """Return a room where the book plays."""
    room = book_room(progress)
    room.play("book", following=[0])
    return room


def opened(room: Room) -> list[tuple[object, object]]:
    return [(call[1], call[2]) for call in room.player.calls if call[0] == "load"]


def test_book_plays_through_its_parts_as_one_and_is_played_at_the_end_of_the_last() -> None:
    room = reading()
    room.player.play(99)
    assert room.controller.playback.position == pytest.approx(99)
    room.player.play(1)
    assert opened(room) == [("/a.mp3", 0.0), ("/b.mp3", 0.0)]
    assert room.controller.playback.duration == 230.0
    room.player.play(50)
    assert room.controller.playback.position == 150.0
    assert room.progress_index.status("book") is Status.STARTED
    room.player.play(40)
    assert room.controller.playback.position == pytest.approx(190)
    assert room.progress("book").position == pytest.approx(190, abs=5)
    room.player.play(40)
    assert room.progress_index.status("book") is Status.PLAYED
    assert room.progress("book").plays == 1


def test_long_pause_at_the_start_of_a_part_rewinds_into_the_one_before() -> None:
    pause = timedelta(hours=2)
    room = reading(Progress(START - pause, 102.0, listened=START - pause))
    assert opened(room) == [("/a.mp3", 92.0)]


def test_seek_within_a_part_is_a_seek_and_beyond_it_opens_another() -> None:
    room = reading()
    room.controller.seek_to(30.0)
    assert ("seek", 30.0) in room.player.calls
    former = room.controller.playback.load
    room.controller.seek_to(160.0)
    assert opened(room)[-1] == ("/c.mp3", 10.0)
    assert room.controller.playback.status is PlayerStatus.PLAYING
    room.controller.handle(FileEnded(former, 100.0))  # which comes late
    assert room.controller.playback.position == 160.0
    room.player.play(5)
    assert room.controller.playback.position == pytest.approx(165)
    room.controller.seek_to(99.0)
    assert opened(room)[-1] == ("/a.mp3", 99.0)


def test_seek_into_another_part_right_after_a_pause_stays_paused() -> None:
    room = reading()
    late, room.player.emit = room.player.emit, lambda _: None  # libmpv reports the pause from a thread of its own
    room.controller.toggle_pause()
    room.player.emit = late
    room.controller.seek_to(150.0)
    assert (room.status, room.position) == ("paused", 150.0)


def test_held_book_takes_the_chapters_that_are_stored() -> None:
    room = make_room([BOOK, NEXT], playback=Playback(episode="book", title="Book", position=10.0))
    assert room.controller.playback.chapter == "Part A"
    marks = (Chapter(0.0, "One"), Chapter(50.0, "Two"), Chapter(100.0, "Three"))
    room.controller.handle(ChaptersKnown(room.controller.playback.load, marks, ChapterOrigin.FEED))
    room.controller.seek_mark(1)
    assert room.controller.playback.position == 50.0
    assert opened(room) == []


def test_held_book_knows_its_parts_and_starts_where_it_was_sought() -> None:
    room = reading(Progress(START, 10.0, listened=START))
    room.controller.stop()
    room.controller.seek_mark(1)
    assert room.controller.playback.chapter == "Part B"
    room.controller.toggle_pause()
    assert opened(room)[-1] == ("/b.mp3", 0.0)


def test_parts_are_chapters_and_the_chapters_of_a_part_take_its_place() -> None:
    room = reading()
    room.controller.seek_to(110.0)
    inside = (Chapter(0.0, "B one"), Chapter(25.0, "B two"), Chapter(60.0, "beyond"))
    assert reported(room, inside, ChapterOrigin.FILE) == (
        Chapter(0.0, "Part A"), Chapter(100.0, "B one"), Chapter(125.0, "B two"), Chapter(150.0, "Part C"),
    )  # fmt: skip
    whole = (Chapter(0.0, "All"), Chapter(115.0, "of it"))
    assert reported(room, whole, ChapterOrigin.FEED) == whole


def reported(room: Room, marks: tuple[Chapter, ...], origin: ChapterOrigin) -> tuple[Chapter, ...]:
    """Report chapters, and return those of the book."""
    room.controller.handle(ChaptersKnown(room.controller.playback.load, marks, origin))
    return room.controller.playback.chapters


@pytest.mark.parametrize("length", [93.0, 107.0])
def test_part_that_is_longer_or_shorter_than_stated_leads_to_the_next_one(length: float) -> None:
    room = book_room()
    room.player.durations["/a.mp3"], room.player.is_exact = length, False
    room.play("book", following=[0])
    room.player.play(length)
    assert opened(room)[-1] == ("/b.mp3", 0.0)
    assert room.controller.playback.position == length
    assert room.controller.playback.duration == 130 + length
    assert room.sources.corrected[-1] == ("book", "/a.mp3", length)
    room.player.durations["/c.mp3"] = length - 20
    room.player.play(50)
    room.player.play(length)
    assert room.progress_index.status("book") is Status.PLAYED


@pytest.mark.parametrize("length", [93.0, 107.0])
def test_length_of_a_part_is_corrected_when_it_is_opened(length: float) -> None:
    room = book_room(Progress(START, 50.0, listened=START))
    room.player.durations["/a.mp3"] = length
    room.play("book", following=[0])
    playback = room.controller.playback
    assert room.sources.corrected == [("book", "/a.mp3", length)]
    assert (playback.position, playback.duration) == (50.0, 130 + length)
    assert [mark.start for mark in playback.chapters] == [0.0, length, length + 50]
    room.player.play(length - 50)
    assert opened(room)[-1] == ("/b.mp3", 0.0)
    assert room.controller.playback.position == length


def test_file_that_becomes_a_part_of_a_book_while_it_plays_is_played_on_into() -> None:
    file = Episode("file", "File", duration=50.0, audio="/b.mp3")
    room = make_room([file, NEXT])
    for part in PARTS:
        room.sources.found[part.audio] = Source(part.audio)
        room.player.durations[part.audio] = part.duration
    room.play("file", following=[0])
    room.player.play(49.5)
    assert room.progress_index.status("file") is Status.PLAYED
    moves = [Move("file", 0.0, inf, inf, "book", 100.0, 150.0)]
    library = build_library([], [BOOK, NEXT], aliases={"file": "book"}, moves=moves)
    room.controller.adopt(library, room.progress_index.moved_to(library))
    playback = room.controller.playback
    assert (playback.episode, playback.position, playback.duration) == ("book", 149.5, 230.0)
    assert playback.chapter == "Part B"
    room.player.play(0.5)
    room.player.play(20)
    assert opened(room) == [("/b.mp3", 0.0), ("/c.mp3", 0.0)]
    assert room.controller.playback.position == 170.0
    assert room.writer.progress("book")[-1] > 160
    room.player.play(60)
    assert room.controller.progress_index.status("book") is Status.PLAYED


def test_part_that_is_inserted_while_a_book_plays_moves_its_position() -> None:
    room = reading(Progress(START, 120.0, listened=START))
    parts = arrange([Part("/preface.mp3", 30.0, "Preface"), *PARTS])
    library = build_library([], [BOOK._replace(parts=parts, duration=260.0), NEXT])
    room.controller.adopt(library, room.progress_index.moved_to(library))
    assert (room.controller.playback.position, room.controller.playback.duration) == (150.0, 260.0)
    room.player.play(10)
    assert room.controller.playback.position == pytest.approx(160)
    assert opened(room) == [("/b.mp3", 20.0)]


@pytest.mark.parametrize("is_held", [False, True])
def test_book_that_is_renamed_while_it_is_loaded_goes_on_under_its_new_name(is_held: bool) -> None:
    room = reading(Progress(START, 120.0, listened=START))
    if is_held:
        room.controller.stop()
    parts = arrange(part._replace(audio=f"/new{part.audio}", title=f"New {part.title}") for part in PARTS)
    for part in parts:
        room.sources.found[part.audio] = Source(part.audio)
    library = build_library([], [BOOK._replace(title="Renamed", audio=parts[0].audio, parts=parts), NEXT])
    room.controller.adopt(library, room.progress_index.moved_to(library))
    playback = room.controller.playback
    assert (playback.title, playback.position) == ("Renamed", 120.0)
    assert [mark.title for mark in playback.chapters] == [part.title for part in parts]
    room.controller.seek_to(170.0)
    room.controller.toggle_pause()
    assert opened(room)[-1] == ("/new/c.mp3", 20.0)


def test_faulty_part_is_skipped_with_a_line() -> None:
    room = book_room(Progress(START, 90.0, listened=START))
    room.play("book", following=[0, 1])
    room.player.play(5)
    room.controller.handle(FileEnded(room.controller.playback.load, 95.0))  # cut off
    assert opened(room)[-1] == ("/b.mp3", 0.0)
    assert "“Part A” breaks off at 1:35 of 1:40, and is skipped." in room.listener.said[-1]
    room.player.play(1)
    room.controller.handle(LoadFailed(room.controller.playback.load, "No sound in it."))
    assert "“Part B” cannot be played, and is skipped." in room.listener.said[-1]
    room.player.play(78)  # near enough to the end
    assert room.progress_index.status("book") is Status.PLAYED
    room.controller.handle(LoadFailed(room.controller.playback.load, "No sound in it."))
    assert (room.playing, room.listener.errors) == (None, [])


def test_last_part_that_cannot_be_opened_ends_the_book_where_it_begins() -> None:
    room = book_room(Progress(START, 140.0, listened=START))
    room.play("book", following=[0, 1])
    room.sources.is_holding = True
    room.player.play(10)
    room.controller.handle(LoadFailed(room.controller.playback.load, "No sound in it."))
    assert (room.playing, room.listener.errors) == (None, [])
    assert room.listener.said[-1] == "“Part C” cannot be played."
    assert room.progress("book").status is Status.STARTED
    assert room.progress("book").position == pytest.approx(150.0, abs=1)


def test_book_none_of_whose_parts_can_be_opened_stays_where_it_was() -> None:
    for start in (20.0, 120.0, 200.0):
        room = book_room(Progress(START, start, listened=START))
        room.sources.is_holding = True
        room.play("book", following=[0, 1])
        for _ in range(1 + (start < 150) + (start < 100)):
            assert not room.listener.errors
            room.controller.handle(LoadFailed(room.controller.playback.load, "The file is gone."))
        assert room.listener.errors == ["The file is gone."]
        assert (room.position, room.progress("book").position) == (start, start)


@pytest.mark.parametrize("count", [MAX_FAULTY, MAX_FAULTY + 1])
def test_faulty_parts_in_a_row_are_skipped_until_the_disk_must_be_gone(count: int) -> None:
    parts = arrange([Part(f"/{number}.mp3", 10.0, str(number)) for number in range(count + 2)])
    room = make_room([BOOK._replace(parts=parts, duration=parts[-1].end)])
    room.sources.is_holding = True
    room.play("book")
    for _ in range(count):
        assert not room.listener.errors
        room.controller.handle(LoadFailed(room.controller.playback.load, "No sound in it."))
    is_gone = count > MAX_FAULTY
    assert (bool(room.listener.errors), room.position) == (is_gone, 0.0 if is_gone else 10.0 * count)


def test_stream_of_a_part_that_drops_is_requested_again_at_its_position() -> None:
    room = book_room()
    room.sources.found["/b.mp3"] = FakeAudio(3_000_000).source()
    room.play("book", following=[0])
    room.controller.seek_to(110.0)
    room.controller.handle(FileEnded(room.controller.playback.load, 20.0))
    assert room.controller.playback.attempt is not None
    room.clock.go(60)
    room.controller.tick()
    assert opened(room)[-1] == (FakeAudio().source().location, 20.0)


def test_missing_part_keeps_the_position() -> None:
    room = book_room(Progress(START, 120.0, listened=START))
    room.sources.is_holding = True
    room.play("book", following=[0])
    room.controller.handle(LoadFailed(room.controller.playback.load, "The file is gone.", is_fatal=True))
    assert room.controller.playback.is_held
    assert room.controller.playback.position == 120.0
    assert room.controller.playback.chapter == "Part B"


def test_position_saved_at_quitting_is_that_of_the_whole() -> None:
    room = reading()
    room.controller.seek_to(160.0)
    room.player.play(1)
    room.player.now = 13.5
    assert room.controller.unsaved().progress.position == pytest.approx(163.5)  # type: ignore[union-attr]
    room.controller.save()
    assert room.writer.progress("book")[-1] == pytest.approx(163.5)


def text_room(progress: Progress | None = None) -> Room:
    """Return a room with a planned text, of which the sources know the parts, and the library does not."""
    room = make_room([Episode("text", "Text", duration=230.0), NEXT], {"text": progress} if progress else {})
    room.sources.planned["text"] = PARTS
    for part in PARTS:
        room.player.durations[part.audio] = part.duration
    return room


def test_planned_text_plays_part_by_part_as_one() -> None:
    room = text_room(Progress(START, 99.0, listened=START))
    room.play("text", following=[0, 1])
    room.player.play(1)
    room.player.play(1)
    assert opened(room) == [("/a.mp3", 99.0), ("/b.mp3", 0.0)]
    assert room.controller.playback.position == pytest.approx(101)
    assert room.controller.playback.duration == 230.0
    room.controller.seek_to(60.0)
    room.controller.seek_to(160.0)
    room.controller.seek_to(165.0)
    assert opened(room)[2:] == [("/a.mp3", 60.0), ("/c.mp3", 10.0)]
    assert room.player.calls[-1] == ("seek", 15.0)
    room.player.play(66)
    assert room.progress_index.status("text") is Status.PLAYED
    assert (room.progress("text").plays, room.controller.playback.episode) == (1, "next")


@pytest.mark.parametrize(
    ("sought", "made", "start"), [(120.0, 0.0, 20.0), (99.995, 100.0, 0.0)], ids=["another part", "rounded down"]
)
def test_seek_in_a_planned_text_whose_part_is_still_made_opens_the_part_of_its_place(
    sought: float, made: float, start: float
) -> None:
    room = text_room()
    room.sources.is_holding = True
    room.play("text")
    room.controller.seek_to(sought)
    room.sources.is_holding = False
    room.controller.handle(SourceReady(room.controller.playback.load, room.sources.part("text", made)))
    assert opened(room) == [("/b.mp3", start)]
    assert room.controller.playback.position == sought


def volumes(after: str = "") -> Room:
    """Return a room of three volumes, a book of no series and a talk, where the first volume ends."""
    episodes = [
        Episode(name, name.title(), duration=100.0, audio=f"/{name}.m4b", series=series)
        for name, series in (("first", "Saga 1"), ("other", ""), ("second", "Saga 2"), ("third", "Saga 2.5"))
    ]
    room = make_room([*episodes, NEXT], settings={"after": after} if after else {})
    room.play("first", 100.0, range(5))
    return room


def test_after_a_book_nothing_begins_but_the_next_of_its_series_is_named() -> None:
    room = volumes()
    assert room.playing is None
    assert room.listener.said == ["Next in the series: “Second”. after=series in its settings plays it."]


def test_next_of_the_series_begins_by_itself_where_that_is_set() -> None:
    room = volumes("series")
    assert room.playing == "second"
    room.player.play(100.0)
    assert room.playing == "third"
    room.player.play(100.0)
    assert room.playing is None
