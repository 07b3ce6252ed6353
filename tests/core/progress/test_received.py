"""How progress from elsewhere is described."""

from datetime import timedelta

from tests.fakes import START
from tests.rooms import EPISODES, TOPICS
from tui_pod.core.library.library import build_library
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.received import received_rows


def test_progress_from_elsewhere_says_where_it_was_and_who_sent_it() -> None:
    later, now = START + timedelta(hours=1), START + timedelta(hours=3)
    progress = {
        "one": Progress(later, 65.0, origin="laptop"),
        "two": Progress(later, 0.0, played=True),
        "gone": Progress(later, 5.0),
    }
    former = {"one": Progress(START, 5.0), "two": None}
    rows = list(received_rows(build_library(TOPICS, EPISODES), progress, former, now))
    assert rows == [
        ("one", "One", "0:05 → 1:05", "laptop", "2 h ago"), ("two", "Two", "played"), ("gone", "", "0:05"),
    ]  # fmt: skip
