// Run where the pinned Modelina is installed: node modelina.mjs DOCUMENT OUT writes the models of each language to OUT/<ext>.
import fs from 'node:fs';
import path from 'node:path';

const modelina = await import('@asyncapi/modelina');
const [, , file, out] = process.argv;
const document = JSON.parse(fs.readFileSync(file, 'utf8'));
const {
  JavaGenerator,
  JAVA_JACKSON_PRESET,
  CSharpGenerator,
  GoGenerator,
  TypeScriptGenerator,
  PythonGenerator,
} = modelina;
const LANGUAGES = [
  [
    'java',
    new JavaGenerator({ collectionType: 'List', presets: [JAVA_JACKSON_PRESET] }),
    { packageName: 'streams' },
  ],
  ['cs', new CSharpGenerator(), { namespace: 'Streams' }],
  ['go', new GoGenerator(), { packageName: 'streams' }],
  [
    'ts',
    new TypeScriptGenerator({
      modelType: 'interface',
      mapType: 'record',
      moduleSystem: 'ESM',
    }),
    { exportType: 'named' },
  ],
  ['py', new PythonGenerator(), { packageName: 'streams' }],
];
for (const [extension, generator, options] of LANGUAGES) {
  const folder = path.join(out, extension);
  fs.mkdirSync(folder, { recursive: true });
  for (const { modelName, result } of await generator.generateCompleteModels(document, options)) {
    if (modelName) fs.writeFileSync(path.join(folder, `${modelName}.${extension}`), result);
  }
}
