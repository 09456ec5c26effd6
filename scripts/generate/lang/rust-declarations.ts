import type {
  AliasDeclaration,
  ChoiceDeclaration,
  Declaration,
  EnumDeclaration,
  Model,
  UnionDeclaration,
} from './model.js';
import { renderObject } from './rust-objects.js';
import { comment, decoderOf, decodeValue, fromJson, type Names, TAGGED, text, typeOf } from './rust-types.js';
import { identifiers, pascalCase, snakeCase } from './words.js';

/** The type, what reads and writes it, and what says what it is. */
export function renderDeclaration(declaration: Declaration, model: Model): string {
  const head = comment(declaration.description);
  switch (declaration.kind) {
    case 'object':
      return head + renderObject(declaration, model);
    case 'union':
      return head + renderUnion(declaration);
    case 'choice':
      return head + renderChoice(declaration, model);
    case 'enum':
      return head + renderEnum(declaration);
    case 'alias':
      return head + renderAlias(declaration, model);
  }
}

/** What a type has that only passes on to what it holds. */
function passOn(name: string, arms: (verb: string) => readonly string[]): string {
  const match = (verb: string): string =>
    `        match self {\n${arms(verb)
      .map((arm) => `            ${arm},\n`)
      .join('')}        }\n`;
  return `
impl Serialize for ${name} {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
${match('serialize(serializer)')}    }
}

wire::deserialize!(${name});

${TAGGED}impl Tagged for ${name} {
    fn tagged(&self) -> Value {
${match('tagged()')}    }
}
`;
}

/** Stands for the variant of all values that are not known; no value of a spec holds a zero character. */
const UNKNOWN = '\0';

/** The names of variants by their values. */
function variantsOf(values: readonly { readonly value: string }[]): Names {
  const variant = (value: string): string => {
    const name = value === UNKNOWN ? 'Unknown' : pascalCase(value);
    return name === 'Self' ? 'SelfValue' : name;
  };
  return identifiers([...values.map(({ value }) => value), UNKNOWN], variant);
}

function renderUnion({ name, tag, branches }: UnionDeclaration): string {
  const variants = variantsOf(branches);
  const unknown = variants.get(UNKNOWN);
  const members = branches.map(({ value, name: branch }) => `    ${variants.get(value)}(${branch}),\n`);
  const reads = branches.map(
    ({ value, name: branch }) =>
      `            ${text(value)} => Ok(Self::${variants.get(value)}(${branch}::decode(value)?)),\n`,
  );
  const arms = (verb: string): readonly string[] =>
    [...branches.map(({ value }) => variants.get(value)), unknown].map(
      (variant) => `Self::${variant}(value) => value.${verb}`,
    );
  return `#[derive(Clone, Debug)]
pub enum ${name} {
${members.join('')}    /// A tag that these types do not know.
    ${unknown}(wire::Unknown),
}

impl ${name} {
    pub(crate) fn decode(value: &RawValue) -> Result<Self, wire::Error> {
        let tag = wire::Object::open(value)?.required(${text(tag)}, wire::string)?;
        match tag.as_str() {
${reads.join('')}            _ => Ok(Self::${unknown}(wire::Unknown { tag, raw: value.to_owned() })),
        }
    }
${fromJson(name)}}
${passOn(name, arms)}`;
}

function renderChoice({ name, branches }: ChoiceDeclaration, model: Model): string {
  const members = branches.map(
    ({ json, type }) => `    ${pascalCase(json)}(${typeOf(type, model, name)}),\n`,
  );
  const reads = branches.map(
    ({ json, type }) =>
      `            "${json === 'integer' ? 'number' : json}" => ${decodeValue(type, model, name)}.map(Self::${pascalCase(json)}),\n`,
  );
  const arms = (verb: string): readonly string[] =>
    branches.map(({ json }) => `Self::${pascalCase(json)}(value) => value.${verb}`);
  return `#[derive(Clone, Debug)]
pub enum ${name} {
${members.join('')}}

impl ${name} {
    pub(crate) fn decode(value: &RawValue) -> Result<Self, wire::Error> {
        match wire::json_type(value) {
${reads.join('')}            _ => Err(wire::Error::mismatch("${branches.map(({ json }) => json).join(' or ')}")),
        }
    }
${fromJson(name)}}
${passOn(name, arms)}`;
}

function renderEnum({ name, values }: EnumDeclaration): string {
  const variants = variantsOf(values);
  const unknown = variants.get(UNKNOWN);
  const members = values.map(
    ({ value, description }) => `${comment(description, '    ')}    ${variants.get(value)},\n`,
  );
  const reads = values.map(({ value }) => `            ${text(value)} => Self::${variants.get(value)},\n`);
  const writes = values.map(({ value }) => `            Self::${variants.get(value)} => ${text(value)},\n`);
  return `#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ${name} {
${members.join('')}    /// A value that these types do not know.
    ${unknown}(String),
}

impl ${name} {
    pub(crate) fn decode(value: &RawValue) -> Result<Self, wire::Error> {
        let text = wire::string(value)?;
        Ok(match text.as_str() {
${reads.join('')}            _ => Self::${unknown}(text),
        })
    }

    /// The value as it is on the wire.
    pub fn as_str(&self) -> &str {
        match self {
${writes.join('')}            Self::${unknown}(text) => text,
        }
    }
${fromJson(name)}}

impl Serialize for ${name} {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

wire::deserialize!(${name});

${TAGGED}impl Tagged for ${name} {
    fn tagged(&self) -> Value {
        self.as_str().into()
    }
}
`;
}

function renderAlias({ name, type }: AliasDeclaration, model: Model): string {
  const snake = snakeCase(name);
  return `pub type ${name} = ${typeOf(type, model)};

pub(crate) fn ${decoderOf(name, model)}(value: &RawValue) -> Result<${name}, wire::Error> {
    ${decodeValue(type, model)}
}

/// Reads a \`${name}\` from JSON text; the error names the field.
pub fn ${snake}_from_json(text: &str) -> Result<${name}, wire::Error> {
    wire::parse(text, ${decoderOf(name, model)})
}
`;
}
