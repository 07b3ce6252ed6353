"""The first start with a large catalogue: a frame at once, how far it is, and a way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.listener import Listener, Sitting
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import Published, PublishedItem

READING = "Reading the library"

EPISODES = 12_000


def write_catalog(path: Path, rest: str = "", count: int = EPISODES) -> str:
    """Write a catalogue of `count` episodes, and return its path; `EPISODES` take a second to read."""
    summary = "What it is about, and why one would listen to it. " * 2
    rows = (
        f"[[episodes]]\nid = 'e{number}'\ntitle = 'Part {number}'\nsummary = '{summary}'\n" for number in range(count)
    )
    path.write_text(f"version = 1\n{''.join(rows)}{rest}", "utf-8")
    return str(path)


def see_reading(app: Sitting, *words: str) -> None:
    """Wait until the frame was drawn, with these words in it; the list may follow before anyone looks."""
    app.until(lambda: all(word.encode() in app.raw for word in (READING, "%", *words)), "how far it is")


@pytest.mark.parametrize("size", [(80, 24), (30, 6)])
def test_first_start_with_a_large_catalogue_shows_how_far_it_is(tmp_path: Path, size: tuple[int, int]) -> None:
    listener = Listener(tmp_path / "dora", size)
    catalog = write_catalog(tmp_path / "large.toml")
    with listener.sits_down("--catalog", catalog, waits=False) as app:
        see_reading(app)
        app.lose(READING)
        if size > (30, 6):
            app.see(f"{EPISODES} episodes", "▎○ Part 0")
        app.quit()
    with listener.sits_down("--catalog", catalog, waits=size > (30, 6)) as app:
        app.see("♪" if size > (30, 6) else "▐")
        assert READING.encode() not in app.raw
        app.quit()


def test_first_start_with_many_podcasts_and_no_cache_shows_how_far_it_is(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "dora")
    catalog = write_catalog(tmp_path / "small.toml", count=1)
    store, address = FeedStore(listener.folder / "data" / "tui-pod"), "https://cast.example.org/feed.xml"
    store.subscribe([Entry(address, "Cast")])
    items = [
        PublishedItem(f"g{n}", f"Title {n}", "About it. " * 20, audio=f"https://c.org/{n}.mp3") for n in range(EPISODES)
    ]
    store.store(address, Published("Cast", tuple(items)))
    config = tmp_path / "config.toml"
    config.write_text("[feeds]\nrefresh_at_start = false\n")
    with listener.sits_down("--catalog", catalog, "--config", str(config), waits=False) as app:
        see_reading(app, "╌╌")
        app.lose(READING)
        app.see("Cast")
        app.quit()


@pytest.mark.parametrize(("key", "client"), [("q", ""), ("\x1b", "1"), ("\x03", ""), ("\x03", "1")])
def test_listener_who_does_not_want_to_wait_quits(tmp_path: Path, key: str, client: str) -> None:
    listener = Listener(tmp_path / "dora", variables={"TUI_POD_ONE_PROCESS": client})
    catalog = write_catalog(tmp_path / "large.toml", count=5 * EPISODES)  # still read when the key comes
    with listener.sits_down("--catalog", catalog, waits=False) as app:
        app.see(READING)
        app.press(key)
        assert app.wait() is not None
        assert app.status == (130 if key == "\x03" and client else 0)
        assert app.raw.rfind(b"\x1b[?1049l") > app.raw.rfind(b"\x1b[?1049h")
    assert not listener.state_path.exists()


def test_large_catalogue_with_faults_prints_them_after_the_screen(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "dora")
    catalog = write_catalog(tmp_path / "large.toml", "[[episodes]]\nid = 'e0'\ntitle = 'Twice'\n")
    with listener.sits_down("--catalog", catalog, waits=False) as app:
        app.see(READING)
        assert app.wait() is not None
        assert app.status == 1
        after = app.raw[app.raw.rfind(b"\x1b[?1049l") :].decode()
    assert f"{catalog}:{4 * EPISODES + 3}: id “e0” is already used in line 3" in after
