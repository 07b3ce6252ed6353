"""What the recogniser's process makes of a recording, over a model that hears what each test says."""

from __future__ import annotations

import io
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tui_pod.speech.decoder import SAMPLE_RATE
from tui_pod.speech.recogniser_worker import LOOK_BACK, PIECE, hear, pieces

pytest.importorskip("faster_whisper", reason="the recogniser is not installed: pip install '.[transcribe]'")
import numpy as np


class FakeModel:
    """Hears one word, the later the longer its prompt is."""

    def __init__(self) -> None:
        self.prompts: list[str | None] = []

    def transcribe(self, audio: object, *, initial_prompt: str | None, **_: object) -> tuple[Iterable[Any], object]:
        self.prompts.append(initial_prompt)
        start = float(len(initial_prompt or ""))
        return [SimpleNamespace(words=[SimpleNamespace(word=" Said.", start=start, end=start + 1)])], None


@pytest.mark.parametrize(
    ("names", "prompts"),
    [("", [None]), ("A", ["A"]), ("Ada Lovelace", ["Ada Lovelace", None])],
    ids=["without names", "with names", "passed over a sentence"],
)
def test_piece_is_heard_anew_when_names_have_it_begin_too_late(
    names: str, prompts: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("faster_whisper.vad.get_speech_timestamps", lambda audio: [{"start": 0}])
    model = FakeModel()
    heard = list(hear(cast(Any, model), np.zeros(SAMPLE_RATE, np.int16), "en", names))
    assert (len(heard), model.prompts) == (1, prompts)


def recording(seconds: float, quiet_at: float) -> bytes:
    """Return samples that are loud but for a second."""
    samples = np.full(int(seconds * SAMPLE_RATE), 1000, np.int16)
    samples[int((quiet_at - 0.5) * SAMPLE_RATE) : int((quiet_at + 0.5) * SAMPLE_RATE)] = 0
    return samples.tobytes()


def test_recording_is_cut_where_it_is_quiet_and_nothing_is_lost() -> None:
    content = recording(PIECE + 40, quiet_at=PIECE - LOOK_BACK / 2)
    first, second = pieces(io.BytesIO(content), 0.0)
    assert abs(len(first[1]) / SAMPLE_RATE - (PIECE - LOOK_BACK / 2)) < 0.5
    assert second[0] == len(first[1]) / SAMPLE_RATE
    assert first[1].tobytes() + second[1].tobytes() == content


def test_recording_is_gone_on_with_from_a_place() -> None:
    ((start, samples),) = pieces(io.BytesIO(recording(20, quiet_at=5)), 15.0)
    assert (start, len(samples)) == (15.0, 5 * SAMPLE_RATE)


def test_place_behind_the_end_has_nothing_left() -> None:
    assert list(pieces(io.BytesIO(recording(20, quiet_at=5)), 30.0)) == []
