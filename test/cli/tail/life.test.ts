import { describe, expect, it } from 'vitest';
import { createLife, type LifeEvent } from '../../../lib/cli/tail/life.ts';

const outcome = (notifications: readonly object[], more: object = {}) => ({
  transactionId: 'pay_1',
  version: 1,
  transactionType: 'payment',
  status: 'SUCCEEDED',
  amount: 5,
  currency: 'EUR',
  listedAt: '2026-11-20T08:00:00Z',
  notifications,
  ...more,
});
const attempt = (number: number, more: object = {}) => ({ number, at: '2026-11-20T08:00:01Z', ...more });
const told = (news: readonly LifeEvent[]) =>
  news.map((one) => (one.event === 'outcome' ? 'outcome' : `${one.event} ${one.endpointId} ${one.state}`));

describe('what is new', () => {
  it('is each outcome and each attempt, once', () => {
    const life = createLife();
    const pending = outcome([{ endpointId: 'ep_1', state: 'pending', attempts: [] }]);
    expect(told(life.newsOf(pending))).toEqual(['outcome']);
    expect(told(life.newsOf(pending))).toEqual([]);
    const retrying = outcome([{ endpointId: 'ep_1', state: 'retrying', attempts: [attempt(1)] }]);
    expect(told(life.newsOf(retrying))).toEqual(['attempt ep_1 retrying']);
    expect(told(life.newsOf(retrying))).toEqual([]);
    // Between two looks there may be several attempts. Only the last one has the state.
    const given = outcome([{ endpointId: 'ep_1', state: 'exhausted', attempts: [attempt(2), attempt(3)] }]);
    expect(told(life.newsOf(given))).toEqual(['attempt ep_1 retrying', 'attempt ep_1 exhausted']);
  });

  it('is a state that no attempt explains, and a second version of an outcome', () => {
    const life = createLife();
    life.newsOf(outcome([{ endpointId: 'ep_1', state: 'retrying', attempts: [attempt(1)] }]));
    const acknowledged = outcome([{ endpointId: 'ep_1', state: 'acknowledged', attempts: [attempt(1)] }]);
    expect(told(life.newsOf(acknowledged))).toEqual(['state ep_1 acknowledged']);
    expect(told(life.newsOf(acknowledged))).toEqual([]);
    const open = { endpointId: 'ep_1', state: 'retrying', attempts: [attempt(1), attempt(2)] };
    life.newsOf(outcome([open]));
    expect(told(life.newsOf(outcome([], { version: 2 })))).toEqual(['outcome']);
    expect(life.due(Number.POSITIVE_INFINITY)).toEqual([]);
  });

  it('asks again for what is on its way when it is due, and never for what has ended', () => {
    const life = createLife();
    const later = '2026-11-20T09:00:00Z';
    life.newsOf(outcome([{ endpointId: 'ep_1', state: 'retrying', attempts: [], nextAttemptAt: later }]));
    life.newsOf(outcome([{ endpointId: 'ep_1', state: 'pending', attempts: [] }], { transactionId: 'a 2' }));
    expect(life.due(Date.parse(later) - 1)).toEqual(['a 2']);
    expect(life.due(Date.parse(later))).toEqual(['pay_1', 'a 2']);
    life.newsOf(outcome([{ endpointId: 'ep_1', state: 'delivered', attempts: [attempt(1)] }]));
    expect(life.due(Date.parse(later))).toEqual(['a 2']);
  });
});
