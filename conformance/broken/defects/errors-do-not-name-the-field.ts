import { onErrors } from '../damages.js';
import type { Defect } from '../defect.js';

/** Errors say only that the input is bad. */
export const defect: Defect = {
  id: 'errors-do-not-name-the-field',
  among: ['functions/*', 'limits/*', 'update/r*'],
  breaks: [
    'functions/*-names-the-field-that-is-missing',
    'functions/*-refuses-names-that-are-no-strings',
    'functions/*-refuses-empty-names',
    'update/refuses-an-unknown-op-and-changes-nothing',
    'limits/a-name-of-512-bytes-is-taken-and-one-more-refused',
    'limits/each-name-of-a-function-is-bounded',
  ],
  damage: () => onErrors((message) => [{ ...message, error: { ...message.error, message: 'bad input' } }]),
};
