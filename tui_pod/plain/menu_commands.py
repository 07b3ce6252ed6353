"""The help and the palette of the plain program, which find its other commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from tui_pod.config.settings import bound_actions
from tui_pod.core.action_words import IN_A_SHELL, words_of
from tui_pod.core.actions import PARTS, Action, part_of
from tui_pod.core.selection.list_query import SmartList, find_episodes, smart_lists
from tui_pod.core.text.clean import clean, fold
from tui_pod.core.text.names import is_called, rank
from tui_pod.plain.dialogue import Dialogue
from tui_pod.plain.keyboard import line_keys
from tui_pod.plain.navigation_commands import NavigationCommands
from tui_pod.plain.row_commands import RowCommands
from tui_pod.plain.spoken import label_of, say_key, say_keys, sentence
from tui_pod.recall.questions import question_of_episode
from tui_pod.services.services import Services
from tui_pod.wishes.actions import QUERY_LIMIT
from tui_pod.wishes.typed import read_typed, run_typed
from tui_pod.wishes.wish import Subject

MOST = 10
"""Most matches that are read out."""


class MenuCommands:
    """Runs help and palette."""

    def __init__(
        self,
        dialogue: Dialogue,
        services: Services,
        navigation: NavigationCommands,
        views: Sequence[RowCommands],
        subject: Callable[[], Subject],
    ) -> None:
        """Start without commands; `views` may be open over the list, and `subject` is what commands act on."""
        self._dialogue, self._services, self._subject = dialogue, services, subject
        self._navigation, self._views = navigation, views
        self.commands: Mapping[str, Callable[[], object]] = {}
        """The functions that the palette can call, by action id."""

    def by_id(self) -> dict[str, Callable[[], object]]:
        """Return the functions of these commands, by action id."""
        return {"app.help": self._ask_help, "app.palette": self._ask_command}

    @property
    def known(self) -> set[str]:
        """The ids of the actions that work here."""
        return set(self.commands).union(*(view.commands for view in self._views))

    @property
    def _actions(self) -> Sequence[Action]:
        return bound_actions(self._services.first.settings)

    # -- help ------------------------------------------------------------------------------------------

    def _ask_help(self) -> None:
        parts = ", ".join(PARTS)
        question = f"Help on which key, or on which part: {parts}, or all? Or press enter to leave:"
        self._dialogue.ask(question, self._help, choices=(*PARTS, "all"))

    def _help(self, typed: str) -> None:
        typed = typed.strip() or typed[:1]  # a space is a key too
        known = self.known
        if typed == "all" or typed in PARTS:
            wanted = [action for action in self._actions if typed in ("all", part_of(action))]
            self._dialogue.say_all(say_keys(wanted, known))
        elif len(keys := list(line_keys(typed))) > 1:  # no key is called that
            words = fold(typed).split()
            named = {action.id for action in self._actions if all(word in fold(label_of(action)) for word in words)}
            self._dialogue.say_all(say_keys(self._actions, named & known) if named & known else ["No key does that."])
        elif typed:
            key = keys[0][0] if keys else ""
            found = [action for action in self._actions if key in action.key_list and action.id in known]
            labels = dict.fromkeys(map(label_of, found))
            self._dialogue.say(sentence(f"{say_key(key)}: {'; '.join(labels) or 'does nothing'}" if key else "No key"))

    # -- palette ---------------------------------------------------------------------------------------

    def _entries(self) -> dict[str, Callable[[], object]]:
        """Return what can be run by its name: commands, and topics."""
        entries: dict[str, Callable[[], object]] = {
            label_of(action): self.commands[action.id]
            for action in self._actions
            if action.id in self.commands and not action.id.startswith(("move.", "app.palette"))
        }
        entries["The question of this episode"] = self._ask_question
        for name, command in IN_A_SHELL.items():
            entries[name] = partial(self._dialogue.say, f"In a shell: {command}")
        controller = self._services.controller
        shown = {SmartList.NEW, *smart_lists(controller.library, controller.progress_index)}
        smart = {entry.name.title(): entry for entry in shown}
        topics = {name: topic for topic, name in enumerate(controller.library.topics.names)}
        for name, topic in (smart | topics).items():
            entries.setdefault(name, partial(self._navigation.open_entry, topic))
        return entries

    def _ask_command(self) -> None:
        entries = self._entries()
        question = "A command, a topic or an episode by its name, or the number of a row; tab completes:"
        self._dialogue.ask(question, partial(self._run, entries), choices=tuple(entries))

    def _run(self, entries: Mapping[str, Callable[[], object]], typed: str) -> None:
        typed = clean(typed, QUERY_LIMIT)
        if typed.isdecimal() and len(typed) < 9:
            open_view = next((view for view in self._views if view.is_open), None)
            (open_view or self._navigation).go(int(typed) - 1)
            return
        wanted = fold(typed).split()
        if (value := read_typed(typed, self._subject())) is not None:
            self._dialogue.say(run_typed(value).sentence)
            return
        exact = [name for name in entries if fold(name) == fold(typed)]
        named = exact or [name for name in entries if wanted and all(word in fold(name) for word in wanted)]
        if wanted and not named:
            synonyms = {label_of(action): words_of(action.id).synonyms for action in self._actions}
            fits = {name: rank(typed, name, synonyms.get(name, "")) for name in entries}
            named = sorted((name for name in fits if fits[name] is not None), key=lambda name: fits[name] or 0)
        found = [(name, entries[name]) for name in named]
        if wanted and not exact:
            library = self._services.controller.library
            for index in find_episodes(library, typed)[:MOST]:
                found.append((library.titles[index], partial(self._services.controller.play, library.ids[index])))
            found.sort(key=lambda each: not is_called(each[0], typed))
        if len(found) == 1:
            found[0][1]()
        elif found:
            found = found[:MOST]
            self._dialogue.say_all(f"{number}: {sentence(name)}" for number, (name, _) in enumerate(found, 1))
            self._dialogue.ask_number("Which number? Or press enter to leave:", len(found), lambda row: found[row][1]())
        else:
            self._dialogue.say("Nothing is called that." if wanted else "Cancelled.")

    def _ask_question(self) -> None:
        question = question_of_episode(self._navigation.episode)
        if question is None:
            self._dialogue.say("This episode has no question.")
        else:
            answer = sentence(question.answer)
            self._dialogue.ask(f"{question.text} Press enter for the answer:", lambda _: self._dialogue.say(answer))
