"""The queue goes to the machines that share a folder, entry by entry; a session and what plays stay as they are."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.rooms import make_room
from tests.sync.machines import Machine
from tests.sync.test_folder import machines as machines
from tui_pod.core.progress.records import setting_records
from tui_pod.core.selection.queue import Queue
from tui_pod.core.selection.shared_queue import noted
from tui_pod.core.wall_time import UNKNOWN
from tui_pod.sync.shared_queue import read_news

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def queue_of(machine: Machine) -> list[str]:
    state = machine.file.load()
    return list(Queue(state.strings("queue", "entries"), state.setting("queue", "cursor", 0)).upcoming)


def put(machine: Machine, minutes: int, *episodes: str) -> None:
    """Save a queue as an app or a command does that has taken over the last sync."""
    changed = NOW + timedelta(minutes=minutes)
    times = noted(machine.file.load().strings("queue", "times"), Queue(queue_of(machine)), Queue(episodes), changed)
    values = {"entries": list(episodes), "cursor": 0, "updated": changed, "times": times}
    machine.file.save(setting_records("queue", values))


def sync(minutes: int, *wanted: Machine) -> None:
    for machine in wanted:
        machine.sync(NOW + timedelta(minutes=minutes))


def test_what_was_queued_taken_and_moved_is_so_everywhere_and_a_session_stays(
    machines: tuple[Machine, Machine],
) -> None:
    one, two = machines
    put(one, 0, "a", "b")
    put(two, 1, "c")
    sync(2, one, two, one)
    assert queue_of(one) == queue_of(two) == ["a", "c", "b"]
    put(one, 3, "a", "b", "d")
    put(two, 4, "b", "a", "c")
    two.file.save(setting_records("session", {"episodes": ["s", "b"], "queued": ["b"], "ends": NOW}))
    put(two, 5, "s", "b", "a", "c")
    sync(6, one, two, one)
    assert (queue_of(one), queue_of(two)) == (["b", "a", "d"], ["s", "b", "a", "d"])
    assert not one.sync(NOW + timedelta(minutes=7)).has_changed


async def test_app_takes_a_sync_over_and_what_it_saved_before_takes_nothing_out(
    machines: tuple[Machine, Machine],
) -> None:
    one, two = machines
    room = make_room()
    controller = room.controller
    room.play("one", 10)
    controller.queue_last(["two"])
    put(one, 0, "two")
    put(two, 1, "three")
    sync(2, two, one)
    put(one, 3, "two", "four")
    one.file.save(setting_records("queue", {"seen": ""}))  # by an app that has not looked yet
    sync(4, one, two)
    assert set(queue_of(two)) == {"two", "three", "four"}
    controller.queue_last(["four"])
    controller.receive_queue(read_news(one.file.load()))
    assert set(controller.queue.upcoming) == {"two", "three", "four"}
    controller.receive_queue(read_news(one.file.load()))
    said = "The queue was changed on another machine: 1 added"  # once, and not “four”, which was queued here
    assert room.listener.said.count(f"{said}. Press u to undo.") == 1
    assert controller.undo().text == f"Undid: {said}"
    assert set(controller.queue.upcoming) == {"two", "four"}
    assert (controller.playback.episode, room.writer.table("queue")["seen"]) == ("one", controller.queue_notes.seen)


def arrive(machine: Machine, minutes: int, episode: str) -> None:
    """Queue a new episode as its podcast asks."""
    put(machine, minutes, *queue_of(machine), episode)
    times = [text for text in machine.file.load().strings("queue", "times") if not text.endswith(f" {episode}")]
    values = {"arrived": [episode], "times": [*times, f"{UNKNOWN.isoformat()} {episode}"]}
    machine.file.save(setting_records("queue", values))


def test_what_joined_by_itself_everywhere_is_there_once_and_comes_back_nowhere(
    machines: tuple[Machine, Machine],
) -> None:
    one, two = machines
    arrive(one, 0, "new")
    arrive(two, 1, "new")
    sync(2, one, two, one)
    assert queue_of(one) == queue_of(two) == ["new"]
    arrive(one, 3, "other")
    put(one, 4, "new")  # before the other machine has refreshed
    arrive(two, 5, "other")
    sync(6, two, one, two)
    assert queue_of(one) == queue_of(two) == ["new"]
    put(one, 7)
    sync(8, one, two)
    arrive(two, 9, "new")
    sync(10, two, one)
    assert queue_of(one) == queue_of(two) == []
    put(two, 11, "new")  # the listener queues it
    sync(12, two, one)
    assert queue_of(one) == queue_of(two) == ["new"]


@pytest.mark.parametrize("seed", range(4))
def test_random_steps_lose_and_resurrect_nothing(seed: int, tmp_path: Path) -> None:
    chance, shared = random.Random(seed), tmp_path / "shared"
    shared.mkdir()
    three = [Machine(name, tmp_path / name) for name in "abc"]
    for machine in three:
        machine.home.mkdir()
        machine.folder.symlink_to(shared)
    ledger, synced = dict[str, bool](), dict[str, list[str]]()
    for minutes in range(60):
        machine = chance.choice(three)
        queue = queue_of(machine)
        if chance.random() < 0.4:
            sync(minutes, machine)
            synced[machine.name] = queue_of(machine)
        elif (known := [ident for ident in queue if ident in synced.get(machine.name, ())]) and chance.random() < 0.4:
            queue.remove(ident := chance.choice(known))  # what no other machine can know was never there
            ledger[ident] = False
            put(machine, minutes, *queue)
        elif (ident := f"e{chance.randrange(9)}") not in queue:
            ledger[ident] = True
            queue.insert(chance.randint(0, len(queue)), ident)
            put(machine, minutes, *queue)
    sync(100, *three, *three)
    assert queue_of(three[0]) == queue_of(three[1]) == queue_of(three[2])
    assert set(queue_of(three[0])) == {ident for ident, is_on in ledger.items() if is_on}
