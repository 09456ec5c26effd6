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
 * Has the engine call `functionId` whenever functions appear or vanish.
 *
 * @param functionId of this process alone: a second one of the same id would take the notifications over
 */
export const subscriptionFrames = (functionId: string): readonly JsonText[] => [
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

/** Offers our functions and trigger types, and says who we are. */
export const offerFrames = (identity: WorkerIdentity): readonly JsonText[] => [
  ...TRIGGER_TYPE_DESCRIPTORS.map(({ id, description, trigger_request_format, call_request_format }) =>
    encodeRegisterTriggerTypeMessage({
      id,
      description,
      trigger_request_format: jsonOf(trigger_request_format),
      call_request_format: jsonOf(call_request_format),
    }),
  ),
  ...FUNCTION_DESCRIPTORS.map(({ id, description, request_format, response_format, metadata }) =>
    encodeRegisterFunctionMessage({
      id,
      description,
      request_format: jsonOf(request_format),
      response_format: jsonOf(response_format),
      metadata: metadata && jsonOf(metadata),
      invocation: undefined,
    }),
  ),
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
