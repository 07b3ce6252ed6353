"""What the recogniser's process makes of a recording, over a model that hears what each test says."""

import io
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import Mock

import pytest

from tui_pod.runtime.subprocesses import start_of
from tui_pod.speech.decoder import SAMPLE_RATE
from tui_pod.speech.recogniser_worker import LOOK_BACK, PIECE, Refusal, find_language, hear, load_model, pieces

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


class LanguageModel:
    """A model that answers each window with one segment of this log probability and compression ratio."""

    def __init__(self, languages: list[str], *heard: tuple[float, float]) -> None:
        self.supported_languages = languages
        self._heard = list(heard)

    def transcribe(self, *_: object, **_options: object) -> tuple[list[Any], None]:
        logprob, ratio = self._heard.pop(0)
        return [SimpleNamespace(avg_logprob=logprob, compression_ratio=ratio)], None

    def detect_language(self, audio: Any) -> tuple[str, float, list[Any]]:
        assert len(audio) <= 30 * SAMPLE_RATE
        return "de", 0.9, []


UNDERSTOOD, REPEATED, GUESSED = (-0.3, 1.6), (-0.2, 13.6), (-2.2, 0.3)


@pytest.fixture
def all_speech(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sample is speech."""
    whole = lambda audio: [{"start": 0, "end": len(audio)}]  # noqa: E731
    monkeypatch.setattr("faster_whisper.vad.get_speech_timestamps", whole)


def language_of(model: LanguageModel, seconds: float) -> str | None:
    return find_language(cast(Any, model), np.zeros(int(seconds * SAMPLE_RATE), np.int16))


@pytest.mark.usefixtures("all_speech")
def test_language_is_detected_in_the_first_speech_by_a_model_that_knows_several() -> None:
    assert language_of(LanguageModel(["en", "de"]), 90) == "de"


@pytest.mark.usefixtures("all_speech")
@pytest.mark.parametrize("heard", [(UNDERSTOOD,), (REPEATED, UNDERSTOOD), (GUESSED, UNDERSTOOD)])
def test_english_model_needs_one_window_that_it_understands(heard: tuple[tuple[float, float], ...]) -> None:
    assert language_of(LanguageModel(["en"], *heard), 90) == "en"


@pytest.mark.usefixtures("all_speech")
@pytest.mark.parametrize(("heard", "seconds"), [((REPEATED, GUESSED), 90), ((REPEATED,), 35)])
def test_english_model_refuses_what_it_does_not_understand(
    heard: tuple[tuple[float, float], ...], seconds: float
) -> None:
    with pytest.raises(Refusal, match=r"does not sound like English.*run: tui-pod models get base"):
        language_of(LanguageModel(["en"], *heard), seconds)


@pytest.mark.usefixtures("all_speech")
def test_language_of_too_little_speech_is_left_open() -> None:
    assert language_of(LanguageModel(["en"]), 5) is None


@pytest.mark.parametrize(
    ("known", "language", "refusal"),
    [
        (["en"], "en", None), (["en"], None, None), (["en", "de"], "de", None),
        (["en"], "de", "its language is de, and the model knows English only"),
        (["en", "de"], "xx", "its language is xx, which the model does not know"),
    ],
)  # fmt: skip
def test_model_is_loaded_unless_it_does_not_know_the_language(
    known: list[str], language: str | None, refusal: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.speech.recogniser_worker.check_model", lambda _: None)
    monkeypatch.setattr("faster_whisper.WhisperModel", lambda *_, **__: LanguageModel(known))
    monkeypatch.setitem(sys.modules, "av", None)  # as it was
    if refusal is None:
        assert load_model(Path("/models/x"), language).supported_languages == known
    else:
        with pytest.raises(Refusal, match=refusal):
            load_model(Path("/models/x"), language)


def test_damaged_model_is_refused_before_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_pod.speech.recogniser_worker.check_model", lambda _: "it is damaged")
    with pytest.raises(Refusal, match="it is damaged"):
        load_model(Path("/models/x"), None)


@pytest.mark.parametrize("fault", [RuntimeError("mkl_malloc: failed to allocate"), MemoryError()])
def test_model_that_does_not_fit_is_short_of_memory(fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr("tui_pod.speech.recogniser_worker.check_model", lambda _: None)
    monkeypatch.setattr("faster_whisper.WhisperModel", load)
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MemoryError):
        load_model(Path("/models/x"), None)


def test_model_hears_samples_between_minus_one_and_one() -> None:
    model = Mock()
    model.transcribe.return_value = [], None
    list(hear(model, np.array([-32768, 0, 16384], np.int16), "en", ""))
    assert model.transcribe.call_args.args[0].tolist() == [-1.0, 0.0, 0.5]


@pytest.mark.parametrize("fault", ["MemoryError", "RuntimeError('std::bad_alloc')"])
def test_worker_that_lacks_memory_says_so(fault: str) -> None:
    program = f"from tui_pod.speech.worker_main import answer_request\ndef answer(_):\n    raise {fault}\n    yield\n"
    command, environment = [sys.executable, "-c", f"{program}answer_request(answer, 1 << 30)"], start_of("x")[1]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write("{}\n")
        worker.stdin.flush()
        assert worker.stdout.readline() == '{"error": "there is not enough memory"}\n'
