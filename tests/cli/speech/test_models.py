"""The command `models`: what is offered, and that nothing comes without a yes."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.sources.server import Site, body
from tui_pod.cli.main import main
from tui_pod.speech.offered_models import OFFERED, OfferedModel

CONTENT = b"a model"


@pytest.fixture(autouse=True)
def _little(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site.replies["/model.bin"] = body(CONTENT)
    hashes = {"model.bin": sha256(CONTENT).hexdigest()}
    monkeypatch.setitem(OFFERED, "little", OfferedModel("little", "English", 147_000_000, site.url("/"), hashes))
    (tmp_path / "config.toml").write_text(f'[network]\nprivate_hosts = ["127.0.0.1:{site.server_port}"]\n', "utf-8")


def run(folder: Path, *words: str) -> int:
    """Run the command with settings in a folder."""
    return main(["models", *words, "--config", str(folder / "config.toml")])


def test_models_are_listed_with_size_and_licence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "list") == 0
    assert "base\trecognition\t148 MB\t99 languages\tMIT\t" in capsys.readouterr().out.splitlines()
    assert run(tmp_path, "list", "--json") == 0
    assert json.loads(capsys.readouterr().out)[0]["folder"] is None


def test_second_voice_is_listed_and_used_without_a_setting(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "list") == 0
    assert "fenrir\tnarration\t8 MB\tEnglish\tApache-2.0\t" in capsys.readouterr().out.splitlines()
    for name in ("fenrir", "kore"):
        site.replies[f"/{name}.onnx"] = body(CONTENT)
        hashes = {f"{name}.onnx": sha256(CONTENT).hexdigest()}
        offered = OFFERED[name]._replace(address=site.url("/"), hashes=hashes)
        monkeypatch.setitem(OFFERED, name, offered)
    assert run(tmp_path, "get", "fenrir", "--yes") == 0
    assert "To use it" not in capsys.readouterr().err
    assert run(tmp_path, "get", "kore", "--yes") == 0
    assert 'second_voice = "kore"' in capsys.readouterr().err


def test_model_is_described_and_not_downloaded_without_a_yes(
    tmp_path: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "get", "little") == 1
    said = capsys.readouterr()
    assert "little: OpenAI’s Whisper, converted by Systran. 147 MB, licence MIT, from 127.0.0.1." in said.err
    assert "--yes" in said.err
    assert (said.out, site.asked) == ("", [])


def test_model_that_is_wanted_is_downloaded_and_its_setting_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "get", "little", "--yes") == 0
    said = capsys.readouterr()
    folder = Path(said.out.strip())
    assert (folder / "model.bin").read_bytes() == CONTENT
    assert f'model = "{folder}"' in said.err
    assert run(tmp_path, "get", "little") == 0  # it is there: nothing to ask
    assert capsys.readouterr().out == said.out


def test_unknown_model_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "get", "huge") == 1
    assert "no model huge. See: tui-pod models list" in capsys.readouterr().err


def test_model_that_cannot_be_had_is_an_error(tmp_path: Path, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.replies.clear()
    assert run(tmp_path, "get", "little", "--yes") == 1
    assert "tui-pod: The model little was not downloaded. " in capsys.readouterr().err
