"""A list that was renamed on one machine is the same list on the others: what they put on it goes along."""

from datetime import timedelta
from itertools import permutations

import pytest

from tests.fakes import START
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.cards import Notebook


def changed(former: OwnList, minutes: int, *episodes: str, name: str = "Road") -> OwnList:
    now = START + timedelta(minutes=minutes)
    return former.followed_by(OwnList(name, now, episodes=episodes), now)


def renamed(former: OwnList, minutes: int, name: str) -> tuple[OwnList, OwnList]:
    """Return the list of the former name, and that of the new one, as the editor makes them."""
    now = START + timedelta(minutes=minutes)
    new = OwnList(name, now).followed_by(former._replace(name=name), now)
    return former.removed(now)._replace(renamed_to=name), new


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
