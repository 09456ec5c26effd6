/** Keys whose text says how something behaves. */
const TELLING = new Set(['description', 'summary']);

/** Every sentence that a machine-readable document says about behaviour, in document order, each once. */
export function sentencesOf(document: unknown): readonly string[] {
  return [...new Set(textsOf(document).flatMap(split))];
}

function textsOf(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(textsOf);
  if (node === null || typeof node !== 'object') return [];
  return Object.entries(node).flatMap(([key, value]) =>
    TELLING.has(key) && typeof value === 'string' ? [value] : textsOf(value),
  );
}

/** Sentences and the items of lists, on one line each. */
function split(text: string): readonly string[] {
  return text
    .split(/\n\s*\n|\n- /)
    .flatMap((part) => part.replace(/\s+/g, ' ').split(/(?<=[.!?])\s+(?=[A-Z`"])/))
    .map((sentence) => sentence.replace(/^- |^\*Additive\.\* /, '').trim())
    .filter((sentence) => sentence !== '' && sentence !== '*Additive.*');
}
