"""Commands run in the test's process, on a catalogue of one episode."""

import json
from pathlib import Path
from typing import Any

import pytest

from tui_pod.cli.main import main

CATALOG = 'version = 1\ntitle = "T"\n[[episodes]]\nid = "one"\ntitle = "One"\n'


class Shell:
    """Runs commands in this process and keeps what they print."""

    def __init__(self, catalog: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._catalog = catalog
        self._capsys = capsys
        self.err = ""

    def __call__(self, *words: str, status: int = 0) -> str:
        assert main([*words, "--catalog", str(self._catalog)]) == status
        out, self.err = self._capsys.readouterr()
        return out

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json"))


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    catalog = tmp_path / "catalog.toml"
    catalog.write_text(CATALOG)
    return Shell(catalog, capsys)
