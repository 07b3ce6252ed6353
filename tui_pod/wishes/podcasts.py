"""Wishes about podcasts: import them from another player."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui_pod.core.errors import UserError
from tui_pod.core.outcome import Outcome
from tui_pod.core.text.clean import counted, enumerated
from tui_pod.services.caller import Kind
from tui_pod.wishes.wish import Wish

if TYPE_CHECKING:
    from tui_pod.services.podcasts.imports import ImportService, Preview
    from tui_pod.wishes.wish import Subject


async def _import(on: Subject) -> Outcome:
    """Import podcasts, progress and queue of another player, once the listener agrees to what is said of them."""
    from tui_pod.shelf.published import FeedError  # with what else reads feeds

    imports, caller, file = on.services.feeds.imports, on.caller, str(on.values["file"])
    try:
        preview = await imports.read(file, is_asked=True)
    except FeedError as error:
        raise UserError(f"{on.values.get('typed_in') or file}: {error}") from None
    assert preview is not None
    imported, taking = preview.imported, preview.taking
    for fault in imported.faults:
        caller.warn(fault)
    status = 1 if imported.faults else 0
    if imported.program:
        would = "would be" if on.values.get("dry_run") else "will be"
        caller.say(f"{imported.program}: {taking.summary()} {would} imported.")
    if on.values.get("dry_run"):
        if imported.left:
            caller.say(f"Not imported: {enumerated(imported.left)}.")
        _show(on, preview)
        return Outcome(status=status)
    has_news = imported.program and (taking.new or taking.progress or taking.queue)
    if has_news and caller.is_there and await caller.ask("Go on?", Kind.YES) != "yes":
        raise UserError("nothing was imported.")
    await imports.take(preview, is_fetched=on.services.is_app, is_told=False)
    if not on.services.is_app:
        await _ask_private(on, imports)
    known = len(imported.entries) - len(taking.new)
    fetch = "They are being fetched" if on.services.is_app else "To fetch them: tui-pod feeds refresh"
    said = f"{counted(len(taking.new), 'feed')} added, {known} already there. {fetch}"
    return Outcome(said, status=status, can_undo=bool(taking.new))


def _show(on: Subject, preview: Preview) -> None:
    """Show what would be imported."""
    from tui_pod.core.progress.received import received_rows  # seldom needed

    new = set(preview.taking.new)
    for entry in preview.imported.entries:
        if not preview.imported.program or entry in new:
            on.caller.show(entry.address, entry.title, "new" if entry in new else "known")
    for row in received_rows(on.controller.library, preview.taking.progress, {}, on.controller.now()):
        on.caller.show(*row)


async def _ask_private(on: Subject, imports: ImportService) -> None:
    """Ask once whether hosts on the listener's own network that the list names may be fetched."""
    forbidden = await imports.forbidden()
    if not forbidden.feeds:
        return
    on.caller.say(forbidden.said)
    if await on.caller.ask("May they be fetched?", Kind.YES) == "yes":
        await imports.allow(forbidden)
    else:
        on.caller.say("They are not fetched. To allow one, add it yourself: tui-pod feeds add ADDRESS")


PODCAST_WISHES: Mapping[str, Wish] = {"podcasts.import": Wish(_import)}
