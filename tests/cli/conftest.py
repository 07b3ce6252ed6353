"""Commands run in the test's process, on a catalogue of one episode."""

import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scripts.json_shapes import SHAPES, fault
from tui_pod.cli import parser, shared
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


@pytest.fixture(autouse=True)
def _documents_are_those_of_the_manual(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare each document that a test has a command print with its shape in the manual."""
    used, real = [Namespace(run="remote.run")], parser.parse

    def parse(words: Sequence[str]) -> Namespace:
        used[:] = [real(words)]
        return used[0]

    def dumps(value: object, **options: Any) -> str:
        text, values = json.dumps(value, **options), vars(used[0])
        name = " ".join(filter(None, (values.get("command"), values.get("action"))))
        name = "lists LIST" if name == "lists" and values["name"] else name
        name = "sync --machines" if values.get("machines") else name
        is_remote = values["run"].startswith("remote.") or values.get("play")  # what plays is a stand-in here
        assert is_remote or fault(json.loads(text), SHAPES[name], name) is None
        return text

    monkeypatch.setattr(parser, "parse", parse)
    monkeypatch.setattr(shared, "json", SimpleNamespace(dumps=dumps))


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    catalog = tmp_path / "catalog.toml"
    catalog.write_text(CATALOG)
    return Shell(catalog, capsys)
