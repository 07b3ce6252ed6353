"""Six weeks on two machines with a podcast that inserts other advertisements each time: the words stay where they were.

The core, the state's files and the sync by a folder are the real ones; player, clock and the comparison of sounds are
as fast as the machine. What was said where the listener left off is noted in a ledger, from what the player did alone.
`SEED=7` in the environment lives other weeks; what fails names its seed and the day.
"""

from __future__ import annotations

import os
import random
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.fakes import FakeClock, FakeListener, FakePlayer, FakeSources
from tests.journeys.five_weeks import BERLIN, LOST, MOST_BACK, NEW_YORK, Journal
from tests.present import present
from tests.rooms import make_podcast
from tests.sync.machines import Machine
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.events import SourceReady, VersionKnown
from tui_pod.core.player.ports import Ports
from tui_pod.core.player.snapshot import Source
from tui_pod.core.player.version import STEP, WORD, parse_place
from tui_pod.core.progress.bookmarks import Stretch
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.statistics import compute_statistics
from tui_pod.runtime import files
from tui_pod.state.store import StateFile

SEED = int(os.environ.get("SEED", "1"))

FIRST, DAYS = date(2040, 10, 8), 42
"""The clocks go back on 28 October in Berlin, and on 4 November in New York."""

SPRING = date(2041, 3, 4)
"""Six other weeks: the clocks go forward on 10 March in New York, and on 31 March in Berlin."""

HOLIDAY = range(15, 24)
"""Days in New York with the laptop, without a network."""

TALK, MIDDLE = 900.0, 400.0
"""Seconds of what is said in an episode, and where in it there is room for an advertisement."""

EPISODES = [Episode(f"talk-{number}", f"Talk {number}", duration=TALK, audio=f"https://c.example.org/{number}.mp3")
            for number in range(30)]  # fmt: skip

KILLED = 0.2
"""Share of the sittings that are killed."""

TOLERANCE = 2 * STEP + 1.0
"""Seconds by which a place may be missed: sounds are compared in steps, and what is less than two apart stays."""


class Version(NamedTuple):
    """A recording as it was sent once: seconds of advertisement before the talk, and in its middle."""

    before: int
    middle: int

    @property
    def length(self) -> float:
        """Seconds."""
        return TALK + self.before + self.middle

    def said_at(self, position: float) -> float | None:
        """Return which second of the talk is heard at a position; None in an advertisement."""
        if position < self.before:
            return None
        said = position - self.before
        if said <= MIDDLE:
            return said
        return None if said < MIDDLE + self.middle else said - self.middle

    def words(self) -> list[int]:
        """Return the sound: a number for each step, of the talk or of one advertisement."""
        steps = [number * STEP for number in range(int(self.length / STEP))]
        said = [self.said_at(step) for step in steps]
        return [
            int(second / STEP + 0.5) if second is not None else 1_000_000 + hash((self, number)) % 1_000_000
            for number, second in enumerate(said)
        ]


def find(words: list[int], text: str) -> float | None:
    """Return where the sound of a place begins, as the process does that compares fingerprints."""
    packed = present(parse_place(text)).words
    wanted = [int.from_bytes(packed[at : at + WORD], "little") for at in range(0, len(packed), WORD)]
    starts: defaultdict[int, int] = defaultdict(int)
    where = {word: number for number, word in enumerate(words)}
    for number, word in enumerate(wanted):
        for near in (word - 1, word, word + 1):
            if near in where:
                starts[where[near] - number] += 2 if near == word else 1
    best = max(starts, key=lambda start: starts[start], default=None)
    return best * STEP if best is not None and starts[best] >= len(wanted) * 0.8 else None


class Sounds(FakeSources):
    """Finds for each episode the version of today."""

    def __init__(self, player: FakePlayer, versions: Callable[[str], Version]) -> None:
        super().__init__()
        self._player, self._versions = player, versions

    def request(self, episode: Episode, load: int, position: float = 0.0) -> None:
        location = f"/{episode.id}.mp3"
        self._player.durations[location] = self._versions(episode.id).length
        self.emit(SourceReady(load, Source(location)))


class Clocked(Machine):
    """A machine whose clock is the listener's."""

    clock: FakeClock

    @property
    def file(self) -> StateFile:
        return StateFile(self.home / "state.toml", self.clock)


class Life:
    """A listener with a machine at home and a laptop."""

    def __init__(self, folder: Path, set_zone: Callable[[str], None]) -> None:
        self.clock, self.chance, self._set_zone = FakeClock(), random.Random(SEED), set_zone
        self.home, self.laptop = (Clocked(name, folder / name) for name in ("home", "laptop"))
        for machine in (self.home, self.laptop):
            machine.clock = self.clock
            machine.home.mkdir(parents=True)
        self.laptop.home.joinpath("shared").symlink_to(self.home.home / "shared")
        self.home.folder.mkdir()
        self._library = make_podcast({}, EPISODES)
        self.left: dict[str, float] = {}
        """What was said where the listener left off, in seconds of the talk."""
        self.ended: set[str] = set()
        self.marked: dict[str, float] = {}
        """The second of the talk at which each bookmark begins, by its note."""
        self.heard: dict[date, float] = defaultdict(float)
        self.slack: dict[date, float] = defaultdict(float)
        self._sittings, self._unsure = 0, ""

    def live(self, first: date) -> None:
        """Live six weeks."""
        for day in range(DAYS):
            is_away = day in HOLIDAY
            self._set_zone(NEW_YORK if is_away else BERLIN)
            when = first + timedelta(days=day)
            try:
                if day in (HOLIDAY.start, HOLIDAY.stop):  # the laptop leaves, and is back
                    self._sync(self.laptop)
                for hour in (8, 13, 23):
                    machine = self.laptop if is_away else self.chance.choice((self.home, self.laptop))
                    local = datetime(when.year, when.month, when.day, hour, 58).astimezone(UTC)
                    self.clock.now = max(local, self.clock.now)
                    self._sit(machine, is_away)
            except Exception as error:
                raise AssertionError(f"SEED={SEED}: {when}: {error!r}") from error

    def _sync(self, machine: Machine) -> None:
        machine.sync(self.clock.now)

    def _sit(self, machine: Machine, is_away: bool) -> None:
        if not is_away:
            self._sync(machine)
        self._sittings += 1
        state, chance = machine.file.load(), self.chance
        assert not state.notices, state.notices
        versions = {one.id: Version(chance.choice((0, 12, 30)), chance.choice((0, 15, 28))) for one in EPISODES}
        player, writer = FakePlayer(self.clock), Journal(machine.file)
        sounds = Sounds(player, versions.__getitem__)
        ports = Ports(player, sounds, writer, FakeListener(), self.clock, f"{machine.name}-{self._sittings}")
        progress_index = ProgressIndex(self._library, state.progress)
        controller = PlaybackController(self._library, progress_index, ports, notebook=state.notebook)
        for part in (player, sounds, writer):
            part.emit = controller.handle
        for ident in self.ended:
            is_played = present(state.progress.get(ident)).played
            assert is_played, f"{ident} was heard to its end"
        begun = [ident for ident in self.left if ident not in self.ended]
        episode = chance.choice(begun or [one.id for one in EPISODES if one.id not in self.ended])
        if len(begun) < 3:
            episode = next((one.id for one in EPISODES if one.id not in self.ended | {*begun}), episode)
        self._begin(controller, player, episode, versions[episode])
        self._bookmark(controller, player, episode, versions[episode])
        self._listen(controller, player, episode, versions[episode], chance.randrange(20, 330))
        is_killed = chance.random() < KILLED
        if is_killed:
            self.slack[self._today] += LOST
        else:
            controller.end()
            machine.file.compact()
        saved = machine.file.load().progress.get(episode)
        if is_killed and episode in self.left and saved is not None and not saved.played:
            said = versions[episode].said_at(saved.position)
            if said is None:  # in an advertisement, whose sound is gone the next time
                self._unsure, said = episode, self.left[episode]
            assert self.left[episode] - LOST <= said <= self.left[episode] + 1, f"{episode} lost more than a kill may"
            self.left[episode] = said
        if not is_away:
            self._sync(machine)

    def _begin(self, controller: PlaybackController, player: FakePlayer, episode: str, version: Version) -> None:
        """Play, learn a moment later which version it is, and compare where it goes on."""
        controller.play(episode)
        played = self.chance.choice((0.0, 0.5))
        player.play(played)
        self.heard[self._today] += played
        self._know(controller, version)
        if self._unsure == episode:
            self._unsure = ""
        elif episode in self.left:
            said, left = version.said_at(player.now), self.left[episode]
            assert said is None or left - MOST_BACK - TOLERANCE <= said <= left + TOLERANCE, (
                f"{episode} goes on at {said} of the talk, not at {left}"
            )
            assert said is not None or min(abs(left - place) for place in (0.0, MIDDLE)) <= MOST_BACK + TOLERANCE

    def _know(self, controller: PlaybackController, version: Version) -> None:
        words, places = version.words(), controller.places()
        found = {text: at for text in places if (at := find(words, text)) is not None}
        sound = b"".join(word.to_bytes(WORD, "little") for word in words)
        size = 1_000_000 + version.before * 1_000 + version.middle
        controller.handle(VersionKnown(controller.playback.load, size, sound, found))

    def _bookmark(self, controller: PlaybackController, player: FakePlayer, episode: str, version: Version) -> None:
        """Bookmark something, or go to what was bookmarked on any machine in any version, and come back."""
        own = controller.bookmarks.of(episode)
        said = version.said_at(player.now)
        if said is not None and self.chance.random() < 0.4:
            start = round(player.now, 2)
            bookmark, is_new = controller.bookmarks.add(
                episode, episode, Stretch(start, start + 5), f"{self._sittings}"
            )
            if is_new:
                self.marked[bookmark.note] = said
        elif own and self.chance.random() < 0.5:
            bookmark, before = self.chance.choice(own), player.now
            controller.play_from(episode, bookmark.start)
            there, noted = version.said_at(player.now), self.marked[bookmark.note]
            assert there is None or abs(there - noted) <= TOLERANCE, f"the bookmark is at {there}, not at {noted}"
            controller.play_from(episode, before)

    def _listen(
        self, controller: PlaybackController, player: FakePlayer, episode: str, version: Version, seconds: int
    ) -> None:
        """Listen for so long, and until no advertisement plays."""
        left = seconds
        while controller.playback.episode == episode and (left > 0 or version.said_at(player.now) is None):
            before = player.now
            day = self._today
            player.play(1.0, 0.5)
            left -= 1
            if player.source is None or controller.playback.episode != episode:
                self.ended.add(episode)
                self.left.pop(episode, None)
                self.slack[day] += 2
                return
            self.heard[day] += player.now - before
        said = version.said_at(player.now)
        if said is not None:
            self.left[episode] = said
        if present(controller.progress_index.get(episode)).played:
            self.ended.add(episode)
            self.left.pop(episode, None)

    @property
    def _today(self) -> date:
        return datetime.fromtimestamp(self.clock.now.timestamp()).date()  # noqa: DTZ006 - by the C library alone

    def compare(self) -> None:
        """Compare the end, when both machines have synced, with the ledger."""
        for machine in (self.home, self.laptop, self.home):
            self._sync(machine)
        states = [machine.file.load() for machine in (self.home, self.laptop)]
        ours, theirs = ({ident: one._replace(origin="") for ident, one in state.progress.items()} for state in states)
        assert ours == theirs
        assert {one.key for one in states[0].notebook.bookmarks} == {one.key for one in states[1].notebook.bookmarks}
        assert len(states[0].notebook.bookmarks) == len(self.marked) > 3
        assert {ident for ident, value in states[0].progress.items() if value.played} == self.ended
        for machine in (self.home, self.laptop):  # each knows what was heard on both
            days = compute_statistics(machine.file.heard_records(), build_library([], [])).days
            for day in days.keys() | self.heard.keys():
                difference = abs(days.get(day, 0.0) - self.heard[day])
                assert difference <= 6 + self.slack[day], f"heard on {day}, as {machine.name} has it"
        assert list(accumulate(self.heard.values()))[-1] > 3_000
        assert self._sittings == 3 * DAYS


@pytest.fixture
def life(tmp_path: Path, set_zone: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> Life:
    made = Life(tmp_path / "life", set_zone)
    monkeypatch.setattr(time, "time", lambda: made.clock.now.timestamp())
    monkeypatch.setattr(files, "sync_data", lambda _: None)
    monkeypatch.setattr(files, "sync_folder", lambda _: None)
    return made


@pytest.mark.nightly
@pytest.mark.timeout(1200)  # 126 sittings, each with its saves
@pytest.mark.parametrize("first", [FIRST, SPRING], ids=["autumn", "spring"])
def test_six_weeks_keep_every_word_on_two_machines(life: Life, first: date) -> None:
    life.live(first)
    life.compare()


@pytest.mark.nightly
def test_player_that_stays_where_it_was_in_another_version_is_found_out(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.core.player.version.Version.moved", lambda _version, position, *_: position)
    with pytest.raises(AssertionError, match=rf"^SEED={SEED}: 20\d\d-\d\d-\d\d: .* of the talk, not at "):
        life.live(FIRST)
