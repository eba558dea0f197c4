import { describe, expect, it } from 'vitest';
import { decimalOf } from '../../../lib/protocol/content/minor-units.ts';

describe('an amount for people', () => {
  it.each([
    ['1999', 'EUR', '19.99'],
    [5, 'CNY', '0.05'],
    [0, 'USD', '0.00'],
    [1999, 'JPY', '1999'],
    [1999, 'KWD', '1.999'],
    [-5, 'CNY', '-0.05'],
    ['900719925474099312345', 'CNY', '9007199254740993123.45'],
  ])('shows %s of the minor unit of %s as %s', (minor, currency, shown) => {
    expect(decimalOf(minor, currency)).toBe(shown);
  });
});
