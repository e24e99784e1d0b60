#!/usr/bin/env bash
# build.sh MARKDOWN_DIR OUT_DIR: a book of the pages that podviz wrote for mdBook. Fails on every warning.
# Needs mdbook and mdbook-mermaid on the PATH.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
markdown=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT

cp "$here/book.toml" "$project/"
cp -R "$markdown" "$project/src"
mdbook-mermaid install "$project" 2>/dev/null
mdbook build "$project" --dest-dir "$out" 2>&1 | tee "$project/log"
if grep -qE '\b(WARN|ERROR)\b' "$project/log"; then
  exit 1
fi
