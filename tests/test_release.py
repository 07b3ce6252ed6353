"""What `make release` writes: with a public address it is named everywhere, without one nothing is invented."""

import importlib.util
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
REPOSITORY = "https://code.example.org/ann/tui-pod"


@pytest.fixture(scope="module")
def release() -> ModuleType:
    """scripts/release.py, which is in no package."""
    spec = importlib.util.spec_from_file_location("release", ROOT / "scripts" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The files of a tree that name its address."""
    for name in ("pyproject.toml", "README.md", "share/metainfo/tui-pod.metainfo.xml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def test_address_is_named_by_project_readme_and_desktop_data(release: ModuleType, tree: Path) -> None:
    release.name_repository(tree, REPOSITORY)
    project = tomllib.loads((tree / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["urls"]["Homepage"] == REPOSITORY
    assert project["scripts"] == {"tui-pod": "tui_pod.cli.main:main"}
    readme = (tree / "README.md").read_text("utf-8")
    assert f"]({REPOSITORY}/raw/HEAD/screenshots/" in readme
    assert not [target for target in re.findall(r"\]\(([^)]+)\)", readme) if not target.startswith(("https:", "#"))]
    data = (tree / "share" / "metainfo" / "tui-pod.metainfo.xml").read_text("utf-8")
    assert "<id>org.example.code.ann.tui_pod</id>" in data
    assert f'<url type="homepage">{REPOSITORY}</url>' in data


def test_links_that_are_addresses_or_anchors_stay(release: ModuleType) -> None:
    text = "[a](https://example.org/) [b](#keys) [c](docs/manual/keys.md#keys) ![d](screenshots/one.svg)"
    assert release.make_absolute(text, "https://x.org/r") == (
        "[a](https://example.org/) [b](#keys) [c](https://x.org/r/blob/HEAD/docs/manual/keys.md#keys)"
        " ![d](https://x.org/r/raw/HEAD/screenshots/one.svg)"
    )


@pytest.mark.parametrize("address", ["http://example.org/a", "example.org/a", "https://", 'https://example.org/"x'])
def test_what_is_no_public_address_is_refused(address: str, release: ModuleType, tree: Path) -> None:
    before = (tree / "pyproject.toml").read_text("utf-8")
    with pytest.raises(SystemExit, match="no address"):
        release.name_repository(tree, address)
    assert (tree / "pyproject.toml").read_text("utf-8") == before


def test_tree_names_no_address() -> None:
    assert "urls" not in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def package(name: str, *files: str, marker: str = "") -> dict[str, Any]:
    """Return a package of a lock, with these wheels."""
    wheels = [{"url": f"https://files.example.org/{name}-1.0-{file}.whl", "hashes": {"sha256": file}} for file in files]
    return {"name": name, "wheels": wheels} | ({"marker": marker} if marker else {})


LOCKED = [
    package("pure", "py3-none-any"),
    package("quick", "cp314-cp314-manylinux2014_x86_64", "cp314-cp314-manylinux_2_28_x86_64",
            "cp313-cp313-manylinux_2_28_x86_64", "py3-none-any"),
    package("voice", "cp39-abi3-macosx_14_0_arm64",
            marker="sys_platform == 'darwin' and platform_machine == 'arm64'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        ("ARCH_X86_64", ["py3-none-any", "cp314-cp314-manylinux_2_28_x86_64"]),
        ("ARCH_AARCH64", ["py3-none-any", "py3-none-any"]),
        ("MAC_ARM", ["py3-none-any", "py3-none-any", "cp39-abi3-macosx_14_0_arm64"]),
        ("MAC_INTEL", ["py3-none-any", "py3-none-any"]),
    ],
)
def test_each_machine_gets_its_best_wheels(machine: str, expected: list[str], release: ModuleType) -> None:
    assert [wheel.sha256 for wheel in release.find_wheels(LOCKED, release.MACHINES[machine])] == expected


def test_package_without_a_wheel_for_a_machine_is_named(release: ModuleType) -> None:
    locked = [package("voice", "cp314-cp314-macosx_14_0_arm64")]
    with pytest.raises(SystemExit, match="voice has no wheel for darwin on x86_64"):
        release.find_wheels(locked, release.MACHINES["MAC_INTEL"])


@pytest.mark.parametrize("repository", ["", REPOSITORY])
def test_recipes_are_filled_in(
    repository: str, release: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "lock_of", lambda _: LOCKED)
    source = tmp_path / "tui_pod-9.9.9.tar.gz"
    source.write_bytes(b"source")
    written = release.write_recipes(ROOT / "packaging", source, "9.9.9", repository, tmp_path)
    assert {path.name for path in written} == {
        "PKGBUILD", "deb.sh", "default.nix", "flake.nix", "recipe.yaml", "tui-pod.rb"
    }  # fmt: skip
    for path in written:
        text = path.read_text("utf-8")
        if path.name == "flake.nix":  # takes all of it from default.nix
            continue
        assert "9.9.9" in text
        assert not re.search(r"@[A-Z0-9]+@", text)
        assert "41cf6794ba4200b839c53531555f0f3998df4cbb01a4d5cb0b94e3ca5e23947d" in text  # the hash of the archive
        assert (f"{REPOSITORY}/releases/download/v9.9.9/{source.name}" in text) == bool(repository)
    subprocess.run(["bash", "-n", str(tmp_path / "PKGBUILD"), str(tmp_path / "deb.sh")], check=True)
