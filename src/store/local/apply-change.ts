import { detach } from '../../domain/json-text.js';
import {
  countExtras,
  countTombstone,
  type GroupState,
  Node,
  type RevOrder,
  type Sequenced,
  type Usage,
} from './node.js';

/** The nodes of a group, which changes move between the two maps. */
type Nodes = Pick<GroupState, 'items'> & { tombstones: GroupState['tombstones'] };

/**
 * Makes a change part of a group's nodes, and of the sums over all of them.
 * @param bytes what its record takes in the log
 */
export function applyChange(
  nodes: Nodes,
  revs: RevOrder,
  usage: Usage,
  sequenced: Sequenced,
  bytes: number,
): void {
  const { id, created } = sequenced;
  let node = nodes.items.get(id) ?? nodes.tombstones?.get(id);
  if (node === undefined) {
    node = new Node(id, sequenced.value, 0, 0, 0, 0, 0);
    usage.nodes += 1;
  } else revs.remove(node);
  if (node.created === 0 && node.rev > 0) countTombstone(usage, node, -1);
  if (created === 0) {
    nodes.items.delete(id);
    nodes.tombstones ??= new Map();
    nodes.tombstones.set(id, node);
  } else if (node.created === 0) {
    nodes.tombstones?.delete(id);
    nodes.items.set(id, node);
  }
  usage.bytes += bytes - node.bytes;
  if (sequenced.extras !== node.extras) {
    countExtras(usage, node.extras, -1);
    countExtras(usage, sequenced.extras, 1);
  }
  node.become(sequenced, bytes);
  node.value = isOwn(sequenced) ? sequenced.value : detach(sequenced.value);
  if (created === 0) countTombstone(usage, node, 1);
  revs.append(node);
}

/** Drops the tombstones with a rev up to `horizon`. */
export function dropTombstones(nodes: Nodes, revs: RevOrder, usage: Usage, horizon: number): void {
  if (nodes.tombstones === undefined) return;
  for (const node of nodes.tombstones.values()) {
    if (node.rev > horizon) break;
    nodes.tombstones.delete(node.id);
    revs.remove(node);
    usage.nodes -= 1;
    countTombstone(usage, node, -1);
    usage.bytes -= node.bytes;
  }
  if (nodes.tombstones.size === 0) nodes.tombstones = undefined;
}

/** Its value keeps nothing else alive. One that an update left as it was may be part of a call that is still on its way. */
const isOwn = ({ value, change: { ops, old } }: Sequenced): boolean => ops !== undefined && value !== old;
