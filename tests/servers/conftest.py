"""A server and machines of a listener."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers.double import Double, serving
from tests.servers.machine import Machine
from tests.servers.tried import Client, DoubleServer, RealServer, TriedServer, named


@pytest.fixture(scope="module")
def server() -> Iterator[TriedServer]:
    """The real server if the environment names one, else the double."""
    if (real := named()) is not None:
        yield RealServer(*real)
        return
    double = Double()
    with serving(double) as base:
        yield DoubleServer(base, double)


@pytest.fixture
def web(server: TriedServer) -> Client:
    """The web client of a new account."""
    return server.new_client()


@pytest.fixture
def machines(server: TriedServer, web: Client, tmp_path: Path) -> Iterator[Callable[[str], Machine]]:
    """Make machines by name, which use the account of `web`."""
    made: list[Machine] = []

    def make(name: str) -> Machine:
        made.append(Machine(tmp_path / name, server.base, web.user, web.password))
        return made[-1]

    yield make
    for machine in made:
        machine.store.db.close()
