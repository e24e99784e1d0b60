#!/usr/bin/env bash
# build.sh MARKDOWN_DIR OUT_DIR: a Zensical site of the pages that podviz wrote for MkDocs, with the same configuration.
# Fails on every warning. Needs zensical on the PATH.
# shellcheck source=tests/hosts/project.sh
source "$(dirname "${BASH_SOURCE[0]}")/../project.sh"

cp "${MKDOCS_YML:-$here/../mkdocs/mkdocs.yml}" "$project/mkdocs.yml"
cp -R "$markdown" "$project/docs"
if [ -n "${PODVIZ_MERMAID_JS:-}" ]; then
  cp "$PODVIZ_MERMAID_JS" "$project/docs/mermaid.min.js"
  printf 'extra_javascript: [mermaid.min.js]\n' >>"$project/mkdocs.yml"
fi
cd "$project"
zensical build --clean --strict
cp -R site/. "$out/"
