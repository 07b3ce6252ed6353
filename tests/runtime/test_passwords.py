"""Passwords come from a command or from a file that only the listener can read."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tui_pod.runtime import installer, passwords
from tui_pod.runtime.installer import install_command
from tui_pod.runtime.passwords import PasswordError, password_from, read_private, write_private


def printing(text: str) -> str:
    """Return a command that prints a text."""
    return f'"{sys.executable}" -c "import sys; sys.stdout.write({text!r})"'


@pytest.mark.parametrize("text", ["s3cret", "s3cret\\nrest", "s3cret\\r\\n"])
def test_password_is_the_first_line_that_the_command_prints(text: str) -> None:
    assert password_from(printing(text), subprocess.DEVNULL) == "s3cret"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (f'"{sys.executable}" -c "raise SystemExit(3)"', "exit status 3"),
        ("/nowhere/pass show", "cannot be run"),
        ("'unclosed", "cannot be run"),
        (printing("\\nrest"), "no password in password_command"),
    ],
)
def test_command_that_gives_none_is_an_error(command: str, said: str) -> None:
    with pytest.raises(PasswordError, match=said):
        password_from(command, subprocess.DEVNULL)


def test_command_is_run_without_a_shell(tmp_path: Path) -> None:
    made = tmp_path / "made"
    assert password_from(f"echo x; touch {made}", subprocess.DEVNULL) == f"x; touch {made}"
    assert not made.exists()


def test_command_that_takes_too_long_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "COMMAND_LIMIT", 0.0)
    with pytest.raises(PasswordError, match="took longer"):
        password_from(printing("late"), subprocess.DEVNULL)


def test_file_that_was_written_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "new" / "password"
    write_private(file, "s3cret\n")
    assert file.stat().st_mode & 0o077 == 0
    assert read_private(file, 100) == "s3cret\n"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610])
def test_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "password"
    file.write_text("s3cret")
    file.chmod(mode)
    with pytest.raises(PasswordError, match="chmod 600") as caught:
        read_private(file, 100)
    assert "s3cret" not in str(caught.value)


def test_file_that_is_missing_or_no_text_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_private(tmp_path / "none", 100)
    for content, most, why in ((b"\xff", 100, "it is not UTF-8"), (b"too long", 7, "larger than 0 KB")):
        write_private(tmp_path / "password", "")
        (tmp_path / "password").write_bytes(content)
        with pytest.raises(PasswordError, match=rf"/password cannot be read: {why}\.$"):
            read_private(tmp_path / "password", most)


def test_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PasswordError, match="Cannot write"):
        write_private(tmp_path / "file" / "password", "s3cret")


def test_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_private(tmp_path / "password", "s3cret")
    monkeypatch.setattr("os.getuid", lambda: os.geteuid() + 1)
    with pytest.raises(PasswordError, match="chmod 600"):
        read_private(tmp_path / "password", 100)


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
