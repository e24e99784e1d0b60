#!/usr/bin/env bash
# build.sh MARKDOWN_DIR OUT_DIR: a TechDocs site, as Backstage's generator makes it, of the pages that podviz wrote.
# Fails on every warning. MKDOCS names mkdocs in an environment with mkdocs-techdocs-core.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
markdown=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT

cp "$here/mkdocs.yml" "$project/"
cp -R "$markdown" "$project/kubernetes"
mkdir "$project/docs"
printf '# Shop\n' >"$project/docs/index.md"
cd "$project"
NO_MKDOCS_2_WARNING=1 "${MKDOCS:-mkdocs}" build --strict --site-dir "$project/site"
# The pages alone: Backstage moves them to a folder with the name of what they are about.
find "$out" -mindepth 1 -delete
cp -R "$project/site/." "$out/"
