import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.feeds import server
from tests.feeds.server import Ranged, Site, feed, item, sound
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.player.events import ChaptersKnown, Event, LoadFailed, SourceReady
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin
from tui_pod.feeds.net.access import PUBLIC, NetworkPolicy, make_policy
from tui_pod.feeds.podcasts import Podcasts
from tui_pod.feeds.store.library import read_feeds
from tui_pod.feeds.subscribe import subscribe
from tui_pod.runtime.threads import in_thread
from tui_pod.services.media import EpisodeSources
from tui_pod.speech.narrator import Narrator

CHAPTERS = json.dumps({"chapters": [{"startTime": 0, "title": "A"}, {"startTime": 5, "title": "B"}]})

QUOTA = 1_000_000_000


class ServiceRig:
    """Sources over real folders, and what they reported."""

    def __init__(self, folder: Path, policy: NetworkPolicy = PUBLIC) -> None:
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.sources = EpisodeSources(
            Narrator(folder / "narrations", 1_000_000),
            self.events.put_nowait,
            lambda: Podcasts(folder / "data", folder / "cache", QUOTA, policy),
        )

    async def next(self) -> Event:
        return await asyncio.wait_for(self.events.get(), 10)

    async def subscribe(self, url: str) -> list[Episode]:
        podcasts = await self.sources.podcasts()
        await in_thread(lambda _: subscribe(podcasts.store, url))
        return list(read_feeds(podcasts.store.db.file.parent).episodes)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ServiceRig]:
    service = ServiceRig(tmp_path)
    yield service
    await service.sources.close()


async def test_stream_of_a_feed_on_the_typed_host_is_read_where_it_ends(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(1, "/go.wav")))
    site.replies["/go.wav"] = server.redirect("/a.wav")
    site.replies["/a.wav"] = Ranged(sound(0.1))
    (episode,) = await service.subscribe(site.url("/f"))
    service.sources.request(episode, 7)
    event = await service.next()
    assert isinstance(event, SourceReady)
    assert (event.load, event.source.is_stream) == (7, True)
    assert event.source.remote is not None
    reader = event.source.remote.open()
    buffer = bytearray(16)
    assert reader.read_into(memoryview(buffer), 0) == 16
    assert bytes(buffer) == sound(0.1)[:16]
    reader.close()
    assert site.paths() == ["/f", "/go.wav", "/a.wav"]


async def test_address_that_is_over_is_fetched_anew_through_the_feed(site: Site, service: ServiceRig) -> None:
    content = sound(20.0)
    site.replies["/f"] = server.body(feed(item(1, "/a.wav?token=1")))
    answers, over = iter([Ranged(content, drops=[100_000])]), server.body("over", status=403)
    site.replies["/a.wav"] = lambda exchange: next(answers, over)(exchange)
    site.replies["/b.wav"] = Ranged(content)
    (episode,) = await service.subscribe(site.url("/f"))
    site.replies["/f"] = server.body(feed(item(1, "/b.wav?token=2")))
    service.sources.request(episode, 7)
    event = await service.next()
    assert isinstance(event, SourceReady)
    assert event.source.remote is not None
    reader, buffer = event.source.remote.open(), bytearray(1)
    assert await asyncio.to_thread(reader.read_into, memoryview(buffer), len(content) - 1) == 1
    assert site.paths()[-1] == "/b.wav?token=2"
    reader.close()


@pytest.mark.parametrize("path", ["direct", "redirect"])
async def test_stream_on_another_private_host_reaches_nothing(
    site: Site, inside: Site, service: ServiceRig, path: str
) -> None:
    address = inside.url("/secret") if path == "direct" else "/go"
    site.replies["/f"] = server.body(feed(item(1, address)))
    site.replies["/go"] = server.redirect(inside.url("/secret"))
    inside.replies["/secret"] = Ranged(sound(0.1))
    (episode,) = await service.subscribe(site.url("/f"))
    service.sources.request(episode, 1)
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
    service.sources.request(Episode("x", "X", audio=address), 1)
    assert isinstance(await service.next(), LoadFailed)


async def test_stream_of_a_catalogue_on_a_private_host_reaches_nothing(inside: Site, service: ServiceRig) -> None:
    service.sources.request(Episode("x", "X", audio=inside.url("/secret")), 1)
    assert isinstance(await service.next(), LoadFailed)
    assert inside.asked == []


async def test_download_is_played_at_once_without_the_network(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(1, "/a.wav")))
    site.replies["/a.wav"] = Ranged(sound(0.1))
    (episode,) = await service.subscribe(site.url("/f"))
    podcasts = await service.sources.podcasts()
    request = podcasts.download_request(episode)
    assert request is not None
    path = await in_thread(lambda stop: podcasts.downloads.fetch(request, cancel=stop))
    site.asked.clear()
    service.sources.request(episode, 1)
    event = await service.next()
    assert isinstance(event, SourceReady)
    assert (event.source.location, event.source.is_stream, site.asked) == (str(path), False, [])


async def test_download_request_knows_the_size_that_the_feed_states(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(1, "/a.wav")))
    (episode,) = await service.subscribe(site.url("/f"))
    request = (await service.sources.podcasts()).download_request(episode)
    assert request is not None
    assert request.size == 16_044


async def test_prepared_stream_is_not_asked_for_again(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(1, "/a.wav")))
    site.replies["/a.wav"] = Ranged(sound(0.1))
    (episode,) = await service.subscribe(site.url("/f"))
    podcasts = await service.sources.podcasts()
    await in_thread(lambda stop: podcasts.prepare(episode, stop))
    site.asked.clear()
    service.sources.request(episode, 1)
    assert isinstance(await service.next(), SourceReady)
    assert site.asked == []


async def test_chapters_of_a_file_follow_and_do_not_hold_up_the_sound(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(
        feed(item(1, "/a.wav", "<podcast:chapters url='/c.json' type='application/json'/>"))
    )
    site.replies["/a.wav"] = Ranged(sound(0.1))
    site.replies["/c.json"] = server.body(CHAPTERS, "application/json")
    (episode,) = await service.subscribe(site.url("/f"))
    service.sources.request(episode, 3)
    assert isinstance(await service.next(), SourceReady)
    assert await service.next() == ChaptersKnown(3, (Chapter(0.0, "A"), Chapter(5.0, "B")), ChapterOrigin.FEED)


async def test_chapters_in_the_notes_are_known(site: Site, service: ServiceRig) -> None:
    document = feed(
        "<item><title>x</title><guid>1</guid><enclosure url='/a.wav' type='audio/wav'/>"
        "<description>&lt;p&gt;00:00 Start&lt;br&gt;01:30 Middle&lt;/p&gt;</description></item>"
    )
    site.replies["/f"] = server.body(document)
    (episode,) = await service.subscribe(site.url("/f"))
    podcasts = await service.sources.podcasts()
    assert podcasts.chapters(episode) == ((Chapter(0.0, "Start"), Chapter(90.0, "Middle")), ChapterOrigin.NOTES)
    assert podcasts.notes(episode) == EpisodeNotes("00:00 Start\n01:30 Middle", "Test Cast")


async def test_transcript_of_a_feed_is_fetched_and_kept(site: Site, service: ServiceRig) -> None:
    extra = "<podcast:transcript url='/t.vtt' type='text/vtt'/>"
    site.replies["/f"] = server.body(feed(item(1, "/a.wav", extra)))
    site.replies["/t.vtt"] = server.body("WEBVTT\n\n00:01.000 --> 00:02.000\nHello there.\n", "text/vtt")
    (episode,) = await service.subscribe(site.url("/f"))
    for _ in range(2):
        transcript = await service.sources.transcript(episode)
        assert [(cue.text, cue.start) for cue in transcript.cues] == [("Hello there.", 1.0)]
    assert site.paths().count("/t.vtt") == 1


async def test_transcript_that_is_too_large_says_so_with_the_limit(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(1, "/a.wav", "<podcast:transcript url='/t.txt' type='text/plain'/>")))
    site.replies["/t.txt"] = server.bomb(100)
    (episode,) = await service.subscribe(site.url("/f"))
    transcript = await service.sources.transcript(episode)
    assert (transcript.cues, transcript.fault) == ((), "The answer is larger than 8 MB")


async def test_transcript_on_a_private_host_reaches_nothing(inside: Site, service: ServiceRig) -> None:
    inside.replies["/t.vtt"] = server.body("secret")
    transcript = await service.sources.transcript(Episode("x", "X", transcript=inside.url("/t.vtt")))
    assert (transcript.cues, inside.asked) == ((), [])


def test_podcasts_open_nothing(tmp_path: Path) -> None:
    podcasts = Podcasts(tmp_path / "data", tmp_path / "cache", QUOTA)
    assert podcasts.details("x") is None
    assert podcasts.downloads.find("x") is None
    assert not (tmp_path / "data").exists()


# -- what the settings allow ---------------------------------------------------------------------------


@pytest.mark.parametrize("is_named", [False, True])
async def test_recording_of_a_catalogue_on_the_own_network_needs_the_settings(
    inside: Site, tmp_path: Path, is_named: bool
) -> None:
    inside.replies["/a.wav"] = Ranged(sound(0.1))
    policy = make_policy([f"127.0.0.1:{inside.server_port}"] if is_named else [], 20.0)
    service = ServiceRig(tmp_path, policy)
    episode = Episode("x", "X", audio=inside.url("/a.wav"))
    service.sources.request(episode, 1)
    event = await service.next()
    assert isinstance(event, SourceReady if is_named else LoadFailed)
    podcasts = await service.sources.podcasts()
    request = podcasts.download_request(episode)
    assert request is not None
    assert (inside.origin() in request.policy.private) is is_named
    await service.sources.close()
