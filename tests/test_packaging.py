"""What is built from the tree holds all that the program reads, and runs from an empty folder."""

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tui_pod.config.paths import COMPLETIONS

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, cwd: Path = ROOT, **variables: str) -> str:
    """Return what a command prints; its failure is the test's."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the tree, without the network: the builder is installed with the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_all_files_that_the_program_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.read("tui_pod/catalog.toml") == (ROOT / "catalog.toml").read_bytes()
    assert {"tui_pod/ui/tui_pod.tcss", "tui_pod/speech/pronunciation.tsv"} <= names
    assert {f"tui_pod/{path}" for path in COMPLETIONS.values()} <= names
    for kind in ("**/*.py", "transcripts/*.txt"):
        assert {str(path.relative_to(ROOT)) for path in (ROOT / "tui_pod").glob(kind)} <= names


def test_wheel_installs_manual_page_and_completions(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        shared = {name.partition(".data/data/")[2] for name in archive.namelist() if ".data/data/" in name}
    assert shared == {
        "share/man/man1/tui-pod.1",
        "share/bash-completion/completions/tui-pod",
        "share/zsh/site-functions/_tui-pod",
        "share/fish/vendor_completions.d/tui-pod.fish",
        "share/applications/tui-pod.desktop",
        "share/icons/hicolor/scalable/apps/tui-pod.svg",
        "share/metainfo/tui-pod.metainfo.xml",
    }


def test_wheel_holds_nothing_but_the_program(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"tui_pod"}
    assert not [name for name in names if name.endswith(".pyc")]


def test_wheel_installed_runs_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    empty.mkdir()
    run(sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", installed, wheel)
    assert (installed / "bin" / "tui-pod").is_file()
    folders = {f"XDG_{name}_HOME": str(tmp_path) for name in ("CACHE", "CONFIG", "DATA", "STATE")}
    # -P: the folder it is started in is not searched for modules, so what runs is what was installed
    python = (sys.executable, "-P")
    surroundings = {**folders, "HOME": str(tmp_path), "PYTHONPATH": str(installed)}
    place = run(*python, "-c", "import tui_pod; print(tui_pod.__file__)", cwd=empty, **surroundings)
    assert Path(place.strip()).is_relative_to(installed)
    episodes = json.loads(run(*python, "-m", "tui_pod", "list", "--json", cwd=empty, **surroundings))
    assert len(episodes) == 119
    for shell, path in COMPLETIONS.items():
        printed = run(*python, "-m", "tui_pod", "completions", shell, cwd=empty, **surroundings)
        assert printed == (ROOT / path).read_text("utf-8")
    page = run(*python, "-m", "tui_pod", "man", cwd=empty, **surroundings)
    assert page == (ROOT / "share" / "man" / "man1" / "tui-pod.1").read_text("utf-8")
    assert not list(empty.iterdir())


def test_source_archive_holds_what_tests_and_wheel_need(tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(tmp_path))
    (built,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(built) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"catalog.toml", "LICENSE", "Makefile", "scripts/setup.sh", "tests/test_packaging.py"} <= names
    assert {"tui_pod/cli/main.py", "tui_pod/ui/tui_pod.tcss", "pyproject.toml"} <= names
    assert {
        "docs/manual/README.md",
        "packaging/PKGBUILD",
        "SECURITY.md",
        ".ci/run",
        ".github/workflows/ci.yml",
    } <= names


@pytest.mark.parametrize(
    ("python", "system", "machine", "kind", "brought"),
    [
        ("3.11", "linux", "x86_64", "CPython", {"hibari-tts", "dbus-fast"}),
        ("3.14", "linux", "aarch64", "CPython", {"hibari-tts", "dbus-fast"}),
        ("3.15", "linux", "x86_64", "CPython", {"dbus-fast"}),  # onnxruntime has no wheels for these
        ("3.11", "linux", "x86_64", "PyPy", {"dbus-fast"}),
        ("3.13", "linux", "armv7l", "CPython", set()),
        ("3.14", "darwin", "arm64", "CPython", {"hibari-tts"}),
        ("3.13", "darwin", "x86_64", "CPython", set()),
    ],
)
def test_wheel_brings_voice_and_media_keys_unasked_where_they_have_wheels(
    wheel: Path, python: str, system: str, machine: str, kind: str, brought: set[str]
) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(name).decode().splitlines()
    wanted = [Requirement(line.partition(": ")[2]) for line in lines if line.startswith("Requires-Dist: ")]
    machine_of = {
        "python_version": python,
        "sys_platform": system,
        "platform_machine": machine,
        "platform_python_implementation": kind,
        "extra": "",
    }
    found = {each.name for each in wanted if each.marker is None or each.marker.evaluate(machine_of)}
    assert found & {"hibari-tts", "dbus-fast"} == brought
    assert {"textual", "python-mpv"} <= found


def test_dependencies_are_ranges_with_both_ends() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for wanted in map(Requirement, project["dependencies"] + project["optional-dependencies"]["transcribe"]):
        signs = {each.operator for each in wanted.specifier}
        assert signs == {">=", "<"}, wanted


def test_pythons_named_are_those_that_are_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = {line.rpartition(" ")[2] for line in project["classifiers"] if "Python :: 3." in line}
    assert named == {"3.11", "3.12", "3.13", "3.14"}
    for place in (".github/workflows/ci.yml", "scripts/pythons.sh"):
        assert all(version in (ROOT / place).read_text("utf-8") for version in named), place


def test_lock_holds_what_users_get_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    entries = (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", " ").splitlines()
    locked = [(Requirement(entry.split(" --hash")[0]), entry.count("--hash=sha256:")) for entry in entries]
    assert all(hashes > 0 for _, hashes in locked)
    for wanted in map(Requirement, project["dependencies"]):
        versions = [str(found.specifier)[2:] for found, _ in locked if found.name == wanted.name]
        assert versions, f"{wanted.name} is not locked: make lock"
        assert all(wanted.specifier.contains(version) for version in versions), f"{wanted.name}: make lock"


def test_nix_recipe_names_every_dependency() -> None:
    recipe = (ROOT / "packaging" / "default.nix").read_text("utf-8")
    named = recipe.rpartition("  dependencies = [ ")[2].partition(" ];")[0].split()
    (removed,) = re.findall(r"pythonRemoveDeps = \[ (.+) \];", recipe)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {Requirement(each).name for each in project["dependencies"]}
    own = {"mpv": "python-mpv", "scheduler": "fsrs", "screen": "textual"}
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    wheels = re.findall(r'= wheel "(\w+)" "([0-9.]+)" "(\w+)"', recipe)
    assert {name for name, _, _ in wheels} == {"fsrs", "textual"}
    for name, version, checksum in wheels:
        assert f"--hash=sha256:{checksum}" in lock.partition(f"\n{name}=={version} ")[2].partition("==")[0], name
    assert {own.get(each, each) for each in named} | set(re.findall(r'"([^"]+)"', removed)) == wanted
