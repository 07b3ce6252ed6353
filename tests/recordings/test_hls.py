"""Recordings in HLS: made by ffmpeg, fetched by our own fetcher, played by the real libmpv."""

import queue
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.sources import server
from tests.sources.server import Ranged, Site
from tests.tools import needs
from tui_pod.audio.mpv_player import MpvPlayer
from tui_pod.core.player.events import Event, FileLoaded, SeekFinished
from tui_pod.core.player.snapshot import Source
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.fetch import FetchError
from tui_pod.recordings.recording_store import RecordingStore, ending_of
from tui_pod.recordings.remote_recording import RemoteRecording
from tui_pod.runtime.threads import CancelToken

LIST = "application/vnd.apple.mpegurl"

SECONDS = 24

Open = Callable[[str], RemoteRecording]


@pytest.fixture(name="open_list")
def opener(site: Site, tmp_path: Path) -> Iterator[Open]:
    """Open the recording whose list is at a path of the site."""
    store = RecordingStore(tmp_path / "streams", 10_000_000)

    def open_list(path: str) -> RemoteRecording:
        return store.open("episode", site.url(path), lambda: NetworkPolicy(site.allowed))

    yield open_list
    store.close()


def publish(site: Site, folder: Path, *options: str) -> str:
    """Have ffmpeg divide a tone into segments of 3 seconds; serve them, and return the path of the master list."""
    folder.mkdir()
    tone = f"sine=frequency=440:duration={SECONDS}"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", tone, "-c:a", "aac", "-b:a", "48k", "-f", "hls",
         "-hls_time", "3", "-hls_playlist_type", "vod", "-master_pl_name", "master.m3u8", *options, "list.m3u8"],
        check=True, cwd=folder,
    )  # fmt: skip
    for file in folder.iterdir():
        is_list = file.suffix == ".m3u8"
        content = file.read_bytes()
        site.replies[f"/{file.name}"] = server.body(content, LIST) if is_list else Ranged(content, "video/iso.segment")
    return "/master.m3u8"


def decoded(path: str, folder: Path) -> bytes:
    """Return a hash of what ffmpeg hears in a file or a list."""
    command = ["ffmpeg", "-v", "error", "-i", path, "-f", "md5", "-"]
    return subprocess.run(command, check=True, cwd=folder, capture_output=True).stdout


KINDS = {
    "ts": ["-hls_segment_type", "mpegts"],
    "m4a": ["-hls_segment_type", "fmp4"],
    "many ts": ["-hls_segment_type", "mpegts", "-hls_time", "0.5"],
    "many m4a": ["-hls_segment_type", "fmp4", "-hls_time", "0.5"],
    "ranges": ["-hls_segment_type", "fmp4", "-hls_flags", "single_file"],
}


@needs("ffmpeg")
@pytest.mark.parametrize("kind", KINDS)
def test_recording_plays_seeks_and_is_fetched_as_one_file(
    site: Site, open_list: Open, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "served"
    stream = open_list(publish(site, folder, *KINDS[kind]))
    stream.open().close()
    stream.wait_for_answer(CancelToken())
    assert stream.progress().is_seekable
    assert len(site.asked) < 32, "not each of many is asked for its size"
    events: queue.Queue[Event] = queue.Queue()
    player = MpvPlayer(events.put, "null")
    player.open()
    try:
        player.load(Source(site.url("/master.m3u8"), is_stream=True, remote=stream), 0.0, 1, False)
        loaded = next(event for event in iter(lambda: events.get(timeout=PATIENCE), None) if type(event) is FileLoaded)
        assert loaded.duration == pytest.approx(SECONDS, abs=0.1)
        for place in (19.5, 4.2):
            player.seek(place)
            sought = next(
                event for event in iter(lambda: events.get(timeout=PATIENCE), None) if type(event) is SeekFinished
            )
            assert sought.position == pytest.approx(place, abs=0.2)
    finally:
        player.close()
    stream.fetch_all(10_000_000, lambda *_: None, CancelToken())
    content = stream.file.content
    assert content.size is not None
    (tmp_path / "whole").write_bytes(stream.file.read(0, content.size))
    assert decoded(str(tmp_path / "whole"), folder) == decoded("list.m3u8", folder)
    assert ending_of(site.url("/master.m3u8"), content.kind) == (".ts" if kind.endswith("ts") else ".m4a")
    if kind == "ranges":
        assert len(site.asked) < 12, "parts of one file are fetched together"


END = "#EXT-X-ENDLIST\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#EXTINF:3,\n1.ts\n", "a broadcast"),
        ('#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXTINF:3,\n1.ts\n' + END, "encrypted"),
        ("#EXTINF:3,\n1.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:3,\n1.ts\n" + END, "do not belong together"),
        ('#EXT-X-MAP:URI="a"\n#EXTINF:3,\n1.ts\n#EXT-X-MAP:URI="b"\n#EXTINF:3,\n1.ts\n' + END, "format changes"),
        ('#EXT-X-MAP:URI="1.ts"\n#EXTINF:3,\n1.ts\n' + END, "head has faults"),
        ("#EXTINF:3,\n#EXT-X-BYTERANGE:x\n1.ts\n" + END, "list has faults"),
        ("#EXTINF:3,\nfile:///etc/passwd\n" + END, "list has faults"),
        ("#EXTINF:3,\nhttp://10.1.2.3/1.ts\n" + END, "own network"),
        ("#EXTINF:3,\n1.ts\n#EXTINF:3,\n/gone.ts\n" + END, "404"),
        ("#EXTINF:3,\n1.mp3\n" + END, "neither MPEG-TS nor MP4"),
        (END, "no parts"),
        ('#EXT-X-STREAM-INF:BANDWIDTH=9,RESOLUTION=640x360,CODECS="avc1,mp4a"\nfilm.m3u8\n', "without pictures"),
        ("#EXT-X-STREAM-INF:BANDWIDTH=9\n/a.m3u8\n", "link to lists"),
        (f'#tkhd{" " * 20}mdhd{" " * 20}\n#EXT-X-MAP:URI="a.m3u8"\n#EXTINF:3,\na.m3u8\n{END}', "link to lists"),
    ],
)
def test_what_is_not_played_is_refused_and_says_why(site: Site, open_list: Open, text: str, said: str) -> None:
    site.replies["/a.m3u8"] = server.body(f"#EXTM3U\n#EXT-X-VERSION:7\n{text}", LIST)
    site.replies["/1.ts"] = Ranged(b"G" + bytes(999))
    site.replies["/1.mp3"] = Ranged(b"ID3\x04" + bytes(999))
    stream = open_list("/a.m3u8")
    stream.open().close()
    with pytest.raises(FetchError, match=said):
        stream.wait_for_answer(CancelToken())


def test_best_sound_without_pictures_is_chosen_and_goes_on_after_a_start(
    site: Site, open_list: Open, tmp_path: Path
) -> None:
    site.replies["/a.m3u8"] = server.body(
        '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="in the stream",DEFAULT=YES\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,CODECS="avc1.4d,mp4a.40"\nfilm.m3u8\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS="mp4a.40.2"\nlow.m3u8\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=128000,CODECS="mp4a.40.2"\nhigh.m3u8\n', LIST,
    )  # fmt: skip
    parts = [b"G" + bytes([number]) * 70_000 for number in range(3)]
    for number, part in enumerate(parts):
        site.replies[f"/{number}.ts"] = Ranged(part, drops=[] if number != 1 else [10, 40_000])
    segments = "".join(f"#EXTINF:3,\n{number}.ts\n" for number in range(3))
    site.replies["/high.m3u8"] = server.body(f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n{segments}{END}", LIST)
    stream = open_list("/a.m3u8")
    stream.fetch_all(10_000_000, lambda *_: None, CancelToken())
    assert stream.file.read(0, 1_000_000) == b"".join(parts)
    stream.close()
    stream.join(PATIENCE)
    again = RecordingStore(tmp_path / "streams", 10_000_000)
    assert again.find("episode", site.url("/a.m3u8")) is not None


@pytest.mark.parametrize("packets", [997, 2000])
def test_one_part_of_many_that_differs_costs_nothing(site: Site, open_list: Open, tmp_path: Path, packets: int) -> None:
    """Only some are asked for their sizes: one of the others has less, or more than it got room for."""
    parts = [(b"G" + bytes([number]) * 187) * 1000 for number in range(60)]
    parts[1] = parts[1][: 188 * packets] + parts[1][: 188 * max(0, packets - 1000)]
    for number, part in enumerate(parts):
        site.replies[f"/{number}.ts"] = Ranged(part)
    segments = "".join(f"#EXTINF:3,\n{number}.ts\n" for number in range(60))
    site.replies["/a.m3u8"] = server.body(f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n{segments}{END}", LIST)
    before = open_list("/a.m3u8")
    before.peek(0, 1, PATIENCE, CancelToken())
    assert len(site.asked) < 40
    before.close()
    before.join(PATIENCE)
    store = RecordingStore(tmp_path / "streams", 20_000_000)
    stream = store.open("episode", site.url("/a.m3u8"), lambda: NetworkPolicy(site.allowed))
    stream.fetch_all(20_000_000, lambda *_: None, CancelToken())
    whole = stream.file.read(0, 20_000_000)
    packets_of = [whole[place : place + 188] for place in range(0, len(whole), 188)]
    assert b"".join(packet for packet in packets_of if packet[1:3] != b"\x1f\xff") == b"".join(parts)
    assert stream.has_changed() is (whole == b"".join(parts)) is (packets > 1000)
    store.close()
