import { Refusal } from '../net/refusal.js';

export type MediaType = 'json' | 'events';

const EVENTS = 'text/event-stream';
const JSON_TYPES = ['application/json', 'application/*', '*/*'];
const ANY_TEXT = 'text/*';
const REFUSED = /^q=0(?:\.0{0,3})?$/i;

/**
 * What of ours the client wants. One that names event streams gets one, whatever else it would take.
 *
 * @throws Refusal 406 when it takes neither
 */
export function acceptedType(accept: string | undefined): MediaType {
  if (accept === undefined || accept.trim() === '') return 'json';
  const wanted = accept.split(',').flatMap((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    return parameters.some((parameter) => REFUSED.test(parameter)) ? [] : [type.toLowerCase()];
  });
  if (wanted.includes(EVENTS)) return 'events';
  if (wanted.some((type) => JSON_TYPES.includes(type))) return 'json';
  if (wanted.includes(ANY_TEXT)) return 'events';
  throw new Refusal(406, 'not_acceptable', 'there is application/json and text/event-stream');
}
