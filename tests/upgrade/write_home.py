"""Write `home-1.0.tar.xz`, the home of a listener who used tui-pod 1.0, with that version's own code, or of 2.0 or 2.1.

    git worktree add /tmp/1.0 3aacc50
    PYTHONPATH=. .venv/bin/python -m tests.upgrade.write_home /tmp/1.0 tests/upgrade/home-1.0.tar.xz

The new program reads it in `test_upgrade.py`.
"""

import json
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from struct import pack

from tests.journeys.listener import Listener, Sitting
from tests.sources import server
from tests.sources.server import Ranged, Site, serving
from tests.torture.shelf import ROOT, make_silence

PART = '[[episodes]]\nid = "part-{0}"\ntitle = "Part {0}"\nduration = 60\naudio = "one.wav"\ntags = ["Own"]\n'
CATALOG = f"""version = 1
title = "Torture"
{"".join(map(PART.format, (1, 2, 3)))}[[episodes]]
id = "spoken"
title = "Spoken"
summary = "A text that is spoken on this machine, and that lasts for some seconds. It goes on and on, and ends at last."
tags = ["Own"]
"""

SETTINGS = """[feeds]
refresh_at_start = false
[playback]
seek_forward = 15
[resume]
rewind = false
[stats]
streak = true
[keys]
"playback.toggle" = "space,B"
"""

DATES = {1: b"2005/06/07", 2: b"2019"}
"""What the recordings of the folder say of their dates; those of the homes of 1.0 and 2.0 say nothing."""

KNOWN = ("bookmarks", "list", "stats", "status")
"""Commands whose JSON is kept beside the home: what its listener saw last."""


@dataclass
class Upgrader(Listener):
    """A listener with a catalogue of their own, who has the program in one version or another."""

    tree: Path = ROOT
    """Where the source of that version is."""

    @property
    def surroundings(self) -> dict[str, str]:
        """The environment of the program, with the code of that version."""
        return {**super().surroundings, "PYTHONPATH": str(self.tree)}

    def command(self, *arguments: str) -> list[str]:
        """Return how that version is started."""
        catalog = str(self.folder / "catalog.toml")
        return [sys.executable, "-P", "-m", "tui_pod", "--catalog", catalog, "--ao", "null", *arguments]

    def plays(self, app: Sitting, ident: str, title: str, seconds: int = 0) -> None:
        """Have the running app play an episode as soon as it takes commands."""
        app.until(lambda: self._reaches("play", ident), f"{title} is played")
        app.hear(title, seconds)

    def _reaches(self, *arguments: str) -> bool:
        done = subprocess.run(
            self.command(*arguments), cwd=self.folder, env=self.surroundings, capture_output=True, check=False
        )
        return done.returncode == 0


def write_home(tree: Path, folder: Path) -> None:
    """Use the former version as a listener would, in a new home."""
    listener = Upgrader(folder / "home", tree=tree)
    home = listener.folder
    (home / "catalog.toml").write_text(CATALOG, "utf-8")
    make_silence(home / "one.wav", 60)
    settings = home / "config" / "tui-pod" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(SETTINGS, "utf-8")
    talks = home / "Talks"
    talks.mkdir()
    for number in (1, 2):
        make_silence(talks / f"{number:02}.wav", 60 + number)
        _add_date(talks / f"{number:02}.wav", DATES[number])
    with serving() as site:
        _publish(site)
        address = site.url("/feed")
        listener.run("feeds", "add", address)
        listener.run("feeds", "add", str(talks))
        listener.run("feeds", "rename", address, "Renamed")
        listener.run("feeds", "set", address, "keep=1", "speed=1.5", "skip_start=2")
        listener.run("feeds", "move", address, "News/Daily")
        listener.run("feeds", "refresh")
        listener.run("narrate", "spoken")
        listener.run("mark", "played", "part-2")
        episodes = {each["title"]: each["id"] for each in json.loads(listener.run("list", "--json"))}
        with listener.sits_down() as app:
            for title in ("Part 1", "Episode 2", "01", "Part 3"):
                listener.plays(app, episodes[title], title)
                listener.run("seek", "20")
                app.play_to(21)
            app.press("b")
            app.until(lambda: app.shows("Kept") or app.shows("Bookmarked"), "it is kept")
            app.do(" ", "‖ Part 3")
            app.press("++")
            app.press("]")
            app.press("gee")
            app.press("s")
            app.quit()
        with listener.sits_down() as app:
            listener.plays(app, "spoken", "Spoken", 2)
            app.press("b")
            app.until(lambda: app.shows("Kept") or app.shows("Bookmarked"), "it is kept")
            app.do(" ", "‖ Spoken")
            app.do("4", "2 bookmarks")
            app.do("m", "sked")
            app.quit()
        with listener.sits_down() as app:
            listener.plays(app, "part-1", "Part 1", 28)
            app.kill()  # its last seconds are in the journal alone
        listener.run("search", "Episode")
    known = {command: json.loads(listener.run(command, "--json")) for command in KNOWN}
    (home / "known.json").write_text(json.dumps(known, indent=1), "utf-8")


def _add_date(path: Path, day: bytes) -> None:
    """Add a date to the tags of a recording (RIFF)."""
    tag = b"LIST" + pack("<L", 12 + len(day)) + b"INFOICRD" + pack("<L", len(day)) + day
    content = path.read_bytes() + tag
    path.write_bytes(content[:4] + pack("<L", len(content) - 8) + content[8:])


def _publish(site: Site) -> None:
    items = "".join(server.item(number, f"/{number}.wav", title=f"Episode {number}") for number in (3, 2, 1))
    site.replies["/feed"] = server.body(server.feed(items, "Daily"))
    for number in (1, 2, 3):
        site.replies[f"/{number}.wav"] = Ranged(_silence(60))


def _silence(seconds: float) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        make_silence(Path(folder) / "silence.wav", seconds)
        return (Path(folder) / "silence.wav").read_bytes()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        write_home(Path(sys.argv[1]).absolute(), Path(made))
        with tarfile.open(sys.argv[2], "w:xz") as archive:
            archive.add(Path(made) / "home", ".", filter=lambda entry: None if "/pulse" in entry.name else entry)
