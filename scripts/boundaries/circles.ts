/** What each file imports of the others; files relative to the root, with forward slashes. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/**
 * The circles of a graph: each is the files that import each other, directly or by way of others, imports of types
 * included. Sorted, so that two runs print the same.
 */
export function circlesOf(graph: ImportGraph): readonly (readonly string[])[] {
  const order: string[] = [];
  const seen = new Set<string>();
  for (const file of graph.keys()) finish(file, graph, seen, order);
  const reversed = reverse(graph);
  const grouped = new Set<string>();
  const circles: string[][] = [];
  // Kosaraju: against the imports, in the reverse order of finishing, one walk reaches one circle.
  for (const file of order.reverse()) {
    const members: string[] = [];
    finish(file, reversed, grouped, members);
    if (members.length > 1) circles.push(members.sort());
  }
  return circles.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}

/** Adds what is reachable from `file` and not seen yet, each after what it leads to. */
function finish(file: string, graph: ImportGraph, seen: Set<string>, order: string[]): void {
  if (seen.has(file) || !graph.has(file)) return;
  seen.add(file);
  for (const target of graph.get(file) ?? []) finish(target, graph, seen, order);
  order.push(file);
}

function reverse(graph: ImportGraph): ImportGraph {
  const reversed = new Map<string, string[]>([...graph.keys()].map((file) => [file, []]));
  for (const [file, targets] of graph) for (const target of targets) reversed.get(target)?.push(file);
  return reversed;
}
