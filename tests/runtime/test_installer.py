import shutil
import sys
from pathlib import Path

import pytest

from tui_pod.runtime import installer
from tui_pod.runtime.installer import install_command

RECEIPT = """[tool]
requirements = [
    { name = "tui-pod", extras = ["transcribe"], path = "/tmp/tui_pod-1.0.0-py3-none-any.whl" },
    { name = "rich-pixels", specifier = ">=3" },
]
"""


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment without pip, and a machine without uv."""
    folder = tmp_path / "my tools" / "tui-pod"
    folder.mkdir(parents=True)
    monkeypatch.setattr(sys, "prefix", str(folder))
    monkeypatch.setattr(sys, "executable", str(folder / "bin" / "python"))
    monkeypatch.setattr(installer, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    return folder


def test_tool_of_uv_keeps_its_extras_and_the_packages_beside_it(environment: Path) -> None:
    (environment / "uv-receipt.toml").write_text(RECEIPT)
    assert install_command("a==1", "b") == (
        "uv tool install --with 'rich-pixels>=3' --with a==1 --with b 'tui-pod[transcribe]'"
    )


@pytest.mark.parametrize("receipt", ["", "[tool]\nrequirements = 7\n", "\0", "[tool]\nrequirements = ['a']\n"])
def test_tool_of_uv_with_an_unreadable_receipt_is_one_still(environment: Path, receipt: str) -> None:
    (environment / "uv-receipt.toml").write_text(receipt)
    assert install_command("a==1") == "uv tool install --with a==1 tui-pod"


def test_pipx_injects_into_the_environment_by_its_name(environment: Path) -> None:
    (environment / "pipx_metadata.json").write_text("{}")
    assert install_command("a==1", "b") == "pipx inject tui-pod a==1 b"
    assert install_command("a", is_repair=True) == "pipx inject --force tui-pod a"


def test_environment_with_pip_uses_its_own(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installer, "find_spec", lambda name: name)
    assert install_command("a==1") == f"'{environment}/bin/python' -m pip install a==1"


def test_environment_without_pip_uses_uv_or_brings_pip_first(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = f"'{environment}/bin/python'"
    assert install_command("a==1") == f"{python} -m ensurepip && {python} -m pip install a==1"
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert install_command("a==1") == f"uv pip install --python {python} a==1"
    assert install_command("a==1", is_repair=True) == f"uv pip install --python {python} --reinstall a==1"


def test_repair_installs_again_with_every_installer(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = f"'{environment}/bin/python'"
    again = f"{python} -m pip install --force-reinstall a==1"
    assert install_command("a==1", is_repair=True) == f"{python} -m ensurepip && {again}"
    monkeypatch.setattr(installer, "find_spec", lambda name: name)
    assert install_command("a==1", is_repair=True) == again
    (environment / "uv-receipt.toml").write_text("")
    assert install_command("a==1", is_repair=True) == "uv tool install --reinstall --with a==1 tui-pod"
