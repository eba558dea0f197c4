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
