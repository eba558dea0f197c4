import type { FieldError } from '../fault.ts';
import { hasInexactNumber, plainJson } from '../json.ts';
import type { OutcomeContent } from '../outcome.ts';

/** Outcomes as text, and batches of them cut into requests that the API takes. */

export type Encoded =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly errors: readonly [FieldError] };

/**
 * An outcome as JSON. The API checks what it says; here is refused only what JSON would change on the way, such as
 * a NaN inside `metadata`, which would arrive as null.
 */
export function encode(outcome: OutcomeContent): Encoded {
  const plain = plainJson(outcome.metadata ?? {});
  if (!plain.ok) {
    const { pointer, code } = plain.error;
    return { ok: false, errors: [{ pointer: `/metadata${pointer}`, code }] };
  }
  if (hasInexactNumber(plain.value)) {
    return { ok: false, errors: [{ pointer: '/metadata', code: 'inexact_number' }] };
  }
  return { ok: true, text: JSON.stringify(outcome) };
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

/**
 * Slices in the order of the items, each as full as may be. An item too large for any request is a slice alone,
 * which the API then refuses.
 */
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
