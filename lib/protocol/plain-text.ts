/**
 * The rule for all text that is stored and passed on: only characters that UTF-8, DynamoDB, SQS, CSV and XML 1.0 can
 * carry. This excludes unpaired surrogates, NUL and all other control characters except tab and line breaks. U+FFFD is
 * refused as well: a decoder writes it in place of bytes that it cannot read, and an outcome would keep it for good.
 */
const REFUSED = /[^\t\n\r\u{20}-\u{7e}\u{a0}-\u{d7ff}\u{e000}-\u{fffc}\u{10000}-\u{10ffff}]/u;

export function isPlainText(text: string): boolean {
  return !REFUSED.test(text);
}

/** Whether all text in a JSON value is plain, including keys. The value's depth must be bounded. */
export function holdsPlainText(value: unknown): boolean {
  if (typeof value === 'string') return isPlainText(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isPlainText(key) && holdsPlainText(inner));
}
