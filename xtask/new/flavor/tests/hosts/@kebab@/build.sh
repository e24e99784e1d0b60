#!/usr/bin/env bash
# build.sh MARKDOWN_DIR OUT_DIR: a site of the Markdown by the real tool, which fails on every warning.
# shellcheck source=tests/hosts/project.sh
source "$(dirname "${BASH_SOURCE[0]}")/../project.sh"

cp -R "$markdown/." "$out/"
