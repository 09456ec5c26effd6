import { LineCounter, parseDocument } from 'yaml';
import { invalid } from './invalid.js';

/**
 * Parses one YAML document into plain values.
 *
 * @throws LocalError `config_invalid` with line and column; the parser's own message may quote the text, so only its
 *   code is shown
 */
export function parseYaml(text: string, file: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const error = document.errors[0] ?? document.warnings[0];
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    const what = error.code.toLowerCase().replaceAll('_', ' ');
    throw invalid(`${file}, line ${line}, column ${col}`, `is not valid YAML: ${what}`);
  }
  try {
    return document.toJS();
  } catch (cause) {
    throw invalid(file, 'is not valid YAML: an alias has no anchor, or there are too many', { cause });
  }
}
