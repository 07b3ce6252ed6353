"""Podcasts in the plain program: what its keys ask for and what it says, over fakes and over real servers."""

import signal
import threading
from datetime import date
from pathlib import Path

import pytest

from tests.plain.test_program import RoomServices, Terminal, run, typing, until
from tests.plain.test_program import catalog as catalog
from tests.plain.test_program import terminal as terminal
from tests.rooms import EPISODES, TOPICS, Room, make_room
from tests.sources import server
from tests.sources.server import Ranged, Site, feed, item, sound
from tui_pod.config.reader import read_config
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import build_library
from tui_pod.core.library.podcast_settings import COURSE, PodcastSettings, Setting, choice_kind
from tui_pod.core.library.row_states import WHOLE, DownloadState
from tui_pod.core.library.show_notes import EpisodeNotes, PodcastFacts
from tui_pod.core.library.topics import UNLISTED, topic_key
from tui_pod.core.player.changes import DownloadsChanged, LibraryChanged, TroublesChanged
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.progress.bookmarks import Stretch
from tui_pod.core.selection.list_query import ListQuery, SmartList
from tui_pod.core.selection.queue import Queue
from tui_pod.services.podcasts.directories import DirectorySearch
from tui_pod.services.podcasts.imports import Preview
from tui_pod.services.podcasts.podcast_settings import PodcastChoice
from tui_pod.services.podcasts.troubles import Trouble
from tui_pod.services.usual_settings import UsualSettings
from tui_pod.shelf.opml import Entry, Imported
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.sources.directories import Finding, FoundPodcast
from tui_pod.sync.podcasts import ImportPlan

CAST = "https://cast.example.org/f"

CAST_KEY = topic_key("", "Cast", feed=CAST)

IN_CAST = ListQuery(entry=1)
"""The podcast's topic, which comes before those of the catalogue."""


class FeedServices(RoomServices):
    """Services over fakes, with a podcast in its library."""

    def __init__(self, query: ListQuery = IN_CAST, queue: Queue | None = None) -> None:
        room = make_room(queue=queue)
        swap(room, cast=(2, 1))
        super().__init__(room, query)
        self.asked = self.asked_feeds


def swap(room: Room, cast: tuple[int, ...]) -> None:
    """Give the room a library with a podcast of these episodes."""
    episodes = [*EPISODES, *(Episode(f"cast-{n}", f"Cast {n}", duration=60.0, tags=("Cast",)) for n in cast)]
    keys = [*(episode.tags for episode in EPISODES), *((CAST_KEY,) for _ in cast)]
    room.library = build_library([*TOPICS, Topic("Series"), Topic(CAST_KEY)], episodes, keys)
    room.progress_index = room.progress_index.moved_to(room.library)
    room.controller.adopt(room.library, room.progress_index)


async def test_a_with_words_says_what_directories_have_and_subscribes_to_one() -> None:
    services = FeedServices()
    found = FoundPodcast("https://x.example.org/f", "Ships", "Ann", 3, date(2026, 5, 4), "en")
    services.asked.asked_directories.search = DirectorySearch(Finding((found,)), frozenset())
    services.asked.asked_directories.feed = Published(
        "Ships", (PublishedItem(title="Sails", duration=90.0),), summary="All about ships"
    )
    async with typing(services) as typist:
        await typist.type("a", "old ships", until_said="Type a number")
        await typist.type("1", until_said="Type y")
        await typist.type("y")
        await until(lambda: ("add listed", "https://x.example.org/f") in services.asked.wishes)
    assert typist.lines[4:] == [
        "Asking iTunes and fyyd.",
        "1 podcast from iTunes and fyyd, the first 1:",
        "1: Ships, Ann, 3 episodes, last 4 May 2026, en.",
        "Type a number for more about a podcast, or press enter to cancel:",
        "Ships, 1 episode.",
        "All about ships.",
        "Sails, 1 minute 30.",
        "Type y to subscribe, or press enter to cancel:",
    ]


async def test_a_with_top_says_the_charts_of_a_category_and_a_country() -> None:
    services = FeedServices()
    asked = services.asked.asked_directories
    asked.search = DirectorySearch(Finding((FoundPodcast("https://x.example.org/f", "Ships"),)), frozenset())
    async with typing(services) as typist:
        await typist.type("a", "top", until_said="for all of AT")
        await typist.type("gardens", until_said="There is no category “gardens”. There are Arts")
        await typist.type("a", "top", until_said="for all of AT")
        await typist.type("comedy DE", until_said="1: Ships.")
    assert services.asked.wishes == [("top", "DE", "Comedy")]


async def test_a_plays_an_episode_that_was_found_without_subscribing() -> None:
    services = FeedServices()
    found = FoundPodcast("https://x.example.org/f", "Ships", episode="Sails")
    services.asked.asked_directories.search = DirectorySearch(Finding(episodes=(found,)), frozenset())
    services.asked.asked_directories.feed = Published(
        "Ships", (PublishedItem(title="Keels"), PublishedItem(title="Sails"))
    )
    async with typing(services) as typist:
        await typist.type("a", "old ships", until_said="a podcast, or to play an episode, or press enter")
        await typist.type("1")
        await until(lambda: ("play_preview", "https://x.example.org/f", "Ships", "Sails") in services.asked.wishes)


async def test_a_with_an_export_says_what_is_in_it_and_takes_it() -> None:
    services = FeedServices()
    entries = (Entry("https://x.example.org/f", "Ships"),)
    services.asked.asked_imports.found["/tmp/list.opml"] = Preview(Imported("", entries), ImportPlan(entries, {}, 0))
    async with typing(services) as typist:
        await typist.type("a", "/tmp/list.opml", until_said="From the list:\n1 podcast new; 0 already here.\nType y")
        await typist.type("y")
        await until(lambda: ("take", "the list") in services.asked.wishes)


@pytest.mark.parametrize(
    ("answer", "said", "wishes"),
    [
        (" ", "No podcast added.", []),
        ("/tmp/talks", None, [("add", "/tmp/talks")]),
        ("https://x.example.org/f", None, [("add", "https://x.example.org/f")]),
        ("old ships", "No podcast found in iTunes and fyyd.", [("find", "old ships")]),
    ],
)
async def test_a_with_nothing_a_folder_an_address_or_words_that_nothing_has(
    answer: str, said: str | None, wishes: list[tuple[str, str]]
) -> None:
    services = FeedServices()
    async with typing(services) as typist:
        await typist.type("a", answer)
        await until(lambda: said is None or said in typist.lines)
        await until(lambda: services.asked.wishes == wishes)


async def test_words_for_directories_that_cannot_be_asked_say_nothing_else() -> None:
    services = FeedServices()
    fault = "iTunes cannot be asked: this machine is offline."
    silent = Finding(faults=(fault,), unanswered=("iTunes", "fyyd"))
    services.asked.asked_directories.search = DirectorySearch(silent, frozenset())
    async with typing(services) as typist:
        await typist.type("a", "old ships")
        await until(lambda: fault in typist.lines)
        await typist.type("?", "zebra", until_said="No key")
        assert not [line for line in typist.lines if "found" in line]


async def test_a_on_a_previewed_episode_subscribes_to_its_podcast() -> None:
    previewed = EPISODES[0]._replace(id="previewed", tags=UNLISTED)
    services = RoomServices(
        make_room((*EPISODES, previewed), queue=Queue(("previewed",))), ListQuery(entry=SmartList.QUEUE)
    )
    assert await run(services, "g", "a") == ["1 of 1. One. 1 minute 40."]
    assert services.asked_feeds.wishes == [("add_previewed", "previewed")]


async def test_search_says_ten_of_each_kind_and_which_are_subscribed() -> None:
    services = FeedServices()
    podcasts = tuple(FoundPodcast(f"https://x.example.org/{number}", f"Show {number}") for number in range(11))
    services.asked.asked_directories.search = DirectorySearch(
        Finding(podcasts, faults=("fyyd does not answer.",)), frozenset(["https://x.example.org/0"])
    )
    async with typing(services) as typist:
        await typist.type("a", "old ships", until_said="Type a number for more about a podcast, or press enter")
        await typist.type("11", until_said="No such number: 1 to 10.")
    said = typist.lines[4:]
    assert said[:4] == [
        "Asking iTunes and fyyd.",
        "fyyd does not answer.",
        "11 podcasts from iTunes and fyyd, the first 10:",
        "1: Show 0, subscribed.",
    ]
    assert said[-3].startswith("10: Show 9")


async def test_preview_says_ten_episodes_and_no_adds_nothing() -> None:
    services = FeedServices()
    found = FoundPodcast("https://x.example.org/f", "Ships", summary="Of the directory")
    services.asked.asked_directories.search = DirectorySearch(Finding((found,)), frozenset())
    services.asked.asked_directories.feed = Published(
        "", tuple(PublishedItem(title=f"Part {number}") for number in range(11))
    )
    async with typing(services) as typist:
        await typist.type("a", "old ships", until_said="Type a number")
        await typist.type("1", until_said="Type y to subscribe")
        await typist.type("no", until_said="No podcast added.")
    assert "Ships, 11 episodes.\nOf the directory.\nPart 0.\n" in typist.said
    assert "Part 9.\nType y" in typist.said
    assert not [wish for wish in services.asked.wishes if "add" in str(wish[0])]


async def test_r_d_and_x_are_about_the_episode_or_the_podcast_that_is_listed_or_stood_on() -> None:
    services = FeedServices()
    await run(services, "r", "g", "d", "x", "tab", "r", "R", "d", "x")
    assert services.asked.wishes == [
        ("refresh", CAST), ("download", "cast-2"), ("remove_downloads", "cast-2"), ("refresh", CAST),
        ("refresh", None), ("download", "cast-2", "cast-1"), ("remove_feed", CAST),
    ]  # fmt: skip


@pytest.mark.parametrize("place", [0, 2, SmartList.QUEUE])
async def test_r_elsewhere_says_what_to_press(place: int) -> None:
    services = FeedServices(ListQuery(entry=place))
    assert await run(services, "r") == [
        "This topic is not a podcast. Press capital R to refresh all of them, a to add one."
    ]
    assert services.asked.wishes == []


async def test_x_takes_an_episode_off_new() -> None:
    services = FeedServices(ListQuery(entry=SmartList.NEW))
    services.room.progress_index.set_new({"cast-1", "cast-2"})
    async with typing(services) as typist:
        await typist.type("g", until_said="1 of 2.")
        await typist.type("x", until_said="taken off New.")
        await typist.type("g", until_said="1 of 1.")
        await typist.type("u", until_said="Undid:")
        await typist.type("g", until_said="1 of 2.")


async def test_x_on_another_topic_says_what_it_takes() -> None:
    services = FeedServices(ListQuery(entry=2))
    assert (await run(services, "tab", "x"))[-1].startswith("x removes podcasts, downloads,")
    assert services.asked.wishes == []


async def test_downloads_are_said_when_they_begin_and_end() -> None:
    services = FeedServices()
    async with typing(services) as typist:

        def change(downloads: dict[str, DownloadState | None]) -> None:
            services.frontend.show(DownloadsChanged(downloads))

        change({"cast-1": WHOLE, "gone": WHOLE})  # what was there before is not said
        change({"cast-1": None})
        for download in (DownloadState(text="…"), DownloadState(text="45 %", share=0.45)):
            change({"cast-2": download})
        await typist.type("g", until_said="1 of 2. Cast 2. 1 minute. Downloading, 45 %.")
        change({"cast-2": WHOLE})
        await typist.type("g", until_said="1 of 2. Cast 2. 1 minute. Downloaded.")
        change({"cast-2": None})
        change({"cast-1": DownloadState(text="…")})
        change({"cast-1": None})
    assert [line for line in typist.lines if "ownload" in line and " of " not in line] == [
        "Downloading: Cast 2.",
        "Downloaded: Cast 2.",
        "Downloading: Cast 1.",
        "Download stopped: Cast 1.",
    ]


async def test_details_say_podcast_notes_and_chapters() -> None:
    services = FeedServices()
    services.reader.default_notes = EpisodeNotes("All of it.", "Cast")
    services.reader.default_chapters = (Chapter(90.0, link="https://a.example/x"),)
    services.asked.facts[CAST] = PodcastFacts(
        CAST, "Ships.\nRecommends: Lights (https://b.example/f)", "https://c.example/"
    )
    async with typing(services) as typist:
        await typist.type(
            "i",
            until_said="Podcast: Cast.\nNotes:\nAll of it.\nChapter 1, at 1 minute 30: no title.\nLink: https://a.example/x\n",
        )
        await typist.type(
            "tab", "i", until_said="Ships.\nRecommends: Lights (https://b.example/f)\nPage: https://c.example/\n"
        )


async def test_podcast_that_could_not_be_refreshed_says_so_and_a_failed_download_why() -> None:
    services = FeedServices()
    async with typing(services) as typist:
        services.frontend.show(TroublesChanged({CAST: Trouble(CAST, "Cast", "It is broken.", "Never fetched.", CAST)}))
        services.frontend.show(DownloadsChanged({"cast-2": DownloadState(text="…")}))
        services.frontend.show(DownloadsChanged({"cast-2": DownloadState(error="the disk is full")}))
        await typist.type("g", "tab", "j", until_said="6 of 9")
    assert typist.lines[3:] == [
        "Downloading: Cast 2.",
        "Download failed: Cast 2.",
        "1 of 2. The download failed: the disk is full. Cast 2. 1 minute.",
        "Topics. 5 of 9. It could not be refreshed. Cast, 2 episodes, level 2.",
        "6 of 9. Basics, 5 episodes, level 2.",
    ]


async def test_row_names_its_podcast_if_the_row_before_is_of_another() -> None:
    services = FeedServices(ListQuery(entry=SmartList.QUEUE), Queue(("cast-1", "cast-2", "one", "cast-1")))
    assert await run(services, "g", "j", "j", "k", "2") == [
        "1 of 3. Cast 1. 1 minute.",  # its podcast was named at the start
        "2 of 3. Cast 2. 1 minute.",
        "3 of 3. One. 1 minute 40.",
        "2 of 3. Cast 2. Cast. 1 minute.",
        "Queue, 3 episodes.",
        "2 of 3. Cast 2. Cast. 1 minute.",
    ]


async def test_swap_keeps_the_episode_and_says_nothing() -> None:
    services = FeedServices()
    async with typing(services) as typist:
        await typist.type("G", until_said="2 of 2. Cast 1. 1 minute.")
        swap(services.room, cast=(4, 3, 2, 1))
        services.frontend.show(LibraryChanged(services.room.library, services.room.progress_index))
        await typist.type("k", until_said="3 of 4. Cast 2. 1 minute.")
        swap(services.room, cast=(4, 1))
        services.frontend.show(LibraryChanged(services.room.library, services.room.progress_index))
        await typist.type("j", until_said="2 of 2. Cast 1. 1 minute.")
    assert len(typist.lines) == 6


async def test_swap_in_the_topics_keeps_the_topic() -> None:
    services = FeedServices()
    async with typing(services) as typist:
        await typist.type("tab", until_said="Topics. 5 of 9. Cast, 2 episodes, level 2.")
        services.room.library = build_library(TOPICS, EPISODES)
        services.room.progress_index = services.room.progress_index.moved_to(services.room.library)
        services.room.controller.adopt(services.room.library, services.room.progress_index)
        services.frontend.show(LibraryChanged(services.room.library, services.room.progress_index))
        await typist.type("j", until_said="4 of 7. Basics, 5 episodes, level 2.")
        swap(services.room, cast=(2, 1))
        services.frontend.show(LibraryChanged(services.room.library, services.room.progress_index))
        await typist.type("k", until_said="5 of 9. Cast")
    assert len(typist.lines) == 6


@pytest.fixture
def cast(site: Site) -> Site:
    """A server with a podcast of two recordings."""
    site.replies["/f"] = server.body(feed(item(2, "/2.wav") + item(1, "/1.wav")))
    for number in (1, 2):
        site.replies[f"/{number}.wav"] = Ranged(sound(30.0))
    return site


def test_podcast_is_added_played_downloaded_and_removed(cast: Site, terminal: Terminal) -> None:
    terminal.wait("1 of 2. First. 1 minute.")
    terminal.send("a")
    terminal.wait("The address of a podcast, the path of a folder or another player's export, or words to search for")
    terminal.send(f"{cast.url('/f')}\n")
    terminal.wait("Test Cast: 2 episodes.")
    terminal.send("\t")
    terminal.wait("Topics. 4 of 5. All Topics")
    terminal.send("j\r")
    terminal.wait("1 of 2. Episode 2. Unknown length.")
    terminal.send("\r")
    terminal.wait("Playing: Episode 2. Test Cast. 30 seconds.")
    terminal.send("d")
    terminal.wait("Downloading: Episode 2.")
    terminal.wait("Downloaded: Episode 2.")
    terminal.send("x")
    terminal.wait("Download of “Episode 2” removed. Press u to undo.")
    terminal.send("u")
    terminal.wait("Undid: Download of “Episode 2” removed")
    terminal.send("\tx")
    terminal.wait("Test Cast removed. Press u to undo.")
    terminal.send("R")
    terminal.wait("There are no podcasts yet. Press a to add one.")
    terminal.send("u")
    terminal.wait("Undid: Test Cast removed")
    terminal.send("R")
    terminal.wait("Nothing new.")
    terminal.send("q")
    assert terminal.end() == 0


def test_podcast_of_a_slow_server_is_stopped_and_added_again(cast: Site, terminal: Terminal) -> None:
    there, going = cast.replies["/f"], threading.Event()

    def slow(_: server.Exchange) -> None:
        going.wait()

    cast.replies["/f"] = slow
    terminal.wait("1 of 2. First. 1 minute.")
    terminal.send(f"a{cast.url('/f')}\n")
    terminal.wait("Adding a podcast. Press control c to stop it.")
    terminal.program.send_signal(signal.SIGINT)
    terminal.wait("Stopped: adding a podcast.")
    going.set()
    cast.replies["/f"] = there
    terminal.send(f"a{cast.url('/f')}\n")
    terminal.wait("Test Cast: 2 episodes.")
    terminal.program.send_signal(signal.SIGINT)
    assert terminal.end() == 0


@pytest.mark.parametrize("keys", [("P",), ("tab", "g", "P")])
async def test_settings_of_no_podcast_ask_for_one(keys: tuple[str, ...]) -> None:
    services = FeedServices(ListQuery(entry=2))
    course = PodcastChoice(COURSE, "The course", PodcastSettings())
    services.asked.asked_settings.podcasts = [PodcastChoice(CAST, "Cast", PodcastSettings()), course]
    async with typing(services) as typist:
        await typist.type(*keys, until_said="2: Cast.\n3: The course.\nSettings of which podcast? Type its number")
        await typist.type("3", "hidden=yes")
    assert services.asked.wishes == [("configure", COURSE, {"hidden": "yes"})]


async def test_settings_for_all_podcasts_are_said_and_changed(tmp_path: Path) -> None:
    services = FeedServices(ListQuery(entry=2))
    async with typing(services) as typist:
        services.usual = UsualSettings(services.context, tmp_path / "chosen.toml", services.use_settings)
        for answer, said in (
            ("", "seek_back: 10. Seconds that ← and , go back."),
            ("seek_back=20", "As usual: seek back 20."),
            ("seek_back=0", "seek_back: “0” must be a number from 1 to 3600."),
        ):
            await typist.type("P", until_said="Settings of which podcast?")
            await typist.type("1", answer, until_said=said)
        await typist.type("u", until_said="Undid: As usual: seek back 20.")
    assert read_config(tmp_path / "x", chosen=tmp_path / "chosen.toml").settings.playback.seek_back == 10.0


async def test_setting_that_a_source_declares_is_said_and_changed() -> None:
    services = FeedServices(ListQuery(entry=2))
    tongue = Setting("Language", choice_kind("en", "de"), "en", "tongue", "en")
    podcast = PodcastChoice(CAST, "Cast", PodcastSettings(), options={"tongue": tongue})
    services.asked.asked_settings.podcasts = [podcast]
    async with typing(services) as typist:
        for answer, said in (("", "tongue: en. Language."), ("tongue=fr", "tongue: “fr” must be en or de.")):
            await typist.type("P", until_said="Settings of which podcast?")
            await typist.type("2", answer, until_said=said)
        await typist.type("P", until_said="Settings of which podcast?")
        await typist.type("2", "tongue=de")
    assert services.asked.wishes == [("configure", CAST, {"tongue": "de"})]


async def test_settings_of_the_course_are_those_that_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    services = FeedServices(ListQuery(entry=2))
    services.asked.asked_settings.podcasts = [PodcastChoice(COURSE, "The course", PodcastSettings())]
    monkeypatch.setattr(services.asked.asked_settings, "is_of_course", lambda _: True)
    said = await run(services, "P", "")
    assert (said[-2], said[-1].partition(":")[0]) == ("Settings of The course.", "hidden")


async def test_settings_of_a_list_are_said_changed_and_refused() -> None:
    services = FeedServices(ListQuery(entry=2))
    made = ("A", "Mine", "tab", "g", "j", "j", "j")
    said = await run(services, *made, "P", "", "P", "speed=2", "P", "max_length=20m", "P", "name=Ours", "x")
    question = "Type a setting of the list and its value, such as name=Morning, or press enter to list them:"
    assert said.count(question) == 4
    assert [line for line in said if line.startswith(("name: ", "there is no", "List “"))] == [
        "name: Mine. Its name.",
        "there is no setting “speed”; allowed: name, sort.",
        "there is no setting “max_length”; allowed: name, sort.",
        "List “Ours” changed.",
        "List “Ours” removed.",
    ]


async def test_settings_of_a_podcast_are_said_and_changed() -> None:
    services = FeedServices()
    services.asked.asked_settings.podcasts = [PodcastChoice(CAST, "Cast", PodcastSettings(speed=1.2))]
    said = await run(services, "P", "speed=9", "P", "", "P", "speed=2")
    assert said[0] == "Type a setting and its value, such as speed=1.2, or press enter to list the settings:"
    assert "speed: “9” must be a number from 0.5 to 3." in said
    assert "speed: 1.2. Speed at which it plays." in said
    assert services.asked.wishes == [("configure", CAST, {"speed": "2"})]


async def test_settings_at_a_match_or_a_bookmark_are_those_of_its_podcast() -> None:
    services = FeedServices(ListQuery(entry=2))
    services.asked.asked_settings.podcasts = [PodcastChoice(CAST, "Cast", PodcastSettings())]
    async with typing(services) as typist:
        services.controller.bookmarks.add("cast-1", "Cast 1", Stretch(3.0, 5.0, "Said."))
        await typist.type("ctrl+f", "said", until_said="1 of 1. Cast 1. Bookmark")
        await typist.type("P", "speed=2", "4", "P", "speed=3")
        await until(lambda: services.asked.wishes == [("configure", CAST, {"speed": each}) for each in "23"])


def test_login_is_asked_for_in_lines_and_its_password_not_shown(terminal: Terminal, site: Site) -> None:
    site.replies["/f"] = server.guarded(server.body(feed(item(1, "/1.wav"))))
    terminal.wait("Press question mark for help.")
    terminal.send("a")
    terminal.wait("or words to search for, or top for the charts:")
    terminal.send(site.url("/f") + "\n")
    terminal.wait(f"User name for 127.0.0.1:{site.server_port}")
    terminal.send("ann\n")
    terminal.wait("Password:")
    terminal.send("s3cret\n")
    terminal.wait("others on the network can read the login")
    terminal.send("yes\n")
    terminal.wait("Test Cast: 1 episode")
    assert "s3cret" not in terminal.said
    terminal.send("q")
    assert terminal.end() == 0
