# Completion of tui-pod for fish; made by: tui-pod completions fish

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
            case ':--session' 'list:--topic' 'list:--status' 'plan:--topic' 'plan:--order' 'narrate:--out' 'feeds add:--folder' '*:--catalog' '*:--state' '*:--config' '*:--ao'
                set skip 1
            case '*:-*'
            case ':list'
                set at 'list'
                set place 0
            case ':mark'
                set at 'mark'
                set place 0
            case ':status'
                set at 'status'
                set place 0
            case ':check'
                set at 'check'
                set place 0
            case ':plan'
                set at 'plan'
                set place 0
            case ':stats'
                set at 'stats'
                set place 0
            case ':narrate'
                set at 'narrate'
                set place 0
            case ':doctor'
                set at 'doctor'
                set place 0
            case ':feeds'
                set at 'feeds'
                set place 0
            case 'feeds:add'
                set at 'feeds add'
                set place 0
            case 'feeds:list'
                set at 'feeds list'
                set place 0
            case 'feeds:refresh'
                set at 'feeds refresh'
                set place 0
            case 'feeds:remove'
                set at 'feeds remove'
                set place 0
            case 'feeds:move'
                set at 'feeds move'
                set place 0
            case 'feeds:keep'
                set at 'feeds keep'
                set place 0
            case 'feeds:topics'
                set at 'feeds topics'
                set place 0
            case ':import'
                set at 'import'
                set place 0
            case ':export'
                set at 'export'
                set place 0
            case ':toggle'
                set at 'toggle'
                set place 0
            case ':play'
                set at 'play'
                set place 0
            case ':pause'
                set at 'pause'
                set place 0
            case ':next'
                set at 'next'
                set place 0
            case ':previous'
                set at 'previous'
                set place 0
            case ':seek'
                set at 'seek'
                set place 0
            case ':speed'
                set at 'speed'
                set place 0
            case ':volume'
                set at 'volume'
                set place 0
            case ':now'
                set at 'now'
                set place 0
            case ':keys'
                set at 'keys'
                set place 0
            case ':config'
                set at 'config'
                set place 0
            case ':completions'
                set at 'completions'
                set place 0
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
complete -c tui-pod -n '__tui_pod_is ""' -a list -d 'print the episodes: id, title, duration, position, status, topics'
complete -c tui-pod -n '__tui_pod_is ""' -a mark -d 'mark episodes as played or unplayed'
complete -c tui-pod -n '__tui_pod_is ""' -a status -d 'print what would be resumed, and what is played and left'
complete -c tui-pod -n '__tui_pod_is ""' -a check -d 'validate a catalogue and print every fault as FILE:LINE: message'
complete -c tui-pod -n '__tui_pod_is ""' -a plan -d 'print the episodes that fit into a time: 15, 15m, 1h30m, or until 18:42'
complete -c tui-pod -n '__tui_pod_is ""' -a stats -d 'print what was heard'
complete -c tui-pod -n '__tui_pod_is ""' -a narrate -d 'render narrations ahead of time'
complete -c tui-pod -n '__tui_pod_is ""' -a doctor -d 'tell what works on this machine, and the command that mends what does not'
complete -c tui-pod -n '__tui_pod_is ""' -a feeds -d 'subscribe to podcasts, refresh them, and put them in order'
complete -c tui-pod -n '__tui_pod_is ""' -a import -d 'subscribe to all podcasts of an OPML file; its folders become topics'
complete -c tui-pod -n '__tui_pod_is ""' -a export -d 'print the podcasts as OPML'
complete -c tui-pod -n '__tui_pod_is ""' -a toggle -d 'pause the running app, or let it go on'
complete -c tui-pod -n '__tui_pod_is ""' -a play -d 'let the running app go on, or play an episode'
complete -c tui-pod -n '__tui_pod_is ""' -a pause -d 'pause the running app'
complete -c tui-pod -n '__tui_pod_is ""' -a next -d 'play what comes next'
complete -c tui-pod -n '__tui_pod_is ""' -a previous -d 'play what came before'
complete -c tui-pod -n '__tui_pod_is ""' -a seek -d 'go to another place'
complete -c tui-pod -n '__tui_pod_is ""' -a speed -d 'play faster or slower'
complete -c tui-pod -n '__tui_pod_is ""' -a volume -d 'play louder or softer'
complete -c tui-pod -n '__tui_pod_is ""' -a now -d 'print what is playing'
complete -c tui-pod -n '__tui_pod_is ""' -a keys -d 'print every key as it is now, and what it does'
complete -c tui-pod -n '__tui_pod_is ""' -a config -d 'print where the settings are, and what is wrong with them'
complete -c tui-pod -n '__tui_pod_is ""' -a completions -d 'print what a shell needs to complete these commands'
complete -c tui-pod -s h -l help -d 'show this help message and exit'
complete -c tui-pod -l catalog -r -F -d 'use this catalogue instead of the embedded one; may be given several times'
complete -c tui-pod -l state -r -F -d 'keep progress in this file'
complete -c tui-pod -l config -r -F -d 'read settings from this file'
complete -c tui-pod -l ao -x -d 'mpv\'s audio output, such as pulse; null for none'
complete -c tui-pod -n '__tui_pod_is ""' -l session -x -d 'start in a session of this time, such as 15m or 18:42'
complete -c tui-pod -n '__tui_pod_is ""' -l plain -d 'the app in plain lines, for screen readers and dumb terminals'
complete -c tui-pod -n '__tui_pod_is ""' -l version -d 'show program\'s version number and exit'
complete -c tui-pod -n '__tui_pod_is "list"' -l topic -x -a '(tui-pod completions --words topics 2>/dev/null)' -d 'only those of this topic'
complete -c tui-pod -n '__tui_pod_is "list"' -l status -x -a 'unplayed started played' -d 'only those'
complete -c tui-pod -n '__tui_pod_is "list"' -l json -d 'print JSON'
complete -c tui-pod -n '__tui_pod_is "mark" 0 0' -x -a 'played unplayed'
complete -c tui-pod -n '__tui_pod_is "mark" 1' -x -a '(tui-pod completions --words ids 2>/dev/null)'
complete -c tui-pod -n '__tui_pod_is "status"' -l json -d 'print JSON'
complete -c tui-pod -n '__tui_pod_is "check" 0 0' -r -F
complete -c tui-pod -n '__tui_pod_is "plan"' -l topic -x -a '(tui-pod completions --words topics 2>/dev/null)' -d 'only from this topic'
complete -c tui-pod -n '__tui_pod_is "plan"' -l order -x -a 'course newest shortest'
complete -c tui-pod -n '__tui_pod_is "plan"' -l json -d 'print JSON'
complete -c tui-pod -n '__tui_pod_is "stats"' -l json -d 'print JSON'
complete -c tui-pod -n '__tui_pod_is "narrate"' -l all -d 'every episode without a recording'
complete -c tui-pod -n '__tui_pod_is "narrate"' -l out -x -a '(__fish_complete_directories)' -d 'also write DIR/<id>.opus and DIR/<id>.vtt'
complete -c tui-pod -n '__tui_pod_is "narrate" 0' -x -a '(tui-pod completions --words ids 2>/dev/null)'
complete -c tui-pod -n '__tui_pod_is "feeds"' -a add -d 'subscribe to a podcast by its address, or that of a page about it'
complete -c tui-pod -n '__tui_pod_is "feeds"' -a list -d 'print the podcasts: address, title, episodes, folders, what went wrong last'
complete -c tui-pod -n '__tui_pod_is "feeds"' -a refresh -d 'fetch what is new'
complete -c tui-pod -n '__tui_pod_is "feeds"' -a remove -d 'unsubscribe; adding the same address within a month brings all back'
complete -c tui-pod -n '__tui_pod_is "feeds"' -a move -d 'fetch a podcast from another address, or put it under other topics'
complete -c tui-pod -n '__tui_pod_is "feeds"' -a keep -d 'download the next episodes of a podcast ahead, whenever it is refreshed'
complete -c tui-pod -n '__tui_pod_is "feeds"' -a topics -d 'print a podcast\'s categories, and make them and its keywords topics or not'
complete -c tui-pod -n '__tui_pod_is "feeds add"' -l folder -x -d 'topic to put it under, such as Science/Physics; may be given several times'
complete -c tui-pod -n '__tui_pod_is "feeds list"' -l json -d 'print JSON'
complete -c tui-pod -n '__tui_pod_is "feeds refresh" 0' -x -a '(tui-pod completions --words feeds 2>/dev/null)'
complete -c tui-pod -n '__tui_pod_is "feeds remove" 0' -x -a '(tui-pod completions --words feeds 2>/dev/null)'
complete -c tui-pod -n '__tui_pod_is "feeds move" 0 0' -x -a '(tui-pod completions --words feeds 2>/dev/null)'
complete -c tui-pod -n '__tui_pod_is "feeds keep" 0 0' -x -a '(tui-pod completions --words feeds 2>/dev/null)'
complete -c tui-pod -n '__tui_pod_is "feeds topics" 0 0' -x -a '(tui-pod completions --words feeds 2>/dev/null)'
complete -c tui-pod -n '__tui_pod_is "feeds topics" 1 1' -x -a 'on off'
complete -c tui-pod -n '__tui_pod_is "import" 0 0' -r -F
complete -c tui-pod -n '__tui_pod_is "toggle"' -l json -d 'print JSON'
complete -c tui-pod -n '__tui_pod_is "play"' -l json -d 'print JSON'
complete -c tui-pod -n '__tui_pod_is "play" 0 0' -x -a '(tui-pod completions --words ids 2>/dev/null)'
complete -c tui-pod -n '__tui_pod_is "pause"' -l json -d 'print JSON'
complete -c tui-pod -n '__tui_pod_is "next"' -l json -d 'print JSON'
complete -c tui-pod -n '__tui_pod_is "previous"' -l json -d 'print JSON'
complete -c tui-pod -n '__tui_pod_is "seek"' -l json -d 'print JSON'
complete -c tui-pod -n '__tui_pod_is "speed"' -l json -d 'print JSON'
complete -c tui-pod -n '__tui_pod_is "volume"' -l json -d 'print JSON'
complete -c tui-pod -n '__tui_pod_is "now"' -l json -d 'print JSON'
complete -c tui-pod -n '__tui_pod_is "keys"' -l json -d 'print JSON'
complete -c tui-pod -n '__tui_pod_is "config"' -l default -d 'print the default settings instead, with comments'
complete -c tui-pod -n '__tui_pod_is "completions" 0 0' -x -a 'bash zsh fish'
