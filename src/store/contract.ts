import { describe, test } from 'node:test';
import type { Store } from './port.js';
import { clockCases } from './testing/clock-cases.js';
import type { ContractCase, ContractOptions } from './testing/contract-case.js';
import { cursorCases } from './testing/cursor-cases.js';
import { feedCases } from './testing/feed-cases.js';
import { guardCases } from './testing/guard-cases.js';
import { keyCases } from './testing/key-cases.js';
import { lifetimeCases } from './testing/lifetime-cases.js';
import { listingCases } from './testing/listing-cases.js';
import { ownerCases } from './testing/owner-cases.js';
import { Recorder } from './testing/recorder.js';
import { restartCases } from './testing/restart-cases.js';
import { transactionCases } from './testing/transaction-cases.js';
import { valueCases } from './testing/value-cases.js';
import { writeCases } from './testing/write-cases.js';

/** An empty store, opened for one case. */
export interface OpenedStore {
  readonly store: Store;
  /** Closes the store and opens it again on the same data; absent when a restart loses everything. */
  readonly reopen?: () => Promise<Store>;
  /** Ends the store that is open last, and removes its data. */
  close(): Promise<void>;
}

/** How an adapter differs, by case name, with the reason. A name that no case has fails the run. */
export type ContractDifferences = Readonly<Record<string, string>>;

export type { ContractOptions };

const CASE_TIMEOUT_MS = 30_000;

const cases: readonly ContractCase[] = [
  ...writeCases,
  ...valueCases,
  ...clockCases,
  ...listingCases,
  ...cursorCases,
  ...feedCases,
  ...restartCases,
  ...guardCases,
  ...keyCases,
  ...transactionCases,
  ...lifetimeCases,
  ...ownerCases,
];

/**
 * Registers the contract of `port.ts` as tests of one adapter.
 *
 * @param open makes an empty store
 * @param differences cases that this adapter does not meet, each with the reason
 */
export function runStoreContract(
  name: string,
  open: (options: ContractOptions) => Promise<OpenedStore>,
  differences: ContractDifferences = {},
): void {
  const unknown = Object.keys(differences).filter((key) => !cases.some((one) => one.name === key));
  if (unknown.length > 0) throw new Error(`no case of the store contract is called ${unknown.join(', ')}`);
  describe(`store contract: ${name}`, () => {
    for (const { name: title, options = {}, durable = false, run } of cases) {
      const skip = differences[title] ?? false;
      test(title, { skip, timeout: CASE_TIMEOUT_MS }, async (t) => {
        const opened = await open(options);
        try {
          if (transactionCases.some(({ name }) => name === title) && opened.store.transact === undefined) {
            t.skip('the backend writes no two records in one step');
            return;
          }
          if (
            [...lifetimeCases, ...ownerCases].some(({ name }) => name === title) &&
            !opened.store.lifetimes
          ) {
            t.skip('the store keeps no lifetimes');
            return;
          }
          if (durable && opened.reopen === undefined) {
            t.skip('a restart loses everything');
            return;
          }
          const recorder = new Recorder();
          opened.store.listen(recorder);
          await run({
            store: opened.store,
            recorder,
            reopen: async () => {
              const store = await opened.reopen!();
              store.listen(recorder);
              return store;
            },
          });
        } finally {
          await opened.close();
        }
      });
    }
  });
}
