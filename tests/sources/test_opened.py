"""How to seek in a stream is told from its head, and a length is added where it states none."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.present import present
from tests.services.media import make_media
from tests.shelf.making import DAY, FIRST, NOW, make_feed, make_item
from tests.sources import server
from tests.sources.server import Ranged, Site, feed, item, sound
from tests.sources.zoo import mark_variable, mp3
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.parts import Part, arrange
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.player.events import ChaptersKnown, Event, LoadFailed, SourceReady
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, Source
from tui_pod.core.progress.progress import Progress
from tui_pod.net.access import PUBLIC, NetworkPolicy, make_policy
from tui_pod.net.fetch import FetchError
from tui_pod.recordings.downloads import Usual
from tui_pod.recordings.heads import ENDLESS_TAG, MAX_ENTRIES, read_head
from tui_pod.recordings.recording_store import RecordingStore
from tui_pod.recordings.remote_recording import RemoteRecording
from tui_pod.runtime.threads import CancelToken, in_thread
from tui_pod.shelf.library import read_feeds
from tui_pod.shelf.match import episode_id
from tui_pod.shelf.opml import Entry
from tui_pod.sources.opened import EpisodeChapters, Podcasts, describe, find_places
from tui_pod.sources.table import subscribe
from tui_pod.speech.narrator import Narrator

CHAPTERS = json.dumps({"chapters": [{"startTime": 0, "title": "A"}, {"startTime": 5, "title": "B"}]})

QUOTA = 1_000_000_000


class ServiceRig:
    """Sources over real folders, and what they reported."""

    def __init__(self, folder: Path, policy: NetworkPolicy = PUBLIC) -> None:
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.media = make_media(
            Narrator(folder / "narrations", 1_000_000),
            self.events.put_nowait,
            lambda: Podcasts(folder / "data", folder / "cache", QUOTA, policy),
        )

    async def next(self) -> Event:
        return await asyncio.wait_for(self.events.get(), PATIENCE)

    async def ready(self, episode: Episode) -> Source:
        """Return what is played of an episode."""
        self.media.sources.request(episode, 7)
        event = await self.next()
        assert isinstance(event, SourceReady)
        assert event.load == 7
        return event.source

    async def listed(self, site: Site, items: str) -> Episode:
        """Subscribe to a feed of one episode."""
        site.replies["/f"] = server.body(feed(items))
        podcasts = await self.media.podcasts.get()
        await in_thread(lambda _: subscribe(podcasts.store, site.url("/f")))
        (episode,) = read_feeds(podcasts.store.db.file.parent).episodes
        return episode


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ServiceRig]:
    service = ServiceRig(tmp_path)
    yield service
    await service.media.sources.close()


async def test_stream_of_a_feed_on_the_typed_host_is_read_where_it_ends(site: Site, service: ServiceRig) -> None:
    site.replies["/go.wav"] = server.redirect("/a.wav")
    site.replies["/a.wav"] = Ranged(sound(0.1))
    episode = await service.listed(site, item(1, "/go.wav"))
    source = await service.ready(episode)
    assert source.remote is not None
    assert source.is_stream
    reader = source.remote.open()
    buffer = bytearray(16)
    assert reader.read_into(memoryview(buffer), 0) == 16
    assert bytes(buffer) == sound(0.1)[:16]
    reader.close()
    assert site.paths() == ["/f", "/go.wav", "/a.wav"]


async def test_address_that_is_over_is_fetched_anew_through_the_feed(site: Site, service: ServiceRig) -> None:
    content = sound(20.0)
    answers, over = iter([Ranged(content, drops=[100_000])]), server.body("over", status=403)
    site.replies["/a.wav"] = lambda exchange: next(answers, over)(exchange)
    site.replies["/b.wav"] = Ranged(content)
    episode = await service.listed(site, item(1, "/a.wav?token=1"))
    site.replies["/f"] = server.body(feed(item(1, "/b.wav?token=2")))
    source = await service.ready(episode)
    reader, buffer = present(source.remote).open(), bytearray(1)
    assert await asyncio.to_thread(reader.read_into, memoryview(buffer), len(content) - 1) == 1
    assert site.paths()[-1] == "/b.wav?token=2"
    reader.close()


@pytest.mark.parametrize("path", ["direct", "redirect", "catalogue", "transcript"])
async def test_stream_on_another_private_host_reaches_nothing(
    site: Site, inside: Site, service: ServiceRig, path: str
) -> None:
    if path == "transcript":
        transcript = await service.media.voice.transcript(Episode("x", "X", transcript=inside.url("/secret")))
        assert (transcript.cues, inside.asked) == ((), [])
        return
    address = "/go" if path == "redirect" else inside.url("/secret")
    site.replies["/go"] = server.redirect(inside.url("/secret"))
    inside.replies["/secret"] = Ranged(sound(0.1))
    episode = await service.listed(site, item(1, address))
    service.media.sources.request(Episode("x", "X", audio=address) if path == "catalogue" else episode, 1)
    event = await service.next()
    assert isinstance(event, LoadFailed)
    assert "own network" in event.reason
    assert "Your position is saved" in event.reason
    assert inside.asked == []


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "edl://x", "memory://#EXTM3U", "lavf://file:/etc/passwd", "av://lavfi:sine", "slice://0@/etc/x",
     "archive://x.zip", "tcp://127.0.0.1:1", "HTTP://127.0.0.1/", "http://u:p@127.0.0.1/", "fd://0", "ffmpeg://file:/x"],
)  # fmt: skip
async def test_address_of_another_kind_never_reaches_the_player(service: ServiceRig, address: str) -> None:
    service.media.sources.request(Episode("x", "X", audio=address), 1)
    assert isinstance(await service.next(), LoadFailed)


async def test_download_is_played_at_once_without_the_network(site: Site, service: ServiceRig) -> None:
    site.replies["/a.wav"] = Ranged(sound(0.1))
    episode = await service.listed(site, item(1, "/a.wav"))
    podcasts = await service.media.podcasts.get()
    request = present(podcasts.audio.download_request(episode))
    assert request.size == 16_044  # the feed states it
    path = await in_thread(lambda stop: podcasts.downloads.fetch(request, cancel=stop))
    site.asked.clear()
    source = await service.ready(episode)
    assert (source.location, source.is_stream, site.asked) == (str(path), False, [])


async def test_chapters_of_a_file_follow_and_do_not_hold_up_the_sound(site: Site, service: ServiceRig) -> None:
    site.replies["/a.wav"] = Ranged(sound(0.1))
    site.replies["/c.json"] = server.body(CHAPTERS, "application/json")
    extra = "<podcast:chapters url='/c.json' type='application/json'/>"
    episode = await service.listed(site, item(1, "/a.wav", extra))
    service.media.sources.request(episode, 3)
    assert isinstance(await service.next(), SourceReady)
    assert await service.next() == ChaptersKnown(3, (Chapter(0.0, "A"), Chapter(5.0, "B")), ChapterOrigin.FEED)


async def test_chapters_in_the_notes_are_known(site: Site, service: ServiceRig) -> None:
    episode = await service.listed(
        site,
        "<item><title>x</title><guid>1</guid><enclosure url='/a.wav' type='audio/wav'/>"
        "<description>&lt;p&gt;00:00 Start&lt;br&gt;01:30 Middle&lt;/p&gt;</description></item>",
    )
    podcasts = await service.media.podcasts.get()
    assert podcasts.documents.chapters(episode) == EpisodeChapters((Chapter(0.0, "Start"), Chapter(90.0, "Middle")))
    assert podcasts.documents.notes(episode) == EpisodeNotes("00:00 Start\n01:30 Middle", "Test Cast")


async def test_transcript_of_a_feed_is_fetched_and_kept(site: Site, service: ServiceRig) -> None:
    extra = "<podcast:transcript url='/t.vtt' type='text/vtt'/>"
    site.replies["/t.vtt"] = server.body("WEBVTT\n\n00:01.000 --> 00:02.000\nHello there.\n", "text/vtt")
    episode = await service.listed(site, item(1, "/a.wav", extra))
    for _ in range(2):
        transcript = await service.media.voice.transcript(episode)
        assert [(cue.text, cue.start) for cue in transcript.cues] == [("Hello there.", 1.0)]
    assert site.paths().count("/t.vtt") == 1


async def test_transcript_that_is_too_large_says_so_with_the_limit(site: Site, service: ServiceRig) -> None:
    site.replies["/t.txt"] = server.bomb(100)
    episode = await service.listed(site, item(1, "/a.wav", "<podcast:transcript url='/t.txt' type='text/plain'/>"))
    transcript = await service.media.voice.transcript(episode)
    assert (transcript.cues, transcript.fault) == ((), "The answer is larger than 8 MB")


@pytest.fixture
def podcasts(tmp_path: Path) -> Podcasts:
    """Podcasts with four episodes of one feed, a day apart; the first one is `g1`."""
    podcasts = Podcasts(tmp_path / "data", tmp_path / "cache", QUOTA)
    podcasts.store.subscribe([Entry(FIRST, "Cast")])
    items = (make_item(n, published=NOW + n * DAY) for n in (4, 3, 2, 1))
    podcasts.store.store(FIRST, make_feed(*items), now=NOW + 4 * DAY)
    return podcasts


def episode_of(n: int) -> str:
    return episode_id(FIRST, f"g{n}")


def put_download(podcasts: Podcasts, n: int, is_automatic: bool) -> None:
    folder = podcasts.downloads.folder
    folder.mkdir(exist_ok=True)
    path = folder / f"title-{episode_of(n)}.mp3"
    path.write_bytes(b"audio")
    path.with_name(f"{path.name}.json").write_text(json.dumps({"episode": episode_of(n), "automatic": is_automatic}))
    podcasts.downloads.look_again()


def plan(podcasts: Podcasts, keep: int, in_use: Collection[str] = ()) -> tuple[list[str], list[str]]:
    (feed,) = podcasts.store.feeds()
    now = datetime.fromtimestamp(NOW + 5 * DAY, UTC)
    requests, gone = podcasts.upkeep.plan_downloads(feed, Usual(keep=keep), lambda _: None, in_use, now)
    assert all(request.is_automatic for request in requests)
    return [request.episode for request in requests], gone


def test_automatic_download_that_made_room_is_started_again_once_there_is_room(podcasts: Podcasts) -> None:
    put_download(podcasts, 2, is_automatic=False)
    assert plan(podcasts, keep=1) == ([episode_of(4)], [])  # the listener's own is not deleted
    put_download(podcasts, 1, is_automatic=True)
    assert plan(podcasts, keep=1) == ([episode_of(4)], [episode_of(1)])
    assert podcasts.downloads.delete(episode_of(1))
    assert plan(podcasts, keep=9) == ([episode_of(n) for n in (4, 3, 1)], [])


def listed(podcasts: Podcasts) -> list[str]:
    found = read_feeds(podcasts.store.db.file.parent)
    return sorted(episode.title for episode in found.episodes)


def test_old_episodes_are_hidden_unless_started_in_use_or_downloaded(podcasts: Podcasts) -> None:
    podcasts.store.configure(FIRST, {"archive_after": "1"})
    put_download(podcasts, 2, is_automatic=False)
    then = datetime.fromtimestamp(NOW, UTC)
    progress = {episode_of(3): Progress(then, 5.0), episode_of(4): Progress(then, played=True)}
    now = datetime.fromtimestamp(NOW + 9 * DAY, UTC)
    podcasts.upkeep.archive(podcasts.store.feeds(), progress.get, [], now)
    assert listed(podcasts) == ["Title 2", "Title 3"]
    podcasts.upkeep.archive(podcasts.store.feeds(), progress.get, [episode_of(1)], now)
    assert listed(podcasts) == ["Title 1", "Title 2", "Title 3"]
    podcasts.store.configure(FIRST, {"archive_after": ""})
    podcasts.upkeep.archive(podcasts.store.feeds(), progress.get, [], now)
    assert listed(podcasts) == ["Title 1", "Title 2", "Title 3", "Title 4"]


@pytest.mark.parametrize(("stated", "language"), [("de-at", "de-at"), (None, "")])
def test_language_is_that_of_the_feed(podcasts: Podcasts, stated: str | None, language: str) -> None:
    podcasts.store.store(FIRST, make_feed(make_item(1), language=stated))
    assert podcasts.documents.language(Episode(episode_of(1), "One")) == language
    assert podcasts.documents.language(Episode("of a catalogue", "One")) == ""


def test_notes_begin_with_season_number_and_kind(podcasts: Podcasts) -> None:
    item = make_item(1, season=2, number=5, type="bonus", is_explicit=True, notes="<p>About ships.</p>")
    linked = make_item(2, notes="<p>About rope.</p>", link="https://c.org/2")
    podcasts.store.store(FIRST, make_feed(item, linked))
    first, second = (podcasts.documents.notes(Episode(episode_of(n), "One")) for n in (1, 2))
    assert first == EpisodeNotes("Season 2 · Episode 5 · Bonus · Explicit\n\nAbout ships.", "Cast", "")
    assert second == EpisodeNotes("About rope.", "Cast", "https://c.org/2")
    assert podcasts.documents.notes(Episode("of a catalogue", "One")) == EpisodeNotes()
    podcasts.store.store(FIRST, make_feed(make_item(3, season=2)))
    assert podcasts.documents.notes(Episode(episode_of(3), "One", "Ships.")).text == "Season 2\n\nShips."


def test_description_of_a_podcast_has_its_last_error(podcasts: Podcasts) -> None:
    podcasts.store.store(FIRST, make_feed(summary="About the sea.", link="https://cast.example.org/"))
    facts = present(describe(podcasts.store, FIRST))
    assert (facts.address, facts.summary, facts.page) == (FIRST, "About the sea.", "https://cast.example.org/")
    assert (facts.refreshed is not None, facts.error) == (True, None)
    podcasts.store.fail(FIRST, "It is down.")
    again = present(describe(podcasts.store, FIRST))
    assert again.error == "It is down."
    assert describe(podcasts.store, "https://another.example.org/") is None


def test_only_an_episode_with_an_address_can_be_downloaded(podcasts: Podcasts) -> None:
    assert podcasts.audio.download_request(Episode("x", "X")) is None
    assert podcasts.audio.download_request(Episode("x", "X", audio="/music/x.mp3")) is None
    request = present(podcasts.audio.download_request(Episode("x", "X", audio="https://c.org/x.mp3")))
    assert (request.episode, request.is_automatic, request.size, request.others) == ("x", False, None, ())


def test_book_of_several_files_has_no_single_file(podcasts: Podcasts) -> None:
    parts = arrange(Part(f"https://c.org/{n}.mp3", 60.0) for n in (1, 2))
    book = Episode(episode_of(1), "Book", audio=parts[0].audio, parts=parts)
    put_download(podcasts, 1, is_automatic=False)
    assert podcasts.audio.local_file(book) is None
    assert podcasts.audio.local_file(book._replace(parts=())) == podcasts.downloads.find(episode_of(1))
    request = present(podcasts.audio.download_request(book))
    assert request.others == ("https://c.org/2.mp3",)


@pytest.mark.parametrize("is_named", [False, True])
async def test_recording_of_a_catalogue_on_the_own_network_needs_the_settings(
    inside: Site, tmp_path: Path, is_named: bool
) -> None:
    inside.replies["/a.wav"] = Ranged(sound(0.1))
    policy = make_policy([f"127.0.0.1:{inside.server_port}"] if is_named else [], 20.0)
    service = ServiceRig(tmp_path, policy)
    episode = Episode("x", "X", audio=inside.url("/a.wav"))
    service.media.sources.request(episode, 1)
    event = await service.next()
    assert isinstance(event, SourceReady if is_named else LoadFailed)
    podcasts = await service.media.podcasts.get()
    request = present(podcasts.audio.download_request(episode))
    assert (inside.origin() in request.policy.private) is is_named
    await service.media.sources.close()


VARIABLE = b"".join(mp3(2.0, rate) for rate in (8, 16, 8, 32)) * 5
"""Forty seconds at 16 kbit/s on average."""

LENGTH = 40.0

Find = Callable[[bytes, float | None], Source]


@pytest.fixture
def streams(tmp_path: Path) -> Iterator[RecordingStore]:
    streams = RecordingStore(tmp_path / "streams", None)
    yield streams
    streams.close()


@pytest.fixture
def gate() -> threading.Event:
    """Return what the server waits for before it sends the second half of a recording; it is set."""
    gate = threading.Event()
    gate.set()
    return gate


@pytest.fixture(name="find")
def finder(site: Site, streams: RecordingStore, gate: threading.Event) -> Find:
    def find(content: bytes, stated: float | None) -> Source:
        name = f"{len(content)}"  # the same recording once more is not fetched again
        site.replies[f"/{name}"] = Ranged(content, pause=gate)
        stream = streams.open(name, site.url(f"/{name}"), lambda: site.policy)
        stream.wait_for_answer(CancelToken())
        return find_places(Source(stream.file.content.address, remote=stream), stream, stated, CancelToken())

    return find


def read_all(source: Source, step: int = 1000) -> bytes:
    assert isinstance(source.remote, RemoteRecording)
    reader = source.remote.open()
    size = present(reader.size())
    content, buffer = b"", bytearray(step)
    while count := reader.read_into(memoryview(buffer), len(content)):
        content += buffer[:count]
    reader.close()
    assert len(content) == size
    return content


def id3(size: int, entry: bytes = b"") -> bytes:
    """Return a tag of so many bytes, filled with entries."""
    body = (entry * (size // max(1, len(entry))))[: size - 10].ljust(size - 10, b"\0")
    length = bytes((size - 10) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + length + body


@pytest.mark.parametrize("tag", [b"", id3(500)], ids=["bare", "tagged"])
def test_length_is_put_before_the_first_frame_of_a_variable_file(find: Find, tag: bytes) -> None:
    source = find(tag + VARIABLE, LENGTH)
    assert (source.is_constant_rate, source.has_length) == (False, True)
    for step in (1000, 7):
        content = read_all(source, step)
        added = content[len(tag) : len(content) - len(VARIABLE)]
        assert (content[: len(tag)], content[len(tag) + len(added) :]) == (tag, VARIABLE)
        head = present(read_head(added + VARIABLE))
        assert (head.first, head.has_length) == (0, True)


def test_places_behind_the_added_length_can_be_gone_to(find: Find, gate: threading.Event) -> None:
    gate.clear()
    source = find(VARIABLE, LENGTH)
    reader = present(source.remote).open()
    size = present(reader.size())
    assert [reader.can_go_to(place) for place in (0, 100, size // 2, size - 129, size - 127)] == [True] * 5
    assert not reader.can_go_to(size - 128)  # a tag of the first kind, for which the player would wait
    gate.set()
    reader.close()


def test_former_addition_is_gone_once_the_recording_states_its_length(find: Find) -> None:
    find(VARIABLE, LENGTH)
    source = find(VARIABLE, None)
    assert (source.is_constant_rate, source.has_length, read_all(source)) == (False, False, VARIABLE)
    content = mark_variable(VARIABLE, 1000)
    source = find(content, LENGTH)
    assert (source.is_constant_rate, source.has_length, read_all(source)) == (False, True, content)


def test_start_of_one_rate_does_not_hide_that_the_middle_has_another(find: Find) -> None:
    silence = mp3(30.0, 8)
    assert find(silence + mp3(30.0, 32), 60.0).is_constant_rate is False
    assert find(mp3(60.0, 8), 120.0).is_constant_rate is True  # a wrong length, but one rate
    assert find(silence + mp3(30.0, 32), 149.0).is_constant_rate is True  # the size fits, so nothing is looked at


def test_other_formats_are_left_alone(find: Find) -> None:
    source = find(b"OggS" + bytes(50_000), 60.0)
    assert (source.is_constant_rate, source.has_length) == (None, False)


def test_tag_of_thousands_of_entries_is_refused(find: Find) -> None:
    entry = b"TXXX" + (1).to_bytes(4, "big") + b"\0\0x"
    with pytest.raises(FetchError, match=ENDLESS_TAG):
        find(id3(len(entry) * (MAX_ENTRIES + 10), entry) + mp3(5.0), None)
    found = find(id3(50_000, entry) + mp3(5.0), None)
    assert (found.is_constant_rate, found.tag) == (True, 50_000)
    with pytest.raises(FetchError) as caught:
        find(id3(10 * 5_001 + 10, b"TXXX" + bytes(6)) + mp3(5.0), None)
    assert caught.value.is_final


@pytest.mark.parametrize(("size", "has_length"), [(999, False), (1_000, True), (40_000, True), (40_001, False)])
def test_length_is_added_if_it_gives_a_rate_that_an_mp3_may_have(find: Find, size: int, has_length: bool) -> None:
    seconds = 4.0 if size < 2_000 else 1.0
    content = VARIABLE[: int(size * seconds)] if size < 2_000 else (VARIABLE * 2)[: int(size * seconds)]
    assert len(content) == size * seconds
    assert find(content, seconds).has_length is has_length


@pytest.mark.parametrize(("stated", "is_constant"), [(57.2, True), (63.1, True), (56.0, True)])
def test_length_that_does_not_fit_is_compared_with_the_middle(find: Find, stated: float, is_constant: bool) -> None:
    assert find(mp3(60.0), stated).is_constant_rate is is_constant
    assert find(mp3(30.0, 8) + bytes(4_000) + mp3(30.0, 8), stated).is_constant_rate is True
