#!/usr/bin/env bash
# A schema says that a message of kind "sync" must carry the array `items`. The Go type that quicktype makes of that
# object alone keeps it. Put the same object into a `oneOf` beside a second kind of message, and an empty `items` is gone
# after one decode and encode: what comes out is refused by the very schema that the code was made from.
#
# Why: quicktype merges the object members of a union into one struct. A property that only one member has is no longer
# required in the merged struct, so it is tagged `omitempty`; and for Go's encoding/json an empty, non-nil slice is empty.
# Nothing tells: the code compiles, decodes and encodes without an error, and messages with one item or more survive.
#
# quicktype-core 26.0.0, ajv 8.20.0, go 1.26.8. Seen:
#   alone  {"type":"sync","items":[]} -> {"items":[],"type":"sync"}  valid
#   union  {"type":"sync","items":[]} -> {"type":"sync"}  refused by its schema
#   union  {"type":"sync","items":["a"]} -> {"items":["a"],"type":"sync"}  valid
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts quicktype-core@26.0.0 ajv@8.20.0

cat >generate.mjs <<'JS'
import { mkdirSync, writeFileSync } from 'node:fs';
import { FetchingJSONSchemaStore, InputData, JSONSchemaInput, quicktype } from 'quicktype-core';

const sync = {
  type: 'object',
  properties: { type: { const: 'sync' }, items: { type: 'array', items: { type: 'string' } } },
  required: ['type', 'items'],
};
const change = {
  type: 'object',
  properties: { type: { const: 'change' }, id: { type: 'string' } },
  required: ['type', 'id'],
};
for (const [name, schema] of Object.entries({ alone: sync, union: { oneOf: [sync, change] } })) {
  const source = new JSONSchemaInput(new FetchingJSONSchemaStore());
  await source.addSource({ name: 'Message', schema: JSON.stringify(schema) });
  const inputData = new InputData();
  inputData.addInput(source);
  const { lines } = await quicktype({ inputData, lang: 'go', rendererOptions: { package: 'main' } });
  mkdirSync(name);
  writeFileSync(`${name}/message.go`, lines.join('\n'));
  writeFileSync(`${name}/schema.json`, JSON.stringify(schema));
  writeFileSync(`${name}/go.mod`, 'module roundtrip\n\ngo 1.21\n');
  writeFileSync(`${name}/main.go`, `package main

import (
	"fmt"
	"os"
)

func main() {
	message, err := UnmarshalMessage([]byte(os.Args[1]))
	if err != nil {
		panic(err)
	}
	text, err := message.Marshal()
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}
`);
}
JS
node generate.mjs

cat >verdict.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
const [schema, text] = process.argv.slice(2);
const valid = new Ajv().validate(JSON.parse(readFileSync(schema, 'utf8')), JSON.parse(text));
console.log(valid ? 'valid' : 'refused by its schema');
JS

for name in alone union; do (cd "$name" && GOTOOLCHAIN=local go build -o roundtrip .); done

# Prints one round trip, and fails when its verdict is not the expected one.
round_trip() {
  local name=$1 input=$2 expected=$3 output verdict
  output=$("./$name/roundtrip" "$input")
  verdict=$(node verdict.mjs "$name/schema.json" "$output")
  printf '%-6s %s -> %s  %s\n' "$name" "$input" "$output" "$verdict"
  [ "$verdict" = "$expected" ] || { echo "expected: $expected"; exit 1; }
}
round_trip alone '{"type":"sync","items":[]}' valid
round_trip union '{"type":"sync","items":[]}' 'refused by its schema'
round_trip union '{"type":"sync","items":["a"]}' valid
