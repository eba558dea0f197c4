import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome, OutcomeContent } from '../../../lib/core/model.ts';
import { decideRecording } from '../../../lib/core/record/decide.ts';
import { differingFields, sameContent } from '../../../lib/protocol/content/content-equality.ts';

const content = (changes: Partial<OutcomeContent> = {}): OutcomeContent => ({
  transactionType: 'payment',
  status: 'SUCCEEDED',
  amount: 1999,
  currency: 'CNY',
  occurredAt: '2026-11-20T08:00:00.000Z',
  ...changes,
});

const stands = (version: 1 | 2, changes: Partial<OutcomeContent> = {}): Outcome =>
  ({
    ...content(changes),
    merchantId: 'demo',
    transactionId: 'pay_1',
    version,
    recordedAt: '2026-11-20T08:00:00.000Z',
  }) as Outcome;

describe('recording beside stored versions', () => {
  it('writes the first version if there is none', () => {
    expect(decideRecording([], content())).toEqual({ kind: 'write', version: 1 });
  });

  it('writes the second version after a PENDING', () => {
    const pending = stands(1, { status: 'PENDING' });
    expect(decideRecording([pending], content())).toEqual({ kind: 'write', version: 2 });
  });

  it('finds the same content unchanged, with its keys in any order', () => {
    const metadata = { a: 1, b: { c: 2, d: 3 } };
    const reordered = { b: { d: 3, c: 2 }, a: 1 };
    const current = stands(1, { metadata });
    expect(decideRecording([current], content({ metadata: reordered }))).toEqual({
      kind: 'unchanged',
      outcome: current,
    });
  });

  it('refuses another end, and returns the stored one', () => {
    const current = stands(1);
    expect(decideRecording([current], content({ status: 'FAILED' }))).toEqual({
      kind: 'conflict',
      current,
      fields: ['status'],
    });
  });

  it('refuses a PENDING after the end, even the same PENDING again', () => {
    const pending = content({ status: 'PENDING' });
    const end = stands(2);
    expect(decideRecording([stands(1, { status: 'PENDING' }), end], pending)).toEqual({
      kind: 'conflict',
      current: end,
      fields: ['status'],
    });
  });

  it.each([
    ['transactionType', { transactionType: 'refund' }],
    ['amount', { amount: 2000 }],
    ['currency', { currency: 'EUR' }],
    ['reference', { reference: 'ORDER-2' }],
  ] as const)('refuses an end that contradicts its PENDING in %s', (field, changes) => {
    const pending = stands(1, { status: 'PENDING' });
    expect(decideRecording([pending], content(changes))).toEqual({
      kind: 'mismatch',
      current: pending,
      fields: [field],
    });
  });

  it('treats every stated field as content', () => {
    const changes: Partial<OutcomeContent>[] = [
      { transactionType: 'refund' },
      { status: 'FAILED' },
      { amount: 0 },
      { currency: 'USD' },
      { occurredAt: '2026-11-20T08:00:00.001Z' },
      { reference: 'R' },
      { reason: { code: 'x', message: '' } },
      { relatedTransactionId: 'pay_0' as never },
      { metadata: { a: 1 } },
      { notifyUrl: 'https://a.example' },
    ];
    for (const change of changes) {
      expect(sameContent(content(), content(change))).toBe(false);
      expect(differingFields(content(), content(change))).toEqual(Object.keys(change));
    }
  });

  it('never overwrites an end: after any sequence there are at most two versions and one end', () => {
    const statuses = fc.constantFrom('PENDING', 'SUCCEEDED', 'FAILED', 'CLOSED');
    fc.assert(
      fc.property(fc.array(statuses, { maxLength: 12 }), (sequence) => {
        const standing: Outcome[] = [];
        for (const status of sequence) {
          const decision = decideRecording(standing, content({ status }));
          if (decision.kind === 'write') standing.push(stands(decision.version, { status }));
        }
        const ends = standing.filter(({ status }) => status !== 'PENDING');
        expect(ends.length).toBeLessThanOrEqual(1);
        expect(standing.length).toBeLessThanOrEqual(2);
        expect(standing.map(({ version }) => version)).toEqual([1, 2].slice(0, standing.length));
        if (standing[0]?.status !== 'PENDING') expect(standing.length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
