"""Names of files that listeners see, which every file system takes and no feed can abuse."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date

from tui_pod.core.text.clean import clean

PATTERN = "{podcast}/{date} {title}"
"""How downloads are called, without the ending: one name a folder, and that of the file."""

MOST_BYTES = 120
"""Bytes of a name without its ending; encrypted folders of Linux take names of 143 bytes."""

_RESERVED = r"(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³])(\..*)?"
"""Names that Windows takes for devices, whatever their ending is."""


def file_name(pattern: str, podcast: str, published: date | None, title: str) -> str:
    """Return the path that a pattern gives an episode, without the ending; parts with nothing in them are left out."""
    values = {"podcast": podcast, "date": published.isoformat() if published else "", "title": title}
    parts = [re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], ""), part) for part in pattern.split("/")]
    *folders, name = (safe_name(part) for part in parts)
    return "/".join([*filter(None, folders), name or "Untitled"])


def safe_name(text: str) -> str:
    """Return a text as the name of a file or a folder; empty if nothing of it can be in a name."""
    name = re.sub(r": +", " - ", clean(unicodedata.normalize("NFC", text)))
    name = re.sub(r'[/\\|:<>"\ufffd]', "-", re.sub(r"[?*]", "", name))
    name = name.encode()[:MOST_BYTES].decode("utf-8", "ignore").lstrip(" .-~").rstrip(" .")
    return f"_{name}" if re.fullmatch(_RESERVED, name, re.IGNORECASE) else name


def folded(name: str) -> str:
    """Return what two names have in common that some file system takes for the same."""
    return unicodedata.normalize("NFC", name).casefold()


def distinct(stem: str, ending: str, taken: Collection[str]) -> str:
    """Return the first name that is not among the taken ones (`folded`): `Title.mp3`, `Title 2.mp3` and so on."""
    number, name = 1, f"{stem}{ending}"
    while folded(name) in taken:
        number += 1
        name = f"{stem} {number}{ending}"
    return name
