import { LocalError } from '../domain/errors.js';

export type Mapping = Record<string, unknown>;

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A configuration that can't be used. The message never holds a value of it: it may be a secret. */
export const invalid = (file: string, message: string, options?: ErrorOptions): LocalError =>
  new LocalError('config_invalid', `${file}: ${message}`, options);
