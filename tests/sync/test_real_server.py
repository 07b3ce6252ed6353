"""Two machines and a real gpodder server, which is in an environment of its own: `scripts/setup.sh tools` makes it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.sync.real_server import needs_server, serving_gpodder
from tests.sync.servers import FEED, OTHER, Device, MemoryServer, ident
from tui_pod.cli.main import main
from tui_pod.core.progress.progress import Progress

pytestmark = needs_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the user ann."""
    with serving_gpodder(tmp_path_factory.mktemp("server") / "gpodder.db") as address:
        yield address


class Machine:
    """Files of its own, and the command line."""

    def __init__(self, home: Path, server: str, monkeypatch: pytest.MonkeyPatch, feeds: tuple[str, ...]) -> None:
        self.device = Device(home, MemoryServer(), feeds)
        self._monkeypatch = monkeypatch
        (home / "catalog.toml").write_text('version = 1\n[[episodes]]\nid = "one"\ntitle = "One"\n')
        settings = f'[sync]\nserver = "{server}"\nuser = "ann"\npassword_command = "echo s3cret"\n'
        (home / "config.toml").write_text(settings)

    def sync(self, capsys: pytest.CaptureFixture[str], status: int = 0) -> Any:
        """Return what `tui-pod sync --json` prints."""
        home = self.device.home
        self.device.store.db.close()
        self._monkeypatch.setattr("platformdirs.PlatformDirs.user_data_path", home / "data")
        options = [("state", "state.toml"), ("config", "config.toml"), ("catalog", "catalog.toml")]
        words = [word for name, file in options for word in (f"--{name}", str(home / file))]
        capsys.readouterr()
        assert main([*words, "sync", "--json", "--yes"]) == status
        return json.loads(capsys.readouterr().out)


def test_two_machines_have_one_place_and_one_list(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one = Machine(tmp_path / "one", server, monkeypatch, (FEED,))
    two = Machine(tmp_path / "two", server, monkeypatch, (OTHER,))
    ago = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    one.device.put(ident(1), Progress(ago, 42.5, 1000.0))
    one.device.put(ident(2), Progress(ago, played=True, plays=1))
    one.device.put("one", Progress(ago, 10.0, 60.0))
    assert one.sync(capsys)["sent"] == 2
    again = one.sync(capsys)
    assert (again["received"], again["sent"], again["subscribed"], again["error"]) == ([], 0, [], None)

    assert two.sync(capsys)["subscribed"] == [FEED]
    two.device.fetch(FEED)
    received = {entry["id"]: (entry["position"], entry["status"]) for entry in two.sync(capsys)["received"]}
    assert received == {ident(1): (42.0, "started"), ident(2): (0.0, "played")}
    found = two.device.progress()[ident(1)]
    played_on = found._replace(position=500.0, updated=found.updated + timedelta(milliseconds=1), origin="")
    two.device.put(ident(1), played_on)
    assert two.sync(capsys)["sent"] == 1

    second = one.sync(capsys)
    assert second["subscribed"] == [OTHER]
    assert [(entry["id"], entry["position"]) for entry in second["received"]] == [(ident(1), 500.0)]
    one.device.store.remove(FEED)
    one.sync(capsys)
    assert two.sync(capsys)["unsubscribed"] == ["Cast"]
    assert one.device.addresses() == two.device.addresses() == {OTHER}


def test_wrong_password_is_one_line(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = Machine(tmp_path / "one", server, monkeypatch, (FEED,))
    config = tmp_path / "one" / "config.toml"
    config.write_text(config.read_text().replace("echo s3cret", "echo wr0ng"))
    report = machine.sync(capsys, status=1)
    assert report["error"] == "The server rejects user or password (401). “Set up sync” in the palette changes them."
