"""Wishes about what is saved of the listener: marks, the queue, lists of their own, and answers to cards."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui_pod.core.actions import ABOUT_EPISODES
from tui_pod.core.errors import UsageError, UserError
from tui_pod.core.library.own_lists import MAX_NAME, OwnList
from tui_pod.core.outcome import DONE, Outcome
from tui_pod.core.text.clean import clean, clock, counted
from tui_pod.wishes.wish import Wish, find_ids, find_texts

if TYPE_CHECKING:
    from tui_pod.wishes.wish import Subject

WITHOUT_APP = (
    "episode.toggle_played", "queue.add_last", "queue.add_next", "queue.spread", "queue.least_left", "list.catch_up",
)  # fmt: skip
"""Actions that change only saved data, so they need no running app."""


def _mark(on: Subject) -> Outcome:
    return on.controller.editor.mark(on.episodes, played=on.values["mark"] == "played")


def _take(on: Subject) -> Outcome:
    if not set(on.episodes).intersection(on.controller.queue.upcoming):
        find_ids(on.controller.library, on.episodes)
    return on.controller.unqueue(on.episodes)


def _act(on: Subject, ident: str) -> Outcome:
    """Run an action as its key does."""
    from tui_pod.wishes.actions import run_unseen  # marks need none of it

    values = {name: value for name, value in on.values.items() if name != "ids"}
    return run_unseen(ident, on._replace(values=values), lambda _: None)


def _change_list(on: Subject) -> Outcome:
    """Make, change or remove a list, all in one step."""
    from tui_pod.core.library.podcast_settings import split_pairs  # few listeners have lists
    from tui_pod.core.selection import list_settings

    lists, library, values = on.controller.lists, on.controller.library, on.values
    name, file = clean(str(values["name"]), MAX_NAME), values.get("import_file")
    former = lists.named(name)
    if values.get("remove"):
        if former is None:
            raise UserError(f"no list “{name}”. See: tui-pod lists")
        return Outcome(lists.remove(former.name), can_undo=True)
    texts = split_pairs(find_texts(on, "set"))
    made = former or OwnList(name, on.controller.now(), is_rule=bool(texts.keys() - {"name"}))
    add, take = find_ids(library, find_texts(on, "add")), set(find_texts(on, "take"))
    if made.is_rule and (add or take or file):
        raise UserError(f"“{name}” is a smart list: its rule decides what is on it")
    wanted, missing = list_settings.changed(made, texts), 0
    if file:
        found, missing = _read_playlist(on, str(file))
        add = [*add, *found]
    episodes = [ident for ident in dict.fromkeys((*wanted.episodes, *add)) if ident not in take]
    lists.set(wanted._replace(episodes=tuple(episodes)), None, former and former.name)
    lists.renew(wanted.name, {*add, *take} - ({*made.episodes} ^ {*episodes}))
    if missing:
        on.caller.warn(f"{missing} {'entry' if missing == 1 else 'entries'} not in the library left out")
    rule = list_settings.describe(wanted) if wanted.is_rule else counted(len(episodes))
    return Outcome(f"list “{wanted.name}”: {rule}", can_undo=True)


def _read_playlist(on: Subject, file: str) -> tuple[list[str], int]:
    """Return the ids of a playlist's episodes, and the number of entries that the library lacks."""
    from tui_pod.core.selection.playlist import read_m3u  # seldom needed
    from tui_pod.runtime.files import read_text

    path = Path(file)
    try:
        text = read_text(path, "replace")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None
    if text is None:
        raise UserError(f"{path} does not exist")
    return read_m3u(text.removeprefix("\ufeff"), str(path.parent), on.controller.library)


def _rate(on: Subject) -> Outcome:
    """Record how well a card was remembered; nothing, if it was removed meanwhile."""
    from tui_pod.core.progress.bookmarks import BookmarkKey  # seldom needed
    from tui_pod.recall.questions import Rating
    from tui_pod.services.recall import record_answer

    cards = on.controller.bookmarks.cards
    card = cards.get(BookmarkKey(str(on.values["episode"]), float(str(on.values["start"]))))
    if card is None:
        raise UsageError("this card is gone")
    record_answer(cards, card, Rating(int(str(on.values["rating"]))))
    return DONE


async def _recap(on: Subject) -> Outcome:
    """Print who and what was named in an episode up to its position; by default in the one that plays."""
    library, ident = on.controller.library, str(on.values.get("id") or on.controller.playback.episode or "")
    if not ident:
        raise UserError("nothing plays. Name an episode by its id; see: tui-pod list --topic Continue")
    find_ids(library, [ident])
    if (episode := library.find(ident)) is None:
        raise UserError(f"no episode “{ident}”")
    story = await on.services.recap.story(episode)
    if story.fault:
        raise UserError(f"“{episode.title}” cannot be told so far: {story.fault}.")
    if on.caller.wants_json:
        lead = [{"text": cue.text, "start": cue.start, "end": cue.end} for cue in story.lead]
        met = [each._asdict() for each in story.met]
        on.caller.show_json({"id": ident, "title": episode.title, "met": met, "lead": lead})
    else:
        for each in story.met:
            on.caller.show(clock(each.start), each.name, each.sentence)
    return DONE


async def _find_place(on: Subject) -> Outcome | None:
    from tui_pod.wishes.actions import find_place  # marks need none of it

    return await find_place(on)


RECORD_WISHES: Mapping[str, Wish] = {
    "episode.mark": Wish(_mark, needs_episodes=True),
    "queue.take": Wish(_take, needs_episodes=True, takes_any_id=True),
    "list.change": Wish(_change_list),
    "recall.rate": Wish(_rate),
    "episode.recap": Wish(_recap),
    **{ident: Wish(partial(_act, ident=ident), needs_episodes=ident in ABOUT_EPISODES) for ident in WITHOUT_APP},
    "transcript.place": Wish(_find_place, needs_episodes=True),
}
