"""A session comes back after a restart, whatever the saved values are."""

import itertools
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.fakes import START
from tests.present import present
from tests.rooms import EPISODES, TOPICS
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.library.speed import make_speed_rule
from tui_pod.core.library.topics import topic_key
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.records import SettingRecord
from tui_pod.core.selection.list_query import ListQuery, Orders, SmartList, Sort
from tui_pod.core.selection.session_planner import (
    ORDERS,
    Session,
    SessionRequest,
    make_request,
    parse_budget,
    plan_session,
    why_these,
)
from tui_pod.core.selection.session_records import SavedSession, from_settings, to_records

NOW = datetime(2026, 11, 24, 18, 0)  # noqa: DTZ001 - made local in the tests
PLAYED = Progress(START, played=True)


def started(position: float, minutes: float = 0.0) -> Progress:
    when = START + timedelta(minutes=minutes)
    return Progress(when, position, listened=when)


def normally(_index: int) -> float:
    return 1.0


def planned(
    library: Library, request: SessionRequest, speed: float = 1.0, without: str = "", **progress: Progress
) -> list[str]:
    plan = plan_session(library, ProgressIndex(library, progress), request, lambda _: speed, without.split())
    return [library.ids[index] for index in plan.indexes]


def of_lengths(*seconds: float) -> Library:
    """Return a library of episodes of these lengths, whose course begins with the first."""
    episodes = [Episode(f"e{number}", "T", duration=length) for number, length in enumerate(seconds)]
    return build_library([], episodes[::-1])


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("15", 15), ("15m", 15), (" 15 M ", 15), ("15min", 15), ("1h", 60), ("1h30m", 90), ("1h 30", 90), ("1440", 1440),
     ("24h", 1440), ("18:42", 42), ("17:00", 23 * 60), ("18:00", 24 * 60), ("0:30", 390)],
)  # fmt: skip
def test_parse_budget_reads_minutes_hours_and_ends(text: str, minutes: float) -> None:
    assert parse_budget(text, NOW.astimezone()) == minutes * 60


@pytest.mark.parametrize("text", [*"|h|m|soon|-15|15s|0|0m|25:00|18:60|24h1m|1441|99999|1:2|1h30m15|²".split("|"), " "])
def test_parse_budget_that_is_none_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"no time|takes between"):
        parse_budget(text, NOW.astimezone())


@pytest.mark.parametrize(
    ("request_", "progress", "expected"),
    [
        (SessionRequest(310, topic=1), {"five": PLAYED}, ["three"]),
        (SessionRequest(310, topic=1), {}, ["five", "three"]),
        (SessionRequest(312, topic=1, order=Sort.COURSE), {}, ["five", "three"]),
        (SessionRequest(312, topic=1, order=Sort.NEWEST), {}, ["one", "two"]),
        (SessionRequest(312, topic=1, order=Sort.SHORTEST), {}, ["five", "one", "two"]),
        (SessionRequest(3600, topic=2), {}, ["two", "one"]),
        (SessionRequest(80, topic=1), {"one": started(50.0, 1), "two": started(180.0, 2)}, ["two", "one", "five"]),
        (SessionRequest(80, topic=1, has_started=False), {"one": started(50.0), "two": PLAYED}, ["five"]),
    ],
)
def test_plan_takes_its_topic_in_the_order_that_was_wished_and_what_is_begun_first(
    library: Library, request_: SessionRequest, progress: dict[str, Progress], expected: list[str]
) -> None:
    assert planned(library, request_, 1.0, "", **progress) == expected


@pytest.mark.parametrize(
    ("budget", "speed", "progress", "expected", "total"),
    [(100, 1.0, {"three": started(200.0)}, ["three"], 100), (155, 2.0, {}, ["five", "three"], 155)],
)
def test_plan_costs_what_is_left_at_the_speed(
    library: Library, budget: float, speed: float, progress: dict[str, Progress], expected: list[str], total: float
) -> None:
    index = ProgressIndex(library, progress)
    plan = plan_session(library, index, SessionRequest(budget, topic=1), lambda _: speed)
    assert ([library.ids[each] for each in plan.indexes], plan.total) == (expected, total)
    assert planned(library, SessionRequest(3600, topic=1), without="two", one=PLAYED) == ["five", "three"]


@pytest.mark.parametrize(
    ("lengths", "budget", "expected"),
    [
        ([], 900, []),
        ([1000.0], 900, []),
        ([100, 5000, 300, 500], 900, ["e0", "e2", "e3"]),
        ([300, 880, 890], 900, ["e1"]),  # 300 and then nothing that fits would leave two thirds of the time empty
        ([124, 60], 120, ["e0"]),
        ([*[9e12] * 50, 60.0], 900, ["e50"]),
    ],
)
def test_plan_that_the_order_does_not_fill_is_filled_otherwise(
    lengths: list[float], budget: float, expected: list[str]
) -> None:
    assert planned(of_lengths(*lengths), SessionRequest(budget)) == expected


def test_plan_that_must_choose_takes_what_comes_first_in_order() -> None:
    library = of_lengths(89, 96, 101, 124, 30)
    assert planned(library, SessionRequest(120)) == ["e0", "e4"]
    assert planned(library, SessionRequest(120), without="e4") == ["e1"]
    library = of_lengths(*[110] * 8)
    assert planned(library, SessionRequest(260), e5=started(10.0, 1), e3=started(50.0, 2)) == ["e3", "e5", "e0"]


def test_plan_of_everything_takes_shows_by_turns_and_the_course_as_one_of_them() -> None:
    course = [Episode(f"e{number}", "T", duration=400.0, tags=("Course",)) for number in (1, 0)]
    podcast = [Episode("p", "T", duration=400.0, tags=(topic_key("", "Cast", "https://example.org/f"),))]
    library = build_library([], [*course, *podcast])
    assert planned(library, SessionRequest(900)) == ["p", "e0"]
    shows = [
        Episode(f"{name}{number}", "T", duration=100.0, published=date(2026, 2, number),
                tags=(topic_key("", name, f"https://example.org/{name}"),))
        for name in "xy" for number in (3, 2, 1)
    ]  # fmt: skip
    library = build_library([], [*course, *shows])
    assert planned(library, SessionRequest(900)) == ["y3", "x3", "e0", "y2", "x2"]
    library = build_library([], [*course, *podcast])
    assert planned(library, SessionRequest(900, order=Sort.NEWEST)) == ["e1", "e0"]


@pytest.mark.parametrize(
    ("topic", "chosen", "order", "why"),
    [
        ("All Topics", None, Sort.COURSE, "Queued ones, then begun ones, then new ones, then each show in turn."),
        ("Course", None, Sort.COURSE, "Queued ones, then begun ones, then new ones, then course order."),
        ("News", None, Sort.NEWEST, "Queued ones, then begun ones, then new ones, then newest first."),
        ("Serial", None, Sort.COURSE, "Queued ones, then begun ones, then new ones, then by number."),
        ("News", Sort.SHUFFLE, Sort.SHUFFLE, "Queued ones, then begun ones, then shuffled."),
        ("News", Sort.TITLE, Sort.COURSE, "Queued ones, then begun ones, then new ones, then by number."),
    ],
)
def test_session_follows_the_list_and_says_so(topic: str, chosen: Sort | None, order: Sort, why: str) -> None:
    feeds = {name: f"https://example.org/{name}" for name in ("News", "Serial")}
    shows = [Episode(name, "T", duration=60.0, tags=(topic_key("", name, feeds[name]),)) for name in feeds]
    library = build_library(
        [Topic("Course", episodes=("c",))],
        [Episode("c", "T", duration=60.0), *shows],
        podcasts={feeds["Serial"]: {"order": "oldest"}},
    )
    orders = Orders()
    entry = library.topics.names.index(topic)
    if chosen is not None:
        orders.choose(library, ListQuery(entry, sort=chosen, seed=3))
    request = make_request(library, orders, 900.0, entry)
    assert (request.order, why_these(library, request)) == (order, why)
    orders.choose_for_sessions(library, ListQuery(entry, sort=Sort.SHORTEST))
    assert make_request(library, Orders(orders.texts), 900.0, entry).order is Sort.SHORTEST
    assert orders.view(library, entry).sort is (chosen or orders.view(library, entry).sort)


def test_plan_takes_what_is_queued_then_begun_then_new_and_says_where_each_is_from() -> None:
    tags = {name: (topic_key("", name, f"https://example.org/{name}"),) for name in "xy"}
    library = build_library([], [
        *(Episode(f"x{number}", "T", duration=100.0, tags=tags["x"]) for number in (3, 2, 1)),
        *(Episode(f"y{number}", "T", duration=100.0, tags=tags["y"]) for number in (2, 1)),
    ])  # fmt: skip
    index = ProgressIndex(library, {"x1": started(20.0), "y1": started(30.0, 1), "x3": PLAYED})
    index.set_new(["x2"])

    def chosen(topic: int = 0, has_started: bool = True) -> list[tuple[str, str]]:
        plan = plan_session(
            library, index, SessionRequest(900, topic, has_started=has_started), normally, queue=["x3", "y2", "x1"]
        )
        return [(library.ids[each], origin) for each, origin in zip(plan.indexes, plan.origins, strict=True)]

    everything = [("y2", "queued, y"), ("x1", "queued, x"), ("y1", "begun, y"), ("x2", "new, x")]
    assert chosen() == everything
    assert chosen(SmartList.QUEUE) == everything[:2]
    assert chosen(SmartList.CONTINUE) == [everything[1], everything[2]]
    assert chosen(SmartList.NEW) == [("x2", "new")]
    assert chosen(has_started=False) == [everything[0], everything[3]]
    course = build_library([Topic("C", episodes=("e0", "e1"))], [Episode(f"e{n}", "T", duration=60.0) for n in (1, 0)])
    plan = plan_session(course, ProgressIndex(course, {}), SessionRequest(900), normally, queue=["e1"])
    assert [course.ids[index] for index in plan.indexes] == ["e1", "e0"], "it was queued before its turn"


def test_plan_keeps_its_promises_over_random_libraries() -> None:
    """No played one, nothing of a series out of order, and four fifths are filled whenever that can be done."""
    chance = random.Random(3)
    for _ in range(250):
        count, budget = chance.randint(1, 9), float(chance.randint(60, 1500))
        courses = [f"e{number}" for number in chance.sample(range(count), chance.randint(0, count))]
        parts = courses[: len(courses) // 2], courses[len(courses) // 2 :]
        library = build_library(
            [Topic(f"Course {number}", episodes=tuple(part)) for number, part in enumerate(parts)],
            [Episode(f"e{number}", "T", duration=float(chance.randint(30, 700))) for number in range(count)],
        )
        states = PLAYED, started(7.0), started(7.0)._replace(is_brief=True), started(7.0)._replace(is_dismissed=True)
        progress = {ident: chance.choice(states) for ident in library.ids if chance.random() < 0.4}
        index = ProgressIndex(library, progress)
        order = chance.choice(ORDERS)
        plan = plan_session(library, index, SessionRequest(budget, order=order, seed=1), normally)
        said = (parts, progress, budget, [library.ids[each] for each in plan.indexes])
        chains = [[each] for each in range(count) if library.ids[each] not in courses]
        for part in parts:
            for ident in part:
                is_begun = index.status(ident) is Status.STARTED and progress[ident] == started(7.0)
                if ident == part[0] or is_begun:
                    chains.append([])
                chains[-1].append(library.index(ident) or 0)
        chains = [[each for each in chain if index.remaining(each)] for chain in chains]
        if sum(map(bool, chains)) > 1 or order is Sort.COURSE:  # else another order of the series alone is wished
            for chain in chains:
                taken = [each for each in plan.indexes if each in chain]
                assert taken == chain[: len(taken)], said
            sums = {
                sum(sum(map(index.remaining, chain[:most])) for chain, most in zip(chains, counts, strict=True))
                for counts in itertools.product(*(range(len(chain) + 1) for chain in chains))
            }
            assert plan.total >= 0.8 * budget or not any(0.8 * budget <= each <= budget for each in sums), said
        assert plan.total <= budget * 1.05, said
        assert all(index.remaining(each) for each in plan.indexes), said
        assert len({*plan.indexes}) == len(plan.indexes), said


def test_everything_begun_is_planned_and_volumes_in_their_order() -> None:
    """Volume 1 was played for some seconds: it is begun too, and comes before 2 and 10."""
    books = [
        Episode(f"v{number}", f"Volume {number}", duration=600.0, author="A", series=f"Saga {number}")
        for number in (10, 2, 1)
    ]
    others = [Episode(f"o{number}", "Other", duration=900.0) for number in range(3)]
    library = build_library([], [*books, *others])
    brief = started(9.0)._replace(is_brief=True)
    begun = {"v1": brief, "o0": brief, "o1": started(100.0)._replace(is_dismissed=True)}
    for order in ORDERS:
        found = planned(library, SessionRequest(4500.0, order=order), 1.0, "", **begun)
        assert {"v1", "v2", "v10", "o0", "o1"} <= {*found}
        assert [ident for ident in found if ident.startswith("v")] == ["v1", "v2", "v10"]
    assert planned(library, SessionRequest(2100.0), v10=started(200.0))[0] == "v10"  # where the listener went on


def test_another_order_of_a_course_alone_is_the_wish_of_the_listener() -> None:
    course = [Episode(f"e{number}", "T", duration=100.0 * number) for number in (1, 2, 3)]
    library = build_library([Topic("Course", episodes=("e2", "e3", "e1"))], course)
    assert planned(library, SessionRequest(600.0)) == ["e2", "e3", "e1"]
    assert planned(library, SessionRequest(600.0, order=Sort.SHORTEST)) == ["e1", "e2", "e3"]


def test_plan_of_a_day_in_ten_thousand_episodes_takes_no_time_to_speak_of() -> None:
    library = of_lengths(*(float(40 + number % 977) for number in range(10_000)))
    plan = plan_session(library, ProgressIndex(library, {}), SessionRequest(24 * 3600.0), normally)
    assert 0.8 * 24 * 3600 <= plan.total <= 1.05 * 24 * 3600


def test_session_spent_counts_episode_time_and_the_listeners() -> None:
    session = Session(SessionRequest(900), ("a", "b"), START).spent(10.0, 2.0).spent(5.0, 1.0)
    assert (session.heard, session.used) == (15.0, 10.0)


def test_plan_counts_what_each_topic_takes_at_its_own_speed() -> None:
    episodes = [
        Episode(f"e{number}", "T", duration=100.0, tags=(("Slow", "Fast")[number % 2],)) for number in range(20)
    ]
    library = build_library([], episodes)
    speed_rule = make_speed_rule(1.0, library, {"Fast": 2.0, "Slow": 0.5, "Nowhere": 3.0})
    plan = plan_session(library, ProgressIndex(library, {}), SessionRequest(600.0), speed_rule)
    costs = [50.0 if library.episode(index).tags == ("Fast",) else 200.0 for index in plan.indexes]
    assert plan.total == sum(costs)
    assert 0.8 * 600 <= plan.total <= 1.05 * 600


def test_new_episodes_come_before_those_that_are_not() -> None:
    library = of_lengths(*[60.0] * 5)
    index = ProgressIndex(library, {"e4": started(10.0)})
    index.set_new(["e2"])
    plan = plan_session(library, index, SessionRequest(180.0), normally)
    assert [library.ids[index] for index in plan.indexes] == ["e4", "e2", "e0"]


TABLE = build_library(TOPICS, EPISODES).topics
SESSION = Session(
    SessionRequest(900.0, 1, Sort.SHUFFLE, has_started=False, seed=7), ("one", "two"), START,
    frozenset(("one",)), frozenset(("s",)), frozenset(("d",)), frozenset(("q",)), heard=12.25, used=10.5,
)  # fmt: skip
ENDS = START + timedelta(minutes=5)


def settings(records: list[SettingRecord]) -> Callable[[str, str, Any], Any]:
    """Return what looks up saved values, as `State.setting` does."""
    found = {(record.table, record.key): record.value for record in records}

    def setting(table: str, key: str, default: Any) -> Any:
        value = found.get((table, key), default)
        return value if type(value) is type(default) else default

    return setting


def test_session_comes_back_as_it_was() -> None:
    saved = from_settings(settings(to_records(SESSION, TABLE, ENDS)), TABLE, START)
    assert saved == SavedSession(SESSION, ENDS)


def test_end_of_a_session_is_none() -> None:
    assert from_settings(settings(to_records(None, TABLE, ENDS)), TABLE, START) is None


@pytest.mark.parametrize(
    ("key", "value", "default"),
    [("order", "loud", Sort.COURSE), ("topic", "gone", 0), ("budget", "x", 0.0), ("seed", "x", 0)],
)
def test_invalid_value_has_its_default(key: str, value: object, default: object) -> None:
    records = [record for record in to_records(SESSION, TABLE, ENDS) if record.key != key]
    saved = present(from_settings(settings([*records, SettingRecord("session", key, value)]), TABLE, START))
    assert getattr(saved.session.request, key) == default


def test_times_that_are_missing_are_now() -> None:
    records = [record for record in to_records(SESSION, TABLE, ENDS) if record.key not in ("started", "ends")]
    saved = present(from_settings(settings(records), TABLE, ENDS))
    assert (saved.session.started, saved.ends) == (ENDS, ENDS)
