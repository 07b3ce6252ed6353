"""What was exchanged with a server is lost without harm, and never taken for that of another one."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tui_pod.sync.folder import SyncError
from tui_pod.sync.memory import Memory, read_json, read_memory, write_json

MEMORY = Memory("https://s", "ann", protocol="gpodder", podcasts={"f": "a"}, sent={"e": "t"}, seen={"m": 5})
FRESH = Memory("https://s", "ann")


def test_memory_comes_back_for_its_server_and_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "sync.json"
    write_json(file, asdict(MEMORY))
    assert read_memory(file, "https://s", "ann") == MEMORY
    assert read_memory(file, "https://s", "ben") == Memory("https://s", "ben")
    assert read_memory(file, "https://t", "ann") == Memory("https://t", "ann")


def test_first_sync_asks_for_everything() -> None:
    assert (FRESH.subscriptions_since, FRESH.actions_since, FRESH.protocol) == (0, 0, "")


@pytest.mark.parametrize(
    "change", [{"sent": {"e": 5}}, {"podcasts": {"f": None}}, {"seen": {"m": "5"}}, {"sent": []}, {"other": 1}]
)
def test_memory_with_a_value_of_another_type_is_empty(tmp_path: Path, change: dict[str, Any]) -> None:
    file = tmp_path / "sync.json"
    write_json(file, asdict(MEMORY) | change)
    assert read_memory(file, "https://s", "ann") == FRESH


@pytest.mark.parametrize("content", ["", "[]", "5", "{", "\x00"])
def test_damaged_file_is_empty(tmp_path: Path, content: str) -> None:
    file = tmp_path / "sync.json"
    assert read_json(file) == {}
    file.write_text(content)
    assert read_json(file) == {}
    assert read_memory(file, "https://s", "ann") == FRESH


def test_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SyncError, match="Cannot write"):
        write_json(tmp_path / "none" / "sync.json", json.loads("{}"))
