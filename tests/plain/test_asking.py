"""Questions in lines: what is answered is done, what is not possible is said, and enter leaves all as it is."""

import pytest

from tests.plain.test_program import RoomServices, run
from tests.rooms import Room


@pytest.mark.parametrize(
    ("answer", "said", "names"),
    [
        ("Morning", "List “Morning” made.", ["Morning"]),
        (" ", "Nothing changed.", []),
    ],
)
async def test_smart_list_is_saved_under_the_name_that_is_typed(
    room: Room, answer: str, said: str, names: list[str]
) -> None:
    services = RoomServices(room)
    lines = await run(services, "ctrl+p", "Save as a smart list: this topic, search, filter and order", answer)
    assert "The name of the smart list:" in lines
    assert lines[-1].endswith(said)
    assert [each.name for each in services.controller.lists.all] == names
