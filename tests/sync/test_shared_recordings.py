"""Recordings in folders are the same on every machine, whatever their paths, names and tags."""

import random
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from math import inf
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.sources.folders.sounds import make_long_mp3
from tests.sync.machines import START, Machine
from tui_pod.core.library.library import Library
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.library.parts import RecordingContent
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Notebook, newest_of
from tui_pod.core.progress.moves import moved_notebook
from tui_pod.core.progress.progress import Progress, newest, stamp_after
from tui_pod.core.progress.progress_index import unite
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.library.cache import load_library
from tui_pod.net.access import PUBLIC
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.files import read_files
from tui_pod.sources.refresh import refresh_feed
from tui_pod.sources.table import subscribe
from tui_pod.sync.shared_recordings import Recognition, to_describe

WORKS = {"emma": ("pre", "intro", "e1", "e2", "e3"), "dune": ("intro", "d1", "d2"), "talk": ("t1",), "other": ("t2",)}
"""Two books of one publisher, and two recordings."""

SECONDS = 12

Place = tuple[str, str, float]
"""Work, part and seconds into it."""


class Home:
    """A machine with recordings below a path of its own."""

    def __init__(self, name: str, folder: Path, shared: Path) -> None:
        self.machine = Machine(name, folder / name)
        self.machine.home.mkdir(parents=True)
        self.machine.folder.symlink_to(shared)
        self.root = folder / f"{name}-shelf"
        self.parts: dict[str, str] = {}  # by key

    def put(self, work: str, *parts: str, folder: str = "", tag: str = "") -> None:
        """Write parts of a work."""
        for part in parts:
            row = str(WORKS[work].index(part) + 1)
            tags = {"TALB": f"{work}{tag}", "TCON": "Audiobook"} if len(WORKS[work]) > 1 else {}
            path = self.root / (folder or work) / f"{row} {part}{tag}.mp3"
            make_long_mp3(path, SECONDS, part, f"{part}{tag}", row, **tags)

    def scan(self) -> None:
        """Add the folder, or refresh it."""
        store = self.machine.store
        if not store.feeds():
            subscribe(store, str(self.root))
        (feed,) = store.feeds()
        refresh_feed(store, feed, CancelToken(), PUBLIC)
        for path, file in read_files(store, feed.feed_id).items():
            self.parts[file.key] = (self.root / path).read_bytes()[-5:].strip(b"\0").decode()
        self.keys = {str(self.root / path): file.key for path, file in read_files(store, feed.feed_id).items()}
        store.db.close()

    @property
    def library(self) -> Library:
        return load_library([], self.machine.home / "cache", self.machine.home).library

    def stretches(self, ident: str) -> list[tuple[str, float, float]]:
        """Return an episode's parts, with where they start and end."""
        library = self.library
        episode = library.find(ident)
        assert episode is not None
        if not episode.parts:
            return [(self.parts[self.keys[str(episode.audio)]], 0.0, episode.duration or 1.0)]
        return [(self.parts[self.keys[part.audio]], part.start, part.end) for part in episode.parts]

    def place(self, ident: str, position: float) -> Place:
        """Return what is heard at a position."""
        stretches = self.stretches(ident)
        part, start, _ = next((each for each in reversed(stretches) if each[1] <= position + 0.005), stretches[0])
        return self.work(ident), part, position - start

    def work(self, ident: str) -> str:
        own = next(part for part, _, _ in self.stretches(ident) if part != "intro")
        return next(work for work, parts in WORKS.items() if own in parts)

    def ids(self) -> dict[str, str]:
        """Return the ids of the works that are here."""
        return {self.work(ident): ident for ident in self.library.ids}

    def progress(self) -> dict[str, Progress]:
        """Return progress as the app shows it."""
        library = self.library
        return unite(self.machine.progress(), library.aliases, library.moves)


class History:
    """What was done on three machines in random order, and what should come of it."""

    def __init__(self, folder: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.chances, self.now = random.Random(seed), START
        monkeypatch.setattr("tui_pod.shelf.files.time", SimpleNamespace(time=lambda: self.now.timestamp()))
        shared = folder / "shared"
        shared.mkdir(parents=True)
        self.homes = [Home(name, folder, shared) for name in ("home/x", "Users/x", "third")]
        first, second, third = self.homes
        for work, parts in WORKS.items():
            first.put(work, *parts)
            if work != "dune":
                second.put(work, *(part for part in parts if part != "e1"), folder=f"deep/er/{work}")
            third.put(work, *(parts[1:4] if work == "emma" else parts), tag="-3")
        for home in self.homes:
            home.scan()
        self.last: dict[str, tuple[datetime, str, Place]] = {}  # by work: when, status, and where
        self.cut: dict[str, Home | None] = {}
        """Where a work was last finished that lacked its last part."""
        self.marks: dict[tuple[str, str, int], Bookmark] = {}

    def change_files(self) -> None:
        """Rename, move or retag on the third machine, or let a part arrive there."""
        home, what = self.homes[2], self.chances.randrange(4)
        folders = sorted(path for path in home.root.rglob("*") if path.is_dir() and any(path.glob("*.mp3")))
        folder = self.chances.choice(folders)
        if what == 0:
            folder.rename(folder.with_name(f"{folder.name}+"))
        elif what == 1:
            there = home.root / "moved" / folder.name
            there.parent.mkdir(exist_ok=True)
            shutil.move(folder, there)
        elif what == 2:
            for path in sorted(folder.glob("*.mp3")):
                part = path.read_bytes()[-5:].strip(b"\0").decode()
                work = next(work for work, parts in WORKS.items() if part in parts and work in str(folder))
                row = path.name.partition(" ")[0]
                tags = {"TALB": f"new {work}", "TCON": "Audiobook"} if len(WORKS[work]) > 1 else {}
                make_long_mp3(path, SECONDS, part, f"retagged {part}", row, **tags)
                path.rename(path.with_name(f"{row} again.mp3"))
        else:
            at = next(path for path in folders if "emma" in path.name)
            home.put("emma", self.chances.choice(["pre", "e3"]), folder=str(at.relative_to(home.root)))
        home.scan()

    def listen(self, home: Home) -> None:
        """Play, finish or reset something, and make or remove a bookmark there."""
        work, ident = self.chances.choice(sorted(home.ids().items()))
        stretches = home.stretches(ident)
        former = home.progress().get(ident)
        stamp = stamp_after(former, self.now)
        position = round(self.chances.uniform(0.5, stretches[-1][2] - 0.5), 2)
        value = (former or Progress(stamp)).with_played(position - 0.4, position, stamp).at(position, None, stamp)
        place, is_all = home.place(ident, position), stretches[-1][0] == WORKS[work][-1]
        if (chance := self.chances.random()) < 0.3:
            value = value.finished(stamp)
            place = place if is_all else (work, WORKS[work][-1], 0.0)
        elif chance > 0.9:
            value = value.marked(False, stamp)
        home.machine.file.append([ProgressRecord(ident, value)])
        is_cut = value.played and not is_all  # goes on where there is more
        self.last[work] = stamp, "started" if is_cut else value.status, place
        self.cut = {**self.cut, work: home if is_cut else None}
        part, low, _ = self.chances.choice(stretches)
        at = low + WORKS[work].index(part) + 1.5  # no two bookmarks of one place in different lists of parts
        bookmark = Bookmark(ident, round(at, 2), round(at + 0.3, 2), self.now, self.now, note=f"{self.now}")
        bookmark = bookmark.removed(self.now) if self.chances.random() < 0.3 else bookmark
        home.machine.file.append([bookmark])
        self.marks[work, part, int(at - low)] = bookmark

    def live(self, steps: int) -> None:
        for _ in range(steps):
            self.now += timedelta(seconds=self.chances.randint(30, 4000))
            home = self.chances.choice(self.homes)
            if (chance := self.chances.random()) < 0.45:
                self.listen(home)
            elif chance < 0.6:
                self.change_files()
            else:
                home.machine.sync(self.now)
        for home in (*self.homes, *self.homes):
            self.now += timedelta(minutes=1)
            home.machine.sync(self.now)

    def faults(self) -> Iterator[str]:
        """Yield what is not where it was put last."""
        for home in self.homes:
            name, progress = home.machine.name, home.progress()
            ids = home.ids()
            for work, ident in ids.items():
                found = progress.get(ident)
                if work not in self.last:
                    if found is not None:
                        yield f"{name}: {work} was never played, and is {found}"
                    continue
                _, status, place = self.last[work]
                if self.cut[work] is home:  # it goes on with whatever has arrived since
                    continue
                has_part = place[1] in [part for part, _, _ in home.stretches(ident)]
                if found is None or (found.status != status and (has_part or status != "started")):
                    yield f"{name}: {work} is {found}, not {self.last[work]}"
                elif status == "started" and has_part:
                    there = home.place(ident, found.position)
                    if there[:2] != place[:2] or abs(there[2] - place[2]) > 0.03:
                        yield f"{name}: {work} is at {there}, not {place}"
            kept: dict[tuple[str, str, int], Bookmark] = {}
            for each in moved_notebook(home.machine.file.load().notebook, home.library.moves).bookmarks:
                if each.episode in ids.values():
                    work, part, offset = home.place(each.episode, each.start)
                    key = work, part, int(offset)
                    kept[key] = newest_of(kept.get(key), each)
            for (work, part, offset), bookmark in self.marks.items():
                if work in ids and part in [one for one, _, _ in home.stretches(ids[work])]:
                    mark = kept.get((work, part, offset))
                    if mark is None or (mark.note, mark.is_removed) != (bookmark.note, bookmark.is_removed):
                        yield f"{name}: bookmark in {part} of {work} at {offset} is {mark}, not {bookmark}"
            if home.machine.sync(self.now).has_changed:
                yield f"{name}: a further sync changes something"


def check_history(folder: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    history = History(folder / str(seed), seed, monkeypatch)
    history.live(30)
    assert [*history.faults()] == []


@pytest.mark.parametrize("seed", range(24))
def test_nothing_is_lost_or_misplaced_in_random_histories(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_history(tmp_path, seed, monkeypatch)


@pytest.mark.nightly
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("first", range(100, 1100, 25))
def test_nothing_is_lost_or_misplaced_in_a_thousand_histories(
    first: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(first, first + 25):
        check_history(tmp_path, seed, monkeypatch)
        shutil.rmtree(tmp_path / str(seed))


def content(*parts: str, until: float = inf, former: RecordingContent | None = None) -> RecordingContent:
    """Return a recording of parts of ten seconds."""
    stretches = {part * 32: (10.0 * row, 10.0 * (row + 1)) for row, part in enumerate(parts)}
    before = [(until, former.present)] if former is not None else []
    return RecordingContent("Emma", (*before, (inf, stretches)))


def test_position_that_waited_for_its_part_does_not_beat_a_later_one() -> None:
    """It was noted at noon, its part came here at two, and the listener went on there at one."""
    there, came = content("a", "b", "c"), START + timedelta(hours=2)
    here = content("a", "b", "c", until=came.timestamp(), former=content("a", "b"))
    first, later = Progress(START, 25.0), Progress(START + timedelta(hours=1), 27.0)
    taken = Recognition({"own": here}, {}).progress({"id": first}, {"id": there})["own"]
    assert (taken.position, taken.updated > came) == (25.0, True)
    back = Recognition({"id": there}, {"id": later}).progress({"own": taken}, {"own": here})["id"]
    assert newest(later, back) == later
    again = Recognition({"own": here}, {"own": taken}).progress({"id": later}, {"id": there})["own"]
    assert newest(taken, again).position == 27.0


def test_former_parts_are_described_as_long_as_anything_is_older() -> None:
    here = {"own": content("a", "b", until=START.timestamp(), former=content("a"))._replace(is_here=True)}
    for late, count in ((0.5, 2), (1.0, 1)):
        progress = {"own": Progress(START + timedelta(seconds=late), 4.0), "none": Progress(START)}
        found = to_describe(progress, Notebook(), (), {}, here, {})
        assert (len(found.pop("own").layouts), found) == (count, {})
    assert to_describe(progress, Notebook(), (), {}, here, {})["own"].is_here
    assert not to_describe(progress, Notebook(), (), {}, {}, here)["own"].is_here
    assert to_describe(progress, Notebook(), (), {}, {}, {}) == {}


def test_end_of_a_shorter_copy_is_where_the_longer_one_goes_on() -> None:
    recognition = Recognition({"own": content("a", "b", "c")}, {})
    value = recognition.progress({"id": Progress(START, played=True, plays=1)}, {"id": content("a", "b")})["own"]
    assert (value.position, value.played) == (20.0, False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Progress(START, 4.0), 14.0), (Progress(START, played=True), 20.0), (Progress(START), None),
    ],
)  # fmt: skip
def test_file_is_a_part_of_the_book_that_it_is_elsewhere(value: Progress, expected: float | None) -> None:
    book, file = {"own": content("a", "b", "c")}, {"id": content("b")}
    there = Recognition(book, {}).progress({"id": value}, file)
    assert (there["own"].position if "own" in there else None) == expected
    back = Recognition(file, {"id": value}).progress(there, book)
    assert newest(value, back.get("id", value)) == value


def test_copies_share_progress_and_a_list_has_one_of_them() -> None:
    copies = {"one": content("a"), "two": content("a")}
    here, theirs = Recognition(copies, {}, used={"two"}), {"id": content("a")}
    assert here.progress({"id": Progress(START, 4.0)}, theirs).keys() == copies.keys()
    assert here.progress({"one": Progress(START, 4.0)}, copies).keys() == copies.keys()
    assert [here.whole(ident, {**theirs, **copies}) for ident in ("id", "one", "two")] == ["two", "one", "two"]


def test_entry_that_was_taken_off_is_off_though_an_older_version_had_its_other_id_there() -> None:
    theirs = {"own": content("a"), "id": content("a")}
    listed = OwnList("Road", START, episodes=("own", "id"))
    taken = listed.followed_by(listed._replace(episodes=("id",)), START + timedelta(hours=1))
    (found,) = Recognition({"id": content("a")}, {}).notebook(Notebook(lists=(taken,)), theirs).lists
    assert found.episodes == ()


def test_what_is_not_here_is_named() -> None:
    theirs = {name: content(name) for name in "abcd"}
    progress = {name: Progress(START, 4.0, played=name == "d") for name in "abcd"}
    missing = Recognition({"own": content("a")}, {}).missing(progress, theirs)
    assert str(missing) == "2 of 3 started recordings are not in this library: “Emma” and “Emma”."
