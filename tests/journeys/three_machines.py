"""Three machines of one listener, a folder and two servers between them, and a ledger of what was done last.

The program without its screen runs on each machine: files, state, shelf, services, the command that syncs and the core
are the real ones; player and clocks are as fast as the machine. The ledger knows the documented rules alone: the newer
of two changes wins, and a change is newer than whatever its machine knew. All chance comes from a seed, that within a
step from one of its own: a life fails in the same way without the steps that do not matter.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from tests.fakes import FakeClock, FakePlayer
from tests.journeys.five_weeks import MOST_BACK, Journal, Sounds
from tests.present import present
from tests.servers.tried import Client, TriedServer
from tests.services.podcasts.rig import ServiceRig
from tests.sources.folders.sounds import make_long_mp3
from tests.sources.server import Site, body, feed, item
from tui_pod.cli.main import main
from tui_pod.config.settings import Config, SyncSettings
from tui_pod.core.library.episode import is_book
from tui_pod.core.library.podcast_settings import to_texts
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.ports import Ports
from tui_pod.core.progress.bookmarks import Stretch
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.integrations.broadcast import Broadcast
from tui_pod.library.cache import Loaded, load_library
from tui_pod.net.access import PUBLIC
from tui_pod.net.address import origin
from tui_pod.runtime.threads import CancelToken
from tui_pod.services import first_screen
from tui_pod.services.other_programs import OtherPrograms
from tui_pod.services.sync import SyncService
from tui_pod.services.sync_setup import SyncSetup
from tui_pod.services.tasks import CommandFailed
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.logins import KeptLogin
from tui_pod.shelf.opml import Entry
from tui_pod.sources.refresh import refresh_feed
from tui_pod.sources.servers.client import to_address
from tui_pod.state.store import StateFile

PLACES = (("laptop", "a/home/ann", "Europe/Berlin", 0), ("desk", "b/Users/ann", "America/New_York", 2),
          ("studio", "c/srv/music", "Asia/Kathmandu", -3))  # fmt: skip
"""Each machine's name, home, time zone, and how many seconds its clock is ahead."""

WORKS = {"emma": 3, "dune": 2, "talk": 1, "walk": 1}
"""The recordings that each machine has in its own folder, and of how many parts each is."""

CASTS, LISTS = ("daily", "weekly", "old"), ("Road", "Evening")
CATALOG = 'version = 1\n[[episodes]]\nid = "one"\ntitle = "One"\n'
LENGTH, PART, BACK = 300, 60, timedelta(hours=3)
"""Seconds of an episode and of a part; how far a clock is set back."""

SETTINGS = {"speed": ("1.2", "1.5", "2"), "notify": ("yes",), "level": ("yes", "no")}
"""Settings of podcasts that are changed, and their texts."""

CHOICES = (("player", "speed"), ("ui", "theme"))
"""What is chosen for all podcasts: table and key."""

Key = tuple[object, ...]


class Step(NamedTuple):
    """Something that happens on a machine."""

    number: int
    """In the life that was drawn."""
    after: int
    """Seconds since the step before."""
    home: int
    does: Callable[[Machines, Home], Awaitable[None]]
    seed: int
    """Of all chance within the step."""


def shortest(steps: list[Step], fails: Callable[[list[Step]], bool]) -> list[Step]:
    """Return the steps of a life that fails without those that it fails without: first half of them, at last each."""
    size = len(steps)
    while size := size // 2:
        at = 0
        while at < len(steps):
            fewer = steps[:at] + steps[at + size :]
            if fails(fewer):
                steps = fewer
            else:
                at += size
    return steps


def drawn(seed: int, count: int) -> list[Step]:
    """Return the steps of a life."""
    chances = random.Random(seed)
    return [
        Step(number, chances.randrange(15, 90), chances.randrange(len(PLACES)),
             chances.choices([*STEPS], [*STEPS.values()])[0], chances.getrandbits(32))
        for number in range(count)
    ]  # fmt: skip


class Ledger:
    """What each machine knows of what was done last, and when by its clock; what it has put into the folder."""

    def __init__(self, machines: list[str]) -> None:
        self.known: dict[str, dict[Key, tuple[datetime, Any]]] = {name: {} for name in machines}
        self._shared: dict[str, dict[Key, tuple[datetime, Any]]] = {name: {} for name in machines}

    def get(self, machine: str, *key: object) -> Any:
        """Return what a machine's listener did last as far as it knows; None if nothing."""
        return self.known[machine].get(key, (None, None))[1]

    def note(self, machine: str, now: datetime, value: object, *key: object) -> None:
        """Note what was done."""
        known = self.known[machine]
        known[key] = (max(now, known[key][0] + timedelta(milliseconds=1)) if key in known else now, value)

    def synced(self, machine: str) -> None:
        """Take over what the others have put into the folder, and put the same there."""
        known = self.known[machine]
        for entries in self._shared.values():
            known.update({key: each for key, each in entries.items() if key not in known or each[0] > known[key][0]})
        self._shared[machine] = dict(known)


class Killed(BaseException):
    """The sync was killed."""


class HomeClock(FakeClock):
    """A machine's clock, which runs ahead or behind."""

    def __init__(self, life: Machines, skew: float) -> None:
        self._life, self.skew = life, timedelta(seconds=skew)

    def __call__(self) -> datetime:
        return self._life.now + self.skew

    def go(self, seconds: float) -> None:
        self._life.go(seconds)


class App(ServiceRig):
    """The program on one machine, from its start to its end."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self.file = StateFile(home.state, home.clock)
        super().__init__(home.folder, policy=home.life.site.policy)
        other = OtherPrograms(self.controller, self.file, self.service.look_elsewhere)
        files: Any = SimpleNamespace(
            state=self.file, is_writable=True, has_podcasts=True, options=(), paths=SimpleNamespace(data=self.data)
        )
        setup = SyncSetup(files, SyncSettings(folder=str(home.life.shared)), None, self._saved, other)
        self.sync = SyncService(self.context, setup, self.service)
        self.service.start(is_refreshing=False)

    def _make_controller(self, loaded: Loaded, broadcast: Broadcast) -> PlaybackController:
        home, state = self._home, self.file.load()
        assert not state.notices, state.notices
        first = first_screen.make_first_screen(Config(), loaded, state)
        self.player, writer = FakePlayer(home.clock), Journal(self.file)
        self._sounds = Sounds(self.player, lambda ident: self.controller.library.find(ident), {})
        home.runs += 1
        ports = Ports(self.player, self._sounds, writer, broadcast, home.clock, f"{home.name}{home.runs}")
        controller = PlaybackController(
            first.library, first.progress_index, ports, None, first.queue, first.playback, first.notebook,
            first.orders, first.usual_speed, first.session, first.saved_list,
        )  # fmt: skip
        controller.resume_queue(first.queue_notes)
        for part in (self.player, self._sounds, writer):
            part.emit = controller.handle
        return controller

    async def _read(self, size: int) -> Loaded:
        return load_library(self.catalogs, self.cache, self.data)

    async def _saved(self) -> None:
        self.controller.save()

    def place(self) -> tuple[str, float]:
        """Return what the player plays, and where in it."""
        assert self.player.source is not None, self.driver.said
        episode, start = self._sounds.of[self.player.source.location]
        return episode, start + self.player.now

    async def end(self, is_killed: bool = False) -> None:
        """Quit, or go away without a word."""
        if not is_killed:
            self.controller.end()
            self.file.compact()
        await self.sync.close()
        await self.service.close()
        self.podcasts.store.db.close()


class Home:
    """A machine: its files, its clock, and the app that runs."""

    app: App

    def __init__(self, life: Machines, name: str, below: str, zone: str, skew: float) -> None:
        self.life, self.name, self.zone = life, name, zone
        self.folder, self.skew, self.clock = life.folder / below, skew, HomeClock(life, skew)
        self.runs = self.offline = 0
        self.state, self.shelf = self.folder / "state.toml", self.folder / f"Audio of {name}"
        self.folder.mkdir(parents=True)
        (self.folder / "catalog.toml").write_text(CATALOG)
        for work, count in WORKS.items():
            for row in range(1, count + 1):
                self._put(work, row, self.shelf / (f"The {work}" if count > 1 else ""))

    def _put(self, work: str, row: int, folder: Path, tag: str = "") -> None:
        tags = {"TALB": f"{work}{tag}", "TCON": "Audiobook"} if WORKS[work] > 1 else {}
        make_long_mp3(folder / f"{row} {work}{tag}.mp3", PART, f"|{work}{row}", f"{work} {row}{tag}", f"{row}", **tags)

    def change_files(self, chances: random.Random, number: int) -> None:
        """Rename, move or retag a recording with all its parts."""
        work = chances.choice(sorted(WORKS))
        paths = [path for path in sorted(self.shelf.rglob("*.mp3")) if self._mark(str(path)).startswith(work)]
        if WORKS[work] > 1 and chances.random() < 0.5:
            there = self.shelf / chances.choice(("", "deep", "deep/er")) / f"{work} {number}"
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(paths[0].parent, there)
        elif WORKS[work] > 1 or chances.random() < 0.5:
            for path in paths:
                row = int(self._mark(str(path)).removeprefix(work))
                path.unlink()
                self._put(work, row, path.parent, f" {number}")
        else:
            paths[0].rename(paths[0].with_name(f"{number} moved.mp3"))

    def _mark(self, path: str) -> str:
        return Path(path).read_bytes()[-20:].rpartition(b"|")[2].decode()

    def command(self) -> dict[str, Any]:
        """Sync by the command, as the app does; return what it prints."""
        options = [
            word for name in ("state", "config", "catalog") for word in (f"--{name}", str(self.folder / f"{name}.toml"))
        ]
        printed = io.TextIOWrapper(io.BytesIO(), "utf-8")
        try:
            with contextlib.redirect_stdout(printed):
                main([*options, "sync", "--json", "--yes", "--podcasts", "yes"])
        except Killed:
            raise CommandFailed("killed") from None
        printed.flush()
        report: dict[str, Any] = json.loads(printed.buffer.getvalue())
        self.life.error = report["error"]
        return report

    @property
    def names(self) -> dict[str, str]:
        """The ids of all episodes, by what they are on every machine: the sound, or the title."""
        library, found = self.app.controller.library, dict[str, str]()
        for ident in library.ids:
            episode = present(library.find(ident))
            audio = episode.parts[0].audio if episode.parts else episode.audio or ""
            if (episode.duration or LENGTH) >= PART:  # not the server's short ones
                is_local = audio.startswith(str(self.folder))
                found[self._mark(audio).rstrip("0123456789") if is_local else episode.title] = ident
        self.life.of_ids |= {ident: name for name, ident in found.items()}
        return found

    def queue(self) -> list[str]:
        """What is queued, whether it is here or not."""
        assert self.names
        return [self.life.of_ids.get(ident, ident) for ident in self.app.controller.queue.upcoming]

    def progress(self, ident: str) -> Key:
        """Return where an episode is, as the ledger says it."""
        return _described(self.app.controller.progress_index.get(ident))


def _described(progress: Progress | None) -> Key:
    if progress is None or progress.status is Status.UNPLAYED:
        return ("unplayed",)
    return ("played",) if progress.played else ("at", progress.position, progress.is_dismissed)


class Machines:
    """Three machines, and what happens on them."""

    def __init__(
        self,
        folder: Path,
        site: Site,
        act: Callable[[Home], None],
        set_time: Callable[[datetime], None],
        gpodder: tuple[str, str],
        library: tuple[TriedServer, Client],
    ) -> None:
        """Make them; `act` makes the process one of a machine, `set_time` tells the servers."""
        self.folder, self.site, self.shared = folder, site, folder / "shared"
        self.chances, self._act, self._set_time = random.Random(0), act, set_time
        self.now, self.of_ids, self.done = datetime.now(UTC).replace(microsecond=0), dict[str, str](), list[str]()
        self.library, self.web = library
        self.of_library = [*self.library.ids]
        self.trips = inf  # how often the sync touches a file or a server before it is killed
        self.published = dict.fromkeys(CASTS, 3)
        self.unclear = set[
            Key
        ]()  # what may be either way, such as entries of a list that was removed where nobody knew of them
        self.error: str | None = None  # of the last sync
        self.reached = -1
        """The number of the last step that was begun."""
        self.listened = self.unsure = 0.0  # seconds: to what the library server has, and how much less it may be
        self.shared.mkdir(parents=True)
        self.homes = [Home(self, *place) for place in PLACES]
        self.ledger = Ledger([home.name for home in self.homes])
        self._gpodder = gpodder

    def _add_servers(self) -> None:
        gpodder = self._gpodder
        for number, home in enumerate(self.homes):
            server = f'server = "{gpodder[0]}"\nuser = "{gpodder[1]}"\npassword_command = "echo s3cret-word"\n'
            text = f'[sync]\ndevice = "{home.name}"\nfolder = "{self.shared}"\n{server if number < 2 else ""}'
            (home.folder / "config.toml").write_text(text)
            if number:
                self._add_library(home)

    def _add_library(self, home: Home) -> None:
        store, address = FeedStore(home.folder / "data"), to_address(self.library.base)
        store.subscribe([Entry(address, "Server")])
        login = KeptLogin(address, origin(f"{self.library.base}/"), self.web.user, self.web.password, over_http=True)
        store.logins.keep(login)
        found = present(store.find(address))
        outcome = refresh_feed(store, found, CancelToken(), PUBLIC)
        assert outcome.error is None
        store.db.close()

    def go(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        self._set_time(self.now)

    def touch(self) -> None:
        """Note that a sync touches a file or a server, unless it is killed by then."""
        self.trips -= 1
        if self.trips < 0:
            raise Killed

    def note(self, home: Home, value: object, *key: object) -> None:
        """Note what the listener has done on a machine."""
        self.ledger.note(home.name, home.clock(), value, *key)
        is_back, is_cast = home.clock.skew != timedelta(seconds=home.skew), str(key[1]).partition(" ")[0] in CASTS
        if is_back and (key[0] == "subscribed" or (key[0] == "progress" and is_cast)):
            self.unclear.add(key)  # a podcast has the time of the sync; the gpodder server knows whole seconds alone
        if key[0] == "listed":  # on a list whose removal elsewhere has a later time than this
            lists = [known.get(("list", key[1]), (home.clock(), True)) for known in self.ledger.known.values()]
            self.unclear |= {key} if any(time > home.clock() and not is_there for time, is_there in lists) else set()
        self.done.append(f"{len(self.done)} {home.name}: {key} {value}")

    async def live(self, steps: Sequence[Step]) -> None:
        """Live these steps, and compare. Raises AssertionError if something is not as it was left."""
        self._add_servers()
        self._serve()
        try:
            for home in self.homes:
                self._act(home)
                home.app = App(home)
                await home.app.service.subscribe(str(home.shelf))
                for cast in CASTS:
                    await home.app.service.subscribe(self.site.url(f"/{cast}"))
                    self.note(home, True, "subscribed", cast)
                await self._sync(home)
            for self.reached, after, place, does, seed in steps:
                self.go(after)
                self.chances.seed(seed)
                self._act(home := self.homes[place])
                await does(self, home)
                await home.app.done()
            await self._settle()
            faults = [*self._faults()]
            assert not faults, "\n".join(faults)
        except Exception as error:
            last = "\n".join(self.done[-int(os.environ.get("LAST", "40")) :])
            raise AssertionError(f"step {self.reached}: {error!r}, after\n{last}") from error

    async def _settle(self) -> None:
        """Bring everything online, set the clocks, sync twice, start again, and sync what ended then."""
        for turn in range(4):
            for home in self.homes:
                self.go(60)
                home.offline, home.clock.skew = 0, timedelta(seconds=home.skew)
                self._act(home)
                if turn == 2:
                    await home.app.end()
                    home.app = App(home)
                    await home.app.done()
                home.app.service.refresher.refresh()
                await home.app.done()
                await self._sync(home)

    # -- steps -------------------------------------------------------------------------------------------

    def _some(self, home: Home) -> tuple[str, str]:
        return self.chances.choice(sorted(home.names.items()))

    async def _listen(self, home: Home) -> None:
        """Listen to something: on from where it was left, or from elsewhere, or to its end."""
        name, ident = self._some(home)
        controller, queue = home.app.controller, home.app.controller.queue
        left: tuple[Any, ...] = self.ledger.get(home.name, "progress", name) or ("unplayed",)
        held = controller.playback.position if controller.playback.episode == ident else None
        controller.play(ident)
        least, (playing, at) = left[1] if left[0] == "at" else 0.0, home.app.place()
        assert playing == ident, f"{playing} plays, not {name}"
        is_clear = ("progress", name) not in self.unclear
        if is_clear and (held is None or left[0] == "at"):  # a mark leaves the player where it is
            assert least - MOST_BACK - 1.5 <= at <= least + 1.5, f"{name} goes on at {at} on {home.name}, not {least}"
        if ident in queue.entries[: queue.cursor]:  # what was after it comes again
            for each in queue.entries[queue.entries.index(ident) : queue.cursor]:
                self.note(home, True, "queued", self.of_ids.get(each, each))
        is_queued = ident in controller.queue.upcoming
        episode, is_end = controller.library.find(ident), self.chances.random() < 0.2
        assert episode is not None
        length = episode.parts[-1].end if episode.parts else episode.duration or LENGTH
        if is_end or at > length / 2 or self.chances.random() < 0.7:
            controller.seek_to(length - 9 if is_end else self.chances.uniform(0.1, 0.7) * length)
        before, planned = self.now, 20 if is_end else 6
        home.app.player.play(planned, 0.5)
        playing, at = home.app.place() if home.app.player.source is not None else ("", 0.0)
        controller.pause()
        self.note(home, ("played",) if is_end else ("at", at, False), "progress", name)
        assert is_end is (playing != ident), f"{name} is at {at} of {length}, and {playing} plays"
        if is_end and is_queued:
            self.note(home, False, "queued", name)
        if name in self.of_library:
            took = (self.now - before).total_seconds()
            self.listened += took
            self.unsure += 0.5 * (took < planned)  # it ended within the last step of the player

    async def _mark(self, home: Home) -> None:
        name, ident = self._some(home)
        played = self.chances.random() < 0.6
        wanted, former = ("played",) if played else ("unplayed",), home.progress(ident)
        if former != wanted:
            home.app.controller.editor.mark([ident], played)
            self.note(home, wanted, "progress", name)
            self._maybe_undo(home, former, "progress", name)

    async def _dismiss(self, home: Home) -> None:
        started = [(name, ident) for name, ident in home.names.items() if home.progress(ident)[0] == "at"]
        if started:
            name, ident = self.chances.choice(sorted(started))
            former = home.progress(ident)
            home.app.controller.editor.dismiss([ident])
            self.note(home, (*former[:2], True), "progress", name)
            self._maybe_undo(home, former, "progress", name)

    async def _bookmark(self, home: Home) -> None:
        """Make, change or remove one of an episode's few bookmarks."""
        (name, ident), start = self._some(home), 10.0 * self.chances.randrange(1, 4)
        editor, text = home.app.controller.bookmarks, f"note {len(self.done)}"
        there = {each.start: each for each in editor.of(ident)}.get(start)
        if there is None:
            editor.add(ident, name, Stretch(start, start + 5), text)
        elif is_removed := self.chances.random() < 0.4:
            editor.remove([there.key])
        else:
            editor.edit(there.key, there.text, text)
        self.note(home, None if there and is_removed else text, "bookmark", name, start)
        self._maybe_undo(home, there and there.note, "bookmark", name, start)

    async def _queue(self, home: Home) -> None:
        """Queue, take or move an episode, or wish what is so already, of which another machine may not know."""
        (name, ident), controller = self._some(home), home.app.controller
        upcoming, chance = controller.queue.upcoming, self.chances.random()
        if self.chances.random() < 0.15:
            (controller.queue_last if ident in upcoming else controller.unqueue)([ident])
            self.note(home, ident in upcoming, "queued", name)
        elif ident not in upcoming:
            (controller.queue_last if chance < 0.5 else controller.queue_next)([ident])
            self.note(home, True, "queued", name)
            self._maybe_undo(home, False, "queued", name)
        elif chance < 0.5:
            controller.unqueue([ident])
            self.note(home, False, "queued", name)
            self._maybe_undo(home, True, "queued", name)
        else:
            controller.move_in_queue(ident, self.chances.choice((-2, -1, 1, 2)))

    async def _list(self, home: Home) -> None:
        """Put an episode on a list, take it off, or remove the list."""
        (name, ident), lists = self._some(home), home.app.controller.lists
        chosen = self.chances.choice(LISTS)
        named = self.ledger.get(home.name, "named", chosen) or chosen
        there = lists.named(named)
        if there is not None and self.chances.random() < 0.08:
            if not self._all_know("named", chosen):
                return  # whether a list stays that is renamed and removed at once is left open
            lists.remove(named)
            self.note(home, False, "list", chosen)
            for each in there.episodes:
                self.note(home, False, "listed", chosen, self.of_ids.get(each, each))
            on = (key for known in self.ledger.known.values() for key, (_, value) in known.items() if value)
            self.unclear |= {key for key in on if key[:2] == ("listed", chosen)}
            return
        is_on = there is not None and ident in there.episodes
        (lists.take_off if is_on else lists.put_on)(named, [ident])
        self.note(home, True, "list", chosen)
        self.note(home, not is_on, "listed", chosen, name)
        if there is not None:
            self._maybe_undo(home, is_on, "listed", chosen, name)

    async def _rename(self, home: Home) -> None:
        """Rename a list, unless it is being renamed or removed elsewhere, too."""
        lists, chosen = home.app.controller.lists, self.chances.choice(LISTS)
        former = self.ledger.get(home.name, "named", chosen) or chosen
        there = lists.named(former)
        if there is not None and self._all_know("named", chosen) and self._all_know("list", chosen):
            lists.set(there._replace(name=f"{chosen} {len(self.done)}"), former=former)
            self.note(home, f"{chosen} {len(self.done)}", "named", chosen)
            self._maybe_undo(home, former, "named", chosen)

    def _all_know(self, *key: object) -> bool:
        return len({self.ledger.get(home.name, *key) for home in self.homes}) == 1

    def _maybe_undo(self, home: Home, former: object, *key: object) -> None:
        if self.chances.random() < 0.15:
            assert home.app.controller.undo().is_done
            self.note(home, former, *key)

    def _cast(self, home: Home) -> str:
        return self.chances.choice([cast for cast in CASTS if self.ledger.get(home.name, "subscribed", cast)] or CASTS)

    async def _configure(self, home: Home) -> None:
        """Change one setting of a podcast, or take it back."""
        cast, name = self._cast(home), self.chances.choice(sorted(SETTINGS))
        text = self.chances.choice(("", *SETTINGS[name]))
        if self.ledger.get(home.name, "subscribed", cast):
            await home.app.do(home.app.service.settings.configure, self.site.url(f"/{cast}"), {name: text})
            self.note(home, text, "setting", cast, name)

    async def _choose(self, home: Home) -> None:
        """Change the speed by key, which is that of a podcast if it has one of its own, or the theme."""
        controller = home.app.controller
        episode, cast = controller.library.find(controller.playback.episode), ""
        if episode is not None and episode.title.partition(" ")[0] in CASTS:
            cast = episode.title.partition(" ")[0]
        if self.chances.random() < 0.5 or episode is None or is_book(episode):
            theme = self.chances.choice(("nord", "gruvbox", "dracula"))
            controller.remember("ui", "theme", theme)
            self.note(home, theme, "chosen", "ui", "theme")
            return
        speed = self.chances.choice((1.1, 1.3, 1.7))
        controller.mixer.set_speed(speed)
        if cast and self.ledger.get(home.name, "setting", cast, "speed"):
            await home.app.until(lambda: not controller.mixer.own_speeds, "the speed is a setting of the podcast")
            self.note(home, f"{speed}", "setting", cast, "speed")
        else:
            self.note(home, speed, "chosen", "player", "speed")

    async def _subscribe(self, home: Home) -> None:
        """Unsubscribe, and later subscribe again."""
        cast = self.chances.choice(CASTS[1:])
        is_in = self.ledger.get(home.name, "subscribed", cast)
        address = self.site.url(f"/{cast}")
        await home.app.do(home.app.service.remove_feed if is_in else home.app.service.add, address)
        self.note(home, not is_in, "subscribed", cast)

    async def _files(self, home: Home) -> None:
        home.change_files(self.chances, len(self.done))
        self.done.append(f"{len(self.done)} {home.name}: files")
        await home.app.do(home.app.service.refresher.refresh)

    async def _publish(self, home: Home) -> None:
        """Publish an episode, and look for it."""
        self.published[self.chances.choice(CASTS)] += 1
        self._serve()
        await home.app.do(home.app.service.refresher.refresh)

    def _serve(self) -> None:
        extra = f"<itunes:duration>{LENGTH}</itunes:duration>"
        for cast, count in self.published.items():
            rows = (item(n, self.site.url(f"/{cast}{n}.wav"), extra, f"{cast} {n}") for n in range(1, count + 1))
            self.site.replies[f"/{cast}"] = body(feed("".join(rows), cast))

    async def _leave(self, home: Home) -> None:
        """Be away from folder and servers for a while."""
        home.offline = self.chances.randrange(2, 8)

    async def _set_back(self, home: Home) -> None:
        """Set the clock of the machine without the gpodder server, which knows whole seconds, back or right again."""
        home = self.homes[2]
        usual = timedelta(seconds=home.skew)
        home.clock.skew = usual - BACK if home.clock.skew == usual else usual
        self.done.append(f"{len(self.done)} {home.name}: clock {home.clock.skew}")

    async def _restart(self, home: Home) -> None:
        await home.app.end(self.chances.random() < 0.5)
        home.app = App(home)

    async def _kill(self, home: Home) -> None:
        """Kill a sync, perhaps with the app; do something; sync."""
        self.trips = self.chances.randrange(14)
        await self._sync(home)
        self.trips = inf
        if self.chances.random() < 0.5:
            await self._restart(home)
        await self._sync(home)

    async def _sync(self, home: Home) -> None:
        if home.offline:
            home.offline -= 1
            return
        self.done.append(f"{len(self.done)} {home.name}: sync, killed after {self.trips}")
        if home.app.sync.setup.is_first():
            home.command()
        home.app.sync.sync_now()
        await home.app.done()
        if self.trips == inf:
            assert not self.error, self.error
            self.ledger.synced(home.name)

    # -- what is compared --------------------------------------------------------------------------------

    def _faults(self) -> Iterator[str]:
        """Yield what is not as it was left."""
        queues = []
        for home in self.homes:
            names, controller = home.names, home.app.controller
            queues.append(home.queue())
            known = self.ledger.known[home.name]
            here: dict[Key, object] = {("progress", name): home.progress(ident) for name, ident in names.items()}
            here |= {("queued", name): True for name in queues[-1]}
            for each in controller.bookmarks:
                here["bookmark", self.of_ids.get(each.episode, each.episode), each.start] = each.note
            for one in controller.lists:
                base = one.name.partition(" ")[0]
                if ("list", base) in here:
                    yield f"{home.name}: there are two lists for {base}"
                here |= {("list", base): True, ("named", base): one.name}
                here |= {("listed", base, self.of_ids.get(ident, ident)): True for ident in one.episodes}
            for subscription in home.app.podcasts.store.feeds():
                here["subscribed", cast := subscription.address.rpartition("/")[2]] = True
                texts = to_texts(subscription.settings)
                here |= {("setting", cast, name): texts[name] for name in SETTINGS}
            tables = home.app.file.load().tables
            here |= {("chosen", *choice): tables.get(choice[0], {}).get(choice[1]) for choice in CHOICES}
            for key, (_, wanted) in known.items():
                found = here.pop(key, None)
                of = {"setting": "subscribed", "named": "list", "listed": "list"}.get(str(key[0]))
                is_gone = of is not None and not self.ledger.get(home.name, of, key[1])
                if {key, ("subscribed", key[1])} & self.unclear or (key[0] == "progress" and key[1] not in names):
                    continue
                if not _is_same(found, None if is_gone else wanted):
                    yield f"{home.name}: {key} is {found}, not {wanted}"
            for key, value in here.items():
                if key[0] in ("queued", "listed", "bookmark", "list") or (
                    key[0] == "progress" and value != ("unplayed",)
                ):
                    yield f"{home.name}: {key} is {value}, and was never made so"
        if queues.count(queues[0]) < len(queues):
            yield f"the queues are {queues}"
        heard = [{each.key: each for each in home.app.file.heard_records(everywhere=False)} for home in self.homes]
        for home in self.homes:
            there = {each.key: each.seconds for each in home.app.file.heard_records()}
            if there != {key: each.seconds for records in heard for key, each in records.items()}:
                yield f"{home.name}: {sum(there.values())} s were heard in {len(there)} stretches"
        yield from self._faults_of_library()

    def _faults_of_library(self) -> Iterator[str]:
        """Yield what the library's server has otherwise."""
        known, seconds = (
            self.ledger.known[self.homes[1].name],
            self.web.ask("GET", "/api/me/listening-stats")["totalTime"],
        )
        if not self.listened - self.unsure - 2 <= seconds <= self.listened + 2:
            yield f"{seconds} s were listened to by the server, not {self.listened}"
        for title in self.of_library:
            there, wanted = (
                self.web.progress(self.library.ids[title]),
                known.get(("progress", title), (None, ("unplayed",)))[1],
            )
            found: Key = ("unplayed",)
            if there is not None and there["isFinished"]:
                found = ("played",)
            elif there is not None and there["currentTime"] >= 1:
                found = ("at", there["currentTime"])
            if not _is_same(found, wanted[:2]):
                yield f"the server has {title} as {there}, not {wanted}"
        wanted_marks = {
            (key[1], key[2]): value for key, (_, value) in known.items()
            if key[0] == "bookmark" and key[1] in self.of_library and value
        }  # fmt: skip
        titles = {ident: title for title, ident in self.library.ids.items()}
        marks = {
            (titles[each["libraryItemId"]], each["time"]): each["title"]
            for each in self.web.ask("GET", "/api/me")["bookmarks"]
        }
        if marks != wanted_marks:
            yield f"the server has the bookmarks {marks}, not {wanted_marks}"


def _is_same(found: object, wanted: object) -> bool:
    if isinstance(found, tuple) and isinstance(wanted, tuple) and found[0] == wanted[0] == "at":
        return abs(found[1] - wanted[1]) <= 1.5 and found[2:] == wanted[2:]
    return found == wanted or not (found or wanted)


STEPS: dict[Callable[[Machines, Home], Awaitable[None]], int] = {
    Machines._listen: 26, Machines._mark: 7, Machines._dismiss: 3, Machines._bookmark: 12, Machines._queue: 12,
    Machines._list: 9, Machines._rename: 2, Machines._configure: 5, Machines._choose: 5, Machines._subscribe: 2,
    Machines._files: 4, Machines._publish: 3, Machines._leave: 2, Machines._set_back: 1, Machines._restart: 4,
    Machines._kill: 5, Machines._sync: 22,
}  # fmt: skip
"""What may happen, and how often."""
