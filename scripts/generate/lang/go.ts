import type { ConstantBlock } from '../constants.js';
import { renderDeclaration } from './go-declarations.js';
import { comment, exported } from './go-types.js';
import type { Language } from './language.js';
import type { Model } from './model.js';
import { identifiers, pascalCase } from './words.js';

const MODULE = 'iiistream';

/** Structs, sealed interfaces and functions that read and write them, for Go 1.24 and its standard library. */
export const GO: Language = {
  name: 'go',
  runtime: {
    'wire/wire.go': 'wire.go',
    'wire/containers.go': 'containers.go',
    'wire/objects.go': 'objects.go',
  },
  familyPath: (family) => `${family}/${family}.go`,
  renderFamily,
  constantsPath: 'constants/constants.go',
  renderConstants,
  renderPackage: () => new Map([['go.mod', `module ${MODULE}\n\ngo 1.24\n`]]),
};

function renderFamily(family: string, model: Model): string {
  const declarations = [...model.values()];
  const types = declarations.map(({ name }) => `\twire.Named("${name}", decode${name}, encode${name}),\n`);
  return `// Package ${family} holds the types of the family ${family}, and what reads and writes them.
package ${family}

import (
	"encoding/json"

	"${MODULE}/wire"
)

${declarations.map((each) => renderDeclaration(each, model)).join('\n')}
// Types are what reads and writes each type, by its name.
var Types = wire.ByName(
${types.join('')})
`;
}

function renderConstants(blocks: readonly ConstantBlock[]): string {
  const groups = blocks.map(({ name, description, entries }) => {
    const prefix = pascalCase(name.toLowerCase());
    const names = identifiers(
      entries.map(({ key }) => key),
      exported,
    );
    const lines = entries.map(({ key, value, description: meaning }) => {
      const constant = `${prefix}${names.get(key)}`;
      const doc = meaning === undefined ? '' : comment(constant, meaning, '\t');
      return `${doc}\t${constant} = ${JSON.stringify(value)}\n`;
    });
    return `// ${description}\nconst (\n${lines.join('\n')})\n`;
  });
  return `// Package constants holds every id, tag and code that goes over a wire.
package constants

${groups.join('\n')}`;
}
