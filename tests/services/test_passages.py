"""Passages in the running app, over comparing that finds the same jingle in all recordings."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

import pytest

import tui_pod.services.passages as module
from tests.fakes import START, FakeFrontend, make_context
from tests.patience import PATIENCE, until
from tests.rooms import CAST, Room, make_podcast, make_room
from tests.sources import server
from tests.sources.server import Site, sound
from tui_pod.config.settings import PassageSettings, Settings
from tui_pod.core.library.episode import Episode
from tui_pod.core.player.events import Event
from tui_pod.core.player.snapshot import Source
from tui_pod.core.progress.passages import Passage, Repeat
from tui_pod.core.progress.progress import Progress
from tui_pod.net.address import origin
from tui_pod.passages.finder import FindRequest
from tui_pod.passages.store import ComparedRecording, PassageError, PassageStore, stamp_of
from tui_pod.runtime.threads import CancelToken
from tui_pod.services.podcasts.podcast_settings import PodcastChoice
from tui_pod.shelf.feed_store import Details
from tui_pod.shelf.published import PublishedItem
from tui_pod.sources.opened import Podcasts
from tui_pod.speech.worker_process import RightOfWay

JINGLE = 0.0, 20.0


class Frontend(FakeFrontend):
    """Passes events on, as the real ones do."""

    room: Room

    def emit(self, event: Event) -> None:
        self.room.controller.handle(event)


class Rig:
    """The service, and a podcast of the episodes `a` to `d`, of which all but `d` are downloaded."""

    def __init__(self, folder: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        for number, name in enumerate("abcd"):
            site.replies[f"/{name}.wav"] = server.body(sound(0.1, pitch=400.0 + 50 * number), "audio/wav")
        self.site, self.folder = site, folder
        self.episodes = [Episode(name, name, duration=100.0, audio=site.url(f"/{name}.wav")) for name in "abcd"]
        self.podcasts = Podcasts(folder / "data", folder / "cache", 1 << 30, site.policy)
        self.paths = {one.id: self.download(one) for one in self.episodes[:3]}
        self.store = PassageStore(folder / "cache")
        self.compared: list[str] = []
        self.fault = ""
        self.is_on_battery = False
        self.purged: set[str] = set()
        origins = frozenset((origin(site.url("")),))
        known = Details(PublishedItem(), CAST, "Cast", origins, None)
        monkeypatch.setattr(self.podcasts.store, "details", lambda ident: None if ident in self.purged else known)
        monkeypatch.setattr(module, "find_passages", self.find)
        monkeypatch.setattr(module, "is_on_battery", lambda: self.is_on_battery)
        monkeypatch.setattr(module, "SOON", 0.0)
        monkeypatch.setattr(module, "LOOK_AGAIN", 600.0)
        self.start()

    def start(self, settings: Mapping[str, str] = {}, when: str = "mains") -> None:
        """Start the app anew, with these settings of the podcast."""
        heard = Progress(START, played_ranges=((0.0, 30.0),))
        progress = {one.id: heard for one in self.episodes[1:]}
        self.room = make_room(progress=progress, library=make_podcast(settings, self.episodes))
        self.frontend = Frontend()
        self.frontend.room = self.room
        context = make_context(self.room.controller, self.frontend, Settings(passages=PassageSettings(find=when)))

        async def open_podcasts() -> Podcasts:
            return self.podcasts

        self.service = module.PassageService(context, self.store, open_podcasts, {})
        self.room.controller.passages.load({"passage_keys": {CAST: 3}})

    def download(self, episode: Episode) -> Path:
        """Download an episode, again if it is here."""
        self.podcasts.downloads.delete(episode.id)
        request = self.podcasts.audio.download_request(episode)
        assert request is not None
        return self.podcasts.downloads.fetch(request)

    async def find(self, request: FindRequest, urgent: RightOfWay | None = None) -> AsyncGenerator[float]:
        """Stand for the process: the jingle is at the start of all recordings that were compared."""
        self.compared.append(request.episode)
        yield 1.0
        if self.fault:
            raise PassageError(self.fault)
        stamp = stamp_of(Path(request.recording))
        repeats = [(request.episode, Repeat(*JINGLE, other, *JINGLE)) for other in self.store.compared(request.podcast)]
        self.store.save(ComparedRecording(request.episode, request.podcast, stamp, stamp.encode()), [], repeats)

    def play(self, episode: str) -> None:
        """Play a download."""
        self.room.sources.found[episode] = Source(str(self.paths[episode]), duration=100.0)
        self.room.play(episode)
        self.service.playback_changed(self.room.controller.playback)

    async def look(self, *compared: str) -> None:
        """Look for recordings; these must be compared."""
        self.compared.clear()
        await self.service.look()
        assert self.compared == list(compared)

    async def shows(self, *passages: Passage) -> None:
        """Wait until what plays has these passages."""
        await until(lambda: self.room.controller.playback.passages == passages, f"{passages} on the bar")


@pytest.fixture
async def rig(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> Rig:
    return Rig(tmp_path, site, monkeypatch)


async def test_recordings_are_compared_once_what_plays_first_and_the_bar_learns_of_it(rig: Rig) -> None:
    stream = rig.podcasts.streams.open("d", rig.site.url("/d.wav"), lambda: rig.site.policy)
    rig.play("b")
    await rig.look("b", "c", "a")  # then the oldest first; the stream is not whole
    await rig.shows(Passage(*JINGLE, 1))  # of `c`; nobody heard `a`
    await asyncio.to_thread(stream.fetch_all, 1 << 20, lambda *_: None, CancelToken())
    stream.close()
    stream.join(PATIENCE)
    await rig.look("d")
    await rig.shows(Passage(*JINGLE, 2))
    await rig.look()
    rig.start()
    await rig.look()  # nor after a restart


async def test_setting_skips_from_the_hearing_that_it_says(rig: Rig) -> None:
    rig.play("a")
    await rig.look("a", "c", "b")
    await rig.shows(Passage(*JINGLE, 2))
    for often, is_skipped in (("2", True), ("3", False)):
        rig.start({"skip_recurring": often})
        rig.play("a")
        await rig.shows(Passage(*JINGLE, 2, is_skipped))


async def test_another_file_in_place_of_what_plays_has_no_passages(rig: Rig) -> None:
    rig.play("a")
    await rig.look("a", "c", "b")
    await rig.shows(Passage(*JINGLE, 2))
    rig.site.replies["/a.wav"] = server.body(sound(0.1, pitch=800.0), "audio/wav")
    rig.download(rig.episodes[0])  # the player still has the former one
    await rig.look("a")
    await rig.shows()
    rig.play("b")
    rig.play("a")
    await rig.shows(Passage(*JINGLE, 2))


@pytest.mark.parametrize(
    ("when", "is_on_battery", "looks"), [("mains", True, False), ("always", True, True), ("never", False, False)]
)
async def test_it_looks_when_the_setting_says(rig: Rig, when: str, is_on_battery: bool, looks: bool) -> None:
    rig.start(when=when)
    rig.is_on_battery = is_on_battery
    await rig.look(*("cba" if looks else ""))


async def test_what_fails_is_tried_again_only_after_a_restart_and_shows_nothing(rig: Rig) -> None:
    rig.play("a")
    rig.fault = "Passages cannot be stored in /cache: the disk is full."
    await rig.look("a", "c", "b")
    await rig.look()
    assert (rig.frontend.errors, rig.room.controller.playback.passages) == ([], ())
    rig.start()
    rig.fault = ""
    await rig.look("c", "b", "a")


async def test_passages_of_episodes_that_were_purged_are_forgotten(rig: Rig) -> None:
    await rig.look("c", "b", "a")
    rig.purged.add("b")
    rig.start()
    await rig.look("b")  # its download is still here


async def test_without_numpy_the_key_says_what_is_missing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rig.service.skip().text == "Nothing that you have heard before plays here."
    monkeypatch.setattr(module, "missing", lambda: "Finding passages needs numpy 2.")
    await rig.look()
    assert rig.service.skip().text == "Finding passages needs numpy 2."


async def test_settings_that_fit_are_offered(rig: Rig) -> None:
    await rig.look("c", "b", "a")
    podcast = PodcastChoice(CAST, "Cast", rig.room.library.settings[CAST])
    offers = await rig.service.offers(podcast)
    assert {name: value for name, (value, _) in offers.items()} == {"skip_recurring": "3", "skip_start": "20"}
    assert offers["skip_start"][1] == "Its episodes begin with the same 0:20"
