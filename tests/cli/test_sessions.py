"""The commands `plan` and `stats`."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.test_main import Run, put, started
from tests.cli.test_main import run as run
from tests.cli.test_main import small as small
from tests.cli.test_main import state as state
from tests.fakes import START
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import HeardRecord
from tui_pod.state.store import StateFile


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (("6m",), ["two", "one"]),
        (("6m", "--order", "newest"), ["one", "two"]),
        (("6m", "--topic", "Below"), ["one"]),
        (("6m", "--topic", "other"), ["two"]),
        (("1m",), []),
    ],
)
def test_plan_as_json_has_what_fits(run: Run, small: list[str], words: tuple[str, ...], ids: list[str]) -> None:
    plan = run(*small, "plan", *words, "--json").json
    assert [each["id"] for each in plan["episodes"]] == ids
    assert plan["total"] == pytest.approx({"one": 105.0, "two": 205.5, "onetwo": 310.5, "": 0.0}["".join(sorted(ids))])
    left = datetime.fromisoformat(plan["ends"]) - datetime.now(UTC)
    assert abs(left.total_seconds() - plan["total"]) < 300


def test_plan_for_which_nothing_is_left_says_so(run: Run, small: list[str], state: StateFile) -> None:
    put(state, one=Progress(START, played=True))
    result = run(*small, "plan", "15m", "--topic", "Below")
    assert (result.status, result.out) == (0, "")
    assert result.err.startswith("nothing left in Below fits into 15 m\n")


def test_plan_is_a_line_for_each_episode_by_the_speed_that_was_set(
    run: Run, small: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text("[playback]\nspeed = 2.0\n")
    result = run(*small, "--config", tmp_path / "config.toml", "plan", "3m")
    assert result.out == "two\t1:43\tTwo\t\none\t0:52\tOne — first\t\n"
    assert result.err.startswith("2 episodes, 3 m, until ")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run(*small, "plan", "6m").out.splitlines() == [
        "id   length  title        from",
        "two    3:26  Two",
        "one    1:45  One — first",
    ]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [(("soon",), 2, "“soon” is no time"), (("15m", "--topic", "Nothing"), 1, "no topic “Nothing”")],
)
def test_plan_without_a_time_or_topic_is_refused(
    run: Run, small: list[str], words: tuple[str, ...], status: int, said: str
) -> None:
    result = run(*small, "plan", *words)
    assert (result.status, result.out, said in result.err) == (status, "", True)


@pytest.fixture
def listened(state: StateFile) -> None:
    """Two sessions, one of them at double speed."""
    put(state, one=started(50.0), two=Progress(START, played=True))
    before = HeardRecord("a", "two", START - timedelta(days=400), 0, 240.0, 240.0)
    state.append([before, HeardRecord("b", "one", START - timedelta(days=300), 0, 120.0, 60.0)])


def test_stats_are_sums_and_the_topics_most_listened_to_first(
    run: Run, small: list[str], state: StateFile, listened: None, zone: str
) -> None:
    rows = [line.split("\t") for line in run(*small, "stats").out.splitlines()]
    assert rows == [
        ["today", "0 s"],
        ["since 2025", "6 m"],
        ["saved", "1 m"],
        ["finished", "0"],  # it was only marked
        ["played", "1 of 3"],
        ["Other", "4 m"],
        ["Below", "2 m"],
    ]
    now = datetime.now(UTC)
    ahead = now.astimezone().utcoffset() or timedelta()
    state.append([HeardRecord("c", "one", now, round(ahead.total_seconds() / 60), 180.0, 180.0)])
    assert run(*small, "stats").out.splitlines()[:2] == ["today\t3 m", "since 2025\t9 m"]
    state.append([HeardRecord("d", "removed", START, 0, 120.0, 120.0)])
    assert run(*small, "stats").out.splitlines()[-1] == "No longer in the library\t2 m"


def test_stats_on_a_terminal_end_alike(
    run: Run, small: list[str], listened: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run(*small, "stats").out.splitlines()[:4] == [
        "what         heard",
        "today          0 s",
        "since 2025     6 m",
        "saved          1 m",
    ]


def test_stats_as_json_are_seconds(run: Run, small: list[str], listened: None) -> None:
    stats = run(*small, "stats", "--json").json
    assert (stats["heard"], stats["wall"], stats["saved"]) == (360.0, 300.0, 60.0)
    assert list(stats["days"].values()) == list(stats["weeks"].values()) == [240.0, 120.0]
    assert list(stats["months"].values()) == [240.0, 120.0]
    below = next(topic for topic in stats["topics"] if topic["name"] == "Below")
    assert below == {"name": "Below", "heard": 120.0, "episodes": 1, "played": 0, "started": 1, "left": 55.0}
    assert [(session["heard"], session["episodes"]) for session in stats["sessions"]] == [
        (120.0, ["one"]),
        (240.0, ["two"]),
    ]
