"""Bookmarks in the plain program: made, gone through, noted and recalled."""

from tests.plain.test_program import RoomServices, run, typing, until
from tests.rooms import EPISODES, Room, make_room
from tui_pod.config.settings import RecallSettings, Settings
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.progress.bookmarks import Stretch


async def test_bookmark_keeps_the_last_words_and_again_asks_for_a_note(room: Room) -> None:
    services = RoomServices(room)
    services.reader.default = Transcript((Cue("Worth keeping.", 0.0, 9.0),))
    async with typing(services) as typist:
        await typist.type("b", "", "b")
        await until(lambda: len(room.controller.bookmarks) == 1)
        await typist.type("b", until_said="leave it as it is")
        await typist.type("For later.")
        await typist.type("4", "b", "", "u", until_said="Undid")
    said = typist.lines
    assert said[3] == "Nothing is playing: b bookmarks what was just said."
    assert "1 of 1. One. At 0 seconds. Worth keeping. Note: For later." in said
    assert "Note: For later." in said
    assert "The note stays." in said
    assert [line for line in said if line.startswith(("Bookmarked", "A note", "Noted", "Undid"))] == [
        "Bookmarked “Worth keeping”. Press b again for a note.",
        "A note on the bookmark, or press enter to leave it as it is:",
        "Noted.",
        "A note on the bookmark, or press enter to leave it as it is:",
        "Undid: edit of the bookmark at 0:00.",
    ]
    assert [(each.text, each.note) for each in room.controller.bookmarks] == [("Worth keeping.", "")]


async def test_bookmarks_are_gone_through_played_grouped_and_removed(room: Room) -> None:
    for episode, start in (("two", 65.0), ("one", 30.0)):
        room.clock.go(60)
        stretch = Stretch(start, start + 5.0, f"Words at {start:g}")
        room.controller.bookmarks.add(episode, episode.title(), stretch, "Mine.")
    assert await run(RoomServices(room), "4", "j", "y", "s", "x", "u", "enter", "1", "j") == [
        "2 bookmarks, by episode.",
        "1 of 2. One. At 30 seconds. Words at 30. Note: Mine.",
        "2 of 2. Two. At 1 minute 5. Words at 65. Note: Mine.",
        "By date.",
        "1 of 2. One. At 30 seconds. Words at 30. Note: Mine.",
        "1 bookmark removed. Press u to undo.",
        "1 of 1. Two. At 1 minute 5. Words at 65. Note: Mine.",
        "Undid: 1 bookmark removed.",
        "Playing: One. From 30 seconds of 1 minute 40.",
        "Basics, 5 episodes, newest first.",
        "1 of 5. One. 1 minute 40.",
        "2 of 5. Two. 3 minutes 20.",
        "“Words at 65”",
        "Mine.",
        "— Two, 1:05",
    ]


async def test_bookmark_of_a_removed_podcast_offers_to_subscribe_again_in_lines(room: Room) -> None:
    room.controller.bookmarks.add("gone", "Gone", Stretch(5.0, 9.0, "Said."))
    services = RoomServices(room)
    services.asked_feeds.removed = {"gone": ("Ships", "https://ships.example.org/feed")}
    async with typing(services) as typist:
        await typist.type(
            "4", "enter", until_said="Ships was removed. Type y to subscribe again, or press enter to cancel:"
        )
        await typist.type("y")
    assert ("add", "https://ships.example.org/feed") in services.asked_feeds.wishes


async def test_planned_session_begins_with_what_is_due(room: Room) -> None:
    room.controller.bookmarks.add("one", "One", Stretch(30.0, 35.0, "Words."), "Mine.")
    services = RoomServices(room)
    services.first = services.first._replace(settings=Settings(recall=RecallSettings(enabled=True)))
    async with typing(services) as typist:
        await typist.type("4", "m", until_said="from tomorrow on")
        room.clock.go(24 * 3600)
        await typist.type("S", "45m", "", until_said="for the answer")
        assert room.controller.session is None
        await typist.type("", "3", until_said="Playing")
    assert room.controller.session is not None


async def test_planned_session_begins_with_what_is_due_aloud(room: Room) -> None:
    room.controller.bookmarks.add("one", "One", Stretch(30.0, 35.0, "Words."), "Mine.")
    services = RoomServices(room)
    async with typing(services) as typist:
        await typist.type("4", "m", until_said="from tomorrow on")
        room.clock.go(24 * 3600)
        await typist.type("S", "45m", until_said="type aloud to be asked 1 question aloud first, or type no:")
        await typist.type("aloud", until_said="Mine. Press greater than sign if you know it")
        await until(lambda: services.excerpts == ["chime"])
        await typist.type("p")
        await until(lambda: services.excerpts[-1] == "pause")
        await typist.type(">", until_said="Playing")
    assert room.controller.session is not None


async def test_bookmark_is_recalled_in_lines(room: Room) -> None:
    room.controller.bookmarks.add("one", "One", Stretch(30.0, 35.0, "Words."), "Mine.")
    services = RoomServices(room)
    async with typing(services) as typist:
        await typist.type("4", "m", "r", until_said="Nothing is due")
        room.clock.go(24 * 3600)
        await typist.type("r", until_said="for the answer")
        assert services.excerpts == [("one", 22.0, 30.0)]
        await typist.type("", "9", "3", until_said="That is all")
        assert services.excerpts[1:] == ["silence"]
    assert typist.lines[5:] == [
        "It will be asked from tomorrow on, at growing intervals.",
        "Nothing is due to be recalled.",
        "1 question to recall.",
        "One · 0:30.",
        "Mine. Press enter for the answer:",
        "Words.",
        *["Type 1 for forgot, 2 for hard, 3 for good, 4 for easy, x to drop this card, or press enter to stop:"] * 2,
        "That is all for now.",
    ]
    assert [card.stability is not None for card in room.controller.bookmarks.cards] == [True]


async def test_no_bookmarks_say_how_to_keep_one_in_lines(room: Room) -> None:
    empty = "No bookmarks yet. b bookmarks what was just said, with a note if you like."
    assert await run(RoomServices(room), "4", "x", "b", "x") == ["0 bookmarks, by episode.", *[empty] * 4]


async def test_bookmark_without_words_says_its_position_alone(room: Room) -> None:
    room.controller.bookmarks.add("one", "One", Stretch(30.0, 35.0, ""))
    assert (await run(RoomServices(room), "4"))[1:] == ["1 of 1. One. At 30 seconds."]


async def test_last_bookmark_after_a_removal_is_the_one_before(room: Room) -> None:
    for start in (10.0, 20.0):
        room.controller.bookmarks.add("one", "One", Stretch(start, start + 5.0, "Words."))
    said = await run(RoomServices(room), "4", "G", "x", "enter")
    assert said[-2:] == ["1 of 1. One. At 10 seconds. Words.", "Playing: One. From 10 seconds of 1 minute 40."]


async def test_card_is_dropped_by_x_and_the_next_one_asked(room: Room) -> None:
    for start in (10.0, 20.0):
        room.controller.bookmarks.add(
            "one", "One", Stretch(start, start + 5.0, f"Words at {start:g}."), f"Of {start:g}"
        )
    services = RoomServices(room)
    async with typing(services) as typist:
        await typist.type("4", "m", "j", "m")
        await typist.type("j", until_said="2 of 2")
        room.clock.go(24 * 3600)
        await typist.type("r", until_said="Of 10 Press enter for the answer")
        await typist.type("", "X", until_said="Of 20 Press enter for the answer")
        await typist.type("\x1b", "j", until_said="2 of 2")
    assert [card.start for card in room.controller.bookmarks.cards if not card.is_removed] == [20.0]


async def test_question_of_an_episode_is_offered_and_asked_while_what_plays_waits() -> None:
    room = make_room((EPISODES[0]._replace(question="Why?", answer="For the ships."), *EPISODES[1:]))
    services = RoomServices(room)
    async with typing(services) as typist:
        services.recall.offer("one")
        await typist.type("", until_said="Playing: One")  # enter plays, whatever is offered
        await typist.type("j", "Q", until_said="No question is offered now.")  # it was passed over
        assert "Why?" not in typist.said
        services.recall.offer("one")
        assert typist.lines[-1] == "One. It has a question. Press capital Q to be asked."
        await typist.type("p", "p")  # keys of playback leave the offer
        await typist.type("Q", until_said="Why? Press enter for the answer:")
        assert room.controller.is_paused
        await typist.type("", until_said="For the ships.")
        await typist.type("")
        await until(lambda: not room.controller.is_paused)
