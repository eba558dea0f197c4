import { MAX_JSON_BYTES } from '../../protocol/json/json-limits.ts';
import { isObject } from '../../protocol/json/json-values.ts';
import { unsayable } from '../content-check.ts';
import type { FieldError } from '../fault.ts';
import { plainJson } from '../plain-json.ts';

/** Outcomes as text, and batches of them cut into requests that the API takes. */

export type Encoded =
  | {
      readonly ok: true;
      /** As it is sent. */
      readonly text: string;
      readonly content: Readonly<Record<string, unknown>>;
    }
  | { readonly ok: false; readonly errors: readonly [FieldError, ...FieldError[]] };

/**
 * An outcome as JSON. The API checks what it says; here is refused only what would arrive as something else, such as a
 * NaN or a Map inside `metadata`, and what is too large for any request. So nothing of it is sent.
 */
export function encode(outcome: unknown): Encoded {
  const plain = plainJson(outcome);
  if (!plain.ok) return { ok: false, errors: [plain.error] };
  if (!isObject(plain.value)) return { ok: false, errors: [{ pointer: '', code: 'invalid_type' }] };
  const content = plain.value;
  const [first, ...others] = unsayable(content);
  if (first !== undefined) return { ok: false, errors: [first, ...others] };
  const text = JSON.stringify(content);
  if (Buffer.byteLength(text) <= MAX_JSON_BYTES) return { ok: true, text, content };
  return { ok: false, errors: [{ pointer: '', code: 'body_too_large' }] };
}

/** Outcomes of one request at most. */
const MAX_ITEMS = 100;
/** Bytes of a request's body at most. */
const MAX_BYTES = 1024 * 1024;

const HEAD = '{"transactions":[';
const TAIL = ']}';

export interface Slice {
  /** Which of the items, by their place. */
  readonly indexes: readonly number[];
  readonly body: string;
}

/** Slices in the order of the items, each as full as may be. */
export function slices(items: ReadonlyMap<number, string>): readonly Slice[] {
  const all: Slice[] = [];
  let indexes: number[] = [];
  let texts: string[] = [];
  let bytes = 0;
  const close = () => {
    if (indexes.length > 0) all.push({ indexes, body: `${HEAD}${texts.join(',')}${TAIL}` });
    [indexes, texts, bytes] = [[], [], HEAD.length + TAIL.length];
  };
  close();
  for (const [index, text] of items) {
    const size = Buffer.byteLength(text) + 1;
    if (indexes.length === MAX_ITEMS || bytes + size > MAX_BYTES) close();
    indexes.push(index);
    texts.push(text);
    bytes += size;
  }
  close();
  return all;
}
