import { prettyFactory } from 'pino-pretty';
import { withoutCredentials } from './redact.js';
import { type LineWriter, stderrWriter } from './stderr.js';

export interface SinkOptions {
  /** `auto` = pretty when standard error is a terminal, else JSON. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** @default standard error */
  readonly stream?: LineWriter | undefined;
}

/** Where log lines go: standard output stays free for the ready line. */
export function openSink({ format, stream }: SinkOptions): LineWriter {
  const terminal = stream === undefined && process.stderr.isTTY === true;
  const target = stream ?? stderrWriter();
  if (format === 'json' || (format === 'auto' && !terminal)) {
    return { write: (line) => target.write(withoutCredentials(line)) };
  }
  const pretty = prettyFactory({ colorize: terminal, singleLine: true, translateTime: 'SYS:HH:MM:ss.l' });
  return { write: (line) => target.write(withoutCredentials(pretty(harmless(line)))) };
}

const CONTROLS = /\\(?:\\|u00[01][\da-f])|[\u007f-\u009f]/gi;

/** A line of JSON whose control characters stay escapes when it is decoded: what a stranger sent must not steer a terminal. */
const harmless = (line: string): string =>
  line.replace(CONTROLS, (found) => {
    if (found === '\\\\') return found;
    return found.length === 1 ? `\\\\u00${found.charCodeAt(0).toString(16)}` : `\\${found}`;
  });
