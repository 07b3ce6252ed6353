"""The settings of podcasts, shared through a folder: the newest choice of each wins, and logins stay."""

import re
from pathlib import Path

import pytest

from tests.present import present
from tests.sources.folders.sounds import make_mp3
from tests.sync.test_shared_podcasts import NOW, Machine
from tui_pod.core.library.podcast_settings import COURSE, PodcastSettings
from tui_pod.shelf.opml import Entry
from tui_pod.sources.table import find_book, subscribe
from tui_pod.sync.shared_podcasts import read_settings

FEED = "https://a.example.org/f"


def choose(machine: Machine, at: float, **texts: str) -> None:
    machine.store.configure(FEED, texts, updated=at)


def chosen(machine: Machine) -> PodcastSettings:
    return machine.store.feeds()[0].settings


@pytest.fixture
def machines(tmp_path: Path) -> tuple[Machine, Machine]:
    """Two machines, each with the same podcast."""
    one, two = Machine(tmp_path, "one"), Machine(tmp_path, "two")
    for machine in (one, two):
        machine.store.subscribe([Entry(FEED)])
        machine.agrees = None
    return one, two


def test_settings_of_one_machine_come_to_the_other(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    choose(one, 10.0, speed="1.2", name="Mine", folder="News")
    one.sync()
    assert two.sync().configured == [FEED]
    assert chosen(two) == PodcastSettings(name="Mine", folder=(("News",),), speed=1.2)
    assert (two.sync().configured, one.sync().configured) == ([], [])


def test_newest_choice_of_each_setting_wins_and_the_others_stay(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    choose(two, 10.0, speed="2", keep="3", folder="News")
    choose(one, 20.0, speed="1.2")
    choose(two, 30.0, folder="Science")
    for machine in (one, two, one):
        machine.sync()
    assert chosen(one) == chosen(two) == PodcastSettings(folder=(("Science",),), speed=1.2, keep=3)
    choose(one, 40.0, keep="")
    choose(two, 35.0, keep="5", skip_start="9")
    for machine in (one, two, one):
        machine.sync()
    assert chosen(one) == chosen(two) == PodcastSettings(folder=(("Science",),), speed=1.2, skip_start=9.0)


def test_file_of_a_version_with_one_time_for_all_takes_nothing_back(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    one, two = machines
    choose(one, 10.0, speed="2", keep="3")
    one.sync()
    (file,) = (tmp_path / "shared").glob("*.toml")
    text = file.read_text()
    assert "times" in text
    old = re.sub(r"^\[podcasts\.[^\n]*times\]\n(?:[a-z_]+ = .*\n)*", "", text, flags=re.M)
    assert "times" not in old
    file.write_text(old)
    choose(two, 5.0, speed="1", skip_start="7")
    two.sync()
    assert chosen(two) == PodcastSettings(speed=2.0, keep=3, skip_start=7.0)


def test_settings_of_a_version_with_one_time_for_all_count_from_then(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    with one.store.db.write() as db:
        db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?, ?)", (FEED, '{"speed": "2", "keep": ""}', 20.0))
    choose(two, 10.0, speed="1", keep="3")
    choose(one, 30.0, skip_start="9")
    for machine in (one, two, one):
        machine.sync()
    assert chosen(one) == chosen(two) == PodcastSettings(speed=2.0, skip_start=9.0)


def test_settings_wait_for_a_podcast_that_is_not_here_yet(machines: tuple[Machine, Machine], tmp_path: Path) -> None:
    one, two = machines
    choose(one, 10.0, speed="1.2")
    one.sync()
    two.store.remove(FEED)
    assert two.sync().configured == []
    two.store.restore(FEED)
    assert two.sync().configured == [FEED]


def test_course_is_hidden_everywhere(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    one.store.configure(COURSE, {"hidden": "yes"})
    one.sync()
    two.sync()
    assert two.store.course_settings().hidden


def test_settings_of_books_travel_and_the_newer_of_each_wins_wherever_the_book_lies(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    def add(machine: Machine, root: str) -> str:
        for number in (1, 2, 3):
            make_mp3(tmp_path / root / "Emma" / f"{number}.mp3", f"Chapter {number}", str(number), TALB="Emma")
        subscribe(machine.store, str(tmp_path / root))
        return present(find_book(machine.store, "Emma")).id

    one, two = machines
    first = add(one, "home")
    one.store.configure(first, {"speed": "1.2", "skip_start": "9"}, updated=10.0)
    one.sync()
    assert two.sync().configured == []
    second = add(two, "Users")
    assert (two.sync().configured, two.sync().configured) == ([second], [])
    two.store.configure(second, {"skip_start": "", "sleep": "chapter"}, updated=20.0)
    two.sync()
    one.store.configure(first, {"speed": "3"}, updated=15.0)
    assert (one.sync().configured, two.sync().configured) == ([first], [second])
    for machine, book in ((one, first), (two, second)):
        assert present(find_book(machine.store, book)).settings == PodcastSettings(speed=3.0, sleep="chapter")


@pytest.mark.parametrize(
    "tables",
    [
        None,
        1,
        {FEED: 1},
        {FEED: {"speed": "1.2"}},
        {"file:///etc": {"updated": NOW}},
        {FEED: {"updated": NOW.date()}},
        {FEED: {"updated": NOW.replace(tzinfo=None)}},
    ],
)
def test_settings_that_mean_nothing_or_have_no_time_are_left_out(tables: object) -> None:
    assert read_settings(tables, NOW) == {}


def test_what_is_wrong_in_settings_from_elsewhere_is_left_out() -> None:
    tables = {FEED: {"updated": NOW, "speed": "9", "order": "newest", "password_command": "rm -rf /", "keep": 3}}
    assert read_settings(tables, NOW)[FEED].texts == {"order": "newest"}


@pytest.mark.parametrize(
    ("ident", "is_read"),
    [
        ("0123456789abcdef", True), ("0123456789abcdeg", False),
        (FEED, True), (COURSE, True), ("http://a.example.org/f", True), ("ftp://a.example.org/f", False),
        (FEED + "x" * (2_000 - len(FEED)), True), (FEED + "x" * (2_001 - len(FEED)), False), (FEED + "\x1b", False),
    ],
)  # fmt: skip
def test_settings_of_podcasts_and_the_course_are_read(ident: str, is_read: bool) -> None:
    assert bool(read_settings({ident: {"updated": NOW, "speed": "1.5"}}, NOW)) is is_read
