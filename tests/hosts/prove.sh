#!/usr/bin/env bash
# Builds sites of Markdown pages with the real docs tools, and compares what they show with what GitHub shows.
#
#   prove.sh install TOOLS                      brings the tools, always the same ones, into the folder TOOLS
#   prove.sh pages PODVIZ TOOLS WORK INPUT...   writes the Markdown of each input in every flavor, below WORK
#   prove.sh hosts                              names the hosts, each in a line
#   prove.sh built HOST TOOLS WORK              builds and compares all of that for one host
#
# A host is a flavor, or a folder here that builds pages of one, as Zensical does of those for MkDocs. Its folder says what it needs:
# package-lock.json, requirements.txt, or crates.txt; build.sh, which makes a site; and host.js, which says how that site is read.
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

# pip_folder SOURCE FOLDER: what the list of requirements of SOURCE names, in an environment of its own.
pip_folder() {
  cmp --silent "$1/requirements.txt" "$2/installed.txt" && return
  rm -rf "$2"
  python3 -m venv "$2"
  "$2/bin/pip" install --quiet --disable-pip-version-check -r "$1/requirements.txt"
  cp "$1/requirements.txt" "$2/installed.txt"
}

# crates SOURCE FOLDER: what the list of SOURCE names, one `name@version` a line. Cargo says nothing where it is there already.
crates() {
  local list
  mapfile -t list <"$1/crates.txt"
  cargo install --quiet --locked --root "$2" "${list[@]}"
}

install() {
  local tools=$1 host
  mkdir -p "$tools"
  npm_folder "$here" "$tools/compare"
  for host in $(hosts); do
    [ ! -f "$here/$host/package-lock.json" ] || npm_folder "$here/$host" "$tools/$host"
    [ ! -f "$here/$host/requirements.txt" ] || pip_folder "$here/$host" "$tools/$host"
    [ ! -f "$here/$host/crates.txt" ] || crates "$here/$host" "$tools/cargo"
  done
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

hosts() {
  local build
  { flavors; for build in "$here"/*/build.sh; do basename "$(dirname "$build")"; done; } | sort -u
}

built() {
  local host=$1 tools=$2 work=$3 flavor folder built
  export PATH=$tools/$1/bin:$tools/cargo/bin:$PATH TOOLS=$tools/$1 NODE_PATH=$tools/compare/node_modules
  flavor=$(node -p "require('$here/hosts.js').hostOf('$host').flavor ?? '$host'")
  for folder in "$work"/[0-9]*/; do
    folder=${folder%/}
    built=$folder/$flavor
    if [ -x "$here/$host/build.sh" ]; then
      built=$folder/site-$host
      "$here/$host/build.sh" "$folder/$flavor" "$built" >"$built.txt" 2>&1 || { tail -20 "$built.txt"; return 1; }
    fi
    node "$here/compare.js" --github "$folder/github" --built "$built" --host "$host" --markdown "$folder/$flavor"
  done
}

"$@"
