"""What actions of the table of keys ask, by their ids.

The screen asks in dialogs and plain lines in words; `tui-pod do` has the answers as NAME=VALUE.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tui_pod.core.errors import UserError
from tui_pod.core.playback.controller import NOTHING_PLAYS
from tui_pod.core.playback.go_to import parse_times
from tui_pod.core.playback.sleep_timer import parse_sleep
from tui_pod.core.selection.list_query import Filter
from tui_pod.core.selection.session_planner import parse_budget
from tui_pod.core.text.clean import clock, counted, enumerated, fold, length, spoken_place
from tui_pod.net.file_address import typed_path
from tui_pod.services.caller import Kind
from tui_pod.services.hints import HIDING, SET_BY_FILE, SYNC_WAYS
from tui_pod.wishes.wish import Ask, Choice

if TYPE_CHECKING:
    from tui_pod.core.library.episode import Episode
    from tui_pod.wishes.wish import Subject


def open_asks(ident: str, on: Subject) -> list[Ask]:
    """Return the questions of an action that have no answer yet."""
    return [ask for ask in ASKS.get(ident, ()) if ask.name not in on.values and (ask.when is None or ask.when(on))]


def check_answer(ask: Ask, on: Subject, answer: str) -> None:
    """Raise UserError if an answer is not possible."""
    offered = [choice.value for choice in ask.choices(on)] if ask.choices is not None else []
    if ask.kind is Kind.CHOICE and answer not in offered:
        raise UserError(f"“{answer}” is not one of {enumerated([each or 'an empty one' for each in offered])}")
    if ask.check is not None:
        try:
            ask.check(on, answer)
        except ValueError as error:
            raise UserError(str(error)) from None


def check_answers(ident: str, on: Subject) -> Subject:
    """Return what an action acts on, with the answers that were left out, if they may be.

    Raises UserError if an answer has no question, is missing, or is not possible.
    """
    asks = {ask.name: ask for ask in ASKS.get(ident, ())}
    if unknown := [name for name in on.values if name not in asks]:
        taken = enumerated([f"{name}=" for name in asks])
        raise UserError(f"{ident} takes {taken or 'no values'}, and no {unknown[0]}=")
    for name, value in on.values.items():
        check_answer(asks[name], on, str(value))
    for ask in open_asks(ident, on):
        if ask.default is None:
            such = ask.example or " or ".join(choice.value for choice in (ask.choices(on) if ask.choices else ()))
            raise UserError(f"{ident} needs {ask.name}=, such as {such}")
        on = on.answered(ask.name, ask.default)
    return on


def _times(on: Subject, text: str) -> tuple[float, float | None]:
    playback = on.controller.playback
    if not playback.is_loaded and text:
        raise UserError(NOTHING_PLAYS)
    return parse_times(text, playback.position, playback.duration) if playback.is_loaded else (0.0, None)


def _meant_time(on: Subject, text: str) -> str:
    playback = on.controller.playback
    if not playback.is_loaded:
        return NOTHING_PLAYS
    here = f"now at {clock(playback.position)} of {length(playback.duration)}"
    if not text.strip():
        return here
    start, end = _times(on, text)
    return f"{clock(start)}, {here}" if end is None else f"repeat {clock(start)} to {clock(end)}, {here}"


def _asked_time(on: Subject) -> str:
    playback = on.controller.playback
    if not playback.is_loaded:
        return NOTHING_PLAYS
    here = spoken_place(playback.position, playback.duration)
    times = "Such as 12:34, +90, -30 or 50%; two times, to repeat what is between them"
    return f"Go to which time? {times}. Now at {here}. Or press enter to stay:"


def _asked_sleep(on: Subject) -> str:
    timer, playback = on.controller.sleep, on.controller.playback
    if timer is not None:
        return "Press enter for more, or type 0 for none, or another time:"
    episode = on.controller.library.find(playback.episode)
    part = "p of this part, " if episode is not None and len(episode.parts) > 1 else ""
    ends = f"c for the end of this chapter, {part}or e" if playback.chapters else "or e"
    return f"Sleep when? Minutes such as 15, a time such as 22:30, {ends} for the end of this episode:"


def _about_sleep(on: Subject, text: str) -> str:
    running = on.controller.sleep
    if text.strip() or running is None:
        return f"Sleep timer: {parse_sleep(text, on.controller.now()) or 'off'}"
    return f"It runs: {running}. Press enter for {running.more}, or type 0 for none."


def _is_course(on: Subject) -> bool:
    library, entry = on.model.library, on.entry
    is_other = entry is None or entry in library.lists or on.model.feed(entry) is not None
    return not is_other and on.services.feeds.settings.is_course_topic(library, entry or 0)


def _check_topic(on: Subject, text: str) -> None:
    if text and fold(text) not in map(fold, on.model.library.topics.names):
        raise UserError(f"no topic is called “{text}”")


def _own_lists(on: Subject) -> Sequence[Choice]:
    return [Choice(own.name) for own in on.controller.lists.by_hand]


def _asked_list(on: Subject) -> str:
    names = enumerated([choice.value for choice in _own_lists(on)])
    return f"Put {counted(len(on.episodes))} on which list?{f' Yours: {names}.' if names else ''} Type a name:"


def _sync_ways(on: Subject) -> Sequence[Choice]:
    off = [Choice("nothing", "Turn sync off")] if on.services.sync.setup.settings.is_set else []
    return [*map(Choice, ("folder", "server", "library"), SYNC_WAYS), *off]


def _check_way(on: Subject, way: str) -> None:
    if way != "library" and (file := on.services.sync.setup.set_by) is not None:
        raise UserError(SET_BY_FILE.format(file).removesuffix("."))


def _check_folder(_: Subject, text: str) -> None:
    if typed_path(text.strip()) is None:
        raise UserError("a folder is a path, such as ~/Sync/tui-pod")


def _first(on: Subject) -> Episode | None:
    return on.controller.library.find(next(iter(on.episodes), ""))


def _check_text(_: Subject, text: str) -> None:
    if text.strip() and typed_path(text) is None:
        raise UserError("a text is a path, such as ~/Books/Moby Dick.epub; an empty one takes it away")


def _is_server(on: Subject) -> bool:
    return on.text("with") in ("server", "library")


def _machines(on: Subject) -> list[Choice]:
    now, machines = on.controller.now(), on.services.sync.setup.machines()
    return [Choice(one.file, f"{one.name}{' (here)' * one.is_this}: {one.said(now)}") for one in machines]


def _is_here(on: Subject) -> bool:
    return any(one.is_this and one.file == on.text("machine") for one in on.services.sync.setup.machines())


def _never(_: Subject) -> bool:
    return False


ASKS: Mapping[str, Sequence[Ask]] = {
    "playback.go_to": (
        Ask(
            "time",
            _asked_time,
            check=_times,
            example="12:34, +90, -30 or 50%",
            about=_meant_time,
            takes_empty=lambda on: not on.controller.playback.is_loaded,
            leave="",
            title="Go to",
            verb="Go",
        ),
    ),
    "audio.device": (
        Ask(
            "device",
            "Which one? Its number:",
            Kind.CHOICE,
            lambda on: [Choice(name, text) for name, text in on.controller.mixer.devices()],
            leave="The sound device stays.",
            title="Sound device",
        ),
    ),
    "sleep.timer": (
        Ask(
            "time",
            _asked_sleep,
            default="",
            check=lambda on, text: parse_sleep(text, on.controller.now()),
            example="minutes such as 20, or 23:30",
            about=_about_sleep,
            takes_empty=lambda on: on.controller.sleep is not None,
            leave="No sleep timer.",
            title="Sleep timer",
            verb="Set",
        ),
    ),
    "list.filter": (Ask("filter", "Which?", Kind.CHOICE, lambda _: [*map(Choice, Filter)], when=_never),),
    "list.sort": (Ask("order", "Which?", Kind.CHOICE, lambda on: [*map(Choice, on.model.sorts)], when=_never),),
    "list.collect": (Ask("list", _asked_list, choices=_own_lists, example="Morning", leave="Nothing changed."),),
    "list.save": (Ask("name", "The name of the smart list:", example="Morning", leave="Nothing changed."),),
    "list.remove": (
        Ask(
            "hide",
            "Type y to hide the course, or press enter to cancel:",
            Kind.YES,
            default="no",
            about=lambda *_: HIDING,
            when=_is_course,
            title="The course",
            verb="Hide the course",
        ),
    ),
    "transcript.look_up": (
        Ask("word", "Which word, or sentence?", example="serendipity", title="Look up", verb="Look up"),
    ),
    "transcript.give_text": (
        Ask(
            "file",
            lambda on: f"The text of “{episode.title}”:" if (episode := _first(on)) is not None else "Which text?",
            check=_check_text,
            example="~/Books/Moby Dick.epub",
            takes_empty=lambda _: True,
            title="Text of the recording",
            verb="Take",
        ),
    ),
    "transcript.place": (
        Ask(
            "words",
            "Play from which sentence? Some of it will do; an empty answer tells where you stopped:",
            default="",
            example="the watery part of the world",
            takes_empty=lambda _: True,
            title="Place in the text",
            verb="Go",
        ),
    ),
    "bookmark.export": (
        Ask(
            "folder",
            "Write the bookmarks into which folder?",
            check=_check_folder,
            example="~/Notes",
            title="Export bookmarks",
            verb="Export",
        ),
    ),
    "search.start": (Ask("words", "Search in title, summary or topic:", example="attention"),),
    "session.plan": (
        Ask(
            "time",
            "How long have you got?",
            check=lambda on, text: parse_budget(text, on.controller.now()),
            example="15m, 1h30m, or an end time such as 18:42",
        ),
        Ask("topic", "Of which topic?", default="", check=_check_topic),
    ),
    "sync.machines": (
        Ask(
            "machine",
            "Which one, to rename this machine or forget another? Or press enter to leave:",
            Kind.CHOICE,
            _machines,
            when=lambda on: bool(on.services.sync.setup.machines()),
            leave="",
            title="Your machines",
        ),
        Ask("name", "The name of this machine on the others:", when=_is_here, title="Rename", verb="Rename"),
        Ask(
            "forget",
            "Type y to remove its file, and its progress from all machines, or press enter to cancel:",
            Kind.YES,
            about=lambda *_: (
                "Its file goes from the folder, and its progress from all machines; lists and bookmarks stay."
            ),
            when=lambda on: bool(on.text("machine")) and not _is_here(on),
            title="Forget this machine?",
            verb="Forget",
        ),
    ),
    "sync.set_up": (
        Ask("with", "Sync with which? Or press enter to leave:", Kind.CHOICE, _sync_ways, check=_check_way),
        Ask(
            "folder",
            "The path of the folder:",
            check=_check_folder,
            example="~/Sync/tui-pod",
            when=lambda on: on.text("with") == "folder",
        ),
        Ask("server", "The address of the server:", example="https://example.org", when=_is_server),
        Ask(
            "user",
            lambda on: f"User name there{', or enter for an API key' * (on.text('with') == 'library')}:",
            example="ann",
            when=_is_server,
            takes_empty=lambda on: on.text("with") == "library",
        ),
        Ask(
            "password",
            lambda on: "Password or API key:" if on.text("with") == "library" else "Password:",
            Kind.SECRET,
            when=_is_server,
            takes_empty=lambda _: True,
        ),
    ),
}
"""The questions of actions; a few are asked by a form of the front end's own, such as that of a session."""
