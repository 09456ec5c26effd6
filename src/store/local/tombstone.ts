import type { JsonText } from '../../../generated/json-text.js';
import { sliceField } from '../../domain/json-text.js';

/**
 * What a delete carries when the removed value is gone: `{"id":…}`, because deployed clients match items by
 * `data.id` (protocol facts, section 2). The value's own `id` is kept where it had one.
 */
export function removedMarker(item: string, removed: JsonText | undefined): JsonText {
  const own = removed?.charCodeAt(0) === 0x7b ? sliceField(removed, 'id') : undefined;
  return `{"id":${own ?? JSON.stringify(item)}}` as JsonText;
}
