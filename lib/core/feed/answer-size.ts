/** Maximum bytes of JSON that the items of one answer take. With the rest of the answer, it stays under 1 MB. */
export const MAX_ITEMS_BYTES = 900_000;

/** Bytes that a value takes in an answer. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
