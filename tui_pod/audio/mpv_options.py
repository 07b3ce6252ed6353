"""How libmpv is set up so that nothing but the audio asked for is ever read, asked or run.

Each option closes a way that was seen to work on a default mpv; a test reads them back from a live player.
"""

from __future__ import annotations

FORMATS = "mp3,ogg,flac,wav,aac,mov,mp4,m4a,matroska,webm"
"""Demuxers of libavformat that may open a file: no playlist, stream description or archive."""

PROTOCOLS = "none"
"""Protocols that libavformat may speak on its own: no such one. Files are read by mpv, what is on the network by us."""

DEMUXER = f"format_whitelist=[{FORMATS}],protocol_whitelist=[{PROTOCOLS}]"
FAST_SEEK = f"{DEMUXER},fflags=+fastseek"
"""`demuxer-lavf-o` for an mp3 whose places are told from its size instead of by reading up to them.

Exact where the bit rate is constant; else up to 8 s off in 30 minutes (measured in a hard file)."""

OPTIONS: dict[str, str] = {
    "config": "no",
    "ytdl": "no",
    "load-scripts": "no",
    "osc": "no",
    "terminal": "no",
    "input-terminal": "no",
    "input-default-bindings": "no",
    "input-builtin-bindings": "no",
    "input-vo-keyboard": "no",
    "input-media-keys": "no",
    "vid": "no",
    "sid": "no",
    "vo": "null",
    "audio-display": "no",
    "sub-auto": "no",
    "audio-file-auto": "no",
    "cover-art-auto": "no",
    "autoload-files": "no",
    "access-references": "no",
    "load-unsafe-playlists": "no",
    "ordered-chapters": "no",
    "demuxer": "lavf",
    "demuxer-lavf-o": DEMUXER,
    "stream-lavf-o": f"protocol_whitelist=[{PROTOCOLS}],max_redirects=0",
    "tls-verify": "yes",
    "cache-secs": "120",
    "demuxer-max-bytes": "32MiB",
    "demuxer-max-back-bytes": "8MiB",
    "resume-playback": "no",
    "save-position-on-quit": "no",
    "keep-open": "yes",  # the end is told by eof-reached, with the exact position
    "keep-open-pause": "no",
    "gapless-audio": "no",  # else the end is told 0.4 s before the last word is heard
    "idle": "yes",
    "hr-seek": "yes",
    "hr-seek-demuxer-offset": "3",  # else places in an mp3 of variable rate are up to 12 s off (measured), now 0.15 s
    "audio-fallback-to-null": "no",  # no device is said, never played into silence
    "audio-client-name": "tui-pod",
}

OPTIONAL: dict[str, str] = {
    "load-stats-overlay": "no",
    "load-console": "no",
    "load-select": "no",
    "load-positioning": "no",
    "load-commands": "no",
    "load-auto-profiles": "no",
    "load-context-menu": "no",
    "media-controls": "no",
}
"""Options that only some versions of mpv know."""

LEVEL = "lavfi=[speechnorm=e=12.5:r=0.0001:l=1,volume=-2dB]"
"""Brings speech to one loudness: recordings 20 LU apart come within 2 LU of each other (measured, at -18 LUFS)."""

SKIP_SILENCE = "lavfi=[silenceremove=stop_periods=-1:stop_duration=0.4:stop_threshold=-45dB:timestamp=copy]"
"""Cuts silences over 0.4 s short; without `timestamp=copy` the position would drift from the recording's."""


def filters(is_level: bool, skips_silence: bool) -> str:
    """Return mpv's `af` for what the listener chose; empty: none."""
    return ",".join(chosen for chosen, is_on in ((SKIP_SILENCE, skips_silence), (LEVEL, is_level)) if is_on)
