#!/usr/bin/env bash
# build.sh MARKDOWN_DIR OUT_DIR: a site of the Markdown by the real Docusaurus, which ends at its first complaint.
# TOOLS names the folder in which `npm ci` ran beside a copy of this folder's package.json.
# shellcheck source=tests/hosts/project.sh
source "$(dirname "${BASH_SOURCE[0]}")/../project.sh"
tools=${TOOLS:?names the folder that holds node_modules with Docusaurus}

cp "$here/docusaurus.config.js" "$here/package.json" "$project/"
cp -r "$markdown" "$project/docs"
# Bundlers look for packages beside the files, links being followed.
ln -s "$(cd "$tools" && pwd)/node_modules" "$project/node_modules"
export NO_UPDATE_NOTIFIER=1 DISABLE_UPDATE_NOTIFIER=1 CI=true
(cd "$project" && node node_modules/@docusaurus/core/bin/docusaurus.mjs build --out-dir "$project/site") 2>&1 | tee "$project/log.txt"
if grep -E '\[(WARNING|ERROR)\]|warn ' "$project/log.txt"; then
  echo "Docusaurus complains"
  exit 1
fi
cp -R "$project/site/." "$out/"
