"""The command `find`: search the podcast directories in the settings, say which, and play an episode that was found."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict

from tui_pod.cli.remote import ask, describe
from tui_pod.cli.shared import Column, load_config, print_json, print_table, tell, warn
from tui_pod.cli.wishes import grant
from tui_pod.config.paths import find_paths
from tui_pod.core.errors import UsageError, UserError
from tui_pod.core.text.clean import clean, counted, enumerated
from tui_pod.services.podcasts.opening import network_policy
from tui_pod.sources.directories import NO_CHARTS, FoundPodcast, country_for, find, find_top, make_directories


def run(options: Namespace) -> int:
    """Print the podcasts that the directories find, or play an episode; return 1 if no directory answered.

    Raises:
        UserError: no directory is set, or the episode cannot be played.
    """
    words, country = clean(" ".join(options.words), 200), options.country or ""
    if country and not re.fullmatch("[A-Za-z]{2}", country):
        raise UsageError("--country takes two letters, such as AT")
    if options.top:
        return _print_top(options, words)
    if options.category is not None:
        raise UsageError("--category needs --top")
    if not words:
        raise UsageError("no words to search for. See: tui-pod find --help")
    settings, paths = load_config(options).settings, find_paths(options.state, options.config)
    chosen = settings.find
    if options.play is not None:
        if not (options.episodes and options.play.isdecimal() and int(options.play[:4])):
            raise UsageError("--play takes a number from 1, and needs --episodes")
        ask(paths.state, {"command": "status"})  # says if no app is running
    directories = make_directories(
        chosen.directories,
        country or chosen.country,
        chosen.podcastindex_key,
        chosen.podcastindex_secret_command,
    )
    directories = [directory for directory in directories if directory.finds_episodes is options.episodes]
    if not directories:
        which = "that finds episodes, such as itunes, " if options.episodes else ""
        raise UserError(f"no directory {which}is set: see [find] in tui-pod config --default")
    names = list(dict.fromkeys(directory.name for directory in directories))
    warn(f"asking {enumerated(names)}")
    found = asyncio.run(find(words, directories, network_policy(settings)))
    warn(*found.faults)
    podcasts = found.episodes if options.episodes else found.podcasts
    if options.play is not None and podcasts:
        if (number := int(options.play[:4])) > len(podcasts):
            raise UserError(f"only {counted(len(podcasts))} found")
        wanted = podcasts[number - 1]
        grant(options, "directory.play", {"address": wanted.address, "episode": wanted.episode})
        now = ask(paths.state, {"command": "now"})[0]
        print_json(now) if options.json else print(describe(now))
    elif options.json:
        print_json([_json(podcast) for podcast in podcasts])
    elif options.episodes:
        columns = Column("address", 24), Column("podcast", 16), Column("episode", 24), Column("date")
        episodes = [(each.address, each.title, each.episode or "", each.newest.isoformat() if each.newest else "")
                for each in podcasts]  # fmt: skip
        print_table(columns, episodes)
    else:
        _print_podcasts(podcasts)
    answered = found.answered(names)
    if not podcasts and answered:
        warn(f"no {'episode' if options.episodes else 'podcast'} for “{words}”")
    elif podcasts and options.play is None and sys.stderr.isatty():
        tell("To subscribe: tui-pod feeds add ADDRESS")
    return 0 if answered else 1


def _print_top(options: Namespace, words: str) -> int:
    """Print the chart of a country, or of a category in it; return 1 if there is no answer."""
    if words or options.episodes or options.play is not None:
        raise UsageError("--top takes a category and a country, and nothing else")
    settings, paths = load_config(options).settings, find_paths(options.state, options.config)
    if "itunes" not in settings.find.directories:
        raise UserError(NO_CHARTS)
    country = country_for(options.country or settings.find.country, os.environ)
    warn("asking iTunes")
    typed = f"{options.category or ''} {country}"
    found = asyncio.run(find_top(typed, country, paths.cache / "remote", network_policy(settings)))
    warn(*found.faults)
    print_json([_json(podcast) for podcast in found.podcasts]) if options.json else _print_podcasts(found.podcasts)
    if not (found.podcasts or found.unanswered):
        warn(f"iTunes has no chart for “{clean(typed.strip(), 40)}”")
    return 0 if found.podcasts else 1


def _print_podcasts(podcasts: Sequence[FoundPodcast]) -> None:
    heads = (Column("address", 24), Column("title", 16), Column("publisher", 12),
             Column("episodes", is_right=True), Column("newest"), Column("language"))  # fmt: skip
    rows = [(each.address, each.title, each.publisher or "", str(each.episodes or ""),
             each.newest.isoformat() if each.newest else "", each.language or "") for each in podcasts]  # fmt: skip
    print_table(heads, rows)


def _json(podcast: FoundPodcast) -> dict[str, object]:
    fields = asdict(podcast) | {"publisher": podcast.publisher or ""}
    if not podcast.episode:
        del fields["episode"]
    return fields
