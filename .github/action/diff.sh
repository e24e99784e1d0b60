#!/usr/bin/env bash
# `command: diff` of action.yml: says what a pull request does to what runs, in the summary of the job and in one comment, which
# later runs keep up to date. Without the right to comment, as in a pull request from a fork, the summary is all.
set -euo pipefail

say() { printf '::%s title=podviz::%s\n' "$1" "$2"; }

fail() {
  say error "$1"
  exit 2
}

base=${PODVIZ_BASE:-}
[ -n "$base" ] || fail 'there is nothing to compare with: run this for a pull request, or give base'
# What is no revision is not repeated: it could hold commands to the runner, or options to git.
[[ $base =~ ^[0-9A-Za-z][0-9A-Za-z._/-]*$ ]] || fail 'base is not a branch, a tag or a commit'
git cat-file -e "$base^{commit}" 2>/dev/null || git fetch --quiet --depth 1 origin "$base" ||
  fail "cannot fetch $base: let actions/checkout take fetch-depth: 0"
git cat-file -e "$base^{commit}" 2>/dev/null || base=FETCH_HEAD

inputs=()
read -r -d '' -a inputs <<<"${PODVIZ_INPUTS:-}" || true
[ "${#inputs[@]}" -gt 0 ] || fail 'inputs names no manifests'
options=(--format markdown -o "$RUNNER_TEMP/podviz-diff.md")
[ -z "${PODVIZ_FAIL_ON:-}" ] || options+=(--fail-on "$PODVIZ_FAIL_ON")

comment=$RUNNER_TEMP/podviz-diff.md
status=0
podviz diff --git "$base" "${options[@]}" -- "${inputs[@]}" || status=$?
[ -s "$comment" ] || exit "$status"
cat "$comment" >>"$GITHUB_STEP_SUMMARY"

# keep_comment NUMBER: writes the comment, or the one that an earlier run wrote.
keep_comment() {
  local all=repos/$GITHUB_REPOSITORY/issues/$1/comments earlier
  local ours='.[] | select(.user.type == "Bot" and (.body | startswith("<!-- podviz:diff -->"))) | .id'
  earlier=$(gh api --paginate "$all" --jq "$ours" | head -n 1) || return 1
  if [ -n "$earlier" ]; then
    gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$earlier" --field "body=@$comment"
  elif ! grep -q '^[*][*]No effect on what runs' "$comment"; then
    gh api --silent --method POST "$all" --field "body=@$comment"
  fi
}

if [ "${PODVIZ_COMMENT:-true}" = true ] && [[ ${PODVIZ_PULL_REQUEST:-} =~ ^[0-9]+$ ]]; then
  keep_comment "$PODVIZ_PULL_REQUEST" || say notice 'no right to comment on this pull request: see the summary of the job'
fi
exit "$status"
