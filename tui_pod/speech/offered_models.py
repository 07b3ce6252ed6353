"""The models and voices that a listener can download, and how. Loads none.

A file is accepted only if its hash is right, and an interrupted download is resumed. Calls wait for disk and network.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from tui_pod.net.access import NetworkPolicy
from tui_pod.net.fetch import FetchError
from tui_pod.recordings.downloads import LEAVE_FREE
from tui_pod.recordings.recording_store import DownloadError, RecordingStore
from tui_pod.runtime.files import make_folder, reason, sync_folder
from tui_pod.runtime.threads import CancelToken
from tui_pod.speech.model import file_hash
from tui_pod.speech.narrator import SECOND_VOICES

Report = Callable[[int], None]
"""Takes the bytes downloaded so far."""


class OfferedModel(NamedTuple):
    """A model that can be downloaded."""

    name: str
    languages: str
    size: int
    """Bytes of all files together, to the nearest kilobyte."""
    address: str
    """The address of the folder, at one fixed revision unless it is a voice; ends in a slash."""
    hashes: Mapping[str, str]
    """The SHA-256 of each file."""
    licence: str = "MIT"
    maker: str = "OpenAI’s Whisper, converted by Systran"
    is_voice: bool = False
    """Whether it speaks; the others recognise speech."""


def _systran(name: str, revision: str, size: int, weights: str, config: str) -> OfferedModel:
    """Return one of the models that `faster-whisper` knows by name."""
    is_english = name.endswith(".en")
    texts = (
        ("929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
         "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf")
        if is_english else
        ("fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
         "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913")
    )  # fmt: skip
    hashes = {"config.json": config, "tokenizer.json": texts[0], "vocabulary.txt": texts[1], "model.bin": weights}
    address = f"https://huggingface.co/Systran/faster-whisper-{name}/resolve/{revision}/"
    return OfferedModel(name, "English" if is_english else "99 languages", size, address, hashes)


def _voice(name: str, kind: str, size: int, sha256: str) -> OfferedModel:
    """Return a voice of the package that contains the first one; its registry `voices.json` has size and hash."""
    address = "https://huggingface.co/maureesewilliams/hibari/resolve/main/voices/"
    hashes = {SECOND_VOICES[name]: sha256}
    return OfferedModel(name, "English", size, address, hashes, "Apache-2.0", f"A {kind} voice for hibari-tts", True)


OFFERED = {
    model.name: model
    for model in (
        _voice("fenrir", "man’s", 8_031_158, "f59fbd87908c91f827bc21b1b89443757b9a8580db9eee20aa948deb731321f4"),
        _voice("kore", "woman’s", 7_936_868, "346885752673e45d42f9864c9e2432094bc4b6385df060d4b83273da764d2fa9"),
        _systran(
            "base.en", "3d3d5dee26484f91867d81cb899cfcf72b96be6c", 147_770_000,
            "2a166925539a16005f14ff328359f9b9adb9dc4fb631bb3b227526862e93e2ef",
            "f3bc3821e9fc76a27bae538e11ae5b677dcdd352b4600429ce7951d398569aeb",
        ),
        _systran(
            "base", "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66", 147_883_000,
            "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        ),
        _systran(
            "small", "536b0662742c02347bc0e980a01041f333bce120", 486_213_000,
            "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671",
            "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828",
        ),
    )
}  # fmt: skip
"""By name. The hashes of `base` were checked against its files, those of voices are the ones in their package, the
others were checked against several projects that pin them."""


def get_model(model: OfferedModel, folder: Path, policy: NetworkPolicy, report: Report) -> Path:
    """Download a model into its own folder and return that folder; return at once if it exists.

    Args:
        model: the model.
        folder: of all downloaded models.
        policy: which hosts redirects may lead to.
        report: called a few times a second.

    Raises:
        DownloadError: it failed, or there is not enough space; the next call resumes it.
    """
    target, growing = folder / model.name, folder / f"{model.name}.part"
    if target.is_dir():
        return target
    try:
        make_folder(growing)
        for old in growing.glob("*.part*"):  # not checked yet, or of an earlier version
            old.unlink()
        if shutil.disk_usage(growing).free < model.size + LEAVE_FREE:
            raise DownloadError(f"There is not enough space for {model.size // 1000**2} MB in {folder}.")
        done = 0
        for name in model.hashes:
            path = growing / name
            if not path.exists():
                _get_file(model, path, policy, report, done)
            done += path.stat().st_size
        os.rename(growing, target)
        sync_folder(folder)
    except FetchError as error:
        raise DownloadError(f"The model {model.name} was not downloaded. {error}") from error
    except OSError as error:
        raise DownloadError(f"The model {model.name} cannot be saved in {folder}: {reason(error)}.") from error
    return target


def _get_file(model: OfferedModel, path: Path, policy: NetworkPolicy, report: Report, before: int) -> None:
    """Download one file; `before` is the number of bytes downloaded before it.

    Raises:
        FetchError, OSError, DownloadError: it failed.
    """
    address, new = model.address + path.name, path.with_name(f"{path.name}.part")
    recording = RecordingStore(path.parent, quota=None).open(
        path.name, address, lambda: policy, is_audio=False, is_download=True
    )
    try:
        recording.fetch_all(model.size, lambda done, _size: report(before + done), CancelToken())
        recording.file.move_to(new)
    finally:
        recording.close_if_unread()
    if (found := file_hash(new)) != model.hashes[path.name]:
        new.unlink()
        raise FetchError(f"{address} is not the file that was tested: its hash is {found}.", is_final=True)
    os.rename(new, path)
