import { describe, expect, it } from 'vitest';
import { timeSchema } from '../../lib/core/model.ts';
import { readAt } from '../../lib/local/scheduler/expressions.ts';
import { instantOf, isOutcomeTime } from '../../lib/protocol/instants.ts';
import { parseOutcome } from '../../lib/receiver/outcome.ts';
import { sampleOutcome } from '../../lib/receiver/testing/index.ts';

/** No days and times, and taken for others by the platform or by other systems. */
const NONE = [
  '2026-11-31T08:00:00Z',
  '2026-02-29T08:00:00Z',
  '2100-02-29T08:00:00Z',
  '2026-04-31T08:00:00+08:00',
  '2026-00-10T08:00:00Z',
  '2026-13-01T08:00:00Z',
  '2026-11-00T08:00:00Z',
  '2026-11-20T24:00:00Z',
  '2026-11-20T23:59:60Z',
  '2026-11-20T08:60:00Z',
  '2026-11-20T08:00:00+24:00',
  '2026-11-20T08:00:00+08:60',
  '2026-11-20T08:00:00+0800',
  '2026-11-20T08:00:00+08',
  '2026-11-20T08:00:00',
  '2026-11-20T8:00:00Z',
  '2026-11-20 08:00:00Z',
  '20261120T080000Z',
  '20.11.2026',
  'today',
  '',
];
const SOME = [
  '2024-02-29T08:00:00Z',
  '2000-02-29T23:59:59.999Z',
  '2026-11-30T08:00:00.123456789Z',
  '2026-11-20T16:00:00+08:00',
  '2026-11-20T08:00:00-00:00',
  '2026-12-31T23:59:59+23:59',
];

describe('a time', () => {
  it.each(NONE)('rejects days and hours that do not exist: %j', (text) => {
    expect(timeSchema().safeParse(text).success, 'the API').toBe(false);
    expect(isOutcomeTime(text), 'stated by initiators').toBe(false);
    expect(instantOf(text), 'read by receivers').toBeNaN();
    expect(() => parseOutcome(sampleOutcome({ listedAt: text }))).toThrow(/listedAt/);
    expect(readAt(`at(${text.replace('Z', '')})`), 'the local Scheduler').toBe(
      text === '2026-11-20T08:00:00' ? Date.parse(`${text}Z`) : undefined,
    );
  });

  it.each(SOME)('is one: %s', (text) => {
    expect(timeSchema().parse(text)).toBe(new Date(text).toISOString());
    expect(isOutcomeTime(text)).toBe(true);
    expect(instantOf(text)).toBe(Date.parse(text));
  });

  it.each(['2026-11-31', '2026-02-30', '2026-2-3', '2026-11-20T'])(
    'is not a number for an invalid date: %s',
    (date) => {
      expect(instantOf(date)).toBeNaN();
    },
  );
});
