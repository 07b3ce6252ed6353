import hashlib

import pytest

from tui_pod.shelf.match import Identified, KnownEpisode, episode_id, find_replaced, identify, media_core
from tui_pod.shelf.published import PublishedItem

FIRST = "https://cast.example.org/feed.xml"
JAN_5 = 1_704_448_800.0


def make(number: int, **changes: object) -> PublishedItem:
    item = PublishedItem(
        guid=f"g{number}", title=f"Title {number}", audio=f"https://cdn.org/{number}.mp3", published=JAN_5
    )
    return item._replace(**changes)  # type: ignore[arg-type]


def keep(found: list[Identified]) -> list[KnownEpisode]:
    return [
        KnownEpisode(one.id, one.guid, one.item.title, one.item.audio, one.item.published, one.item.duration)
        for one in found
    ]


def test_id_is_the_contract() -> None:
    wanted = hashlib.sha256(f"{FIRST}\0g1".encode()).hexdigest()[:16]
    assert episode_id(FIRST, "g1") == wanted
    known = identify(FIRST, [make(1), make(1)], [])
    assert [one.id for one in known] == [wanted]
    changed = make(1, title="New", audio="https://new.org/x.mp3", published=None)
    assert [one.id for one in identify(FIRST, [make(2), changed], keep(known))][1] == wanted


def test_recording_is_replaced_if_its_address_changed_but_those_of_most_did_not() -> None:
    known = keep(identify(FIRST, [make(1), make(2), make(3, audio=None)], []))
    tracked, corrected = make(1, audio="https://t.org/r/cdn.org/1.mp3?token=9"), make(2, audio="https://cdn.org/2b.mp3")
    added = make(3)
    assert find_replaced(identify(FIRST, [tracked, corrected, added], known), known) == [known[1].id]
    moved = [make(number, audio=f"https://host.org/{number}.mp3") for number in (1, 2)]
    assert find_replaced(identify(FIRST, moved, known), known) == []


def test_changed_guid_is_found_by_media_and_title() -> None:
    known = keep(identify(FIRST, [make(1), make(2)], []))
    (again,) = identify(
        FIRST, [make(1, guid="new", audio="https://t.org/r/cdn.org/1.mp3?token=9", published=None)], known
    )
    assert (again.id, again.guid) == (known[0].id, "new")
    assert identify(FIRST, [make(1, guid="new")], keep([again]))[0].id == known[0].id


def test_changed_guid_and_media_are_found_by_title_and_day() -> None:
    known = keep(identify(FIRST, [make(1), make(2)], []))
    moved = make(2, guid="x", audio="https://other.org/2.m4a", published=JAN_5 + 3600, title="TITLE 2")
    assert identify(FIRST, [moved], known)[0].id == known[1].id


@pytest.mark.parametrize(
    "changes",
    [{"published": JAN_5 + 2 * 86_400}, {"title": "Other"}, {"duration": 999.0}],
)
def test_another_episode_is_not_taken_for_it(changes: dict[str, object]) -> None:
    known = keep(identify(FIRST, [make(1, duration=100.0)], []))
    other = make(1, guid="x", audio="https://other.org/9.mp3", **changes)
    assert identify(FIRST, [other], known)[0].id != known[0].id


def test_same_file_under_a_new_guid_and_title_is_the_same_episode() -> None:
    known = keep(identify(FIRST, [make(1, duration=100.0), make(2)], []))
    renamed = make(1, guid="x", title="Another", published=JAN_5 + 9 * 86_400, duration=101.0)
    assert [one.id for one in identify(FIRST, [renamed, make(2)], known)] == [entry.id for entry in known]


@pytest.mark.parametrize("place", ["show/{}.mp3?", "play?id={}&"])
def test_feed_without_guids_that_changes_titles_tokens_and_hosts_keeps_its_episodes(place: str) -> None:
    def fetched(token: str, every: float, host: str = "cdn.org") -> list[PublishedItem]:
        return [make(n, guid="", title=f"{token} {n}", audio=f"https://{host}/{place.format(n)}t={token}",
                     published=JAN_5 + n * every) for n in range(22)]  # fmt: skip

    known = keep(identify(FIRST, fetched("a", 86_400.0), []))
    for items in (fetched("b", 86_400.0), fetched("c", 86_400.0, "other.net")[5:]):
        assert {one.id for one in identify(FIRST, items, known)} <= {entry.id for entry in known}
    if "id=" in place:  # one path and one time for all
        known = keep(identify(FIRST, fetched("a", 0.0)[:1], []))
        assert known[0].id not in {one.id for one in identify(FIRST, fetched("b", 0.0), known)}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ([make(1)], [make(8, audio="https://cdn.org/1.mp3"), make(9, audio="https://cdn.org/1.mp3")]),
        ([make(1), make(2, audio="https://cdn.org/1.mp3")], [make(9, audio="https://cdn.org/1.mp3")]),
        ([make(1, duration=100.0)], [make(9, audio="https://cdn.org/1.mp3", duration=300.0)]),
        ([make(1, audio=None)], [make(9, audio=None)]),
    ],
)
def test_one_file_for_several_episodes_tells_nothing(before: list[PublishedItem], now: list[PublishedItem]) -> None:
    known = keep(identify(FIRST, before, []))
    assert not {entry.id for entry in known} & {one.id for one in identify(FIRST, now, known)}


def test_episode_still_in_the_feed_is_not_given_away() -> None:
    known = keep(identify(FIRST, [make(1)], []))
    found = identify(FIRST, [make(1, guid="rerun"), make(1)], known)
    assert found[1].id == known[0].id != found[0].id


def test_missing_guid_is_media_and_title_else_title_and_day() -> None:
    items = [make(1, guid=""), make(2, guid="", audio=None), make(3, guid="", audio=None, published=None)]
    first = identify(FIRST, items, [])
    assert len({one.id for one in first}) == 3
    assert [one.id for one in identify(FIRST, items[::-1], keep(first))] == [one.id for one in first][::-1]


def test_duplicate_guids_are_two_episodes_that_stay_themselves() -> None:
    old = [make(1, guid="same")]
    known = keep(identify(FIRST, old, []))
    both = identify(FIRST, [make(2, guid="same"), *old], known)
    assert both[1].id == known[0].id != both[0].id
    again = identify(FIRST, [make(3, guid="same"), make(2, guid="same"), *old], keep(both))
    assert [one.id for one in again[1:]] == [one.id for one in both]


def test_reused_guid_does_not_make_two_of_one_id() -> None:
    known = keep(identify(FIRST, [make(1)], []))
    known = keep(identify(FIRST, [make(1, guid="renamed")], known))
    found = identify(FIRST, [make(1, guid="renamed"), make(9, guid="g1", published=None)], known)
    assert len({one.id for one in found}) == 2


@pytest.mark.parametrize(
    ("address", "core"),
    [
        ("https://cdn.org/a/1.mp3?x=1", "cdn.org/a/1.mp3"),
        ("https://dts.podtrac.com/redirect.mp3/cdn.org/a/1.mp3", "cdn.org/a/1.mp3"),
        ("https://pdst.fm/e/chrt.fm/track/X1/https://cdn.org/a/1.mp3", "cdn.org/a/1.mp3"),
        ("https://op3.dev/e,pg=1/cdn.org:8080/a/1.mp3", "cdn.org:8080/a/1.mp3"),
        ("http://127.0.0.1:80/a.b/1.mp3", "127.0.0.1:80/a.b/1.mp3"),
        (None, ""),
    ],
)
def test_media_core_is_without_trackers_and_tokens(address: str | None, core: str) -> None:
    assert media_core(address) == core


def test_shared_guid_stays_with_the_item_that_had_it() -> None:
    first = make(1, guid="same")
    known = keep(identify(FIRST, [first], []))
    for other in (
        make(2, guid="same", audio=first.audio),
        make(2, guid="same", title=first.title),
        make(2, guid="same"),
    ):
        for items in ([first, other], [other, first]):
            found = {one.item.title + (one.item.audio or ""): one.id for one in identify(FIRST, items, known)}
            assert found[first.title + (first.audio or "")] == known[0].id


def test_only_item_is_not_taken_for_the_former_one_because_neither_has_a_guid() -> None:
    former, later = make(1, guid=""), make(2, guid="", published=JAN_5 + 86_400)
    known = keep(identify(FIRST, [former], []))
    assert identify(FIRST, [later], known)[0].id != known[0].id
