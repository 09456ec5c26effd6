import os from 'node:os';
import { ENGINE_FUNCTION, ENGINE_TRIGGER_TYPE, WORKER_MESSAGE } from '../../../generated/constants.js';
import { FUNCTION_DESCRIPTORS, TRIGGER_TYPE_DESCRIPTORS } from '../../../generated/descriptors.js';
import { jsonOf } from '../../domain/json-text.js';
import { frameOf, invocationFrame } from '../protocol/encode.js';

/** How an engine lists us. */
export interface WorkerIdentity {
  /** @default 'iii-stream' */
  readonly name?: string;
  readonly version?: string;
}

/**
 * Has the engine call `functionId` whenever functions appear or vanish.
 *
 * @param functionId of this process alone: a second one of the same id would take the notifications over
 */
export const subscriptionFrames = (functionId: string): readonly string[] => [
  frameOf({
    type: WORKER_MESSAGE.registerFunction,
    id: functionId,
    description: 'Keeps iii-stream up to date with the custom streams that other workers offer',
    metadata: { internal: true },
  }),
  frameOf({
    type: WORKER_MESSAGE.registerTrigger,
    id: functionId,
    trigger_type: ENGINE_TRIGGER_TYPE.functionsAvailable,
    function_id: functionId,
    config: {},
  }),
];

/** Offers our functions and trigger types, and says who we are. */
export const offerFrames = (identity: WorkerIdentity): readonly string[] => [
  ...TRIGGER_TYPE_DESCRIPTORS.map((type) => frameOf({ type: WORKER_MESSAGE.registerTriggerType, ...type })),
  ...FUNCTION_DESCRIPTORS.map((fn) => frameOf({ type: WORKER_MESSAGE.registerFunction, ...fn })),
  invocationFrame(undefined, ENGINE_FUNCTION.registerWorker, jsonOf(metadataOf(identity)), undefined),
];

const metadataOf = ({ name = 'iii-stream', version }: WorkerIdentity): object => ({
  runtime: 'node',
  version,
  name,
  os: `${os.platform()} ${os.release()} (${os.arch()})`,
  pid: process.pid,
  isolation: process.env.III_ISOLATION ?? null,
});
