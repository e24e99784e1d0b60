#!/usr/bin/env bash
# build.sh MARKDOWN_DIR OUT_DIR: a TechDocs site, as Backstage's generator makes it, of the pages that podviz wrote.
# Fails on every warning. MKDOCS names mkdocs in an environment with mkdocs-techdocs-core.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
MKDOCS_YML=$here/mkdocs.yml exec "$here/../mkdocs/build.sh" "$@"
