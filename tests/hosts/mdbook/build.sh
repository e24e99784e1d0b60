#!/usr/bin/env bash
# build.sh MARKDOWN_DIR OUT_DIR: a book of the pages that podviz wrote for mdBook. Fails on every warning.
# Needs mdbook and mdbook-mermaid on the PATH.
# shellcheck source=tests/hosts/project.sh
source "$(dirname "${BASH_SOURCE[0]}")/../project.sh"

cp "$here/book.toml" "$project/"
cp -R "$markdown" "$project/src"
mdbook-mermaid install "$project" 2>/dev/null
mdbook build "$project" --dest-dir "$out" 2>&1 | tee "$project/log"
if grep -qE '\b(WARN|ERROR)\b' "$project/log"; then
  exit 1
fi
