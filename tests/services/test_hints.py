"""The hints of both front ends say why there is nothing, and what helps."""

from pathlib import Path

import pytest

from tui_pod.core.actions import key_of
from tui_pod.core.library.episode import Episode
from tui_pod.core.selection.list_query import Filter, ListQuery, SmartList
from tui_pod.services.hints import why_empty, why_no_transcript


@pytest.mark.parametrize(
    ("view", "is_library_empty", "said"),
    [
        (ListQuery(entry=0, query="x"), False, "Nothing matches."),
        (ListQuery(entry=1, query="x"), True, "Nothing here matches."),
        (ListQuery(entry=0, query=" "), True, f"Press {key_of('feed.add')} to add a podcast"),
        (ListQuery(entry=SmartList.CONTINUE), True, "There is nothing to play yet."),
        (ListQuery(entry=SmartList.CONTINUE), False, "Nothing is unfinished."),
        (ListQuery(entry=SmartList.NEW), False, f"Press {key_of('feed.refresh_all')} to refresh"),
        (ListQuery(entry=SmartList.QUEUE), False, f"The queue is empty. Press {key_of('queue.add_last')}"),
        (ListQuery(entry=0, filter=Filter.STARTED), False, "No started episodes here."),
        (ListQuery(entry=0), False, "No episodes here."),
    ],
)
def test_empty_list_says_why_and_what_helps(view: ListQuery, is_library_empty: bool, said: str) -> None:
    assert said in why_empty(view, is_library_empty)


def test_missing_transcript_says_why_and_names_no_login(tmp_path: Path) -> None:
    (tmp_path / "empty.vtt").touch()
    for where, fault, said in (
        (None, "damaged", "This episode has no transcript."),
        ("/a.vtt", "damaged", "Its transcript cannot be read: damaged."),
        ("https://ann:secret@a.example/1.vtt", None, "Its transcript is empty: a.example."),
        (str(tmp_path / "empty.vtt"), None, f"Its transcript is empty: {tmp_path}/empty.vtt."),
        (str(tmp_path / "gone.vtt"), None, f"Its transcript is missing: {tmp_path}/gone.vtt."),
    ):
        assert why_no_transcript(Episode("one", "One", transcript=where), fault) == said
