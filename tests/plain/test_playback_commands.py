"""Commands of the plain program that play, mark, queue and plan."""

import re
from collections.abc import Sequence

import pytest

from tests.app_driver import embedded_library
from tests.fakes import START
from tests.plain.test_program import RoomServices, run, typing
from tests.rooms import EPISODES, Room, make_room
from tui_pod.core.library.podcast_settings import COURSE
from tui_pod.core.player.events import ChaptersKnown
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, PlayerStatus, Source
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import ListQuery, SmartList
from tui_pod.core.selection.queue import Queue


async def test_enter_plays_and_space_pauses_and_either_goes_on_and_says_so_once(room: Room) -> None:
    paused, playing = "Paused, 0 seconds of 1 minute 40.", "Playing, 0 seconds of 1 minute 40."
    said = await run(RoomServices(room), "", " ", "space", " ", "", ".")
    assert said == ["Playing: One. 1 minute 40.", *[paused, playing] * 2, "At 30 seconds of 1 minute 40."]
    assert room.playing == "one"


async def test_space_with_nothing_loaded_plays_what_it_is_at(room: Room) -> None:
    assert (await run(RoomServices(room), "j", " "))[1] == "Playing: Two. 3 minutes 20."


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (".", "At 30 seconds of 1 minute 40."),
        ("right", "At 30 seconds of 1 minute 40."),
        ("shift+right", "At 5 seconds of 1 minute 40."),
        ("]", "Speed 1.1."),
        ("[", "Speed 0.9."),
        ("-", "Volume 75 percent."),
        ("+", "Volume 85 percent."),
        ("M", "Muted."),
        ("c", "Playing: One. 0 seconds of 1 minute 40."),
        ("", "Playing: One. 0 seconds of 1 minute 40."),
        (">", "Playing: Two. 3 minutes 20."),
        ("u", "Nothing to undo."),
    ],
)
async def test_key_while_playing_says_what_it_did(room: Room, key: str, said: str) -> None:
    assert (await run(RoomServices(room), "", key))[1] == said


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ((",",), "At 50 seconds of 1 minute 40."),
        (("left",), "At 50 seconds of 1 minute 40."),
        (("shift+left",), "At 55 seconds of 1 minute 40."),
        (("^",), "At 0 seconds of 1 minute 40."),
        (("]", "backspace"), "Speed 1."),
        ((":", "+30"), "At 1 minute 30 of 1 minute 40."),
        ((":", "x"), "Error: write a time like 12:34, +90, -30 or 50%."),
        (
            (":", " "),
            "Go to which time? Such as 12:34, +90, -30 or 50%; two times, to repeat what is between them. "
            "Now at 1 minute of 1 minute 40. Or press enter to stay:",
        ),
    ],
)
async def test_key_at_a_minute_says_where_it_went(room: Room, keys: Sequence[str], said: str) -> None:
    assert (await run(RoomServices(room), "", ".", ".", *keys))[-1] == said


@pytest.mark.parametrize("key", [":", "{", "}"])
async def test_seeking_with_nothing_loaded_says_so(room: Room, key: str) -> None:
    assert await run(RoomServices(room), key) == ["Nothing is playing. Press enter on an episode to play it."]


async def test_next_and_previous_sentence_are_said_and_the_last_is_the_end(room: Room) -> None:
    assert (await run(RoomServices(room), "", "}", "}", "}", "{"))[1:] == [
        "At 20 seconds of 1 minute 40.",
        "Two.",
        "At 40 seconds of 1 minute 40.",
        "Three.",
        "This is the last sentence.",
        "At 20 seconds of 1 minute 40.",
        "Two.",
    ]
    assert room.position == 20


async def test_chapter_without_a_title_is_a_position_alone(room: Room) -> None:
    room.sources.found["three"] = Source("/three.mp3")
    async with typing(RoomServices(room)) as typist:
        await typist.type("j", "j", "", until_said="Playing: Three")
        chapters = Chapter(0.0), Chapter(60.0)
        room.controller.handle(ChaptersKnown(room.controller.playback.load, chapters, ChapterOrigin.FILE))
        await typist.type("}", until_said="At 1 minute of 1 minute 40.")
    assert typist.lines[-1] == "At 1 minute of 1 minute 40."


async def test_key_on_an_empty_list_says_that_it_is_empty(room: Room) -> None:
    empty = "Nothing here matches. control f searches everywhere, escape clears."
    said = await run(RoomServices(room), "/zebra", "", "v", "V", "m", "e", "d")
    assert said[2:] == [empty] * 7


async def test_selected_episodes_are_marked_at_once(room: Room) -> None:
    assert await run(RoomServices(room), "v", "j", "v", "k", "v", "m", "escape") == [
        "Selected: 1 episode.",
        "2 of 5. Two. 3 minutes 20.",
        "3 of 5. Three. 5 minutes.",
        "Selected: 2 episodes.",
        "4 of 5. Four. Only a teaser.",
        "3 of 5. Selected. Three. 5 minutes.",
        "Selected: 1 episode.",
        "4 of 5. Four. Only a teaser.",
        "“One” marked played.",
        "5 of 5. Five. 10 seconds.",
        "5 of 5. Five. 10 seconds.",
    ]
    assert room.progress("one").played


async def test_range_is_marked_and_a_selection_cleared(room: Room) -> None:
    assert await run(RoomServices(room), "V", "j", "V", "m", "v", "escape") == [
        "A range begins here. Press capital V at its end.",
        "2 of 5. Selected. Two. 3 minutes 20.",
        "Selected: 2 episodes.",
        "2 episodes marked played.",
        "3 of 5. Three. 5 minutes.",
        "Selected: 1 episode.",
        "4 of 5. Four. Only a teaser.",
        "Nothing is selected.",
    ]


async def test_marking_a_topic_marks_all_of_it_and_stays_there(room: Room) -> None:
    assert (await run(RoomServices(room), "tab", "m", "m", "e"))[1:] == [
        "5 episodes marked played.",
        "4 of 7. Basics, 5 episodes, 5 played, level 2.",
        "5 episodes marked unplayed.",
        "4 of 7. Basics, 5 episodes, level 2.",
        "5 episodes queued.",
        "4 of 7. Basics, 5 episodes, level 2.",
    ]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (("e", "e", "2", "j", "K"), "1 of 2. Two. 3 minutes 20."),
        (("A", " "), "Nothing changed."),
        (("A", "Mine", "A", " "), "Nothing changed."),
    ],
)
async def test_episode_is_moved_or_put_where_it_can_be(room: Room, keys: Sequence[str], said: str) -> None:
    assert (await run(RoomServices(room), *keys))[-1] == said


async def test_episode_that_is_not_queued_is_not_moved_and_it_says_why(room: Room) -> None:
    assert (await run(RoomServices(room), "J"))[-2:] == [
        "Only upcoming episodes of the queue can be moved. Press 2 for the queue.",
        "1 of 5. One. 1 minute 40.",
    ]


async def test_lists_there_are_named_when_one_is_asked_for(room: Room) -> None:
    said = await run(RoomServices(room), "A", "Mine", "v", "v", "A", "Mine")
    assert said[0] == "Put 1 episode on which list? Type a name:"
    assert said[-2:] == ["Put 2 episodes on which list? Yours: Mine. Type a name:", "“Two” put on “Mine”."]


async def test_episode_is_moved_in_a_list_by_hand_unless_it_has_another_order(room: Room) -> None:
    made = ("v", "v", "A", "Mine", "\t", "g", "j", "j", "\r")
    said = await run(RoomServices(room), *made, "J", "s", "J", "s")
    assert said[-9:-4] == [
        "2 of 2. One. 1 minute 40.",
        "Order: shortest first.",
        "Mine, 2 episodes, shortest first.",
        "1 of 2. One. 1 minute 40.",
        "This list is not in your own order now. Press s until it is.",
    ]


async def test_course_is_hidden_after_a_yes_and_by_its_name() -> None:
    library = embedded_library()
    services = RoomServices(make_room(library=library), ListQuery(entry=min(library.topics.courses)))
    said = await run(services, "tab", "x", "", "x", "y", "ctrl+p", "hide the course", "g", "x")
    assert said[1] == "Type y to hide the course, or press enter to cancel:"
    assert said[-1].startswith("x removes podcasts")
    assert services.asked_feeds.wishes == [("configure", COURSE, {"hidden": "yes"})] * 2


async def test_session_for_which_nothing_is_left_says_so() -> None:
    room = make_room(progress={episode.id: Progress(START, played=True) for episode in EPISODES})
    assert (await run(RoomServices(room), "S", "5m"))[1:] == ["Nothing left in Basics fits into that."]


async def test_mark_says_so_and_goes_on_and_undo_takes_it_back(room: Room) -> None:
    assert await run(RoomServices(room), "m", "u") == [
        "“One” marked played.",
        "2 of 5. Two. 3 minutes 20.",
        "Undid: “One” marked played.",
    ]
    assert not room.progress("one").played


async def test_mark_in_a_filtered_list_stays_where_the_next_one_moves_up(room: Room) -> None:
    said = await run(RoomServices(room, ListQuery(entry=1)), "f", "m")
    assert said[0] == "Filter: unplayed."
    assert said[-2:] == ["“One” marked played.", "1 of 4. Two. 3 minutes 20."]


async def test_queue_is_filled_gone_through_and_emptied(room: Room) -> None:
    assert await run(RoomServices(room), "e", "E", "2", "J", "x", "x") == [
        "“One” queued.",
        "2 of 5. Two. 3 minutes 20.",
        "“Two” queued next.",
        "3 of 5. Three. 5 minutes.",
        "Queue, 2 episodes.",
        "1 of 2. Two. 3 minutes 20.",
        "2 of 2. Two. 3 minutes 20.",
        "“Two” taken out of the queue.",
        "1 of 1. One. 1 minute 40.",
        "“One” taken out of the queue.",
        "The queue is empty. Press e on an episode to add it, capital E to play it next.",
    ]


async def test_list_of_ones_own_is_made_ordered_and_removed(room: Room) -> None:
    services = RoomServices(room)
    made, opened = ("A", "Mine", "j", "A", "Mine"), ("\t", "g", "j", "j", "\r")
    said = await run(services, *made, *opened, "J", "x", "P", "name=Ours", "\t", "x")
    assert "“Two” put on “Mine”." in said
    assert "Mine, 2 episodes, your order." in said
    assert [line for line in said if "taken off" in line or "List “" in line] == [
        "“One” taken off “Mine”.", "List “Ours” changed.", "List “Ours” removed."
    ]  # fmt: skip
    assert len(room.controller.lists) == 0


async def test_what_is_listed_becomes_a_rule_and_a_bad_name_is_refused(room: Room) -> None:
    save = ("ctrl+p", "Save as a smart list")
    said = await run(RoomServices(room, ListQuery(entry=1)), "f", *save, "Basics", *save, "Rest", "A", "Rest")
    assert "There is a topic “Basics” already; choose another name." in said
    assert said[-1].startswith("“Rest” is a smart list")
    made = room.controller.lists.named("Rest")
    assert made is not None
    assert (made.topics, made.status) == (("Basics",), "unplayed")


async def test_queue_entry_gone_from_the_library_can_be_removed() -> None:
    room = make_room(queue=Queue(("gone", "one")))
    said = await run(RoomServices(room, ListQuery(entry=SmartList.QUEUE)), "g", "x")
    assert said[0] == "1 of 2. gone, which is no longer in the library."
    assert room.controller.queue.entries == ("one",)


async def test_session_is_planned_begun_and_ended_while_what_plays_goes_on(room: Room) -> None:
    said = await run(RoomServices(room), "S", "5m", "", "\x18", "\x18")
    assert re.fullmatch(r"2 episodes, 5 minutes 10, until \d\d:\d\d\.", said[1])
    assert said[2:5] == ["Five. 10 seconds.", "Three. 5 minutes.", "Press enter to start, or type no:"]
    assert said[-2].startswith("Session ended; playback continues.")
    assert said[-1].startswith("No session is in progress.")
    assert (room.controller.session, room.status) == (None, PlayerStatus.PLAYING)


@pytest.mark.parametrize(
    ("answers", "said"),
    [(("soon",), "is no time"), (("5m", "no"), "No session."), (("5m", "y"), "No session."), ((" ",), "No session.")],
)
async def test_session_not_wanted_or_without_a_time_is_none(room: Room, answers: Sequence[str], said: str) -> None:
    assert said in (await run(RoomServices(room), "S", *answers))[-1]
    assert room.controller.session is None


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("15", "Sleep in 15 minutes of listening."),
        ("e", "Sleep after 1 episode."),
        (" E ", "Sleep after 1 episode."),
        ("0", "No sleep timer."),
        ("", "No sleep timer."),
        ("x", "Error: “x” is no time; write minutes like 15, 15m or 1h30m, or an end time like 18:42."),
    ],
)
async def test_sleep_timer_is_asked_for(room: Room, answer: str, said: str) -> None:
    question = "Sleep when? Minutes such as 15, a time such as 22:30, or e for the end of this episode:"
    assert await run(RoomServices(room), "z", answer) == [question, said]


async def test_sleep_timer_to_the_end_of_the_chapter_is_offered_where_there_are_chapters(room: Room) -> None:
    room.sources.found["three"] = Source("/three.mp3")
    room.play("three")
    room.controller.handle(ChaptersKnown(room.controller.playback.load, (Chapter(0.0, "One"),), ChapterOrigin.FILE))
    said = await run(RoomServices(room), "z", "c")
    assert "c for the end of this chapter, or e for the end of this episode" in said[-2]
    assert said[-1] == "Sleep after 1 chapter."


@pytest.mark.parametrize(
    ("answer", "said", "left"),
    [
        ("", "Sleep in 20 minutes of listening.", 1200.0),
        ("0", "No sleep timer.", None),
        ("e", "Sleep after 1 episode.", None),
    ],
)
async def test_running_sleep_timer_is_told_and_changed(room: Room, answer: str, said: str, left: float | None) -> None:
    told = await run(RoomServices(room), "z", "15", "z", answer)
    assert told[-3:-1] == [
        "Sleep in 15 minutes of listening.",
        "Press enter for more, or type 0 for none, or another time:",
    ]
    assert told[-1] == said
    assert (room.controller.sleep.seconds if room.controller.sleep else None) == left


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("2", "Sound device: Headset."),
        ("0", "No such number: 1 to 2."),
        ("3", "No such number: 1 to 2."),
        ("", "The sound device stays."),
    ],
)
async def test_sound_device_is_chosen_by_its_number(room: Room, answer: str, said: str) -> None:
    told = await run(RoomServices(room), "D", answer)
    assert "2: Headset." in told
    assert told[-1] == said
    assert (("device", "pulse/headset") in room.player.calls) == (answer == "2")
