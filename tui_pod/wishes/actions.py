"""What the actions of the table of keys do, by their ids, for the screen, plain lines, `tui-pod do` and media keys.

Each command is a function from what it acts on to what it did; `wishes/asks.py` says what it asks first. Actions that
move a cursor or show a view are those of the front ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from tui_pod.core.actions import ABOUT_EPISODES, BY_ID, key_of, needs_cursor
from tui_pod.core.errors import UserError
from tui_pod.core.outcome import DONE, Outcome, changed, refused
from tui_pod.core.playback.controller import NOTHING_PLAYS
from tui_pod.core.playback.sleep_timer import SleepTimer, parse_sleep
from tui_pod.core.selection.list_query import Filter, SmartList, Sort
from tui_pod.core.selection.session_planner import parse_budget
from tui_pod.core.text.clean import clean, counted, fold, span, spoken_time
from tui_pod.net.file_address import typed_path
from tui_pod.services.hints import NO_MACHINES, NOT_A_PODCAST, NOT_REMOVABLE
from tui_pod.wishes.asks import check_answers
from tui_pod.wishes.wish import Subject

Command = Callable[[Subject], Outcome | None]

SEEN_BY_WHAT_PLAYS = "playback.", "episode.", "passage.", "queue.next", "queue.previous", "sleep."
"""How the ids of actions begin that what plays afterwards tells of, if they have no words of their own."""

QUERY_LIMIT = 200
"""Longest text to look for, in characters."""


def run_command(ident: str, on: Subject) -> Outcome:
    """Run the command of an action; return what it did."""
    if (decided := _decide_on_sample(ident, on)) is not None:
        return decided
    if ident in ABOUT_EPISODES and not on.episodes:
        return refused(on.model.why_empty)
    try:
        return COMMANDS[ident](on) or DONE
    except UserError as error:
        said = str(error)
        return refused(f"{said[:1].upper()}{said[1:]}")


def run_unseen(ident: str, on: Subject, run_own: Callable[[str], Outcome | None]) -> Outcome:
    """Run an action for `tui-pod do`, on these episodes or what is loaded; refuse one that needs a cursor.

    `run_own` runs an action that is the front end's own, such as a form that it opens, by its id. What was done is said
    by the action's name, unless it has words of its own or what plays afterwards says it.
    """
    done = _run_unseen(ident, on, run_own)
    if not done.is_done or done.text or ident.startswith(SEEN_BY_WHAT_PLAYS):
        return done
    return Outcome(re.split("[:;(…]", BY_ID[ident].label)[0].strip(), is_told=True)


def _run_unseen(ident: str, on: Subject, run_own: Callable[[str], Outcome | None]) -> Outcome:
    action, episode = BY_ID.get(ident), on.controller.playback.episode
    if action is None:
        return refused("There is no such action. See: tui-pod keys")
    if not on.episodes and (decided := _decide_on_sample(ident, on)) is not None:
        return decided
    if needs_cursor(action):
        return refused(f"{ident} needs the cursor; press its key in tui-pod.")
    if on.episodes and ident not in ABOUT_EPISODES:
        return refused(f"{ident} is not about an episode; run it without one.")
    try:
        on = check_answers(ident, on)
    except UserError as error:
        return refused(f"{error}.")
    if ident not in COMMANDS:
        return run_own(ident) or DONE
    if on.episodes:
        return run_command(ident, on)
    if ident in ABOUT_EPISODES and episode is None:
        return refused("Nothing is playing. Name an episode by its id.")
    return run_command(ident, on._replace(episodes=[episode] if episode is not None else []))


def _decide_on_sample(ident: str, on: Subject) -> Outcome | None:
    """Run a command on the episode that is sampled, if one is, in the place of the one at the cursor."""
    return on.services.triage.decide(ident) if on.services.is_built("triage") else None


def _triage(on: Subject) -> Outcome:
    """Sample what is selected, or listed, or below the entry at the cursor of the tree."""
    model = on.model
    if on.entry is not None:
        return on.services.triage.start(model.episodes_of(on.entry))
    listed = [model.ident(index) for index in model.indexes if index >= 0]
    return on.services.triage.start(model.chosen if model.has_selection else listed)


def _play(on: Subject, is_restart: bool = False) -> Outcome:
    if not on.episodes:
        return refused(NOTHING_PLAYS)
    on.model.play(on.episodes[0], is_restart)
    return DONE


def _change_volume(on: Subject, by: int) -> None:
    on.controller.mixer.set_volume(on.controller.playback.volume + by)


def _move(on: Subject, by: int) -> Outcome:
    """Move an episode within the list shown if that was made by hand, otherwise within the queue."""
    own, controller, episode = on.model.own_list, on.controller, on.episodes[0]
    if own is None or own.is_rule or episode not in own.episodes:
        if episode not in controller.queue.upcoming:
            session = key_of("view.session")
            return refused(f"Only upcoming episodes of the queue can be moved. Press {session} for the queue.")
        controller.move_in_queue(episode, by)
    elif on.model.query.sort is not Sort.COURSE:
        return refused(f"This list is not in your own order now. Press {key_of('list.sort')} until it is.")
    else:
        controller.lists.move(own.name, episode, by)
    return DONE


def _remove(on: Subject) -> Outcome | None:
    """Remove a list, podcast or course in the tree; in a list take off episodes, or delete downloads."""
    controller, feeds, library = on.controller, on.services.feeds, on.model.library
    if on.entry is not None:
        if (own := library.lists.get(on.entry)) is not None:
            return changed(controller.lists.remove(own.name))
        if (feed := on.model.feed(on.entry)) is not None:
            feeds.remove_feed(feed)
        elif feeds.settings.is_course_topic(library, on.entry):
            if on.values.get("hide") == "yes":
                feeds.settings.hide_course()
        else:
            return refused(NOT_REMOVABLE)
        return None
    if not on.episodes:
        return refused(NOT_REMOVABLE)
    match on.listed:
        case SmartList.QUEUE:
            return controller.unqueue(on.episodes)
        case SmartList.CONTINUE | SmartList.OLDER:
            return controller.editor.dismiss(on.episodes)
        case SmartList.NEW:
            return controller.editor.dismiss(on.episodes, is_new=True)
        case _ if on.model.is_by_hand and (own := on.model.own_list) is not None:
            return changed(controller.lists.take_off(own.name, on.episodes))
        case _:
            feeds.remove(on.episodes)
    return None


def _mark_all(on: Subject) -> Outcome:
    listed = [on.model.ident(index) for index in on.model.indexes if index >= 0]
    return on.controller.editor.mark(listed, played=True) if listed else refused(on.model.why_empty)


def _catch_up(on: Subject) -> Outcome:
    new = on.controller.progress_index.new
    of_podcast = on.model.podcast(on.listed) is not None
    found = [ident for ident in on.model.episodes_of(on.listed) if ident in new] if of_podcast else list(new)
    return on.controller.editor.dismiss(found, is_new=True) if found else refused("Nothing here is new.")


def _refresh(on: Subject) -> Outcome | None:
    """Refresh the podcast that is listed, or at the cursor of the tree."""
    if (feed := on.model.podcast(on.listed)) is None:
        return refused(NOT_A_PODCAST)
    on.services.feeds.refresher.refresh(feed)
    return None


def _show_course(on: Subject) -> Outcome | None:
    settings = on.services.feeds.settings
    if not settings.has_course:
        return refused("There is no course: other catalogues were given.")
    settings.hide_course(settings.is_course_shown(on.controller.library))
    return None


def _sync(on: Subject) -> Outcome | None:
    if not on.services.sync.setup.is_set:
        return refused(f"There is nothing to sync with. “Set up sync” in the palette ({key_of('app.palette')}) asks.")
    on.services.sync.sync_now()
    return None


def _stop_recognition(on: Subject) -> Outcome | None:
    recognition, (episode, *_) = on.services.recognition, on.episodes
    if not recognition.label(episode):
        return refused("No recognition is under way here; the palette removes its transcript.")
    recognition.remove(episode)
    return None


def _look_up(on: Subject) -> Outcome | None:
    """Have a command of the listener's look a word up; the answer is shown beside the transcript."""
    services, command = on.services, on.services.first.settings.hooks.on_word
    if not command:
        return refused("No command looks words up: set on_word under [hooks] in the settings.")

    async def answer() -> None:
        from tui_pod.integrations.hooks import look_up  # few look words up

        try:
            services.frontend.show_answer(await look_up(command, on.text("word")))
        except UserError as error:
            services.frontend.tell(str(error), is_error=True)

    services.tasks.run(answer())
    return None


def _end_session(on: Subject) -> Outcome:
    if on.controller.session is None:
        return refused(f"No session is in progress. Press {key_of('session.plan')} to plan one.")
    on.controller.sessions.end()
    on.controller.repeat.end()
    return changed("Session ended; playback continues")


def _go_to(on: Subject) -> Outcome:
    return on.controller.go_to(on.text("time")) if on.controller.playback.is_loaded else _play(on)


def _set_device(on: Subject) -> Outcome:
    mixer, name = on.controller.mixer, on.text("device")
    mixer.set_device(name)
    return Outcome(f"Sound device: {dict(mixer.devices())[name]}")


def _set_sleep(on: Subject) -> Outcome:
    """Set the sleep timer to a time or, without one, to five minutes more."""
    controller, time = on.controller, on.text("time")
    timer = parse_sleep(time, controller.now()) if time.strip() else (controller.sleep or SleepTimer(0.0)).extended()
    controller.set_sleep(timer)
    if timer is None:
        return Outcome("No sleep timer")
    if timer.seconds is not None and timer.until is None:
        return Outcome(f"Sleep in {spoken_time(timer.seconds)} of listening")
    return Outcome(f"Sleep {timer}")


def _filter(on: Subject) -> Outcome:
    if on.model.query.entry < 0:
        return refused("Only topics and podcasts are filtered.")
    wanted = on.text("filter")
    query = on.model.query._replace(filter=Filter(wanted)) if wanted else on.model.next_filter()
    on.look(query)
    return Outcome(f"Filter: {query.filter}")


def _sort(on: Subject) -> Outcome:
    if on.model.query.entry < 0:
        return refused("Here only topics and podcasts are sorted; the palette sorts the queue.")
    wanted = on.text("order")
    on.look(on.model.sorted_by(Sort(wanted)) if wanted else on.model.next_sort())
    return Outcome(f"Order: {on.model.order_name}")


def _search(on: Subject) -> None:
    on.look(on.model.query._replace(query=clean(on.text("words"), QUERY_LIMIT)))


def _collect(on: Subject) -> Outcome:
    if not on.episodes:
        return refused(on.model.why_empty)
    return changed(on.controller.lists.put_on(on.text("list"), on.episodes))


def _save_list(on: Subject) -> Outcome:
    return changed(on.controller.lists.set(on.model.as_rule()._replace(name=on.text("name"))))


def _plan(on: Subject) -> Outcome:
    """Start a session of a topic, or of what is listed."""
    names, name = on.model.library.topics.names, on.text("topic")
    topic = [*map(fold, names)].index(fold(name)) if name else on.model.planned_from
    return start_session(on, parse_budget(on.text("time"), on.controller.now()), topic)


def start_session(on: Subject, budget: float, topic: int) -> Outcome:
    """Start a session of a topic within seconds of the listener's time."""
    plan = on.services.recall.start_session(on.model.request(budget, topic))
    if not plan.indexes:
        return refused(f"Nothing left in {on.model.name(topic)} fits into {span(budget)}.")
    return Outcome(f"Session of {counted(len(plan.indexes))}, {span(plan.total)}")


async def set_up_sync(on: Subject) -> Outcome | None:
    """Try what to sync with, save it, and sync. Raises UserError if it does not work; then nothing was changed."""
    from tui_pod.config.settings import SyncSettings  # seldom needed
    from tui_pod.services.caller import Kind
    from tui_pod.services.hints import NOT_SYNCED
    from tui_pod.sync.login import NoFolder

    sync, way, password = on.services.sync, on.text("with"), on.text("password")
    if way in ("server", "library") and "password" not in on.values:
        password = await on.caller.ask("Password:", Kind.SECRET) or ""
    if way == "library":
        await sync.add_server(on.text("server").strip(), on.text("user").strip(), password)
        return None
    wanted = {name: on.text(name).strip() for name in ("folder", "server", "user")}
    if way == "folder":
        wanted = {"folder": typed_path(wanted["folder"]) or ""}
    elif way == "server":
        del wanted["folder"]
    chosen = SyncSettings(**sync.setup.settings.values() | wanted)
    try:
        await sync.set_up(chosen, password)
    except NoFolder as error:
        if await on.caller.ask(f"{error} Create it?", Kind.YES) != "yes":
            raise
        await sync.set_up(chosen, password, makes_folder=True)
    return Outcome("Saved" if chosen.is_set else NOT_SYNCED)


def _begin(work: Callable[[Subject], Coroutine[Any, Any, Outcome | None]], on: Subject) -> None:
    """Begin what takes a while, and tell what it did."""

    async def wait() -> None:
        if (done := await work(on)) is not None:
            on.services.context.frontend.tell(done.sentence, is_error=not done.is_done)

    on.services.tasks.run(wait())


async def change_machine(on: Subject) -> Outcome | None:
    """Rename this machine, or forget another. Raises UserError if that does not work."""
    sync, machine = on.services.sync, on.text("machine")
    if not machine:
        return refused(NO_MACHINES)
    if "name" in on.values:
        return Outcome(sync.rename(on.text("name").strip()))
    return Outcome(await sync.forget(machine))


async def _give_text(on: Subject) -> Outcome | None:
    """Let a recording follow a text, and recognise it for that. Raises UserError if the text cannot be used."""
    from pathlib import Path  # few give texts

    ident, path = on.episodes[0], typed_path(on.text("file"))
    if (episode := on.controller.library.find(ident)) is None:
        return None
    size = await on.services.reader.give_text(episode, Path(path) if path else None)
    if not path:
        return Outcome(f"“{episode.title}” has no text of yours any more.")
    on.services.recognition.request([ident])
    return Outcome(f"“{episode.title}” has a text of {size}; recognition finds where each is read.")


async def find_place(on: Subject) -> Outcome | None:
    """Play from the sentence that has these words, without an app later; or tell which sentence was heard last."""
    controller, ident, words = on.controller, on.episodes[0], on.text("words")
    if (episode := controller.library.find(ident)) is None:
        return None
    transcript = await on.services.reader.transcript(episode)
    if not transcript.is_timed:
        return refused(f"“{episode.title}” has no transcript with times.")
    if words.strip():
        if (found := transcript.find(words)) is None:
            return refused(f"This is nowhere in the transcript of “{episode.title}”.")
        start = transcript.cues[found].start or 0.0
        if on.services.is_app:
            controller.play_from(ident, start)
        else:
            controller.editor.put(controller.editor.moved(ident, start))
    else:
        saved = controller.progress_index.get(ident)
        stopped = controller.playback.position if controller.playback.episode == ident else saved and saved.position
        found = transcript.active(stopped or 0.0) or 0
    return Outcome(f"“{transcript.cues[found].text}” · {round(100 * transcript.share(found))} % of what is read")


async def _export_bookmarks(on: Subject) -> Outcome | None:
    """Write all bookmarks into a folder, as `tui-pod bookmarks --out` does. Raises UserError if that fails."""
    from pathlib import Path  # few export

    from tui_pod.export.markdown import make_pages, write_page

    library, bookmarks = on.controller.library, [*on.controller.bookmarks]
    folder = Path(typed_path(on.text("folder")) or "")
    pages = await on.services.context.podcasts.ask(
        lambda podcasts, _: [
            write_page(folder, page) for page in make_pages(library, bookmarks, podcasts.documents.notes)
        ]
    )
    return Outcome(f"{counted(len(bookmarks), 'bookmark')} of {counted(len(pages))} in {folder}")


COMMANDS: Mapping[str, Command] = {
    "playback.toggle": lambda on: on.controller.toggle_pause(partial(_play, on)),
    "playback.go_to": _go_to,
    "playback.back": lambda on: on.controller.step_back(),
    "playback.forward": lambda on: on.controller.step_forward(),
    "playback.back_small": lambda on: on.controller.step_back(is_small=True),
    "playback.forward_small": lambda on: on.controller.step_forward(is_small=True),
    "playback.previous_mark": lambda on: on.controller.seek_mark(-1),
    "playback.next_mark": lambda on: on.controller.seek_mark(1),
    "playback.repeat": lambda on: on.services.repeat.turn(),
    "playback.take_over": lambda on: on.controller.handover.take_over(),
    "passage.skip": lambda on: on.services.passages.skip(),
    "playback.slower": lambda on: on.controller.mixer.change_speed(-1),
    "playback.faster": lambda on: on.controller.mixer.change_speed(1),
    "playback.normal_speed": lambda on: on.controller.mixer.set_speed(1.0),
    "playback.quieter": partial(_change_volume, by=-5),
    "playback.louder": partial(_change_volume, by=5),
    "playback.mute": lambda on: on.controller.mixer.toggle_mute(),
    "audio.device": _set_device,
    "audio.level": lambda on: on.controller.mixer.toggle_level(),
    "audio.skip_silence": lambda on: on.controller.mixer.toggle_silence(),
    "audio.clear_speech": lambda on: on.controller.mixer.toggle_clear(),
    "audio.mono": lambda on: on.controller.mixer.toggle_mono(),
    "audio.left": lambda on: on.controller.mixer.change_balance(-10),
    "audio.right": lambda on: on.controller.mixer.change_balance(10),
    "episode.play": _play,
    "episode.restart": partial(_play, is_restart=True),
    "episode.toggle_played": lambda on: on.controller.editor.toggle_played(on.episodes),
    "bookmark.add": lambda on: on.services.bookmarks.add(on.edit),
    "queue.previous": lambda on: on.controller.previous(),
    "queue.next": lambda on: on.controller.next(),
    "queue.add_last": lambda on: on.controller.queue_last(on.episodes),
    "queue.add_next": lambda on: on.controller.queue_next(on.episodes),
    "queue.spread": lambda on: on.controller.spread_queue(),
    "queue.least_left": lambda on: on.controller.sort_queue_by_left(),
    "queue.move_down": partial(_move, by=1),
    "queue.move_up": partial(_move, by=-1),
    "list.remove": _remove,
    "list.mark_played": _mark_all,
    "list.catch_up": _catch_up,
    "list.collect": _collect,
    "list.save": _save_list,
    "list.filter": _filter,
    "list.sort": _sort,
    "search.start": _search,
    "course.show": _show_course,
    "feed.refresh": _refresh,
    "feed.refresh_all": lambda on: on.services.feeds.refresher.refresh(),
    "download.start": lambda on: on.services.feeds.downloads.toggle(on.episodes),
    "download.rename": lambda on: on.services.feeds.downloads.rename(),
    "transcribe.pause": lambda on: on.services.recognition.toggle_pause(),
    "transcript.recognise": lambda on: on.services.recognition.request(on.episodes),
    "transcript.give_text": partial(_begin, _give_text),
    "transcript.place": partial(_begin, find_place),
    "transcript.remove": lambda on: on.services.recognition.remove(on.episodes[0]),
    "bookmark.export": partial(_begin, _export_bookmarks),
    "transcript.look_up": _look_up,
    "transcript.stop": _stop_recognition,
    "recall.offers": lambda on: on.services.recall.toggle_offers(),
    "recall.start": lambda on: on.services.recall.ask(),
    "session.plan": _plan,
    "session.end": _end_session,
    "sleep.timer": _set_sleep,
    "sleep.back": lambda on: on.controller.sleep_place.go_back(),
    "sync.now": _sync,
    "sync.machines": partial(_begin, change_machine),
    "sync.set_up": partial(_begin, set_up_sync),
    "triage.start": _triage,
    "undo": lambda on: on.controller.undo(),
    "redo": lambda on: on.controller.redo(),
    "work.stop": lambda on: on.services.tasks.stop(),
}
"""What each action does. A front end has a form of its own in the place of a few, such as that of a session."""
