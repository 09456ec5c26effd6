import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import standaloneModule from 'ajv/dist/standalone/index.js';
import type { Family } from './family.js';
import { header } from './header.js';
import type { Input } from './inputs.js';
import { lower } from './lower.js';
import { doc } from './names.js';

// The package is CommonJS: under NodeNext its default export is one level down.
const standaloneCode = standaloneModule.default;
const load = createRequire(import.meta.url);

const validatorName = (definition: string): string => `validate${definition}`;

/** The compiled checks of a family: plain JavaScript that imports nothing. */
export function renderValidatorCode(family: Family): string {
  const ajv = new Ajv({
    code: { source: true, esm: true, lines: true },
    discriminator: true,
    useDefaults: family.defaults,
    allowUnionTypes: true,
    strictTypes: true,
    strictTuples: false,
  });
  ajv.addSchema({ $id: family.name, definitions: lower(family.definitions, !family.defaults) });
  const names = family.validated.map((name) => [validatorName(name), `${family.name}#/definitions/${name}`]);
  const code = inlineRuntime(standaloneCode(ajv, Object.fromEntries(names)));
  return `${header(family.inputs)}${code.replace(/^"use strict";\s*/, '').trim()}\n`;
}

/** Ajv's code asks for its own helpers; puts them in, so that the result needs no package at run time. */
function inlineRuntime(code: string): string {
  return code.replace(/require\("(ajv\/dist\/runtime\/\w+)"\)\.default/g, (_, module: string) => {
    const helper: unknown = load(module).default;
    if (typeof helper !== 'function') throw new Error(`${module} is no function to inline`);
    return `(${helper.toString()})`;
  });
}

/** `generated/validators.ts`: the checks with their types. */
export function renderValidators(families: readonly Family[], inputs: readonly Input[]): string {
  const imports = families.flatMap(({ name, validated }) => [
    `import type { ${[...validated].sort().join(', ')} } from './${name}.js';`,
    `import * as ${name} from './validators/${name}.js';`,
  ]);
  const exports = families.flatMap(({ name, validated, defaults }) =>
    validated.map(
      (definition) =>
        doc(`Checks a ${definition}${defaults ? ' and writes the defaults into it' : ''}.`) +
        `export const ${validatorName(definition)} = ${name}.${validatorName(definition)} as unknown as Validator<${definition}>;\n`,
    ),
  );
  return `${header(inputs)}${imports.join('\n')}\nimport type { Validator } from '../src/wire/validation.js';\n\nexport { explain, type ValidationError, type Validator } from '../src/wire/validation.js';\n\n${exports.join('\n')}`;
}
