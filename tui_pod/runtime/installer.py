"""The command that adds packages to this installation, for the installer that made it."""

from __future__ import annotations

import shlex
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tui_pod.runtime.log import logged

PROGRAM = "tui-pod"


def install_command(*packages: str, is_repair: bool = False) -> str:
    """Return the command, for a shell, that installs packages beside the program, such as `hibari-tts==0.2.1`.

    For a repair, packages that are there are installed again.
    """
    environment = Path(sys.prefix)
    if (receipt := environment / "uv-receipt.toml").exists():
        words = ["uv", "tool", "install", *["--reinstall"] * is_repair]
        program, others = _read_receipt(receipt)
        for package in dict.fromkeys((*others, *packages)):  # those that are not named again would be removed
            words += ["--with", package]
        words.append(program)
    elif (environment / "pipx_metadata.json").exists():
        words = ["pipx", "inject", *["--force"] * is_repair, environment.name, *packages]
    elif find_spec("pip") is not None:
        words = [sys.executable, "-m", "pip", "install", *["--force-reinstall"] * is_repair, *packages]
    elif shutil.which("uv"):
        words = ["uv", "pip", "install", "--python", sys.executable, *["--reinstall"] * is_repair, *packages]
    else:
        again = "--force-reinstall" * is_repair
        python = shlex.quote(sys.executable)
        return f"{python} -m ensurepip && {python} -m pip install {again} {shlex.join(packages)}".replace("  ", " ")
    return shlex.join(words)


def _read_receipt(receipt: Path) -> tuple[str, list[str]]:
    """Return what a tool of uv was made from: the program with its extras, and the packages beside it."""
    from tui_pod.core.text.plain_toml import loads  # only in such an environment

    program, others = PROGRAM, list[str]()
    with logged("what is installed is unknown", OSError, ValueError, TypeError, KeyError, AttributeError):
        requirements: list[dict[str, Any]] = loads(receipt.read_text("utf-8"))["tool"]["requirements"]
        for requirement in requirements:
            extras = f"[{','.join(requirement['extras'])}]" if requirement.get("extras") else ""
            name = f"{requirement['name']}{extras}"
            if requirement["name"] == PROGRAM:
                program = name
            else:
                others.append(f"{name}{requirement.get('specifier', '')}")
    return program, others
