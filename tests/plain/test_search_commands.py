"""Search everywhere in the plain program. Lists that keys move through in the plain program."""

import sys
from functools import cached_property

import pytest

from tests.plain.test_program import RoomServices, run, typing, until
from tests.rooms import Room
from tui_pod.core.actions import BY_ID
from tui_pod.plain.row_commands import PAGE, RowCommands
from tui_pod.search.lookup import Found, Hit, MatchKind, Results
from tui_pod.search.query import Query, parse_query
from tui_pod.services.search import SearchAnswer, SearchService


async def test_search_everywhere_goes_through_what_was_found(room: Room) -> None:
    async with typing(RoomServices(room)) as typist:
        await typist.type("ctrl+f", "lighthouse", "", "e", "b", until_said="Bookmarked")
    assert typist.lines[4:] == [
        "Found in 1 episode.",
        "1 of 1. Three. In the transcript, at 30 seconds. A lighthouse stands there.",
        "“Three” queued.",
        "Playing: Three. From 30 seconds of 5 minutes.",
        "Bookmarked “A lighthouse stands there”. Press b again for a note.",
    ]


async def test_question_goes_through_the_nearest_and_says_so(room: Room) -> None:
    async with typing(RoomServices(room)) as typist:
        await typist.type("ctrl+f", "why do lighthouses shine", until_said="1 of 1")
    assert typist.lines[4] == "Nearest first: not all of these have every word. 1 episode in all."


async def test_match_kept_again_asks_for_a_note_as_it_was_said(room: Room) -> None:
    services = RoomServices(room)
    async with typing(services) as typist:
        await typist.type("ctrl+f", "lighthouse", "b", until_said="again for a note")
        await typist.type("b", until_said="A note on the bookmark")
        await typist.type("Mine.", until_said="Noted.")
    assert [each.note for each in room.controller.bookmarks] == ["Mine."]


class Answers(RoomServices):
    """Services whose search has this answer."""

    def __init__(self, room: Room, answer: SearchAnswer) -> None:
        super().__init__(room)
        self._answer = answer

    @cached_property
    def search(self) -> SearchService:
        async def search(_: str) -> SearchAnswer:
            return self._answer

        service = super().search
        service.search = search  # type: ignore[method-assign,assignment]
        return service


WANTED = parse_query("ship")
SHIP = Hit(MatchKind.WORDS, "A ship", 90.0)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (SearchAnswer(WANTED), ["Nothing matches. Press control f to search for something else."]),
        (
            SearchAnswer(WANTED, is_searching=True),
            ["Nothing yet: the search is still reading. Press control f to search again."],
        ),
        (SearchAnswer(Query()), []),
        (SearchAnswer(Query(), notice="No words."), ["No words."]),
        (
            SearchAnswer(WANTED, Results((Found("one", "One", (SHIP._replace(is_estimated=True),)),), 31, is_cut=True)),
            [
                "Found in over 31 episodes; the first 1 are listed.",
                "1 of 1. One. In the transcript, at about 1 minute 30. A ship.",
            ],
        ),
        (
            SearchAnswer(
                WANTED,
                Results((Found("one", "One", (SHIP._replace(is_recognised=True), Hit(MatchKind.TITLE, "One"))),), 1),
            ),
            [
                "Found in 1 episode.",
                "1 of 2. One. In the transcript, at 1 minute 30, recognised by machine. A ship.",
            ],
        ),
    ],
)
async def test_search_says_what_it_found(room: Room, answer: SearchAnswer, said: list[str]) -> None:
    assert (await run(Answers(room, answer), "ctrl+f", "ship"))[1:] == said


async def test_matches_are_moved_through_to_either_end(room: Room) -> None:
    hits = (Hit(MatchKind.TITLE, "One"), Hit(MatchKind.SUMMARY, "A ship."), Hit(MatchKind.BOOKMARK, "Ships", 9.0))
    services = Answers(room, SearchAnswer(WANTED, Results((Found("one", "One", hits),), 1)))
    async with typing(services) as typist:
        await typist.type("ctrl+f", "ship", until_said="1 of 3. One. In the title.")
        await typist.type("N", "n", "j", "n", "ctrl+f", "ship")
        await until(lambda: typist.lines[-1].startswith("1 of 3"))
    assert typist.lines[6:] == [
        "1 of 3. One. In the title.",
        "2 of 3. One. In the summary. A ship.",
        *["3 of 3. One. Bookmark, at 9 seconds. Ships."] * 2,
        "Search everywhere, transcripts included:",
        "Found in 1 episode.",
        "1 of 3. One. In the title.",
    ]


async def test_key_after_nothing_was_found_is_that_of_the_episodes(room: Room) -> None:
    async with typing(Answers(room, SearchAnswer(WANTED))) as typist:
        await typist.type("ctrl+f", "ship", until_said="Nothing matches.")
        await typist.type("", until_said="Playing: One. 1 minute 40.")


class Rows(RowCommands):
    """A list that notes where it is told to go."""

    def __init__(self) -> None:
        super().__init__({"bookmark.group": lambda: None})
        self.is_open = True
        self.gone: list[int] = []

    def go(self, row: int) -> None:
        self._row = max(0, min(row, 30))
        self.gone.append(row)


@pytest.mark.parametrize(
    ("action", "row"),
    [
        ("move.down", 1),
        ("move.up", -1),
        ("move.top", 0),
        ("move.bottom", sys.maxsize),
        ("move.page_down", PAGE),
        ("move.page_up", -PAGE),
        ("move.half_down", PAGE // 2),
        ("move.half_up", -PAGE // 2),
    ],
)
def test_key_moves_by_its_rows(action: str, row: int) -> None:
    rows = Rows()
    command = rows.here(BY_ID[action])
    assert command is not None
    command()
    assert rows.gone == [row]


def test_moves_add_up() -> None:
    rows = Rows()
    for action in ("move.down", "move.page_down", "move.up"):
        rows.commands[action]()
    assert rows.gone == [1, 1 + PAGE, PAGE]


@pytest.mark.parametrize(
    ("action", "is_open"), [("bookmark.group", True), ("playback.mute", True), ("list.filter", False)]
)
def test_action_that_the_list_lacks_closes_it_unless_it_works_everywhere(action: str, is_open: bool) -> None:
    rows = Rows()
    assert (rows.here(BY_ID[action]) is not None) == (action in rows.commands)
    assert rows.is_open is is_open


def test_closed_list_has_no_commands() -> None:
    rows = Rows()
    rows.is_open = False
    assert rows.here(BY_ID["move.down"]) is None


def test_new_list_is_closed() -> None:
    assert RowCommands.is_open is False
