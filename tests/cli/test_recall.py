import io
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.test_main import Run
from tests.cli.test_main import run as run
from tests.cli.test_main import small as small
from tests.cli.test_main import state as state
from tui_pod.config.paths import find_paths
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import OF_EPISODE, Card
from tui_pod.recordings.documents import copy_name
from tui_pod.search.sources import REMOTE
from tui_pod.state.store import StateFile

PAST = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _kept(state: StateFile) -> None:
    for number in range(2):
        bookmark = Bookmark("one", number * 10.0, number * 10.0 + 5, PAST, PAST, f"Words {number}.", f"Note {number}.")
        card = Card("one", bookmark.start, PAST + timedelta(days=number), PAST)
        state.append([bookmark, card])
    state.append([Card("gone", 5.0, PAST, PAST)])


def test_due_cards_are_asked_and_answers_are_kept(
    run: Run, small: list[str], state: StateFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n9\n3\n\n\n"))
    result = run(*small, "recall")
    assert result.out == (
        "1 of 2: One — first · 0:00\nNote 0.\nWords 0.\n"
        "2 of 2: One — first · 0:10\nNote 1.\nWords 1.\n"
    )  # fmt: skip
    cards = {card.start: card for card in state.load().notebook.cards if card.episode == "one"}
    assert cards[0.0].due > datetime.now(UTC)
    assert cards[10.0].reviewed is None


def test_words_that_a_feed_brought_lead_to_what_is_asked(run: Run, state: StateFile, tmp_path: Path) -> None:
    catalog = tmp_path / "c.toml"
    address = "https://cast.example.org/one.srt"
    catalog.write_text(f'version = 1\n[[episodes]]\nid = "one"\ntitle = "One"\ntranscript = "{address}"\n')
    copy = find_paths(state.path, None).cache / REMOTE / copy_name(address)
    copy.parent.mkdir(parents=True)
    copy.write_text("1\n00:00:06 --> 00:00:09\nBefore it.\n\n2\n00:00:10 --> 00:00:15\nWords 1.\n")
    result = run("--catalog", str(catalog), "--state", str(state.path), "recall", "--json")
    assert [(each["question"], each["answer"]) for each in result.json][1] == ("Before it. …", "Words 1.\nNote 1.")


def test_due_cards_as_json(run: Run, small: list[str]) -> None:
    assert run(*small, "recall", "--json").json[0] == {
        "id": "one", "start": 0.0, "source": "One — first · 0:00", "question": "Note 0.", "answer": "Words 0.",
        "due": "2026-01-01T00:00:00+00:00",
    }  # fmt: skip


def test_end_of_input_ends_it(run: Run, small: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    result = run(*small, "recall")
    assert (result.status, result.out.count("of 2")) == (0, 1)


def test_transcript_without_times_leads_to_the_words_too(run: Run, state: StateFile, tmp_path: Path) -> None:
    catalog = tmp_path / "c.toml"
    (tmp_path / "one.txt").write_text("Before it. Words 1.\n")
    catalog.write_text('version = 1\n[[episodes]]\nid = "one"\ntitle = "One"\ntranscript = "one.txt"\n')
    result = run("--catalog", str(catalog), "--state", str(state.path), "recall", "--json")
    assert [each["question"] for each in result.json] == ["Note 0.", "Before it. …"]


@pytest.mark.parametrize(("lines", "said"), [("\n3\n\n3\n", "nothing more is due\n"), ("\n\n", "")])
def test_cards_are_asked_until_none_is_due_or_an_empty_line(
    run: Run, small: list[str], lines: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    assert run(*small, "recall").err.endswith(f": {said}")
    if said:
        assert run(*small, "recall") == (0, "", "nothing is due\n")


def test_question_of_an_episode_has_no_position(run: Run, state: StateFile, tmp_path: Path) -> None:
    catalog = tmp_path / "c.toml"
    catalog.write_text('version = 1\n[[episodes]]\nid = "q"\ntitle = "Q"\nquestion = "Why?"\nanswer = "So."\n')
    state.append([Card("q", OF_EPISODE, PAST, PAST)])
    result = run("--catalog", str(catalog), "--state", str(state.path), "recall", "--json")
    assert [(each["start"], each["question"]) for each in result.json if each["id"] == "q"] == [(None, "Why?")]
