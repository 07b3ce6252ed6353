#!/bin/sh
# Sets up what tui-pod needs, unless it is there already.
#
#   scripts/setup.sh venv [EXTRA...] .venv with the program and these of its extras
#   scripts/setup.sh tools           the programs that tests use, where they may be installed unasked
#   scripts/setup.sh install         the program on the PATH
#
# PYTHON names the interpreter; without it, the first Python 3.11 or newer on the PATH.
set -eu
cd "$(dirname "$0")/.."
wanted_python=${PYTHON-}

say() { printf 'tui-pod: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# -- the system: libmpv, and Python's venv where a distribution splits it off ------------------------------

# ldconfig answers in 5 ms; Python asks as python-mpv does, wherever there is no ldconfig.
has_libmpv() {
    /sbin/ldconfig -p 2>/dev/null | grep -q 'libmpv\.so\.2' && return
    find_python
    if has brew; then # only Homebrew's own Python looks there by itself
        DYLD_FALLBACK_LIBRARY_PATH=$(brew --prefix)/lib
        export DYLD_FALLBACK_LIBRARY_PATH
    fi
    "$PYTHON" -c 'import ctypes.util, sys; sys.exit(not ctypes.util.find_library("mpv"))'
}

has_venv() { "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; }

# Installs what is missing, all at once.
ensure_system() {
    find_python
    missing='' apt='' dnf='' pacman='' brew=''
    if ! has_libmpv; then
        missing=libmpv apt=libmpv2 dnf=mpv-libs pacman=mpv brew=mpv
        # libmpv checks every https stream by the system's certificates; those that are there stay as they are
        [ -e /etc/ssl/certs/ca-certificates.crt ] || apt="$apt ca-certificates"
    fi
    if ! has_venv; then
        version=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        missing="${missing:+$missing and }Python's venv"
        apt="$apt python$version-venv" dnf="$dnf python3" pacman="$pacman python" brew="$brew python"
    fi
    [ -n "$missing" ] || return 0
    system_install
    has_libmpv || fail "libmpv was installed, but cannot be found. Run: ldconfig — then try again."
    has_venv || fail "$PYTHON has no venv module. Name another Python: make PYTHON=/path/to/python3"
}

# Installs `missing` by the names that the package manager has for it.
system_install() {
    sudo='' update=''
    if [ "$(id -u)" -ne 0 ] && has sudo; then sudo='sudo '; fi
    if has apt-get; then
        update="${sudo}apt-get update"
        command="${sudo}apt-get install -y --no-install-recommends $apt"
    elif has dnf; then
        command="${sudo}dnf install -y $dnf"
    elif has pacman; then
        command="${sudo}pacman -S --needed --noconfirm $pacman"
    elif has brew; then
        command="brew install $brew" sudo=none # it refuses to be root
    else
        fail "$missing: missing. Install it with your system's package manager, then try again."
    fi
    if [ "$(id -u)" -ne 0 ] && [ -z "$sudo" ]; then
        fail "$missing: missing. As root, run: ${update:+$update && }$command — then try again."
    fi
    say "$missing: missing. Running: ${update:+$update; }$command"
    $update || say "the lists could not be updated; trying with those that are there"
    $command || fail "$missing: not installed. Run: $command — then try again."
}

is_new_enough() { has "$1" && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    [ -z "${is_python_found-}" ] || return 0
    is_python_found=yes
    if [ -n "${PYTHON-}" ]; then
        is_new_enough "$PYTHON" || fail "$PYTHON is not Python 3.11 or newer."
        return
    fi
    for PYTHON in python3 python3.14 python3.13 python3.12 python3.11; do
        is_new_enough "$PYTHON" && return
    done
    fail "Python 3.11 or newer is needed. Name one: make PYTHON=/path/to/python3"
}

# Installs what tests use beside the program. Where that takes a password or another package manager, pytest skips the
# tests concerned and lists them.
ensure_tools() {
    missing=''
    for tool in dbus-daemon espeak-ng faketime ffmpeg fish groff lame openssl playerctl tmux zsh; do
        has "$tool" || missing="$missing $tool"
    done
    if has apt-get; then # elsewhere, time zones and locales come with the system
        [ -e /usr/share/zoneinfo/Europe/Berlin ] || missing="$missing tzdata"
        [ -e /usr/share/i18n/locales/tr_TR ] || missing="$missing locales"
    fi
    if [ -z "$missing" ]; then
        make_locale
        return
    fi
    if [ "$(id -u)" -eq 0 ]; then sudo=''; else sudo='sudo -n'; fi
    if ! has apt-get || ! $sudo true 2>/dev/null; then
        say "some tests will be skipped; install for them:$missing"
        return
    fi
    say "for the tests:$missing"
    $sudo apt-get update || say "the lists could not be updated; trying with those that are there"
    # shellcheck disable=SC2086 # a word each
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing ||
        say "not installed; some tests will be skipped"
    make_locale
}

# Makes the locale in which a small I has a dot of its own, where it may be made unasked.
make_locale() {
    if has localedef && ! locale -a 2>/dev/null | grep -q '^tr_TR\.utf8$'; then
        if [ "$(id -u)" -eq 0 ]; then sudo=''; else sudo='sudo -n'; fi
        $sudo localedef -i tr_TR -f UTF-8 tr_TR.UTF-8 2>/dev/null || say "no Turkish locale; a test will be skipped"
    fi
}

# A sync server to test with, in an environment of its own: it needs a newer Python, and has a licence of its own.
make_sync_server() {
    [ ! -x .venv-server/bin/uvicorn ] || return 0
    for newer in python3.14 python3.13 python3.12 python3 none; do
        "$newer" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && break
    done
    if [ "$newer" = none ]; then
        say "the tests with a real sync server need Python 3.12 and its venv; they will be skipped"
        return
    fi
    say "for the tests: a sync server"
    if ! "$newer" -m venv --clear .venv-server ||
        ! pip_in .venv-server install --quiet 'gpodder-fastapi-router==0.1.3' aiosqlite uvicorn; then
        say "not installed; some tests will be skipped"
    fi
}

# -- .venv -----------------------------------------------------------------------------------------------

# Not editable: an installed copy is compiled, and starts almost four times as fast.
make_venv() {
    extras=$(printf '%s,' "$@")
    [ $# -gt 0 ] || extras=''
    stamp=.venv/.made-$(printf '%s-' "$@")
    [ "$(sources)" = "$(cat "$stamp" 2>/dev/null)" ] && has_libmpv && return
    ensure_system
    is_good_venv .venv || "$PYTHON" -m venv --clear .venv
    install_into .venv "${extras%,}"
    sources >"$stamp"
}

pip_in() {
    venv=$1
    shift
    "$venv/bin/python" -m pip --disable-pip-version-check "$@"
}

# install_into VENV EXTRAS: what users get is what was tried, by its hashes; the builder is among it, so that a later
# change needs no network. What only developers need follows the ranges of pyproject.toml.
install_into() {
    [ -e "$1/bin/hatchling" ] || say "getting what the program needs; this takes a minute, once"
    pip_in "$1" install --quiet --require-hashes --requirement requirements.lock &&
        pip_in "$1" install --quiet --no-build-isolation ".${2:+[$2]}" && return
    without=$(printf '%s' "$2" | sed 's/transcribe,//')
    if [ "$without" != "$2" ]; then
        say "recognition cannot be installed here; its tests will be skipped"
        install_into "$1" "$without"
        return
    fi
    [ -z "$2" ] || fail "the packages could not be installed."
    pip_in "$1" install --quiet 'hatchling>=1.27'
    say "the tried versions cannot be installed here; trying others"
    pip_in "$1" install --quiet --no-build-isolation . && return
    say "the voice cannot be installed here; going on without. Episodes without a recording stay silent."
    pip_in "$1" install --quiet --no-build-isolation --no-deps .
    # shellcheck disable=SC2046 # a word each
    pip_in "$1" install --quiet $(others_of "$1")
}

# The packages that the program needs besides those that not every machine has.
others_of() {
    "$1/bin/python" -c 'import tomllib
project = tomllib.load(open("pyproject.toml", "rb"))["project"]
print(*(wanted for wanted in project["dependencies"] if ";" not in wanted))'
}

# What an installed copy is made from, and the Python it is made for.
sources() {
    find tui_pod pyproject.toml requirements.lock catalog.toml -type f ! -name '*.pyc' | LC_ALL=C sort | xargs cksum | {
        cat
        printf '%s %s\n' "$wanted_python" "$(readlink -f .venv/bin/python 2>/dev/null)"
    } | cksum
}

# is_good_venv VENV: it is whole, and of the Python that is wanted.
is_good_venv() {
    asked='import sys; print(sys.base_prefix, sys.version_info[:2])'
    [ -x "$1/bin/python" ] &&
        [ "$("$1/bin/python" -c "import pip; $asked" 2>/dev/null)" = "$("$PYTHON" -c "$asked")" ]
}

# -- the PATH --------------------------------------------------------------------------------------------

install_program() {
    ensure_system
    if has pipx; then
        pipx install --force --python "$(command -v "$PYTHON")" .
        return
    fi
    home=${XDG_DATA_HOME:-$HOME/.local/share}/tui-pod/venv
    bin=$HOME/.local/bin
    is_good_venv "$home" || "$PYTHON" -m venv --clear "$home"
    install_into "$home" ""
    mkdir -p "$bin"
    ln -sf "$home/bin/tui-pod" "$bin/tui-pod"
    say "installed. To remove it again: rm -r '$home' '$bin/tui-pod'"
    case :$PATH: in
    *:"$bin":*) say "start it with: tui-pod" ;;
    *) say "$bin is not on your PATH: add it there, or start $bin/tui-pod" ;;
    esac
}

case ${1-} in
venv)
    shift
    make_venv "$@"
    ;;
tools)
    ensure_tools
    make_sync_server
    ;;
install) install_program ;;
*) fail "usage: scripts/setup.sh venv [EXTRA...] | tools | install" ;;
esac
