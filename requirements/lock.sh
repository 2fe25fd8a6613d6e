#!/bin/sh
# Locks what pyproject.toml asks for: base.txt to run NimbusVault, dev.txt to develop it as well.
# Every version with the hashes of its files, for every platform and Python, and no package index named.
set -eu
cd "$(dirname "$0")/.."

lock() {
    output=$1
    shift
    .venv/bin/python -m uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url \
        --no-emit-find-links --no-header --no-annotate --quiet --output-file "$output" "$@"
}

lock requirements/base.txt "$@"
lock requirements/dev.txt --group dev --constraints requirements/base.txt "$@"
