"""A save with a fault at each of its system calls: the process is killed there, or the call fails there."""

import contextlib
import itertools
import json
import mmap
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.torture import saving
from tests.torture.shelf import ROOT
from tests.torture.trials import Check, Result, Trial
from tui_pod.state.store import StateFile

PATIENCE = 20.0
"""Seconds that a process may take for a save, and strace for getting hold of it."""

FILE_CALLS = frozenset(
    "openat read pread64 write fsync fdatasync ftruncate link linkat rename renameat renameat2 unlink unlinkat "
    "newfstatat fstat stat lstat lseek mkdir flock getdents64 readlink".split()
)
"""Calls that can fail for a file's sake. Not `close`: the system closes also when it fails, which strace cannot do."""

_NAMED = frozenset("openat mkdir link linkat rename renameat renameat2 unlink unlinkat newfstatat stat".split())
"""Calls that look for a name, for which there may be no permission."""

ERRORS = ("ENOSPC", "EIO", "EACCES")

_CALL = re.compile(r"^\d+ +(\w+)\(")


class Call(NamedTuple):
    """A system call of a save: the how manyth of its name since the process was got hold of."""

    name: str
    number: int


class Victim:
    """A process that saves, in one of the scenarios, with strace at hand."""

    def __init__(self, scenario: str, state: Path, folder: Path, mutant: str) -> None:
        signals = folder / "signals"
        signals.write_bytes(bytes(saving.SIZE))
        self._shared_file = signals.open("r+b")
        self._shared = mmap.mmap(self._shared_file.fileno(), saving.SIZE)
        command = [sys.executable, "-m", "tests.torture.saving", scenario, str(state), str(signals), mutant]
        self._process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self._strace: subprocess.Popen[str] | None = None
        self._rounds = 0
        self._await(lambda: self._shared[1] == 100)

    def _await(self, is_so: Callable[[], bool]) -> bool:
        """Wait until something is so; return False when the process has ended."""
        limit = time.monotonic() + PATIENCE
        while not is_so():
            if self._process.poll() is not None:
                return is_so()
            assert time.monotonic() < limit, "the process stands still"
            time.sleep(0.001)
        return True

    def trace(self, *arguments: str) -> None:
        """Get hold of the process with strace."""
        command = ["strace", "-f", "-p", str(self._process.pid), *arguments]
        self._strace = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self._strace.stderr is not None
        said = self._strace.stderr.readline()
        assert "attached" in said, said

    def let_go(self) -> None:
        """Let strace go."""
        if self._strace is not None:
            self._strace.send_signal(signal.SIGINT)
            self._strace.communicate()
            self._strace = None

    def save(self) -> str | None:
        """Have it save, and return its answer; None: it was killed."""
        self._rounds += 1
        self._shared[0] = self._rounds
        if not self._await(lambda: self._shared[1] == self._rounds):
            return None
        return str(json.loads(self._shared[2:].split(b"\0")[0]))

    def end(self) -> str:
        """End it; return what it wrote in despair."""
        if self._shared_file.closed:
            return ""
        self.let_go()
        self._process.kill()
        _, errors = self._process.communicate()
        self._shared.close()
        self._shared_file.close()
        return errors.decode()


@contextlib.contextmanager
def victim(scenario: str, trial: Trial) -> Iterator[tuple[Victim, StateFile]]:
    """Give a process and its state, which is made anew from the state that the scenario begins with."""
    template, folder = trial.folder / "template", trial.folder / "state"
    if not template.exists():
        template.mkdir()
        saving.make_state(scenario, template / "state.toml")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder, copy_function=shutil.copy2)
    one = Victim(scenario, folder / "state.toml", trial.folder, trial.mutant)
    try:
        yield one, StateFile(folder / "state.toml")
    finally:
        one.end()


def calls_of(scenario: str, trial: Trial) -> list[Call]:
    """Return the system calls of a save, in order."""
    log = trial.folder / "calls"
    with victim(scenario, trial) as (process, _):
        process.trace("-o", str(log))
        assert process.save() == "saved"
    names = [found[1] for line in log.read_text("utf-8", "replace").splitlines() if (found := _CALL.match(line))]
    first = names.index("getppid")
    last = names.index("getppid", first + 1)
    counts = Counter(names[: first + 1])
    calls = []
    for name in names[first + 1 : last + 1]:
        counts[name] += 1
        calls.append(Call(name, counts[name]))
    return calls


def kill_at_each_call(trial: Trial) -> Result:
    """Kill a save at each of its system calls."""
    scenario = _scenario(trial)
    losses: list[str] = []
    count = 0
    for call in calls_of(scenario, trial):
        with victim(scenario, trial) as (process, file):
            process.trace("-e", f"trace={call.name}", "-e", f"inject={call.name}:signal=KILL:when={call.number}")
            answer = process.save()
            said = process.end()
            if answer is not None:
                continue  # memory and waiting take another number of calls each time
            count += 1
            where = f"{scenario}, killed at {call.name} {call.number}"
            if said:
                losses.append(f"{where}: {said}")
            losses += [f"{where}: {loss}" for loss in lost(file, scenario, (), maybe=4)]
            saving.mark(file, 5)
            file.append(saving.everything(6))
            losses += [f"{where}, then saved: {loss}" for loss in lost(file, scenario, (5, 6))]
    return Result(tuple(losses), count)


def fail_at_each_call(trial: Trial) -> Result:
    """Have each of a save's system calls on files fail, once or from then on; the next save must work."""
    scenario = _scenario(trial)
    losses: list[str] = []
    count = 0
    calls = [call for call in calls_of(scenario, trial) if call.name in FILE_CALLS]
    for call, error, lasts in itertools.product(calls, ERRORS, ("", "+")):
        if error == "EACCES" and call.name not in _NAMED:
            continue
        with victim(scenario, trial) as (process, file):
            fault = f"inject={call.name}:error={error}:when={call.number}{lasts}"
            process.trace("-e", f"trace={call.name}", "-e", fault)
            first = process.save()
            process.let_go()
            count += 1
            saved = (4,) if first == "saved" else ()
            found = lost(file, scenario, saved, maybe=4)
            second = process.save() if first is not None else None
            said = process.end()
            if second is None:
                found.append(f"it ended: {said}")
            elif second != "saved":
                found.append(f"the next save fails too: {second}")
            else:
                found += lost(file, scenario, (*saved, 5))
            losses += [f"{scenario}, {error} at {call.name} {call.number}{lasts}: {loss}" for loss in found]
    return Result(tuple(losses), count)


def lost(file: StateFile, scenario: str, saved: Sequence[int], maybe: int = 0) -> list[str]:
    """Return what is not there of the state that a scenario begins with and of the rounds that were saved since.

    Args:
        maybe: a round that may be there, as a whole or in part.
    """
    state = file.load()
    is_damaged = scenario == "start after damage"
    rounds = [*(() if scenario == "first start" else (1, 2, 3)), *saved]
    allowed = {rounds[-1] if rounds else 0, maybe}
    losses = [] if is_damaged else [f"the load says: {notice}" for notice in state.notices]
    places = {f"part-{n}": [saving.place(n, one).progress for one in allowed if one] for n in range(saving.EPISODES)}
    for episode, wanted in places.items():
        found = state.progress.get(episode)
        if found not in wanted and (found is not None or rounds):
            losses.append(f"{episode} is {found}")
    if state.setting("player", "volume", 0) not in allowed:
        losses.append(f"the volume is {state.setting('player', 'volume', 0)}")
    heard = {record.key for record in file.heard_records()}
    torn = {3} if is_damaged else set()
    losses += [
        f"what was heard in round {one} is gone" for one in rounds if one not in torn and f"round-{one}" not in heard
    ]
    return losses


def _scenario(trial: Trial) -> str:
    return list(saving.SCENARIOS)[trial.number % len(saving.SCENARIOS)]


def why_not() -> str:
    """Return why calls cannot be broken here."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else "strace may not trace here"


CHECKS = (
    Check("b", "killed at each system call of a save", kill_at_each_call, len(saving.SCENARIOS),
          {"naive write": 3, "snapshot in place": 2}, why_not),
    Check("c", "each system call of a save fails", fail_at_each_call, len(saving.SCENARIOS),
          {"naive write": 2}, why_not),
)  # fmt: skip
