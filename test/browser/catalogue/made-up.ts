import type { HourOfAttempts } from '../../../lib/console/view/charts/rate-chart.tsx';
import type { Sums } from '../../../lib/console/view/charts/sum-bar.tsx';
import type { History } from '../../../lib/console/view/delivery/moments.ts';
import type { ShownEndpoint } from '../../../lib/console/view/endpoints/health-card.tsx';
import type { CalendarCell } from '../../../lib/console/view/reconciliation/window-calendar.tsx';
import type { NotificationState } from '../../../lib/protocol/contract-words.ts';

/** Data of a shop that does not exist, at a time that does not change. */

export const NOW = '2026-11-29T08:46:12.000Z';

const HOUR = 3_600_000;
const before = (ms: number) => new Date(Date.parse(NOW) - ms).toISOString();
const hourStart = (back: number) =>
  new Date(Math.floor(Date.parse(NOW) / HOUR) * HOUR - back * HOUR).toISOString();

export const SUMS: Sums = {
  expected: 128_412,
  delivered: 127_951,
  acknowledged: 38,
  open: 204,
  exhausted: 171,
  blocked: 48,
  lost: 0,
  created: 2,
};

const SHAPE = [
  31, 22, 15, 11, 9, 12, 24, 47, 78, 92, 101, 98, 95, 90, 97, 108, 116, 121, 112, 98, 83, 70, 55, 41,
];

export const HOURS: readonly HourOfAttempts[] = SHAPE.map((size, index) => ({
  start: hourStart(23 - index),
  delivered: size * 61 + ((index * 37) % 50),
  failed: index === 15 || index === 16 ? size * 9 : (index * 7) % 60,
}));

export const DELAYS = [
  { upToMs: 100, count: 61_204 },
  { upToMs: 250, count: 41_877 },
  { upToMs: 500, count: 15_210 },
  { upToMs: 1_000, count: 4_120 },
  { upToMs: 2_500, count: 1_730 },
  { upToMs: 5_000, count: 402 },
  { upToMs: 10_000, count: 188 },
  { upToMs: 30_000, count: 96 },
  { upToMs: 60_000, count: 31 },
  { upToMs: 300_000, count: 12 },
];

export const FAILURES = [
  { code: 'http_server_error', count: 1_904 },
  { code: 'timeout', count: 702 },
  { code: 'tls_failed', count: 131 },
  { code: 'connection_reset', count: 54 },
  { code: 'unexpected_body', count: 12 },
];

const LISTED = '2026-11-28T21:14:02.310Z';
const later = (ms: number) => new Date(Date.parse(LISTED) + ms).toISOString();

/** Two attempts in the first seconds, then a schedule of days. */
export const RETRYING: History = {
  listedAt: LISTED,
  attempts: [
    { number: 1, at: later(180), durationMs: 2_000, error: 'handed_over' },
    { number: 2, at: later(2_400), durationMs: 10_000, error: 'timeout' },
    { number: 3, at: later(17_900), durationMs: 312, statusCode: 503, error: 'http_server_error' },
    { number: 4, at: later(320_000), durationMs: 95, statusCode: 503, error: 'http_server_error' },
    { number: 5, at: later(2_190_000), durationMs: 41, error: 'tls_failed', detail: 'certificate_expired' },
    {
      number: 6,
      at: later(9_600_000),
      durationMs: 204,
      statusCode: 500,
      error: 'http_server_error',
      responseSnippet:
        '{"error":"order service is \u202enwod","trace":"b7ad6b7169203331"}\n<script>alert(1)</script>',
    },
  ],
  planned: [later(45_600_000), later(82_000_000), later(133_000_000), later(205_000_000)],
};

export const FIRST_TRY: History = {
  listedAt: later(0),
  attempts: [{ number: 1, at: later(74), durationMs: 131, statusCode: 200 }],
  planned: [],
};

export const ACKNOWLEDGED: History = {
  listedAt: LISTED,
  attempts: [
    {
      number: 1,
      at: later(110),
      durationMs: 42,
      statusCode: 404,
      error: 'http_client_error',
      responseSnippet: '',
    },
    {
      number: 2,
      at: later(16_000),
      durationMs: 38,
      statusCode: 404,
      error: 'http_client_error',
      responseSnippet: '',
    },
  ],
  planned: [],
  request: { action: 'acknowledge', at: later(44_000), by: 'key_7Qd2' },
};

export interface MadeUpDelivery {
  readonly transactionId: string;
  readonly reference: string;
  readonly type: string;
  readonly amount: number;
  readonly currency: string;
  readonly state: NotificationState;
  readonly attempts: number;
  readonly endpoint: string;
  readonly listedAt: string;
}

const STATES = [
  'delivered',
  'delivered',
  'retrying',
  'delivered',
  'acknowledged',
  'exhausted',
  'pending',
  'blocked',
] as const;
const AMOUNTS = [12_990, 4_500, 1_250_000, 799, 20_000, 64_900, 3_150, 999] as const;
const CURRENCIES = ['EUR', 'USD', 'JPY', 'EUR', 'CNY', 'GBP', 'KWD', 'EUR'] as const;

export const DELIVERIES: readonly MadeUpDelivery[] = STATES.map((state, index) => ({
  transactionId: `pay_8f3K${(index * 7919 + 1048).toString(36)}Qz`,
  reference: `ORDER-2026-${118_204 - index * 3}`,
  type: index % 3 === 2 ? 'refund.succeeded' : 'payment.succeeded',
  amount: AMOUNTS[index] ?? 100,
  currency: CURRENCIES[index] ?? 'EUR',
  state,
  attempts: [1, 1, 6, 2, 2, 16, 0, 3][index] ?? 1,
  endpoint: index % 2 === 0 ? 'Order service' : 'Ledger',
  listedAt: before(index * index * 431_000 + 9_000),
}));

/** What others may write into a name. */
export const HOSTILE_NAME = '<img src=x onerror=alert(1)>\u202e\u0007 "Acme" & Söhne 支付';

export const ENDPOINTS: readonly ShownEndpoint[] = [
  {
    endpointId: 'ep_4fzQ0Yw2',
    url: 'https://orders.acme.example/callbacks/tidings',
    description: 'Order service',
    types: ['payment.*', 'refund.succeeded'],
    enabled: true,
    health: { state: 'healthy', lastSuccessAt: before(14_000) },
  },
  {
    endpointId: 'ep_9sLp1Bnn',
    url: 'https://ledger.acme.example/hooks',
    description: 'Ledger',
    types: ['*'],
    enabled: true,
    health: {
      state: 'paused',
      failingSince: before(3.2 * HOUR),
      lastSuccessAt: before(3.3 * HOUR),
      lastFailure: { at: before(290_000), error: 'tls_failed', detail: 'certificate_expired' },
    },
  },
  {
    endpointId: 'ep_0old',
    url: 'https://old.acme.example/notify',
    types: ['payment.succeeded'],
    enabled: false,
    disabledReason: 'failing_for_days',
    disabledAt: before(49 * HOUR),
    health: {
      state: 'failing',
      failingSince: before(7 * 24 * HOUR),
      lastFailure: { at: before(50 * HOUR), error: 'http_client_error', statusCode: 404 },
    },
  },
];

const cell = (start: string, index: number, isPast: boolean, differing: number): CalendarCell => ({
  start,
  state: !isPast
    ? 'not_closed'
    : index === differing
      ? 'different'
      : index % 9 === 5
        ? 'empty'
        : index < 3
          ? 'not_compared'
          : 'equal',
  count: !isPast || index % 9 === 5 ? 0 : 310 + ((index * 97) % 211),
  href: '#calendar',
  ...(index === differing && { isCurrent: true }),
});

const DAY = 24 * HOUR;
const FIRST_DAY = Date.parse('2026-11-02T00:00:00.000Z');
const at = (start: number) => new Date(start).toISOString();

export const DAYS = Array.from({ length: 28 }, (_, index) =>
  cell(at(FIRST_DAY + index * DAY), index, index < 27, 23),
);
export const DAY_HOURS = Array.from({ length: 24 }, (_, index) =>
  cell(at(FIRST_DAY + 23 * DAY + index * HOUR), index, true, 14),
);
export const HOUR_WINDOWS = Array.from({ length: 12 }, (_, index) =>
  cell(at(FIRST_DAY + 23 * DAY + 14 * HOUR + index * 300_000), index, true, 7),
);
