"""Recognition in the running app, over a recogniser that does what each test says."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import tui_pod.services.recognition as module
from tests.fakes import START, FakeFrontend, make_context
from tests.patience import SOON, until
from tests.present import present
from tests.rooms import Room, make_room
from tests.sources import server
from tests.sources.server import Site, feed, item, sound
from tui_pod.core.actions import render_keys
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.library.parts import Part, arrange
from tui_pod.core.library.row_states import RecognitionState
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.progress.bookmarks import BY_MACHINE
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.records import SettingRecord
from tui_pod.net.access import make_policy
from tui_pod.services.recordings import wanted_by_settings
from tui_pod.shelf.library import read_feeds
from tui_pod.sources.opened import Podcasts
from tui_pod.sources.table import subscribe
from tui_pod.speech.model import RecognitionError
from tui_pod.speech.recogniser import RecognitionRequest
from tui_pod.speech.transcript_files import TranscriptFiles
from tui_pod.speech.worker_process import RightOfWay


class Rig:
    """The service, the episodes `a` to `c` with recordings, and a recogniser whose steps the test lets go."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in "abc":
            (folder / f"{name}.mp3").write_bytes(b"sound")
        episodes = [Episode(name, name.upper(), duration=100.0, audio=str(folder / f"{name}.mp3")) for name in "abc"]
        self.room: Room = make_room([*episodes, Episode("gone", "Gone", audio="/nowhere.mp3"), Episode("text", "Text")])
        self.files = TranscriptFiles(folder / "words")
        self.frontend = FakeFrontend()
        self.context = make_context(self.room.controller, self.frontend)
        self.states = self.frontend.recognised
        self.begun: list[str] = []
        self.asked: Sequence[RecognitionRequest] = ()
        self.steps: asyncio.Queue[float | Exception | None] = asyncio.Queue()
        self.is_on_battery = False
        monkeypatch.setattr(module, "find_model", lambda setting: folder)
        monkeypatch.setattr(module, "transcribe", self.transcribe)
        monkeypatch.setattr(module, "is_on_battery", lambda: self.is_on_battery)
        monkeypatch.setattr(module, "REPORT_EVERY", 0.0)
        monkeypatch.setattr(module, "LOOK_EVERY", 0.01)
        self.service = self.make()

    async def read(self, episode: Episode) -> Transcript:
        """Return what is recognised."""
        words = self.files.read(episode.id)
        return Transcript(words.cues if words is not None else ())

    def make(self, is_paused: bool = False) -> module.RecognitionService:
        """Return the service."""

        async def no_podcasts() -> None:
            return None

        return module.RecognitionService(self.context, self.files, no_podcasts, self.read, is_paused)

    async def transcribe(
        self,
        files: TranscriptFiles,
        episode: str,
        requests: Sequence[RecognitionRequest],
        model_name: str,
        urgent: RightOfWay | None,
    ) -> AsyncGenerator[float, None]:
        """Stand for the recogniser: a step is the seconds done, 100 the end, None one without words, or a fault."""
        self.begun.append(episode)
        self.asked = requests
        self.frontend.bell.ring()
        with files.writing(episode, model_name) as writer:
            while True:
                step = await self.steps.get()
                if isinstance(step, Exception):
                    raise step
                if step is None:
                    return
                writer.add((Cue("Said.", step - 1, step),), step)
                yield step
                if step == 100.0:
                    return

    async def until(self, is_so: Callable[[], object]) -> None:
        """Wait until something is so of what is shown or begun."""
        try:
            await self.frontend.bell.until(is_so, "it is so")
        except AssertionError as error:
            error.add_note(f"{self.states}, {self.frontend.said}")
            raise


@pytest.fixture
async def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Rig, None]:
    """The service over a fake recogniser."""
    rig = Rig(tmp_path, monkeypatch)
    yield rig
    await rig.service.close()


async def test_progress_shows_in_row_bar_and_words(rig: Rig) -> None:
    rig.service.request(["a"])
    rig.service.request(["a"], is_asked=False)  # the settings want what was asked for
    assert rig.states["a"] == RecognitionState("…")
    rig.steps.put_nowait(42.0)
    await rig.until(lambda: rig.states["a"] == RecognitionState("42 %", 42.0))
    assert rig.frontend.work == "recognising “A” 42 %"
    assert rig.service.label("a") == f"{BY_MACHINE} · 42 %"
    rig.steps.put_nowait(100.0)
    await rig.until(lambda: rig.states["a"] is None and not rig.frontend.work)
    assert rig.service.label("a") == ""
    assert "“A” has a transcript now." in rig.frontend.said[-1]


async def test_work_that_is_stopped_keeps_what_was_recognised_and_can_begin_again(rig: Rig) -> None:
    rig.service.request(["a"])
    rig.steps.put_nowait(42.0)
    await rig.until(lambda: "recognition" in rig.frontend.jobs)
    assert rig.frontend.jobs["recognition"].share == 0.42
    assert rig.context.tasks.stop().text == "Stopped: recognising “A” 42 %."
    await rig.until(lambda: rig.states["a"] is None and not rig.frontend.jobs)
    rig.service.request(["a"])
    rig.steps.put_nowait(100.0)
    await rig.until(lambda: "“A” has a transcript now." in "".join(rig.frontend.said[-1:]))


async def test_what_plays_comes_first_then_the_queue(rig: Rig) -> None:
    rig.room.controller.queue_last(["c"])
    rig.service.request(["a", "b", "c"], is_asked=False)
    rig.room.controller.play("b")
    for _ in range(3):
        rig.steps.put_nowait(100.0)
    await rig.until(lambda: len(rig.begun) == 3)
    assert rig.begun == ["b", "c", "a"]


async def test_pause_ends_the_work_for_good_and_going_on_takes_it_up_again(rig: Rig) -> None:
    rig.service.request(["a"])
    rig.steps.put_nowait(10.0)
    await rig.until(lambda: rig.service.label("a").endswith("10 %"))
    rig.service.toggle_pause()
    await rig.until(lambda: rig.frontend.work == module.PAUSED)
    assert rig.service.label("a") == f"{BY_MACHINE} · {module.PAUSED}"
    rig.service.toggle_pause()
    await rig.until(lambda: rig.begun == ["a", "a"])


@pytest.mark.parametrize("is_asked", [False, True])
async def test_recording_that_came_for_its_words_alone_goes_with_them_though_they_were_paused(
    rig: Rig, site: Site, tmp_path: Path, is_asked: bool
) -> None:
    site.replies["/far.wav"] = server.body(sound(0.1), "audio/wav")
    podcasts = Podcasts(tmp_path / "data", tmp_path / "cache", 1 << 30, site.policy)

    async def open_podcasts() -> Podcasts:
        return podcasts

    room = make_room([Episode("far", "Far", duration=100.0, audio=site.url("/far.wav"))])
    rig.context = make_context(room.controller, rig.frontend)
    service = module.RecognitionService(rig.context, rig.files, open_podcasts, rig.read)
    service.request(["far"], is_asked=is_asked)
    await rig.until(lambda: rig.begun == ["far"])
    service.toggle_pause()
    await rig.until(lambda: rig.frontend.work == module.PAUSED)
    assert podcasts.downloads.find("far") is not None
    service.toggle_pause()
    rig.steps.put_nowait(100.0)
    await rig.until(lambda: rig.begun == ["far", "far"] and rig.frontend.work == "")
    assert (podcasts.downloads.find("far") is not None) is is_asked
    await service.close()


async def test_battery_pauses_and_mains_goes_on(rig: Rig) -> None:
    rig.is_on_battery = True
    rig.service.request(["a"])
    await rig.until(lambda: module.ON_BATTERY in rig.frontend.works)
    assert rig.begun == []
    rig.is_on_battery = False
    await rig.until(lambda: rig.begun == ["a"])


async def test_fault_is_told_and_the_next_is_recognised(rig: Rig) -> None:
    rig.service.request(["gone", "text", "a", "b", "c"])
    rig.steps.put_nowait(RecognitionError("It is broken."))
    rig.steps.put_nowait(ZeroDivisionError("by zero"))
    await rig.until(lambda: rig.begun == ["a", "b", "c"])
    assert rig.frontend.errors == [
        "“Gone” was not recognised. The recording is not there: /nowhere.mp3.",
        "“Text” was not recognised. The recording is not there: it is narrated.",
        "“A” was not recognised. It is broken.",
        "“B” was not recognised. Unexpected error (ZeroDivisionError).",
    ]


async def test_language_that_the_model_does_not_know_is_told_before_anything_is_downloaded(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "find_model", lambda setting: tmp_path / "base.en")
    monkeypatch.setattr(module, "find_language", lambda episode, podcasts: "de")
    rig.service.request(["gone"])
    await rig.until(lambda: rig.frontend.errors)
    assert "Its language is de, and the model knows English only. For others, run: tui-pod models get base." in str(
        rig.frontend.errors
    )


async def test_what_broke_off_is_gone_on_with_when_asked_again(rig: Rig) -> None:
    rig.service.request(["a"])
    rig.steps.put_nowait(10.0)
    rig.steps.put_nowait(RecognitionError("It was ended."))
    await rig.until(lambda: rig.frontend.errors)
    rig.service.request(["a"])
    rig.steps.put_nowait(100.0)
    await rig.until(lambda: rig.states["a"] is None and rig.begun == ["a", "a"])
    words = present(rig.files.read("a"))
    assert [cue.end for cue in words.cues] == [10.0, 100.0]


async def test_recording_without_words_is_told_as_one(rig: Rig) -> None:
    rig.service.request(["a"])
    rig.steps.put_nowait(None)
    await rig.until(lambda: rig.frontend.said)
    assert rig.frontend.said == ["No speech found in “A”."]


async def test_removing_and_closing_stop_the_work_and_keep_what_is_done(rig: Rig) -> None:
    rig.service.request(["a"])
    rig.steps.put_nowait(10.0)
    await rig.until(lambda: rig.service.label("a").endswith("10 %"))
    rig.service.remove("a")
    await rig.until(lambda: rig.states["a"] is None)
    assert rig.files.read("a") is not None
    assert "the transcript so far stays" in rig.frontend.said[-1]
    rig.service.request(["a"])
    rig.steps.put_nowait(20.0)
    await rig.until(lambda: rig.service.label("a").endswith("20 %"))
    await rig.service.close()
    with rig.files.writing("a", "m"):  # nobody else writes any more
        words = rig.files.read("a")
    assert words is not None
    assert words.until == 20.0


def service_that_wants(
    episodes: list[str], rig: Rig, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> tuple[module.RecognitionService, list[str]]:
    """Return a service whose settings want these episodes, and a list that grows with each look at them."""
    looks: list[str] = []

    async def open_podcasts() -> Podcasts:
        return Podcasts(folder / "data", folder / "cache", 1 << 30)

    def wanted(*_: object) -> list[str]:
        looks.append("look")
        return episodes

    monkeypatch.setattr(module, "wanted_by_settings", wanted)
    return module.RecognitionService(rig.context, rig.files, open_podcasts, rig.read), looks


async def test_what_the_settings_want_no_more_is_dropped_by_two_looks_at_once(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service, looks = service_that_wants([], rig, monkeypatch, tmp_path)
    service.request(["a", "b", "c"], is_asked=False)
    await rig.until(lambda: rig.begun == ["a"])
    service.look()
    service.look()
    await rig.until(lambda: len(looks) == 2 and rig.frontend.work == "" and not any(rig.states.values()))
    assert rig.frontend.errors == []
    await service.close()


async def test_words_removed_can_be_brought_back(rig: Rig) -> None:
    with rig.files.writing("a", "m") as writer:
        writer.add((Cue("Said.", 1.0, 2.0),), 2.0)
    rig.service.remove("a")
    await rig.until(lambda: any("removed" in said for said in rig.frontend.said))
    assert rig.files.read("a") is None
    rig.service.remove("a")
    await rig.until(lambda: rig.frontend.said[-1] == "This transcript was not recognised by machine.")
    rig.room.controller.undo()
    await rig.until(lambda: rig.files.read("a") is not None)


def test_settings_of_a_podcast_tell_what_is_recognised_by_itself(site: Site, tmp_path: Path) -> None:
    podcasts = Podcasts(tmp_path / "data", tmp_path / "cache", 1 << 30, make_policy((), 10.0))
    site.replies["/f"] = server.body(feed("".join(item(number, f"/{number}.wav") for number in (1, 2, 3))))
    for number in (1, 2, 3):
        site.replies[f"/{number}.wav"] = server.body(sound(0.1), "audio/wav")
    feed_id = subscribe(podcasts.store, site.url("/f")).feed.feed_id
    newest, middle, oldest = podcasts.store.episode_ids(feed_id)
    library = build_library((), read_feeds(podcasts.store.db.file.parent).episodes)
    progress = ProgressIndex(library, {newest: Progress(START, played=True)})
    files = TranscriptFiles(tmp_path / "words")

    def wanted(setting: str) -> list[str]:
        podcasts.store.configure(feed_id, {"transcribe": setting})
        return wanted_by_settings(podcasts, files, library, progress)

    assert wanted("") == []
    assert wanted("all") == [middle, oldest, newest]
    index = present(library.index(oldest))
    request = present(podcasts.audio.download_request(library.episode(index)))
    podcasts.downloads.fetch(request)
    assert wanted("downloads") == [oldest]
    with files.writing(oldest, "m") as writer:
        writer.complete(1.0)
    assert wanted("downloads") == []


async def test_what_was_asked_for_is_remembered_until_it_is_done(rig: Rig) -> None:
    def remembered() -> str:
        (*_, last) = [one.value for one in rig.room.writer.records if isinstance(one, SettingRecord)]
        return str(last)

    rig.service.request(["a", "b", "an id with spaces"])
    rig.service.request(["c"], is_asked=False)
    assert remembered() == "a b"
    rig.steps.put_nowait(100.0)
    await rig.until(lambda: remembered() == "b")
    rig.service.remove("b")
    await rig.until(lambda: remembered() == "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"audio": None}, ""),
        ({}, "Press enter to have a transcript recognised on this machine. That takes 10 s or more."),
        ({"duration": None}, "Press enter to have a transcript recognised on this machine."),
    ],
)
def test_recognition_is_offered_for_a_recording(rig: Rig, change: dict[str, Any], said: str) -> None:
    episode = rig.room.library.episode(0)._replace(duration=10 * module.USUAL_SPEED)._replace(**change)
    assert rig.service.offer(episode, "Press enter") == said


def test_recogniser_that_is_missing_is_said_with_the_command(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> Path:
        raise RecognitionError("There is no model")

    monkeypatch.setattr(module, "find_model", missing)
    assert not rig.service.is_ready
    assert rig.service.offer(rig.room.library.episode(0)) == "There is no model — then restart tui-pod."


async def test_what_nobody_asked_for_ends_without_a_word(rig: Rig) -> None:
    rig.service.request(["a", "b"], is_asked=False)
    rig.steps.put_nowait(100.0)
    rig.steps.put_nowait(RecognitionError("It is broken."))
    await rig.until(lambda: rig.begun == ["a", "b"] and not any(rig.states.values()) and not rig.frontend.work)
    assert (rig.frontend.said, rig.frontend.errors) == ([], [])


async def test_book_of_several_files_is_recognised_file_by_file(rig: Rig, tmp_path: Path) -> None:
    parts = arrange([Part(str(tmp_path / "a.mp3"), 60.0), Part(str(tmp_path / "b.mp3"), 60.0)])
    room = make_room([Episode("book", "Book", audio=str(tmp_path / "a.mp3"), parts=parts)])
    rig.context = make_context(room.controller, rig.frontend)
    service = rig.make()
    service.request(["book", "left"])
    rig.steps.put_nowait(100.0)
    await rig.until(lambda: rig.frontend.errors and rig.files.read("book"))
    assert [(Path(one.recording).name, one.offset) for one in rig.asked] == [("a.mp3", 0.0), ("b.mp3", 60.0)]
    assert rig.frontend.errors == ["“left” was not recognised. It is no longer in the library."]
    await service.close()


@pytest.mark.parametrize(
    ("duration", "measured", "until", "text"),
    [
        (100.0, None, 250.0, "99 %"),
        (100.0, 50.0, 25.0, "50 %"),
        (None, None, 125.0, "2 m"),
        (None, 200.0, 50.0, "25 %"),
    ],
)
async def test_progress_is_a_share_of_the_length_or_minutes(
    rig: Rig, tmp_path: Path, duration: float | None, measured: float | None, until: float, text: str
) -> None:
    room = make_room([Episode("a", "A", duration=duration, audio=str(tmp_path / "a.mp3"))])
    if measured is not None:
        room.progress_index.put("a", Progress(START, 1.0, measured))
    rig.context = make_context(room.controller, rig.frontend)
    service = rig.make()
    service.request(["a"])
    rig.steps.put_nowait(until)
    await rig.until(lambda: (state := rig.states.get("a")) and state.text == text)
    await service.close()


async def test_pause_is_remembered_and_told_once_something_is_asked_for(rig: Rig) -> None:
    next_app = rig.make(is_paused=True)
    next_app.request(["a"])
    await rig.until(lambda: module.PAUSED in rig.frontend.works)
    assert (rig.begun, rig.frontend.said.pop()) == ([], render_keys(module.PAUSED_NOTICE))
    await next_app.close()
    assert rig.service.toggle_pause().text == module.PAUSED_NOTICE
    assert rig.room.writer.table("transcribe")["paused"] == "yes"
    rig.service.request(["a"], is_asked=False)
    assert rig.frontend.said == []
    rig.service.request(["b"])
    assert rig.frontend.said == [render_keys(module.PAUSED_NOTICE)]
    assert rig.service.toggle_pause().text == "Recognition resumed."
    assert rig.room.writer.table("transcribe")["paused"] == "no"


async def test_what_failed_or_was_stopped_is_not_wanted_by_the_settings_before_a_restart(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service, looks = service_that_wants(["gone", "a", "b"], rig, monkeypatch, tmp_path)
    service.look()
    await rig.until(lambda: rig.begun == ["a"])
    service.remove("a")
    await rig.until(lambda: rig.begun == ["a", "b"])
    service.look()
    await until(lambda: len(looks) == 2, "it looks again")
    for _ in range(SOON):
        await asyncio.sleep(0)
    assert [ident for ident, state in rig.states.items() if state is not None] == ["b"]
    await service.close()


async def test_nothing_is_looked_for_without_podcasts(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "wanted_by_settings", None)
    rig.service.look()
    for _ in range(5):
        await asyncio.sleep(0)
    assert rig.frontend.errors == []
