"""Kill -9 at a random instant while the app streams from servers that are hard to stream from."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from tests.sources.server import Exchange, Ranged, Reply, Site, redirect, serving
from tests.sources.zoo import mp3
from tests.torture.kill_app import listen
from tests.torture.shelf import Home, add_episode, app_command, make_home
from tests.torture.terminal import Terminal
from tests.torture.trials import Check, Result, Trial
from tests.torture.watcher import Watcher
from tui_pod.state.store import State, StateFile

KILLS = 5
"""Kills of one trial, each upon the state and the streams that the one before left."""

LONGEST = 10.0
"""Seconds from the first key on that keys are pressed at most."""

UNDISTURBED = 8.0
"""Seconds that every other app is left to play at the end, at most: a key would have it save."""

LENGTHS = (600.0, 300.0, 450.0, 900.0, 600.0, 300.0, 600.0, 450.0, 900.0, 300.0)

SLOW = 60_000
"""Bytes a second of the server without ranges: a minute of a recording."""

EVERY = 20_000
"""Bytes after which the dropping server drops each connection."""

PAUSES = (0.3, 1.0, 6.0, 8.0)
"""Seconds between two keys: a stream needs its time."""

KEYS = ("\r", " ", ",", ".", ".", "jj\r", "gj\r", ">", "<", "[", "u", "^", "m", "j", "k", "o", "o", "i\x1b")


def no_ranges(content: bytes) -> Reply:
    """Send a recording in one piece, slowly."""

    def reply(exchange: Exchange) -> None:
        exchange.say(200, b"", "audio/mpeg", Content_Length=str(len(content)))
        for place in range(0, len(content), SLOW // 20):
            exchange.wfile.write(content[place : place + SLOW // 20])
            if exchange.server.closing.wait(0.05):
                return

    return reply


def dropping(content: bytes) -> Reply:
    """Serve ranges, and drop each connection soon."""

    def reply(exchange: Exchange) -> None:
        Ranged(content, "audio/mpeg", drops=[EVERY])(exchange)

    return reply


def redirecting(site: Site, path: str, content: bytes) -> Reply:
    """Lead to an address that is good for two requests, each of which breaks off."""
    tokens = count(1)

    def go(exchange: Exchange) -> None:
        left, media = [2], f"{path}/{next(tokens)}"

        def reply(asked: Exchange) -> None:
            left[0] -= 1
            if left[0] < 0:
                asked.say(403, b"over")
            else:
                Ranged(content, "audio/mpeg", drops=[EVERY])(asked)

        site.replies[media] = reply
        redirect(site.url(media))(exchange)

    return go


KINDS: dict[str, Callable[[Site, str, bytes], Reply]] = {
    "no ranges": lambda _site, _path, content: no_ranges(content),
    "drops": lambda _site, _path, content: dropping(content),
    "redirect": redirecting,
}


@contextmanager
def streamed(home: Home, kind: str) -> Iterator[str]:
    """Serve recordings, which come first in the catalogue; yield the server's host."""
    with serving() as site:
        for number, seconds in enumerate(LENGTHS, 1):
            path = f"/{number}.mp3"
            site.replies[path] = KINDS[kind](site, path, mp3(seconds))
            add_episode(home, number, f"duration = {seconds:g}", f'audio = "{site.url(path)}"')
        yield f"127.0.0.1:{site.server_port}"


def run(trial: Trial) -> Result:
    """Kill one app after the other on a state and its streams."""
    chances, kind = trial.chances(), list(KINDS)[trial.number % len(KINDS)]
    home = make_home(trial.folder, (), parts=0)
    losses: list[str] = []
    worst: dict[str, float] = {}
    with streamed(home, kind) as host:
        config = home.folder / "config.toml"
        config.write_text(f'[network]\nprivate_hosts = ["{host}"]\n', "utf-8")
        state = State({}, {})
        for number in range(KILLS):
            saves = trial.folder / f"saves-{number}"
            command = [*app_command(home, trial.mutant, [f"--saves={saves}"]), "--config", str(config)]
            with Terminal(command, home.variables, home.folder) as terminal:
                terminal.begin()
                watcher = Watcher(terminal, state, saves)
                listen(watcher, chances, KEYS, time.monotonic() + chances.uniform(0.0, LONGEST), PAUSES)
                if number % 2:
                    watcher.press("^")  # from the start, where no server lets wait
                    watcher.look(chances.uniform(0.0, UNDISTURBED))
                killed = time.monotonic()
                terminal.kill()
            state = StateFile(home.state).load()
            found, measured = watcher.judge(state, killed)
            losses += [f"{kind}, kill {number}: {loss}" for loss in (*state.notices, *found)]
            worst = {name: max(value, worst.get(name, 0.0)) for name, value in measured.items()}
    return Result(tuple(losses), KILLS, worst)


CHECKS = (Check("a", "kill -9, streams of three servers", run, 12, {"saves seldom": 15}),)
