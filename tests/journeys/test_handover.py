"""Two machines: one pauses, the other goes on, and the first goes on from there."""

from __future__ import annotations

from pathlib import Path

from tests.feeds.server import Ranged, body, feed, item, serving
from tests.journeys.listener import Listener, Sitting
from tests.sync.real_server import needs_server, serving_gpodder
from tests.torture.shelf import make_silence

CATALOG = 'version = 1\n[[episodes]]\nid = "talk"\ntitle = "A talk"\nduration = 400\naudio = "talk.wav"\n'


def _listener(folder: Path, sync: str) -> Listener:
    """Return a listener whose machine syncs by these settings."""
    listener = Listener(folder)
    config = folder / "config" / "tui-pod"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(f'[sync]\ndevice = "{folder.name}"\n{sync}')
    return listener


def _go_to(app: Sitting, position: str) -> None:
    app.do(":", "Go to")
    app.press(f"{position}\r")
    app.lose("Go to")


def _hand_over(machines: tuple[Listener, Listener], words: tuple[str, ...], title: str, is_told: bool) -> None:
    """Pause at 1:00 on the first machine, go on to 5:00 on the second, and press space on the first."""
    eff, gee = machines
    with eff.sits_down(*words) as first, gee.sits_down(*words) as second:
        first.press("\r")
        first.hear(title)
        _go_to(first, "1:00")
        first.play_to(60)
        first.do(" ", f"‖ {title}")
        for machine in machines:
            machine.run(*words, "sync")
        second.see(f"◐ {title}")
        second.press("\r")
        second.hear(title, 55)
        _go_to(second, "5:00")
        second.play_to(300)
        second.do(" ", f"‖ {title}")
        gee.run(*words, "sync")
        if is_told:  # else it looks at the folder by itself
            first.do("\x10", "Search for commands")
            first.press("Sync now\r")
        first.see("further, from gee", f"‖ {title}", " 5:0")
        first.press(" ")
        first.hear(title, 300)
        first.quit()
        second.quit()


def test_position_is_handed_over_through_a_folder(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    make_silence(tmp_path / "talk.wav", 400.0)
    catalog = tmp_path / "catalog.toml"
    catalog.write_text(CATALOG)
    sync = f'folder = "{tmp_path / "shared"}"\n'
    words = "--catalog", str(catalog)
    eff, gee = _listener(tmp_path / "eff", sync), _listener(tmp_path / "gee", sync)
    _hand_over((eff, gee), words, "A talk", is_told=False)
    assert eff.progress("talk").position >= 299


@needs_server
def test_position_is_handed_over_through_a_server(tmp_path: Path) -> None:
    with serving() as site, serving_gpodder(tmp_path / "gpodder.db") as server:
        make_silence(tmp_path / "1.wav", 400.0)
        site.replies["/1.wav"] = Ranged((tmp_path / "1.wav").read_bytes())
        extra = "<itunes:duration>400</itunes:duration>"
        site.replies["/feed"] = body(feed(item(1, site.url("/1.wav"), extra)))
        sync = f'server = "{server}"\nuser = "ann"\npassword_command = "echo s3cret"\n'
        eff, gee = _listener(tmp_path / "eff", sync), _listener(tmp_path / "gee", sync)
        for listener in (eff, gee):
            listener.run("feeds", "add", site.url("/feed"))
            listener.run("feeds", "set", "course", "hidden=yes")
        _hand_over((eff, gee), (), "Episode 1", is_told=True)
    ((_, progress),) = eff.state.progress.items()
    assert progress.position >= 299
