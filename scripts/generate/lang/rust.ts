import type { ConstantBlock } from '../constants.js';
import type { Language, Release } from './language.js';
import type { Model } from './model.js';
import { renderDeclaration } from './rust-declarations.js';
import { comment, decoderOf, hasMaps } from './rust-types.js';
import { identifiers, snakeCase, upperCase } from './words.js';

/** Structs and enums that serde_json reads and writes, for Rust 1.85. */
export const RUST: Language = {
  name: 'rust',
  runtime: { 'src/wire.rs': 'wire.rs', 'src/containers.rs': 'containers.rs', 'src/tagged.rs': 'tagged.rs' },
  familyPath: (family) => `src/${family}.rs`,
  renderFamily,
  constantsPath: 'src/constants.rs',
  renderConstants,
  renderPackage,
};

function renderFamily(family: string, model: Model): string {
  const declarations = [...model.values()];
  const arms = declarations.map(
    ({ name }) => `        ${JSON.stringify(name)} => tagged::inspect(text, ${decoderOf(name, model)}),\n`,
  );
  const maps = hasMaps(model) ? 'use std::collections::BTreeMap;\n\n' : '';
  return `//! The types of the family \`${family}\`.

${maps}use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
#[cfg(feature = "tagged")]
use serde_json::Value;
use serde_json::value::RawValue;

#[cfg(feature = "tagged")]
use crate::tagged::{self, Tagged};
use crate::wire;

${declarations.map((each) => renderDeclaration(each, model)).join('\n')}
/// What a text is as the type of that name.
#[cfg(feature = "tagged")]
pub fn inspect(name: &str, text: &str) -> Option<tagged::Inspected> {
    match name {
${arms.join('')}        _ => None,
    }
}
`;
}

function renderConstants(blocks: readonly ConstantBlock[]): string {
  const modules = blocks.map(({ name, description, entries }) => {
    const names = identifiers(
      entries.map(({ key }) => key),
      upperCase,
    );
    // As libraries of WebSocket and HTTP take codes.
    const isShort = entries.every(({ value }) => Number(value) < 2 ** 16);
    const lines = entries.map(({ key, value, description: meaning }) => {
      const type = typeof value === 'string' ? '&str' : isShort ? 'u16' : 'u64';
      return `${comment(meaning, '    ')}    pub const ${names.get(key)}: ${type} = ${JSON.stringify(value)};\n`;
    });
    return `${comment(description)}pub mod ${snakeCase(name.toLowerCase())} {\n${lines.join('')}}\n`;
  });
  return `//! Every id, tag and code that goes over a wire.\n\n${modules.join('\n')}`;
}

function renderPackage(families: readonly string[], release: Release): ReadonlyMap<string, string> {
  const modules = [...families, 'constants'].sort().map((name) => `pub mod ${name};\n`);
  return new Map([
    [
      'Cargo.toml',
      `[package]
name = "iii-stream-types"
version = "${release.version}"
edition = "2024"
rust-version = "1.85"
description = "The messages of iii-stream: types that read and write them exactly."
license = "${release.license}"

[features]
# What was read, in the form of the test vectors.
tagged = []

[dependencies]
serde = { version = "1.0.220", default-features = false, features = ["std"] }
serde_json = { version = "1.0.140", features = ["raw_value"] }
`,
    ],
    [
      'src/lib.rs',
      `//! The messages of iii-stream: types that read and write them exactly.

mod containers;
${modules.join('')}#[cfg(feature = "tagged")]
pub mod tagged;
pub mod wire;
`,
    ],
  ]);
}
