#!/usr/bin/env bash
# How many instructions podviz takes for five inputs, counted by Valgrind: unlike seconds, that hardly depends on the machine.
#
#   instructions.sh PODVIZ           prints the counts, in the form of instructions.txt
#   instructions.sh --check PODVIZ   fails if one is more than 5 % above instructions.txt
#
# A change that costs more than that writes the new counts into instructions.txt, and says in its message what for.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
is_check=
if [ "${1:-}" = --check ]; then
  is_check=1
  shift
fi
podviz=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# One thread, and no settings but those of the input.
export RAYON_NUM_THREADS=1 LC_ALL=C

cat >"$work/pod.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec: {containers: [{name: web, image: "nginx:1.27"}]}
YAML
python3 - "$here/compare.py" "$work" <<'PYTHON'
import importlib.util, sys
spec = importlib.util.spec_from_file_location("compare", sys.argv[1])
compare = importlib.util.module_from_spec(spec)
sys.dont_write_bytecode = True
spec.loader.exec_module(compare)
compare.tree(f"{sys.argv[2]}/thirty", 10)
PYTHON

# count NAME ARGUMENT...: prints the name and the instructions in millions.
count() {
  local name=$1 instructions
  shift
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$podviz" "$@" >/dev/null 2>"$work/log" || [ $? -eq 1 ]
  instructions=$(sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$work/log")
  printf '%-16s %8s\n' "$name" "$((instructions / 1000000))"
}

{
  echo '# Millions of instructions by case; see instructions.sh.'
  count graph-one-pod graph "$work/pod.yaml"
  count graph-shop graph "$here/../examples/shop"
  count explain-shop explain "$here/../examples/shop" --format json
  count render-shop render "$here/../examples/shop" -o "$work/shop"
  count render-thirty render "$work/thirty" -o "$work/site"
} >"$work/counts"
cat "$work/counts"
[ -n "$is_check" ] || exit 0
awk 'NR == FNR { if (!/^#/) known[$1] = $2; next }
  !/^#/ && !($1 in known) { print $1 ": not in instructions.txt"; bad = 1 }
  !/^#/ && ($1 in known) && $2 > known[$1] * 1.05 { printf "%s: %d instead of %d million\n", $1, $2, known[$1]; bad = 1 }
  END { exit bad }' "$here/instructions.txt" "$work/counts"
