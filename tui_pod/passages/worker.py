"""The process that finds passages: one request as a JSON line on standard input, answers as lines on standard output.

Its memory and CPU stay out of the app, beside which it has the lowest priority. It ends with its input too. Request:
    {"cache": "FOLDER", "podcast": "ADDRESS", "episode": "ID", "recording": "PATH"}
Its answers:
    {"until": 42.5}     so many seconds are done
then one of
    {"end": 1234.5}     all is done and saved; the recording's length in seconds
    {"error": "…"}      the reason, for the listener; nothing was saved
"""

from __future__ import annotations

import subprocess
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from tui_pod.core.progress.passages import LONGEST, Repeat, count_pieces, join_pieces
from tui_pod.passages.fingerprint import FINE, SAMPLE_RATE, STEP, Fingerprint, fingerprint, whole
from tui_pod.passages.matching import LEAD, TAIL, Match, Matcher
from tui_pod.passages.store import LIBRARY, PASSAGE, ComparedRecording, PassageError, PassageStore, stamp_of
from tui_pod.runtime.cell import GB
from tui_pod.runtime.files import locked
from tui_pod.runtime.subprocesses import running, start_of
from tui_pod.speech.decoder import NO_PLAYER
from tui_pod.speech.worker_main import answer_request

CONFIRMED = 2
"""How many other recordings of a podcast must have a passage for it to be put into the library."""


def find(cache: str, podcast: str, episode: str, recording: str) -> Generator[dict[str, float], None, None]:
    """Compare a recording with the latest of its podcast and with the library, save the result, and yield answers.

    Raises:
        PassageError: that is impossible, or another program does so now.
        OSError: the recording cannot be read.
    """
    store = PassageStore(Path(cache))
    with locked(store.file.with_suffix(".lock"), PassageError("Another tui-pod is looking for passages.")):
        stamp, blocks = stamp_of(Path(recording)), list[Fingerprint]()
        for block in decoded(Path(recording)):
            blocks.append(block)
            yield {"until": round(sum(len(one.words) for one in blocks) * STEP / FINE, 3)}
        sound = whole(blocks)
        matcher = Matcher(sound)
        ours = ComparedRecording(episode, podcast, stamp, _packed(sound))
        matches = {
            other: found
            for other, theirs in store.others(ours)
            if (found := matcher.find(np.frombuffer(theirs, "<u4")))
        }
        repeats = [(episode, Repeat(*one[:2], other, *one[2:])) for other, found in matches.items() for one in found]
        passages, sightings = _confirmed(ours, sound, matches, store)
        if not stamp or stamp != stamp_of(Path(recording)):
            raise PassageError("The recording changed meanwhile.")
        store.save(ours, passages, [*repeats, *sightings])
        yield {"end": round(len(sound.stored) * STEP, 3)}


def decoded(recording: Path, start: float = 0.0) -> Iterator[Fingerprint]:
    """Yield the fingerprint of a recording from `start` seconds on. Raises PassageError if it cannot be decoded."""
    command, environment = start_of("tui_pod.speech.decoder", recording, str(SAMPLE_RATE), f"{start:.3f}")
    with running(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as decoder:
        assert decoder.stdout is not None
        yield from fingerprint(decoder.stdout)
        status = decoder.wait()
    if status == NO_PLAYER:
        raise PassageError("libmpv, which decodes recordings, is missing. Run: tui-pod doctor")
    if status:
        raise PassageError("The recording cannot be decoded.")


def _packed(sound: Fingerprint) -> bytes:
    return sound.stored.astype("<u4").tobytes()


def _confirmed(
    ours: ComparedRecording, sound: Fingerprint, matches: Mapping[str, Sequence[Match]], store: PassageStore
) -> tuple[list[ComparedRecording], list[tuple[str, Repeat]]]:
    """Return passages for the library, which has none of them yet, and which recordings have them.

    Recordings of other podcasts were compared before the passages were known.
    """
    known = [one for other, found in matches.items() if other.startswith(PASSAGE) for one in found]
    siblings = {other: found for other, found in matches.items() if not other.startswith(PASSAGE)}
    pieces = count_pieces(tuple((one.start, one.end) for one in found) for found in siblings.values())
    passages, sightings = list[ComparedRecording](), list[tuple[str, Repeat]]()
    matchers = dict[str, Matcher]()
    for start, end, *_ in join_pieces(piece for piece in pieces if piece.heard >= CONFIRMED):
        if end - start > LONGEST or any(min(end, one.end) - max(start, one.start) > (end - start) / 2 for one in known):
            continue
        first, last = round((start - LEAD) / STEP), round((end - TAIL) / STEP)
        name, offset = f"{PASSAGE}{ours.id} {start:.2f}", first * STEP
        inside = slice(max(0, first) * FINE, last * FINE)
        passage = Fingerprint(sound.words[inside], sound.doubtful[inside])
        passages.append(ComparedRecording(name, LIBRARY, "", _packed(passage)))
        sightings.append((ours.id, Repeat(start, end, name, start - offset, end - offset)))
        for other, found in siblings.items():
            for one in found:
                low, high = max(start, one.start), min(end, one.end)
                if low < high:
                    there = Repeat(one.other_start, one.other_end, other, one.start, one.end)
                    place = Repeat(there.here(low), there.here(high), name, low - offset, high - offset)
                    sightings.append((other, place))
        matchers[name] = Matcher(passage)
    for other, theirs in store.others(ours, are_elsewhere=True) if matchers else ():
        for name, matcher in matchers.items():
            again = matcher.find(np.frombuffer(theirs, "<u4"))
            sightings += [(other, Repeat(*one[2:], name, *one[:2])) for one in again]
    return passages, sightings


if __name__ == "__main__":
    answer_request(lambda request: find(**request), 2 * GB)
