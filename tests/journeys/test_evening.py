"""An evening that is interrupted: by kill -9, and by a terminal that is closed. No more than some seconds are lost.

A week with two podcasts: added, heard, refreshed on later days, downloaded, and played without their server. The
listener's own lists and smart lists, found again after a restart, a kill, and on another machine. Learning a language
with a podcast: sentences repeated at half speed, said aloud, and kept as cards with sound.
"""

import os
import re
import signal
from pathlib import Path

from tests.journeys.listener import Listener, Sitting
from tests.patience import wait_until
from tests.sources.server import Site, body, feed, item, serving, sound
from tests.tools import needs
from tests.torture.shelf import make_home, make_silence

SAVED_EVERY = 5
"""Seconds of playing that may be lost at most."""

LATE = 10
"""Seconds by which the bar of a busy machine may be behind."""


def place(app: Sitting) -> int:
    """Return the position that the bar shows."""
    bar = app.bar()
    assert bar is not None
    return bar.position


def test_evening_interrupted_by_kill_and_a_closed_terminal(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "bea")
    catalog = str(make_home(listener.folder, [600.0], parts=3).catalog)
    with listener.sits_down("--catalog", catalog) as app:
        app.see("3 episodes")
        app.press("\r")
        app.hear("Part 1", 2)
        app.press(".")
        app.play_to(37)  # past a save of playing
        killed_at = place(app)
        app.send(signal.SIGKILL, to=app.app)
        assert app.wait() is not None
    assert killed_at - SAVED_EVERY - 1 <= listener.progress("part-1").position <= killed_at + LATE

    with listener.sits_down("--catalog", catalog) as app:
        app.see("‖ Part 1", "◐ Part 1")
        app.press(" ")
        app.hear("Part 1", killed_at - SAVED_EVERY)
        app.press("j\r")
        app.hear("Part 2", 1)
        app.press("..")
        app.play_to(61)
        closed_at = place(app)
        app.close()
        assert app.wait() is not None
    wait_until(lambda: listener.progress("part-2").position >= closed_at, "the position is saved")
    assert listener.progress("part-2").position <= closed_at + LATE
    assert listener.state.notices == ()

    with listener.sits_down("--catalog", catalog) as app:
        app.see("‖ Part 2", "◐ Part 1", "◐ Part 2")
        app.press(" ")
        app.hear("Part 2", closed_at)
        app.quit()
    assert listener.run("status", "--catalog", catalog).startswith("resume\tpart-2\tPart 2\t1:")


SECONDS = 40.0
"""Length of each recording."""


def publish(site: Site, name: str, title: str, episodes: int) -> str:
    """Publish a podcast with so many episodes; return its address."""
    items = [item(number, site.url("/audio.wav"), title=f"{title} {number}") for number in range(episodes, 0, -1)]
    site.replies[f"/{name}.xml"] = body(feed("".join(items), title))
    return site.url(f"/{name}.xml")


@needs("faketime")
def test_week_with_two_podcasts(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "dora")
    with serving() as site:
        site.replies["/audio.wav"] = body(sound(SECONDS), "audio/wav")
        ships, rivers = publish(site, "ships", "Ships", 2), publish(site, "rivers", "Rivers", 3)
        with listener.sits_down() as app:
            app.do("a", "Add a podcast")
            app.do(f"{ships}\r", "Ships · 2 episodes")
            app.press("\r")
            app.hear("Ships 2", 2)
            app.quit()
        assert listener.run("feeds", "add", rivers) == f"{rivers}\tRivers\t3\n"
        ((heard, progress),) = listener.state.progress.items()
        assert progress.position >= 2

        listener.day = 1
        publish(site, "ships", "Ships", 4)
        with listener.sits_down() as app:
            app.see("◐ Ships 2", "‖ Ships 2", "Rivers")
            app.do("R", "Ships · 4 episodes")
            app.until(lambda: app.line_at_cursor == "Ships 2", "the cursor stays on its episode")
            app.press("k")
            app.until(lambda: app.line_at_cursor == "Ships 3", "the cursor is on a new episode")
            app.do("d", "↓  ")  # no share beside it: it is whole
            app.quit()

    listener.day = 6  # the server is gone
    with listener.sits_down() as app:
        app.see("Ships · 4 episodes", "↓  ", "‖ Ships 2")
        app.press("gj")
        app.until(lambda: app.line_at_cursor == "Ships 3", "the cursor is on the download")
        app.press("\r")
        app.hear("Ships 3", 1)
        app.see("! 3")  # Rivers could not be refreshed
        app.quit()
    assert listener.progress(heard).position >= 2
    assert len(listener.state.progress) == 2
    assert listener.run("status").startswith("resume\t")


FIRST, SECOND = "What is generative AI", "How GenAI differs"


def test_lists_outlive_restarts_and_a_kill_and_reach_another_machine(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    listener, other = Listener(tmp_path / "anna"), Listener(tmp_path / "laptop")
    for each in (listener, other):
        settings = each.folder / "config.toml"
        settings.write_text(f'[sync]\nfolder = "{shared}"\n', "utf-8")
    config = "--config", str(listener.folder / "config.toml")
    with listener.sits_down(*config) as app:
        app.press("Vj")
        app.do("A", "Put 2 episodes on which list?", "A new list …")
        app.do("\r", "such as Morning")
        app.do("Morning\r", "▤ Morning", "2 episodes put on “Morning”")
        app.do("/attention\r", "10 of 119")
        app.do("A", "Put 1 episode on which list?", "A smart list")
        app.press("\x0e\x0e")
        app.do("\r", "A smart list", "Generative AI/The course")
        app.do("Focus\r", "▤ Focus", "Focus · 10 episodes", "1 Library")
        app.quit()
    assert [each.name for each in listener.state.notebook.lists] == ["Morning", "Focus"]

    listener.run("sync", "--yes", *config)  # the first sync with a folder is never done unasked
    with listener.sits_down(*config) as app:
        app.see("▤ Focus", "▤ Morning", "Focus · 10 episodes", "synced")
        app.do("\t", "enter Open")
        app.do("j", "Morning · 2 episodes", "your order")
        app.do("\t", "J K Move")
        app.press("J")
        app.until(lambda: listener.state.notebook.lists[0].episodes[0] == "genai-vs-traditional-ai", "the move saved")
        os.kill(app.pid, signal.SIGKILL)
        app.wait()

    with listener.sits_down(*config) as app:
        app.see("Morning · 2 episodes", "your order")
        app.until(lambda: app.text.find(FIRST) > app.text.find(SECOND) > 0, "the order of one's own")
        app.quit()
    listener.run("sync", *config)
    other_config = "--config", str(other.folder / "config.toml")
    other.run("sync", "--yes", *other_config)
    assert other.run("list", "--topic", "Morning", *other_config).startswith("genai-vs-traditional-ai\t")
    assert other.run("lists", *other_config).splitlines()[0].startswith("Focus\t10\t0\t")


SENTENCES = "Der Hafen ist still. Ein Schiff kommt an. Der Lotse winkt. Alle warten am Ufer. Ein Hund bellt".split(". ")


def test_sentence_is_repeated_slowly_said_aloud_and_becomes_a_card_with_sound(tmp_path: Path) -> None:
    lessons, listener = tmp_path / "Deutsch", Listener(tmp_path / "ann")
    lessons.mkdir()
    make_silence(lessons / "Lektion 1.wav", 60.0)
    cues = (f"00:{n * 2:02}.000 --> 00:{n * 2 + 1:02}.500\n{text}.\n" for n, text in enumerate(SENTENCES))
    (lessons / "Lektion 1.vtt").write_text("WEBVTT\n\n" + "\n".join(cues))
    listener.run("feeds", "add", str(lessons))
    listener.configure("[playback]\nrepeat_pause = true\n")
    ident = listener.run("list", "--topic", "Deutsch").split()[0]
    with listener.sits_down() as app:
        app.until(listener.is_heard, "a command reaches it")
        listener.run("play", ident)
        app.hear("Lektion 1")
        app.press("[" * 5)
        app.see("0.5×")
        app.do("t", "Der Hafen ist still")
        app.do("jjL", "↺ sentence 1")
        app.see("↺ say it")
        app.until(lambda: re.search(r"↺ sentence +[2-9]", app.text), "it plays again")
        app.do("}", "↺ sentence 1")
        listener.run("do", "bookmark.add")
        app.see("Bookmarked “Alle warten am Ufer”")
        app.escape("y Copy")
        app.do("4", "1 bookmark · by episode")
        app.do("m", "↻")
        app.quit()
    (bookmark,) = listener.state.notebook.bookmarks
    assert (bookmark.start, bookmark.text, len(listener.state.notebook.cards)) == (6.0, "Alle warten am Ufer.", 1)
    assert not listener.progress(ident).played
    listener.run("bookmarks", "--clips", str(tmp_path / "clips"))
    assert len(list((tmp_path / "clips").glob("*.opus"))) == 1
