import pytest

from tui_pod.core.library.parts import Part, arrange, pack_parts, part_at, unpack_parts

PARTS = arrange([Part("/a.mp3", 60.0, "One"), Part("/b\n.mp3", 30.5), Part("/c.mp3", 90.0, "Three")])


def test_each_part_starts_where_the_one_before_ends() -> None:
    assert [(part.start, part.end) for part in PARTS] == [(0.0, 60.0), (60.0, 90.5), (90.5, 180.5)]


@pytest.mark.parametrize(("position", "number"), [(-1, 0), (0, 0), (59.99, 0), (60, 1), (90.5, 2), (999, 2)])
def test_position_is_in_the_part_that_plays_there(position: float, number: int) -> None:
    assert part_at(PARTS, position) is PARTS[number]


def test_packed_parts_are_unpacked_as_they_were() -> None:
    assert unpack_parts(pack_parts(PARTS)) == PARTS
    assert unpack_parts(pack_parts(())) == ()
    with pytest.raises(ValueError, match="shorter"):
        unpack_parts("12.0\0/a.mp3")
