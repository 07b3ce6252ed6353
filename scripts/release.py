"""Build a release from the last commit and tag it; nothing is pushed.

    python scripts/release.py [--repository https://HOST/OWNER/NAME] [--no-tag] [--out DIR]

With a public address, what is built names it: project.urls, absolute links in the README, and the packages' recipes.
Without one, nothing is invented.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn
from urllib.parse import urlsplit

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|#)([^)#]+)(#[^)]*)?\)")
"""A link or picture of Markdown whose target is a path."""

PYTHON = (3, 14)
"""The Python of Arch and of the formula; their compiled packages are for it alone."""


class Machine(NamedTuple):
    """What wheels are for."""

    system: str
    kind: str

    def tags(self) -> list[Tag]:
        """Return what can be installed on it, the best first."""
        if self.system == "linux":
            platforms = [f"manylinux_2_{minor}_{self.kind}" for minor in range(39, 16, -1)] + [
                f"manylinux2014_{self.kind}"
            ]
        else:
            platforms = [*mac_platforms((14, 0), self.kind)]
        return [*cpython_tags(PYTHON, platforms=platforms), *compatible_tags(PYTHON, platforms=platforms)]

    def needs(self, package: Mapping[str, Any]) -> bool:
        """Return whether a package of the lock is for it."""
        version = ".".join(map(str, PYTHON))
        here = {"sys_platform": self.system, "platform_machine": self.kind, "python_version": version}
        here |= {"python_full_version": f"{version}.0", "platform_python_implementation": "CPython"}
        return "marker" not in package or Marker(package["marker"]).evaluate(here)


MACHINES = {
    "ARCH_X86_64": Machine("linux", "x86_64"),
    "ARCH_AARCH64": Machine("linux", "aarch64"),
    "MAC_ARM": Machine("darwin", "arm64"),
    "MAC_INTEL": Machine("darwin", "x86_64"),
}
"""The machines that recipes list wheels for."""


class Wheel(NamedTuple):
    """A file that a recipe lists."""

    name: str
    address: str
    sha256: str


def main() -> None:
    """Check the tree, build both files and the recipes, check them, and tag the commit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repository", default="", help="public address of the repository")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument(
        "--no-tag", action="store_true", help="build only; the tree may have changes, which are left out"
    )
    options = parser.parse_args()
    version = read_version((ROOT / "tui_pod" / "__init__.py").read_text("utf-8"))
    if not options.no_tag:
        check_tree(version)
    options.out.mkdir(parents=True, exist_ok=True)
    for built in build(version, options.repository.rstrip("/"), options.out):
        print(built)
    if not options.no_tag:
        run("git", "tag", "--annotate", f"v{version}", "--message", f"tui-pod {version}")
        print(f"Tagged v{version}. To publish it: git push origin v{version}, and twine upload dist/*{version}*")


def read_version(module: str) -> str:
    """Return the version that a module states."""
    match = re.search(r'^__version__ = "(.+)"$', module, re.MULTILINE)
    return match[1] if match else fail("tui_pod/__init__.py has no version")


def check_tree(version: str) -> None:
    """Refuse a tree with changes, a version that is tagged, and a changelog without the version."""
    if run("git", "status", "--porcelain"):
        fail("the tree has changes; commit them first")
    if run("git", "tag", "--list", f"v{version}"):
        fail(f"v{version} is tagged; set another version in tui_pod/__init__.py")
    if f"## [{version}] - " not in (ROOT / "CHANGELOG.md").read_text("utf-8"):
        fail(f"CHANGELOG.md has no section for {version}")


def build(version: str, repository: str, out: Path) -> list[Path]:
    """Build source archive, wheel (from that archive) and recipes of the last commit; return them, checked."""
    with tempfile.TemporaryDirectory() as made:
        tree = Path(made) / "tree"
        tree.mkdir()
        archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x"], cwd=tree, check=True, input=archive)
        if repository:
            name_repository(tree, repository)
            check_desktop_files(tree / "share")
        hatch("sdist", tree, out)
        source = out / f"tui_pod-{version}.tar.gz"
        with tarfile.open(source) as opened:
            opened.extractall(made, filter="data")
        unpacked = Path(made) / f"tui_pod-{version}"
        hatch("wheel", unpacked, out)
        wheel = out / f"tui_pod-{version}-py3-none-any.whl"
        run(sys.executable, "-m", "twine", "check", "--strict", str(source), str(wheel))
        run(sys.executable, "-m", "check_wheel_contents", str(wheel))
        return [source, wheel, *write_recipes(unpacked / "packaging", source, version, repository, out)]


def hatch(target: str, tree: Path, out: Path) -> None:
    """Build one kind of file."""
    run(sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(out.absolute()), cwd=tree)


def name_repository(tree: Path, repository: str) -> None:
    """Write the public address into a tree that is about to be built."""
    parts = urlsplit(repository)
    host = parts.hostname or ""
    if parts.scheme != "https" or not host or not re.fullmatch(r"[\w./-]+", parts.netloc + parts.path):
        fail(f"{repository} is no address such as https://HOST/OWNER/NAME")
    project = tree / "pyproject.toml"
    urls = f'[project.urls]\nHomepage = "{repository}"\nChangelog = "{repository}/blob/HEAD/CHANGELOG.md"\n\n'
    project.write_text(project.read_text("utf-8").replace("[project.scripts]", f"{urls}[project.scripts]"), "utf-8")
    readme = tree / "README.md"
    readme.write_text(make_absolute(readme.read_text("utf-8"), repository), "utf-8")
    data = tree / "share" / "metainfo" / "tui-pod.metainfo.xml"
    name = ".".join([*reversed(host.split(".")), *parts.path.strip("/").split("/")]).replace("-", "_")
    text = data.read_text("utf-8").replace("<id>tui-pod</id>", f"<id>{name}</id>")
    text = text.replace("  <launchable", f'  <url type="homepage">{repository}</url>\n  <launchable')
    data.write_text(text, "utf-8")


def check_desktop_files(share: Path) -> None:
    """Check what desktops show, with the tools for it if they are installed."""
    for *command, file in (
        ("desktop-file-validate", "applications/tui-pod.desktop"),
        ("appstreamcli", "validate", "--no-net", "metainfo/tui-pod.metainfo.xml"),
    ):
        if shutil.which(command[0]):
            run(*command, str(share / file))
        else:
            print(f"{command[0]} is not installed: {file} was not checked", file=sys.stderr)


def make_absolute(text: str, repository: str) -> str:
    """Return Markdown whose links and pictures lead to the repository."""

    def absolute(match: re.Match[str]) -> str:
        picture, label, path, anchor = match.groups(default="")
        return f"{picture}[{label}]({repository}/{'raw' if picture else 'blob'}/HEAD/{path}{anchor})"

    return LINK.sub(absolute, text)


def write_recipes(folder: Path, source: Path, version: str, repository: str, out: Path) -> list[Path]:
    """Fill in the recipes' version, address and hash; without a repository the address is the file's own."""
    address = f"{repository}/releases/download/v{version}/{source.name}" if repository else source.absolute().as_uri()
    filled = {
        "VERSION": version,
        "ADDRESS": address,
        "HOMEPAGE": repository,
        "SHA256": hashlib.sha256(source.read_bytes()).hexdigest(),
    }
    for name, wheels in list_wheels([*lock_of(folder.parent / "requirements.lock")]).items():
        indent = 2 if name.endswith("ANY") else 4
        filled[name] = "\n".join(f"  '{wheel.address}'" for wheel in wheels)
        filled[f"{name}_SHA256"] = "\n".join(f"  '{wheel.sha256}'" for wheel in wheels)
        filled[f"{name}_RESOURCES"] = "\n\n".join(write_resource(wheel, indent) for wheel in wheels)
    written = []
    for recipe in sorted(folder.glob("[A-Za-z]*")):
        if recipe.suffix != ".md":
            text = re.sub(r"@(\w+)@", lambda match: filled[match[1]], recipe.read_text("utf-8"))
            written.append(out / recipe.name)
            written[-1].write_text(text, "utf-8")
    return written


def lock_of(requirements: Path) -> Iterable[Mapping[str, Any]]:
    """Yield the packages of a lock, each with the addresses of its files, as the index states them."""
    uv = (sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11")
    text = run(*uv, "--format", "pylock.toml", "--generate-hashes", str(requirements))
    yield from tomllib.loads(text)["packages"]


def list_wheels(locked: Sequence[Mapping[str, Any]]) -> dict[str, list[Wheel]]:
    """Return the wheels of each machine by its name; those that all of a system share are under `SYSTEM_ANY`."""
    listed = dict[str, list[Wheel]]()
    for system in ("ARCH", "MAC"):
        own = {name: find_wheels(locked, MACHINES[name]) for name in MACHINES if name.startswith(system)}
        first, *others = own.values()
        shared = [wheel for wheel in first if all(wheel in found for found in others)]
        listed[f"{system}_ANY"] = shared
        listed |= {name: [wheel for wheel in found if wheel not in shared] for name, found in own.items()}
    return listed


def find_wheels(locked: Iterable[Mapping[str, Any]], machine: Machine) -> list[Wheel]:
    """Return the best wheel of each package that a machine needs."""
    tags, found = machine.tags(), []
    for package in filter(machine.needs, locked):
        ranks = {}
        for wheel in package["wheels"]:
            offered = parse_wheel_filename(wheel["url"].rpartition("/")[2])[3]
            ranks[min((tags.index(tag) for tag in offered if tag in tags), default=len(tags))] = wheel
        best = min(ranks)
        if best == len(tags):
            fail(f"{package['name']} has no wheel for {machine.system} on {machine.kind}")
        found.append(Wheel(package["name"], ranks[best]["url"], ranks[best]["hashes"]["sha256"]))
    return found


def write_resource(wheel: Wheel, indent: int) -> str:
    """Return how a formula of Homebrew lists a file."""
    url, sha256 = f'url "{wheel.address}", using: :nounzip', f'sha256 "{wheel.sha256}"'
    lines = (f'resource "{wheel.name}" do', f"  {url}", f"  {sha256}", "end")
    return "\n".join(f"{' ' * indent}{line}" for line in lines)


def run(*command: str, cwd: Path = ROOT) -> str:
    """Return what a command prints; end with its messages if it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else fail(done.stdout + done.stderr)


def fail(message: str) -> NoReturn:
    """End with a message."""
    sys.exit(f"release: {message}")


if __name__ == "__main__":
    main()
