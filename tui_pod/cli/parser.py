"""The words of the command line. Imports nothing of the commands: each of them starts with reading this."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tui_pod import __version__
from tui_pod.core.errors import UserError

SHARED = "options of every command"
"""Title of the group of options that work before and after any command's word."""

_FEED = "address or title"


class UsageError(UserError):
    """A command that was called the wrong way, which exits with 2."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options; help and wrong usage end the program."""
    options = argparse.Namespace(catalog=[], state=None, config=None, ao=None, line=None)
    shared, rest = _shared_options().parse_known_args(arguments, options)
    return make_parser().parse_args(rest, shared)


def make_parser() -> argparse.ArgumentParser:
    """Return the parser; manual and completions are made from it too."""
    parser = argparse.ArgumentParser(
        "tui-pod", description="Listening sessions in the terminal. Without a command: the app.",
        parents=[_shared_options()], allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument("--session", metavar="TIME", help="start in a session of this time, such as 15m or 18:42")
    parser.add_argument("--plain", action="store_true",
                        help="the app in plain lines, for screen readers and dumb terminals")  # fmt: skip
    parser.add_argument("--version", action="version", version=f"tui-pod {__version__}")
    commands = _Commands(parser, "command")
    _add_library_commands(commands)
    _add_feed_commands(commands)
    _add_remote_commands(commands)
    _add_shell_commands(commands)
    return parser


@cache
def _shared_options() -> argparse.ArgumentParser:
    """Return the four options that work with every command, before or after its word."""
    parser = argparse.ArgumentParser("tui-pod", add_help=False, allow_abbrev=False, argument_default=argparse.SUPPRESS)
    group = parser.add_argument_group(SHARED)
    group.add_argument("--catalog", metavar="FILE", type=Path, action="append",
                       help="use this catalogue instead of the embedded one; may be given several times")  # fmt: skip
    group.add_argument("--state", metavar="FILE", type=Path, help="keep progress in this file")
    group.add_argument("--config", metavar="FILE", type=Path, help="read settings from this file")
    group.add_argument("--ao", metavar="NAME", help="mpv's audio output, such as pulse; null for none")
    return parser


class _Commands:
    """The commands of a parser."""

    def __init__(self, parser: argparse.ArgumentParser, dest: str) -> None:
        self._actions = parser.add_subparsers(dest=dest, metavar="COMMAND", title="commands", required=dest == "action")

    def add(self, name: str, text: str, has_json: bool = False) -> argparse.ArgumentParser:
        """Add a command and return its parser."""
        description = text[0].upper() + text[1:] + "."
        parser = self._actions.add_parser(
            name, help=text, description=description, parents=[_shared_options()], allow_abbrev=False
        )
        if has_json:
            parser.add_argument("--json", action="store_true", help="print JSON")
        return parser


def _add_library_commands(commands: _Commands) -> None:
    """Add the commands about episodes and listening."""
    command = commands.add("list", "print the episodes: id, title, duration, position, status, topics", has_json=True)
    command.add_argument("--topic", metavar="NAME", help="only those of this topic")
    command.add_argument("--status", choices=("unplayed", "started", "played"), help="only those with this status")
    command = commands.add("mark", "mark episodes as played or unplayed")
    command.add_argument("mark", choices=("played", "unplayed"))
    command.add_argument("ids", metavar="ID", nargs="+")
    commands.add("status", "print what would be resumed, and what is played and left", has_json=True)
    command = commands.add("check", "validate a catalogue and print every fault as FILE:LINE: message")
    command.add_argument("file", metavar="FILE", type=Path, nargs="?", help="default: the catalogues in use")
    command = commands.add(
        "plan", "print the episodes that fit into a time: 15, 15m, 1h30m, or until 18:42", has_json=True
    )
    command.add_argument("time", metavar="TIME")
    command.add_argument("--topic", metavar="NAME", help="only from this topic")
    command.add_argument("--order", choices=("course", "newest", "shortest"), default="course",
                         help="order to choose from; default: course")  # fmt: skip
    command = commands.add(
        "search",
        "print where words are said or written: titles, summaries, show notes, transcripts, bookmarks",
        has_json=True,
    )
    command.add_argument("words", metavar="WORD", nargs="*",
                         help='the start of a word, a "phrase" in quotes, or -word to leave it out')  # fmt: skip
    command.add_argument("--update", action="store_true", help="only bring the index up to date, and print nothing")
    command._negative_number_matcher = re.compile(r"-[^-]")  # as of -word
    commands.add("stats", "print listening statistics", has_json=True)
    command = commands.add("bookmarks", "print what you kept: id, time, words, note, title", has_json=True)
    command.add_argument("--csv", action="store_true", help="print the CSV that Readwise imports")
    command.add_argument("--out", metavar="DIR", type=Path,
                         help="write a Markdown file for each episode; what you edited there stays")  # fmt: skip
    command.add_argument("--clips", metavar="DIR", type=Path, help="write the sound of each bookmark into DIR, as Opus")
    commands.add("recall", "quiz yourself on what is due: bookmarks marked with m, and questions of episodes",
                 has_json=True)  # fmt: skip
    command = commands.add("narrate", "render narrations ahead of time")
    command.add_argument("ids", metavar="ID", nargs="*")
    command.add_argument("--all", action="store_true", help="every episode without a recording")
    command.add_argument("--out", metavar="DIR", type=Path, help="also write DIR/<id>.opus and DIR/<id>.vtt")
    command = commands.add("transcribe", "recognise the words of recordings, on this machine")
    command.add_argument("ids", metavar="ID", nargs="*", help="default: each recording on this machine without words")
    command.add_argument("--again", action="store_true", help="start over, for example with another model")
    command.add_argument("--out", metavar="DIR", type=Path, help="also write DIR/<id>.vtt")
    models = commands.add("models", "list and download the models that recognise speech")
    actions = _Commands(models, "action")
    actions.add("list", "print the models: name, size, languages, licence, folder", has_json=True)
    command = actions.add("get", "say what a model is and download it; a download that broke off is continued")
    command.add_argument("name", metavar="NAME", help="such as base")
    command.add_argument("--yes", action="store_true", help="do not ask")
    command = commands.add(
        "sync",
        "exchange progress and podcasts with the folder or server that the settings name under [sync]",
        has_json=True,
    )
    command.add_argument("--login", action="store_true", help="log in to the server, and keep the password in a file")
    command.add_argument("--dry-run", action="store_true", help="print what would change, and change nothing")
    commands.add("doctor", "check this machine and print fixes")


def _add_feed_commands(commands: _Commands) -> None:
    """Add `feeds` with its own commands, `import` and `export`."""
    feeds = commands.add("feeds", "subscribe to podcasts, refresh and organise them")
    actions = _Commands(feeds, "action")
    command = actions.add(
        "add", "subscribe to a podcast by its address or that of a page about it, or add a folder of sound files"
    )
    command.add_argument("urls", metavar="URL", nargs="+",
                         help="may have a login, https://user:password@host/feed; or the path of a folder, a playlist"
                         " (M3U) or a sound file")  # fmt: skip
    command.add_argument("--http-login", action="store_true",
                         help="send a login also over http, where others can read it")  # fmt: skip
    command.add_argument("--folder", metavar="PATH", action="append", default=[],
                         help="topic to put it under, such as Science/Physics; may be given several times")  # fmt: skip
    actions.add("list", "print the podcasts: address, title, episodes, folders, last error", has_json=True)
    command = actions.add("refresh", "fetch new episodes, and keep downloads as the podcasts' settings say")
    command.add_argument("feeds", metavar="FEED", nargs="*", help=f"{_FEED}; default: all")
    command = actions.add("remove", "unsubscribe; adding the same address within a month restores everything")
    command.add_argument("feeds", metavar="FEED", nargs="+", help=_FEED)
    command = actions.add("move", "fetch a podcast from another address, or put it under other topics")
    command.add_argument("feed", metavar="FEED", help=_FEED)
    command.add_argument("targets", metavar="TO", nargs="+",
                         help="new address, or topics such as Science/Physics; / for none")  # fmt: skip
    command = actions.add("rename", "give a podcast another name")
    command.add_argument("feed", metavar="FEED", help=_FEED)
    command.add_argument("name", metavar="NAME", help="its new name; default for the one that it gives itself")
    command = actions.add("set", "change settings of a podcast, or print them all", has_json=True)
    command.add_argument("feed", metavar="FEED", help=f"{_FEED}; course for the embedded course")
    command.add_argument("changes", metavar="KEY=VALUE", nargs="*",
                         help="a setting and its new value; no value after the = for the default")  # fmt: skip
    command = actions.add("topics", "print a podcast's categories, and turn topics made from them on or off")
    command.add_argument("feed", metavar="FEED", help=_FEED)
    command.add_argument("switch", choices=("on", "off"))
    command = commands.add("find", "find podcasts by name, in public directories", has_json=True)
    command.add_argument("words", metavar="WORD", nargs="+")
    command = commands.add(
        "import", "take over another player's podcasts from an OPML list, or from its database with what you heard"
    )
    command.add_argument(
        "file", metavar="FILE", type=Path, help="an OPML list or a player's database; - reads OPML from standard input"
    )
    command.add_argument("--dry-run", action="store_true", help="print what would be taken, and take nothing")
    commands.add("export", "print the podcasts as OPML")


def _add_remote_commands(commands: _Commands) -> None:
    """Add the commands that control the running app; they print what plays afterwards."""
    for name, text in (
        ("toggle", "pause or resume the running app"),
        ("play", "resume the running app, or play an episode"),
        ("pause", "pause the running app"),
        ("next", "play the next episode"),
        ("previous", "play the previous episode"),
        ("seek", "seek to another position"),
        ("speed", "play faster or slower"),
        ("volume", "play louder or softer"),
        ("now", "print what is playing"),
    ):
        command = commands.add(name, text, has_json=True)
        if name == "play":
            command.add_argument("id", metavar="ID", nargs="?", help="play this episode")
        elif name == "seek":
            command.add_argument("amount", metavar="POSITION",
                                 help="seconds from here such as +30 or -10, or a position such as 1:05")  # fmt: skip
        elif name == "speed":
            command.add_argument("amount", metavar="SPEED", help="such as 1.5, +0.1 or -0.1")
        elif name == "volume":
            command.add_argument("amount", metavar="PERCENT", help="such as 80, +5 or -5")
        command._negative_number_matcher = re.compile(r"-[\d.]")  # argparse's own takes -1:05 for an option
    commands.add("attach", "bring the running app to this terminal")


def _add_shell_commands(commands: _Commands) -> None:
    """Add the commands about the program itself."""
    commands.add("keys", "print every key and what it does", has_json=True)
    command = commands.add("config", "print where the settings are, and what is wrong with them")
    command.add_argument("--default", action="store_true", help="print the default settings instead, with comments")
    command = commands.add("completions", "print the completion script of a shell")
    command.add_argument("shell", choices=("bash", "zsh", "fish"), nargs="?", default="bash",
                         help="bash, zsh or fish")  # fmt: skip
    command.add_argument(
        "--words", choices=("ids", "topics", "feeds", "settings"), help=argparse.SUPPRESS
    )  # for the scripts
