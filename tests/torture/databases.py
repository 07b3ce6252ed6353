"""Databases as they come back from a bad disk: caches are made anew, that of podcasts is repaired row by row."""

import random
import shutil
import subprocess
from pathlib import Path

from tests.torture import mutants
from tests.torture.damage import flip_bit, scramble_block, zero_block
from tests.torture.shelf import Home, make_home, program
from tests.torture.trials import Check, Result, Trial
from tui_pod.shelf.database import FeedStoreError
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import Published, PublishedItem

COMMANDS = (("list",), ("search", "Torture"), ("search", "Part", "--json"))
"""What reads the caches."""

MANY = 1_100
"""Episodes for which the library is cached."""

MOST = 0.9
"""Share of the lines that must be printed: what changes a row, but breaks no rule of SQLite's, nobody can tell."""

PODCASTS, EPISODES = 5, 200

DAMAGES = 60
"""Of the database of podcasts, in a trial."""

SILENT = 1
"""Damages of a trial that may hide episodes without an error: SQLite believes a page's own count of its rows."""

OFTEN = 0.75
"""Share of the episodes that must be there after a damage, on average: one that hits an inner page takes many along."""


def spoil(content: bytes, chances: random.Random) -> bytes:
    """Damage a file in some way."""
    match chances.randrange(5):
        case 0:
            return content[: chances.randrange(len(content))]
        case 1:
            return chances.randbytes(100) + content[100:]
        case _:
            return spoil_blocks(content, chances)


def spoil_blocks(content: bytes, chances: random.Random) -> bytes:
    """Damage a file in up to eight places."""
    for _ in range(chances.randint(1, 8)):
        content, _ = chances.choice((flip_bit, zero_block, scramble_block))(content, chances)
    return content


def spoil_caches(trial: Trial) -> Result:
    """Damage everything in the cache: each command says as much as before, at the second attempt at the latest."""
    chances = trial.chances()
    home = make_home(trial.folder / "home", (300.0,), parts=MANY)
    before = [_run(home, "", words) for words in COMMANDS]
    cache = home.folder / "cache"
    good = trial.folder / "good"
    shutil.copytree(cache, good)
    losses: list[str] = []
    count = 4
    for number in range(count):
        shutil.rmtree(cache)
        shutil.copytree(good, cache)
        for path in sorted(path for path in cache.rglob("*") if path.is_file() and path.stat().st_size):
            path.write_bytes(spoil(path.read_bytes(), chances))
        for words, wanted in zip(COMMANDS, before, strict=True):
            for _ in range(2):
                status, text = _run(home, trial.mutant, words)
                if status == 0 and len(text.splitlines()) > MOST * len(wanted[1].splitlines()):
                    break
            else:
                losses.append(f"damage {number}: {' '.join(words)} exits {status}: {text[-200:]!r}")
    return Result(tuple(losses), count)


def _run(home: Home, mutant: str, words: tuple[str, ...]) -> tuple[int, str]:
    command = [*program(mutant), *words, "--catalog", str(home.catalog), "--state", str(home.state)]
    done = subprocess.run(command, env=home.variables, capture_output=True, text=True, check=False, cwd=home.folder)
    return done.returncode, done.stdout or done.stderr


def spoil_podcasts(trial: Trial) -> Result:
    """Damage the database of podcasts: all podcasts and most episodes stay, and what is lost is told."""
    chances = trial.chances()
    good = trial.folder / "good"
    _make_podcasts(good)
    mutants.apply(trial.mutant)
    losses: list[str] = []
    silent: list[str] = []
    kept = []
    for number in range(DAMAGES):
        folder = trial.folder / f"{number}"
        shutil.copytree(good, folder)
        database = folder / "feeds.sqlite"
        spoil_one = spoil if number % 4 == 0 else spoil_blocks
        database.write_bytes(spoil_one(database.read_bytes(), chances))
        store = FeedStore(folder)
        try:
            feeds, episodes, said = _read(store)
        finally:
            store.db.close()
        if spoil_one is spoil_blocks:
            kept.append(episodes)
        if feeds < PODCASTS:
            losses.append(f"damage {number}: {feeds} podcasts, and {said}")
        elif episodes < 0.9 * PODCASTS * EPISODES and not said:
            silent.append(f"damage {number}: {episodes} episodes, and nothing is said")
        shutil.rmtree(folder)
    losses += silent[SILENT:]
    average = sum(kept) / len(kept) / PODCASTS / EPISODES
    if average < OFTEN:
        losses.append(f"{average:.0%} of the episodes are there on average")
    return Result(tuple(losses), DAMAGES, {"% of episodes lost on average": 100 - 100 * average})


def _make_podcasts(folder: Path) -> None:
    store = FeedStore(folder)
    addresses = [f"https://pod{number}.example.org/feed" for number in range(PODCASTS)]
    store.subscribe([Entry(address, f"Cast {number}") for number, address in enumerate(addresses)])
    for address in addresses:
        items = (
            PublishedItem(
                guid=f"guid-{n}", title=f"Episode {n}", audio=f"{address}/{n}.mp3", notes=f"<p>About {n}.</p>" * 10
            )
            for n in range(EPISODES)
        )
        store.store(address, Published("Cast", tuple(items)))
    store.db.close()


def _read(store: FeedStore) -> tuple[int, int, list[str]]:
    """Return the numbers of podcasts and episodes that are there, and what was said; no podcasts if it is unusable."""
    said: list[str] = []
    for _ in range(3):
        try:
            feeds, episodes = store.feeds(), store.identities()
            store.subscribe([Entry("https://another.example.org/feed")])
        except FeedStoreError as error:
            said.append(str(error))
        else:
            return len(feeds), len(episodes), [*said, *store.take_notices()]
    return 0, 0, said


CHECKS = (
    Check("b", "caches overwritten", spoil_caches, 10, {"keeps a damaged cache": 6}),
    Check("b", "the database of podcasts overwritten", spoil_podcasts, 20, {"repairs no rows": 2}),
)
