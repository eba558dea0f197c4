import fc from 'fast-check';
import { classify } from '../../../lib/core/deliver/attempt/classify.ts';
import type { ExchangeError } from '../../../lib/core/deliver/attempt/sender.ts';
import {
  type Attempt,
  MAX_ATTEMPTS_KEPT,
  MAX_SNIPPET_BYTES,
  type Notification,
  notificationSchema,
} from '../../../lib/core/deliver/state/notification.ts';
import { type Outcome, outcomeSchema } from '../../../lib/core/model.ts';
import { isoTime } from '../../../lib/core/time.ts';
import { CURRENCIES } from '../../../lib/protocol/content/currencies.ts';
import { NOTIFICATION_STATES } from '../../../lib/protocol/contract-words.ts';
import { CODE_POINT } from '../../support/code-points.ts';
import { WEB_URL } from '../../support/web-urls.ts';

/** Anything that the schemas accept, above all the limits. */

const ascii = (characters: string, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength });
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const PRINTABLE = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).join('');

/** Any code point, none of them half a surrogate pair. */
const text = (maxLength: number) =>
  fc.string({ unit: CODE_POINT, maxLength }).filter((one) => one.length <= maxLength);
const time = fc.integer({ min: 0, max: Date.UTC(9_999, 11, 31) }).map(isoTime);
const merchantId = ascii(`${LETTERS}_-`, 64);
const transactionId = ascii(`${LETTERS}_:-`, 64);
const endpointId = ascii(`${LETTERS}_-`, 64);

/** Own keys named `__proto__` are refused at the edge. */
const metadata = fc
  .dictionary(text(12), fc.jsonValue({ maxDepth: 3, stringUnit: CODE_POINT }), { maxKeys: 6 })
  .map((value) => JSON.stringify(value))
  .filter((json) => !json.includes('__proto__'))
  .map((json) => JSON.parse(json) as Record<string, unknown>);

const content = fc.record(
  {
    transactionType: fc.constantFrom('payment', 'refund', 'a-b_c9'),
    amount: fc.oneof(fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER), fc.maxSafeNat()),
    currency: fc.constantFrom(...CURRENCIES),
    occurredAt: time,
    recordedAt: time,
    merchantId,
    transactionId,
    reference: ascii(PRINTABLE, 64),
    reason: fc.record({ code: ascii(`${LETTERS}_.-`, 64), message: text(512) }),
    relatedTransactionId: transactionId,
    metadata,
    notifyUrl: WEB_URL,
  },
  {
    requiredKeys: [
      'transactionType',
      'amount',
      'currency',
      'occurredAt',
      'recordedAt',
      'merchantId',
      'transactionId',
    ],
  },
);

const ends = fc.record({
  status: fc.constantFrom('SUCCEEDED', 'FAILED', 'CLOSED'),
  version: fc.constantFrom(1, 2),
  listedAt: time,
});

export const anyOutcome: fc.Arbitrary<Outcome> = fc
  .tuple(content, fc.oneof(ends, fc.constant({ status: 'PENDING', version: 1 })))
  .map(([stated, end]) => ({ ...stated, ...end }))
  .filter((outcome) => outcomeSchema().safeParse(outcome).success)
  .map((outcome) => outcomeSchema().parse(outcome));

/** A list that names each code: one that is added to the type is missed here. */
const EXCHANGE_ERRORS = Object.keys({
  address_refused: true,
  dns_failed: true,
  connection_failed: true,
  connection_reset: true,
  tls_failed: true,
  timeout: true,
  invalid_response: true,
  headers_too_large: true,
} satisfies Record<ExchangeError, true>) as ExchangeError[];

/** How attempts end: what `classify` returns for any exchange, because nothing else is ever written. */
const attemptEnd: fc.Arbitrary<Pick<Attempt, 'statusCode' | 'error'>> = fc
  .oneof(
    fc.constantFrom(...EXCHANGE_ERRORS).map((code) => ({ kind: 'error' as const, code, durationMs: 1 })),
    fc
      .integer({ min: 200, max: 999 })
      .map((statusCode) => ({ kind: 'response' as const, statusCode, body: '', durationMs: 1 })),
  )
  .chain((exchange) => fc.constantFrom(undefined, 'success').map((body) => ({ exchange, body })))
  .map(({ exchange, body }) =>
    classify(exchange, { ...(body !== undefined && { expectBody: body }), attemptAtMs: 0 }),
  )
  .map((result) => ({
    ...('statusCode' in result && result.statusCode !== undefined && { statusCode: result.statusCode }),
    ...('code' in result && { error: result.code }),
  }));

const attempts = fc.array(
  fc
    .tuple(
      fc.record({
        number: fc.integer({ min: 1, max: 10_000 }),
        at: time,
        durationMs: fc.integer({ min: 0, max: 60_000 }),
      }),
      attemptEnd,
    )
    .map(([made, end]) => ({ ...made, ...end })),
  { maxLength: MAX_ATTEMPTS_KEPT, size: 'max' },
);

export const anyNotification: fc.Arbitrary<Notification> = fc
  .record(
    {
      merchantId,
      transactionId,
      version: fc.constantFrom(1, 2),
      endpointId,
      rev: fc.nat(),
      state: fc.constantFrom(...NOTIFICATION_STATES),
      listedAt: time,
      startedAt: time,
      attemptsMade: fc.nat({ max: 31 }),
      attempts,
      attemptRev: fc.integer({ min: 1, max: 1_000 }),
      responseSnippet: text(MAX_SNIPPET_BYTES),
      blockedReason: fc.constantFrom('gone', 'endpoint_disabled', 'address_refused'),
      writtenBy: ascii(LETTERS, 16),
      waitsForRate: fc.constant(true),
      nextAttemptAt: time,
    },
    {
      requiredKeys: [
        'merchantId',
        'transactionId',
        'version',
        'endpointId',
        'rev',
        'state',
        'listedAt',
        'startedAt',
        'attemptsMade',
        'attempts',
      ],
    },
  )
  .map((value) => notificationSchema().parse(value));
