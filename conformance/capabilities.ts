import { type Capability as Addition, CAPABILITY } from '../generated/capabilities.js';
import { ENGINE_FUNCTION, ENGINE_PREFIX, FUNCTION } from '../generated/constants.js';

/** What a target has of the documents: it may lack each. */
const DOCUMENTED = {
  update: '`stream::update`',
  events: '`stream::send` and custom events',
  'list-groups': '`stream::list_groups`',
  'list-all': '`stream::list_all`',
  'worker-functions': 'functions that workers offer to each other',
  triggers: 'triggers of type `stream`',
  presence: 'triggers of types `stream:join` and `stream:leave`',
  'custom-streams': 'streams that a worker implements',
  paths: 'subscriptions by the path of the URL',
  'engine-lists': '`engine::*` functions that list functions, triggers and workers',
} as const;

/** What a target command takes, or can do. */
const STARTED = {
  auth: 'takes `auth_function`',
  limits: 'takes `limits`',
  origins: 'takes `allowed_origins`',
  tombstones: 'takes `tombstones`',
  'presence-times': 'takes `presence`',
  restart: 'ends on SIGTERM and can be started again on the same data',
  crash: 'can be killed and started again on the same data',
  nodes: 'can run as several processes over one Redis',
} as const;

/** A name of what a target may lack. The additions to the documents have the names of the spec's overlay. */
export type Capability = keyof typeof DOCUMENTED | keyof typeof STARTED | Addition;

/** Every name there is. What a target says nothing about is expected to work. */
export const CAPABILITIES: readonly Capability[] = [
  ...(Object.keys({ ...DOCUMENTED, ...STARTED }) as Capability[]),
  ...Object.values(CAPABILITY),
];

const OF_FUNCTIONS: Readonly<Record<string, Capability>> = {
  [FUNCTION.update]: 'update',
  [FUNCTION.send]: 'events',
  [FUNCTION.transact]: 'transactions',
  [FUNCTION.listGroups]: 'list-groups',
  [FUNCTION.listAll]: 'list-all',
};

/** The capability that a call of a function needs, if any. */
export function capabilityOf(functionId: string): Capability | undefined {
  const isList =
    functionId.startsWith(ENGINE_PREFIX.internal) && functionId !== ENGINE_FUNCTION.registerWorker;
  return isList ? 'engine-lists' : OF_FUNCTIONS[functionId];
}

/** What a target lacks, with reasons. */
export type Lacks = Readonly<Partial<Record<Capability, string>>>;

/** What a target lacks that states all that it offers. */
export function lacksBeside(offers: readonly string[]): Lacks {
  const missing = CAPABILITIES.filter((name) => !offers.includes(name));
  return Object.fromEntries(missing.map((name) => [name, 'it is not among what the target offers']));
}
