import { describe, expect, it } from 'vitest';
import { formatsOf } from '../../../lib/console/view/text/formats.ts';

const NOW = '2026-11-29T08:46:12.000Z';
const english = formatsOf('en', NOW);

describe('amounts', () => {
  it.each([
    ['1999', 'EUR', '€19.99'],
    [5, 'EUR', '€0.05'],
    [1_250_000, 'JPY', '¥1,250,000'],
    [3_150, 'KWD', 'KWD 3.150'],
    [-250, 'USD', '-$2.50'],
    ['90071992547409931', 'USD', '$900,719,925,474,099.31'],
  ])('%s %s is %s', (minor, currency, shown) => {
    expect(english.money(minor, currency).replaceAll('\u00a0', ' ')).toBe(shown);
  });

  it.each(['IQD', 'UGX', 'IDR', 'HUF'])(
    'have the minor unit of ISO 4217, where the data of Intl differs: %s',
    (currency) => {
      const digits = { IQD: '1.000', UGX: '1,000', IDR: '10.00', HUF: '10.00' }[currency];
      expect(english.money(1_000, currency).replaceAll(/[^\d.,]/g, '')).toBe(digits);
    },
  );
});

describe('shares', () => {
  it('are 100% and 0% only if they are exactly that', () => {
    expect(english.share(999_999, 1_000_000)).toBe('99.99%');
    expect(english.share(1, 1_000_000)).toBe('0.01%');
    expect(english.share(10, 10)).toBe('100%');
    expect(english.share(0, 10)).toBe('0%');
    expect(english.share(0, 0)).toBe('0%');
  });
});

describe('times', () => {
  it('are relative to the request, and exact to the millisecond', () => {
    expect(english.relative('2026-11-29T08:43:11.000Z')).toBe('3 minutes ago');
    expect(formatsOf('zh-CN', NOW).relative('2026-11-29T08:43:11.000Z')).toBe('3分钟前');
    expect(english.exact('2026-11-29T08:46:12.345Z')).toBe('2026-11-29 08:46:12.345 UTC');
    expect(english.exact(NOW)).toBe('2026-11-29 08:46:12 UTC');
  });

  it.each([
    [34, '34 ms'],
    [1_240, '1.2 s'],
    [305_000, '5 min 5 s'],
    [7_500_000, '2 h 5 min'],
    [273_600_000, '3 d 4 h'],
  ])('%d milliseconds take %s', (ms, shown) => {
    expect(english.duration(ms)).toBe(shown);
  });
});
