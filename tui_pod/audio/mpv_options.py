"""The options of libmpv, which keep it from reading, requesting or running anything but the requested audio.

Each option closes a hole that was found in a default mpv; a test reads them back from a live player.
"""

from __future__ import annotations

FORMATS = (
    "mp3,ogg,flac,wav,aac,mov,mp4,m4a,matroska,webm,aiff,asf,ac3,eac3,mpegts,mpeg,caf,amr,ape,wv,tta,mpc,mpc8,dts,avi,"
    "flv,au,w64"
)
"""Demuxers of libavformat that may open a file: no playlist, stream description or archive."""

PROTOCOLS = "none"
"""Protocols that libavformat may use itself: none. mpv reads files, and tui-pod reads from the network."""

DEMUXER = f"format_whitelist=[{FORMATS}],protocol_whitelist=[{PROTOCOLS}]"
FAST_SEEK = f"{DEMUXER},fflags=+fastseek"
"""`demuxer-lavf-o` for an mp3 in which positions are computed from the file's size instead of by reading up to them.

Exact if the bit rate is constant; otherwise up to 8 s off in 30 minutes (measured with a difficult file)."""

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
    "keep-open": "yes",  # eof-reached reports the end, with the exact position
    "keep-open-pause": "no",
    "gapless-audio": "no",  # else the end is reported 0.4 s before the last word is heard
    "idle": "yes",
    "hr-seek": "yes",
    "hr-seek-demuxer-offset": "3",  # else seeks in an mp3 of variable rate are up to 12 s off (measured), now 0.15 s
    "audio-fallback-to-null": "no",  # a missing device is reported instead of playing in silence
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
    "curl-enabled": "no",  # else mpv after 0.41 opens addresses with curl, which knows no whitelist of protocols
}
"""Options that only some versions of mpv have; each turns something off."""
