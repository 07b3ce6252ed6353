"""The power is cut: on a real file system that forgets what was not synced, and on the worst one that POSIX allows."""

from __future__ import annotations

import fcntl
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.torture import faults, mounts, saving
from tests.torture.kill_store import start_listener
from tests.torture.ledger import Oracle
from tests.torture.trials import Check, Result, Trial
from tui_pod.state.store import StateFile

EXT4_IOC_SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = struct.pack("I", 2)
"""The file system stops at once, and what its journal has not written is gone: ext4's own test of power cuts."""

CUTS = 5
"""Cuts of one trial, each upon what the one before left."""

LONGEST = 0.6
"""Seconds from a start to a cut at most."""


def cut_power(trial: Trial) -> Result:
    """Cut the power of a disk while a listener's progress is saved on it, and load after the repair."""
    chances = trial.chances()
    image, disk = trial.folder / "image", trial.folder / "disk"
    with image.open("wb") as file:
        file.truncate(24 * 2**20)
    subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
    disk.mkdir()
    mounts.leave_mounts()
    oracle = Oracle()
    losses: list[str] = []
    for number in range(CUTS):
        _mount(image, disk)
        ledger = trial.folder / f"{number}"
        child = start_listener(
            disk / "state.toml", ledger, chances.getrandbits(64), f"a-{number}", number, trial.mutant
        )
        time.sleep(chances.uniform(0.0, LONGEST))
        folder = os.open(disk, os.O_RDONLY)
        cut = time.monotonic()
        fcntl.ioctl(folder, EXT4_IOC_SHUTDOWN, NO_LOG_FLUSH)
        os.close(folder)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        subprocess.run(["umount", str(disk)], check=True)
        _mount(image, disk)
        losses += [f"cut {number}: {loss}" for loss in oracle.judge(ledger, cut, StateFile(disk / "state.toml"))]
        subprocess.run(["umount", str(disk)], check=True)
    return Result(tuple(losses), CUTS, oracle.worst)


def _mount(image: Path, disk: Path) -> None:
    subprocess.run(["mount", "-o", "loop", str(image), str(disk)], check=True)


@dataclass(slots=True)
class Disk:
    """Files as programs see them, and what of it is sure to be there after a cut."""

    data: dict[int, bytes] = field(default_factory=dict)
    """By inode."""
    synced: dict[int, bytes] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    synced_names: dict[str, int] = field(default_factory=dict)
    pending: tuple[tuple[str, str, str, int], ...] = ()
    """What happened to names since the folder was synced: the call, its names and the inode."""

    def copy(self) -> Disk:
        """Return what no later call changes."""
        return replace(self, data={**self.data}, synced={**self.synced}, names={**self.names},
                       synced_names={**self.synced_names})  # fmt: skip

    def name(self, call: str, first: str, second: str = "") -> None:
        """Do what a call does to names."""
        inode = max(self.data, default=0) + 1 if call == "create" else self.names[first]
        if call == "create":
            self.data[inode] = self.synced[inode] = b""
        self.pending = (*self.pending, (call, first, second, inode))
        _rename(self.names, *self.pending[-1])

    def sync_names(self) -> None:
        """Have the folder written."""
        self.synced_names, self.pending = dict(self.names), ()

    def least(self) -> dict[str, bytes]:
        """Return the files of which everything was synced, and nothing else."""
        return {name: self.synced[inode] for name, inode in self.synced_names.items()}

    def most(self) -> dict[str, bytes]:
        """Return the files as if everything had been written in time."""
        return {name: self.data[inode] for name, inode in self.names.items()}

    def any(self, chances: random.Random) -> dict[str, bytes]:
        """Return the files when some of what was not synced was written, in whatever order."""
        names = dict(self.synced_names)
        for change in self.pending:
            if chances.random() < 0.5:
                _rename(names, *change)
        return {name: self._some(inode, chances) for name, inode in names.items()}

    def _some(self, inode: int, chances: random.Random) -> bytes:
        old, new = self.synced[inode], self.data[inode]
        part = new[: chances.randint(min(len(old), len(new)), len(new))]
        return chances.choice((old, new, part, part + bytes(len(new) - len(part))))


def _rename(names: dict[str, int], call: str, first: str, second: str, inode: int) -> None:
    match call:
        case "create":
            names[first] = inode
        case "link":
            names[second] = inode
        case "rename" if names.get(second) != inode:  # two names of one file stay
            names.pop(first, None)
            names[second] = inode
        case "unlink":
            names.pop(first, None)


_CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_FILE = re.compile(r"^\d+<([^>]*)>")
_HEX = re.compile(r"\\x([0-9a-f]{2})")


def replay(log: str, disk: Disk, folder: Path) -> Iterator[tuple[str, Disk | None]]:
    """Yield each call of a trace that changes files, with the disk after it; None: a save begins or ends."""
    for line in log.splitlines():
        found = _CALL.match(line)
        if found is None:
            continue
        call, arguments, result = found[1], found[2], int(found[3])
        if call == "getppid":
            yield call, None
        if result < 0:
            continue
        texts = [_text(text) for text in _TEXT.findall(arguments)]
        names = [Path(os.fsdecode(text)).name for text in texts]
        opened = _FILE.match(arguments)
        path = Path(os.fsdecode(_text(opened[1]))) if opened else None
        is_inside = (path is not None and path.parent == folder) or any(
            Path(os.fsdecode(text)).parent == folder for text in texts[:1] if b"/" in text
        )
        if path == folder and call == "fsync":
            disk.sync_names()
        elif not is_inside:
            continue
        elif call == "openat" and "O_CREAT" in arguments and names[0] not in disk.names:
            disk.name("create", names[0])
        elif call in ("rename", "link"):
            disk.name(call, names[0], names[1])
        elif call == "unlink":
            disk.name(call, names[0])
        elif path is not None and (inode := disk.names.get(path.name)) is not None:
            _change(disk, call, inode, arguments, texts)
        yield call, disk.copy()


def _change(disk: Disk, call: str, inode: int, arguments: str, texts: list[bytes]) -> None:
    match call:
        case "write":
            disk.data[inode] += texts[0]
        case "ftruncate":
            disk.data[inode] = disk.data[inode][: int(arguments.rpartition(", ")[2])]
        case "fsync" | "fdatasync":
            disk.synced[inode] = disk.data[inode]


def _text(text: str) -> bytes:
    return bytes(int(pair, 16) for pair in _HEX.findall(text))


SAVES = 3
"""Saves of a traced process."""

GUESSES = 10
"""Disks that are tried after each call, beside the least and the most that can be left."""


UNNAMED = "append to a journal whose name a killed program did not sync"


def cut_anywhere(trial: Trial) -> Result:
    """Trace saves, and load from every disk that a cut after each of their calls could leave."""
    scenario = [*saving.SCENARIOS, UNNAMED][trial.number % (len(saving.SCENARIOS) + 1)]
    chances = trial.chances()
    is_unnamed = scenario == UNNAMED
    scenario = "append" if is_unnamed else scenario
    log = trial.folder / "log"
    with faults.victim(scenario, trial) as (process, file):
        folder = file.path.parent
        content = {path.name: path.read_bytes() for path in folder.iterdir()}
        modes = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
        process.trace("-y", "-xx", "-s", "1000000", "-o", str(log))
        for _ in range(SAVES):
            assert process.save() == "saved"
        process.let_go()
    disk = Disk()
    for number, (name, text) in enumerate(content.items()):
        disk.data[number] = disk.synced[number] = text
        disk.names[name] = disk.synced_names[name] = number
    if is_unnamed:
        del disk.synced_names["state.journal.toml"]
    losses: list[str] = []
    count = marks = 0
    for call, after in replay(log.read_text("ascii"), disk, folder):
        marks += after is None
        saved = range(4, 4 + marks // 2)
        maybe = 4 + marks // 2 if marks % 2 else 0
        after = after or disk.copy()
        if is_unnamed and not saved:
            continue
        for files in (after.least(), after.most(), *(after.any(chances) for _ in range(GUESSES))):
            count += 1
            _write(folder, files, modes)
            found = faults.lost(file, scenario, saved, maybe)
            losses += [f"{scenario}, cut after {call} number {count}: {loss}" for loss in found]
    return Result(tuple(losses), count)


def _write(folder: Path, files: dict[str, bytes], modes: dict[str, int]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
        if name in modes:
            os.utime(folder / name, ns=(modes[name], modes[name]))


def _why_not() -> str:
    reason = mounts.why_not()
    if not reason and shutil.which("mkfs.ext4") is None:
        reason = "mkfs.ext4 is not installed"
    if reason:
        return reason
    script = "truncate -s 8M $0 && mkfs.ext4 -q $0 && mkdir $0.disk && mount -o loop $0 $0.disk && umount $0.disk"
    with tempfile.TemporaryDirectory() as folder:
        command = ["unshare", "-m", "sh", "-c", script, f"{folder}/image"]
        tried = subprocess.run(command, capture_output=True, check=False)
    return "" if tried.returncode == 0 else "no loop device can be mounted here"


CHECKS = (
    Check("d", "power cut, ext4", cut_power, 20, {"no fsync": 2, "naive write": 2}, _why_not),
    Check("d", "power cut after each call, worst disk that POSIX allows", cut_anywhere, len(saving.SCENARIOS) + 1,
          {"no fsync": 2, "no folder fsync": 2, "naive write": 2}, faults.why_not),
)  # fmt: skip
