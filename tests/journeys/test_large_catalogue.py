"""The first start with a large catalogue: why it takes long, and a way out."""

from pathlib import Path

from tests.journeys.listener import Listener

READING = b"Reading the library"

EPISODES = 12_000


def write_catalog(path: Path, rest: str = "", count: int = EPISODES) -> str:
    """Write a catalogue of `count` episodes, and return its path; `EPISODES` take a second to read."""
    summary = "What it is about, and why one would listen to it. " * 2
    rows = (
        f"[[episodes]]\nid = 'e{number}'\ntitle = 'Part {number}'\nsummary = '{summary}'\n" for number in range(count)
    )
    path.write_text(f"version = 1\n{''.join(rows)}{rest}", "utf-8")
    return str(path)


def test_first_start_with_a_large_catalogue_says_that_it_is_read(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "dora")
    catalog = write_catalog(tmp_path / "large.toml")
    with listener.sits_down("--catalog", catalog, waits=False) as app:
        app.until(lambda: READING in app.raw, "why it takes long")
        app.see(f"{EPISODES} episodes", "▎○ Part 0")
        app.lose(READING.decode())
        app.until(lambda: any(listener.folder.glob("**/library-*.sqlite")), "the cache")
        app.quit()
    with listener.sits_down("--catalog", catalog) as app:
        app.see("♪")
        assert READING not in app.raw
        app.quit()


def test_listener_who_does_not_want_to_wait_interrupts(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "dora", variables={"TUI_POD_ONE_PROCESS": "1"})
    catalog = write_catalog(tmp_path / "large.toml", count=5 * EPISODES)  # still read when the key comes
    with listener.sits_down("--catalog", catalog, waits=False) as app:
        app.until(lambda: READING in app.raw, "why it takes long")
        app.press("\x03")
        assert app.wait() is not None
        assert app.status == 130
        assert b"Traceback" not in app.raw
    assert not listener.state_path.exists()


def test_large_catalogue_with_faults_prints_them(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "dora")
    catalog = write_catalog(tmp_path / "large.toml", "[[episodes]]\nid = 'e0'\ntitle = 'Twice'\n")
    with listener.sits_down("--catalog", catalog, waits=False) as app:
        assert app.wait() is not None
        assert app.status == 1
        after = app.raw.rpartition(READING)[2].decode()
    assert f"{catalog}:{4 * EPISODES + 3}: id “e0” is already used in line 3" in after
