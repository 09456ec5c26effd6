import type { WebSocket } from 'ws';
import type { WORKER_EVENT } from '../../../generated/constants.js';
import type { Frame } from './raw-worker.js';

export interface FakeEngineOptions {
  /** Which engine it behaves like. @default '0.11.6' */
  readonly like?: '0.11.6' | '0.23';
  /** What its greeting says that it offers. */
  readonly features?: readonly string[];
  /** Functions of its own, by id, and their result. */
  readonly builtIn?: Readonly<Record<string, unknown>>;
  /** The code by which it rejects every worker that announces itself. */
  readonly rejects?: string;
}

export interface Connection {
  readonly id: string;
  readonly token: string;
  readonly ws: WebSocket;
  name: string | undefined;
  announced: boolean;
  readonly held: Frame[];
}

export type Fields = Record<string, unknown>;
export type WorkerEvent = (typeof WORKER_EVENT)[keyof typeof WORKER_EVENT];
