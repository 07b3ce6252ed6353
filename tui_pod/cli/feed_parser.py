"""The words of the commands about podcasts. Imports nothing of them: every command's start reads this."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_feed_commands(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add `feeds` with its own commands, `import` and `export`."""
    feeds = add("feeds", "subscribe to podcasts, refresh them, and put them in order")
    actions = feeds.add_subparsers(dest="action", metavar="COMMAND", title="commands", required=True)

    def add_action(name: str, text: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", allow_abbrev=False)

    command = add_action("add", "subscribe to a podcast by its address, or that of a page about it")
    command.add_argument("urls", metavar="URL", nargs="+")
    command.add_argument("--folder", metavar="PATH", action="append", default=[],
                         help="topic to put it under, such as Science/Physics; may be given several times")  # fmt: skip
    command = add_action("list", "print the podcasts: address, title, episodes, folders, what went wrong last")
    command.add_argument("--json", action="store_true", help="print JSON")
    command = add_action("refresh", "fetch what is new")
    command.add_argument("feeds", metavar="FEED", nargs="*", help="address or title; default: all")
    command = add_action("remove", "unsubscribe; adding the same address within a month brings all back")
    command.add_argument("feeds", metavar="FEED", nargs="+", help="address or title")
    command = add_action("move", "fetch a podcast from another address, or put it under other topics")
    command.add_argument("feed", metavar="FEED", help="address or title")
    command.add_argument("places", metavar="TO", nargs="+",
                         help="new address, or topics such as Science/Physics; / for none")  # fmt: skip
    command = add_action("keep", "download the next episodes of a podcast ahead, whenever it is refreshed")
    command.add_argument("feed", metavar="FEED", help="address or title")
    command.add_argument("count", metavar="COUNT", help="how many; 0 for none, default for what the settings say")
    command = add_action("topics", "print a podcast's categories, and make them and its keywords topics or not")
    command.add_argument("feed", metavar="FEED", help="address or title")
    command.add_argument("wish", choices=("on", "off"))
    command = add("import", "subscribe to all podcasts of an OPML file; its folders become topics")
    command.add_argument("file", metavar="FILE", type=Path, help="OPML; - for standard input")
    add("export", "print the podcasts as OPML")
