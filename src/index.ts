export type { ErrorReason, LocalErrorCode } from '../generated/constants.js';
export type { App, AppOptions } from './app/app.js';
export { startApp } from './app/app.js';
export type { Config } from './config/index.js';
export { loadConfig, parseConfig } from './config/index.js';
export type {
  Change,
  ChangeKind,
  Cursor,
  CustomEvent,
  GroupAddress,
  ItemAddress,
  ResetReason,
  Since,
  Snapshot,
  StoredItem,
} from './domain/change.js';
export { LocalError, StreamError } from './domain/errors.js';
export { applyUpdateOps } from './domain/update-ops.js';
export { createLogger, type Logger } from './observability/logger.js';
export type { Committed, Mutation, Store, StoreHealth, StoreListener } from './store/port.js';
