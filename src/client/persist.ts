import type { Persist, SavedGroup } from './types.js';

/** Milliseconds between two saves of a group: an older place to resume from will do. */
const SAVE_AFTER = 1_000;

/** Saves the newest state of each group, at most once per {@link SAVE_AFTER}. A save that fails fails the next call too. */
function throttled(write: (key: string, group: SavedGroup) => void | Promise<void>): Persist['save'] {
  const newest = new Map<string, SavedGroup>();
  let failure: unknown;
  return (key, { epoch, seq, items }) => {
    if (!newest.has(key)) {
      setTimeout(async () => {
        const group = newest.get(key) as SavedGroup;
        newest.delete(key);
        try {
          await write(key, group);
        } catch (error) {
          failure = error;
        }
      }, SAVE_AFTER);
    }
    newest.set(key, { epoch, seq, items });
    if (failure !== undefined) throw failure;
  };
}

/** The part of the Web Storage API that is used. */
export interface StorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/**
 * Keeps groups in `localStorage`, which is fast to read and holds some megabytes in all.
 *
 * @param prefix of the keys; name the user in it, so that nobody is shown what somebody else saw
 * @param storage @default globalThis.localStorage
 */
export function localStorageCache(
  prefix: string,
  storage: StorageLike = (globalThis as unknown as { localStorage: StorageLike }).localStorage,
): Persist {
  return {
    load(key) {
      const text = storage.getItem(prefix + key);
      return text === null ? undefined : (JSON.parse(text) as SavedGroup);
    },
    save: throttled((key, group) => storage.setItem(prefix + key, JSON.stringify(group))),
  };
}

/** The parts of IndexedDB that are used; the types of browsers are not part of this build. */
interface Request<T> {
  readonly result: T;
  readonly error: unknown;
  onsuccess: unknown;
  onerror: unknown;
  onblocked?: unknown;
  onupgradeneeded?: unknown;
}
interface Database {
  createObjectStore(name: string): void;
  transaction(name: string, mode?: 'readwrite'): { objectStore(name: string): ObjectStore };
}
interface ObjectStore {
  get(key: string): Request<SavedGroup | undefined>;
  put(value: SavedGroup, key: string): Request<unknown>;
}

const STORE = 'groups';

const settled = <T>(request: Request<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error ?? new Error('the database is blocked'));
  });

/**
 * Keeps groups in IndexedDB, which holds as much as the disk allows.
 *
 * @param name of the database; name the user in it, so that nobody is shown what somebody else saw
 */
export function indexedDbCache(name: string): Persist {
  let opening: Promise<Database> | undefined;
  const store = async (mode?: 'readwrite'): Promise<ObjectStore> => {
    opening ??= open(name);
    return (await opening).transaction(STORE, mode).objectStore(STORE);
  };
  return {
    load: async (key) => settled((await store()).get(key)),
    save: throttled(async (key, group) => {
      await settled((await store('readwrite')).put(group, key));
    }),
  };
}

function open(name: string): Promise<Database> {
  const { indexedDB } = globalThis as unknown as {
    indexedDB: { open(name: string, version: number): Request<Database> };
  };
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return settled(request);
}
