"""What actions ask, as `tui-pod do` answers it; the front ends' tests ask it."""

import pytest

from tests.wishes.test_actions import Stage
from tests.wishes.test_actions import stage as stage
from tui_pod.core.actions import BY_ID, render_keys
from tui_pod.core.library.library import Library
from tui_pod.core.selection.list_query import Filter, Sort
from tui_pod.services.caller import Kind
from tui_pod.wishes.actions import COMMANDS
from tui_pod.wishes.asks import ASKS


def test_each_question_belongs_to_an_action_that_does_something() -> None:
    assert ASKS.keys() <= BY_ID.keys() & COMMANDS.keys()
    for asks in ASKS.values():
        assert len({ask.name for ask in asks}) == len(asks)
        assert all(ask.choices is not None for ask in asks if ask.kind is Kind.CHOICE)


@pytest.mark.parametrize(
    ("ident", "values", "said"),
    [
        ("playback.go_to", {"time": "0:30"}, "Nothing is playing. Press enter on an episode to play it."),
        ("playback.mute", {"time": "0:30"}, "playback.mute takes no values, and no time=."),
        ("session.plan", {"time": "15m", "place": "here"}, "session.plan takes time= and topic=, and no place=."),
        ("session.plan", {"time": "soon"}, "“soon” is no time"),
        ("session.plan", {"time": "15m", "topic": "Cooking"}, "no topic is called “Cooking”."),
        ("list.sort", {"order": "colour"}, "“colour” is not one of "),
        ("audio.device", {"device": "drum"}, "“drum” is not one of an empty one"),
        ("list.save", {"name": ""}, "A list needs a name"),
        ("sync.set_up", {"with": "folder"}, "sync.set_up needs folder=, such as ~/Sync/tui-pod."),
        ("sync.set_up", {"with": "folder", "folder": "shared"}, "a folder is a path, such as ~/Sync/tui-pod."),
    ],
)
def test_do_says_which_answer_is_missing_or_wrong(
    library: Library, ident: str, values: dict[str, str], said: str
) -> None:
    stage = Stage(library, is_new=True)
    outcome = stage.do(ident, **values)
    assert (render_keys(outcome.text)[: len(said)], outcome.is_done) == (said, False)


def test_do_answers_what_an_action_asks(stage: Stage) -> None:
    stage.run("episode.play", "one")
    assert stage.do("playback.go_to", time="50%").is_done
    assert stage.controller.playback.position == 50.0
    assert stage.do("sleep.timer", time="20").text == "Sleep in 20 minutes of listening"
    assert stage.do("sleep.timer", time="off").text == "No sleep timer"
    assert stage.do("list.filter", filter="played").text == "Filter: played"
    assert stage.do("list.sort", order="title").text == "Order: by title"
    assert (stage.model.query.filter, stage.model.query.sort) == (Filter.PLAYED, Sort.TITLE)
    assert stage.do("list.filter").text == "Filter: all"
    assert stage.do("search.start", words="two").is_done
    assert stage.model.query.query == "two"
    assert stage.do("list.save", name="Morning").can_undo
    assert stage.controller.lists.named("Morning") is not None
    assert stage.do("audio.device", device="").text == "Sound device: Chosen by the system"


def test_session_is_planned_from_what_is_listed_or_from_the_topic_that_is_named(stage: Stage) -> None:
    assert stage.do("session.plan", time="1h").text.startswith("Session of ")
    assert stage.controller.session is not None
    stage.do("session.end")
    assert stage.do("session.plan", time="1h", topic=stage.model.library.topics.names[1].upper()).is_done
    assert stage.do("session.plan", time="1s").text.startswith("“1s” is no time; write minutes like 15")
