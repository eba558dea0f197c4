import { describe, expect, it } from 'vitest';
import { durationText, needsOf } from '../../../lib/cli/operating/overview-page.ts';

const quiet = {
  unresolved: { count: 0, hasMore: false, items: [] },
  exhausted: 0,
  blocked: 0,
  lost: 0,
  deadLetters: [
    { queue: 'lanes', count: 0 },
    { queue: 'intake', count: 0 },
  ],
  parked: { count: 0, hasMore: false, items: [] },
};

describe('what needs attention', () => {
  it('is nothing while all is well, and while windows close a little late', () => {
    expect(needsOf({ attention: quiet, closedBehindSeconds: 600, auditedBehindSeconds: 0 })).toEqual([]);
    expect(needsOf({ attention: quiet })).toEqual([]);
  });

  it('names each thing with its count and the command that shows it, the most urgent first', () => {
    const attention = {
      unresolved: { count: 25, hasMore: true, items: [{ merchantId: 'shop', transactionId: 'pay_1' }] },
      exhausted: 1_200,
      blocked: 2,
      lost: 3,
      deadLetters: [
        { queue: 'lanes', count: 4 },
        { queue: 'intake', count: 0 },
      ],
      parked: { count: 1, hasMore: false, items: [{ recordId: 'r1' }] },
      endpoints: {
        count: 1,
        hasMore: false,
        items: [{ endpointId: 'ep_1', enabled: true, health: { state: 'failing' } }],
      },
    };
    const needs = needsOf({ attention, closedBehindSeconds: 7_300, auditedBehindSeconds: 1_000 });
    expect(needs.map(({ what, count, about }) => `${what} ${count} ${about}`.trim())).toEqual([
      'windows late 2 h',
      'audits late 16 min',
      'dead letters 4 in lanes',
      'parked records 1 r1',
      'lost, re-made 3 in 24 hours',
      'unresolved 25+ shop/pay_1',
      'given up 1,200 in 24 hours',
      'blocked 2 in 24 hours',
      'endpoints 1 ep_1 failing',
    ]);
  });

  it('names the merchant that the overview is about in each command about a merchant', () => {
    const attention = {
      ...quiet,
      exhausted: 1,
      blocked: 1,
      unresolved: { count: 1, items: [{ merchantId: 'fast', transactionId: 'pay_1' }] },
      endpoints: { count: 1, items: [{ endpointId: 'ep_1', enabled: false }] },
    };
    expect(needsOf({ attention }, { merchantId: 'fast' }).map(({ command }) => command)).toEqual([
      'tidings unresolved --merchant fast',
      'tidings undelivered --merchant fast',
      'tidings undelivered --state blocked --merchant fast',
      'tidings endpoints list --merchant fast',
    ]);
  });

  it('has a line for each merchant concerned, and says so where it does not know which', () => {
    const attention = { ...quiet, exhausted: 5 };
    const concerned = [{ merchantId: 'fast', counts: { exhausted: 3, blocked: 0 } }];
    const lines = needsOf({ attention }, { concerned });
    expect(lines.map(({ count, about, command }) => `${count} ${about}: ${command}`)).toEqual([
      '3 of fast: tidings undelivered --merchant fast',
      '2 of another merchant: tidings status --merchant ID',
    ]);
  });

  it('shows durations in the unit that people read', () => {
    expect([0, 119, 120, 7_199, 7_200].map(durationText)).toEqual([
      '0 s',
      '119 s',
      '2 min',
      '119 min',
      '2 h',
    ]);
  });
});
