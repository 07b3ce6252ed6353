"""The command `queue`, with and without a running app, and the lists of the app that `list --topic` prints."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.test_main import Run
from tests.cli.test_main import run as run
from tests.cli.test_main import small as small
from tests.cli.test_main import state as state
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import ProgressRecord, setting_records
from tui_pod.state.store import StateFile


@pytest.fixture(autouse=True)
def _runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def test_queue_is_changed_and_printed_without_an_app(run: Run, small: list[str], state: StateFile) -> None:
    def ids(*words: str) -> list[str]:
        return [each["id"] for each in run(*words, "--json", *small).json]

    assert run("queue", *small).out == ""
    assert run("queue", "add", "one", "two", *small).err == "2 episodes queued.\n"
    assert ids("queue", "next", "three") == ["three", "one", "two"]
    assert run("queue", "take", "one", "three", "one", *small).err == "2 episodes taken out of the queue.\n"
    assert ids("list", "--topic", "Queue") == ids("queue") == ["two"]
    assert run("queue", *small).out == "two\tTwo\t3:26\t0:00\tunplayed\tAbove, Other\n"
    for words, status, said in (
        (("add", "one", "four"), 1, "tui-pod: no episode “four”; nothing was done. See: tui-pod list\n"),
        (("take", "one"), 0, "“One” not in the queue.\n"),
        (("take", "four"), 1, "tui-pod: no episode “four”; nothing was done. See: tui-pod list\n"),
        (("add",), 2, "tui-pod queue: name the episodes by their ids. See: tui-pod list\n"),
    ):
        result = run("queue", *words, *small)
        assert (result.status, result.err) == (status, said)
    assert ids("queue") == ["two"]
    state.save(setting_records("queue", {"entries": ["one", "gone", "two"], "cursor": 1}))
    result = run("queue", *small)
    assert (result.out[:4], result.err) == ("two\t", "tui-pod: 1 of 2 in the queue are not in the library\n")


def test_episode_taken_from_a_session_is_not_planned_again(run: Run, small: list[str], state: StateFile) -> None:
    now = datetime.now(UTC)
    planned = {"episodes": ["one", "two"], "started": now, "ends": now + timedelta(hours=1)}
    state.save([*setting_records("queue", {"entries": ["one", "two", "three"], "cursor": 0}),
                *setting_records("session", planned)])  # fmt: skip
    run("queue", "take", "two", *small)
    saved = state.load()
    assert [saved.strings("session", key) for key in ("episodes", "dropped")] == [["one"], ["two"]]
    state.save(setting_records("session", {"ends": now - timedelta(hours=1)}))
    assert run("queue", *small).out.startswith("three\t")


def test_continue_and_new_are_lists_for_scripts(run: Run, small: list[str], state: StateFile) -> None:
    state.save([ProgressRecord("two", Progress(datetime.now(UTC), position=60.0))])
    assert [each["id"] for each in run("list", "--topic", "Continue", "--json", *small).json] == ["two"]
    assert run("list", "--topic", "new", *small)[:2] == (0, "")


def test_sessions_are_planned_from_the_apps_lists(run: Run, small: list[str], state: StateFile) -> None:
    def planned(topic: str) -> list[str]:
        return [each["id"] for each in run("plan", "10m", "--topic", topic, "--json", *small).json["episodes"]]

    run("queue", "add", "one", *small)
    state.save([ProgressRecord("two", Progress(datetime.now(UTC), position=60.0))])
    assert [planned(topic) for topic in ("Queue", "Continue", "New")] == [["one"], ["two"], []]
    assert "no topic" in run("plan", "10m", "--topic", "Nowhere", *small).err
