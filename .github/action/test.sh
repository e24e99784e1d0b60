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
  rm -rf "$work/temp"
  mkdir "$work/temp"
  : >"$work/path.txt"
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

# A pull request that changes an image, and a `gh` that notes what it is asked.
mkdir review bin
(
  cd review
  cp ../pod.yaml .
  git init --quiet --initial-branch=main
  git add .
  git -c user.name=podviz -c user.email=podviz@example.org commit --quiet -m base
  sed 's/web:1/web:2/' ../pod.yaml >pod.yaml
)
cat >bin/gh <<'GH'
#!/usr/bin/env bash
printf '%s\n' "$*" >>"$ASKED"
if [ -n "${REFUSE:-}" ]; then exit 1; fi
case $* in *--paginate*) printf '%s' "${EARLIER:-}" ;; esac
GH
chmod +x bin/gh

# review STATUS NAME VARIABLE=VALUE...: the step in a job of that pull request.
review() {
  local wanted=$1 name=$2
  shift 2
  : >asked.txt
  : >summary.md
  cd review
  step "$wanted" "$name" PATH="$work/bin:$PATH" ASKED="$work/asked.txt" \
    GITHUB_STEP_SUMMARY="$work/summary.md" GITHUB_REPOSITORY=me/shop PODVIZ_PULL_REQUEST=7 PODVIZ_COMMAND=diff \
    PODVIZ_INPUTS=pod.yaml PODVIZ_BASE=main "$@"
  mv said.txt ..
  cd ..
}

# asked TEXT, unasked TEXT, summed_up TEXT: what became of the review.
asked() { grep -qF -- "$1" asked.txt || { echo "not asked: $1"; cat asked.txt; exit 1; }; }
unasked() { ! grep -qF -- "$1" asked.txt || { echo "asked: $1"; cat asked.txt; exit 1; }; }
summed_up() { grep -qF -- "$1" summary.md || { echo "not in the summary: $1"; cat summary.md; exit 1; }; }

review 0 'a change is told in the summary and in a comment'
summed_up 'web:2'
asked '--method POST repos/me/shop/issues/7/comments'
review 0 'an earlier comment is kept up to date' EARLIER=42
asked '--method PATCH repos/me/shop/issues/comments/42'
unasked '--method POST'
review 0 'without the right to comment there is the summary' REFUSE=yes
summed_up 'web:2'
said '::notice title=podviz::no right to comment'
review 0 'nobody is asked where no comment is wanted' PODVIZ_COMMENT=false
unasked 'api'
review 1 'an effect fails the job' PODVIZ_FAIL_ON=any
summed_up 'web:2'
cp pod.yaml review/pod.yaml
review 0 'no effect makes no comment'
summed_up 'No effect on what runs'
unasked '--method'
review 2 'a base is no option' PODVIZ_BASE=--output=x
said 'base is not a branch'
review 2 'a base is needed' PODVIZ_BASE=
said 'there is nothing to compare with'
step 2 'a command that is not known' PODVIZ_COMMAND='advise'
said 'command is not diff'
nothing_installed

echo 'something else' >>releases/latest/download/podviz-x86_64-unknown-linux-musl.tar.gz
step 2 'an archive that was changed'
said 'is not the file whose SHA-256 the release names'
nothing_installed
: >releases/latest/download/podviz-aarch64-unknown-linux-musl.tar.gz.sha256
step 2 'an empty checksum' RUNNER_ARCH=ARM64
nothing_installed
