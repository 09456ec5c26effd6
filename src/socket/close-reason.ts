/** What a close frame holds besides its code (RFC 6455, section 5.5). */
const MAX_BYTES = 123;

/** A close reason that fits into a close frame, cut between characters. */
export function closeReason(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_BYTES) return text;
  let end = MAX_BYTES;
  // A byte 10xxxxxx goes on with the character before it.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
