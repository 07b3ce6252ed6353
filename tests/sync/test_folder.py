"""A folder that several machines share."""

import os
import random
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.sync.machines import START, Machine, World
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Card, Notebook
from tui_pod.core.progress.progress import Progress, newest
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.state.format import snapshot_text
from tui_pod.sync import folder
from tui_pod.sync.folder import HEADER, Contents, SyncError, SyncFolder, label_of
from tui_pod.sync.run import FolderOptions, SyncResult, forget_machine, only_sync, sync_with_folder

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def machines(tmp_path: Path) -> tuple[Machine, Machine]:
    """Two machines on one folder."""
    shared = tmp_path / "shared"
    shared.mkdir()
    both = Machine("a", tmp_path / "a"), Machine("b", tmp_path / "b")
    for machine in both:
        machine.home.mkdir()
        machine.folder.symlink_to(shared)
    return both


def test_lists_go_everywhere_and_of_two_changes_the_newer_wins(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    morning = OwnList("Morning", NOW, episodes=("x", "y"))
    short = OwnList("Short", NOW, is_rule=True, words="war", topics=("News/World", "https://a.org/f"),
                    status="unplayed", min_length=60.0, max_length=1200.0, max_age=7, sort="shortest")  # fmt: skip
    one.file.append([morning, short])
    assert one.sync(NOW).sent_notebook == Notebook(lists=(morning, short))
    assert two.sync(NOW).received_notebook == Notebook(lists=(morning, short))
    later = morning._replace(episodes=("y", "x", "z"), updated=NOW + timedelta(hours=2))
    one.file.append([morning._replace(episodes=(), updated=NOW + timedelta(hours=1))])
    two.file.append([later, short.removed(NOW + timedelta(hours=2))])
    for machine in (two, one, two):
        machine.sync(NOW)
    for machine in machines:
        assert machine.file.load().notebook.lists == (later, short.removed(NOW + timedelta(hours=2)))
    assert not one.sync(NOW).has_changed


def test_changes_of_one_list_on_two_machines_are_both_kept(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    base = OwnList("Morning", NOW, episodes=("x", "y"))  # as an older version saved it
    one.file.append([base])
    one.sync(NOW)
    two.sync(NOW)
    one.file.append([base.followed_by(base._replace(episodes=("x", "y", "z")), NOW + timedelta(hours=1))])
    two.file.append([base.followed_by(base._replace(episodes=("w", "x")), NOW + timedelta(hours=2))])
    for machine in (one, two, one):
        machine.sync(NOW + timedelta(hours=3))
    for machine in machines:
        (found,) = machine.file.load().notebook.lists
        assert found.episodes == ("w", "x", "z")
    assert not two.sync(NOW).has_changed


def put(machine: Machine, episode: str, progress: Progress) -> None:
    machine.file.append([ProgressRecord(episode, progress)])


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_simulation_of_machines_loses_nothing(count: int, tmp_path: Path) -> None:
    world = World(tmp_path, count, random.Random(count))
    world.live(changes=150, episodes=25)
    world.settle()
    assert list(world.losses()) == []


def test_sync_takes_the_newest_and_unites_what_was_heard(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    put(one, "x", Progress(NOW, 50.0, 100.0, plays=2, played_ranges=((0.0, 50.0),)))
    put(two, "x", Progress(NOW + timedelta(hours=1), 80.0, 100.0, played_ranges=((70.0, 80.0),)))
    put(two, "y", Progress(NOW, played=True, plays=1))
    one.sync(NOW)
    assert two.sync(NOW).received.keys() == {"x"}
    assert one.sync(NOW).received.keys() == {"x", "y"}
    wanted = Progress(NOW + timedelta(hours=1), 80.0, 100.0, plays=2, played_ranges=((0.0, 50.0), (70.0, 80.0)))
    y = Progress(NOW, played=True, plays=1)
    assert two.progress() == {"x": wanted, "y": y}
    name = one.progress()["x"].origin
    assert one.progress() == {"x": wanted._replace(origin=name), "y": y._replace(origin=name)}


def test_bookmarks_and_cards_go_everywhere_and_what_is_removed_goes(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    first = Bookmark("x", 5.0, 9.0, NOW, NOW, "Said.", "Mine.", "X")
    second = Bookmark("y", 5.0, 9.0, NOW, NOW)
    card = Card("x", 5.0, NOW, NOW, 2.3, 2.1, NOW)
    one.file.append([first, card])
    two.file.append([second])
    assert one.sync(NOW).sent_notebook == Notebook((first,), (card,))
    assert two.sync(NOW).received_notebook == Notebook((first,), (card,))
    assert one.sync(NOW).received_notebook == Notebook((second,))
    gone = first.removed(NOW + timedelta(hours=1))._replace(title="")
    two.file.append([gone])
    two.sync(NOW)
    assert one.sync(NOW).received_notebook == Notebook((gone,))
    assert one.bookmarks() == two.bookmarks() == {gone.key: gone, second.key: second}
    outcome = one.sync(NOW)
    assert not outcome.has_changed


def test_bookmark_edited_here_and_removed_there_is_what_happened_last(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    both = Bookmark("x", 5.0, 9.0, NOW, NOW)
    for machine, value in ((one, both._replace(note="Mine.", updated=NOW + timedelta(hours=2))),
                           (two, both.removed(NOW + timedelta(hours=1)))):  # fmt: skip
        machine.file.append([value])
    for machine in (one, two, one):
        machine.sync(NOW)
    assert [each.note for each in (*one.bookmarks().values(), *two.bookmarks().values())] == ["Mine.", "Mine."]


def test_bookmarks_of_a_hostile_file_are_cleaned_or_left_out(machines: tuple[Machine, Machine]) -> None:
    one, _ = machines
    text = snapshot_text({"episodes": {}, "bookmarks": [
        {"episode": "x" * 400, "start": 1.0}, {"episode": "a\x1bb", "start": 1.0}, {"episode": "x", "start": "1"},
        {"episode": "x", "start": 1.0, "note": "\x1b]52;c;AAAA\x07" + "n" * 9000, "updated": NOW},
    ]}, NOW, HEADER)  # fmt: skip
    (one.folder / "other.toml").write_text(text, "utf-8")
    one.sync(NOW)
    ((key, bookmark),) = one.bookmarks().items()
    assert key == ("x", 1.0)
    assert len(bookmark.note) == 4000
    assert "\x1b" not in bookmark.note


def test_sync_without_changes_writes_nothing(machines: tuple[Machine, Machine]) -> None:
    one, _ = machines
    put(one, "x", Progress(NOW, 50.0))
    assert one.sync(NOW).sent == 1
    before = {path: path.stat().st_mtime_ns for path in one.folder.iterdir()}
    outcome = one.sync(NOW + timedelta(hours=23))
    assert (outcome.sent, outcome.received) == (0, {})
    assert {path: path.stat().st_mtime_ns for path in one.folder.iterdir()} == before
    one.sync(NOW + timedelta(days=1))  # the others see that it still syncs
    assert {path: path.stat().st_mtime_ns for path in one.folder.iterdir()} != before


def test_dry_run_tells_and_changes_nothing(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    put(one, "x", Progress(NOW, 50.0))
    put(two, "y", Progress(NOW, 50.0))
    one.sync(NOW)
    before = sorted(path.read_bytes() for path in two.folder.iterdir())
    outcome = sync_with_folder(two.file, two.file.load(), two.store, two.folder, NOW, FolderOptions(is_dry=True))
    assert (list(outcome.received), outcome.sent) == (["x"], 1)
    assert sorted(path.read_bytes() for path in two.folder.iterdir()) == before
    assert list(two.progress()) == ["y"]


@pytest.mark.parametrize("cut", [0, 1, 60, 150, -2, -30])
def test_half_written_file_is_named_and_read_once_it_is_whole(cut: int, machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    put(one, "x", Progress(NOW, 50.0))
    one.sync(NOW)
    (path,) = one.folder.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[:cut])
    outcome = two.sync(NOW)
    assert outcome.received == {}
    assert outcome.notices == [f"{path.name} is incomplete; it is read again at the next sync."]
    path.write_bytes(whole)
    assert two.sync(NOW).received.keys() == {"x"}


@pytest.mark.parametrize(
    "name", ["{}.sync-conflict-20260301-120000-ABCDEFG.toml", "{} (conflicted copy 2026-03-01).toml"]
)
def test_copy_of_a_conflict_is_read_too(name: str, machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    put(one, "x", Progress(NOW, 50.0))
    one.sync(NOW)
    (path,) = one.folder.iterdir()
    path.rename(path.with_name(name.format(path.stem)))
    assert two.sync(NOW).received.keys() == {"x"}


@pytest.mark.parametrize("name", ["{}.sync-conflict-20260301-120000-AB.toml", "{} (1).toml", "{}-DESKTOP.toml"])
def test_copy_of_a_file_is_no_machine(name: str, machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    put(one, "x", Progress(NOW, 50.0))
    one.sync(NOW)
    (path,) = one.folder.iterdir()
    put(two, "y", Progress(NOW, 50.0))
    two.sync(NOW)
    (copied := path.with_name(name.format(path.stem))).write_bytes(path.read_bytes())
    here, there = sorted(one.sync(NOW).machines, key=lambda each: not each.is_this)
    assert (here.is_this, here.episodes, there.is_this, there.episodes) == (True, 2, False, 2)
    assert len(two.sync(NOW).machines) == 2
    for each in one.folder.iterdir():
        if each not in (path, copied):
            each.unlink()
    sync_with_folder(one.file, one.file.load(), one.store, one.folder, NOW, FolderOptions(is_alone=True))
    copied.unlink()
    assert one.sync(NOW).error is None  # no other machine is gone


def test_state_that_was_lost_comes_back_from_its_own_file(machines: tuple[Machine, Machine]) -> None:
    one, _ = machines
    put(one, "x", Progress(NOW, 50.0))
    one.sync(NOW)
    for path in one.home.glob("state*"):
        path.unlink()
    assert one.sync(NOW).received["x"]._replace(origin="") == Progress(NOW, 50.0)


INCOMPLETE = "odd.toml is incomplete; it is read again at the next sync."


@pytest.mark.parametrize(
    ("content", "notice"),
    [
        (b"version = 99\n", "odd.toml was written by a newer tui-pod; update this one to read it."),
        (b"\xff\xfe", INCOMPLETE), (b"version = 1\n", INCOMPLETE), (b"<<<<<<< HEAD\nversion = 1\n", INCOMPLETE),
        (b"[" * 100_000, "odd.toml was not read: it is made to overload programs."),
        (b"a." * 50_000 + b"a = 1", "odd.toml was not read: it is made to overload programs."),
    ],
)  # fmt: skip
def test_any_other_content_is_named_and_no_failure(
    content: bytes, notice: str, machines: tuple[Machine, Machine]
) -> None:
    one, _ = machines
    (one.folder / "odd.toml").write_bytes(content)
    assert one.sync(NOW).notices == [notice]


def test_folder_on_a_disk_that_is_not_there_is_not_made(machines: tuple[Machine, Machine], tmp_path: Path) -> None:
    one, _ = machines
    with pytest.raises(SyncError, match="There is no folder"):
        sync_with_folder(one.file, one.file.load(), one.store, tmp_path / "stick", NOW)
    assert not (tmp_path / "stick").exists()


def test_folder_that_lost_the_other_machines_is_an_error_until_told(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    put(two, "y", Progress(NOW, 50.0))
    sync_with_folder(two.file, two.file.load(), two.store, two.folder, NOW, FolderOptions(device="attic"))
    one.sync(NOW)
    for path in one.folder.iterdir():
        path.unlink()
    put(one, "x", Progress(NOW, 50.0))
    with pytest.raises(SyncError, match=r"no longer holds the files of the other machines \(attic\)"):
        one.sync(NOW)
    assert list(one.folder.iterdir()) == []
    away = one.folder.rename(one.folder.with_name("unplugged"))
    with pytest.raises(SyncError, match=r"mount its disk. The last sync was with attic\."):
        one.sync(NOW)
    away.rename(one.folder)
    sync_with_folder(one.file, one.file.load(), one.store, one.folder, NOW, FolderOptions(is_alone=True))
    assert one.sync(NOW).sent == 0


def test_each_change_names_its_machine_and_what_was_here(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    was = Progress(NOW - timedelta(hours=1), 10.0)
    put(one, "x", was)
    for number, machine in enumerate(machines[::-1]):
        put(machine, "x", Progress(NOW - timedelta(seconds=number), 50.0))
        machine.sync(NOW)
    (path,) = (p for p in one.folder.iterdir() if p.stem != one.sync(NOW).machine)
    result = one.sync(NOW)
    assert result.received == {}
    put(two, "x", Progress(NOW + timedelta(hours=1), 80.0))
    sync_with_folder(two.file, two.file.load(), two.store, two.folder, NOW, FolderOptions(device="laptop"))
    result = one.sync(NOW)
    assert result.received["x"].origin == "laptop"
    assert label_of(path.stem) in path.stem


def test_change_is_named_after_the_machine_that_was_listened_on_however_many_synced_since(tmp_path: Path) -> None:
    """The file of the machine that only synced is read first."""
    (tmp_path / "shared").mkdir()

    def sync(name: str) -> dict[str, str]:
        machine, now = Machine(name, tmp_path / name), NOW + timedelta(minutes=1)
        machine.home.mkdir()
        machine.folder.symlink_to(tmp_path / "shared")
        if name == "desk":
            put(machine, "x", Progress(NOW, 50.0))
        state = machine.file.load()
        result = sync_with_folder(machine.file, state, machine.store, machine.folder, now, FolderOptions(device=name))
        return {ident: value.origin for ident, value in result.received.items()}

    assert sync("desk") == {}
    assert [sync(f"only-synced-{number}") for number in range(8)] == [{"x": "desk"}] * 8


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("desk-1a2b3c4d", "desk"), ("my-desk-1a2b3c4d", "my-desk"), ("desk", "desk"),
        ("desk-1a2b3c4d.sync-conflict-20260301-120000-ABCDEFG", "desk"), ("desk-1a2b3c4d (conflicted copy)", "desk"),
    ],
)  # fmt: skip
def test_machine_is_named_by_its_file(file: str, name: str) -> None:
    assert label_of(file) == name


def test_change_after_a_sync_wins_over_a_clock_that_is_ahead(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    one.skew = timedelta(days=1)
    one.listen(["x"], START, random.Random(1))
    one.sync(START)
    two.sync(START)
    two.listen(["x"], START + timedelta(minutes=5), random.Random(2))
    wanted = two.made[-1].value.position
    two.sync(START + timedelta(minutes=6))
    one.sync(START + timedelta(minutes=7))
    assert one.progress()["x"].position == two.progress()["x"].position == wanted


def test_state_copied_to_another_machine_gets_a_file_of_its_own(
    machines: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = machines
    put(one, "x", Progress(NOW, 50.0))
    one.sync(NOW)
    monkeypatch.setattr("tui_pod.sync.folder._host_mark", lambda: "another")
    one.sync(NOW)
    assert len(list(one.folder.iterdir())) == 2


def test_second_sync_of_a_state_is_kept_out(tmp_path: Path) -> None:
    refused = pytest.raises(SyncError, match="Another tui-pod is syncing")
    with only_sync(tmp_path / "state.toml"), refused, only_sync(tmp_path / "state.toml", wait=0.0):
        pass
    with only_sync(tmp_path / "state.toml"):
        pass


def test_newest_of_two_alike_in_time_is_the_same_either_way() -> None:
    first, second = Progress(NOW, 10.0, 100.0), Progress(NOW, 20.0, played_ranges=((0.0, 1.0),))
    assert newest(first, second) == newest(second, first) == second._replace(duration=100.0)


def test_time_from_the_future_in_another_file_counts_as_now(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    put(two, "x", Progress(NOW + timedelta(days=3650), 30.0, 60.0))
    two.sync(NOW + timedelta(days=3650))
    assert one.sync(NOW).received["x"].updated == NOW


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sent", 1), ("received", {"x": Progress(NOW)}), ("configured", ["a"]), ("subscribed", ["a"]),
        ("unsubscribed", ["a"]), ("podcasts_sent", ["a"]), ("podcasts_removed", ["a"]),
        ("received_notebook", Notebook((Bookmark("x", 1.0, 2.0, NOW, NOW),))),
        ("sent_notebook", Notebook((Bookmark("x", 1.0, 2.0, NOW, NOW),))),
    ],
)  # fmt: skip
def test_anything_exchanged_is_a_change(field: str, value: object) -> None:
    assert not SyncResult().has_changed
    assert SyncResult(**{field: value}).has_changed  # type: ignore[arg-type]


def test_what_is_no_file_of_a_machine_is_named_as_what_it_is(machines: tuple[Machine, Machine], tmp_path: Path) -> None:
    one, _ = machines
    (tmp_path / "other.toml").write_text("x")
    (one.folder / "link.toml").symlink_to(tmp_path / "other.toml")
    (one.folder / "folder.toml").mkdir()
    os.mkfifo(one.folder / "pipe.toml")
    assert one.sync(NOW).notices == [
        "folder.toml was not read: Is a directory.",
        "link.toml was not read: it is a link.",
        "pipe.toml was not read: not a regular file.",
    ]


def test_machine_with_too_much_is_named_and_nothing_of_it_is_taken(
    machines: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = machines
    one.file.append([OwnList(f"List {number}", NOW, episodes=("x", "y")) for number in range(4)])
    put(one, "x", Progress(NOW, 50.0, played_ranges=((0.0, 50.0),)))
    one.sync(NOW)
    (path,) = one.folder.iterdir()
    to_forget = f"; to forget its machine: tui-pod sync --forget {path.stem}"
    for name, value, said in (
        (
            "MOST",
            {"lists": 3, "episodes": 9},
            f"it has more than 3 lists{to_forget}",
        ),
        ("MOST", {"episodes on lists": 7}, f"it has more than 7 episodes on lists{to_forget}"),
        ("MOST", {"played ranges": 0}, f"it has more than 0 played ranges{to_forget}"),
        ("MAX_TOTAL", 100, "the files in the folder have more than 0 MB together"),
        ("MAX_FILE", 100, f"it is larger than 0 MB{to_forget}"),
        ("MAX_ENTRY", 50, f"an entry in it is larger than 0 MB{to_forget}"),
        ("PATIENCE", -1.0, f"reading it takes too long{to_forget}"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(folder, name, value)
            outcome = two.sync(NOW)
        assert (outcome.received, outcome.received_notebook.lists) == ({}, ())
        assert outcome.notices == [f"{path.name} was not read: {said}."]
    assert two.sync(NOW).received.keys() == {"x"}


def test_forgotten_machine_takes_its_progress_along_everywhere(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    put(one, "x", Progress(NOW, 50.0))
    put(two, "y", Progress(NOW, 60.0))
    one.sync(NOW)
    (theirs,) = one.folder.iterdir()
    two.sync(NOW)
    with pytest.raises(SyncError, match=f"has no file of nobody; it has those of {theirs.stem}"):
        forget_machine(two.file, two.folder, "nobody", NOW)
    later = NOW + timedelta(hours=1)
    assert forget_machine(two.file, two.folder, theirs.stem, later) == 1
    assert not theirs.exists()
    assert two.progress() == {"x": Progress(later), "y": Progress(NOW, 60.0)}
    assert two.sync(later).error is None  # though no other machine is left
    one.sync(later)
    assert one.progress()["x"].position == 0


@pytest.mark.parametrize("share", [0.1, pytest.param(1.0, marks=(pytest.mark.nightly, pytest.mark.timeout(900)))])
def test_largest_file_of_a_machine_takes_100_mb(tmp_path: Path, share: float) -> None:
    episodes, ranges = (int(folder.MOST[kind] * share) for kind in ("episodes", "played ranges"))
    made: dict[str, Progress] = {}
    for number in range(episodes):
        time, count = NOW - timedelta(seconds=number), (number + 1) * ranges // episodes - number * ranges // episodes
        heard = tuple((part * 60.5, part * 60.5 + number % 29 + 1) for part in range(count))
        made[f"podcast-{number // 100:05}-{number:016x}"] = Progress(time, 9.5, 3600.5, False, 1, time, heard)
    path = tmp_path / "large-12345678.toml"
    SyncFolder(tmp_path, path.stem).write(Contents(made), NOW)
    tracemalloc.start()
    try:
        assert SyncFolder(tmp_path, "mine").gather(NOW).all.progress.keys() == made.keys()
        assert tracemalloc.get_traced_memory()[1] < 100e6 * share + 20 * folder.PIECE * (share < 1)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "unit",
    [
        "[episodes.a{}]\nposition = 0\nplayed = true\n", "[[lists]]\nname = 'a{}'\n", "[[bookmarks]]\nstart = {}\n",
        "[recordings.a{}]\n", "[podcasts.'https://a.example/{}']\n", "[[lists]]\nepisodes = [" + "'{}'," * 99 + "]\n",
    ],
)  # fmt: skip
def test_file_of_many_small_entries_takes_20_times_its_size(tmp_path: Path, unit: str) -> None:
    head = "version = 1\nwritten = 2026-01-01 00:00:00+00:00\n"
    text = head + "".join(unit.replace("{}", str(number)) for number in range(1_000_000 // len(unit)))
    (tmp_path / "evil-12345678.toml").write_text(text)
    tracemalloc.start()
    try:
        SyncFolder(tmp_path, "mine").gather(NOW)
        assert tracemalloc.get_traced_memory()[1] < 20 * len(text) + 8_000_000
    finally:
        tracemalloc.stop()
