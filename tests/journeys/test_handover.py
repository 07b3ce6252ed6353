"""Two machines: one pauses, the other goes on, and the first goes on from there."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.journeys.listener import Listener, Sitting
from tests.patience import PATIENCE
from tests.sources.server import Ranged, body, feed, item, serving
from tests.sync.real_server import needs_server, serving_gpodder
from tests.torture.shelf import make_silence


class Forwarder:
    """Passes connections on to a server, one after the other; while held, they are accepted and wait."""

    def __init__(self, server: str) -> None:
        address = urlsplit(server)
        self._server = address.hostname, address.port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._is_open = threading.Event()
        self._is_open.set()
        self.waiting = threading.Event()
        """Set once somebody waits."""
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> str:
        """Its own address."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def hold(self) -> None:
        """Let everyone wait from now on."""
        self.waiting.clear()
        self._is_open.clear()

    def release(self) -> None:
        """Pass on what waits, and what comes."""
        self._is_open.set()

    def close(self) -> None:
        """End this."""
        self.release()
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        if not self._is_open.is_set():
            self.waiting.set()
            self._is_open.wait()
        with contextlib.suppress(OSError), client, socket.create_connection(self._server) as server:
            asking = threading.Thread(target=_copy, args=(client, server), daemon=True)
            asking.start()
            _copy(server, client)
            asking.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while content := source.recv(65536):
            target.sendall(content)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def forwarding(server: str) -> Iterator[Forwarder]:
    """Stand between programs and a server for the block."""
    forwarder = Forwarder(server)
    try:
        yield forwarder
    finally:
        forwarder.close()


CATALOG = 'version = 1\n[[episodes]]\nid = "talk"\ntitle = "A talk"\nduration = 400\naudio = "talk.wav"\n'


def _listener(folder: Path, sync: str) -> Listener:
    """Return a listener whose machine syncs by these settings."""
    listener = Listener(folder)
    listener.configure(f'[sync]\ndevice = "{folder.name}"\n{sync}')
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
            machine.run(*words, "sync", "--yes")
        second.see(f"◐ {title}")
        second.press("\r")
        second.hear(title, 55)
        _go_to(second, "5:00")
        second.play_to(300)
        second.do(" ", f"‖ {title}")
        gee.run(*words, "sync", "--yes")
        if is_told:  # else it looks at the folder by itself
            first.do("\x10", "command, topic or episode")
            first.press("Sync now\r")
        first.see("further, from gee", f"‖ {title}", " 5:")
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


@contextmanager
def _two_at_a_server(folder: Path) -> Iterator[tuple[Listener, Listener, Forwarder]]:
    """Two machines with a podcast, and what stands between the first one and the server."""
    with (
        serving() as site,
        serving_gpodder(folder / "gpodder.db") as server,
        forwarding(server) as forwarder,
    ):
        make_silence(folder / "1.wav", 400.0)
        site.replies["/1.wav"] = Ranged((folder / "1.wav").read_bytes())
        extra = "<itunes:duration>400</itunes:duration>"
        site.replies["/feed"] = body(feed(item(1, site.url("/1.wav"), extra)))
        sync = 'server = "{}"\nuser = "ann"\npassword_command = "echo s3cret"\n'
        eff = _listener(folder / "eff", sync.format(forwarder.address))
        gee = _listener(folder / "gee", sync.format(server))
        for listener in (eff, gee):
            listener.run("feeds", "add", site.url("/feed"))
            listener.run("feeds", "set", "course", "hidden=yes")
        yield eff, gee, forwarder


@needs_server
def test_position_is_handed_over_through_a_server(tmp_path: Path) -> None:
    with _two_at_a_server(tmp_path) as (eff, gee, _):
        _hand_over((eff, gee), (), "Episode 1", is_told=True)
    ((_, progress),) = eff.state.progress.items()
    assert progress.position >= 299


@needs_server
def test_slow_server_holds_up_nobody_and_its_late_answer_is_offered(tmp_path: Path) -> None:
    with _two_at_a_server(tmp_path) as (eff, gee, forwarder):
        for machine, position, seconds in ((eff, "1:00", 60), (gee, "5:00", 300)):
            machine.run("sync", "--yes")
            with machine.sits_down() as app:
                app.press("\r")
                app.hear("Episode 1")
                _go_to(app, position)
                app.play_to(seconds)
                app.do(" ", "‖ Episode 1")
                app.quit()
            machine.run("sync", "--yes")  # after the one that begins at the end
        forwarder.hold()
        with eff.sits_down() as app:
            assert forwarder.waiting.wait(PATIENCE)
            app.press(" ")
            app.hear("Episode 1", 55)  # nobody has answered yet
            forwarder.release()
            app.see("further, from gee", "w goes there")
            assert app.until(app.bar, "the bar").position < 200
            app.press("w")
            app.hear("Episode 1", 300)
            app.quit()
