import { SOCKET_MESSAGE, STREAM_EVENT, WORKER_MESSAGE } from '../../generated/constants.js';
import type { Damages, Line, Message, Replaced } from './defect.js';

type Change = (message: Message, line: Line) => Replaced;

/** The events that announce a change of an item. */
export const CHANGES: readonly string[] = [STREAM_EVENT.create, STREAM_EVENT.update, STREAM_EVENT.delete];

/** Damages stream messages of these event types. */
export const onEvents = (types: readonly string[], change: Change): Damages => ({
  socket: () => ({
    down: (message, line) =>
      message.type === SOCKET_MESSAGE.stream && types.includes(message.event?.type)
        ? change(message, line)
        : undefined,
  }),
});

/** Those of the cases about ops that are over at once. */
export const OPS_CASES: readonly string[] = [
  'ops/an-update-comes-*',
  'ops/a-failed-op-*',
  'ops/several-*',
  'ops/ops-go-on-*',
  'ops/after-a-whole-*',
  'ops/custom-*',
  'ops/a-join-is-*',
  'ops/who-does-*',
  'ops/strings-appended-to-*',
  'ops/a-path-*',
  'ops/ops-that-are-half-*',
  'ops/creations-*',
];

/** Damages updates that are told as ops. */
export const onOps = (change: Change): Damages => ({
  socket: () => ({
    down: (message, line) =>
      message.type === undefined && message.ops !== undefined ? change(message, line) : undefined,
  }),
});

/** Damages messages that clients send. */
export const onRequests = (type: string, change: Change): Damages => ({
  socket: () => ({ up: (message, line) => (message.type === type ? change(message, line) : undefined) }),
});

/** Damages the results of a function. */
export const onResults = (functionId: string, change: Change): Damages => ({
  engine: () => ({
    down: (message, line) =>
      message.type === WORKER_MESSAGE.invocationResult && message.function_id === functionId && !message.error
        ? change(message, line)
        : undefined,
  }),
});

/** Damages the errors of calls. */
export const onErrors = (change: Change): Damages => ({
  engine: () => ({
    down: (message, line) =>
      message.type === WORKER_MESSAGE.invocationResult && message.error ? change(message, line) : undefined,
  }),
});

/** Damages calls of workers to a function. */
export const onCalls = (functionId: string, change: Change): Damages => ({
  engine: () => ({
    up: (message, line) =>
      message.type === WORKER_MESSAGE.invokeFunction && message.function_id === functionId
        ? change(message, line)
        : undefined,
  }),
});

/** Damages what the engine calls workers with. */
export const onInvocations = (change: Change): Damages => ({
  engine: () => ({
    down: (message, line) =>
      message.type === WORKER_MESSAGE.invokeFunction ? change(message, line) : undefined,
  }),
});

/** Damages what workers answer. */
export const onAnswers = (change: Change): Damages => ({
  engine: () => ({
    up: (message, line) =>
      message.type === WORKER_MESSAGE.invocationResult ? change(message, line) : undefined,
  }),
});

/** Damages what workers register. */
export const onRegistrations = (type: string, change: Change): Damages => ({
  engine: () => ({ up: (message, line) => (message.type === type ? change(message, line) : undefined) }),
});
