#!/usr/bin/env bash
# Runs the step of action.yml as a runner does, with releases that stand in a folder: `.github/action/test.sh PODVIZ`.
set -euo pipefail

podviz=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# release FOLDER: the archives, as dist makes them.
release() {
  local target
  mkdir -p "$1"
  for target in x86_64-unknown-linux-musl aarch64-unknown-linux-musl x86_64-apple-darwin aarch64-apple-darwin; do
    mkdir -p "podviz-$target"
    cp "$podviz" "podviz-$target/podviz"
    tar -czf "$1/podviz-$target.tar.gz" "podviz-$target"
    (cd "$1" && sha256sum --binary "podviz-$target.tar.gz" >"podviz-$target.tar.gz.sha256")
  done
}

release releases/download/v0.1.0
mkdir releases/latest
cp -r releases/download/v0.1.0 releases/latest/download
cat >pod.yaml <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: app, image: "web:1"}]}
YAML

# step STATUS NAME VARIABLE=VALUE...: runs the step in a runner of its own, and expects it to end with STATUS.
step() {
  local wanted=$1 name=$2 status=0
  shift 2
  rm -rf temp
  mkdir temp
  : >path.txt
  env RUNNER_OS=Linux RUNNER_ARCH=X64 RUNNER_TEMP="$work/temp" GITHUB_PATH="$work/path.txt" \
    PODVIZ_RELEASES="file://$work/releases" "$@" bash --noprofile --norc "$here/podviz.sh" >said.txt 2>&1 || status=$?
  if [ "$status" -ne "$wanted" ]; then
    echo "$name: exit $status, not $wanted"
    cat said.txt
    exit 1
  fi
  echo "ok: $name"
}

# said TEXT, unsaid TEXT, installed, nothing_installed: what the last step left.
said() { grep -qF -- "$1" said.txt || { echo "not said: $1"; cat said.txt; exit 1; }; }
unsaid() { ! grep -qF -- "$1" said.txt || { echo "said: $1"; cat said.txt; exit 1; }; }
installed() { "$(cat path.txt)/podviz" --version >/dev/null; }
nothing_installed() { [ ! -s path.txt ] || { echo 'something is on the path'; exit 1; }; }

step 0 'the latest release' PODVIZ_VERSION=latest
installed
step 0 'a version' PODVIZ_VERSION=0.1.0
installed
step 0 'a version as its tag is written' PODVIZ_VERSION=v0.1.0 RUNNER_OS=macOS RUNNER_ARCH=ARM64
installed
step 0 'arguments over several lines' PODVIZ_ARGS=$'graph pod.yaml\n  --format dot\n'
said 'digraph'
step 2 'a command that fails' PODVIZ_ARGS='graph nowhere'
installed
# shellcheck disable=SC2016
step 2 'arguments are no script' PODVIZ_ARGS='graph $(touch pwned) ; touch pwned & * `touch pwned`'
[ ! -e pwned ]
step 2 'a version is no path' PODVIZ_VERSION=$'../..\n::add-mask::x'
said 'neither latest nor like 0.1.0'
unsaid 'add-mask'
nothing_installed
step 2 'a version that is not released' PODVIZ_VERSION=9.9.9
said '::error title=podviz::cannot download'
nothing_installed
step 2 'a system without a release' RUNNER_OS=Windows
said 'there is no release for Windows on X64'
nothing_installed

echo 'something else' >>releases/latest/download/podviz-x86_64-unknown-linux-musl.tar.gz
step 2 'an archive that was changed'
said 'is not the file whose SHA-256 the release names'
nothing_installed
: >releases/latest/download/podviz-aarch64-unknown-linux-musl.tar.gz.sha256
step 2 'an empty checksum' RUNNER_ARCH=ARM64
nothing_installed
