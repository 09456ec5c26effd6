const SLOTS = 16_384;

/** CRC16-XMODEM, which Redis Cluster hashes keys with. */
function crc16(text: string): number {
  let crc = 0;
  for (const byte of Buffer.from(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++)
      crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

/** The part of a key that Redis Cluster hashes: what stands between the first `{` and the next `}`, else all of it. */
export function hashedPart(key: string): string {
  const open = key.indexOf('{');
  const close = open === -1 ? -1 : key.indexOf('}', open + 1);
  return close > open + 1 ? key.slice(open + 1, close) : key;
}

let tags: (string | undefined)[] | undefined;

/** A short hash tag without braces that Redis Cluster hashes to the same slot as `text`. */
export function tagOfSameSlot(text: string): string {
  if (tags === undefined) {
    tags = new Array<string | undefined>(SLOTS).fill(undefined);
    let missing = SLOTS;
    for (let n = 0; missing > 0; n++) {
      const slot = crc16(String(n)) % SLOTS;
      if (tags[slot] === undefined) {
        tags[slot] = String(n);
        missing--;
      }
    }
  }
  return tags[crc16(text) % SLOTS]!;
}
