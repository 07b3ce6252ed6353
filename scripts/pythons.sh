#!/bin/sh
# Runs a fast part of the tests on each supported Python that this machine has or can get. A version that cannot be had
# is named and left out; only a failing test fails.
set -u
cd "$(dirname "$0")/.." || exit
VERSIONS='3.11 3.12 3.13 3.14'
TESTS='tests/core tests/config tests/state tests/feeds/formats tests/feeds/store tests/cli/test_commands.py tests/ui/test_keys.py'

say() { printf 'pythons: %s\n' "$*" >&2; }

works() { "$1" -c "import ensurepip, sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '$2')" 2>/dev/null; }

LONG=150 # seconds after which no other version is begun

# find_python VERSION: print its program, or nothing
find_python() {
    for each in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python; do
        if works "$each" "$1"; then
            echo "$each"
            return
        fi
    done
    if .venv/bin/python -m pip install --quiet --target "$folder/uv" uv >/dev/null 2>&1; then
        uv="$folder/uv/bin/uv"
        timeout 120 "$uv" python install --quiet --install-dir "$folder/pythons" "$1" 2>/dev/null &&
            "$uv" python find --no-project "$(echo "$folder/pythons/"*"-$1."*"/bin/python$1")" 2>/dev/null
    fi
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
status=0
began=$(date +%s)
own=$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
for version in $VERSIONS; do
    if [ "$version" = "$own" ]; then
        say "$version: make test runs all tests on it"
        continue
    fi
    if [ $(($(date +%s) - began)) -gt $LONG ]; then
        say "$version: no time left; left out"
        continue
    fi
    python=$(find_python "$version")
    if [ -z "$python" ]; then
        say "$version: not here, and cannot be had; left out"
        continue
    fi
    venv="$folder/$version"
    if ! { "$python" -m venv "$venv" &&
        "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --require-hashes --requirement requirements.lock &&
        "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --no-build-isolation '.[test]'; }; then
        say "$version: its packages cannot be installed; left out"
        continue
    fi
    say "$version: $python"
    # shellcheck disable=SC2086 # a word each
    "$venv/bin/python" -m pytest -q -n auto --dist worksteal $TESTS || status=1
    rm -rf "$venv"
done
exit $status
