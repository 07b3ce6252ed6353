"""Both protocols: which one a server speaks, and how batches are split."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.present import present
from tui_pod.net.json_client import Reply
from tui_pod.sync.folder import SyncError
from tui_pod.sync.protocols import BATCH, MAX_BATCH, MAX_REFUSED, MIN_BATCH, QUICK, SLOW, Server, detect, paths_of

Answer = Callable[[str, str, Any], Reply]


class Scripted:
    """A server that answers by a function."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str, Any]] = []

    def ask(self, method: str, path: str, data: object = None) -> Reply:
        """See `Transport.ask`."""
        self.asked.append((method, path, data))
        return self.answer(method, path, data)


def server(answer: Answer, name: str = "gpodder") -> tuple[Scripted, Server]:
    paths = present(paths_of(name, "ann b"))
    transport = Scripted(answer)
    return transport, Server(transport, paths)


def good(*_: object) -> Reply:
    return Reply(200, {})


def status(number: int) -> Answer:
    return lambda *_: Reply(number, None)


def test_paths_name_the_user_safely() -> None:
    paths = present(paths_of("gpodder", "a/b c"))
    assert paths.actions == "/api/2/episodes/a%2Fb%20c.json"
    assert paths_of("", "ann") is None


def test_gpodder_is_detected_by_its_devices() -> None:
    transport = Scripted(lambda *_: Reply(200, []))
    assert detect(transport, "ann", 7).name == "gpodder"
    assert [path for _, path, _ in transport.asked] == ["/api/2/devices/ann.json"]


def test_nextcloud_is_detected_by_its_changes() -> None:
    def answer(_method: str, path: str, _data: Any) -> Reply:
        return Reply(200, {"add": []}) if "gpoddersync" in path else Reply(404, None)

    transport = Scripted(answer)
    assert detect(transport, "ann", 7).name == "nextcloud"
    assert transport.asked[1][1].endswith("subscriptions?since=7")


@pytest.mark.parametrize("number", [401, 403])
@pytest.mark.parametrize("where", ["/api/", "gpoddersync"])
def test_rejected_login_is_reported_by_either(where: str, number: int) -> None:
    transport = Scripted(lambda _method, path, _data: Reply(number if where in path else 404, None))
    with pytest.raises(SyncError, match="rejects user or password"):
        detect(transport, "ann", 7)


@pytest.mark.parametrize("data", [{}, [], None, {"remove": []}])
def test_server_that_speaks_neither_is_reported(data: object) -> None:
    transport = Scripted(lambda _method, path, _data: Reply(200, data if "gpoddersync" in path else {}))
    with pytest.raises(SyncError, match="neither the gpodder API"):
        detect(transport, "ann", 7)


def test_device_is_registered_only_where_there_are_devices() -> None:
    for name, count in (("gpodder", 1), ("nextcloud", 0)):
        transport, found = server(good, name)
        found.register("tui-pod-desk", "desk")
        assert len(transport.asked) == count


@pytest.mark.parametrize("data", [None, [], "x"])
def test_answer_of_another_shape_is_an_error(data: object) -> None:
    _, found = server(lambda *_: Reply(200, data))
    with pytest.raises(SyncError, match="answer about the podcasts"):
        found.subscriptions(0)


def test_changes_are_read_and_other_values_are_passed_over() -> None:
    transport, found = server(lambda *_: Reply(200, {"add": ["a"], "remove": 7, "timestamp": 9}))
    assert found.subscriptions(5) == (["a"], [], 9)
    assert transport.asked[0][1].endswith("?since=5")
    for timestamp, read in ((-1, 0), (True, 0), ("9", 0), (0, 0), (1, 1)):
        _, found = server(lambda *_, told=timestamp: Reply(200, {"actions": [1], "timestamp": told}))
        assert found.actions(0) == ([1], read)


def test_failure_names_what_failed() -> None:
    _, found = server(status(503))
    with pytest.raises(SyncError, match=r"failed at the episodes \(status 503\)"):
        found.actions(0)


def test_addresses_come_back_as_the_server_saved_them() -> None:
    transport, found = server(lambda *_: Reply(200, {"update_urls": [["a", "A"], ["x"], 7]}))
    assert list(found.change_subscriptions(["a", "b"], ["c"])) == [("a", "A"), ("b", "b"), ("c", "c")]
    assert transport.asked[0][2] == {"add": ["a", "b"], "remove": ["c"]}


def test_actions_are_sent_in_batches() -> None:
    transport, found = server(good)
    elements = [{"n": number} for number in range(BATCH + 1)]
    assert list(found.send_actions(elements)) == elements
    assert [len(data) for _, _, data in transport.asked] == [BATCH, 1]


@pytest.mark.parametrize(
    ("takes", "count", "sizes"),
    [
        ([QUICK / 2] * 2 + [SLOW + 1] * 2 + [QUICK + 1] * 9, 1_500, [100, 200, 400, 200, *[100] * 6]),
        ([QUICK] * 3, 300, [100] * 3),
        ([SLOW] * 3, 300, [100] * 3),
        ([SLOW + 1] * 16, 300, [100, 50, 25, 12, *[MIN_BATCH] * 11, 3]),
        ([0.0] * 8, 7_000, [100, 200, 400, 800, *[MAX_BATCH] * 3, 700]),
    ],
)
def test_batches_grow_while_the_server_is_quick_and_shrink_when_it_is_slow_within_limits(
    takes: list[float], count: int, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]

    def answer(*_: object) -> Reply:
        now[0] += takes.pop(0)
        return Reply(200, {})

    monkeypatch.setattr("tui_pod.sync.protocols.time.monotonic", lambda: now[0])
    transport, found = server(answer)
    list(found.send_actions([{"n": number} for number in range(count)]))
    assert [len(data) for _, _, data in transport.asked] == sizes


def test_batches_are_small_after_one_that_is_too_large() -> None:
    transport, found = server(lambda _m, _p, data: Reply(413 if len(data) > 30 else 200, {}))
    elements = [{"n": number} for number in range(200)]
    assert sorted(element["n"] for element in found.send_actions(elements)) == list(range(200))
    assert max(len(data) for _, _, data in transport.asked[5:]) <= 50


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (500, 404, "failed (status 500)"), (404, 503, "failed (status 503)"), (429, 429, "failed (status 429)"),
        (404, 404, "gPodder Sync (status 404)"), (400, 400, "gPodder Sync (status 400)"),
        (200, 200, "a page instead of data (status 200)"), (200, 404, "a page instead of data (status 200)"),
        (404, 200, "gPodder Sync (status 404 and 200)"),
    ],
)  # fmt: skip
def test_first_contact_names_the_status(first: int, second: int, said: str) -> None:
    transport = Scripted(lambda _m, path, _d: Reply(second if "gpoddersync" in path else first, None))
    with pytest.raises(SyncError, match=re.escape(said)):
        detect(transport, "ann", 7)


@pytest.mark.parametrize("number", [400, 413, 422, 500])
def test_element_at_fault_is_found_and_the_others_are_sent(number: int) -> None:
    _, found = server(lambda _m, _p, data: Reply(number if {"n": 3} in data else 200, {}))
    elements = [{"n": each} for each in range(8)]
    assert list(found.send_actions(elements)) == [each for each in elements if each != {"n": 3}]


def test_many_refused_in_a_row_mean_a_broken_server() -> None:
    transport, found = server(status(400))
    with pytest.raises(SyncError, match=r"accepts nothing at the moment \(status 400\)"):
        list(found.send_actions([{"n": each} for each in range(MAX_REFUSED + 3)]))
    assert sum(len(data) == 1 for _, _, data in transport.asked) == MAX_REFUSED


def test_only_element_refused_is_left_out_unless_the_server_is_broken() -> None:
    assert list(server(status(400))[1].send_actions([{"n": 1}])) == []
    with pytest.raises(SyncError, match="status 500"):
        list(server(status(500))[1].send_actions([{"n": 1}]))


@pytest.mark.parametrize(("number", "match"), [(401, "rejects user"), (404, "status 404"), (503, "status 503")])
def test_other_failures_end_the_sending(number: int, match: str) -> None:
    transport, found = server(status(number))
    with pytest.raises(SyncError, match=match):
        list(found.send_actions([{"n": 1}, {"n": 2}]))
    assert len(transport.asked) == 1


@pytest.mark.parametrize(("number", "following"), [(400, 100), (422, 100), (413, 50), (500, 50)])
def test_batch_that_is_too_large_makes_the_following_ones_smaller(
    number: int, following: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses, now = [number], iter(range(0, 1_000, 2))  # neither quick nor slow
    monkeypatch.setattr("tui_pod.sync.protocols.time.monotonic", lambda: next(now))
    transport, found = server(lambda *_: Reply(statuses.pop() if statuses else 200, {}))
    assert len(list(found.send_actions([{"n": each} for each in range(300)]))) == 300
    assert [len(data) for _, _, data in transport.asked][:4] == [100, 50, 50, following]


def refusing(statuses: dict[int, int]) -> Answer:
    """Refuse each batch with one of these elements, by their numbers, with the status of the first of them."""

    def answer(_method: str, _path: str, data: Any) -> Reply:
        found = [statuses[each["n"]] for each in data if each["n"] in statuses]
        return Reply(found[0] if found else 200, {})

    return answer


@pytest.mark.parametrize(
    "statuses",
    [
        {1: 500},
        {0: 500},
        {0: 400, 1: 422},
        dict.fromkeys([*range(4), *range(5, 9)], 400),
    ],
)
def test_elements_are_left_out_while_the_server_takes_others_or_is_not_broken(statuses: dict[int, int]) -> None:
    elements = [{"n": each} for each in range(max(2, *(each + 1 for each in statuses)))]
    accepted = [each for each in elements if each["n"] not in statuses]
    assert list(server(refusing(statuses))[1].send_actions(elements)) == accepted


@pytest.mark.parametrize("statuses", [{0: 500, 1: 400}, {0: 400, 1: 500}, {0: 500, 1: 500}])
def test_server_that_fails_at_something_and_takes_nothing_is_broken(statuses: dict[int, int]) -> None:
    with pytest.raises(SyncError, match="accepts nothing"):
        list(server(refusing(statuses))[1].send_actions([{"n": 0}, {"n": 1}]))


@pytest.mark.parametrize("data", [None, [], {"update_urls": None}, {"update_urls": [["a", "A", "b"], "ab"]}])
def test_answer_to_changes_without_other_addresses_leaves_them(data: object) -> None:
    _, found = server(lambda *_: Reply(200, data))
    assert list(found.change_subscriptions(["a"], [])) == [("a", "a")]


@pytest.mark.parametrize(("first", "data"), [(404, []), (200, {}), (200, None)])
def test_server_without_a_list_of_devices_may_be_a_nextcloud(first: int, data: object) -> None:
    def answer(_method: str, path: str, _data: Any) -> Reply:
        return Reply(200, {"add": []}) if "gpoddersync" in path else Reply(first, data)

    assert detect(Scripted(answer), "ann", 7).name == "nextcloud"
