"""The parts of the completion scripts that do not depend on the parser; `completions` fills in what does."""

from __future__ import annotations

BASH = r"""# Completion of tui-pod for bash; made by: tui-pod completions bash

# Reply with those words that begin with what is typed.
_tui_pod_words() {
    local word
    for word; do
        [[ $word == "$typed"* ]] && COMPREPLY+=("$word")
    done
}

_tui_pod_paths() {
    compopt -o filenames 2>/dev/null
    local path
    while IFS= read -r path; do
        COMPREPLY+=("$path")
    done < <(compgen "$1" -- "$typed")
}

# Reply with what the program knows of a kind; blanks are escaped where no quote was typed.
_tui_pod_ask() {
    local word
    while IFS=$'\t' read -r word _; do
        [[ $word == "$typed"* ]] || continue
        [[ $quote ]] || printf -v word %q "$word"
        COMPREPLY+=("$word")
    done < <(tui-pod completions --words "$1" 2>/dev/null)
}

_tui_pod() {
    local typed=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} quote='' at='' place=0 skip=0 i word
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $word == = ]]; then
            skip=1
            continue
        elif ((skip)); then
            skip=0
            continue
        fi
        case "$at:$word" in
            @flags@
            *:-*) ;;
            @commands@
            *) place=$((place + 1)) ;;
        esac
    done
    if [[ $typed == = ]]; then
        typed=''
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case $typed in
        [\"\']*) quote=${typed:0:1} typed=${typed:1} ;;
        *) typed=${typed//\\/} ;;
    esac
    case "$at:$before" in
        @values@
    esac
    if [[ $typed == -* ]]; then
        case $at in
            @options@
        esac
        return
    fi
    case "$at:$place" in
        @places@
    esac
}

complete -F _tui_pod tui-pod
"""

ZSH = r"""#compdef tui-pod
# Completion of tui-pod for zsh; made by: tui-pod completions zsh

# Offer what the program knows of a kind: each line a word, a tab, and what it is.
_tui_pod_ask() {
    local -a words
    words=("${(@f)$(_call_program $1 tui-pod completions --words $1 2>/dev/null)}")
    words=("${(@)words//:/\\:}")
    words=("${(@)words/$'\t'/:}")
    _describe -t $1 $1 words
}
_tui_pod_ids() { _tui_pod_ask ids }
_tui_pod_topics() { _tui_pod_ask topics }
_tui_pod_feeds() { _tui_pod_ask feeds }

typeset -ga _tui_pod_shared=(
    @shared@
)

@functions@
_tui-pod() { _tui_pod "$@" }

if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
    _tui-pod "$@"
else
    compdef _tui-pod tui-pod
fi
"""

ZSH_COMMANDS = r"""@name@() {
    local context state state_descr line
    typeset -A opt_args
    _arguments -C -S \
        @specs@
    case $state in
        command)
            local -a commands=(
                @described@
            )
            _describe -t commands command commands
            ;;
        rest)
            case ${words[1]} in
                @calls@
            esac
            ;;
    esac
}
"""

FISH = r"""# Completion of tui-pod for fish; made by: tui-pod completions fish

# Print the command that is typed so far, and how many values stand after it.
function __tui_pod_at
    set -l at ''
    set -l place 0
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch "$at:$word"
            case @flags@
                set skip 1
            case '*:-*'
            @commands@
            case '*'
                set place (math $place + 1)
        end
    end
    printf '%s\n' $at $place
end

# __tui_pod_is COMMAND [FIRST [LAST]]: whether the next word is a value of that command, in one of these places.
function __tui_pod_is
    set -l at (__tui_pod_at)
    test "$at[1]" = "$argv[1]"; or return 1
    set -q argv[2]; or return 0
    test $at[2] -ge $argv[2]; or return 1
    set -q argv[3]; or return 0
    test $at[2] -le $argv[3]
end

complete -c tui-pod -f
@lines@
"""
