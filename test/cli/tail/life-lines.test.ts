import { expect, it } from 'vitest';
import { widthOf } from '../../../lib/cli/output/width.ts';
import type { LifeEvent } from '../../../lib/cli/tail/life.ts';
import { createLifeCounts } from '../../../lib/cli/tail/life-counts.ts';
import { lineOf } from '../../../lib/cli/tail/life-lines.ts';

const NOW = Date.parse('2026-11-20T08:00:00Z');
const textOf = (parts: ReturnType<typeof lineOf>) =>
  parts.map((part) => (typeof part === 'string' ? part : part[0])).join('');
const state = (about: Partial<Extract<LifeEvent, { event: 'attempt' | 'state' }>>): LifeEvent => ({
  event: 'attempt',
  type: 'payment.succeeded',
  transactionId: 'pay_1',
  version: 1,
  endpointId: 'ep_1',
  state: 'retrying',
  ...about,
});

it('a line of the longest values fits 80 columns', () => {
  const long = 'x'.repeat(64);
  const attempt = { at: '2026-11-20T08:00:00Z', error: long };
  const nextAttemptAt = '2026-11-20T08:59:00Z';
  const failed = textOf(
    lineOf(state({ transactionId: long, endpointId: long, attempt, nextAttemptAt }), NOW),
  );
  expect(widthOf(failed)).toBeLessThanOrEqual(80);
  expect(failed).toMatch(/ retrying x+… in 59 min$/);
  const outcome = { transactionId: long, amount: Number.MAX_SAFE_INTEGER, currency: 'EUR', reference: long };
  const line = lineOf({ event: 'outcome', type: long, outcome }, NOW);
  expect(widthOf(textOf(line))).toBeLessThanOrEqual(80);
});

it('counts each callback by its last state', () => {
  const counts = createLifeCounts();
  counts.add({ event: 'outcome', type: 'payment.succeeded', outcome: {} });
  counts.add(state({}));
  counts.add(state({ endpointId: 'ep_2', state: 'delivered' }));
  expect(textOf(counts.parts())).toBe('1 outcome · 1 delivered · 1 retrying');
  counts.add(state({ state: 'exhausted' }));
  expect(textOf(counts.parts())).toBe('1 outcome · 1 delivered · 1 exhausted');
});
