/** ISO 4217: currencies whose minor unit is not a hundredth. The data of `Intl` differs for some, and shows other amounts. */
const WITHOUT_MINOR = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' '));
const THOUSANDTHS = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));

/** Digits after the decimal point: `digitsOf('JPY')` is 0. */
export function digitsOf(currency: string): number {
  if (WITHOUT_MINOR.has(currency)) return 0;
  return THOUSANDTHS.has(currency) ? 3 : 2;
}

/**
 * An amount in the minor unit as a decimal, with every digit: `decimalOf('1999', 'EUR')` is `19.99`.
 *
 * @param minor an integer; as text also beyond 2^53
 */
export function decimalOf(minor: number | string, currency: string): string {
  const digits = digitsOf(currency);
  const [, sign = '', figures = '0'] = /^(-?)(\d+)$/.exec(String(minor)) ?? [];
  const padded = figures.padStart(digits + 1, '0');
  const cut = padded.length - digits;
  return `${sign}${padded.slice(0, cut)}${digits === 0 ? '' : `.${padded.slice(cut)}`}`;
}
