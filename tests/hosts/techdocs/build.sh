#!/usr/bin/env bash
# build.sh MARKDOWN_DIR OUT_DIR: a TechDocs site, as Backstage's generator makes it, of the pages that podviz wrote.
# Fails on every warning. Needs mkdocs on the PATH, in an environment with mkdocs-techdocs-core.
# shellcheck source=tests/hosts/project.sh
source "$(dirname "${BASH_SOURCE[0]}")/../project.sh"

cp "$here/mkdocs.yml" "$project/"
cp -R "$markdown" "$project/kubernetes"
mkdir "$project/docs"
printf '# Shop\n' >"$project/docs/index.md"
cd "$project"
NO_MKDOCS_2_WARNING=1 mkdocs build --strict --site-dir "$project/site"
# The pages alone: Backstage moves them to a folder with the name of what they are about.
cp -R "$project/site/." "$out/"
