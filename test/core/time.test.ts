import { expect, it } from 'vitest';
import { dayOf, hourOf } from '../../lib/core/time.ts';

it.each([
  ['2026-11-20T08:00:00.000Z', '2026-11-20T08:00:00.000Z', '2026-11-20'],
  ['2026-11-20T08:59:59.999Z', '2026-11-20T08:00:00.000Z', '2026-11-20'],
  ['2026-11-20T23:59:59.999Z', '2026-11-20T23:00:00.000Z', '2026-11-20'],
  ['2026-11-21T00:00:00.000Z', '2026-11-21T00:00:00.000Z', '2026-11-21'],
])('%s is in the hour %s of the day %s', (time, hour, day) => {
  expect(hourOf(Date.parse(time))).toBe(hour);
  expect(dayOf(time)).toBe(day);
});
