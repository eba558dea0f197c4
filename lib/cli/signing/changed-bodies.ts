import { CALLBACK_FIELDS } from '../../protocol/callback-form.ts';

/** What programs on the way do to a body, undone: each guess is a body that may have been signed. */
export interface Guess {
  readonly code: string;
  /** What happened to the body, and what to change. */
  readonly why: string;
  readonly body: Buffer;
}

const RAW = 'Verify the raw bytes of the request, before any parser sees them.';

interface Undoing {
  readonly code: string;
  readonly why: string;
  /** Undefined if this cannot have happened to the body. May throw if it cannot be read. */
  readonly undo: (text: string, bytes: Buffer) => string | Buffer | undefined;
}

const UNDOINGS: readonly Undoing[] = [
  {
    code: 'line_end_added',
    why: 'A line end was added after the body, as editors and echo do.',
    undo: (text) => text.replace(/[\r\n]+$/, ''),
  },
  {
    code: 'line_ends_changed',
    why: 'Line ends were changed from LF to CR LF.',
    undo: (text) => text.replaceAll('\r\n', '\n'),
  },
  {
    code: 'byte_order_mark',
    why: 'A byte-order mark was put before the body.',
    undo: (text) => text.replace(/^\ufeff/, ''),
  },
  {
    code: 'body_reserialised',
    why: `The body was parsed and written again: spaces, escapes or line breaks differ. ${RAW}`,
    undo: (text) => JSON.stringify(JSON.parse(text)),
  },
  {
    code: 'keys_sorted',
    why: `The body was parsed and written again with its keys in another order. ${RAW}`,
    undo: (text) => JSON.stringify(inOrderOfCallbacks(JSON.parse(text))),
  },
  {
    code: 'body_quoted',
    why: `The body was encoded as a JSON text. ${RAW}`,
    undo: (text) => {
      const value: unknown = JSON.parse(text);
      return typeof value === 'string' ? value : undefined;
    },
  },
  {
    code: 'body_base64',
    why: 'The body is still in base64: API Gateway sets isBase64Encoded. Decode it first.',
    undo: (text) => (/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text) ? Buffer.from(text, 'base64') : undefined),
  },
  {
    code: 'body_in_gbk',
    why: 'The body was converted from UTF-8 to GBK. Keep it as it came.',
    undo: (_, bytes) => new TextDecoder('gbk', { fatal: true }).decode(bytes),
  },
  {
    code: 'body_read_as_latin1',
    why: 'The body was read as ISO 8859-1 and written as UTF-8. It is UTF-8: keep its bytes.',
    undo: (text) => (/^[\0-\xff]*$/.test(text) ? Buffer.from(text, 'latin1') : undefined),
  },
];

/** Every body that differs from the given one. The first that was signed explains what happened. */
export function changedBodies(bytes: Buffer): readonly Guess[] {
  const text = bytes.toString('utf8');
  return UNDOINGS.flatMap(({ code, why, undo }) => {
    const undone = attempted(() => undo(text, bytes));
    if (undone === undefined) return [];
    const body = Buffer.from(undone);
    return body.equals(bytes) ? [] : [{ code, why, body }];
  });
}

function attempted<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** The order in which the service writes a callback. Keys that it does not know keep their place at the end. */
const ORDER = ['type', 'timestamp', 'data', ...CALLBACK_FIELDS];

function inOrderOfCallbacks(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const placeOf = (key: string) => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);
  const entries = Object.entries(value).sort(([a], [b]) => placeOf(a) - placeOf(b));
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, key === 'metadata' ? inner : inOrderOfCallbacks(inner)]),
  );
}
