import { describe, expect, it } from 'vitest';
import { createGiven } from '../../../lib/cli/command-line/given.ts';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');

function given(value: string) {
  return createGiven({ arguments: {}, options: { o: value } });
}

describe('a time', () => {
  it.each([
    ['2026-11-20', '2026-11-20T00:00:00.000Z'],
    ['2026-11-20T08:00:00+08:00', '2026-11-20T00:00:00.000Z'],
    ['90s', '2026-11-20T11:58:30.000Z'],
    ['15m', '2026-11-20T11:45:00.000Z'],
    ['1h', '2026-11-20T11:00:00.000Z'],
    ['7d', '2026-11-13T12:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(given(text).time('o', NOW)).toBe(expected);
  });

  it.each(['', 'yesterday', '2026-11-31', '2026-11-20T08:00:00', '-1h', '1 h', '1w', '1e3s'])(
    'is not %j',
    (text) => {
      expect(() => given(text).time('o', NOW)).toThrow(/--o needs a time/);
    },
  );
});

describe('a time to come', () => {
  it.each([
    ['2026-11-21', '2026-11-21T00:00:00.000Z'],
    ['15m', '2026-11-20T12:15:00.000Z'],
    ['30d', '2026-12-20T12:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(given(text).futureTime('o', NOW)).toBe(expected);
  });

  it.each(['', 'tomorrow', '2026-11-20', '0s', '-1h'])('is not %j', (text) => {
    expect(() => given(text).futureTime('o', NOW)).toThrow(/--o needs a time to come/);
  });
});

describe('a number', () => {
  it.each(['', '-1', '1.5', '1e3', '0x10', ' 7', '0', '101', 'NaN'])('is not %j in 1 to 100', (text) => {
    expect(() => given(text).number('o', { min: 1, max: 100 })).toThrow(
      /--o needs a whole number from 1 to 100/,
    );
  });

  it('is read within its range', () => {
    expect(given('100').number('o', { min: 1, max: 100 })).toBe(100);
  });
});

it.each([
  ['500ms', 500],
  ['2m', 120_000],
])('a duration of %s is %d ms', (text, ms) => {
  expect(given(text).duration('o')).toBe(ms);
});

it('names an option or an argument that is missing', () => {
  const nothing = createGiven({ arguments: {}, options: {} });
  expect(() => nothing.required('ledger')).toThrow('--ledger is missing.');
  expect(() => nothing.argument('id')).toThrow('id is missing.');
  expect(nothing.time('o', NOW)).toBeUndefined();
});
