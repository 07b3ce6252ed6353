"""Find out whether a recording can be played and how to seek in it, and add its length if it does not state one.

Blocks on disk and network: run it in a thread.
"""

from __future__ import annotations

from tui_pod.core.player.snapshot import Source
from tui_pod.net.fetch import FetchError
from tui_pod.recordings.mp3_head import (
    ENDLESS_TAG,
    HEAD,
    MAX_ENTRIES,
    MAX_TAG,
    SYNC,
    has_endless_tag,
    length_frame,
    read_head,
    tag_size,
)
from tui_pod.recordings.remote_recording import RemoteRecording
from tui_pod.runtime.threads import CancelToken

ENTRY = 10
"""Fewest bytes of an entry of a tag."""

OFF = 0.05
"""Share by which a size may differ from the one computed from the first frames and the stated length."""

LEAST, MOST = 1_000, 40_000
"""Bytes a second of an mp3 at 8 and at 320 kbit/s. A stated length that implies fewer or more is wrong."""

PATIENCE = 5.0
"""Seconds to wait for the head of a recording, which tells how to seek in it."""


def find_places(source: Source, stream: RemoteRecording, stated: float | None, cancel: CancelToken) -> Source:
    """Return the source of a stream with how to seek in it; unchanged if its head does not arrive in time.

    An mp3 of variable rate without a length gets a frame with the stated length. Players would guess the length from
    the first seconds, and compute positions from that.

    Args:
        source: that of the stream.
        stream: the recording that it reads.
        stated: the length in the feed, in seconds; None if not stated.
        cancel: ends the waiting.

    Raises:
        FetchError: no player would open it in reasonable time.
    """
    stream.inserted = 0, b""
    tag = tag_size(stream.peek(0, 10, PATIENCE, cancel))
    if tag > ENTRY * MAX_ENTRIES and has_endless_tag(stream.peek(0, min(tag, MAX_TAG), PATIENCE, cancel)):
        raise FetchError(ENDLESS_TAG, is_final=True)
    start = stream.peek(tag, HEAD, PATIENCE, cancel) if tag <= MAX_TAG else b""
    head = read_head(start)
    if head is None:
        return source
    size, first = stream.file.content.size, tag + head.first
    if head.is_constant_rate and head.kilobits and stated and size and stream.progress().is_seekable:
        expected = head.kilobits * 125 * stated
        if abs(size - first - expected) > OFF * expected:  # silence at the start looks so too
            middle = read_head(stream.peek((first + size) // 2, SYNC * 2, PATIENCE, cancel))
            is_same = middle is None or (middle.is_constant_rate and middle.kilobits == head.kilobits)
            head = head._replace(is_constant_rate=is_same)
    is_guessed = not (head.is_constant_rate or head.has_length)
    if is_guessed and stated and size and LEAST * stated <= size <= MOST * stated:
        stream.inserted = first, length_frame(start[head.first :], stated, size - first)
        head = head._replace(has_length=True)
    return source._replace(is_constant_rate=head.is_constant_rate, has_length=head.has_length)
