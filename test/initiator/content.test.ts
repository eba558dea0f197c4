import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldErrors, MAX_ERRORS } from '../../lib/api/contract/field-errors.ts';
import { outcomeContentSchema } from '../../lib/core/model.ts';
import { parseJson, parseJsonParts, refusalIn } from '../../lib/core/reading/json.ts';
import { checkContent, lossyFields } from '../../lib/initiator/content-check.ts';
import { CURRENCIES } from '../../lib/protocol/content/currencies.ts';
import { holdsPlainText } from '../../lib/protocol/plain-text.ts';
import { CODE_POINT } from '../support/code-points.ts';
import { WEB_URL } from '../support/web-urls.ts';
import { payment } from '../support/world.ts';

interface Checked {
  readonly ok: boolean;
  /** The API lists no more than so many errors: those of one field that fail twice count as well. */
  readonly isCut?: boolean;
  readonly content?: { readonly metadata?: unknown };
  readonly errors?: readonly { readonly pointer: string; readonly code: string }[];
}

/** What the API makes of a body, in the kit's words. */
function apiCheck(input: unknown): Checked {
  const json = parseJson(JSON.stringify(input) ?? '');
  if (!json.ok) return { ok: false, errors: [{ pointer: json.pointer, code: json.code }] };
  const parsed = outcomeContentSchema().safeParse(json.value);
  if (parsed.success && parsed.data.checkBack !== undefined) {
    // Found by the use case, not by the schema.
    return { ok: false, errors: [{ pointer: '/checkBack', code: 'check_back_not_pending' }] };
  }
  if (parsed.success) return { ok: true, content: parsed.data };
  const errors = fieldErrors(parsed.error, json.value);
  return { ok: false, errors: distinct(errors), ...(errors.length === MAX_ERRORS && { isCut: true }) };
}

/** What the API refuses in the text of an outcome that is sent in a batch, before it looks at its fields. */
function firstRefusal(input: unknown) {
  const json = parseJsonParts(JSON.stringify({ transactions: [input] }));
  const batch = json.ok ? (json.value as { readonly transactions: readonly unknown[] }) : undefined;
  return refusalIn(batch?.transactions[0]);
}

function kitCheck(input: unknown): Checked {
  const checked = checkContent(input);
  return checked.ok ? checked : { ok: false, errors: distinct(checked.errors) };
}

/** The first of each field, without its text for people: the API goes on to measure what has the wrong type already. */
function distinct(errors: readonly { readonly pointer: string; readonly code: string }[]) {
  return [...Map.groupBy(errors, ({ pointer }) => pointer).values()].flatMap(([first]) =>
    first === undefined ? [] : [{ pointer: first.pointer, code: first.code }],
  );
}

const text = fc.string({ unit: CODE_POINT, maxLength: 70 });
const anything = fc.jsonValue({ maxDepth: 2, stringUnit: CODE_POINT });
/** A value near what a field wants, on either side of what it takes. */
const near: Record<string, fc.Arbitrary<unknown>> = {
  transactionType: fc.oneof(
    fc.constantFrom('tidings', 'tidings2'),
    fc.stringMatching(/^[a-z][a-z0-9_-]{0,33}$/),
    text,
  ),
  status: fc.constantFrom('SUCCEEDED', 'FAILED', 'CLOSED', 'succeeded', ''),
  amount: fc.oneof(
    fc.constantFrom(0, -0, -1, 1.5, 2 ** 53, 2 ** 53 - 1, 1e21, Number.NaN, '1'),
    fc.double(),
    fc.maxSafeInteger(),
  ),
  currency: fc.oneof(fc.constantFrom(...CURRENCIES), fc.constantFrom('cny', 'XAU', 'CN')),
  occurredAt: fc.oneof(
    fc
      .tuple(
        fc.integer({ min: 1968, max: 2101 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
        fc.integer({ min: 0, max: 24 }),
        fc.constantFrom('', '.1', '.123456789'),
        fc.constantFrom('Z', '+05:30', '-23:59', '+24:00', '', 'z'),
      )
      .map(([y, m, d, h, fraction, zone]) => `${y}-${two(m)}-${two(d)}T${two(h)}:59:59${fraction}${zone}`),
    fc.constantFrom(
      '2024-02-29T00:00:00Z',
      '2023-02-29T00:00:00Z',
      '2100-02-29T00:00:00Z',
      '0000-02-29T00:00:00Z',
      '9999-12-31T23:59:59.999-00:01',
      '1970-01-01T00:00:00+00:01',
      '2026-11-20T08:00Z',
      '2026-11-20 08:00:00Z',
      '2026-11-20T08:00:60Z',
    ),
  ),
  reference: fc.oneof(fc.stringMatching(/^[\x20-\x7e]{0,66}$/), text),
  reason: fc.oneof(
    fc.record(
      {
        code: fc.oneof(fc.stringMatching(/^[A-Za-z0-9_.-]{0,66}$/), anything),
        message: fc.oneof(
          fc.string({ unit: CODE_POINT, maxLength: 520, size: 'max' }),
          fc.constant('\ud800'),
        ),
        more: anything,
      },
      { requiredKeys: [] },
    ),
    anything,
  ),
  relatedTransactionId: fc.oneof(fc.stringMatching(/^[A-Za-z0-9_:-]{0,66}$/), text),
  metadata: fc.oneof(
    // Only the kit refuses values that JSON cannot express: see below.
    fc.dictionary(
      text,
      fc.oneof(
        anything,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(2 ** 53, 1e300),
      ),
    ),
    fc.dictionary(fc.constantFrom('a', '__proto__', 'constructor', 'a/b'), anything),
    fc.constant({ long: 'x'.repeat(16 * 1024) }),
    fc.constant({ wide: '界'.repeat(5_460) }),
    fc.integer({ min: 28, max: 34 }).map((depth) => nested(depth)),
    anything,
  ),
  checkBack: fc.constant({ url: 'https://bank.example/checks' }),
  notifyUrl: fc.oneof(WEB_URL, fc.constant(`https://a.example/${'a'.repeat(2_048)}`), anything),
};

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function nested(depth: number, innermost: object = {}): object {
  let value = innermost;
  for (let level = 1; level < depth; level += 1) value = { in: value };
  return value;
}

/** Refused for its key. */
const FORBIDDEN = { ['__proto__']: null };

const REQUIRED = ['transactionType', 'status', 'amount', 'currency', 'occurredAt'];
const valid = fc.constant(payment());
const anyContent = fc.oneof(
  // A good one with a few fields exchanged, so that fields are refused one by one and are also let through.
  fc.tuple(valid, fc.record(near, { requiredKeys: [] })).map(([good, some]) => ({ ...good, ...some })),
  fc
    .tuple(
      valid,
      fc.constantFrom(...Object.keys(near).filter((name) => name !== 'checkBack')),
      anything,
      fc.boolean(),
    )
    .map(([good, name, value, isLeftOut]) => ({ ...good, [name]: isLeftOut ? undefined : value })),
  fc
    .tuple(valid, fc.dictionary(text, anything, { maxKeys: 3 }))
    .map(([good, more]) => ({ ...more, ...good })),
  anything,
);

/** `PENDING` is the one thing that the API takes and a transaction cannot hold. */
const isPending = (input: unknown) => (input as { status?: unknown } | null)?.status === 'PENDING';

describe('the checks of what the API never sees', () => {
  it('say of any content what the API says, and keep what the API keeps', () => {
    fc.assert(
      fc.property(
        // Text that cannot be stored is tested below.
        anyContent.filter((input) => !isPending(input) && holdsPlainText(input)),
        (input) => {
          const [kit, api] = [kitCheck(input), apiCheck(input)];
          if (api.isCut) expect(kit.errors).toEqual(expect.arrayContaining([...(api.errors ?? [])]));
          else expect(kit).toEqual(api);
          // The order of keys inside metadata is kept, too.
          expect(JSON.stringify(kit.content?.metadata)).toBe(JSON.stringify(api.content?.metadata));
        },
      ),
      { numRuns: 2_000, endOnFailure: true },
    );
  });

  it.each([
    ['a key that is forbidden, then what is too deep', { reason: FORBIDDEN, metadata: nested(40) }],
    ['what is too deep, then a key that is forbidden', { metadata: nested(40), reason: FORBIDDEN }],
    ['in one object, what is too deep and a key', { metadata: { deep: nested(40), ...FORBIDDEN } }],
    ['in one object, a key at the last depth', { metadata: nested(32, FORBIDDEN) }],
    ['in a list, what is too deep, then a key', { metadata: [nested(40), FORBIDDEN] }],
  ])('name of two faults the one that the API names: %s', (_title, fields) => {
    const input = payment(fields);
    expect(kitCheck(input).errors).toHaveLength(1);
    expect(kitCheck(input)).toEqual(apiCheck(input));
  });

  it.each(Array.from({ length: 9 }, (_, at) => 28 + at))(
    'name a key at depth %i, and what is as deep, as the API does for one outcome and in a batch',
    (depth) => {
      for (const innermost of [FORBIDDEN, {}]) {
        const input = payment({ metadata: nested(depth, innermost) });
        const kit = kitCheck(input);
        expect(apiCheck(input)).toEqual(kit);
        expect(distinct([firstRefusal(input) ?? []].flat())).toEqual(kit.errors ?? []);
      }
    },
  );

  it.each([
    [{ transactionType: 'Payment' }, 'invalid_type_name'],
    [{ relatedTransactionId: 'a b' }, 'invalid_id'],
    [{ reason: { code: 'a', message: 'x'.repeat(513) } }, 'too_long'],
    [{ metadata: { a: 'x'.repeat(16_384) } }, 'too_long'],
    [{ metadata: nested(32) }, 'too_deep'],
  ])('say in detail what the API says: %#', (fields, code) => {
    const input = payment(fields);
    const json = parseJson(JSON.stringify(input));
    const { error } = outcomeContentSchema().safeParse(json.ok && json.value);
    const [api] = json.ok && error !== undefined ? fieldErrors(error, json.value) : [json];
    const kit = checkContent(input);
    expect(kit).toMatchObject({ ok: false, errors: [{ code, detail: expect.any(String) }] });
    expect(api).toMatchObject(kit.ok ? {} : (kit.errors[0] ?? {}));
  });

  it('let nothing through that JSON would change in silence', () => {
    for (const lost of [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 10n]) {
      expect(kitCheck(payment({ metadata: { lost } })).errors).toEqual([
        { pointer: '/metadata', code: 'inexact_number' },
      ]);
      expect(kitCheck(payment({ amount: lost })).errors).toEqual([
        { pointer: '/amount', code: 'invalid_amount' },
      ]);
    }
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(kitCheck(payment({ metadata: circle })).errors).toEqual([
      { pointer: '/metadata/self', code: 'not_json' },
    ]);
  });

  it('leave to the API, which names all faults, what arrives there as it is', () => {
    for (const metadata of [[1], null, 'text', 5]) {
      expect(lossyFields(payment({ metadata, reason: 5, currency: 'q' }))).toEqual([]);
    }
    expect(lossyFields(payment({ metadata: [2 ** 53], currency: 'q' }))).not.toEqual([]);
  });

  it('refuse a PENDING: it is stated before the transaction runs', () => {
    expect(kitCheck(payment({ status: 'PENDING' })).errors).toEqual([
      { pointer: '/status', code: 'invalid_status' },
    ]);
  });

  it('report each missing required field', () => {
    for (const name of REQUIRED) {
      expect(kitCheck(payment({ [name]: undefined })).errors).toEqual([
        { pointer: `/${name}`, code: 'missing_field' },
      ]);
    }
  });
});
