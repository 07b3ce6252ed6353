"""The command `feeds set`: print and change the settings of one podcast or book."""

from __future__ import annotations

from argparse import Namespace

from tui_pod.cli.podcasts.subscriptions import open_store
from tui_pod.cli.shared import Column, print_json, print_table
from tui_pod.cli.wishes import grant, place
from tui_pod.services.podcasts.podcast_settings import PodcastChoice
from tui_pod.wishes.logins import find_choice


def run(options: Namespace) -> int:
    """Change settings of a podcast or book, all or none; print them if no change is given."""
    status = 0
    if options.changes:
        status = grant(options, "podcasts.set", {"feed": place(options.feed), "changes": options.changes})
    if options.json or not options.changes:
        with open_store(options) as store:
            _print(find_choice(store, options.feed), options.json)
    return status


def _print(found: PodcastChoice, is_json: bool) -> None:
    rows, texts = found.rows, found.texts
    if is_json:
        print_json({name: getattr(found.settings, name, texts[name]) for name in rows})
        return
    columns = Column("setting"), Column("value", 12), Column("does", 24), Column("may be", 16)
    print_table(
        columns,
        [(name, texts[name] or f"({row.usual})", row.text, row.kind.allowed) for name, row in rows.items()],
    )
