"""Grants wishes that come with their answers: from the shell, the socket and `tui-pod do`."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_pod.core.errors import UsageError, UserError
from tui_pod.core.outcome import DONE, Outcome
from tui_pod.wishes.records import RECORD_WISHES
from tui_pod.wishes.wish import Subject, find_ids

if TYPE_CHECKING:
    from tui_pod.services.caller import Caller
    from tui_pod.services.episode_list import EpisodeListModel
    from tui_pod.services.services import Services
    from tui_pod.wishes.wish import Wish


class WishRequest(NamedTuple):
    """A wish, and the answers to its questions."""

    wish: str
    values: Mapping[str, Any]
    """The answers, by the names of the questions; `ids` are the episodes."""


def find_wish(ident: str) -> Wish | None:
    """Return a wish by its id; None if there is none."""
    if ident in RECORD_WISHES:
        return RECORD_WISHES[ident]
    from tui_pod.wishes.podcasts import PODCAST_WISHES  # marks need none of it

    return PODCAST_WISHES.get(ident)


def begin(
    services: Services, model: EpisodeListModel, request: WishRequest, caller: Caller
) -> Outcome | Awaitable[Outcome]:
    """Grant a wish; return what was done, or what to wait for if that takes a while.

    Raises:
        UserError: it cannot be granted; nothing was changed.
    """
    wish, ids = find_wish(request.wish), _ids(request)
    if wish is None:
        raise UserError(f"There is no wish “{request.wish}”. See: tui-pod --help")
    if wish.needs_episodes and not ids:
        raise UsageError("name the episodes by their ids. See: tui-pod list")
    if not wish.takes_any_id:
        find_ids(services.controller.library, ids)
    done = wish.do(Subject(services, model, ids, values=request.values, caller=caller))
    return _awaited(done) if isawaitable(done) else done or DONE


async def grant(services: Services, model: EpisodeListModel, request: WishRequest, caller: Caller) -> Outcome:
    """Grant a wish as `begin` does, and wait for it."""
    done = begin(services, model, request, caller)
    return await done if isawaitable(done) else done


async def _awaited(doing: Awaitable[Outcome | None]) -> Outcome:
    return await doing or DONE


def _ids(request: WishRequest) -> Sequence[str]:
    ids = request.values.get("ids") or ()
    return list(dict.fromkeys(ids))
