import { bytesSentence, MAX_JSON_BYTES } from '../../protocol/json/json-limits.ts';
import { isObject } from '../../protocol/json/json-values.ts';
import { lossyFields } from '../content-check.ts';
import type { FieldError } from '../fault.ts';
import type { TransactionId } from '../ids.ts';
import { plainJson } from '../plain-json.ts';

/** Serialises outcomes, and splits batches into requests within the limits of the API. */

export type Encoded =
  | {
      readonly ok: true;
      /** The JSON text that is sent. */
      readonly text: string;
      readonly content: Readonly<Record<string, unknown>>;
    }
  | { readonly ok: false; readonly errors: readonly [FieldError, ...FieldError[]] };

/**
 * Serialises an outcome as JSON. The API validates its content. This function refuses only values that JSON would change,
 * such as a NaN or a Map inside `metadata`, and outcomes that are too large for any request. Refused outcomes are not sent.
 */
export function encode(outcome: unknown): Encoded {
  const plain = plainJson(outcome);
  if (!plain.ok) return { ok: false, errors: [plain.error] };
  if (!isObject(plain.value)) return { ok: false, errors: [{ pointer: '', code: 'invalid_type' }] };
  const content = plain.value;
  const [first, ...others] = lossyFields(content);
  if (first !== undefined) return { ok: false, errors: [first, ...others] };
  const text = JSON.stringify(content);
  if (Buffer.byteLength(text) <= MAX_JSON_BYTES) return { ok: true, text, content };
  const detail = bytesSentence(MAX_JSON_BYTES);
  return { ok: false, errors: [{ pointer: '', code: 'body_too_large', detail }] };
}

/** Maximum number of outcomes in one request. */
const MAX_ITEMS = 100;
/** Maximum size of a request's body in bytes. */
const MAX_BYTES = 1024 * 1024;

const HEAD = '{"transactions":[';
const TAIL = ']}';

/** An outcome to send. */
export interface Item {
  /** Its index in the batch. */
  readonly index: number;
  readonly transactionId: TransactionId;
  /** Its JSON text. */
  readonly text: string;
}

/** Splits the items in order into slices, each as full as the limits of one request allow. */
export function slices(items: readonly Item[]): readonly (readonly Item[])[] {
  const all: Item[][] = [];
  let slice: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = Buffer.byteLength(item.text) + 1;
    if (all.length === 0 || slice.length === MAX_ITEMS || bytes + size > MAX_BYTES) {
      slice = [];
      all.push(slice);
      bytes = HEAD.length + TAIL.length;
    }
    slice.push(item);
    bytes += size;
  }
  return all;
}

/** The body of the request that records a slice. */
export function bodyOf(slice: readonly Item[]): string {
  return `${HEAD}${slice.map(({ text }) => text).join(',')}${TAIL}`;
}
