// Run where the pinned generator is installed: node client.mjs DOCUMENT LANGUAGE OUT writes a WebSocket client to OUT.
import path from 'node:path';

const { default: Generator } = await import('@asyncapi/generator');
const [, , document, language, out] = process.argv;
const templates = 'node_modules/@asyncapi/generator/lib/templates/bakedInTemplates';
const template = path.resolve(templates, `core-template-client-websocket-${language}`);
const generator = new Generator(template, out, { forceWrite: true, templateParams: { server: 'socket' } });
await generator.generateFromFile(document);
