import { type Model, type ObjectDeclaration, type Type, unalias } from './model.js';
import { comment, decoder, fieldNames, fromJson, type Names, TAGGED, text, typeOf } from './rust-types.js';

/** A struct, with what makes, reads and writes it. */
export function renderObject(declaration: ObjectDeclaration, model: Model): string {
  const { name, fields } = declaration;
  const names = fieldNames(fields);
  const members = fields.map(({ wire, description, type, required }) => {
    const rust = typeOf(type, model, name);
    return `${comment(description, '    ')}    pub ${names.get(wire)}: ${required ? rust : `Option<${rust}>`},\n`;
  });
  const tagged = fields.map(({ wire, required }) => {
    const value = `self.${names.get(wire)}`;
    const form = required ? `Some(${value}.tagged())` : `${value}.as_ref().map(Tagged::tagged)`;
    return `            (${text(wire)}, ${form}),\n`;
  });
  return `#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ${name} {${block(members, '')}}

impl ${name} {
${renderNew(declaration, names, model)}
${renderDecode(declaration, names, model)}${fromJson(name)}}
${fields.some(({ required }) => required) ? '' : renderDefault(name)}
impl Serialize for ${name} {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
${renderSerialize(declaration, names)}    }
}

wire::deserialize!(${name});

${TAGGED}impl Tagged for ${name} {
    fn tagged(&self) -> Value {
        tagged::object(${text(name)}, vec![${block(tagged, '        ')}])
    }
}
`;
}

const renderDefault = (name: string): string => `
impl Default for ${name} {
    fn default() -> Self {
        Self::new()
    }
}
`;

/** Lines between brackets, or nothing. */
const block = (lines: readonly string[], indent: string): string =>
  lines.length === 0 ? '' : `\n${lines.join('')}${indent}`;

/** What makes one: a field that the spec adds, and that may be absent, breaks no caller. */
function renderNew({ name, fields }: ObjectDeclaration, names: Names, model: Model): string {
  const isText = (type: Type): boolean => unalias(type, model).kind === 'string';
  const parameters = fields
    .filter(({ required }) => required)
    .map(({ wire, type }) => {
      const rust = isText(type) ? 'impl Into<String>' : typeOf(type, model, name);
      return `${names.get(wire)}: ${rust}`;
    });
  const values = fields.map(({ wire, type, required }) => {
    const field = names.get(wire);
    if (!required) return `            ${field}: None,\n`;
    return `            ${field}${isText(type) ? `: ${field}.into()` : ''},\n`;
  });
  return `    /// One with the fields that are always there.
    pub fn new(${parameters.join(', ')}) -> Self {
        Self {${block(values, '        ')}}
    }
`;
}

function renderDecode({ name, constants, fields }: ObjectDeclaration, names: Names, model: Model): string {
  const checks = constants.map(
    ({ wire, value }) => `        object.constant(${text(wire)}, ${text(value)})?;\n`,
  );
  const reads = fields.map(
    ({ wire, type, required }) =>
      `            ${names.get(wire)}: object.${required ? 'required' : 'optional'}(${text(wire)}, ${decoder(type, model, name)})?,\n`,
  );
  const object = checks.length + reads.length > 0 ? 'object' : '_object';
  return `    pub(crate) fn decode(value: &RawValue) -> Result<Self, wire::Error> {
        let ${object} = wire::Object::open(value)?;
${checks.join('')}        Ok(Self {${block(reads, '        ')}})
    }
`;
}

function renderSerialize({ constants, fields }: ObjectDeclaration, names: Names): string {
  const entry = (wire: string, value: string): string => `map.serialize_entry(${text(wire)}, ${value})?;\n`;
  const writes = fields.map(({ wire, required }) => {
    const field = `&self.${names.get(wire)}`;
    if (required) return `        ${entry(wire, field)}`;
    return `        if let Some(value) = ${field} {\n            ${entry(wire, 'value')}        }\n`;
  });
  const all = [...constants.map(({ wire, value }) => `        ${entry(wire, text(value))}`), ...writes];
  if (all.length === 0) return '        serializer.serialize_map(Some(0))?.end()\n';
  return `        let mut map = serializer.serialize_map(None)?;\n${all.join('')}        map.end()\n`;
}
