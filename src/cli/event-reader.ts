/** One event of an event stream; `data` is undefined where it only brings an id or a time to come back. */
export interface ServerEvent {
  readonly id: string | undefined;
  readonly data: string | undefined;
  /** Milliseconds until the next attempt. */
  readonly retry: number | undefined;
}

const LINE_END = /\r\n|\n|\r(?!$)/;

/** The events of a body, as the standard has them; what is unfinished at its end is no event. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncIterable<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let fields: (readonly [name: string, value: string])[] = [];
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(LINE_END);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '') fields.push(fieldOf(line));
      else {
        yield eventOf(fields);
        fields = [];
      }
    }
  }
}

function fieldOf(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  if (colon < 0) return [line, ''];
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(' ') ? value.slice(1) : value];
}

function eventOf(fields: readonly (readonly [string, string])[]): ServerEvent {
  const valuesOf = (name: string): string[] =>
    fields.filter(([field]) => field === name).map(([, value]) => value);
  const data = valuesOf('data');
  const retry = valuesOf('retry').findLast((text) => /^\d+$/.test(text));
  return {
    id: valuesOf('id').at(-1),
    data: data.length === 0 ? undefined : data.join('\n'),
    retry: retry === undefined ? undefined : Number(retry),
  };
}
