"""Help and palette of the plain program."""

from pathlib import Path

import pytest

from tests.plain.test_program import RoomServices, run
from tests.rooms import EPISODES, Room, make_room
from tui_pod.config.settings import SyncSettings
from tui_pod.core.actions import PARTS
from tui_pod.core.library.episode import Episode
from tui_pod.core.progress.bookmarks import Stretch
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.services.hints import NOT_SYNCED

PALETTE = "A command, a topic or an episode by its name, or the number of a row; tab completes:"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("m", ["m: Mark played or unplayed, move on; Add to the recall cards, or remove from them."]),
        (" ", ["space: Play or pause."]),
        ("€", ["euro sign: does nothing."]),
        ("€m", ["No key does that."]),
        (
            "sleep",
            ["z: Sleep timer; press twice for 5 more minutes.", "capital Z: Go back to where the sleep timer was set."],
        ),
        ("\x00", ["No key."]),
        ("", []),
    ],
)
async def test_help_says_what_a_key_does(room: Room, typed: str, said: list[str]) -> None:
    assert await run(RoomServices(room), "?", typed) == [
        "Help on which key, or on which part: playing, finding, moving, reading, bookmarks, podcasts, program, or all?"
        " Or press enter to leave:",
        *said,
    ]


@pytest.mark.parametrize(
    ("part", "there", "missing"),
    [
        ("program", "u: Undo.", "capital S: Plan a session."),
        ("podcasts", "a: Add a podcast, or import some from another player.", "u: Undo."),
        ("all", "capital S: Plan a session.", "q: Nothing."),
    ],
)
async def test_help_on_a_part_says_its_keys(room: Room, part: str, there: str, missing: str) -> None:
    said = await run(RoomServices(room), "?", part)
    assert there in said
    assert missing not in said


async def test_help_leaves_out_what_works_on_the_screen_alone(room: Room) -> None:
    known = set(await run(RoomServices(room), "?", "all"))
    assert not [line for line in known if "theme" in line]


async def test_help_has_a_part_for_each_action_and_one_alone(room: Room) -> None:
    parts = await run(RoomServices(room), *(line for part in PARTS for line in ("?", part)))
    everything = await run(RoomServices(make_room()), "?", "all")
    said, question = sorted(parts), everything[0]
    assert [line for line in said if line != question] == sorted(everything[1:])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            "new",
            [
                "New, 0 episodes.",
                "Nothing is new. What your podcasts publish from now on is listed here until you play, queue, mark or"
                " dismiss it. Press capital R to refresh all podcasts.",
            ],
        ),
        ("basics", ["Basics, 5 episodes, newest first.", "1 of 5. One. 1 minute 40."]),
        ("three", ["Playing: Three. 5 minutes."]),
        ("plan session", ["How long have you got? Such as 15m, 1h30m, or an end time such as 18:42:"]),
        ("3", ["3 of 5. Three. 5 minutes."]),
        ("0", ["1 of 5. One. 1 minute 40."]),
        ("99999999", ["5 of 5. Five. 10 seconds."]),
        ("999999999", ["Nothing is called that."]),
        ("zebra", ["Nothing is called that."]),
        (" ", ["Cancelled."]),
        ("how do I mark it as heard", ["“One” marked played.", "2 of 5. Two. 3 minutes 20."]),
        ("The question of this episode", ["This episode has no question."]),
    ],
)
async def test_palette_runs_what_has_the_words(room: Room, typed: str, said: list[str]) -> None:
    assert await run(RoomServices(room), "ctrl+p", typed) == [PALETTE, *said]


@pytest.mark.parametrize(
    ("number", "last"), [("1", "1 of 1. One. 1 minute 40."), ("3", "Playing: Zebra two. 1 minute 40.")]
)
async def test_palette_asks_which_of_several_is_meant(number: str, last: str) -> None:
    named = [Episode(f"zebra-{name}", f"Zebra {name}") for name in ("one", "two")]
    room = make_room((EPISODES[0]._replace(tags=("Zebras",)), *named))
    said = await run(RoomServices(room, ListQuery()), "ctrl+p", "zebra", number)
    assert said[1:5] == ["1: Zebras.", "2: Zebra one.", "3: Zebra two.", "4: One."]
    assert said[-1] == last


async def test_palette_names_ten_matches(room: Room) -> None:
    said = await run(RoomServices(room), "ctrl+p", "e")
    assert [line.partition(":")[0] for line in said[1:-1]] == [str(number) for number in range(1, 11)]


async def test_palette_goes_to_a_row_of_the_list_that_is_open(room: Room) -> None:
    for start in (10.0, 20.0):
        room.controller.bookmarks.add("one", "One", Stretch(start, start + 5.0, "Words."))
    assert (await run(RoomServices(room), "4", "ctrl+p", "2"))[-1] == "2 of 2. One. At 20 seconds. Words."


async def test_palette_asks_the_question_of_the_episode() -> None:
    room = make_room((EPISODES[0]._replace(question="Why?", answer="For the ships"), *EPISODES[1:]))
    assert (await run(RoomServices(room), "ctrl+p", "the question of", ""))[1:] == [
        "Why? Press enter for the answer:",
        "For the ships.",
    ]


async def test_palette_recognises_the_episode_if_there_is_one(room: Room) -> None:
    services = RoomServices(room)
    await run(services, "ctrl+p", "recognise this", "/zebra", "ctrl+p", "recognise this")
    assert services.asked_recognition.asked == [("request", "one")]


async def test_palette_offers_what_changes_the_offer_of_questions(room: Room) -> None:
    said = await run(RoomServices(room), "ctrl+p", "offer questions", "ctrl+p", "offer questions")
    assert said[1::2] == ["Questions are no longer offered after episodes.", "Questions are offered after episodes."]


async def test_sync_is_set_up_by_questions(room: Room, tmp_path: Path) -> None:
    services = RoomServices(room)
    ask = "ctrl+p", "Set up sync"
    known = ("1", str(tmp_path)), ("2", "sync.example", "ann", "s3cret"), ("3", "books.example", "", "s3cret")
    said = await run(services, *(line for answers in known for line in (*ask, *answers)))
    assert services.sync.chosen == [
        (SyncSettings(folder=str(tmp_path)), ""),
        (SyncSettings(server="sync.example", user="ann"), "s3cret"),
    ]
    assert services.sync.added == [("books.example", "", "s3cret")]
    assert {"User name there:", "Saved."} <= set(said)
    assert not any("s3cret" in line for line in said)


async def test_sync_is_turned_off(room: Room) -> None:
    services = RoomServices(room)
    services.sync.setup.settings = SyncSettings(server="sync.example", user="ann", device="laptop")
    said = await run(services, "ctrl+p", "Set up sync", "4")
    assert services.sync.chosen == [(SyncSettings(device="laptop"), "")]
    assert NOT_SYNCED in said


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (("1", " "), "Cancelled."),
        (("1", "sync.example"), "Error: a folder is a path, such as ~/Sync/tui-pod."),
        (("2", " "), "Cancelled."),
        (("4",), "No such number: 1 to 3."),
    ],
)
async def test_sync_with_nothing_or_no_path_changes_nothing(room: Room, answers: tuple[str, ...], said: str) -> None:
    services = RoomServices(room)
    assert (await run(services, "ctrl+p", "Set up sync", *answers))[-1] == said
    assert services.sync.chosen == []


@pytest.mark.parametrize("way", ["1", "2"])
async def test_sync_set_by_the_settings_is_not_asked_for(room: Room, way: str) -> None:
    services = RoomServices(room)
    services.sync.setup.set_by = Path("/config.toml")
    assert "/config.toml" in (await run(services, "ctrl+p", "Set up sync", way))[-1]
