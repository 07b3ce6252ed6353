"""Make the completion scripts of bash, zsh and fish from the parser, with shtab.

The scripts get ids, topics and podcasts from the program: `tui-pod completions --words ids`. Titles come from
strangers: what a shell inserts must never be more than one word.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

import shtab

from tui_pod.cli.commands import COMPLETED

_BASH = r"""
# Print the words of a kind that begin with what is typed. Readline inserts them as they are: they are escaped where no
# quote is open, and left out where they could close an open one.
_tui_pod_ask() {
    local typed=$2 bare=${2//\\?/} quote='' word
    case $typed in
        [\"\']*) quote=${typed:0:1} typed=${typed:1} ;;
        *) typed=${typed//\\/} ;;
    esac
    [[ ${bare#"$quote"} == *[\"\'\`\$]* ]] && return
    while IFS=$'\t' read -r word _; do
        [[ $word != "$typed"* || ($quote && $word == *[\"\'!]*) ]] && continue
        if [[ $quote ]]; then printf '%s\n' "$word"; else printf '%q\n' "$word"; fi
    done < <(tui-pod completions --words "$1" 2>/dev/null)
}
_tui_pod_ids() { _tui_pod_ask ids "$1"; }
_tui_pod_actions() { _tui_pod_ask actions "$1"; }
_tui_pod_topics() { _tui_pod_ask topics "$1"; }
_tui_pod_feeds() { _tui_pod_ask feeds "$1"; }
_tui_pod_settings() { compopt -o nospace 2>/dev/null; _tui_pod_ask settings "$1"; }

# Call shtab's function with --option=value, which bash splits in three, as two words.
_tui_pod() {
    local -a words=()
    local word
    for word in "${COMP_WORDS[@]:0:COMP_CWORD}"; do
        [[ $word == = ]] || words+=("$word")
    done
    word=${COMP_WORDS[COMP_CWORD]}
    local COMP_WORDS=("${words[@]}" "${word#=}") COMP_CWORD=${#words[@]}
    _shtab_tui_pod
}
"""

_ZSH = r"""
# Offer the words of a kind, with options of compadd. Each line is a word, a tab, and what it is. zsh escapes what it
# inserts.
_tui_pod_ask() {
    local -a words=("${(@f)$(_call_program $1 tui-pod completions --words $1 2>/dev/null)}")
    words=("${(@)words//:/\\:}")
    words=("${(@)words/$'\t'/:}")
    _describe -t $1 $1 words "${@:2}"
}
_tui_pod_ids() { _tui_pod_ask ids }
_tui_pod_actions() { _tui_pod_ask actions }
_tui_pod_topics() { _tui_pod_ask topics }
_tui_pod_feeds() { _tui_pod_ask feeds }
_tui_pod_settings() { _tui_pod_ask settings -S '' }
"""

_PATHS = {"FILE": shtab.FILE, "DIR": shtab.DIRECTORY, "URL": shtab.FILE}


def completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the script for one of `SHELLS`; bash 3.2, which macOS has, is enough."""
    for action in _actions(parser):
        metavar = str(action.metavar)
        if kind := COMPLETED.get(metavar):
            command = f"(tui-pod completions --words {kind} 2>/dev/null)"
            function = f"_tui_pod_{kind}"
            action.complete = {"bash": function, "zsh": function, "fish": command}  # type: ignore[attr-defined]
        elif metavar in _PATHS:
            action.complete = _PATHS[metavar]  # type: ignore[attr-defined]
    script = shtab.complete(parser, shell, preamble={"bash": _BASH, "zsh": _ZSH, "fish": ""}[shell]).rstrip("\n") + "\n"
    if shell == "bash":
        return script + "complete -F _tui_pod tui-pod\n"
    return re.sub(
        r'^(  ")\(\*\)::?', r"\1*:", script, flags=re.MULTILINE
    )  # shtab 1.13: zsh offers the first of several ids alone


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _actions(below)
