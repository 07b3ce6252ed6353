"""What was chosen for all podcasts, the theme and returns to passages: the newest choice wins on all machines."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.rooms import make_room
from tests.sync.machines import START, Machine
from tui_pod.core.progress.records import CHOSEN_AT, SettingRecord
from tui_pod.state.store import StateFile
from tui_pod.sync.run import SyncResult

LATER = START + timedelta(days=1)


def choose(machine: Machine, minutes: int, table: str, key: str, value: object) -> None:
    """Choose something so many minutes after the start, by the machine's clock."""
    clock = START + timedelta(minutes=minutes) + machine.skew
    StateFile(machine.home / "state.toml", lambda: clock).save([SettingRecord(table, key, value)])


def chosen(machine: Machine, table: str, key: str) -> object:
    return machine.file.load().tables.get(table, {}).get(key)


def sync(*machines: Machine) -> SyncResult:
    return [machine.sync(LATER) for machine in machines][-1]


@pytest.mark.parametrize(
    ("table", "key", "values"),
    [
        ("player", "speed", (1.5, 1.2)),
        ("player", "level", (True, False)),
        ("ui", "theme", ("nord", "")),
        ("usual", "feeds.keep_next", (3, 0)),
        ("returned", "episode", ("12.5", "12.5 40")),
    ],
)
def test_newest_choice_is_made_on_all_machines(
    table: str, key: str, values: tuple[object, object], machines: tuple[Machine, Machine]
) -> None:
    one, two = machines
    choose(one, 1, table, key, values[0])
    choose(two, 2, table, key, values[1])
    assert sync(one).chosen_there == [f"{table}.{key}"]
    assert not sync(two).chosen  # it is newer here
    assert sync(one).chosen == [f"{table}.{key}"]
    assert chosen(one, table, key) == chosen(two, table, key) == values[1]
    assert not sync(one, two).has_changed
    choose(one, 3, table, key, values[1])  # renewed, though it is so already
    choose(two, 2, table, key, values[0])  # before that
    sync(one, two, one)
    assert chosen(one, table, key) == chosen(two, table, key)


def test_choice_after_a_sync_wins_though_the_clock_was_set_back(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    choose(two, 60, "ui", "theme", "nord")
    sync(two, one)
    choose(one, 1, "ui", "theme", "gruvbox")
    sync(one, two, one)
    assert chosen(one, "ui", "theme") == chosen(two, "ui", "theme") == "gruvbox"


def test_choice_of_a_clock_that_was_years_ahead_does_not_win_for_ever(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    choose(one, 5_000_000, "ui", "theme", "nord")
    sync(one, two)
    choose(two, 2_000, "ui", "theme", "gruvbox")
    for hours in range(24, 28):
        for machine in machines[::-1]:
            machine.sync(LATER + timedelta(hours=hours))
    assert chosen(one, "ui", "theme") == chosen(two, "ui", "theme") == "gruvbox"


def test_what_was_chosen_with_an_older_version_or_is_no_choice_stays_here(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    for key, value in ("volume", 50), ("speed", 1.5):
        choose(one, 1, "player", key, value)
    one.file.save([SettingRecord(CHOSEN_AT, "player.speed", ""), SettingRecord(CHOSEN_AT, "player.volume", f"{START}")])
    choose(two, 2, "player", "speed", 1.2)
    sync(one, two, one)
    assert (chosen(one, "player", "speed"), chosen(two, "player", "volume")) == (1.2, None)


def test_machine_s_file_brings_only_valid_choices(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    for key in "one", "two", "three":
        choose(one, 1, "returned", key, "9")
    sync(one)
    (path,) = one.folder.glob("*.toml")
    text = path.read_text().replace('"returned.two"', '"sync_with.server"')
    path.write_text(text.replace('value = "9"', 'value = "\\u001b9"', 1))
    sync(two)
    assert (chosen(two, "returned", "one"), chosen(two, "sync_with", "server")) == (None, None)
    assert chosen(two, "returned", "three") == "9"


def test_app_takes_over_what_was_chosen_later_than_in_it() -> None:
    room = make_room()
    room.play("one", 10)
    mixer, now = room.controller.mixer, datetime.now(UTC)
    player: dict[str, object] = {"speed": 1.5, "level": True}
    mixer.receive({"player": player, CHOSEN_AT: {"player.speed": now.isoformat()}})
    assert (room.controller.playback.speed, mixer.usual_speed, mixer.usual_sound.is_level) == (1.5, 1.5, False)
    assert room.writer.setting("speed") is None  # it is not a choice made here
    mixer.set_speed(2.0)
    mixer.receive({"player": player, CHOSEN_AT: {"player.speed": "2000-01-01T00:00:00+00:00"}})
    assert mixer.usual_speed == 2.0


def test_app_takes_a_sound_beside_a_damaged_speed_and_plays_at_a_speed_that_came_while_nothing_was_loaded() -> None:
    room = make_room()
    mixer = room.controller.mixer
    mixer.receive({"player": {"speed": True, "level": True}, CHOSEN_AT: {"player.speed": "2", "player.level": "2"}})
    assert (mixer.usual_speed, mixer.usual_sound.is_level) == (1.0, True)
    mixer.receive({"player": {"speed": 1.5}, CHOSEN_AT: {"player.speed": "3"}})
    mixer.receive({"player": {"speed": 1.2}, CHOSEN_AT: {"player.speed": "2"}})  # an older part of the journal
    assert (room.player.speed, room.controller.playback.speed) == (1.5, 1.5)
