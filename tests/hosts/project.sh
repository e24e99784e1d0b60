# Read by every build.sh, which is called with MARKDOWN_DIR and OUT_DIR. Gives `here`, the folder of that build.sh; `markdown` and
# `out`, the two folders, `out` being empty; and `project`, a folder that is removed at the end.
# shellcheck shell=bash disable=SC2034
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)
markdown=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
find "$out" -mindepth 1 -delete
project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT
