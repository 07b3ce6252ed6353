"""State files as they come back from a bad disk: cut at every byte, bits flipped, overwritten."""

import contextlib
import random
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from tests.torture import mutants, saving
from tests.torture.trials import Check, Result, Trial
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import ProgressRecord, Record
from tui_pod.state.store import State, StateError, StateFile

STALE = (3, 4, 5)
"""Episodes whose newest place is in the snapshot: the journal has only the others."""

FLIPS = 1000
"""Damages of one trial of chance."""


_LATER = re.compile(rb"^version = [2-9]$", re.MULTILINE)
"""What a flipped bit can make of the version: nobody can tell that from a newer program's."""


class Copies:
    """A state of which a copy is damaged again and again."""

    def __init__(self, folder: Path) -> None:
        self._good = folder / "good"
        self._good.mkdir()
        path = self._good / "state.toml"
        file = StateFile(path)
        for round_ in (1, 2):
            file.append(saving.everything(round_))
            file.compact()
        file.append(
            one for one in saving.everything(3) if not (isinstance(one, ProgressRecord) and _number(one) in STALE)
        )
        self.content = {name: (self._good / name).read_bytes() for name in ("state.toml", "state.journal.toml")}
        self._folder = folder / "state"

    def damaged(self, name: str, content: bytes) -> StateFile:
        """Return the state with one of its files replaced."""
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(self._good, self._folder, copy_function=shutil.copy2)
        (self._folder / name).write_bytes(content)
        return StateFile(self._folder / "state.toml")


def _number(record: Record) -> int:
    return int(record.episode.partition("-")[2]) if isinstance(record, ProgressRecord) else -1


def rounds_of(progress: Mapping[str, Progress]) -> dict[int, int]:
    """Return the round that each episode's place is from; 0: it has none, -1: none that was ever saved."""
    found = {}
    for number in range(saving.EPISODES):
        place = progress.get(f"part-{number}")
        known = [n for n in (1, 2, 3) if place == saving.place(number, n).progress]
        found[number] = known[0] if known else 0 if place is None else -1
    return found


INTACT = {number: 2 if number in STALE else 3 for number in range(saving.EPISODES)}
FROM_BACKUP = {number: 1 if number in STALE else 3 for number in range(saving.EPISODES)}


def judge_snapshot(file: StateFile, content: bytes, may_change: int = 0) -> Iterator[str]:
    """Yield what is wrong after loading with a damaged snapshot.

    Args:
        may_change: entries that the damage can have turned into others that make sense.
    """
    state = file.load()
    if _LATER.search(content):
        yield from _left_alone(file, content, state)
        return
    rounds = rounds_of(state.progress)
    aside = list(file.path.parent.glob("state.toml.corrupt-*"))
    if aside:
        if rounds != FROM_BACKUP:
            yield f"not what backup and journal hold: {rounds}"
        if [path.read_bytes() for path in aside] != [content]:
            yield "the damaged file was not kept as it was"
        if not any(aside[0].name in notice for notice in state.notices):
            yield f"nobody was told: {state.notices}"
    else:
        changed = [number for number, round_ in rounds.items() if round_ != INTACT[number]]
        if len(changed) > may_change:
            yield f"taken for good, with {changed} changed"
        if state.notices:
            yield f"said {state.notices} of a file that was left"
    yield from goes_on(file, state)


def _left_alone(file: StateFile, content: bytes, state: State) -> Iterator[str]:
    """Yield what is wrong after loading with a snapshot that damage made one of a later version."""
    if state.is_writable or not any("newer" in notice for notice in state.notices):
        yield f"of a later version, but said {state.notices}"
    with contextlib.suppress(StateError):
        file.append(saving.everything(4))
        yield "of a later version, but saved"
    if file.path.read_bytes() != content or list(file.path.parent.glob("state.toml.corrupt-*")):
        yield "of a later version, but not left alone"


def goes_on(file: StateFile, before: State) -> Iterator[str]:
    """Yield what is wrong after saving on, as the app does, and loading again."""
    former = before.progress.get("part-0")
    saved = Progress(former.updated + timedelta(milliseconds=1) if former else saving.BEGAN, 42.0)
    try:
        file.append([ProgressRecord("part-0", saved)])
        file.compact()
    except StateError as error:
        yield f"cannot be saved any more: {error}"
        return
    state = file.load()
    if state.notices:
        yield f"the load after the next save says {state.notices}"
    found, wanted = ({**rounds_of(one.progress), 0: 0} for one in (state, before))
    if found != wanted or state.progress["part-0"].position != saved.position:
        yield f"after the next save: {found}, not {wanted}, and {state.progress['part-0']}"


def cut_snapshot(trial: Trial) -> Result:
    """Cut the snapshot at every byte."""
    copies = _begin(trial)
    content = copies.content["state.toml"]
    cuts = (content[:length] for length in range(len(content)))
    return _all("snapshot cut", cuts, lambda cut: judge_snapshot(copies.damaged("state.toml", cut), cut))


def cut_journal(trial: Trial) -> Result:
    """Cut the journal at every byte: the whole records before the cut are there, and can be added to."""
    copies = _begin(trial)
    content = copies.content["state.journal.toml"]

    def judge(cut: bytes) -> Iterator[str]:
        file = copies.damaged("state.journal.toml", cut)
        whole = sum(cut.count(b"crc = " + line) for line in _checksums(content))
        state = file.load()
        wanted = {number: 3 if number < min(whole, 3) else 2 for number in range(saving.EPISODES)}
        if rounds_of(state.progress) != wanted:
            yield f"{rounds_of(state.progress)}, not {wanted}"
        yield from map("said {}".format, state.notices)
        yield from goes_on(file, state)

    return _all("journal cut", (content[:length] for length in range(len(content))), judge)


def _checksums(content: bytes) -> list[bytes]:
    return [line.partition(b"crc = ")[2] for line in content.split(b"\n") if line.startswith(b"crc = ")]


def spoil(trial: Trial) -> Result:
    """Flip bits and overwrite blocks of snapshot and journal: what is not hit stays, and nothing breaks."""
    copies, chances = _begin(trial), trial.chances()
    kinds = [(name, how) for name in copies.content for how in (flip_bit, zero_block, scramble_block)]
    losses: list[str] = []
    for _ in range(FLIPS):
        name, how = chances.choice(kinds)
        content, span = how(copies.content[name], chances)
        file = copies.damaged(name, content)
        start, end = span
        if name == "state.toml":
            found = judge_snapshot(file, content, may_change=1 + copies.content[name][start:end].count(b"[episodes."))
        else:  # a record whose beginning is no longer on a line of its own goes with the one before
            found = judge_journal(file, 1 + copies.content[name][start : end + 2].count(b"[["))
        losses += [f"{how.__name__} at {span} of {name}: {loss}" for loss in found]
    return Result(tuple(losses), FLIPS)


def judge_journal(file: StateFile, hit: int) -> Iterator[str]:
    """Yield what is wrong after loading with a journal in which so many records were hit."""
    state = file.load()
    rounds = rounds_of(state.progress)
    older = [number for number in INTACT if rounds[number] != INTACT[number]]
    if any(rounds[number] != 2 for number in older) or len(older) > hit:
        yield f"{rounds} after damage to {hit} records"
    yield from map("said {}".format, state.notices)
    yield from goes_on(file, state)


def flip_bit(content: bytes, chances: random.Random) -> tuple[bytes, tuple[int, int]]:
    """Turn one bit over."""
    place = chances.randrange(len(content))
    flipped = content[place] ^ 1 << chances.randrange(8)
    return content[:place] + bytes([flipped]) + content[place + 1 :], (place, place + 1)


def zero_block(content: bytes, chances: random.Random) -> tuple[bytes, tuple[int, int]]:
    """Make a block nothing but NULs."""
    return _replace(content, chances, lambda size: bytes(size))


def scramble_block(content: bytes, chances: random.Random) -> tuple[bytes, tuple[int, int]]:
    """Write noise over a block."""
    return _replace(content, chances, chances.randbytes)


def _replace(content: bytes, chances: random.Random, make: Callable[[int], bytes]) -> tuple[bytes, tuple[int, int]]:
    size = chances.randint(1, 512)
    place = chances.randrange(len(content))
    end = min(place + size, len(content))
    return content[:place] + make(end - place) + content[end:], (place, end)


def _begin(trial: Trial) -> Copies:
    copies = Copies(trial.folder)
    mutants.apply(trial.mutant)
    return copies


def _all(what: str, damages: Iterable[bytes], judge: Callable[[bytes], Iterator[str]]) -> Result:
    losses: list[str] = []
    count = 0
    for damage in damages:
        count += 1
        losses += [f"{what} at {len(damage)}: {loss}" for loss in judge(damage)]
    return Result(tuple(losses), count)


CHECKS = (
    Check("b", "snapshot cut at every byte", cut_snapshot, 1, {"forgets damaged files": 1, "uses no backup": 1}),
    Check("b", "journal cut at every byte", cut_journal, 1, {"reads a journal whole": 1}),
    Check("b", "bits flipped and blocks overwritten", spoil, 10,
          {"forgets damaged files": 1, "reads a journal whole": 1}),
)  # fmt: skip
