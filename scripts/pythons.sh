#!/bin/sh
# Finds the Pythons that this machine has or can get.
#
#   scripts/pythons.sh newest           print the program of the newest one
#   scripts/pythons.sh test [NAME=VALUE...]  run a fast part of the tests on each one but that of .venv; see world.py
#
# A version that cannot be had is named and left out; only a failing test fails.
set -u
cd "$(dirname "$0")/.." || exit
VERSIONS='3.14 3.13 3.12 3.11'
TESTS='tests/core tests/config tests/state tests/library tests/sources/podcasts tests/shelf tests/cli/test_commands.py tests/ui/test_keys.py'

LONG=240 # seconds after which no other version is begun

say() { printf 'pythons: %s\n' "$*" >&2; }

# is_version PROGRAM VERSION: it is of this version, and can make environments. Debian packages what that takes apart.
is_version() {
    "$1" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$2')" 2>/dev/null || return
    "$1" -c 'import ensurepip, venv' 2>/dev/null && return
    [ "$(dirname "$1")" = /usr/bin ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || return
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "python$2-venv"; } >&2
    "$1" -c 'import ensurepip, venv' 2>/dev/null
}

# look_for VERSION: print its program, if it is here. The system's comes first: other accounts can run it, too.
look_for() {
    for each in "/usr/bin/python$1" "/usr/local/bin/python$1" "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python \
        "${XDG_DATA_HOME:-$HOME/.local/share}/uv/python/cpython-$1".*/bin/python; do
        if is_version "$each" "$1"; then
            "$each" -c 'import sys; print(sys.executable)'
            return
        fi
    done
}

# find_python VERSION: print its program, or nothing; one that is missing is fetched, if uv and its downloads can be had
find_python() {
    found=$(look_for "$1")
    if [ -z "$found" ] && get_uv && timeout 120 "$folder/uv/bin/uv" python install --quiet "$1" 2>/dev/null; then
        found=$(look_for "$1")
    fi
    echo "$found"
}

get_uv() {
    [ ! -x "$folder/uv/bin/uv" ] || return 0
    [ ! -e "$folder/uv" ] || return 1 # it was tried before
    for each in .venv/bin/python python3; do
        if "$each" -c 'import ensurepip, venv' 2>/dev/null; then
            "$each" -m venv "$folder/uv" && "$folder/uv/bin/python" -m pip install --quiet uv >/dev/null 2>&1
            return
        fi
    done
    return 1
}

print_newest() {
    for version in $VERSIONS; do
        python=$(find_python "$version")
        [ -z "$python" ] || break
    done
    echo "$python"
}

# The oldest comes first: between it and the newest, on which make test runs all tests, differences are rarer.
test_each() {
    status=0
    began=$(date +%s)
    own=$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    # shellcheck disable=SC2086 # a word each
    for version in $(printf '%s\n' $VERSIONS | sort); do
        if [ "$version" = "$own" ]; then
            say "$version: make test runs all tests on it"
        elif [ $(($(date +%s) - began)) -gt $LONG ]; then
            say "$version: no time left; left out"
        else
            test_one "$version" "$@" || status=1
        fi
    done
    return $status
}

test_one() {
    version=$1
    shift
    python=$(find_python "$version")
    if [ -z "$python" ]; then
        say "$version: not here, and cannot be had; left out"
        return
    fi
    venv="$folder/$version"
    if ! { "$python" -m venv "$venv" &&
        "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --require-hashes --requirement requirements.lock &&
        "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --no-build-isolation '.[test]'; }; then
        say "$version: its packages cannot be installed; left out"
        return
    fi
    say "$version: $python"
    # shellcheck disable=SC2086 # a word each
    "$venv/bin/python" tests/world.py "$@" "$venv/bin/python" -m pytest -q -n auto --dist worksteal $TESTS
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
case ${1-} in
newest) print_newest ;;
test)
    shift
    test_each "$@"
    ;;
*)
    say 'usage: scripts/pythons.sh newest | test [NAME=VALUE...]'
    exit 2
    ;;
esac
