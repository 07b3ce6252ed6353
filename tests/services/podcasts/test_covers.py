"""Where pictures of covers are found, and that each is made once."""

from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.pictures import make_png
from tests.sources import server
from tests.sources.server import Site, feed, item
from tui_pod.audio.cover import PICTURE_BYTES
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.parts import Part, arrange
from tui_pod.net.access import make_policy
from tui_pod.runtime.limited_processes import ContentFault, LimitedProcesses
from tui_pod.services.podcasts import covers as module
from tui_pod.services.podcasts.covers import Covers
from tui_pod.shelf.library import read_feeds
from tui_pod.sources.opened import Podcasts
from tui_pod.sources.table import subscribe


@pytest.fixture
def podcasts(tmp_path: Path) -> Podcasts:
    return Podcasts(tmp_path / "data", tmp_path / "cache", 1_000_000)


@pytest.fixture
def covers(tmp_path: Path, podcasts: Podcasts) -> Covers:
    async def opened() -> Podcasts:
        return podcasts

    return Covers(tmp_path / "covers", opened)


def make_wav(folder: Path, name: str = "a.wav") -> Episode:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(server.sound(0.1))
    return Episode(name, name, audio=str(folder / name))


async def test_cover_beside_a_recording_is_taken(covers: Covers, tmp_path: Path) -> None:
    episode = make_wav(tmp_path / "music")
    assert await covers.picture(episode) is None
    make_png(tmp_path / "music" / "cover.png", 64, 64)
    assert len(await covers.picture(episode) or b"") == PICTURE_BYTES


async def test_cover_above_the_discs_of_a_book_is_taken(covers: Covers, tmp_path: Path) -> None:
    (tmp_path / "Emma").mkdir()
    make_png(tmp_path / "Emma" / "cover.png", 64, 64)
    files = [make_wav(tmp_path / "Emma" / disc).audio or "" for disc in ("CD 1", "CD 2")]
    book = Episode("book", "Emma", audio=files[0], parts=arrange(Part(file, 0.1) for file in files))
    assert len(await covers.picture(book) or b"") == PICTURE_BYTES


@pytest.mark.parametrize("content", [b"cut", b"x" * (PICTURE_BYTES + 1)])
async def test_damaged_picture_in_the_cache_is_made_again_and_logged(
    covers: Covers, tmp_path: Path, content: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    episode = make_wav(tmp_path / "music")
    make_png(tmp_path / "music" / "cover.png", 64, 64)
    picture = await covers.picture(episode)
    for cached in (tmp_path / "covers").glob("*.rgb"):
        if cached.stat().st_size:
            cached.write_bytes(content)
    assert await covers.picture(episode) == picture
    assert "was damaged and is made again" in capfd.readouterr().err


async def test_cover_of_a_feed_is_fetched_once(
    covers: Covers, podcasts: Podcasts, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = make_png(tmp_path / "a.png", 64, 64).read_bytes()
    site.replies["/f"] = server.body(feed(item(1, "/a.wav") + item(2, "/b.wav"), extra="<itunes:image href='/c'/>"))
    site.replies["/c"] = server.body(image, "image/png")
    subscribe(podcasts.store, site.url("/f"))
    first, second = read_feeds(podcasts.store.db.file.parent).episodes
    picture = await covers.picture(first)
    assert picture is not None
    assert await covers.picture(second) == picture
    assert site.paths() == ["/f", "/c"]


async def test_cover_that_a_directory_names_is_fetched_from_public_hosts_only(tmp_path: Path, site: Site) -> None:
    site.replies["/c"] = server.body(make_png(tmp_path / "a.png", 64, 64).read_bytes(), "image/png")

    async def opened(*hosts: str) -> Podcasts:
        return Podcasts(tmp_path / "data", tmp_path / "cache", 1_000_000, policy=make_policy(hosts, 5.0))

    assert await Covers(tmp_path / "covers", opened).picture(site.url("/c")) is None
    assert site.paths() == []
    known = partial(opened, urlsplit(site.url("/")).netloc)
    assert len(await Covers(tmp_path / "covers", known).picture(site.url("/c")) or b"") == PICTURE_BYTES


@pytest.mark.parametrize("reply", [server.body("<html>", "text/html"), server.body("gone", status=404)])
async def test_cover_that_is_no_picture_or_gone_is_not_asked_for_again(
    covers: Covers, podcasts: Podcasts, site: Site, reply: server.Reply
) -> None:
    site.replies["/f"] = server.body(feed(item(1, "/a.wav"), extra="<itunes:image href='/c'/>"))
    site.replies["/c"] = reply
    subscribe(podcasts.store, site.url("/f"))
    (episode,) = read_feeds(podcasts.store.db.file.parent).episodes
    assert [await covers.picture(episode), await covers.picture(episode)] == [None, None]
    assert site.paths() == ["/f", "/c"]


async def test_narrated_episode_has_no_picture_of_its_own(covers: Covers) -> None:
    assert await covers.picture(Episode("x", "X")) is None


async def test_oldest_pictures_are_dropped(covers: Covers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    for number in range(3):
        episode = make_wav(tmp_path / f"music {number}")
        make_png(tmp_path / f"music {number}" / "folder.png", 64, 64)
        make_png(tmp_path / f"music {number}" / "a.wav", 64, 64)  # in a recording's place
        assert await covers.picture(episode) is not None
    assert len(list((tmp_path / "covers").glob("*.rgb"))) == 2


async def test_recording_without_a_picture_is_not_looked_into_again(
    covers: Covers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    episode = make_wav(tmp_path / "music")
    assert await covers.picture(episode) is None
    assert [cached.stat().st_size for cached in (tmp_path / "covers").glob("*.rgb")] == [0]
    monkeypatch.setattr(module, "LimitedProcesses", None)
    assert await covers.picture(episode) is None


@pytest.mark.parametrize(
    ("answer", "is_remembered"), [(False, True), (ContentFault("", is_lasting=True), True), (ContentFault(""), False)]
)
async def test_recording_that_a_process_found_no_picture_in_is_remembered_unless_it_could_not_look(
    covers: Covers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bool | ContentFault, is_remembered: bool
) -> None:
    def call(*_: object, **__: object) -> bool:
        if isinstance(answer, ContentFault):
            raise answer
        return answer

    monkeypatch.setattr(LimitedProcesses, "call", call)
    assert await covers.picture(make_wav(tmp_path / "music")) is None
    assert len(list((tmp_path / "covers").glob("*.rgb"))) == is_remembered
    assert [path.name for path in (tmp_path / "covers").iterdir() if path.is_dir()] == []
