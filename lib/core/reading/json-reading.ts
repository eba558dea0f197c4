import { bytesSentence, DEPTH_SENTENCE, FORBIDDEN_KEYS } from '../../protocol/json/json-limits.ts';
import { escapePointer } from '../../protocol/json/json-values.ts';

/**
 * Reads JSON that is known to be well-formed, and marks what `JSON.parse` would change silently: duplicate keys, numbers
 * that JavaScript cannot represent, and keys that would change a prototype. Runs in linear time.
 */

export type JsonRefusalCode =
  | 'malformed_json'
  | 'duplicate_key'
  | 'forbidden_key'
  | 'inexact_number'
  | 'too_deep'
  | 'body_too_large';

/** Why a part is refused, and where: `pointer` (RFC 6901) starts at the part. */
export interface RefusedPart {
  readonly code: JsonRefusalCode;
  readonly pointer: string;
  /** The limit, for people. */
  readonly detail?: string;
}

/** Replaces a value that is refused. The pointer continues from there, for example to the duplicate key. */
export class JsonRefusal {
  readonly part: RefusedPart;

  constructor(code: JsonRefusalCode, { pointer = '', detail }: Partial<Omit<RefusedPart, 'code'>> = {}) {
    this.part = { code, pointer, ...(detail !== undefined && { detail }) };
  }
}

export interface ReadLimits {
  /** Maximum number of nested containers. Deeper ones are skipped without being built. */
  readonly maxDepth: number;
  /** Bounds the containers at one depth: the items of a batch (2), or a message (0). */
  readonly items?: { readonly depth: number; readonly maxBytes: number };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const WORDS: Readonly<Record<string, unknown>> = { t: true, f: false, n: null };

/** @param text must be well-formed JSON. Other text gives a meaningless result. */
export function readJson(text: string, limits: ReadLimits): unknown {
  return new Reader(text, limits).value(0);
}

class Reader {
  readonly #text: string;
  readonly #limits: ReadLimits;
  #at = 0;

  constructor(text: string, limits: ReadLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  /** Recursive, but never deeper than `maxDepth`. */
  value(depth: number): unknown {
    const first = this.#next();
    if (first === '{' || first === '[') return this.#container(first, depth);
    if (first === '"') return this.#string();
    if (Object.hasOwn(WORDS, first)) {
      this.#at += first === 'f' ? 'false'.length : 'true'.length;
      return WORDS[first];
    }
    return this.#number();
  }

  #container(first: '{' | '[', depth: number): unknown {
    const { maxDepth, items } = this.#limits;
    const start = this.#at;
    if (depth >= maxDepth) {
      this.#skip();
      return new JsonRefusal('too_deep', { detail: DEPTH_SENTENCE });
    }
    const value = first === '{' ? this.#object(depth) : this.#array(depth);
    const isTooLarge =
      items?.depth === depth && Buffer.byteLength(this.#text.slice(start, this.#at)) > items.maxBytes;
    return isTooLarge ? new JsonRefusal('body_too_large', { detail: bytesSentence(items.maxBytes) }) : value;
  }

  #array(depth: number): unknown {
    const values: unknown[] = [];
    this.#at += 1;
    while (this.#next() !== ']') {
      values.push(this.value(depth + 1));
      if (this.#next() === ',') this.#at += 1;
    }
    this.#at += 1;
    return values;
  }

  #object(depth: number): unknown {
    const object: Record<string, unknown> = {};
    let refusal: JsonRefusal | undefined;
    this.#at += 1;
    while (this.#next() !== '}') {
      const key = this.#string();
      this.#next();
      this.#at += 1;
      const value = this.value(depth + 1);
      refusal ??= keyRefusal(object, key);
      if (refusal === undefined) object[key] = value;
      if (this.#next() === ',') this.#at += 1;
    }
    this.#at += 1;
    return refusal ?? object;
  }

  #string(): string {
    const start = this.#at;
    const hasEscapes = this.#skipString();
    if (hasEscapes) return JSON.parse(this.#text.slice(start, this.#at)) as string;
    return this.#text.slice(start + 1, this.#at - 1);
  }

  /** @returns whether the string contains an escape */
  #skipString(): boolean {
    const text = this.#text;
    let hasEscapes = false;
    let at = this.#at + 1;
    for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) {
      hasEscapes ||= code === BACKSLASH;
      at += code === BACKSLASH ? 2 : 1;
    }
    this.#at = at + 1;
    return hasEscapes;
  }

  #number(): number | JsonRefusal {
    const pattern = /[-+.0-9eE]+/y;
    pattern.lastIndex = this.#at;
    const [source = ''] = pattern.exec(this.#text) ?? [];
    this.#at += source.length;
    const value = Number(source);
    return preservesValue(value, source) ? value : new JsonRefusal('inexact_number');
  }

  /** Skips a whole container without building it. */
  #skip(): void {
    let open = 0;
    do {
      const character = this.#next();
      if (character === '"') this.#skipString();
      else this.#at += 1;
      if (character === '{' || character === '[') open += 1;
      if (character === '}' || character === ']') open -= 1;
    } while (open > 0);
  }

  /** The next character that is not white space. */
  #next(): string {
    while (this.#text.charCodeAt(this.#at) <= SPACE) this.#at += 1;
    return this.#text.charAt(this.#at);
  }
}

function keyRefusal(object: object, key: string): JsonRefusal | undefined {
  const isForbidden = FORBIDDEN_KEYS.has(key);
  if (!isForbidden && !Object.hasOwn(object, key)) return undefined;
  const pointer = `/${escapePointer(key)}`;
  return new JsonRefusal(isForbidden ? 'forbidden_key' : 'duplicate_key', { pointer });
}

/**
 * Whether JavaScript keeps a number's value: the shortest decimal that it writes must equal the source text in value.
 * So 1e2, 1.0 and -0 are kept (as 100, 1 and 0), and 1e-400, 2^64 and 19.99999999999999999999 are not.
 */
function preservesValue(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false;
  const shortest = String(value);
  return shortest === source || decimalOf(shortest) === decimalOf(source);
}

/** A decimal in canonical form: its digits without zeros at either end, and their power of ten. */
function decimalOf(text: string): string {
  const [mantissa = '', power = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = whole + fraction;
  let first = 0;
  while (digits[first] === '0') first += 1;
  if (first === digits.length) return '0';
  let last = digits.length - 1;
  while (digits[last] === '0') last -= 1;
  return `${digits.slice(first, last + 1)}e${Number(power) - fraction.length + digits.length - 1 - last}`;
}
