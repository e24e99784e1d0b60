#!/usr/bin/env bash
# The step of action.yml: downloads the archive of a release for this runner, compares its SHA-256, adds podviz to the path of
# later steps, and runs it if it was told what to do.
#
# PODVIZ_RELEASES stands in for the address of the releases, so that the test needs no network.
set -euo pipefail

releases=${PODVIZ_RELEASES:-https://github.com/podviz/podviz/releases}

fail() {
  printf '::error title=podviz::%s\n' "$1"
  exit 2
}

case ${PODVIZ_VERSION:-latest} in
  latest) download=$releases/latest/download ;;
  *)
    # What is no version is not repeated: it could hold commands to the runner.
    [[ $PODVIZ_VERSION =~ ^v?[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || fail 'version is neither latest nor like 0.1.0'
    download=$releases/download/v${PODVIZ_VERSION#v}
    ;;
esac

case ${PODVIZ_COMMAND:-} in
  '' | diff) ;;
  *) fail 'command is not diff' ;;
esac

case $RUNNER_OS-$RUNNER_ARCH in
  Linux-X64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64) target=aarch64-unknown-linux-musl ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  *) fail "there is no release for $RUNNER_OS on $RUNNER_ARCH" ;;
esac

archive=podviz-$target.tar.gz

sum_of() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

folder=$(mktemp -d "$RUNNER_TEMP/podviz.XXXXXX")
(
  cd "$folder"
  for file in "$archive" "$archive.sha256"; do
    curl --fail --silent --show-error --location --retry 3 --proto '=https,file' --proto-redir '=https' \
      --output "$file" "$download/$file" || fail "cannot download $download/$file"
  done
  expected=$(cut -d ' ' -f 1 "$archive.sha256")
  [ "$(sum_of "$archive")" = "$expected" ] || fail "$archive is not the file whose SHA-256 the release names"
  tar -xzf "$archive" --strip-components 1
)
printf '%s\n' "$folder" >>"$GITHUB_PATH"
PATH=$folder:$PATH
podviz --version

if [[ ${PODVIZ_ARGS:-} == *[![:space:]]* ]]; then
  args=()
  read -r -d '' -a args <<<"$PODVIZ_ARGS" || true
  podviz "${args[@]}"
fi

if [ "${PODVIZ_COMMAND:-}" = diff ]; then
  bash --noprofile --norc "$(dirname "${BASH_SOURCE[0]}")/diff.sh"
fi
