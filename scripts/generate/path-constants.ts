import { block, type ConstantBlock } from './constants.js';
import { camel } from './names.js';

/** What of an AsyncAPI document says how the socket is addressed. */
export interface Addressed {
  readonly channels: Readonly<Record<string, { readonly address: string; readonly description?: string }>>;
  readonly components: {
    readonly channelBindings?: Readonly<
      Record<
        string,
        { readonly ws?: { readonly query?: { readonly properties?: Readonly<Record<string, Parameter>> } } }
      >
    >;
  };
}

interface Parameter {
  readonly description?: string;
  readonly pattern?: string;
}

/** The grammar of the socket's paths and of their query. */
export function pathConstants({ channels, components }: Addressed): readonly ConstantBlock[] {
  const fixed = Object.entries(channels).map(([name, { address, description }]) => {
    const at = address.indexOf('{');
    return {
      key: at < 0 ? name : 'subscription',
      value: at < 0 ? address : address.slice(0, at),
      description,
    };
  });
  const paths = [...new Map(fixed.reverse().map((entry) => [entry.key, entry])).values()].reverse();
  const queries = Object.values(components.channelBindings ?? {}).map(
    ({ ws }) => ws?.query?.properties ?? {},
  );
  const parameters = Object.entries(Object.assign({}, ...queries) as Readonly<Record<string, Parameter>>);
  const patterns = parameters.flatMap(([name, { pattern }]) =>
    pattern === undefined ? [] : [{ key: camel(name), value: pattern, description: `Of \`${name}\`.` }],
  );
  return [
    block(
      'SOCKET_PATH',
      undefined,
      'What the paths of the socket begin with; names follow, percent-encoded.',
      paths,
    ),
    block(
      'PATH_QUERY',
      'PathQuery',
      'What may be asked for in the query of a path.',
      parameters.map(([name, { description }]) => ({ key: camel(name), value: name, description })),
    ),
    block('PATH_QUERY_PATTERN', undefined, 'Patterns of parameters of the query.', patterns),
  ];
}
