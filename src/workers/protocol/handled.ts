import { INVOCATION_ACTION, WORKER_MESSAGE } from '../../../generated/constants.js';
import type {
  InvocationResultMessage,
  InvokeFunctionMessage,
  PingMessage,
  PongMessage,
} from '../../../generated/worker.js';

/** What a peer deals with itself. */
export type HandledMessage = InvocationResultMessage | InvokeFunctionMessage | PingMessage | PongMessage;

export const isInvocation = (message: { readonly type: string }): message is InvokeFunctionMessage =>
  message.type === WORKER_MESSAGE.invokeFunction;

export const isResult = (message: { readonly type: string }): message is InvocationResultMessage =>
  message.type === WORKER_MESSAGE.invocationResult;

/** Whether a call with this action is to be replied to. */
export function isReplied(action: InvokeFunctionMessage['action']): boolean {
  switch (action?.type) {
    case undefined:
    case INVOCATION_ACTION.enqueue:
      return true;
    case INVOCATION_ACTION.void:
      return false;
    default:
      return action satisfies never;
  }
}
