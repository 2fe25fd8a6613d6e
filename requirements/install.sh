#!/bin/sh
# Makes .venv and installs exactly what requirements/<base|dev>.txt locks.
# Does nothing when that is already so; starts afresh when an earlier run was cut short.
set -eu
cd "$(dirname "$0")/.."

lock=requirements/$1.txt
venv=.venv
unfinished=$venv/.unfinished
installed=$venv/.installed-$1.txt

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

makes_venvs() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        new_enough "$PYTHON" || fail "PYTHON=$PYTHON cannot be used: NimbusVault needs Python 3.11 or newer." \
            "Give another one: make run PYTHON=/path/to/python3.11"
        makes_venvs "$PYTHON" || no_venv "$PYTHON"
        echo "$PYTHON"
        return
    fi
    seen=
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
        new_enough "$candidate" || continue
        seen=${seen:-$candidate}
        makes_venvs "$candidate" || continue
        echo "$candidate"
        return
    done
    [ -z "$seen" ] || no_venv "$seen"
    fail "NimbusVault needs Python 3.11 or newer; found: $(python3 --version 2>&1 || echo 'no python3')." \
        "Install one, or name it: make run PYTHON=/path/to/python3.11"
}

no_venv() {
    fail "$1 comes without the modules venv and ensurepip, so no virtual environment can be made." \
        "On Debian and Ubuntu: apt install python3-venv. Or name another one: make run PYTHON=/path/to/python3"
}

[ -e manage.py ] || fail "No manage.py in $(pwd): this is not a NimbusVault folder."

if [ -e "$unfinished" ] || ! new_enough "$venv/bin/python"; then
    python=$(find_python)
    rm -rf "$venv"
    mkdir "$venv"
    : >"$unfinished"
    echo "Making $venv with $("$python" --version) ..."
    "$python" -m venv "$venv"
elif cmp -s "$lock" "$installed"; then
    exit 0
fi

: >"$unfinished"
echo "Installing $lock (takes a minute the first time) ..."
"$venv/bin/python" -m pip install --quiet --quiet --no-input --disable-pip-version-check \
    --require-hashes -r "$lock" ||
    fail "Installing $lock failed: see above. Is the package index reachable? Then call make again."
cp "$lock" "$installed"
[ "$1" = base ] || cp requirements/base.txt "$venv/.installed-base.txt" # dev.txt holds all of it
rm "$unfinished"
