"""What was seen to work on a default libmpv, against the real one as it is set up here.

Each attack leads to a server of the listener's own network, or to a file beside; neither may be touched.
"""

import io
import platform
import queue
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.audio.socketless import SOCKET, UNABLE
from tests.patience import PATIENCE
from tests.sources import server
from tests.sources.server import Ranged, Site, secure, serving, sound
from tui_pod.audio.libmpv import open_mpv
from tui_pod.audio.mpv_options import FAST_SEEK, OPTIONAL, OPTIONS
from tui_pod.audio.mpv_player import MpvPlayer
from tui_pod.core.player.events import Event, FileEnded, FileLoaded, LoadFailed
from tui_pod.core.player.snapshot import Source
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.address import origin
from tui_pod.net.fetch import FetchError
from tui_pod.recordings.recording_store import RecordingStore
from tui_pod.runtime.threads import CancelToken

AUDIO = sound(0.5)


class Opener:
    """The player of the app, asked to open one thing after another."""

    def __init__(self, folder: Path) -> None:
        self._events: queue.Queue[Event] = queue.Queue()
        self._load = 0
        self._streams = RecordingStore(folder, 1_000_000)
        self.player = MpvPlayer(self._events.put, "null")
        self.player.open()

    def streams(self, address: str) -> bool:
        """Return whether what our fetcher brings from there began to sound."""
        self._load += 1
        stream = self._streams.open(str(self._load), address, lambda: NetworkPolicy(frozenset((origin(address),))))
        try:
            stream.wait_for_answer(CancelToken())
        except FetchError:
            return False
        return self._begins(Source(address, is_stream=True, remote=stream))

    def opens(self, location: str) -> bool:
        """Return whether something began to sound that libmpv opened itself."""
        self._load += 1
        return self._begins(Source(location))

    def _begins(self, source: Source) -> bool:
        self.player.load(source, 0.0, self._load, True)
        deadline = time.monotonic() + PATIENCE
        while True:
            event = self._events.get(timeout=max(0.1, deadline - time.monotonic()))
            if getattr(event, "load", None) == self._load and isinstance(event, FileLoaded | LoadFailed | FileEnded):
                return isinstance(event, FileLoaded)


@pytest.fixture(scope="module")
def opener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    opener = Opener(tmp_path_factory.mktemp("streams"))
    yield opener
    opener.player.close()


@pytest.fixture
def inside() -> Iterator[Site]:
    with serving() as running:
        for path in ("/secret.wav", "/secret.mp3", "/", "/seg.ts", "/init.mp4"):
            running.replies[path] = Ranged(AUDIO)
        yield running


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    file = tmp_path / "canary.wav"
    file.write_bytes(AUDIO)
    return file


def hls(target: str) -> str:
    return f"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{target}\n#EXT-X-ENDLIST\n"


def dash(target: str) -> str:
    return (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT5S"'
        ' profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="audio/mp4">'
        f'<Representation id="1" bandwidth="1000"><BaseURL>{target}</BaseURL></Representation>'
        "</AdaptationSet></Period></MPD>"
    )


def zipped(_: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("inside.wav", AUDIO)
    return file.getvalue()


LISTS: dict[str, tuple[str, Callable[[str], str | bytes]]] = {
    "m3u": ("audio/mpeg", lambda target: f"#EXTM3U\n#EXTINF:1,x\n{target}\n"),
    "m3u-typed": ("audio/x-mpegurl", lambda target: f"#EXTM3U\n{target}\n"),
    "pls": ("audio/mpeg", lambda target: f"[playlist]\nNumberOfEntries=1\nFile1={target}\n"),
    "pls-typed": ("audio/x-scpls", lambda target: f"[playlist]\nNumberOfEntries=1\nFile1={target}\n"),
    "edl": ("audio/mpeg", lambda target: f"# mpv EDL v0\n%{len(target)}%{target},0,1\n"),
    "cue": ("audio/mpeg", lambda target: f'FILE "{target}" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n'),
    "hls": ("audio/mpeg", hls),
    "hls-typed": ("application/vnd.apple.mpegurl", hls),
    "dash": ("application/dash+xml", dash),
    "concat": ("audio/mpeg", lambda target: f"ffconcat version 1.0\noption safe 0\nfile '{target}'\n"),
    "asx": ("video/x-ms-asf", lambda target: f'<asx version="3.0"><entry><ref href="{target}"/></entry></asx>'),
    "sdp": ("application/sdp", lambda _: "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nt=0 0\nm=audio 9 RTP/AVP 0\n"),
    "zip": ("audio/mpeg", zipped),
}  # fmt: skip


def make(kind: str, target: str) -> bytes:
    made = LISTS[kind][1](target)
    return made.encode() if isinstance(made, str) else made


def test_options_are_read_back_from_a_live_player() -> None:
    mpv = open_mpv("null")
    try:
        known = str(mpv.command("expand-text", "${=options}")).split(",")
        wanted = OPTIONS | {name: value for name, value in OPTIONAL.items() if name in known}
        found = {name: mpv.command("expand-text", f"${{=options/{name}}}") for name in wanted}
    finally:
        mpv.terminate()
    assert {name: normal(value) for name, value in found.items()} == {name: normal(v) for name, v in wanted.items()}


def normal(value: str) -> str:
    """Return an option's value as libmpv spells it."""
    sizes = re.fullmatch(r"(\d+)MiB", value)
    if sizes:
        return str(int(sizes[1]) * 1024 * 1024)
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return str(float(value)) if "." in value or int(value) < 10_000 else value
    return value.replace("[", "").replace("]", "")


def test_options_stop_what_is_not_audio_and_no_less() -> None:
    needed = {"ytdl": "no", "access-references": "no", "tls-verify": "yes", "load-scripts": "no", "config": "no",
              "load-unsafe-playlists": "no", "autoload-files": "no", "demuxer": "lavf"}  # fmt: skip
    assert needed.items() <= OPTIONS.items()
    assert OPTIONAL["curl-enabled"] == "no"
    for name in ("stream-lavf-o", "demuxer-lavf-o"):
        assert "protocol_whitelist=[none]" in OPTIONS[name]
    assert FAST_SEEK.startswith(OPTIONS["demuxer-lavf-o"])


def test_sound_is_opened_from_our_fetcher_and_the_disk(opener: Opener, site: Site, canary: Path) -> None:
    site.replies["/a.wav"] = Ranged(AUDIO)
    assert opener.streams(site.url("/a.wav"))
    assert opener.opens(str(canary))


@pytest.mark.parametrize("form", ["{}", "ffmpeg://{}", "lavf://{}", "slice://0@{}", "archive://{}", "appending://{}"])
def test_libmpv_opens_no_network_address(opener: Opener, site: Site, form: str) -> None:
    site.replies["/a.wav"] = Ranged(AUDIO)
    assert not opener.opens(form.format(site.url("/a.wav")))
    assert site.asked == []


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in SOCKET, reason="other systems have other system calls"
)
@pytest.mark.parametrize(("kind", "status"), [("ours", 0), ("bare", -signal.SIGSYS)])
def test_libmpv_asks_for_no_socket_at_all(kind: str, status: int) -> None:
    rest = "127.0.0.1:9/a.wav"
    schemes = (
        "http",
        "https",
        "tcp",
        "udp",
        "rtsp",
        "rtmp",
        "ftp",
        "gopher",
        "srt",
        "tls",
        "mms",
        "rtp",
        "ipfs",
        "sftp",
    )
    addresses = [f"{prefix}{scheme}://{rest}" for scheme in schemes for prefix in ("", "ffmpeg://", "edl://")]
    command = [sys.executable, "-m", "tests.audio.socketless", kind, *addresses]
    ended = subprocess.run(command, check=False, timeout=PATIENCE).returncode
    if ended == UNABLE:
        pytest.skip("this system cannot end a process that asks for a socket")
    assert ended == status


@pytest.mark.nightly
@pytest.mark.parametrize("scheme", ["tcp", "udp", "rtsp", "rtmp", "ftp", "gopher", "srt", "https", "tls"])
def test_libmpv_connects_to_nothing(opener: Opener, site: Site, scheme: str) -> None:
    assert not opener.opens(site.url("/a.wav").replace("http:", f"{scheme}:"))
    assert site.asked == []


def test_stream_of_another_name_is_not_opened(opener: Opener) -> None:
    assert not opener.opens("tuipod://nothing")


def test_names_with_options_in_them_are_names(opener: Opener, tmp_path: Path) -> None:
    file = tmp_path / "x,access-references=yes,speed=3.wav"
    file.write_bytes(AUDIO)
    assert opener.opens(str(file))


@pytest.mark.parametrize("kind", LISTS)
def test_list_from_the_network_leads_to_no_other_host(opener: Opener, site: Site, inside: Site, kind: str) -> None:
    site.replies["/a.mp3"] = server.body(make(kind, inside.url("/secret.wav")), LISTS[kind][0])
    assert not opener.streams(site.url("/a.mp3"))
    assert inside.asked == []
    assert set(site.paths()) == {"/a.mp3"}


@pytest.mark.nightly
@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize(
    "form", ["{}", "file://{}", "edl://{}", "lavf://file:{}", "av://lavfi:amovie={}", "memory://{}"]
)
def test_list_from_the_network_leads_to_no_file(opener: Opener, site: Site, canary: Path, kind: str, form: str) -> None:
    site.replies["/a.mp3"] = server.body(make(kind, form.format(canary)), LISTS[kind][0])
    assert not opener.streams(site.url("/a.mp3"))


@pytest.mark.parametrize("kind", LISTS)
def test_downloaded_list_leads_nowhere(opener: Opener, inside: Site, canary: Path, tmp_path: Path, kind: str) -> None:
    for number, target in enumerate((inside.url("/secret.wav"), str(canary), f"file://{canary}", canary.name)):
        file = tmp_path / f"episode{number}.mp3"
        file.write_bytes(make(kind, target))
        assert not opener.opens(str(file))
    assert inside.asked == []


def test_redirect_to_a_private_host_or_a_file_is_not_followed(
    opener: Opener, site: Site, inside: Site, canary: Path
) -> None:
    for target in (
        inside.url("/secret.wav"),
        f"file://{canary}",
        f"concat:{canary}",
        f"subfile,,start,0,end,0,,:{canary}",
    ):
        site.replies["/a.wav"] = server.redirect(target)
        assert not opener.streams(site.url("/a.wav"))
    assert inside.asked == []


def test_files_beside_are_not_opened(opener: Opener, tmp_path: Path) -> None:
    """A subtitle, a cover or a setting beside a download is another's; none is even listed as a track."""
    (tmp_path / "ep.wav").write_bytes(AUDIO)
    for name in ("ep.srt", "ep.ass", "cover.jpg", "ep.jpg", "ep.wav.conf", "ep.mka", "mpv.conf"):
        (tmp_path / name).write_text("1\n00:00:00,000 --> 00:00:01,000\nx\n")
    assert opener.opens(str(tmp_path / "ep.wav"))
    tracks: queue.Queue[str] = queue.Queue()
    opener.player.do(lambda mpv: tracks.put(mpv.command("expand-text", "${track-list/count}")))
    assert tracks.get(timeout=PATIENCE) == "1"


def test_untrusted_certificate_is_refused(opener: Opener, tmp_path: Path) -> None:
    with serving() as site:
        secure(site, "localhost", tmp_path)
        site.replies["/a.wav"] = Ranged(AUDIO)
        assert not opener.streams(site.url("/a.wav", "localhost").replace("http:", "https:"))
        assert site.asked == []


@pytest.mark.nightly
@pytest.mark.parametrize("kind", ["m3u", "pls", "edl", "hls", "dash"])
def test_without_the_options_a_list_leads_to_another_host(site: Site, inside: Site, kind: str) -> None:
    site.replies["/a.mp3"] = server.body(make(kind, inside.url("/secret.wav")), LISTS[kind][0])
    assert is_reached(inside, site.url("/a.mp3"))


def test_without_the_options_a_redirect_is_followed(site: Site, inside: Site) -> None:
    site.replies["/a.wav"] = server.redirect(inside.url("/secret.wav"))
    assert is_reached(inside, site.url("/a.wav"))


def is_reached(inside: Site, location: str) -> bool:
    """Return whether a libmpv without our options asks the inner server."""
    import mpv

    player = mpv.MPV(ao="null", vid="no", ytdl="no", config="no")
    try:
        player.command("loadfile", location)
        return inside.wait_for(lambda: inside.asked)
    finally:
        player.terminate()
