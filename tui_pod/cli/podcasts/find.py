"""The command `find`: search the podcast directories in the settings, and say which."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from dataclasses import asdict

from tui_pod.cli.shared import load_config, print_json, print_table, tell, warn
from tui_pod.cli.tables import Column
from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import clean, enumerated
from tui_pod.feeds.directories.find import FoundPodcast, find
from tui_pod.feeds.directories.services import make_directories
from tui_pod.services.podcasts.opening import network_policy


def run(options: Namespace) -> int:
    """Print the podcasts that the directories find; return 1 if none of them answered.

    Raises:
        UserError: no directory is set.
    """
    settings = load_config(options).settings
    chosen = settings.find
    directories = make_directories(
        chosen.directories, chosen.country, chosen.podcastindex_key, chosen.podcastindex_secret_command
    )
    directories = [directory for directory in directories if directory.finds_episodes is options.episodes]
    if not directories:
        which = "that finds episodes, such as itunes, " if options.episodes else ""
        raise UserError(f"no directory {which}is set: see [find] in tui-pod config --default")
    words = clean(" ".join(options.words), 200)
    names = list(dict.fromkeys(directory.name for directory in directories))
    warn(f"asking {enumerated(names)}")
    found = asyncio.run(find(words, directories, network_policy(settings)))
    warn(*found.faults)
    podcasts = found.episodes if options.episodes else found.podcasts
    if options.json:
        print_json([_json(podcast) for podcast in podcasts])
    elif options.episodes:
        columns = Column("address", 24), Column("podcast", 16), Column("episode", 24), Column("date")
        rows = [(each.address, each.title, each.episode, each.newest.isoformat() if each.newest else "")
                for each in podcasts]  # fmt: skip
        print_table(columns, rows)
    else:
        heads = (Column("address", 24), Column("title", 16), Column("publisher", 12),
                 Column("episodes", is_right=True), Column("newest"), Column("language"))  # fmt: skip
        print_table(heads, [_row(podcast) for podcast in podcasts])
    if not podcasts and len(found.faults) < len(names):
        warn(f"no {'episode' if options.episodes else 'podcast'} for “{words}”")
    elif podcasts and sys.stderr.isatty():
        tell("To subscribe: tui-pod feeds add ADDRESS")
    return 1 if len(found.faults) == len(names) else 0


def _row(podcast: FoundPodcast) -> tuple[str, ...]:
    newest = podcast.newest.isoformat() if podcast.newest else ""
    return (podcast.address, podcast.title, podcast.publisher, str(podcast.episodes or ""), newest, podcast.language)


def _json(podcast: FoundPodcast) -> dict[str, object]:
    told = asdict(podcast) | {"language": podcast.language or None, "cover": podcast.cover or None}
    if not podcast.episode:
        del told["episode"]
    return told
