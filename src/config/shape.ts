import { invalid, isMapping, type Mapping } from './invalid.js';
import { knownKeys } from './known-keys.js';

/** What the engine's file calls this worker. */
const WORKER = 'iii-stream';
/** What files of other programs, and of engines before there were workers, begin with. */
const FORMER = ['modules', 'services'];
const OTHER_FORM =
  'here a file says workers: [{name: iii-stream, config: {port: 3112, adapter: {name: redis, config: {redis_url: ...}}}}], or that config alone';
/** The entry that says where the engine listens for workers. */
const ENGINE = 'iii-worker-manager';

/**
 * Finds our mapping in any of the shapes that a file may have: an engine's file `{workers: [{name, config}]}`, such a
 * list by itself, or the bare mapping (alone, or as the one nameless entry of a list).
 *
 * @throws LocalError `config_invalid`
 */
export function findMapping(document: unknown, file: string): Mapping {
  // An editor that truncates before it writes must not turn a running server to the defaults.
  if (document === null || document === undefined) throw invalid(file, 'is empty');
  if (Array.isArray(document)) return fromEntries(document, file);
  if (!isMapping(document)) throw invalid(file, 'must hold a mapping or a list of workers');
  if (!('workers' in document)) {
    for (const former of FORMER) if (former in document) throw invalid(file, `${former}: ${OTHER_FORM}`);
    return document;
  }
  if (isMapping(document.workers)) throw invalid(file, `workers: is a mapping; ${OTHER_FORM}`);
  if (!Array.isArray(document.workers)) throw invalid(file, 'workers: must be a list');
  return fromEntries(document.workers, file);
}

function fromEntries(list: readonly unknown[], file: string): Mapping {
  const entries = list.map((entry, at) => {
    if (!isMapping(entry)) throw invalid(file, `entry ${at + 1} of the list is not a mapping`);
    return entry;
  });
  const [only] = entries;
  if (only !== undefined && entries.length === 1 && !('name' in only)) return only;
  const ours = entries.filter((entry) => entry.name === WORKER);
  const [entry] = ours;
  if (entry === undefined) throw invalid(file, `has no worker named ${WORKER}`);
  if (ours.length > 1) throw invalid(file, `has ${ours.length} workers named ${WORKER}, one is allowed`);
  return withEngine(configOf(entry, file), entries);
}

function configOf(entry: Mapping, file: string): Mapping {
  const misplaced = Object.keys(entry).find((key) => knownKeys([]).includes(key));
  if (misplaced !== undefined) throw invalid(file, `${WORKER}: ${misplaced}: belongs below config`);
  const config = entry.config ?? {};
  if (!isMapping(config)) throw invalid(file, `${WORKER}: config: must be a mapping`);
  return config;
}

/** The engine's address of its own entry, unless ours has one. */
function withEngine(config: Mapping, entries: readonly Mapping[]): Mapping {
  const manager = entries.find((entry) => entry.name === ENGINE)?.config;
  if (!isMapping(manager)) return config;
  const { host, port } = manager;
  return { ...config, engine: { host, port, ...(isMapping(config.engine) ? config.engine : {}) } };
}
