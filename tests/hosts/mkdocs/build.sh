#!/usr/bin/env bash
# build.sh MARKDOWN_DIR OUT_DIR: a site of the pages that podviz wrote for MkDocs with Material. Fails on every warning,
# such as a page that the navigation leaves out and a link or an anchor that leads nowhere.
# Needs mkdocs on the PATH; MKDOCS_YML names another configuration, PODVIZ_MERMAID_JS a copy of
# mermaid.min.js for browsers that cannot load it from the web.
# shellcheck source=tests/hosts/project.sh
source "$(dirname "${BASH_SOURCE[0]}")/../project.sh"

cp "${MKDOCS_YML:-$here/mkdocs.yml}" "$project/mkdocs.yml"
cp -R "$markdown" "$project/docs"
if [ -n "${PODVIZ_MERMAID_JS:-}" ]; then
  cp "$PODVIZ_MERMAID_JS" "$project/docs/mermaid.min.js"
  printf 'extra_javascript: [mermaid.min.js]\n' >>"$project/mkdocs.yml"
fi
cd "$project"
NO_MKDOCS_2_WARNING=1 mkdocs build --strict --site-dir "$out"
