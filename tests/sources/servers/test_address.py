"""The address of a server is told from what the listener types, and from the address of a feed."""

from __future__ import annotations

import pytest

from tui_pod.sources.servers.address import to_address, to_base, typed_bases
from tui_pod.sources.table import source_of


@pytest.mark.parametrize(
    ("typed", "bases"),
    [
        (" nas.home:13378 ", ["https://nas.home:13378", "http://nas.home:13378"]),
        ("http://nas.home/audio/?a=b", ["http://nas.home/audio"]),
        ("https://nas.home//", ["https://nas.home"]),
        ("audiobookshelf+https://nas.home", ["https://nas.home"]),
        ("ftp://nas.home", []),
        ("", []),
    ],
)
def test_typed_server_is_tried_by_https_first(typed: str, bases: list[str]) -> None:
    assert typed_bases(typed) == bases


def test_address_of_a_server_is_no_address_of_a_feed() -> None:
    address = to_address("https://nas.home")
    assert to_base(address) == "https://nas.home"
    assert [source_of(each).keeps_progress for each in (address, "https://nas.home")] == [True, False]
