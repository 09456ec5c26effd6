import type { Addressed } from './path-constants.js';

/** An AsyncAPI document, as far as the client's view of it is another one. */
export interface AsyncApiDocument extends Addressed {
  readonly info: { readonly title: string };
  readonly operations: Readonly<Record<string, { readonly action: 'send' | 'receive' }>>;
}

const FLIPPED = { send: 'receive', receive: 'send' } as const;

/**
 * `generated/asyncapi/stream-socket.client.json`: the same document, seen by a client. Generators of clients send what
 * the document of a server says that it sends.
 */
export function renderClientView(document: AsyncApiDocument): string {
  const members = Object.entries(document).filter(([key]) => !key.startsWith('x-'));
  const operations = Object.entries(document.operations).map(([name, operation]) => [
    name,
    { ...operation, action: FLIPPED[operation.action] },
  ]);
  const view = {
    ...Object.fromEntries(members),
    info: { ...document.info, title: `${document.info.title}Client` },
    operations: Object.fromEntries(operations) as AsyncApiDocument['operations'],
  };
  return `${JSON.stringify(view, undefined, 2)}\n`;
}
