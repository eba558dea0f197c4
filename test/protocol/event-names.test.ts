import { describe, expect, it } from 'vitest';
import { ALERT_TYPES, EVERY_ALERT } from '../../lib/protocol/alerts.ts';
import { TERMINAL_STATUSES } from '../../lib/protocol/content/content-rules.ts';
import {
  anyFilterMatches,
  EVENT_FILTER,
  eventTypeOf,
  OUTCOME_EVENT,
  OUTCOME_FILTER,
  webhookIdOf,
} from '../../lib/protocol/event-names.ts';
import { matches } from '../../lib/protocol/id-forms.ts';

const payment = { transactionType: 'payment', status: 'SUCCEEDED' };

describe('the type of an event', () => {
  it('is made of the transaction type and the status', () => {
    expect(eventTypeOf(payment)).toBe('payment.succeeded');
  });

  it.each([
    [['*'], true],
    [['payment.*'], true],
    [['refund.*', 'payment.succeeded'], true],
    [['payment.failed'], false],
    [['pay.*'], false],
    [[], false],
  ])('is let through by %j: %j', (filters, isLet) => {
    expect(anyFilterMatches(filters, payment)).toBe(isLet);
  });

  it.each(['*', 'payment.*', 'a-b_1.closed'])('may be filtered by %s', (filter) => {
    expect(matches(EVENT_FILTER, filter)).toBe(true);
  });

  it.each(['', '**', 'payment', 'payment.', '*.failed', 'payment.pending', 'Payment.*', 'payment.*\n'])(
    'may not be filtered by %j',
    (filter) => expect(matches(EVENT_FILTER, filter)).toBe(false),
  );
});

describe('a filter', () => {
  it('may name each end, and each alert', () => {
    const ends = TERMINAL_STATUSES.map((status) => eventTypeOf({ ...payment, status }));
    for (const filter of [...ends, ...ALERT_TYPES, EVERY_ALERT]) {
      expect([filter, matches(EVENT_FILTER, filter)]).toEqual([filter, true]);
    }
    for (const filter of ends)
      expect([OUTCOME_FILTER.test(filter), OUTCOME_EVENT.test(filter)]).toEqual([true, true]);
    expect(matches(EVENT_FILTER, 'payment.canceled')).toBe(false);
  });
});

describe('the id of a callback', () => {
  it('is the one that another language computes', () => {
    expect(webhookIdOf({ merchantId: 'demo', transactionId: 'pay_1', version: 2 })).toBe(
      'msg_548ea9c3e6a1d09861577dfbba4244fd',
    );
  });
});
