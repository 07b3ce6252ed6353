"""Downloading a model from a server on loopback that breaks off, lies and is asked again."""

import json
from hashlib import sha256
from importlib import resources
from pathlib import Path

import pytest

from tests.sources.server import Exchange, Reply, Site, body, redirect
from tui_pod.net.access import PUBLIC
from tui_pod.recordings import recording_fetcher
from tui_pod.recordings.recording_store import DownloadError
from tui_pod.speech.model import FILES
from tui_pod.speech.narrator import SECOND_VOICES, has_voice
from tui_pod.speech.offered_models import OFFERED, OfferedModel, get_model

CONTENTS = {"config.json": b"{}", "model.bin": bytes(range(256)) * 400}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_fetcher, "PAUSES", (0.0,) * 4)


@pytest.fixture
def model(site: Site) -> OfferedModel:
    """A model of two files on the server."""
    for name, content in CONTENTS.items():
        site.replies[f"/m/{name}"] = body(content, "application/octet-stream", ETag='"one"')
    hashes = {name: sha256(content).hexdigest() for name, content in CONTENTS.items()}
    return OfferedModel("little", "English", sum(map(len, CONTENTS.values())), site.url("/m/"), hashes)


def breaking_off(content: bytes, at: int) -> Reply:
    """Answer a first time with a part, then with what is missing."""

    def reply(exchange: Exchange) -> None:
        begin = int(exchange.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        headers = {"ETag": '"one"', "Content_Range": f"bytes {begin}-{len(content) - 1}/{len(content)}"}
        sent = content[begin:] if begin else content[:at]
        exchange.say(206, sent, Content_Length=str(len(content) - begin), **headers)

    return reply


def get(model: OfferedModel, site: Site, folder: Path) -> list[int]:
    """Download a model, and return what was reported."""
    reports: list[int] = []
    path = get_model(model, folder, site.policy, reports.append)
    assert {file.name: file.read_bytes() for file in path.iterdir()} == CONTENTS
    assert [one.name for one in folder.iterdir()] == [model.name]
    return reports


def test_model_is_there_once_all_its_files_are(model: OfferedModel, site: Site, tmp_path: Path) -> None:
    assert get(model, site, tmp_path / "models")[-1] == model.size
    asked = len(site.asked)
    get(model, site, tmp_path / "models")
    assert len(site.asked) == asked


def test_files_may_lie_elsewhere(model: OfferedModel, site: Site, tmp_path: Path) -> None:
    site.replies["/other"] = site.replies["/m/model.bin"]
    site.replies["/m/model.bin"] = redirect("/other")
    get(model, site, tmp_path / "models")


def test_what_broke_off_is_gone_on_with(model: OfferedModel, site: Site, tmp_path: Path) -> None:
    site.replies["/m/model.bin"] = breaking_off(CONTENTS["model.bin"], 70_000)
    get(model, site, tmp_path / "models")
    (_, first), (_, second) = [one for one in site.asked if one[0] == "/m/model.bin"]
    assert first["Range"] == "bytes=0-"
    assert second["Range"] == "bytes=70000-"


def test_cancelled_download_goes_on_the_next_time(model: OfferedModel, site: Site, tmp_path: Path) -> None:
    def cancel(done: int) -> None:
        if done > 10:
            raise KeyboardInterrupt

    site.replies["/m/model.bin"] = breaking_off(CONTENTS["model.bin"], 70_000)
    with pytest.raises(KeyboardInterrupt):
        get_model(model, tmp_path / "models", site.policy, cancel)
    assert not (tmp_path / "models" / "little").exists()
    get(model, site, tmp_path / "models")
    assert site.asked[-1][1]["Range"] == "bytes=70000-"


def test_file_with_another_hash_is_not_kept(model: OfferedModel, site: Site, tmp_path: Path) -> None:
    wrong = model._replace(hashes={**model.hashes, "model.bin": sha256(b"another").hexdigest()})
    with pytest.raises(DownloadError, match=r"little was not downloaded\. .*/m/model\.bin is not the file that was"):
        get_model(wrong, tmp_path, site.policy, lambda done: None)
    assert [path.name for path in (tmp_path / "little.part").iterdir()] == ["config.json"]


def test_server_that_sends_more_is_cut_off(model: OfferedModel, site: Site, tmp_path: Path) -> None:
    site.replies["/m/model.bin"] = body(b"x" * 2 * model.size)
    with pytest.raises(DownloadError, match="larger"):
        get_model(model, tmp_path, site.policy, lambda done: None)


def test_file_that_is_gone_is_an_error_in_words(model: OfferedModel, site: Site, tmp_path: Path) -> None:
    del site.replies["/m/config.json"]
    with pytest.raises(DownloadError, match="404"):
        get_model(model, tmp_path, site.policy, lambda done: None)


def test_private_address_is_refused(model: OfferedModel, site: Site, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="own network"):
        get_model(model, tmp_path, PUBLIC, lambda done: None)
    assert site.asked == []


def test_full_disk_is_reported_before_anything_is_requested(model: OfferedModel, site: Site, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="not enough space for 4000000 MB"):
        get_model(model._replace(size=4 * 10**12), tmp_path, site.policy, lambda done: None)
    assert site.asked == []


@pytest.mark.parametrize("offered", OFFERED.values(), ids=OFFERED)
def test_offered_models_are_whole_and_fixed(offered: OfferedModel) -> None:
    assert offered.is_voice or set(FILES) <= set(offered.hashes)
    assert all(len(bytes.fromhex(found)) == 32 for found in offered.hashes.values())
    assert offered.address.startswith("https://")
    assert offered.is_voice or "/main/" not in offered.address  # a voice has the address that its package uses


def test_models_of_english_alone_share_their_words_and_say_so() -> None:
    words = {
        (model.languages, model.hashes["vocabulary.txt"], name.endswith(".en"))
        for name, model in OFFERED.items()
        if "Systran" in model.maker and "large" not in name
    }
    assert sorted((languages, is_english) for languages, _, is_english in words) == [
        ("99 languages", False), ("English", True)
    ]  # fmt: skip


@pytest.mark.skipif(not has_voice(), reason="the voice is not installed: pip install hibari-tts")
@pytest.mark.parametrize("name", SECOND_VOICES)
def test_voice_is_the_one_in_the_registry_of_its_package(name: str) -> None:
    package = resources.files("hibari")
    offered, registered = OFFERED[name], json.loads(package.joinpath("assets/voices.json").read_text("utf-8"))[name]
    assert offered.hashes == {registered["file"]: registered["sha256"]}
    assert offered.size == registered["bytes"]
    assert f'"{offered.address}"' in package.joinpath("voices.py").read_text("utf-8")
    assert not registered["british"]  # it pronounces as the first voice does
