import os from 'node:os';
import { ENGINE_FUNCTION, ENGINE_TRIGGER_TYPE, OBSERVABLE } from '../../../generated/constants.js';
import { FUNCTION_DESCRIPTORS, TRIGGER_TYPE_DESCRIPTORS } from '../../../generated/descriptors.js';
import type { JsonText } from '../../../generated/json-text.js';
import {
  encodeRegisterFunctionMessage,
  encodeRegisterTriggerMessage,
  encodeRegisterTriggerTypeMessage,
} from '../../../generated/messages/worker.js';
import { asJson, jsonOf } from '../../domain/json-text.js';
import { invocationFrame } from '../protocol/encode.js';

/** How an engine lists us. */
export interface WorkerIdentity {
  /** @default 'iii-stream' */
  readonly name?: string;
  readonly version?: string;
}

/**
 * Has the engine call `functionId` whenever functions appear or vanish, which it notices by a tick of 5 s, and
 * `workersFunctionId` whenever a worker comes, announces itself or goes, which it tells at once.
 *
 * @param functionId of this process alone: a second one of the same id would take the notifications over
 */
export const subscriptionFrames = (functionId: string, workersFunctionId: string): readonly JsonText[] => [
  encodeRegisterFunctionMessage({
    id: functionId,
    description: 'Keeps iii-stream up to date with the custom streams that other workers offer',
    request_format: undefined,
    response_format: undefined,
    metadata: jsonOf({ internal: true }),
    invocation: undefined,
  }),
  encodeRegisterTriggerMessage({
    id: functionId,
    trigger_type: ENGINE_TRIGGER_TYPE.functionsAvailable,
    function_id: functionId,
    config: asJson('{}'),
    metadata: undefined,
  }),
  encodeRegisterFunctionMessage({
    id: workersFunctionId,
    description: 'Tells iii-stream when to ask for the custom streams that other workers offer',
    request_format: undefined,
    response_format: undefined,
    metadata: jsonOf({ internal: true }),
    invocation: undefined,
  }),
  encodeRegisterTriggerMessage({
    id: workersFunctionId,
    trigger_type: ENGINE_TRIGGER_TYPE.workersAvailable,
    function_id: workersFunctionId,
    config: asJson('{}'),
    metadata: undefined,
  }),
];

/** The functions that observers observe: we call them ourselves, once per event, and they return it. */
export const sourceFrames = (): readonly JsonText[] =>
  Object.values(OBSERVABLE).map((id) =>
    encodeRegisterFunctionMessage({
      id,
      description: 'Called once per event of iii-stream, to be observed',
      request_format: undefined,
      response_format: undefined,
      metadata: undefined,
      invocation: undefined,
    }),
  );

/** Offers our trigger types: the engine relays every trigger of them, also those that it relayed before. */
export const typeFrames = (): readonly JsonText[] =>
  TRIGGER_TYPE_DESCRIPTORS.map(({ id, description, trigger_request_format, call_request_format }) =>
    encodeRegisterTriggerTypeMessage({
      id,
      description,
      trigger_request_format: jsonOf(trigger_request_format),
      call_request_format: jsonOf(call_request_format),
    }),
  );

/** Offers our functions, or those of them. */
export const functionFrames = (ids?: readonly string[]): readonly JsonText[] =>
  FUNCTION_DESCRIPTORS.filter(({ id }) => ids === undefined || ids.includes(id)).map(
    ({ id, description, request_format, response_format, metadata }) =>
      encodeRegisterFunctionMessage({
        id,
        description,
        request_format: jsonOf(request_format),
        response_format: jsonOf(response_format),
        metadata: metadata && jsonOf(metadata),
        invocation: undefined,
      }),
  );

/** Says who we are: engines since 0.23 hold back what a worker registers until it did. */
export const announceFrame = (identity: WorkerIdentity): JsonText =>
  invocationFrame(undefined, ENGINE_FUNCTION.registerWorker, jsonOf(metadataOf(identity)), undefined);

const metadataOf = ({ name = 'iii-stream', version }: WorkerIdentity): object => ({
  runtime: 'node',
  version,
  name,
  os: `${os.platform()} ${os.release()} (${os.arch()})`,
  pid: process.pid,
  isolation: process.env.III_ISOLATION ?? null,
});
