"""Read catalogue files: report errors with file, line and key, and make paths absolute."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tui_pod.config.paths import embedded_catalog, embedded_transcripts
from tui_pod.core.library.catalog import Catalog, CatalogError, Fault, Locate, parse_catalog
from tui_pod.core.library.library import CatalogsError
from tui_pod.runtime.files import TooLarge, Unreadable, read_bytes

MAX_CATALOG = 48 * 1024 * 1024
"""Largest catalogue that is read (bytes): a sixth more than one with 100,000 episodes, which takes 0.22 GB."""

LARGE = 1024 * 1024
"""Bytes of catalogues from which on a process with limits reads them; smaller ones take 20 MB and 2 s at most."""

SECONDS, MEMORY, LARGEST_CACHE = 60.0, 1024 * 1024 * 1024, 1024 * 1024 * 1024
"""What that process may take: CPU time, and bytes of memory and of a file; 100,000 episodes take 5 s."""


def read_catalog(path: Path) -> tuple[Catalog, str]:
    """Return the catalogue in a file, and its text. Raises CatalogError with its faults."""
    try:
        content = read_bytes(path, MAX_CATALOG)
    except (FileNotFoundError, NotADirectoryError):
        raise CatalogError([Fault(1, "no such file")]) from None
    except IsADirectoryError:
        raise CatalogError([Fault(1, "a folder, not a file")]) from None
    except TooLarge as error:
        raise CatalogError([Fault(1, f"{error.strerror}; split it, and name each part with --catalog")]) from None
    except Unreadable as error:
        raise CatalogError([Fault(1, str(error.strerror))]) from None
    except OSError as error:
        raise CatalogError([Fault(1, f"cannot be read: {error.strerror}")]) from error
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CatalogError([Fault(line, "not UTF-8 text: save the file in UTF-8")]) from None
    del content  # which is as long
    return parse_catalog(text, _locator(path)), text


def _locator(path: Path) -> Locate:
    """Return what makes paths in a catalogue absolute, and knows the transcripts of the embedded one."""
    folder = path.absolute().parent
    transcripts = embedded_transcripts() if path == embedded_catalog() else None

    def resolve(value: str | None) -> str | None:
        return value if value is None or "://" in value else str(folder / value)

    def locate(ident: str, audio: str | None, transcript: str | None) -> tuple[str | None, str | None]:
        if transcript is None and transcripts:
            return resolve(audio), f"{transcripts}/{ident}.txt"
        return resolve(audio), resolve(transcript)

    return locate


def is_large(paths: Sequence[Path]) -> bool:
    """Return whether a process with limits is worth its start for these catalogues."""
    size = 0
    for path in paths:
        with contextlib.suppress(OSError):
            size += path.stat().st_size
    return size >= LARGE


def read_apart(function: Callable[..., Any], paths: Sequence[Path], *arguments: str | None) -> Any:
    """Return what a function makes of these catalogues; in a process with limits if they are large.

    Raises CatalogsError if they take too much.
    """
    words = [*map(str, paths)]
    if not is_large(paths):
        return function(words, *arguments)
    from tui_pod.runtime.limited_processes import CallLimits, ContentFault, LimitedProcesses  # few need it

    processes = LimitedProcesses(CallLimits(SECONDS, MEMORY, LARGEST_CACHE))
    try:
        return processes.call(f"{function.__module__}:{function.__name__}", words, *arguments)
    except ContentFault as fault:
        raise CatalogsError([f"{path}:1: {fault}" for path in paths]) from None
    finally:
        processes.close()


def check_catalogs(paths: Sequence[str]) -> tuple[list[int], list[str]]:
    """Return how many episodes each of these catalogues has, and all faults."""
    try:
        return [len(catalog.episodes) for catalog in read_catalogs([*map(Path, paths)])], []
    except CatalogsError as error:
        return [], error.lines


def read_catalogs(paths: Sequence[Path]) -> list[Catalog]:
    """Return the catalogues in these files, whose ids are distinct. Raises CatalogsError with all faults."""
    lines: list[str] = []
    catalogs: list[Catalog] = []
    owners: dict[str, Path] = {}
    for path in paths:
        try:
            catalog, text = read_catalog(path)
        except CatalogError as error:
            lines += [f"{path}:{fault.line}: {fault.message}" for fault in error.faults]
            continue
        catalogs.append(catalog)
        twice = [number for number, episode in enumerate(catalog.episodes) if episode.id in owners]
        if twice:
            from tui_pod.core.library.toml_lines import line_finder  # only needed for errors

            find_line = line_finder(text)
            for number in twice:
                line, ident = find_line(f"episodes.{number}.id"), catalog.episodes[number].id
                lines.append(f"{path}:{line}: id “{ident}” is already used in {owners[ident]}")
        for episode in catalog.episodes:
            owners.setdefault(episode.id, path)
    if lines:
        raise CatalogsError(lines)
    return catalogs
