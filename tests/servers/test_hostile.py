"""What a server answers by mistake or on purpose is an error or ignored, and nothing is lost. On the double alone."""

import contextlib
import itertools
import json
import random
import resource
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.hostile import HOSTILE_TITLES
from tests.patience import cpu_limit
from tests.present import present
from tests.servers.double import Double, Request, User, now, serving
from tests.servers.machine import Machine
from tests.servers.test_servers import ago
from tests.servers.tried import DoubleServer
from tests.test_any_bytes import changed
from tui_pod.core.progress.progress import Progress
from tui_pod.core.text.clean import is_safe
from tui_pod.sources.servers.source import MAX_SECONDS, to_found
from tui_pod.sync.folder import SyncError

WRONG: tuple[Any, ...] = (None, True, -1, 1e400, "", "\x1b[31m", [], {}, [None], [[]], {"id": []}, "x" * 100_000)
"""Values of every type, none of which is right anywhere."""


@pytest.fixture
def double() -> Double:
    return Double()


class Victim(Machine):
    """A machine, and what it is to lose nothing of."""

    def __init__(self, home: Path, server: DoubleServer) -> None:
        super().__init__(home, server.base, "ann", "secret")
        self.server = server


@pytest.fixture
def machine(double: Double, tmp_path: Path) -> Iterator[Victim]:
    """A machine that has read everything, with progress that is not sent yet."""
    with serving(double) as base:
        server = DoubleServer(base, double)
        double.users["ann"] = User("ann", "secret")
        made = Victim(tmp_path / "one", server)
        made.refresh()
        made.put("Alone", Progress(ago(hours=1), 8.0, 20.0))
        yield made
        made.store.db.close()


def check_nothing_lost(machine: Victim) -> None:
    here = present(machine.progress("Alone"))
    assert here.position == 8.0
    assert {"Alone", "Many Files", "First", "Second", "One", "Two"} <= machine.episodes().keys()


def giving(data: object) -> Any:
    return lambda request: request.say(200, json.dumps(data), {"Content-Type": "application/json"})


@pytest.mark.parametrize("path", ["/api/libraries", "/api/items/batch/get"])
def test_wrong_lists_lose_nothing(machine: Victim, double: Double, path: str) -> None:
    for wrong in (*WRONG, {"libraries": None}, {"results": None}, {"libraryItems": 5}):
        double.items[machine.server.ids["Alone"]]["updatedAt"] += 1
        double.answers[path] = giving(wrong)
        machine.refresh()
        check_nothing_lost(machine)
    double.answers.clear()
    assert machine.refresh().error is None
    check_nothing_lost(machine)


def places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value within JSON."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in pairs:
        yield (*path, key)
        yield from places(inside, (*path, key))


def put(value: Any, path: tuple[Any, ...], wrong: object) -> None:
    *above, last = path
    for key in above:
        value = value[key]
    value[last] = wrong


@pytest.mark.parametrize("title", ["Many Files", "Talk"])
def test_any_field_may_be_wrong(double: Double, title: str) -> None:
    server = DoubleServer("https://books.example.org", double)
    good = json.dumps(double.items[server.ids[title]])
    for path, wrong in itertools.product([*places(json.loads(good))], WRONG):
        entry = json.loads(good)
        put(entry, path, wrong)
        found = to_found(entry, server.base)
        if found is None:
            continue
        assert all(is_safe(shelf.name) for shelf in found.shelves)
        for item in found.items:
            assert is_safe(item.title)
            assert is_safe(item.summary)
            assert item.duration is None or 0 < item.duration <= MAX_SECONDS
            addresses = [item.audio, *(part.audio for part in present(item.recording).parts)]
            assert all(address and address.startswith(f"{server.base}/api/items/") for address in addresses)


@pytest.mark.parametrize("wrong", [None, -1, 1e400, "\x1b[31m", {}], ids=repr)
def test_any_field_of_an_account_may_be_wrong(machine: Victim, double: Double, wrong: object) -> None:
    user = double.users["ann"]
    ident = machine.server.ids["Many Files"]
    double.change(user, {"libraryItemId": ident, "currentTime": 5, "duration": 60})
    user.bookmarks.append({"libraryItemId": ident, "time": 5, "title": "x", "createdAt": now()})
    good = json.dumps(double.account(user))
    for path in places(json.loads(good)):
        account = json.loads(good)
        put(account, path, wrong)
        double.answers["/api/me"] = giving(account)
        with contextlib.suppress(SyncError):
            machine.sync()
        check_nothing_lost(machine)
    double.answers.clear()
    assert machine.sync().error is None


@pytest.mark.parametrize("title", HOSTILE_TITLES.values(), ids=HOSTILE_TITLES)
def test_texts_are_cleaned(machine: Victim, double: Double, title: str) -> None:
    media = double.items[machine.server.ids["Alone"]]["media"]
    media["metadata"] |= {"title": title, "description": title, "subtitle": title}
    media["metadata"]["authors"] = [{"name": title}]
    media["metadata"]["series"] = [{"name": title, "sequence": title}]
    double.libraries[0]["name"] = title
    double.items[machine.server.ids["Alone"]]["updatedAt"] += 1
    assert machine.refresh().error is None
    library = machine.library()
    assert all(is_safe(episode.title) and is_safe(episode.summary) for episode in library.episodes)
    assert all(is_safe(part) for topic in library.topics for part in topic.name.split("\0"))


def test_a_redirect_to_another_host_gets_no_login(machine: Victim, double: Double) -> None:
    other = Double()
    with serving(other) as elsewhere:
        for path in ("/api/libraries", "/api/me", "/login", "/auth"):
            double.answers[path] = lambda request: request.say(302, "", {"Location": elsewhere + request.path})
        assert "redirects" in str(machine.refresh().error)
        with pytest.raises(SyncError, match="redirects"):
            machine.sync()
        (machine.home / "data" / "server-tokens.json").write_text("{}")
        assert "redirects" in str(machine.refresh().error)
        assert other.asked == []
    check_nothing_lost(machine)


@pytest.mark.parametrize("status", [400, 403, 404, 413, 429, 500, 502, 503])
def test_a_server_in_trouble_is_an_error(machine: Victim, double: Double, status: int) -> None:
    for path in ("/api/libraries", "/api/me"):
        double.answers[path] = lambda request: request.say(status, "<html>no</html>")
    assert str(status) in str(machine.refresh().error)
    with pytest.raises(SyncError, match=str(status)):
        machine.sync()
    check_nothing_lost(machine)


def test_a_page_instead_of_data_is_an_error(machine: Victim, double: Double) -> None:
    double.answers["/api/"] = lambda request: request.say(200, "<html>Log in to this network</html>")
    assert "other than data" in str(machine.refresh().error)
    with pytest.raises(SyncError, match="other than data"):
        machine.sync()
    check_nothing_lost(machine)


def test_progress_that_is_refused_is_sent_again(machine: Victim, double: Double) -> None:
    path = "/api/me/progress/batch/update"
    double.answers[path] = lambda request: request.say(400, "no")
    assert machine.sync().notices == ["The server refused 1 of 1 changes; they are sent again."]
    double.answers[path] = lambda request: request.say(503, "later")
    with pytest.raises(SyncError):
        machine.sync()
    double.answers.clear()
    assert machine.sync().sent == 1


def test_sessions_wait_until_the_server_takes_them_and_need_no_change_of_progress(
    machine: Victim, double: Double
) -> None:
    machine.sync()
    machine.listen("Alone", Progress(datetime.now(UTC), 8.0, 20.0), 3.0)
    path, user = "/api/session/local-all", double.users["ann"]
    double.answers[path] = lambda request: request.say(503, "later")
    with pytest.raises(SyncError):
        machine.sync()
    answers: tuple[Any, ...] = ({"results": []}, {"results": [{"id": 3, "success": True}]}, [], "\x1b[31m")
    for answer in answers:
        double.answers[path] = giving(answer)
        assert (machine.sync().sessions, user.sessions) == (0, {})
    del double.answers[path]
    machine.listen("Alone", Progress(datetime.now(UTC), 9.5, 20.0), 4.5)
    double.asked.clear()
    assert machine.sync().sessions == 1
    assert [each["timeListening"] for each in user.sessions.values()] == [4.5]
    assert not [each for each in double.asked if each.startswith("PATCH")]


def test_a_library_that_cannot_be_read_once_hides_nothing(machine: Victim, double: Double) -> None:
    def shorter(request: Request) -> None:
        """Say that there are two books, and list one."""
        item = next(iter(double.items.values()))
        request.give({"results": [item], "total": 2, "limit": 1000, "page": 0})

    library = double.libraries[0]["id"]
    double.answers[f"/api/libraries/{library}/items"] = shorter
    machine.refresh()
    check_nothing_lost(machine)


@pytest.mark.parametrize("piece", [b"{},", b"[],", b'"a",', b'{"a":', b"[{}],"])
def test_answer_of_millions_of_values_is_refused_before_it_is_read(
    machine: Victim, double: Double, monkeypatch: pytest.MonkeyPatch, piece: bytes
) -> None:
    read: list[int] = []
    former = json.loads

    def loads(content: bytes, **more: Any) -> Any:
        read.append(len(content))
        return former(content, **more)

    monkeypatch.setattr("tui_pod.net.json_client.json.loads", loads)
    content = b'{"libraries":[' + piece * 2_000_001 + b"{}]}"
    double.answers["/api/libraries"] = lambda request: request.say(200, content.decode())
    assert "values" in str(machine.refresh().error)
    assert all(size < len(content) for size in read)
    check_nothing_lost(machine)


def test_list_of_more_entries_than_were_asked_for_is_cut_and_hides_nothing(machine: Victim, double: Double) -> None:
    item = next(iter(double.items.values()))
    others = [{**item, "id": f"other-{number}"} for number in range(5_000)]
    double.answers[f"/api/libraries/{double.libraries[0]['id']}/items"] = giving({"results": others, "total": 1})
    double.asked.clear()
    machine.refresh()
    assert len([asked for asked in double.asked if "batch" in asked]) <= 11
    check_nothing_lost(machine)


@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("count", [4, pytest.param(600, marks=pytest.mark.nightly)])
def test_drawn_answers_are_read_or_refused_within_their_time_and_memory(
    machine: Victim, double: Double, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """Change what the server says, and repeat pieces of it; a real answer hides nothing afterwards."""
    first, former = 0 if count < 10 else random.randrange(1 << 30), Request.say

    def say(request: Request, status: int, body: str | bytes = b"", headers: dict[str, str] | None = None) -> None:
        body = body.encode() if isinstance(body, str) else body
        if chance.random() < 0.4:
            body = changed(body, chance)
        if body and chance.random() < 0.2:
            at = chance.randrange(len(body))
            body = body[:at] + body[at : at + chance.randint(1, 40)] * 10 ** chance.randrange(5) + body[at:]
        status = chance.choice((200, 201, 204, 302, 401, 429, 500)) if chance.random() < 0.1 else status
        former(request, status, body, {**(headers or {}), **({"Location": "/api/me"} if status == 302 else {})})

    for seed in range(first, first + count):
        chance = random.Random(seed)
        for item in double.items.values():
            item["updatedAt"] += 1
        with monkeypatch.context() as patched, cpu_limit(60, f"seed {seed}"):
            patched.setattr(Request, "say", say)
            machine.refresh()
            with contextlib.suppress(SyncError):
                machine.sync()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1_500_000
    double.users["ann"].progress.clear()
    assert machine.refresh().error is None
    assert {"Alone", "Many Files", "First", "Second", "One", "Two"} <= machine.episodes().keys()


def test_server_that_takes_too_long_is_an_error_and_hides_nothing(
    machine: Victim, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.sources.servers.source.ALL_TOGETHER", -1.0)
    assert "takes too long" in str(machine.refresh().error)
    check_nothing_lost(machine)
    monkeypatch.undo()
    assert machine.refresh().error is None
