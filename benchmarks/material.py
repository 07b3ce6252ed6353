"""What the program and its peers are measured with: catalogues, feeds, states and sounds, the same each time."""

from __future__ import annotations

import random
import wave
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

TOPICS = 30

LONG, SHORT = 600.0, 8.0
"""Seconds of a recording: most are long; the last four end soon."""

WORDS = (
    "attention transformer model layer weight gradient token embedding training inference prompt agent memory cache"
    " vector retrieval index query answer chain thought reason plan tool search image audio speech video diffusion"
    " noise sample policy reward value loss batch epoch optimiser schedule precision quantised sparse expert router"
    " scaling law data label human feedback safety red team benchmark score latency throughput kernel bandwidth"
    " cluster pipeline shard tensor graph compile trace profile deploy serve stream context window position encoding"
).split()

NEWEST = date(2026, 11, 20)


def title(number: int) -> str:
    """Return the title of an episode, by which it is found on the screen."""
    return f"E{number:06} {' '.join(random.Random(number).choices(WORDS, k=5))}"


def ident(number: int) -> str:
    """Return the id of an episode."""
    return f"episode-{number:06}"


def write_catalog(path: Path, count: int, audio: Sequence[Path | str]) -> Path:
    """Write a catalogue of `count` episodes in `TOPICS` topics; after the first few all have the first recording."""
    path.write_text("\n".join(_catalog(count, audio)), "utf-8")
    return path


def _catalog(count: int, audio: Sequence[Path | str]) -> Iterator[str]:
    yield 'version = 1\ntitle = "Measured"\n\n[[topics]]\nname = "Everything"\n'
    for topic in range(TOPICS):
        yield f'[[topics]]\nname = "Topic {topic:02}"\nparent = "Everything"\n'
    for number in range(count):
        chances = random.Random(f"summary {number}")
        topics = sorted(chances.sample(range(TOPICS), k=chances.randint(1, 3)))
        tags = ", ".join(f'"Topic {topic:02}"' for topic in topics)
        yield f'[[episodes]]\nid = "{ident(number)}"\ntitle = "{title(number)}"'
        yield f'summary = "{" ".join(chances.choices(WORDS, k=28)).capitalize()}."'
        yield f"duration = {chances.randint(60, 5400)}\npublished = {NEWEST - timedelta(hours=number)}\ntags = [{tags}]"
        yield f'audio = "{audio[number if number < len(audio) else 0]}"\n'


def write_state(path: Path, count: int) -> Path:
    """Write a state in which the first `count` episodes were touched: every third unfinished, the others played."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    lines = ["version = 1\n", '[ui]\ntopic = "Everything"\n']
    for number in range(count):
        when = f"{begin + timedelta(minutes=number * 3):%Y-%m-%dT%H:%M:%SZ}"
        is_started = number % 3 == 0
        lines.append(
            f'[episodes."{ident(number)}"]\nposition = {41.5 if is_started else 0.0}\nduration = 3000.0\n'
            f"played = {str(not is_started).lower()}\nupdated = {when}\nplays = {int(not is_started)}\n"
            f'listened = {when}\nheard = "0-41.5"\n'
        )
    path.write_text("\n".join(lines), "utf-8")
    return path


def write_sounds(folder: Path, count: int = 12) -> tuple[Path, ...]:
    """Write recordings of a soft tone with a pause of 0.6 s every 4 s, 16-bit mono at 16 kHz."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = tuple(folder / f"{number:02}.wav" for number in range(count))
    for number, path in enumerate(paths):
        _write_sound(path, LONG if number < count - 4 else SHORT)
    return paths


def _write_sound(path: Path, seconds: float) -> None:
    rate = 16_000
    period = b"".join(int(1_000 * (1 - abs(1 - place / 20))).to_bytes(2, "little", signed=True) for place in range(40))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        cycle = period * int(rate * 3.4 / 40) + bytes(2 * int(rate * 0.6))
        file.writeframes(cycle * int(seconds / 4))


def write_streams(folder: Path, count: int = 12, is_variable: bool = False) -> tuple[Path, ...]:
    """Write silent mp3 files, as long as the sounds: of 64 kbit/s and constant rate, or of two without a table."""
    folder.mkdir(parents=True, exist_ok=True)
    frame = _frame(64) if not is_variable else _frame(64) * 2 + _frame(32) * 2  # 26 ms each
    paths = tuple(folder / f"{number:02}.mp3" for number in range(count))
    for number, path in enumerate(paths):
        seconds = LONG if number < count - 4 else SHORT
        path.write_bytes(frame * int(seconds * 22_050 / 576 / (4 if is_variable else 1)))
    return paths


def _frame(kilobits: int) -> bytes:
    """Return a silent frame of MPEG 2, 22.05 kHz, mono."""
    return bytes((0xFF, 0xF3, kilobits // 8 << 4, 0xC4)) + bytes(72 * kilobits * 1000 // 22_050 - 4)


def feed(count: int, address: str) -> bytes:
    """Return an RSS feed of the same episodes, newest first; each one's recording lies at `address`."""
    items = "".join(_item(number, address) for number in range(count))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Measured</title>'
        f"<link>{address}</link><description>Measured</description>{items}</channel></rss>"
    ).encode()


def _item(number: int, address: str) -> str:
    chances = random.Random(f"summary {number}")
    when = datetime(2026, 11, 20, tzinfo=UTC) - timedelta(hours=number)
    return (
        f"<item><title>{title(number)}</title><guid>{ident(number)}</guid>"
        f"<description>{' '.join(chances.choices(WORDS, k=28)).capitalize()}.</description>"
        f"<pubDate>{when:%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
        f'<enclosure url="{address}?{number}" length="1000000" type="audio/wav"/></item>'
    )
