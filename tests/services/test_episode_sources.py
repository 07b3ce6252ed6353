"""Where audio comes from, when something on the way there is broken: each request has its answer."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import FakeAudio
from tests.patience import PATIENCE, idle
from tests.present import present
from tests.services.media import make_media
from tests.sources import server
from tests.sources.server import Ranged, Site, sound
from tests.sources.zoo import claiming_m4a
from tui_pod.config.settings import NarrationSettings
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import build_library
from tui_pod.core.library.parts import Part, arrange
from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.player.events import Event, LoadFailed, SourceReady
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, Source
from tui_pod.core.player.timeline import plan
from tui_pod.core.progress.bookmarks import BY_MACHINE
from tui_pod.core.text.document import Block, Document
from tui_pod.net.access import make_policy
from tui_pod.net.fetch import FetchError, LoginWanted
from tui_pod.services import episode_sources as module
from tui_pod.services import narration, transcripts
from tui_pod.services.narration import make_episode_script, spoken_name
from tui_pod.services.transcripts import read_transcript
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.sources.opened import EpisodeChapters, Podcasts
from tui_pod.speech.alignment import FOUND
from tui_pod.speech.narrator import Narration, NarrationError, Narrator, Response, Script
from tui_pod.speech.transcript_files import TranscriptFiles

STREAM = Episode("x", "X", audio="https://example.org/x.mp3")
SPOKEN = Episode("y", "Y", summary="Said.")
QUOTA = 1_000_000
ONE = Chapter(0.0, "One")


MADE = Narration(Path("/made.opus"), 10.0, (Cue("One.", 0.0), Cue("Two.", 4.5)))


class Answers(Narrator):
    """A narrator that gives an answer, and keeps what it is asked."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "narrations", 0)
        self.answer: Narration | NarrationError = MADE
        self.found: Narration | None = MADE
        self.asked: list[tuple[tuple[str, ...], bool]] = []
        self.discarded: list[Path] = []

    def request(self, script: Script, answer: Response, is_urgent: bool = True) -> None:
        self.asked.append((script.sentences, is_urgent))
        answer(self.answer)

    def find(self, script: Script) -> Narration | None:
        return self.found

    def discard(self, narration: Path) -> None:
        self.discarded.append(narration)


class ServiceRig:
    """Sources over a folder, with what they reported and logged."""

    def __init__(self, folder: Path) -> None:
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.narrator = Narrator(folder / "narrations", 1_000_000)
        self.podcasts = Podcasts(folder / "data", folder / "cache", QUOTA)
        self.open: Callable[[], Podcasts] = lambda: self.podcasts
        self.remake()
        self.log: asyncio.Queue[str] = asyncio.Queue()

    async def request(self, episode: Episode, position: float = 0.0) -> Event:
        """Return the answer to a request."""
        self.media.sources.request(episode, 7, position)
        return await asyncio.wait_for(self.events.get(), PATIENCE)

    async def ready(self, episode: Episode, position: float = 0.0) -> Source:
        """Return what a request that can be met is answered with."""
        event = await self.request(episode, position)
        assert isinstance(event, SourceReady)
        return event.source

    async def refused(self, episode: Episode) -> LoadFailed:
        """Return what a request that cannot be met is answered with."""
        event = await self.request(episode)
        assert isinstance(event, LoadFailed)
        return event

    def remake(self, narrator: Narrator | None = None, **parts: Any) -> None:
        """Have sources of other parts."""
        self.media = make_media(narrator or self.narrator, self.events.put_nowait, lambda: self.open(), **parts)

    async def next_line(self) -> str:
        """Return the next line of the log."""
        return await asyncio.wait_for(self.log.get(), PATIENCE)


@pytest.fixture
async def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ServiceRig]:
    """Sources over a folder with nothing in it."""
    service = ServiceRig(tmp_path)
    monkeypatch.setattr(
        module, "log_error", lambda error, what: service.log.put_nowait(f"{what}: {type(error).__name__}: {error}")
    )
    yield service
    await service.media.sources.close()


@pytest.fixture
def narrator(service: ServiceRig, tmp_path: Path) -> Answers:
    """A narrator that the sources have."""
    narrator = Answers(tmp_path)
    service.remake(narrator)
    return narrator


def fail(error: Exception) -> Callable[..., object]:
    """Return a function that raises."""

    def raise_it(*_: object) -> object:
        raise error

    return raise_it


DENIED = PermissionError(13, "Permission denied", "/d/downloads")


@pytest.mark.parametrize(
    ("error", "said"),
    [(DENIED, "Permission denied (/d/downloads)"), (RuntimeError("odd \x1b[1mthing"), "RuntimeError: odd [1mthing")],
)
async def test_request_that_fails_unexpectedly_is_told_and_logged(
    service: ServiceRig, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    monkeypatch.setattr(service.podcasts.audio, "source", fail(error))
    event = await service.refused(STREAM)
    assert event.load == 7
    assert event.reason == f"“X” cannot be played: {said}. Your position is saved. Try again, or run: tui-pod doctor"
    assert await service.next_line() == f"x: {type(error).__name__}: {error}"


@pytest.mark.parametrize(
    ("broken", "name", "error", "episode", "said"),
    [
        (lambda _: transcripts, "read_transcript", MemoryError(), SPOKEN, "“Y” cannot be played: MemoryError. Your "),
        (lambda service: service.narrator, "request", RuntimeError("odd"), SPOKEN, "RuntimeError: odd"),
        (lambda _: Path, "is_file", DENIED, Episode("z", "Z", audio="/d/z.mp3"), "Permission denied"),
    ],
)
async def test_words_narration_and_files_that_fail_unexpectedly_are_told(
    service: ServiceRig,
    monkeypatch: pytest.MonkeyPatch,
    broken: Callable[[ServiceRig], object],
    name: str,
    error: Exception,
    episode: Episode,
    said: str,
) -> None:
    monkeypatch.setattr(broken(service), name, fail(error))
    event = await service.refused(episode)
    assert said in event.reason


async def test_file_that_is_gone_or_whose_index_lies_is_not_played(service: ServiceRig, tmp_path: Path) -> None:
    path = tmp_path / "z.m4a"
    event = await service.refused(Episode("z", "Z", audio=str(path)))
    assert event.reason == f"The file is gone. Your position is saved. {path} is not there."
    path.write_bytes(claiming_m4a(60_000_000))
    event = await service.refused(Episode("z", "Z", audio=str(path)))
    assert event.reason == f"Its index claims more than the file can hold. Your position is saved. The file is {path}."


async def test_chapters_that_fail_leave_the_audio_playing(service: ServiceRig, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source("https://example.org/x.mp3", is_stream=True)
    monkeypatch.setattr(service.podcasts.audio, "source", lambda *_: source)
    monkeypatch.setattr(service.podcasts.documents, "chapters", fail(RuntimeError("odd")))
    await service.ready(STREAM)
    assert await service.next_line() == "x: RuntimeError: odd"
    assert service.events.empty()


@pytest.mark.parametrize(("found", "is_told"), [((), False), ((ONE,), False), ((ONE, Chapter(9.0, "Two")), True)])
async def test_chapters_are_told_only_if_there_are_other_ones(
    found: tuple[Chapter, ...], is_told: bool, service: ServiceRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(*_: object) -> EpisodeChapters:
        return EpisodeChapters(found, ChapterOrigin.FEED)

    source = Source("https://example.org/x.mp3", is_stream=True, marks=(ONE,))
    monkeypatch.setattr(service.podcasts.audio, "source", lambda *_: source)
    monkeypatch.setattr(service.podcasts.documents, "chapters", find)
    await service.ready(STREAM)
    await idle()
    assert service.events.empty() is not is_told


async def test_preparing_that_fails_is_logged_alone(service: ServiceRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.podcasts.audio, "prepare", fail(RuntimeError("odd")))
    service.media.sources.prepare(STREAM)
    assert await service.next_line() == "x: RuntimeError: odd"
    assert service.events.empty()


async def test_downloads_that_are_a_file_leave_the_stream(service: ServiceRig, site: Site) -> None:
    folder = service.podcasts.downloads.folder
    folder.parent.mkdir(parents=True)
    folder.write_text("no folder")
    site.replies["/x.wav"] = Ranged(sound(0.1))
    service.podcasts.access.policy = make_policy([f"127.0.0.1:{site.server_port}"], 20.0)
    assert (await service.ready(Episode("x", "X", audio=site.url("/x.wav")))).is_stream


@pytest.mark.parametrize(
    ("reply", "passing", "wait"),
    [
        (server.body("busy", status=429, Retry_After="7"), "the server answers 429", 7.0),
        (server.body("down", status=503), "the server answers 503", None),
        (lambda exchange: exchange.connection.close(), "the connection failed", None),
        (None, "the connection failed", None),
        (server.body("gone", status=404), None, None),
    ],
)
async def test_refusal_says_whether_another_request_may_succeed(
    service: ServiceRig, site: Site, reply: server.Reply | None, passing: str | None, wait: float | None
) -> None:
    if reply is None:
        site.server_close()  # nothing answers there
    else:
        site.replies["/x.wav"] = reply
    service.podcasts.access.policy = make_policy([f"127.0.0.1:{site.server_port}"], 20.0)
    event = await service.refused(Episode("x", "X", audio=site.url("/x.wav")))
    assert (event.passing, event.retry_after) == (passing, wait)


async def test_podcasts_that_could_not_be_opened_are_opened_anew(
    service: ServiceRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.podcasts.audio, "source", lambda *_: Source("https://example.org/x.mp3"))
    service.open = fail(DENIED)  # type: ignore[assignment]
    await service.refused(STREAM)
    service.open = lambda: service.podcasts
    await service.ready(STREAM)
    assert await service.media.podcasts.get() is service.podcasts


async def test_podcasts_asked_for_at_once_are_opened_once(service: ServiceRig) -> None:
    opened: list[Podcasts] = []

    def count() -> Podcasts:
        opened.append(service.podcasts)
        return service.podcasts

    service.open = count
    await asyncio.gather(service.media.podcasts.get(), service.media.podcasts.get())
    await service.media.podcasts.get()
    assert len(opened) == 1


@pytest.mark.parametrize(
    ("language", "words", "refused"),
    [
        ("de-at", "Worte.", "The settings name no voice for German: [narration.voices] de. "),
        ("", "Der Nebel ist auf dem Meer und die Laterne brennt nicht.", "German"),
        ("en-gb", "Worte.", "asked"), ("", "Worte.", "asked"),
    ],
)  # fmt: skip
async def test_text_in_another_language_is_not_read_by_the_english_voice(
    service: ServiceRig, language: str, words: str, refused: str
) -> None:
    address = "https://cast.example.org/f"
    service.podcasts.store.subscribe([Entry(address)])
    feed = Published("Cast", (PublishedItem(guid="1", title="Moor", summary=words),), language=language)
    service.podcasts.store.store(address, feed)
    (ident,) = service.podcasts.store.episode_ids(address)
    service.narrator.request = lambda _, answer, is_urgent=True: answer(NarrationError("asked"))  # type: ignore[assignment,method-assign]
    event = await service.refused(Episode(ident, "Moor", summary=words))
    assert refused in event.reason


async def test_recognised_words_stand_in_and_lend_their_times(tmp_path: Path) -> None:
    (tmp_path / "plain.txt").write_text("The keeper lit the lamp. Nobody saw it.", "utf-8")
    files = TranscriptFiles(tmp_path / "words")
    for ident in ("bare", "plain", "begun"):
        with files.writing(ident, "m") as writer:
            writer.add((Cue("The keeper lit a lamp.", 5.0, 7.0), Cue("Nobody saw it.", 8.0, 9.0)), 9.0)
            if ident != "begun":
                writer.complete(10.0)
    media = make_media(Narrator(tmp_path, 1), lambda _: None, lambda: Podcasts(tmp_path, tmp_path, 1), words=files)
    plain = str(tmp_path / "plain.txt")

    async def words(ident: str, transcript: str | None) -> tuple[list[tuple[str, float | None]], str]:
        found = await media.voice.transcript(Episode(ident, ident, audio="/a.mp3", transcript=transcript))
        return [(cue.text, cue.start) for cue in found.cues], found.note

    assert await words("bare", None) == ([("The keeper lit a lamp.", 5.0), ("Nobody saw it.", 8.0)], BY_MACHINE)
    assert await words("plain", plain) == ([("The keeper lit the lamp.", 5.0), ("Nobody saw it.", 8.0)], FOUND)
    assert await words("begun", plain) == ([("The keeper lit the lamp.", None), ("Nobody saw it.", None)], "")
    await media.sources.close()


# -- narrations ----------------------------------------------------------------------------------------


def blocked(folder: Path) -> Path:
    """Return a folder that cannot be made, since a file has its name."""
    folder.joinpath("file").write_bytes(b"")
    return folder / "file" / "cache"


@pytest.mark.parametrize(
    ("cache", "chime"),
    [(lambda folder: folder / "cache", "cache/chime-1.9.wav"), (lambda _: None, ""), (blocked, "")],
    ids=["on", "off", "cannot be written"],
)
async def test_narration_has_the_chime_that_parts_it_from_the_one_before(
    cache: Callable[[Path], Path | None],
    chime: str,
    service: ServiceRig,
    narrator: Answers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(narration, "log", service.log.put_nowait)
    service.remake(narrator, chime_folder=cache(tmp_path))
    assert (await service.ready(SPOKEN)).chime == (str(tmp_path / chime) if chime else None)


async def test_narration_of_title_and_summary_alone_is_a_teaser(
    service: ServiceRig, narrator: Answers, tmp_path: Path
) -> None:
    (tmp_path / "words.txt").write_text("It is so.")
    for episode, is_teaser in (
        (Episode("e", "E", "A summary."), True),
        (Episode("f", "F", transcript=str(tmp_path / "gone.txt")), True),
        (Episode("g", "G", transcript=str(tmp_path / "words.txt")), False),
    ):
        assert (await service.ready(episode)).is_teaser is is_teaser


async def test_transcripts_of_parts_are_one_with_times_in_the_whole(service: ServiceRig, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.srt").write_text(f"1\n00:00:02,000 --> 00:00:03,000\nHere is {name}.\n")
    parts = arrange([Part(f"/{name}.mp3", 60.0, name, str(tmp_path / f"{name}.srt")) for name in "ab"])
    book = Episode("z", "Z", audio="/a.mp3", duration=120.0, parts=parts)
    transcript = await service.media.voice.transcript(book)
    assert [(cue.text, cue.start) for cue in transcript.cues] == [("Here is a.", 2.0), ("Here is b.", 62.0)]


async def test_text_is_spoken_as_a_narration_is(service: ServiceRig, narrator: Answers) -> None:
    assert await service.media.voice.speak("Why? It is so.\nMine.", SPOKEN) == "/made.opus"
    assert narrator.asked == [(("Why?", "It is so.", "Mine."), True)]
    narrator.answer = NarrationError("No voice.")
    with pytest.raises(NarrationError, match=r"No voice\."):
        await service.media.voice.speak("No.", None)


async def test_voice_that_is_off_or_missing_is_said(
    service: ServiceRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.speech.narrator.has_voice", lambda: False)
    assert str(service.media.voice.missing_voice).startswith("narrating needs the voice. Run: ")
    service.remake(Narrator(tmp_path, 0, is_enabled=False))
    assert service.media.voice.missing_voice == "narrating is off in the settings."


async def test_stream_that_opens_shows_that_the_network_is_back(
    service: ServiceRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list[str]()
    service.remake(network_works=lambda: told.append("works"))
    monkeypatch.setattr(service.podcasts.audio, "source", fail(FetchError("Offline.", is_offline=True)))
    await service.refused(STREAM)
    for is_stream in (True, False):
        source = Source("https://example.org/x.mp3", is_stream=is_stream)
        monkeypatch.setattr(service.podcasts.audio, "source", lambda *_, source=source: source)
        await service.ready(STREAM)
    assert told == ["works"], "one dead host is no sign that the network is gone"


async def test_narration_has_its_length_and_its_sentences_as_chapters(service: ServiceRig, narrator: Answers) -> None:
    source = await service.ready(SPOKEN)
    assert (source.location, source.duration, source.is_narrated) == ("/made.opus", 10.0, True)
    assert source.marks == (Chapter(0.0, "One."), Chapter(4.5, "Two."))
    assert source.notice == ""
    narrator.answer = replace(MADE, is_shortened=True)
    source = await service.ready(SPOKEN)
    assert source.notice.startswith("Only the first ")


async def test_planned_text_is_narrated_from_any_position_and_two_pieces_ahead(
    service: ServiceRig, narrator: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "The keeper lit the lamp before the fog came in. Nobody had seen it yet. " * 3
    planned = plan(Document("Fog", tuple(Block("paragraph", words) for _ in range(60)), language="en"))
    (tmp_path / "fog.vtt").write_text(planned.as_webvtt(), "utf-8")
    text = Episode("fog", "Fog", duration=planned.duration, transcript=str(tmp_path / "fog.vtt"))
    narrator.found = None
    source = await service.ready(text, 400.0)
    part = present(source.part)
    assert part.start <= 400.0 < part.end
    assert (source.planned, len(source.marks)) == (planned.duration, len(planned.cues))
    assert [is_urgent for _, is_urgent in narrator.asked] == [True, False, False]
    first = planned.cues.index(next(cue for cue in planned.cues if cue.start == part.start))
    asked = [sentence for sentences, _ in narrator.asked for sentence in sentences]
    assert asked == [cue.text for cue in planned.cues[first : first + len(asked)]], "one follows the other"
    monkeypatch.setattr(transcripts, "read_transcript", fail(AssertionError("it is read once")))
    clip = present(await service.media.sources.find(text, 500.0, 510.0))
    assert clip.part is not None
    assert clip.part.start <= 500.0 < 510.0 <= clip.part.end
    os.utime(tmp_path / "fog.vtt", (1, 1))
    with pytest.raises(AssertionError, match="read once"):
        await service.media.sources.find(text)


async def test_narration_that_fails_says_why(service: ServiceRig, narrator: Answers) -> None:
    narrator.answer = NarrationError("No voice.")
    assert (await service.refused(SPOKEN)).reason == "No voice."


async def test_next_narration_is_made_ahead_if_there_is_something_to_say(
    service: ServiceRig, narrator: Answers
) -> None:
    service.media.sources.prepare(SPOKEN)
    service.media.sources.prepare(Episode("z", "Z", audio="/d/z.mp3"))
    await idle()
    assert narrator.asked == [(("Y.", "Said."), False)]


async def test_narration_and_a_stream_that_has_changed_are_read_again(service: ServiceRig, narrator: Answers) -> None:
    assert service.media.sources.discard(Source("/made.opus", is_narrated=True))
    assert narrator.discarded == [Path("/made.opus")]
    assert not service.media.sources.discard(Source("/a.mp3"))
    audio = FakeAudio()
    assert not service.media.sources.discard(audio.source())
    audio.has_changed = lambda: True  # type: ignore[method-assign]
    assert service.media.sources.discard(audio.source())
    assert narrator.discarded == [Path("/made.opus")]


async def test_audio_is_found_without_waiting_for_a_narration(
    service: ServiceRig, narrator: Answers, tmp_path: Path
) -> None:
    (tmp_path / "z.mp3").write_bytes(b"sound")
    assert await service.media.sources.find(SPOKEN) == Source("/made.opus", is_narrated=True)
    narrator.found = None
    assert await service.media.sources.find(SPOKEN) is None
    here = str(tmp_path / "z.mp3")
    assert await service.media.sources.find(Episode("z", "Z", audio=here)) == Source(here)
    assert await service.media.sources.find(Episode("z", "Z", audio=str(tmp_path / "none.mp3"))) is None


async def test_text_without_times_has_those_of_its_narration(
    service: ServiceRig, narrator: Answers, tmp_path: Path
) -> None:
    (tmp_path / "y.txt").write_text("One. Two.", "utf-8")
    episode = SPOKEN._replace(transcript=str(tmp_path / "y.txt"))
    assert (await service.media.voice.transcript(episode)).cues == MADE.cues
    narrator.found = None
    assert [cue.start for cue in (await service.media.voice.transcript(episode)).cues] == [None, None]
    recording = episode._replace(audio="/d/y.mp3")
    narrator.found = MADE
    assert [cue.start for cue in (await service.media.voice.transcript(recording)).cues] == [None, None]


@pytest.mark.parametrize(("ident", "is_asked"), [("z", False), ("0123456789abcdef", True)])
async def test_chapters_of_a_file_are_looked_for_if_it_is_of_a_folder(
    service: ServiceRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ident: str, is_asked: bool
) -> None:
    (tmp_path / "z.mp3").write_bytes(b"sound")
    asked: list[str] = []

    def chapters(episode: Episode, _: object) -> tuple[tuple[Chapter, ...], None]:
        asked.append(episode.id)
        return (), None

    monkeypatch.setattr(service.podcasts.documents, "chapters", chapters)
    await service.ready(Episode(ident, "Z", audio=str(tmp_path / "z.mp3")))
    await idle()
    assert asked == [ident] * is_asked


@pytest.mark.parametrize("is_offline", [True, False])
async def test_stream_that_is_refused_says_so_and_asks_for_a_login_if_one_is_wanted(
    service: ServiceRig, monkeypatch: pytest.MonkeyPatch, is_offline: bool
) -> None:
    asked: list[str] = []
    error = FetchError("Offline.", is_offline=True) if is_offline else LoginWanted("https://example.org/", None)
    service.remake(ask_login=lambda episode, _: asked.append(episode.id))
    monkeypatch.setattr(service.podcasts.audio, "source", fail(error))
    event = await service.refused(STREAM)
    assert (event.is_offline, event.passing, asked) == (is_offline, None, [] if is_offline else ["x"])
    assert (event.reason, event.is_fatal) == (f"{error} Your position is saved.", False)


@pytest.mark.parametrize("transcript", [None, "https://example.org/1.vtt", "/nowhere/1.vtt"])
def test_transcript_that_is_no_file_here_is_empty(transcript: str | None) -> None:
    assert read_transcript(Episode("x", "X", transcript=transcript), ForeignTexts()) == Transcript()


@pytest.mark.parametrize(
    ("title", "first"), [("RoPE", "RoPE."), ("What?", "What?"), ("So!", "So!"), ("Done.", "Done.")]
)
def test_episode_without_a_transcript_is_told_by_title_and_summary(title: str, first: str) -> None:
    script = make_episode_script(Episode("e", title, "It is so. And so."), Transcript())
    assert script.sentences == (first, "It is so.", "And so.")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Swish (SiLU) — a smooth gate", "Act 2, 2: Swish."),
        ("The data mixture weights", "2: data mixture weights."),
        ("Encoder vs decoder vs encoder-decoder", "2: Encoder vs decoder."),
    ],
)
def test_name_is_short_and_that_of_an_episode_of_a_course(title: str, name: str) -> None:
    titled = Episode("a", title)
    library = build_library([Topic("2. Parts", episodes=("b", "a"))], [titled, Episode("b", "B"), Episode("c", "C")])
    assert spoken_name(NarrationSettings(), library, titled) == name
    assert spoken_name(NarrationSettings(titles=False), library, titled) == ""
    assert spoken_name(NarrationSettings(), library, Episode("c", "C")) == ""
    assert spoken_name(NarrationSettings(), library, Episode("gone", "Gone")) == ""


async def test_corrected_length_is_listed_anew(service: ServiceRig, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr("tui_pod.shelf.layouts.correct_length", lambda _, *given: told.append(given))

    async def relist() -> None:
        told.append("listed")

    for again in (relist, None):
        service.remake(relist=again)
        service.media.sources.correct_length(STREAM, "/a.mp3", 7.0)
        await idle()
    assert told == [("x", "/a.mp3", 7.0), "listed", ("x", "/a.mp3", 7.0)]
