#!/usr/bin/env bash
# build.sh MARKDOWN_DIR OUT_DIR: a site of the Markdown by the real Docusaurus, which ends at its first complaint.
# DOCUSAURUS names the folder in which `npm ci` ran beside a copy of this folder's package.json.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
markdown=$(cd "$1" && pwd)
out=$2
tools=${DOCUSAURUS:?names the folder that holds node_modules with Docusaurus}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp "$here/docusaurus.config.js" "$here/package.json" "$work/"
cp -r "$markdown" "$work/docs"
# Bundlers look for packages beside the files, links being followed.
ln -s "$(cd "$tools" && pwd)/node_modules" "$work/node_modules"
export NO_UPDATE_NOTIFIER=1 DISABLE_UPDATE_NOTIFIER=1 CI=true
(cd "$work" && node node_modules/@docusaurus/core/bin/docusaurus.mjs build --out-dir "$work/site") 2>&1 | tee "$work/log.txt"
if grep -E '\[(WARNING|ERROR)\]|warn ' "$work/log.txt"; then
  echo "Docusaurus complains"
  exit 1
fi
rm -rf "$out"
mkdir -p "$(dirname "$out")"
mv "$work/site" "$out"
