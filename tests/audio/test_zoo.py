"""Servers of every kind, the real libmpv and the rules of listening: it plays or says why, and saves the position.

Chained Ogg files, made of two real ones: their length, a place in the second, and their end. Cutting clips with the
real libmpv.
"""

import itertools
import math
import os
import queue
import random
import struct
import threading
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import mpv
import pytest

from tests.audio.test_player_contract import open_real
from tests.fakes import FakeListener, FakeWriter
from tests.patience import PATIENCE
from tests.sources import server, zoo
from tests.sources.folders.sounds import make_au
from tests.sources.server import Ranged, Reply, Site, body, sound
from tests.sources.zoo import mp3
from tui_pod.audio.contents import read_contents
from tui_pod.audio.libmpv import open_mpv
from tui_pod.audio.mpv_player import MpvPlayer
from tui_pod.audio.ogg import read_links
from tui_pod.audio.opus import CLIP, SPEECH, EncodeError, encode_opus
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player import load_watch
from tui_pod.core.player.events import Event, FileEnded, LoadFailed, SeekFinished, SourceReady
from tui_pod.core.player.ports import Ports
from tui_pod.core.player.snapshot import PlayerStatus, Source
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.net.access import make_policy
from tui_pod.net.fetch import FetchError
from tui_pod.recordings import recording_fetcher
from tui_pod.sources.folders.tags import read_file
from tui_pod.sources.opened import Podcasts

LENGTH = 600.0
PLACE = 420.0
"""Seconds."""

AUDIO = mp3(LENGTH)


@dataclass
class Rig:
    """The core over the real player and the real fetcher, with its events handled in the test's thread."""

    podcasts: Podcasts
    library: Library
    progress_index: ProgressIndex
    events: queue.Queue[Event] = field(default_factory=queue.Queue)
    listener: FakeListener = field(default_factory=FakeListener)

    def __post_init__(self) -> None:
        self.player = MpvPlayer(self.events.put, "null")
        self.player.open()
        writer = FakeWriter()
        ports = Ports(self.player, self, writer, self.listener, lambda: datetime.now(UTC), "run")
        self.controller = PlaybackController(self.library, self.progress_index, ports)
        writer.emit = self.events.put

    def request(self, episode: Episode, load: int, position: float = 0.0) -> None:
        """See `Sources.request`."""

        def find() -> None:
            try:
                self.events.put(SourceReady(load, self.podcasts.audio.source(episode)))
            except FetchError as error:
                self.events.put(LoadFailed(load, f"{error} Your position is saved.", is_offline=error.is_offline))

        threading.Thread(target=find, daemon=True).start()

    def discard(self, source: Source) -> bool:
        """See `Sources.discard`."""
        return source.remote is not None and source.remote.has_changed()

    def correct_length(self, episode: Episode, audio: str, duration: float) -> None:
        """See `Sources.correct_length`."""

    def prepare(self, _: Episode) -> None:
        """See `Sources.prepare`."""

    def narrated_share(self) -> None:
        """See `Sources.narrated_share`."""

    def until(self, is_so: Callable[[], bool], what: str) -> None:
        """Handle events until something is so."""
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < deadline, (
                f"it never came about that {what}: {self.controller.playback}, {self.listener.said}"
            )
            self.controller.tick()
            try:
                self.controller.handle(self.events.get(timeout=0.05))
            except queue.Empty:
                continue

    def is_playing(self) -> bool:
        return self.controller.playback.status is PlayerStatus.PLAYING

    def is_at(self, place: float) -> bool:
        """Return whether it is at a place, or some seconds further: a busy machine looks late."""
        return place - 0.5 <= self.controller.playback.position < place + 10.0

    def has_ended(self) -> bool:
        return self.controller.playback.status is PlayerStatus.STOPPED and bool(self.listener.said)

    def place(self, ident: str = "one") -> float:
        """Return the place that is saved."""
        progress = self.progress_index.get(ident)
        assert progress is not None
        return progress.position


@pytest.fixture(name="listen")
def make_rig(
    site: Site, inside: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Reply], Rig]]:
    """Resume an episode at its place from a server that answers so."""
    monkeypatch.setattr(recording_fetcher, "PAUSES", (0.0,) * 6)
    monkeypatch.setattr(load_watch, "PAUSES", (0.0, 0.0))
    opened: list[Rig] = []

    def listen(reply: Reply, place: float = PLACE) -> Rig:
        site.replies["/a.mp3"] = reply
        library = build_library((), (Episode("one", "One", audio=site.url("/a.mp3"), duration=LENGTH),))
        left = Progress(datetime.now(UTC) - timedelta(seconds=5), position=place, duration=LENGTH)
        hosts = [f"127.0.0.1:{server.server_port}" for server in (site, inside)]
        podcasts = Podcasts(tmp_path / "data", tmp_path / "cache", 10_000_000, make_policy(hosts, 20.0))
        opened.append(Rig(podcasts, library, ProgressIndex(library, {"one": left} if place else {})))
        opened[-1].controller.play("one")
        return opened[-1]

    yield listen
    for each in opened:
        each.player.close()
        each.podcasts.streams.close()


Listen = Callable[..., Rig]


@pytest.mark.parametrize("name", zoo.PLAYED)
def test_resume_plays_from_the_place_whoever_serves_it(listen: Listen, name: str) -> None:
    there = listen(zoo.PLAYED[name](AUDIO))
    there.until(there.is_playing, "it plays")
    assert there.is_at(PLACE)
    there.until(lambda: there.controller.playback.position > PLACE + 0.5, "it plays on")
    there.controller.save()
    assert there.place() >= PLACE
    there.controller.stop()
    assert there.place() < PLACE + 10.0


@pytest.mark.parametrize("name", zoo.REFUSED)
def test_server_that_gives_nothing_leaves_the_place_and_says_why(listen: Listen, name: str) -> None:
    reply, said = zoo.REFUSED[name]
    there = listen(reply(AUDIO))
    there.until(there.has_ended, "it is told")
    assert said in there.listener.said[-1]
    assert "position is saved" in there.listener.said[-1]
    assert there.place() == PLACE


@pytest.mark.parametrize("content", [sound(30.0), AUDIO], ids=["wav", "mp3"])
def test_start_without_ranges_waits_for_nothing_but_its_first_bytes(listen: Listen, content: bytes) -> None:
    gate = threading.Event()

    def reply(exchange: server.Exchange) -> None:
        exchange.say(200, content[:200_000], "audio/mpeg", Content_Length=str(len(content)))
        exchange.wfile.flush()
        gate.wait()
        exchange.wfile.write(content[200_000:])

    there = listen(reply, place=0.0)
    there.until(there.is_playing, "it plays")
    assert not gate.is_set()
    there.controller.seek_to(20.0 if content is not AUDIO else 500.0)
    assert "in one piece" in there.listener.said[-1]
    gate.set()


def test_wav_without_ranges_is_resumed_once_it_is_here(listen: Listen) -> None:
    there = listen(body(sound(LENGTH, rate=1000), "audio/wav"))
    there.until(there.is_playing, "it plays")
    assert there.is_at(PLACE)


def test_place_without_ranges_is_shown_coming_and_the_start_can_be_played_meanwhile(listen: Listen) -> None:
    gate = threading.Event()

    def reply(exchange: server.Exchange) -> None:
        exchange.say(200, AUDIO[:200_000], "audio/mpeg", Content_Length=str(len(AUDIO)))
        exchange.wfile.flush()
        gate.wait()
        exchange.wfile.write(AUDIO[200_000:])

    there = listen(reply)
    there.until(lambda: there.controller.playback.fetching is not None, "it is shown")
    there.until(
        lambda: str(there.controller.playback.fetching).startswith("fetching up to your position 48 %"), "how far"
    )
    assert there.place() == PLACE
    there.controller.play("one")
    there.until(there.is_playing, "the start plays")
    assert there.controller.playback.position < 60.0
    there.controller.undo()
    gate.set()
    there.until(lambda: there.is_playing() and there.controller.playback.position > 100, "the place plays")
    assert there.is_at(PLACE)


def test_redirect_to_another_host_in_the_middle_plays_on(listen: Listen, site: Site, inside: Site) -> None:
    there = listen(zoo.elsewhere(AUDIO, site, inside), place=0.0)
    there.until(there.is_playing, "it plays")
    there.controller.seek_to(PLACE)
    there.until(lambda: there.controller.playback.position > PLACE + 0.5, "it plays on")
    assert inside.asked


def test_stream_heard_whole_is_a_file_the_next_time(listen: Listen, site: Site) -> None:
    there = listen(body(AUDIO, "audio/mpeg"))
    there.until(there.is_playing, "it plays")
    stream = there.podcasts.streams
    there.until(lambda: bool(stream.find("one", site.url("/a.mp3"))), "all of it is noted")
    there.controller.stop()
    site.asked.clear()
    there.controller.play("one")
    there.until(there.is_playing, "it plays")
    assert site.asked == []


@pytest.fixture(scope="module")
def m4a(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Ten minutes of noise as AAC, 2.4 MB, whose index is at its end, as most programs write it."""
    folder = tmp_path_factory.mktemp("m4a")
    with wave.open(str(folder / "noise.wav"), "wb") as file:
        file.setparams((1, 1, 8000, 0, "NONE", ""))
        file.writeframes(random.Random(1).randbytes(int(8000 * LENGTH)))
    encoder = mpv.MPV(o=str(folder / "noise.m4a"), oac="aac", oacopts="b=32k", vid="no", terminal="no")
    with encoder.prepare_and_wait_for_event("end_file", timeout=60):
        encoder.play(str(folder / "noise.wav"))
    encoder.terminate()
    content = (folder / "noise.m4a").read_bytes()
    assert content.index(b"moov") > len(content) * 0.9
    return content


@pytest.mark.parametrize("has_ranges", [True, False], ids=["ranges", "no ranges"])
@pytest.mark.parametrize("place", [0.0, PLACE])
def test_m4a_with_its_index_at_the_end_plays_after_few_requests(
    listen: Listen, site: Site, m4a: bytes, has_ranges: bool, place: float
) -> None:
    there = listen(Ranged(m4a, "audio/mp4") if has_ranges else body(m4a, "audio/mp4"), place=place)
    there.until(there.is_playing, "it plays")
    assert there.is_at(place)
    assert len(site.asked) <= (3 if has_ranges else 1)


def test_ranges_bring_the_place_without_what_is_before_it(listen: Listen, site: Site) -> None:
    content = mp3(LENGTH, 64)
    there = listen(Ranged(content, "audio/mpeg"), place=PLACE)
    there.until(there.is_playing, "it plays")
    offset = int(PLACE / LENGTH * len(content))
    starts = [int(headers["Range"].removeprefix("bytes=").rstrip("-")) for _, headers in site.asked]
    assert any(abs(start - offset) < 20_000 for start in starts)
    assert len(starts) <= 3


@pytest.mark.parametrize("has_mark", [False, True])
def test_variable_rate_is_entered_about_at_the_place_and_exactly_once_all_is_here(
    listen: Listen, site: Site, has_mark: bool
) -> None:
    content = zoo.variable_mp3(LENGTH)
    offset = int(PLACE / LENGTH * len(content))
    if has_mark:
        content = zoo.mark_variable(content, int(LENGTH / zoo.FRAME_SECONDS))
    rest = threading.Event()
    there = listen(Ranged(content, "audio/mpeg", drops=[65_536], pause=rest), place=PLACE)  # first a little
    there.until(there.is_playing, "it plays")
    assert there.controller.playback.is_estimated
    assert there.is_at(PLACE)
    assert there.podcasts.streams.open("one", site.url("/a.mp3")).progress().fetched < offset
    rest.set()
    there.controller.restart("one")
    there.until(lambda: there.is_playing() and there.controller.playback.position < 60.0, "the start plays")
    assert not there.controller.playback.is_estimated


@pytest.fixture
def chained(tmp_path: Path) -> Path:
    """A file of 4 s and then 6 s, whose name has what an address must quote."""
    path = tmp_path / "ä;,%3%=.ogg"
    for seconds in (4.0, 6.0):
        encode_opus(make_au(tmp_path / "a.au", seconds), tmp_path / "a.opus", SPEECH)
        with path.open("ab") as file:
            file.write((tmp_path / "a.opus").read_bytes())
    return path


def links(path: Path) -> list[float]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return [round(seconds, 1) for _, _, seconds in read_links(descriptor)]
    finally:
        os.close(descriptor)


def test_chained_ogg_is_listed_played_and_cut_by_its_whole_length(chained: Path, tmp_path: Path) -> None:
    assert read_file(str(chained))[1].duration == pytest.approx(10, abs=0.1)
    assert read_contents([str(chained)])[str(chained)].duration == pytest.approx(10, abs=0.1)
    rig = open_real()
    try:
        assert rig.load(chained, is_paused=True).duration == pytest.approx(10, abs=0.1)
        rig.player.seek(9.0)
        rig.wait_for(SeekFinished, 1)
        assert rig.player.position() == pytest.approx(9, abs=0.1)
        rig.player.set_paused(False)
        end = rig.wait_for(FileEnded, 1)
        assert isinstance(end, FileEnded)
        assert end.position == pytest.approx(10, abs=0.2)
        wav = make_au(tmp_path / "b.au", 3.0)
        assert rig.load(wav, 2, is_paused=True).duration == pytest.approx(3, abs=0.1)
    finally:
        rig.close()
    encode_opus(chained, tmp_path / "clip.opus", SPEECH, start="3", end="7")
    assert read_file(str(tmp_path / "clip.opus"))[1].duration == pytest.approx(4, abs=0.1)


def test_only_whole_recordings_are_links(chained: Path, tmp_path: Path) -> None:
    content = chained.read_bytes()
    assert links(chained) == [4.0, 6.0]
    chained.write_bytes(content[:-5])
    assert links(chained)[0] == 4.0 < links(chained)[1]
    for other in (
        content[:100] + b"x" + content[100:],
        content[: content.rindex(b"OpusHead") - 28],
        b"",
        b"OggS",
        content.replace(b"OpusHead", b"OpusHEAD"),
    ):
        chained.write_bytes(other)
        assert links(chained) == []


RATE = 16_000


def tones(path: Path, *pitches: float) -> Path:
    """Write a recording that sounds for two seconds at each pitch."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        for pitch in pitches:
            waves = (math.sin(2 * math.pi * pitch * number / RATE) for number in range(2 * RATE))
            file.writeframes(b"".join(struct.pack("<h", int(20_000 * value)) for value in waves))
    return path


def heard(clip: Path) -> tuple[float, float]:
    """Return the seconds of a clip and its pitch."""
    wav = clip.with_suffix(".wav")
    decoder = open_mpv(None, None, **{"keep-open": "no", "o": str(wav), "of": "wav", "oac": "pcm_s16le"})
    with decoder.prepare_and_wait_for_event("end_file", timeout=PATIENCE):
        decoder.play(str(clip))
    decoder.terminate()
    with wave.open(str(wav)) as file:
        rate, content = file.getframerate(), file.readframes(10**8)
        samples = struct.unpack(f"<{len(content) // 2}h", content)[:: file.getnchannels()]
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    crossings = sum(a < 0 <= b for a, b in itertools.pairwise(middle))
    last_page = clip.read_bytes().rpartition(b"OggS")[2]
    return int.from_bytes(last_page[2:10], "little") / 48_000, crossings * rate / len(middle)


def test_clip_is_the_stretch_that_was_asked_for(tmp_path: Path) -> None:
    recording = tones(tmp_path / "in.wav", 200, 500, 1100)
    encode_opus(recording, tmp_path / "out.opus", CLIP, start="2.1", end="3.9")
    seconds, pitch = heard(tmp_path / "out.opus")
    assert seconds == pytest.approx(1.8, abs=0.05)
    assert pitch == pytest.approx(500, abs=10)
    assert not list(tmp_path.glob("*.part"))


def test_clip_that_reaches_beyond_the_end_ends_there(tmp_path: Path) -> None:
    encode_opus(tones(tmp_path / "in.wav", 300), tmp_path / "out.opus", CLIP, start="1.0", end="9.0")
    assert heard(tmp_path / "out.opus")[0] == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("kind", ["no sound", "not there", "after the end"])
def test_recording_that_cannot_be_cut_leaves_nothing(tmp_path: Path, kind: str) -> None:
    recording = tones(tmp_path / "in.wav", 300)
    if kind == "no sound":
        recording.write_text("#EXTM3U\n/etc/passwd\n")
    elif kind == "not there":
        recording.unlink()
    with pytest.raises(EncodeError):
        encode_opus(
            recording, tmp_path / "out.opus", CLIP, start="50.0" if kind == "after the end" else "0.5", end="60.0"
        )
    assert not list(tmp_path.glob("out*"))


def test_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        encode_opus(tones(tmp_path / "in.wav", 300), tmp_path / "none" / "out.opus", CLIP, start="0.0", end="1.0")
