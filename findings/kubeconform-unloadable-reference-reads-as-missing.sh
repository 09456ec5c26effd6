#!/usr/bin/env bash
# kubeconform reads a schema of your own from a folder, and a second file that the schema refers to lies right beside it. As
# soon as the schema has an `$id` that is elsewhere, "could not find schema for ConfigMap" is all that it says, although it
# has opened exactly that file. With -ignore-missing-schemas, which many pipelines use for custom resources, the manifest
# counts as skipped and the exit code is 0: it is checked no more, and nothing says that the schema is there and unusable.
#
# Why: references are relative to `$id`, not to the file (JSON Schema, base URI), so the second file is looked for elsewhere
# and does not load. An error of compiling a schema is taken for one that has to be looked for in the next schema location,
# and after the last location for a schema that does not exist. Schemas that packages ship often have such an `$id`.
#
# kubeconform 0.7.0, go 1.26.8. Seen:
#   without $id, strict    valid 1 skipped 0 errors 0, exit 0
#   with $id, strict       valid 0 skipped 0 errors 1, exit 1, "could not find schema for ConfigMap"
#   with $id, lenient      valid 0 skipped 1 errors 0, exit 0
set -euo pipefail

dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
GOBIN="$dir" GOFLAGS=-mod=mod GOWORK=off go install github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0 2>/dev/null

mkdir without with
for folder in without with; do
  echo '{"$defs":{"name":{"type":"string"}}}' >"$folder/names.json"
done
body='"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"metadata":{"properties":{"name":{"$ref":"names.json#/$defs/name"}}}}'
echo "{$body}" >without/configmap-v1.json
echo "{\"\$id\":\"file:///published/api/configmap-v1.json\",$body}" >with/configmap-v1.json
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n' >manifest.yaml

check() {
  local folder=$1 code=0
  shift
  ./kubeconform -output json -summary -schema-location "$folder/{{.ResourceKind}}{{.KindSuffix}}.json" "$@" manifest.yaml >out.json || code=$?
  node -e '
    const { resources, summary } = JSON.parse(require("fs").readFileSync("out.json", "utf8"));
    const text = resources.map(({ msg }) => msg).filter(Boolean).map((msg) => `, "${msg}"`).join("");
    console.log(`valid ${summary.valid} skipped ${summary.skipped} errors ${summary.errors}, exit ${process.argv[1]}${text}`);
  ' "$code"
}

failed=0
expect() {
  local what=$1 wanted=$2 seen=$3
  printf '%-22s %s\n' "$what" "$seen"
  [ "$seen" = "$wanted" ] || failed=1
}
expect 'without $id, strict' 'valid 1 skipped 0 errors 0, exit 0' "$(check without)"
expect 'with $id, strict' 'valid 0 skipped 0 errors 1, exit 1, "could not find schema for ConfigMap"' "$(check with)"
expect 'with $id, lenient' 'valid 0 skipped 1 errors 0, exit 0' "$(check with -ignore-missing-schemas)"
exit "$failed"
