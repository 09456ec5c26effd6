import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

const PACKAGE = 'com.fasterxml.jackson.annotation';

/** Members of the annotations that Modelina's Java uses, as far as it uses them: enough to compile, without a download. */
const ANNOTATIONS: Readonly<Record<string, string>> = {
  JsonAnyGetter: '',
  JsonAnySetter: '',
  JsonCreator: '',
  JsonValue: '',
  JsonInclude: 'Include value(); enum Include { NON_NULL }',
  JsonProperty: 'String value();',
  JsonSubTypes: 'Type[] value(); @interface Type { Class<?> value(); String name() default ""; }',
  JsonTypeInfo: `Id use(); As include() default As.PROPERTY; String property() default ""; boolean visible() default false;
    enum Id { NAME, DEDUCTION } enum As { PROPERTY, EXISTING_PROPERTY }`,
};

/** Writes their sources below `folder`, which is then a source path of javac. */
export async function writeJacksonAnnotations(folder: string): Promise<string> {
  const home = path.join(folder, ...PACKAGE.split('.'));
  await mkdir(home, { recursive: true });
  for (const [name, members] of Object.entries(ANNOTATIONS)) {
    const source = `package ${PACKAGE};\npublic @interface ${name} { ${members} }\n`;
    await writeFile(path.join(home, `${name}.java`), source);
  }
  return folder;
}
