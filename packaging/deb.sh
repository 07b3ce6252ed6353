#!/usr/bin/env bash
# Debian, Ubuntu: bash deb.sh && sudo apt install ./tui-pod_*.deb
# The tried versions of the Python packages lie beside the program, for the Python of the machine that builds.
set -euo pipefail
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
lib=$build/tree/usr/lib/tui-pod
python3 -c 'import sys, urllib.request; urllib.request.urlretrieve(*sys.argv[1:])' '@ADDRESS@' "$build/source.tar.gz"
echo "@SHA256@  $build/source.tar.gz" | sha256sum --check --quiet
tar -C "$build" -xf "$build/source.tar.gz"
python3 -m venv "$build/venv"
(
    cd "$build/tui_pod-@VERSION@"
    "$build/venv/bin/pip" install --quiet --no-compile --target "$lib" --require-hashes --requirement requirements.lock
    # the builder is among them
    PYTHONPATH=$lib "$build/venv/bin/pip" install --quiet --no-compile --target "$lib" --no-deps --no-build-isolation .
    rm -rf "${lib:?}/bin" "$lib/share" "$lib"/*.dist-info/direct_url.json
    find "$lib" -type f -exec chmod 644 {} + # nothing there is a program
    mkdir -p "$build/tree/usr/share" "$build/tree/usr/bin" "$build/tree/DEBIAN"
    cp -r share/. "$build/tree/usr/share"
    gzip -9n "$build/tree/usr/share/man/man1/tui-pod.1"
    install -Dm644 LICENSE "$build/tree/usr/share/doc/tui-pod/copyright"
    gzip -9nc CHANGELOG.md >"$build/tree/usr/share/doc/tui-pod/changelog.gz"
)
python3 -m compileall -q -s "$build/tree" "$lib"
install -m755 /dev/stdin "$build/tree/usr/bin/tui-pod" <<'END'
#!/bin/sh
PYTHONPATH=/usr/lib/tui-pod exec python3 -P -m tui_pod "$@"
END
python=$(python3 -c 'import sys; print("python3 (>= 3.{0}), python3 (<< 3.{1})".format(sys.version_info[1], sys.version_info[1] + 1))')
cat >"$build/tree/DEBIAN/control" <<END
Package: tui-pod
Version: @VERSION@
Architecture: $(dpkg --print-architecture)
Maintainer: tui-pod <noreply@localhost>
Installed-Size: $(du -sk "$build/tree/usr" | cut -f1)
Depends: $python, libc6, libmpv2
Section: sound
Priority: optional
Homepage: @HOMEPAGE@
Description: Listening sessions in the terminal
 A tree of topics, a list of episodes with their summaries, and a bar that plays them.
END
sed -i '/^Homepage: $/d' "$build/tree/DEBIAN/control"
dpkg-deb --root-owner-group --build "$build/tree" .
