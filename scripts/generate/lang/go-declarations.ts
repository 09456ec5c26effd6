import { coder, comment, exported, fieldNames, typeOf } from './go-types.js';
import type {
  AliasDeclaration,
  ChoiceDeclaration,
  Declaration,
  EnumDeclaration,
  Model,
  ObjectDeclaration,
  UnionDeclaration,
} from './model.js';
import { identifiers, pascalCase } from './words.js';

/** The type, what reads and writes it. */
export function renderDeclaration(declaration: Declaration, model: Model): string {
  const head = comment(declaration.name, declaration.description);
  return head + renderBody(declaration, model) + renderDoors(declaration.name);
}

function renderBody(declaration: Declaration, model: Model): string {
  switch (declaration.kind) {
    case 'object':
      return renderObject(declaration, model);
    case 'union':
      return renderUnion(declaration);
    case 'choice':
      return renderChoice(declaration, model);
    case 'enum':
      return renderEnum(declaration);
    case 'alias':
      return renderAlias(declaration, model);
  }
}

/** For texts of which nothing is known. */
const renderDoors = (name: string): string => `
// Decode${name} reads a ${name} from JSON text; what is wrong with it is a *wire.Error.
func Decode${name}(text []byte) (${name}, error) {
	return wire.Whole(text, decode${name})
}

// Encode${name} writes a ${name} as JSON text.
func Encode${name}(value ${name}) ([]byte, error) {
	return encode${name}(value)
}
`;

function renderObject({ name, constants, fields }: ObjectDeclaration, model: Model): string {
  const names = fieldNames(fields);
  const members = fields.map(({ wire, description, type, required }) => {
    const go = names.get(wire) ?? wire;
    const plain = typeOf(type, model, name);
    const optional = required ? plain : `wire.Optional[${plain}]`;
    const doc = description === undefined ? '' : comment(go, description, '\t');
    return `${doc}\t${go} ${optional} \`json:${JSON.stringify(wire)}\`\n`;
  });
  const text = JSON.stringify;
  const reads = [
    ...constants.map(({ wire, value }) => `\to.Constant(${text(wire)}, ${text(value)})\n`),
    ...fields.map(
      ({ wire, type, required }) =>
        `\tv.${names.get(wire)} = wire.${required ? 'Required' : 'Maybe'}(o, ${text(wire)}, ${coder('Decode', type, model, name)})\n`,
    ),
  ];
  const writes = [
    ...constants.map(
      ({ wire, value }) => `\twire.Put(w, ${text(wire)}, ${text(value)}, wire.EncodeString)\n`,
    ),
    ...fields.map(
      ({ wire, type, required }) =>
        `\twire.Put${required ? '' : 'Optional'}(w, ${text(wire)}, v.${names.get(wire)}, ${coder('Encode', type, model, name)})\n`,
    ),
  ];
  return `type ${name} struct${members.length > 0 ? ' {\n' : '{'}${members.join('\n')}}

func decode${name}(text json.RawMessage) (v ${name}, err error) {
	o := wire.Open(text)
${reads.join('')}	return v, o.Err()
}

func encode${name}(v ${name}) ([]byte, error) {
	w := wire.NewWriter()
${writes.join('')}	return w.Close()
}

// UnmarshalJSON makes json.Unmarshal read a ${name}.
func (v *${name}) UnmarshalJSON(text []byte) (err error) {
	*v, err = Decode${name}(text)
	return err
}

// MarshalJSON makes json.Marshal write a ${name}.
func (v ${name}) MarshalJSON() ([]byte, error) {
	return encode${name}(v)
}
`;
}

function renderUnion({ name, tag, branches }: UnionDeclaration): string {
  const unknown = `Unknown${name}`;
  const marks = [...branches.map((branch) => branch.name), unknown]
    .map((branch) => `func (${branch}) is${name}() {}\n`)
    .join('\n');
  const reads = branches.map(
    (branch) => `\tcase ${JSON.stringify(branch.value)}:\n\t\treturn decode${branch.name}(text)\n`,
  );
  const writes = branches.map((branch) => `\tcase ${branch.name}:\n\t\treturn encode${branch.name}(v)\n`);
  return `type ${name} interface{ is${name}() }

// ${unknown} is a ${name} with a tag that these types do not know.
type ${unknown} struct{ wire.Unknown }

${marks}
func decode${name}(text json.RawMessage) (${name}, error) {
	tag, err := wire.Tag(text, ${JSON.stringify(tag)})
	if err != nil {
		return nil, err
	}
	switch tag {
${reads.join('')}	}
	return ${unknown}{wire.Unknown{Tag: tag, Raw: text}}, nil
}

func encode${name}(value ${name}) ([]byte, error) {
	switch v := value.(type) {
${writes.join('')}	case ${unknown}:
		return v.Raw, nil
	}
	return nil, wire.NotOneOf("${name}", value)
}
`;
}

function renderChoice({ name, branches }: ChoiceDeclaration, model: Model): string {
  const told = branches.map(({ json, type }) => ({ json, type, branch: `${name}As${pascalCase(json)}` }));
  const types = told.map(
    ({ json, type, branch }) =>
      `// ${branch} is a ${name} whose JSON type is ${json}.\ntype ${branch} struct{ Value ${typeOf(type, model)} }\n\nfunc (${branch}) is${name}() {}\n\n`,
  );
  const reads = told.map(
    ({ json, type, branch }) =>
      `\tcase "${json === 'integer' ? 'number' : json}":\n\t\tvalue, err := ${coder('Decode', type, model)}(text)\n\t\treturn ${branch}{value}, err\n`,
  );
  const writes = told.map(
    ({ type, branch }) => `\tcase ${branch}:\n\t\treturn ${coder('Encode', type, model)}(v.Value)\n`,
  );
  return `type ${name} interface{ is${name}() }

${types.join('')}func decode${name}(text json.RawMessage) (${name}, error) {
	switch wire.JSONType(text) {
${reads.join('')}	}
	return nil, wire.NoChoice("${branches.map(({ json }) => json).join(' or ')}")
}

func encode${name}(value ${name}) ([]byte, error) {
	switch v := value.(type) {
${writes.join('')}	}
	return nil, wire.NotOneOf("${name}", value)
}
`;
}

function renderEnum({ name, values }: EnumDeclaration): string {
  const names = identifiers(
    values.map(({ value }) => value),
    exported,
  );
  const constants = values.map(
    ({ value, description }) =>
      `${description === undefined ? '' : comment(`${name}${names.get(value)}`, description, '\t')}\t${name}${names.get(value)} ${name} = ${JSON.stringify(value)}\n`,
  );
  return `type ${name} string

// The values that are known of ${name}; others are kept as they came.
const (
${constants.join('\n')})

func decode${name}(text json.RawMessage) (${name}, error) {
	return wire.DecodeEnum[${name}](text)
}

func encode${name}(value ${name}) ([]byte, error) {
	return wire.EncodeEnum(value)
}
`;
}

function renderAlias({ name, type }: AliasDeclaration, model: Model): string {
  return `type ${name} = ${typeOf(type, model)}

func decode${name}(text json.RawMessage) (${name}, error) {
	return ${coder('Decode', type, model)}(text)
}

func encode${name}(value ${name}) ([]byte, error) {
	return ${coder('Encode', type, model)}(value)
}
`;
}
