"""The one table of commands: parser, completions, manual and man page are made from it.

It imports nothing of the commands, and no argparse: it only says what there is.
"""

from __future__ import annotations

from typing import NamedTuple


class Argument(NamedTuple):
    """An option or a value of a command."""

    name: str
    """An option, such as `--topic`, or the name of a value."""
    metavar: str | None = None
    """What stands for it in help; its kind, which is also completed (`COMPLETED`). None for `choices` or a switch."""
    text: str = ""
    """Its help."""
    nargs: str | None = None
    """How many values, in argparse's terms: `?`, `*` or `+`; None for one."""
    choices: tuple[str, ...] = ()
    default: str | None = None
    is_repeatable: bool = False
    """True if the option may be given several times."""
    is_hidden: bool = False
    """True if help, completions and manual leave it out."""


class Command(NamedTuple):
    """A word of the command line."""

    name: str
    run: str | None
    """Function in `tui_pod.cli` that takes the options and returns None or an exit status; None with `commands`."""
    text: str
    arguments: tuple[Argument, ...] = ()
    has_json: bool = False
    commands: tuple[Command, ...] = ()
    """Commands of the command; the word is in `options.action`."""
    wish: str | None = None
    """Id of the wish that it asks for, whose answers are its arguments, with `wishes.run`."""
    negative: str | None = None
    """Pattern of values that begin with a minus sign; None for argparse's own, which knows numbers."""


FILE, DIRECTORY = "FILE", "DIR"
"""Kinds of arguments that are paths."""

COMPLETED = {"ID": "ids", "ACTION-ID": "actions", "FEED": "feeds", "TOPIC": "topics", "KEY=VALUE": "settings"}
"""Kinds of arguments whose values `tui-pod completions --words` prints, and what it calls them."""

SHELLS = ("bash", "zsh", "fish")
"""Shells that have completions."""

_ADDING = (
    Argument("--http-login", text="send a login over http too, where others can read it"),
    Argument(
        "--folder",
        "PATH",
        "topic to put it under, such as Science/Physics; may be given several times",
        is_repeatable=True,
    ),
)
_FEED = "address or title"
_SIGNED = r"-[\d.]"  # argparse's own does not match -1:05

SHARED = (
    Argument("--catalog", FILE, "use this catalogue instead of the embedded one; may be given several times",
             is_repeatable=True),
    Argument("--state", FILE, "save progress in this file"),
    Argument("--config", FILE, "read settings from this file"),
    Argument("--ao", "NAME", "mpv's audio output, such as pulse; null for none"),
)  # fmt: skip
"""Options that work before and after any command's word."""

OF_THE_APP = (
    Argument("--session", "TIME", "start in a session of this length, such as 15m, or until a time, such as 18:42"),
    Argument("--plain", text="run the app in plain lines, for screen readers and dumb terminals"),
)
"""Options without a command."""

COMMANDS = (
    Command("list", "library.run_list", "print the episodes: id, title, duration, position, status, topics", (
        Argument("--topic", "TOPIC", "only those of this topic, or of Continue, Older, New or Queue"),
        Argument("--status", text="only those with this status", choices=("unplayed", "started", "played")),
    ), has_json=True),
    Command("lists", "podcasts.lists.run", "print your lists, or one as M3U or JSON; make or change one", (
        Argument("name", "LIST", "a list; without other options than --json, it is printed as M3U", "?"),
        Argument("--add", "ID", "put episodes on it; a new list is made if there is none", "+"),
        Argument("--take", "ID", "take episodes off it", "+"),
        Argument("--set", "KEY=VALUE", "make it a smart list, or change its rule, such as topics=Transformers"
                 " max_length=20m", "+"),
        Argument("--import-file", FILE, "put the episodes of an M3U playlist on it"),
        Argument("--export", text="print it as M3U"),
        Argument("--remove", text="remove it; its episodes stay"),
    ), has_json=True),
    Command("queue", "queue.run", "print the queue, or add or take episodes, with or without a running app", (
        Argument("change", text="add (last), next (play them next), take (out of it), or sort it: spread (the podcasts"
                 " evenly), shortest (least left first); default: print the queue",
                 nargs="?", choices=("add", "next", "take", "spread", "shortest")),
        Argument("ids", "ID", nargs="*"),
    ), has_json=True),
    Command("mark", "wishes.run", "mark episodes as played or unplayed", (
        Argument("mark", choices=("played", "unplayed")),
        Argument("ids", "ID", nargs="+"),
    ), wish="episode.mark"),
    Command("status", "library.run_status", "print what would be resumed, and what is played and left", has_json=True),
    Command("check", "library.run_check", "validate a catalogue and print every fault as FILE:LINE: message", (
        Argument("file", FILE, "default: the catalogues in use", "?"),
    )),
    Command("plan", "sessions.run_plan", "print the episodes that fit into a time: 15, 15m, 1h30m, or until 18:42", (
        Argument("time", "TIME"),
        Argument("--topic", "TOPIC", "only from this topic"),
        Argument("--order", text="order to choose from; default: that of the list",
                 choices=("course", "newest", "shortest", "shuffle")),
    ), has_json=True),
    Command("search", "search.run", "search titles, summaries, show notes, transcripts and bookmarks", (
        Argument("words", "WORD", 'the start of a word, a "phrase" in quotes, or -word to exclude it', "*"),
        Argument("--update", text="only update the index, and print nothing"),
    ), has_json=True, negative=r"-[^-]"),
    Command("stats", "sessions.run_stats", "print statistics", has_json=True),
    Command("history", "sessions.run_history", "print what was played, day by day: day, time, length, title, topic", (
        Argument("words", "WORD", "only what has all the words in its title or topic", "*"),
        Argument("--day", "DAY", "only this day: today, yesterday, or such as 2026-06-03"),
        Argument("--markdown", text="print it as Markdown"),
    ), has_json=True),
    Command("bookmarks", "bookmarks.run", "print your bookmarks: id, time, text, note, title", (
        Argument("--csv", text="print the CSV that Readwise imports"),
        Argument("--out", DIRECTORY, "write a Markdown file for each episode; your edits to these files stay"),
        Argument("--clips", DIRECTORY, "write the sound of each bookmark into DIR, as Opus"),
    ), has_json=True),
    Command("recall", "recall.run", "quiz yourself on what is due: bookmarks marked with m, and questions of episodes",
            has_json=True),
    Command("recap", "wishes.run", "print who and what was named so far in an episode: time, name, first sentence", (
        Argument("id", "ID", "default: the episode that plays, or would be resumed", "?"),
    ), has_json=True, wish="episode.recap"),
    Command("read", "wishes.run", "add texts that the voice reads aloud, and print their ids", (
        Argument("urls", "FILE|URL|-", "a text (.txt, .md, .html), an e-book (.epub), a page, or - for standard input",
                 nargs="+"),
        *_ADDING,
    ), wish="texts.add"),
    Command("narrate", "speech.narrate.run", "render narrations ahead of time", (
        Argument("ids", "ID", nargs="*"),
        Argument("--all", text="every episode without a recording"),
        Argument("--out", DIRECTORY, "also write DIR/<id>.opus, with tags, and DIR/<id>.vtt"),
        Argument("--named", text="name these files as downloads are named, not by ids: feeds.download_names"),
        Argument("--acts", text="write one file for each part of a course instead, with chapters"),
    )),
    Command("feed", "feed.run", "write or serve a list as a podcast feed, for any player", (
        Argument("name", "TOPIC", "a topic, a course, a list of yours, Continue, New or Queue; default: Queue", "?",
                 default="Queue"),
        Argument("--out", DIRECTORY, "write DIR/feed.xml with its audio, narrations, covers and chapters"),
        Argument("--url", "ADDRESS", "address under which players find that folder"),
        Argument("--copy", text="download what is not here, instead of linking to its publisher"),
        Argument("--serve", text="serve it over http until Ctrl+C, to this machine alone unless --address is given"),
        Argument("--address", "HOST:PORT", "where to serve it, such as 192.168.1.5:8380; default: 127.0.0.1:8380"),
    )),
    Command("transcribe", "speech.transcribe.run", "transcribe recordings on this machine", (
        Argument("ids", "ID", "default: each recording on this machine without a transcript", "*"),
        Argument("--again", text="start over, for example with another model"),
        Argument("--text", FILE, "the text of this recording (.epub, .txt, .md, .html), which then gets its times"),
        Argument("--out", DIRECTORY, "also write DIR/<id>.vtt"),
    )),
    Command("passages", "speech.passages.run", "print what of an episode was heard before, in others", (
        Argument("ids", "ID", "an episode; with --find: default: each recording on this machine", "*"),
        Argument("--find", text="compare recordings with the others of their podcast, to find such passages"),
    ), has_json=True),
    Command("models", None, "list and download models that recognise speech, and voices", commands=(
        Command("list", "speech.models.run_list",
                "print the models: name, purpose, size, languages, licence, folder", has_json=True),
        Command("get", "speech.models.run_get", "describe a model and download it, or resume its download", (
            Argument("name", "NAME", "such as base"),
            Argument("--yes", text="do not ask"),
        )),
    )),
    Command("sync", "sync.run", "sync progress and podcasts with your folder or server", (
        Argument("--login", text="log in to the server, and save the password in a file"),
        Argument("--dry-run", text="print what would change, and change nothing"),
        Argument("--yes", text="agree to a first sync without being asked"),
        Argument("--alone", text="sync even if the folder has lost the files of the other machines"),
        Argument("--podcasts", text="whether to subscribe to the podcasts of the machines that share the folder",
                 choices=("yes", "no")),
        Argument("--machines", text="print the machines that share the folder: name, file, when last seen, what they"
                 " hold"),
        Argument("--rename", "NAME", "name this machine, as the others show it, and sync"),
        Argument("--forget", "NAME", "remove the file of a machine from the folder, and the progress from it"),
        Argument("--off", text="stop syncing with the folder or server that was set up in the app"),
    ), has_json=True),
    Command("doctor", "doctor.run", "check this machine and print fixes", (
        Argument("--report", FILE, "also write a file for the report of a fault: versions, settings and logs, without"
                 " titles, addresses and secrets"),
    )),
    Command("feeds", None, "subscribe to podcasts, refresh and organise them", commands=(
        Command("add", "wishes.run",
                "subscribe to a podcast by its address or a page about it, or add a folder of audio files", (
            Argument("urls", "URL", "an address, which may contain a login: https://user:password@host/feed; or the"
                     " path of a folder, a playlist (M3U) or an audio file", "+"),
            *_ADDING,
        ), wish="podcasts.add"),
        Command("list", "podcasts.feeds.run_list",
                "print the podcasts: address, title, episodes, folders, last error", has_json=True),
        Command("refresh", "wishes.run",
                "fetch new episodes, and download or delete episodes as each podcast's settings say", (
            Argument("feeds", "FEED", f"{_FEED}; default: all", "*"),
        ), wish="podcasts.refresh"),
        Command("remove", "wishes.run",
                "unsubscribe; adding the same address within a month restores everything", (
            Argument("feeds", "FEED", _FEED, "+"),
        ), wish="podcasts.remove"),
        Command("move", "wishes.run", "change the address of a podcast, or put it under other topics", (
            Argument("feed", "FEED", _FEED),
            Argument("targets", "TO", "new address, or topics such as Science/Physics; / for none", "+"),
        ), wish="podcasts.move"),
        Command("rename", "wishes.run", "rename a podcast", (
            Argument("feed", "FEED", _FEED),
            Argument("name", "NAME", "its new name; default for the one in its feed"),
        ), wish="podcasts.rename"),
        Command("set", "podcasts.feeds.run_set", "change settings of a podcast or book, or print them all", (
            Argument("feed", "FEED", f"{_FEED}, id or title of a book, or course for the embedded course"),
            Argument("changes", "KEY=VALUE", "a setting and its new value; no value after the = for the default", "*"),
        ), has_json=True),
        Command("topics", "wishes.run",
                "print a podcast's categories, and turn topics made from them on or off", (
            Argument("feed", "FEED", _FEED),
            Argument("switch", choices=("on", "off")),
        ), wish="podcasts.topics"),
    )),
    Command("find", "podcasts.find.run", "find podcasts by name, in public directories, or in the charts", (
        Argument("words", "WORD", nargs="*"),
        Argument("--top", text="the podcasts that are heard most, in iTunes's charts"),
        Argument("--category", "NAME", "with --top: one category, such as Comedy"),
        Argument("--country", "CC", "country of iTunes, such as AT; default: find.country, or that of your language"),
        Argument("--episodes", text="find episodes instead, each with the address of its podcast"),
        Argument("--play", "NUMBER", "play the episode of this number in the running app, without subscribing"),
    ), has_json=True),
    Command("server", None, "use the libraries of an Audiobookshelf server", commands=(
        Command("add", "wishes.run", "add a server, or give it another login; the libraries become topics", (
            Argument("url", "URL", "address of the server; http only in your own network"),
            Argument("--user", "NAME", "your user name there; default: ask"),
            Argument("--api-key", text="log in with an API key instead of a name and a password"),
            Argument("--password-command", "COMMAND", "command that prints the password or key; default: ask"),
        ), wish="server.add"),
        Command("list", "podcasts.feeds.run_servers", "print the servers: address, user, episodes, last refresh, error",
                has_json=True),
        Command("remove", "wishes.run", "remove a server and its login; your progress stays", (
            Argument("server", "SERVER", _FEED),
            Argument("--user", "NAME", "whose account, if you have added several"),
        ), wish="server.remove"),
    )),
    Command("devices", "doctor.run_devices", "print the sound devices and their names", has_json=True),
    Command("import", "wishes.run",
            "import podcasts from an OPML file, or podcasts and progress from another"
            " player's database", (
        Argument("file", FILE, "an OPML file or a player's database; - reads OPML from standard input"),
        Argument("--dry-run", text="print what would be imported, and import nothing"),
    ), wish="podcasts.import"),
    Command("export", "podcasts.feeds.run_export", "print the podcasts as OPML"),
    Command("toggle", "remote.run", "pause or resume the running app", has_json=True),
    Command("play", "remote.run", "resume the running app, or play an episode", (
        Argument("id", "ID", "play this episode", "?"),
    ), has_json=True),
    Command("pause", "remote.run", "pause the running app", has_json=True),
    Command("next", "remote.run", "play the next episode", has_json=True),
    Command("previous", "remote.run", "play the previous episode", has_json=True),
    Command("seek", "remote.run", "seek to another position", (
        Argument("amount", "POSITION", "seconds from here such as +30 or -10, or a position such as 1:05"),
    ), has_json=True, negative=_SIGNED),
    Command("speed", "remote.run", "play faster or slower", (
        Argument("amount", "SPEED", "such as 1.5, +0.1 or -0.1"),
    ), has_json=True, negative=_SIGNED),
    Command("volume", "remote.run", "play louder or softer", (
        Argument("amount", "PERCENT", "such as 80, +5 or -5"),
    ), has_json=True, negative=_SIGNED),
    Command("sleep", "remote.run", "set the sleep timer", (
        Argument("when", "WHEN", "minutes such as 20, a time such as 23:30, chapter, part, episode or off"),
    ), has_json=True),
    Command("now", "remote.run_now", "print what is playing", (
        Argument("--follow", text="print a line at each change; wait for an app if none is running"),
        Argument("--format", "TEXT", "print this text, with fields such as {title}, {chapter}, {position} and {left}"),
    ), has_json=True),
    Command("do", "do.run", "run any action of tui-pod keys that does not need the cursor", (
        Argument("action_id", "ACTION-ID", "such as playback.mute"),
        Argument("ids", "ID", "an episode by its id, or words to search for it; default: what plays; and"
                 " answers to what the action asks, such as time=1:05", "*"),
    ), has_json=True),
    Command("attach", "remote.run_attach", "bring the running app to this terminal"),
    Command("keys", "shell.run_keys", "print every key and what it does", has_json=True),
    Command("config", "shell.run_config", "print where the settings are, and what is wrong with them", (
        Argument("--default", text="print the default settings instead, with comments"),
    )),
    Command("completions", "shell.run_completions", "print the completion script of a shell", (
        Argument("shell", text="bash, zsh or fish", nargs="?", choices=SHELLS, default="bash"),
        Argument("--words", choices=tuple(COMPLETED.values()), is_hidden=True),  # for the scripts
    )),
    Command("man", "shell.run_man", "show the man page, or print its source if the output is no terminal"),
)  # fmt: skip
