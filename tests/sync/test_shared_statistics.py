"""What was heard on machines that share a folder: each stretch counts once, on all of them."""

from datetime import timedelta
from itertools import count

import pytest

from tests.sync.machines import START, Machine
from tui_pod.core.progress.history import heard_days
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import HeardRecord, ProgressRecord
from tui_pod.state.fields import HEARD
from tui_pod.state.format import record_text
from tui_pod.sync import shared_statistics
from tui_pod.sync.folder import machine_name
from tui_pod.sync.run import forget_machine
from tui_pod.sync.shared_statistics import ENDING, MAX_BYTES

LATER = START + timedelta(days=1)


def hear(machine: Machine, run: str, episode: str, seconds: float) -> None:
    """Hear an episode in a run of the app that ends."""
    record = HeardRecord(f"{run}-1", episode, START, 0, seconds, seconds)
    end = START + timedelta(seconds=seconds)
    progress = Progress(end, seconds, 100.0, listened=end)
    machine.file.save([record, ProgressRecord(episode, progress)])
    machine.file.compact()


def heard(machine: Machine) -> dict[str, float]:
    """Return the seconds of each stretch that a machine knows of."""
    return {each.key: each.seconds for each in machine.file.heard_records()}


def sync(*machines: Machine) -> None:
    for machine in machines:
        machine.sync(LATER)


def test_stretches_of_all_machines_count_once_and_servers_get_those_of_one(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    hear(one, "a", "one", 10.0)
    hear(two, "b", "two", 20.0)
    sync(one, two, one)
    hear(two, "c", "one", 30.0)
    sync(two, one, two, one)
    assert heard(one) == heard(two) == {"a-1": 10.0, "b-1": 20.0, "c-1": 30.0}
    assert [each.key for each in one.file.heard_records(everywhere=False)] == ["a-1"]


def test_episode_of_another_machine_is_listed_once_in_the_history(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    hear(one, "a", "one", 10.0)
    sync(one, two)
    days = heard_days(two.file.heard_records(), two.progress().items())
    assert [each.seconds for day in days for each in day.heard] == [10.0]
    (without,) = heard_days([], two.progress().items())  # as if the history of that machine were not here
    assert without.heard[0].machine


def test_stretches_of_a_machine_that_is_gone_stay_until_it_is_forgotten(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    hear(one, "a", "one", 10.0)
    hear(two, "b", "two", 20.0)
    sync(one, two)
    name = machine_name(one.file.load())[0]
    history = two.folder / f"{name}{ENDING}"
    content = history.read_bytes()
    history.unlink()
    two.sync(LATER)
    assert heard(two) == {"a-1": 10.0, "b-1": 20.0}
    history.with_stem(f"{name}.sync-conflict-20260301-120000-ABCDEFG").write_bytes(content)
    two.sync(LATER)
    forget_machine(two.file, two.folder, name, LATER)
    assert heard(two) == {"b-1": 20.0}


@pytest.mark.parametrize("content", [b"\xff\0[[heard]]\nkey = 3\n", b"[[heard]]\n" * 9, b"x" * (MAX_BYTES + 1)])
def test_file_that_is_no_history_brings_nothing(content: bytes, machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    hear(one, "a", "one", 10.0)
    sync(one)
    (two.folder / f"odd{ENDING}").write_bytes(content)
    (two.folder / f"link{ENDING}").symlink_to("/etc/passwd")
    (two.folder / f"folder{ENDING}").mkdir()
    sync(two)
    assert heard(two) == {"a-1": 10.0}


def test_torn_file_is_read_as_far_as_it_is_whole(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    for run, episode in ("a", "one"), ("b", "two"):
        hear(one, run, episode, 10.0)
    sync(one)
    (path,) = one.folder.glob(f"*{ENDING}")
    path.write_bytes(path.read_bytes()[:-20])
    sync(two)
    assert heard(two) == {"a-1": 10.0}
    sync(one, two)
    assert heard(two) == {"a-1": 10.0, "b-1": 10.0}


def test_history_that_takes_too_long_is_read_as_far_as_time_allows_and_those_after_it_are_read(
    machines: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = machines
    hear(one, "a", "one", 10.0)
    sync(one)
    slow = (HEARD.to_table(HeardRecord(f"s-{row}", "one", START, 0, 10.0, 10.0)) for row in range(3))
    (one.folder / f"0-slow{ENDING}").write_text("".join(record_text("heard", table) for table in slow))
    seconds = count(0.0, shared_statistics.PATIENCE * 0.3)
    monkeypatch.setattr(shared_statistics, "BATCH", 1)
    monkeypatch.setattr(shared_statistics, "thread_time", lambda: next(seconds))
    sync(two)
    assert heard(two) == {"s-0": 10.0, "s-1": 10.0, "a-1": 10.0}
