"""Lists that are changed on several machines keep what each of them has changed.

A list that was renamed on one machine is the same list on the others: what they put on it goes along.
"""

import random
from datetime import timedelta
from itertools import permutations

import pytest

from tests.fakes import START
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.cards import Notebook, newest_of
from tui_pod.core.wall_time import UNKNOWN

SECOND = timedelta(seconds=1)


def edited(known: OwnList | None, second: int, *episodes: str) -> OwnList:
    """Return a list after a change."""
    known = known or OwnList("Road", UNKNOWN)
    return known.followed_by(OwnList("Road", START, episodes=episodes), START + second * SECOND)


def merged(*lists: OwnList) -> OwnList:
    """Return all of them in one, which does not depend on their order."""
    first, second, *rest = lists
    both = newest_of(first, second)
    assert both == newest_of(second, first)
    return merged(both, *rest) if rest else both


def test_each_entry_is_as_it_was_changed_last() -> None:
    base = OwnList("Road", START, episodes=("a", "b", "c", "d"))  # of an older version
    here = edited(base, 1, "a", "c", "d", "e")
    there = edited(base, 2, "a", "f", "b", "d", "c")
    assert merged(here, there).episodes == ("a", "f", "d", "c", "e")
    assert merged(base, here) == here
    again = edited(here, 3, "b", "a", "c", "d", "e")
    assert merged(again, there).episodes == ("b", "a", "f", "d", "c", "e")


def test_two_new_lists_of_one_name_are_one_and_a_new_one_does_not_bring_back_a_removed_one() -> None:
    first, second = edited(None, 1, "a"), edited(None, 2, "b")
    both = merged(first, second)
    assert set(both.episodes) == {"a", "b"}
    gone = both.removed(START + 3 * SECOND)
    assert merged(gone, both).episodes == ()
    assert merged(edited(gone, 4, "c"), both).episodes == ("c",)
    assert merged(edited(gone, 5, "a"), edited(gone, 4, "c")).episodes == ("a", "c")


def test_older_versions_take_nothing_off_and_their_own_lists_are_replaced_as_a_whole() -> None:
    base = OwnList("Road", START, episodes=("a", "b"))
    old = base._replace(episodes=("b", "z"), updated=START + 2 * SECOND)
    assert merged(base, old) == old
    new = edited(base, 1, "a", "b", "c")
    assert set(merged(new, old).episodes) == {"a", "b", "c", "z"}
    passed_on = new._replace(marks=(), since=None)
    assert merged(new, passed_on) == new


@pytest.mark.parametrize("seed", range(20))
def test_random_histories_of_three_machines_lose_and_resurrect_nothing(seed: int) -> None:
    chance = random.Random(seed)
    machines = [OwnList("Road", UNKNOWN).followed_by(OwnList("Road", START, episodes=("a", "b")), START)] * 3
    ledger = {"a": (0, True), "b": (0, True)}  # when each episode was put on or taken off last
    for second in range(1, 150):
        at = chance.randrange(3)
        own, episodes = machines[at], list(machines[at].episodes)
        match chance.random():
            case low if low < 0.3:
                machines[at] = newest_of(own, chance.choice(machines))
                continue
            case low if low < 0.6 or not episodes:
                ident = f"e{chance.randrange(12)}"
                if ident in episodes:
                    continue
                episodes.insert(chance.randint(0, len(episodes)), ident)
                ledger[ident] = second, True
            case low if low < 0.8:
                ident = episodes.pop(chance.randrange(len(episodes)))
                ledger[ident] = second, False
            case _:
                episodes.insert(chance.randint(0, len(episodes) - 1), episodes.pop(chance.randrange(len(episodes))))
        machines[at] = edited(own, second, *episodes)
        assert list(machines[at].episodes) == episodes
    one, two, three = machines
    assert merged(one, two, three) == merged(three, merged(two, one)) == merged(merged(one, three), two)
    assert set(merged(one, two, three).episodes) == {ident for ident, (_, is_on) in ledger.items() if is_on}


def changed(former: OwnList, minutes: int, *episodes: str, name: str = "Road") -> OwnList:
    now = START + timedelta(minutes=minutes)
    return former.followed_by(OwnList(name, now, episodes=episodes), now)


def renamed(former: OwnList, minutes: int, name: str) -> tuple[OwnList, OwnList]:
    """Return the list of the former name, and that of the new one, as the editor makes them."""
    now = START + timedelta(minutes=minutes)
    new = former._replace(name=name, updated=now)
    gone = former.followed_by(OwnList(former.name, now, is_removed=True, renamed_to=name), now)
    return gone, new.with_entries_of(gone)


def shown(*lists: OwnList) -> dict[str, tuple[str, ...]]:
    """Return what is on each list once these meet, which is the same in every order."""
    found = []
    for order in permutations(lists):
        notebook = Notebook()
        for each in order:
            notebook = notebook.merged(Notebook(lists=(each,)))
        notebook = notebook.merged(Notebook(lists=lists))
        found.append({each.name: each.episodes for each in notebook.lists if not each.is_removed})
    assert all(each == found[0] for each in found)
    return found[0]


ROAD = changed(OwnList("Road", START), 0, "one", "two")


@pytest.mark.parametrize("minutes", [5, 20])
def test_what_was_put_on_it_elsewhere_before_or_after_goes_along(minutes: int) -> None:
    former, new = renamed(ROAD, 10, "Street")
    assert shown(former, new, changed(ROAD, minutes, "one", "two", "lora")) == {"Street": ("one", "two", "lora")}


@pytest.mark.parametrize("minutes", [5, 20])
def test_what_was_taken_off_elsewhere_before_or_after_is_off(minutes: int) -> None:
    former, new = renamed(ROAD, 10, "Street")
    assert shown(former, new, changed(ROAD, minutes, "two")) == {"Street": ("two",)}
    back, _ = renamed(new, 15, "Road")
    again = former.followed_by(new._replace(name="Road"), back.updated).with_entries_of(back)
    assert shown(former, back, again, changed(ROAD, minutes, "two")) == {"Road": ("two",)}


@pytest.mark.parametrize("minutes", [5, 12, 20])
def test_what_changes_elsewhere_goes_along_with_a_list_that_is_renamed_twice(minutes: int) -> None:
    former, middle = renamed(ROAD, 10, "Street")
    middle, new = renamed(middle, 15, "Lane")
    assert shown(former, middle, new, changed(ROAD, minutes, "two", "lora")) == {"Lane": ("two", "lora")}
    there_and_back = middle._replace(renamed_to="Road")
    assert shown(former, there_and_back) == {}


def test_what_an_older_version_took_off_by_renaming_stays() -> None:
    former, new = renamed(ROAD, 10, "Street")
    former = ROAD.removed(former.updated)._replace(renamed_to="Street")
    assert shown(former, new, ROAD) == {"Street": ("one", "two")}


def test_what_was_taken_off_since_stays_off() -> None:
    former, new = renamed(ROAD, 10, "Street")
    there = changed(ROAD, 20, "one", "two", "lora")
    both = Notebook(lists=(former, new)).merged(Notebook(lists=(there,)))
    street = next(each for each in both.lists if each.name == "Street")
    less = changed(street, 30, "one", name="Street")
    assert shown(*both.lists, less, there) == {"Street": ("one",)}


def test_another_list_of_the_former_name_is_another_list() -> None:
    former, new = renamed(ROAD, 10, "Street")
    again = changed(former, 20, "three")
    assert shown(former, new, again) == {"Road": ("three",), "Street": ("one", "two")}


def test_list_that_is_removed_takes_what_comes_with_it() -> None:
    former, new = renamed(ROAD, 10, "Street")
    gone = new.removed(START + timedelta(minutes=30))
    assert shown(former, gone, changed(ROAD, 20, "one", "two", "lora")) == {}
