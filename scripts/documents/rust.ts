import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { STREAM_EVENT } from '../../generated/constants.js';
import type { Row } from '../bindings-check/vectors.js';
import { pascal } from '../generate/names.js';
import { writeJsonSchemas } from './json-schema.js';
import { type Part, run } from './steps.js';
import { TOOLS, withCrate } from './tools.js';

const TYPIFY = 'cargo-typify@0.8.0';

/** Types of typify. */
export const checkRust: Part = async ({ root, out, step }) => {
  const crate = path.join(out, 'rust');
  const isMade = await step(`${TYPIFY}: its Rust compiles`, async () => {
    const typify = await withCrate(TYPIFY, 'cargo-typify');
    await cp(path.join(root, 'scripts/documents/rust'), crate, { recursive: true });
    await mkdir(path.join(out, 'rust-schemas'));
    await writeJsonSchemas(root, path.join(out, 'rust-schemas'), true);
    const schema = path.join(out, 'rust-schemas/StreamSocket.json');
    await run(typify, ['typify', schema, '--output', path.join(crate, 'src/socket.rs')], { cwd: out });
    await run('cargo', ['build', '--quiet', '--target-dir', path.join(TOOLS, 'rust')], {
      cwd: crate,
      timeout: 300_000,
    });
  });
  if (!isMade) return;
  await step('and reads messages of the server as what they are', async () => {
    const vectors = await readFile(path.join(root, 'spec/vectors/messages.json'), 'utf8');
    const rows = (JSON.parse(vectors) as readonly Row[]).filter(
      ({ name, type, error, strict }) =>
        type === 'ServerMessage' && error === undefined && strict === undefined && !UNREADABLE.includes(name),
    );
    const child = spawn(path.join(TOOLS, 'rust/debug/documents'), { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(rows.map((row) => `${JSON.stringify(row.text)}\n`).join(''));
    const [printed] = await Promise.all([text(child.stdout), once(child, 'close')]);
    const read = printed.trim().split('\n');
    const wrong = rows.flatMap(({ name, text: message }, at) =>
      read[at] === typesOf(JSON.parse(message)) ? [] : [`${name}: read as ${read[at]}`],
    );
    if (rows.length === 0 || wrong.length > 0) throw new Error(wrong.join('\n'));
  });
};

/** What the spec calls the types of a message. */
const typesOf = ({ type, event }: { type: string; event?: { type: string } }): string =>
  `${pascal(type)}Message${event === undefined ? '' : ` ${EVENTS[event.type] ?? `${pascal(event.type)}Event`}`}`;
const EVENTS: Readonly<Record<string, string>> = { [STREAM_EVENT.event]: 'CustomStreamEvent' };

/** Texts that serde_json itself refuses. */
const UNREADABLE = ['server/number-beyond-a-double', 'server/half-of-a-pair-in-a-value'];
